"""A row whose day cannot be, in a table declared complete: it happened, on any day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from facts.intake.imported_answers import CUT, answer
from facts.rows import Row, lab, person, rows_of
from remit.errors import DatasetError
from remit.facts.intake.dataset.handed_over import IntakeChoices, SourceTables
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.persons.person_ids import number_persons
from remit.facts.soundness import check_dataset

SLE = 257628  # OMOP: systemic lupus erythematosus
TABLE = "condition_occurrence"
ASKED = "any sle in [screening - 1 year, screening]"
ELSEWHERE: Row = {"condition_concept_id": SLE, "condition_start_date": date(2010, 1, 1),
                  "condition_end_date": date(2011, 1, 1), "person_id": 2}  # fmt: skip


def _found(**tables: pa.Table) -> SourceTables:
    given = {"person": rows_of("person", person(1), person(2)), **tables}
    reads: dict[str, tuple[str | None, int]] = {
        name: (f"{name}.csv", rows.num_rows) for name, rows in given.items()
    }
    return SourceTables(given, number_persons(["P1", "P2"]), reads)


def _sick(start: date | None, end: date | None = None, *, table: str = TABLE) -> SourceTables:
    own: Row = {
        "condition_occurrence_id": 7,
        "condition_concept_id": SLE,
        "condition_start_date": start,
        "condition_end_date": end,
    }
    nullable = pa.schema([f.with_nullable(True) for f in rows_of(table, ELSEWHERE).schema])
    rows = [rows_of(table, ELSEWHERE).cast(nullable)]
    made = {**rows_of(table, {**own, "condition_start_date": date(2000, 1, 1)}).to_pylist()[0]}
    rows.append(pa.Table.from_pylist([{**made, **own}], schema=nullable))
    return _found(**{table: pa.concat_tables(rows)})


# The day of OMOP's `condition_start_date` may not be empty (CDM 5.4); sources have it empty still.
@pytest.mark.parametrize(
    ("start", "end"),
    [
        (None, None),
        (None, date(2024, 1, 1)),
        (date(1900, 1, 1), None),
        (date(2024, 2, 1), date(2023, 2, 1)),
    ],
)
def test_no_absence_is_believed_beside_it(
    tmp_path: Path, start: date | None, end: date | None
) -> None:
    found = _sick(start, end)
    assert answer(tmp_path, found, ASKED, complete=[TABLE]) == "unknown(imprecise_date)"
    # Nor is anything taken away from others, or said of a table that nobody declared.
    assert answer(tmp_path, found, ASKED, complete=[TABLE], person=2) == "not_met"
    assert answer(tmp_path, found, ASKED) == "unknown(not_covered)"


def test_the_dataset_is_sound_and_says_it(tmp_path: Path) -> None:
    choices = IntakeChoices(source="test", data_cut=CUT, complete=[TABLE])
    facts, report = write_intake(tmp_path / "out", _sick(None), choices)
    with facts:
        assert [f for f in check_dataset(facts) if f.severity == "error"] == []
    (told,) = [table for table in report.tables if table.table == TABLE]
    assert (told.read, told.kept, told.left_out) == (2, 2, ())
    assert f"{TABLE}: 1 rows have no day that can be: on any day from birth to the data cut" in (
        report.notes
    )


def test_a_day_after_the_data_is_none_of_their_windows(tmp_path: Path) -> None:
    assert answer(tmp_path, _sick(date(2025, 1, 1)), ASKED, complete=[TABLE]) == "not_met"


def test_a_dose_without_a_day_leaves_each_dose_open(tmp_path: Path) -> None:
    era: Row = {"drug_concept_id": 1551099, "dose_value": 5, "unit_concept_id": 8576,
                "dose_era_start_date": date(1900, 1, 1),
                "dose_era_end_date": date(1900, 2, 1)}  # fmt: skip
    found = _found(dose_era=rows_of("dose_era", era))
    asked = "dose of prednisone at screening <= 50 mg/d"
    assert answer(tmp_path, found, asked, complete=["dose_era"]).startswith("unknown(")


def test_a_finding_without_a_day_may_be_the_latest(tmp_path: Path) -> None:
    result: Row = {"measurement_concept_id": 3016723, "value_as_number": 1, "unit_concept_id": 8840}
    first = {**lab(1, measurement_date=date(2024, 3, 1)), **result}  # creatinine, mg/dL
    asked = "latest creatinine in [screening - 1 year, screening] < 2 mg/dL"
    alone = _found(measurement=rows_of("measurement", first))
    assert answer(tmp_path, alone, asked, complete=["measurement"]) == "met"
    other = {**lab(2, measurement_date=date(1900, 1, 1)), **result, "value_as_number": 3}
    both = _found(measurement=rows_of("measurement", first, other))
    assert answer(tmp_path, both, asked, complete=["measurement"]) == "unknown(imprecise_date)"


def test_rows_of_one_id_cannot_be_told_apart(tmp_path: Path) -> None:
    rows = rows_of(
        TABLE,
        {**ELSEWHERE, "person_id": 1, "condition_start_date": date(1900, 1, 1)},
        {**ELSEWHERE, "person_id": 1, "condition_start_date": date(1901, 1, 1)},
    )
    choices = IntakeChoices(source="test", data_cut=CUT, complete=[TABLE])
    with pytest.raises(DatasetError, match="cannot be declared complete"):
        write_intake(tmp_path / "out", _found(**{TABLE: rows}), choices)
