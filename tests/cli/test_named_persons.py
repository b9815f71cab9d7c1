"""Persons whose source calls them by text are shown, and asked for, by that text everywhere."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from remit.cli import main
from remit.facts.opened import Facts
from remit.facts.snapshot import write_dataset
from remit.facts.tables import CODED, TABLES
from remit.simulate import read_allocation

STUDY = "nct05631717"


def name_of(person: int) -> str:
    return f"LN-{person:03}"


def run(*words: object) -> tuple[int, str]:
    """The exit code; what is printed, or what is said where it fails. Progress is neither."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    return result.exit_code, result.stderr if result.exit_code else result.stdout


def succeed(*words: object) -> str:
    code, said = run(*words)
    assert code == 0, said
    return said


@pytest.fixture(scope="module")
def facts(small_cohort: Facts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small cohort, as a hospital would hand it over that calls its patients LN-001 and on."""
    tables = {name: small_cohort.rows(name) for name in small_cohort.manifest.tables}
    persons = tables["person"]["person_id"].to_pylist()
    named = [{"person_id": person, "person_source_value": name_of(person)} for person in persons]
    tables["person_name"] = pa.Table.from_pylist(named, TABLES["person_name"].schema)
    folder = tmp_path_factory.mktemp("named") / "data"
    write_dataset(
        folder,
        tables,
        source="a test",
        data_cut=small_cohort.data_cut,
        mapped=CODED,
        own_codes=CODED,
        complete=sorted(small_cohort.complete),
        check=False,
    ).close()
    return folder


@pytest.fixture(scope="module")
def followed(small_cohort: Facts) -> int:
    rows = read_allocation(small_cohort).to_pylist()
    return int(next(row["person_id"] for row in rows if row["study"] == "NCT05631717"))


def columns(path: Path) -> tuple[list[int], list[str]]:
    rows = pq.read_table(path)
    assert rows.column_names[:2] == ["person_id", "person"]
    return rows["person_id"].to_pylist(), rows["person"].to_pylist()


def test_one_person_is_explained_by_the_id_as_it_came(facts: Path) -> None:
    text = succeed("explain", STUDY, "LN-007", "--facts", facts)
    assert "NCT05631717, person LN-007; named dates:" in text
    page = json.loads(succeed("explain", STUDY, "LN-007", "--facts", facts, "--json"))
    assert (page["person"], page["person_id"]) == ("LN-007", 7)
    assert text.startswith(page["answer"][0][:40])
    code, said = run("explain", STUDY, 7, "--facts", facts)
    assert code == 6
    assert "an id as the source has it, such as LN-001" in said


def test_a_screening_tells_who(facts: Path, tmp_path: Path) -> None:
    page = json.loads(succeed("screen", STUDY, "--facts", facts, "--format", "json"))
    assert [(one["person"], one["person_id"]) for one in page["persons"][:2]] == [
        ("LN-001", 1),
        ("LN-002", 2),
    ]
    out = tmp_path / "screened"
    succeed("screen", STUDY, "--facts", facts, "--format", "parquet", "--out", out)
    for file in ("standings.parquet", "verdicts.parquet"):
        persons, names = columns(out / file)
        assert names == [name_of(person) for person in persons]


def test_responses_tell_who(facts: Path, followed: int, tmp_path: Path) -> None:
    name, words = name_of(followed), ("adjudicate", STUDY, "--facts", facts)
    assert f"person {name}, week_24" in succeed(*words, "--person", name)
    page = json.loads(succeed(*words, "--person", name, "--format", "json"))
    assert (page["person"], page["person_id"]) == (name, followed)
    assert name in succeed(*words, "--persons")
    rows = json.loads(succeed(*words, "--format", "json"))
    rows += json.loads(succeed(*words, "--times"))
    assert {row["person"] for row in rows} == {name_of(row["person_id"]) for row in rows}
    both = ("--definition", "nanjing_registry", "--definition", "kdigo_2024", "--compare")
    compared = json.loads(succeed(*words, *both, "--format", "json"))
    assert compared["persons"] == [name_of(person) for person in compared["person_ids"]]
    assert all(flip["person"] == name_of(flip["person_id"]) for flip in compared["flips"])
    responses, evidence = tmp_path / "r.parquet", tmp_path / "e.parquet"
    files = ("--format", "parquet", "--out", responses, "--evidence", evidence)
    succeed(*words, "--person", name, *files)
    assert set(columns(evidence)[1]) == {name}
    assert set(pq.read_table(responses)["person"].to_pylist()) == {name}
    code, said = run(*words, "--person", "LN-999")
    assert code == 6
    assert "an id as the source has it" in said


def test_scores_and_doses_tell_who(facts: Path, followed: int, tmp_path: Path) -> None:
    name = name_of(followed)
    words = ("score", "sledai-2k", "--facts", facts, "--person", name, "--visits")
    assert name in succeed(*words)
    assert f"person {name}, 20" in succeed(*words, "--explain")
    out = tmp_path / "s.parquet"
    succeed(*words, "--out", out)
    assert set(columns(out)[1]) == {name}
    doses = ("dose", "glucocorticoid", "--facts", facts, "--at", "2024-12-01", "--person", name)
    assert name in succeed(*doses)
    (row,) = json.loads(succeed(*doses, "--json"))
    assert (row["person"], row["person_id"]) == (name, followed)
    shifts = ("score", "ctcae-v5", "--facts", facts, "--person", name, "--visits", "--shift")
    shifted = json.loads(succeed(*shifts, "--json"))
    assert {(row["person"], row["person_id"]) for row in shifted} == {(name, followed)}
    succeed(*shifts, "--out", tmp_path / "shifts.parquet")
    assert set(columns(tmp_path / "shifts.parquet")[1]) == {name}


def test_forms_of_a_panel_hold_the_ids_as_they_came(
    facts: Path, followed: int, tmp_path: Path
) -> None:
    forms = []
    for who, answer in (("Li", "CR"), ("Chen", "PR")):
        form = tmp_path / f"{who}.csv"
        at = ("--at", "week_24", "--adjudicator", who)
        succeed("panel", "form", STUDY, "--facts", facts, *at, "--out", form)
        rows = list(csv.reader(form.read_text(encoding="utf-8").splitlines()))
        assert all(row[0].startswith("LN-") for row in rows[1:])
        rows[1][3] = answer
        form.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")
        forms.append(form)
    said = succeed("panel", "compare", *forms, "--study", STUDY, "--facts", facts)
    assert rows[1][0] in said
