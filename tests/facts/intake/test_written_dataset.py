"""From tables that a reader found to a dataset and a report."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from facts.rows import Row, person, rows_of
from remit.errors import DatasetError
from remit.facts.intake.accounting.report import NotUnderstood, Undated
from remit.facts.intake.dataset.handed_over import IntakeChoices, SourceTables
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.persons.person_ids import number_persons
from remit.facts.person_names import person_names

PERSONS = number_persons(["P10", "P2"])
DAY = date(2024, 5, 1)


def _found(**tables: pa.Table) -> SourceTables:
    given = {"person": rows_of("person", person(1), person(2)), **tables}
    reads: dict[str, tuple[str | None, int]] = {
        name: (f"{name}.csv", rows.num_rows) for name, rows in given.items()
    }
    return SourceTables(given, PERSONS, reads)


def _visit(**others: object) -> Row:
    return {"visit_start_date": DAY, "visit_end_date": DAY, "visit_concept_id": 9202, **others}


def test_a_dataset_and_what_was_done(tmp_path: Path) -> None:
    visits = rows_of(
        "visit_occurrence", _visit(person_id=1), _visit(person_id=5, visit_occurrence_id=2)
    )
    strange = rows_of(
        "condition_occurrence",
        {"condition_concept_id": 99, "condition_start_date": DAY, "person_id": 2},
        {"condition_occurrence_id": 2, "condition_concept_id": 0, "condition_start_date": DAY},
    )
    (tmp_path / "signed.csv").write_text(
        "person,item,answer,by,date\nP10,consent,yes,Dr A,2024-05-01\n"
    )
    choices = IntakeChoices(
        source="a clinic",
        rule=date(2024, 4, 1),
        signed=tmp_path / "signed.csv",
        anchors={"S": "screening"},
        items={"S": ["consent"]},
        complete=["visit_occurrence"],
    )
    found = _found(visit_occurrence=visits, condition_occurrence=strange)
    facts, report = write_intake(tmp_path / "data", found, choices)
    assert facts.manifest.checked
    assert facts.complete == {"visit_occurrence"}
    assert (report.persons, report.data_cut, report.cut_given) == (2, DAY, False)
    assert "the latest day of the data" in report.notes[0]
    by_table = {item.table: item for item in report.tables}
    assert (by_table["visit_occurrence"].read, by_table["visit_occurrence"].kept) == (2, 1)
    assert report.left_out == 1
    assert by_table["measurement"].source is None
    assert report.not_understood == (
        NotUnderstood("condition_occurrence", "code", "0 (no code)", 1, 1),
        NotUnderstood("condition_occurrence", "code", "99", 1, 1),
    )
    assert report.undated == ()
    assert person_names(facts).all_shown([1, 2]) == ["P2", "P10"]
    signed = facts.rows("attestation").to_pylist()
    assert [(row["person_id"], row["study"], row["item"]) for row in signed] == [
        (2, "S", "consent")
    ]


def test_an_unknown_unit_has_a_hint_and_is_not_read(tmp_path: Path) -> None:
    none: Row = {"unit_concept_id": None, "measurement_concept_id": 3024929}
    rows = rows_of(
        "measurement",
        {**none, "unit_source_value": "MG/dl"},
        {**none, "unit_source_value": "furlong", "measurement_id": 2},
        {**none, "unit_source_value": "mg/dL", "measurement_id": 3},
    )
    found = _found(measurement=rows)
    _, report = write_intake(tmp_path / "data", found, IntakeChoices("x"))
    units = {item.written: item.name for item in report.not_understood if item.kind == "unit"}
    assert units == {"MG/dl": "perhaps mg/dL", "furlong": None}


def test_without_a_date_persons_are_counted(tmp_path: Path) -> None:
    visits = rows_of("visit_occurrence", _visit())
    choices = IntakeChoices(source="a clinic", anchors={"S": "screening"})
    _, report = write_intake(tmp_path / "data", _found(visit_occurrence=visits), choices)
    assert report.undated == (Undated("S", 2, 2),)


def test_a_strict_import_takes_every_row_or_none(tmp_path: Path) -> None:
    visits = rows_of("visit_occurrence", _visit(person_id=5, visit_occurrence_id=17))
    with pytest.raises(DatasetError, match="person unknown") as caught:
        write_intake(
            tmp_path / "data", _found(visit_occurrence=visits), IntakeChoices("x", strict=True)
        )
    assert "17" in str(caught.value)
    assert not (tmp_path / "data").exists()


def test_without_a_person_or_a_record_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no dated record"):
        write_intake(tmp_path / "data", _found(), IntakeChoices("x"))
    nobody = SourceTables({"person": rows_of("person")}, PERSONS, {})
    with pytest.raises(DatasetError, match="no person"):
        write_intake(tmp_path / "data", nobody, IntakeChoices("x"))
    write_intake(tmp_path / "data", _found(), IntakeChoices("x", data_cut=DAY))


def test_a_last_day_far_from_all_others_is_told(tmp_path: Path) -> None:
    days = (DAY, date(2042, 5, 1))
    visits = [
        _visit(person_id=1, visit_occurrence_id=number, visit_start_date=day, visit_end_date=day)
        for number, day in enumerate(days, 1)
    ]
    found = _found(visit_occurrence=rows_of("visit_occurrence", *visits))
    _, report = write_intake(tmp_path / "a", found, IntakeChoices(source="a clinic"))
    assert "more than a year after the day before it, 2024-05-01" in report.notes[0]
    given = IntakeChoices(source="a clinic", data_cut=DAY)
    _, report = write_intake(tmp_path / "b", found, given)
    assert not any("more than a year" in note for note in report.notes)


def test_an_import_of_nobody_is_refused(tmp_path: Path) -> None:
    given = IntakeChoices(source="a clinic", data_cut=date(1900, 1, 1))
    with pytest.raises(DatasetError, match="every person was left out"):
        write_intake(tmp_path / "a", _found(), given)


def test_persons_whose_ids_are_alike_are_told(tmp_path: Path) -> None:
    given = {"person": rows_of("person", person(1), person(2))}
    found = SourceTables(given, number_persons(["ln-1", "LN-01"]), {"person": ("person.csv", 2)})
    _, report = write_intake(tmp_path / "a", found, IntakeChoices(source="a", data_cut=DAY))
    assert any(note.startswith("2 persons have ids that differ only in") for note in report.notes)
