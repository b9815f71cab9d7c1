"""`remit screen --since`: the same changes in every form, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from remit.cli import main
from remit.testing import Row, small_facts, study_text
from remit.views.json.screening_page import ScreeningPage

CUT = date(2024, 12, 31)
BY = "A: changed: Platelet count 80 10⁹/L, 2024-05-20 (before: 42 10⁹/L)"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def succeed(*words: object) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


def rows_of(number: str) -> list[Row]:
    return [
        {"birth": "1990-06-15"},
        {"anchor": "screening", "date": "2024-06-01"},
        {"concept": "platelets", "date": "2024-05-20", "number": number, "unit": "10*9/L"},
    ]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study, a dataset, and the screening of an earlier dataset."""
    at = tmp_path_factory.mktemp("since")
    (at / "study.toml").write_text(study_text({"A": "platelets >= 50 10*9/L"}), encoding="utf-8")
    small_facts(rows_of("42"), data_cut=CUT, folder=at / "then")
    small_facts(rows_of("80"), data_cut=CUT, folder=at / "now")
    words = ("screen", at / "study.toml", "--facts", at / "then", "--format", "parquet")
    succeed(*words, "--out", at / "earlier.parquet")
    return at


def since(at: Path, *more: object) -> tuple[object, ...]:
    earlier = at / "earlier.parquet"
    return ("screen", at / "study.toml", "--facts", at / "now", "--since", earlier, *more)


def test_the_table_tells_who_and_by_what(place: Path) -> None:
    text = " ".join(succeed(*since(place)).split())
    assert "1 became eligible since" in text
    assert "(data to 2024-12-31)" in text
    assert "Platelet count 80" in text


def test_the_csv_has_columns_beside(place: Path) -> None:
    (row,) = csv.DictReader(io.StringIO(succeed(*since(place, "--format", "csv"))))
    assert (row["status"], row["was"], row["change"]) == (
        "eligible",
        "not eligible",
        "became eligible",
    )
    assert row["changed_by"] == BY


def test_the_workbook_has_a_sheet_of_the_changes(place: Path, tmp_path: Path) -> None:
    out = tmp_path / "list.xlsx"
    succeed(*since(place, "--format", "xlsx", "--out", out))
    book = load_workbook(out)
    assert book.sheetnames == ["Worklist", "Changes", "About"]
    head, row = book["Changes"].iter_rows(values_only=True)
    assert dict(zip(head, row, strict=True))["changed_by"] == BY


def test_the_json_has_a_part(place: Path) -> None:
    found = json.loads(succeed(*since(place, "--format", "json")))
    assert found["since"] == {
        "data_cut": "2024-12-31",
        "records_known": True,
        "changes": [
            {
                "person": "1",
                "cohort": None,
                "change": "became eligible",
                "was": "not eligible",
                "now": "eligible",
                "causes": {"A": BY.removeprefix("A: ")},
            }
        ],
    }
    assert set(found) == set(ScreeningPage.__slots__)
    alone = json.loads(
        succeed("screen", place / "study.toml", "--facts", place / "now", "--format", "json")
    )
    assert alone["since"] is None


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--smallest", 5), "--smallest cannot hide them"),
        (("--format", "parquet", "--out", "x"), "--since goes with --format table, json, csv"),
    ],
)
def test_what_says_nothing_beside_it_is_refused(
    place: Path, more: tuple[object, ...], message: str
) -> None:
    result = run(*since(place, *more))
    assert (result.exit_code, message in result.output) == (2, True)


def test_what_is_no_earlier_screening_is_refused(place: Path) -> None:
    words = ("screen", place / "study.toml", "--facts", place / "now", "--since")
    for wrong in (place / "nowhere", place / "then", place / "study.toml"):
        result = run(*words, wrong)
        assert result.exit_code not in {0, 2, 70}, result.output
        assert "give the folder that `remit screen STUDY --format parquet" in result.output
    other = ("screen", "nct06167174", "--facts", place / "now", "--since")
    result = run(*other, place / "earlier.parquet")
    assert "the earlier screening is of another study" in result.output
