"""`remit what-if`: one comparison in each form, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from remit.cli import main
from remit.testing import Row, small_facts, study_text


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A study, and a dataset of four persons with platelets of 40, 60 and 80, and none."""
    at = tmp_path_factory.mktemp("what-if")
    text = study_text({"A": "platelets >= 50 10*9/L", "B": "age at screening >= 18 years"})
    (at / "study.toml").write_text(text, encoding="utf-8")
    rows: list[Row] = [
        {"person_id": person, "anchor": "screening", "date": "2024-06-01"} for person in range(1, 5)
    ]
    rows += [
        {
            "person_id": person,
            "concept": "platelets",
            "date": "2024-05-20",
            "number": number,
            "unit": "10*9/L",
        }
        for person, number in ((1, "40"), (2, "60"), (3, "80"))
    ]
    small_facts(rows, data_cut=date(2024, 12, 31), folder=at / "facts")
    return at / "study.toml", at / "facts"


def test_each_form_says_the_same(study: tuple[Path, Path]) -> None:
    plan, facts = study
    words = ("what-if", plan, "--facts", facts, "--set", "platelets >= 70 10*9/L")
    page = json.loads(run(*words, "--json").output)
    assert page["persons"] == [
        {
            "person": "2",
            "cohort": None,
            "was": "eligible",
            "now": "not eligible",
            "changed_by": ["A"],
        }
    ]
    assert page["cohorts"][0]["after"] == {"eligible": 1, "undetermined": 1, "not_eligible": 2}
    rows = list(csv.DictReader(io.StringIO(run(*words, "--format", "csv").output)))
    assert [(row["person"], row["changed_by"]) for row in rows] == [("2", "A")]
    table = run(*words).output
    assert "1 from eligible to not eligible" in table
    assert "A: platelets >= 70 10*9/L (was: platelets >= 50 10*9/L)" in table


def test_a_criterion_left_out(study: tuple[Path, Path]) -> None:
    plan, facts = study
    page = json.loads(run("what-if", plan, "--facts", facts, "--without", "A", "--json").output)
    assert {row["person"]: row["now"] for row in page["persons"]} == {
        "1": "eligible",
        "4": "eligible",
    }
    same = run("what-if", plan, "--facts", facts, "--without", "B").output
    assert "nobody stands otherwise" in same


def test_what_stands_in_the_way(study: tuple[Path, Path]) -> None:
    plan, facts = study
    page = json.loads(run("what-if", plan, "--facts", facts, "--json").output)
    (cohort,) = page["cohorts"]
    first = cohort["criteria"][0]
    assert (first["criterion"], first["excluded_only"], first["eligible_without"]) == ("A", 1, 1)
    assert [(m["title"], m["persons"], m["settles"]) for m in cohort["missing"]] == [
        ("Platelet count", 1, 1)
    ]
    assert "Platelet count" in run("what-if", plan, "--facts", facts).output


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--without", "Z"), 4, "no criterion 'Z'"),
        (("--without", "A", "--without", "B"), 4, "no criterion would be left"),
        (("--set", "upcr > 1 g/g"), 4, "no such comparison"),
        (("--set", "platelets >= fifty"), 5, "platelets"),
        (("--set", "nothing=1"), 4, "nothing"),
        (("--set", "platelets >= 70 g/L"), 4, "g/L"),
        (("--format", "csv"), 2, "--without or --set"),
    ],
)
def test_what_cannot_be_is_refused(
    words: tuple[str, ...], code: int, said: str, study: tuple[Path, Path]
) -> None:
    plan, facts = study
    result = run("what-if", plan, "--facts", facts, *words)
    assert result.exit_code == code, result.output
    assert said in result.output
    assert "Traceback" not in result.output
