"""The account of an import: every row of the source is in one count, and the file says the same."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from facts.rows import Row, person, rows_of
from remit.errors import DatasetError
from remit.facts.intake.accounting.report import LeftOut
from remit.facts.intake.accounting.report_page import ImportReportPage
from remit.facts.intake.dataset.handed_over import IntakeChoices, SourceTables
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.persons.person_ids import number_persons
from remit.facts.opened import open_facts

DAY = date(2024, 5, 1)
PLATELETS = 3024929


def _found() -> SourceTables:
    measured: Row = {"measurement_concept_id": PLATELETS, "unit_concept_id": 8848}
    era: Row = {"drug_concept_id": 1551099, "unit_concept_id": 8576, "person_id": 1}
    given = {
        "person": rows_of("person", person(1), person(2)),
        "measurement": rows_of(
            "measurement",
            {**measured, "measurement_id": 1},
            {**measured, "measurement_id": 1},
            {**measured, "measurement_id": 2, "person_id": 9},
            {**measured, "measurement_id": 3, "measurement_concept_id": 0},
            {**measured, "measurement_id": 4, "measurement_concept_id": 99},
        ),
        "dose_era": rows_of(
            "dose_era",
            {**era, "dose_era_id": 1, "dose_value": 5, "dose_era_start_date": DAY},
            {**era, "dose_era_id": 2, "dose_value": 10, "dose_era_start_date": DAY},
        ),
    }
    reads: dict[str, tuple[str | None, int]] = {
        name: (f"{name}.csv", rows.num_rows) for name, rows in given.items()
    }
    reads["measurement"] = ("measurement.csv", 7)
    return SourceTables(
        given,
        number_persons(["1", "2"]),
        reads,
        left_out={"measurement": (LeftOut("no test is named", 2, ("8", "9"), on_purpose=True),)},
        unread={"note": ("note.csv", 3)},
    )


def test_every_row_of_the_source_is_in_one_count(tmp_path: Path) -> None:
    facts, report = write_intake(tmp_path / "out", _found(), IntakeChoices("x"))
    page = json.loads((tmp_path / "out/import_report.json").read_text())
    TypeAdapter(ImportReportPage).validate_python(page)
    assert (page["kind"], page["version"], page["persons"]) == ("remit.import_report", 1, 2)
    tables = {item["table"]: item for item in page["tables"]}
    for item in page["tables"]:
        gone = sum(rule["rows"] for f in ("merged", "refused", "not_read") for rule in item[f])
        assert item["read"] + item["made"] == item["written"] + gone + item["unaccounted"]
        assert item["unaccounted"] == 0
    measured = tables["measurement"]
    again = {"rule": "says all of another row again", "rows": 1, "keys": ["1"]}
    assert measured["merged"] == [again]
    assert measured["refused"] == [{"rule": "person unknown", "rows": 1, "keys": ["2"]}]
    assert measured["not_read"] == [{"rule": "no test is named", "rows": 2, "keys": ["8", "9"]}]
    assert measured["codes"] == {
        "of_concepts": 1,
        "of_no_concept": 0,
        "unresolved": 2,
        "concepts": {"platelets": 1},
    }
    assert (measured["read"], measured["written"]) == (7, 3)
    eras = tables["dose_era"]
    assert (eras["read"], eras["made"], eras["written"]) == (2, 1, 1)
    assert eras["merged"][0]["rows"] == 2
    assert page["unread_tables"] == [{"table": "note", "source": "note.csv", "rows": 3}]
    assert {(unit["written"], unit["unit"]) for unit in page["units"]} == {
        ("8848", "10*3/uL"),
        ("8576", "mg"),
    }
    assert facts.rows("measurement").num_rows == 3
    assert report.tables[0].table == "person"


def test_the_report_is_protected_as_the_rows_are(tmp_path: Path) -> None:
    write_intake(tmp_path / "out", _found(), IntakeChoices("x"))
    place = tmp_path / "out/import_report.json"
    place.write_text(place.read_text().replace('"persons": 2', '"persons": 3'))
    with pytest.raises(DatasetError, match="changed or damaged"):
        open_facts(tmp_path / "out")


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ({"measurement": 8}, "7 rows"),
        ({"MEASUREMENT": 7, "note": 4}, "3 rows"),
        ({"labs": 7}, "no such table"),
    ],
)
def test_another_number_of_rows_is_refused_before_anything_is_written(
    tmp_path: Path, expected: dict[str, int], said: str
) -> None:
    with pytest.raises(DatasetError, match="another number of rows") as caught:
        write_intake(tmp_path / "out", _found(), IntakeChoices("x", expected=expected))
    assert said in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_the_expected_number_of_rows_is_taken(tmp_path: Path) -> None:
    choices = IntakeChoices("x", expected={"Measurement": 7, "note": 3})
    write_intake(tmp_path / "out", _found(), choices)
