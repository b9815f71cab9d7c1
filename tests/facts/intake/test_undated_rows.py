"""A row whose day cannot be: it happened, on any day, whoever says what absence means."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from facts.intake.imported_answers import CUT, answer
from facts.rows import Row, lab, person, rows_of
from remit.errors import DatasetError
from remit.facts.arrays import NO_DAY
from remit.facts.deaths import death_bounds
from remit.facts.intake.dataset.handed_over import IntakeChoices, SourceTables
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.persons.person_ids import number_persons
from remit.facts.soundness import check_dataset
from remit.facts.tables import TABLES

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
    # Nor is anything taken away from others.
    assert answer(tmp_path, found, ASKED, complete=[TABLE], person=2) == "not_met"
    assert answer(tmp_path, found, ASKED, person=2) == "unknown(not_covered)"
    assert answer(tmp_path, found, ASKED) == "unknown(imprecise_date)"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (None, None),
        (date(1900, 1, 1), None),
        (date(2024, 2, 1), date(2023, 2, 1)),
        (date(2030, 2, 1), date(2023, 2, 1)),  # after the data too: one of its days is wrong
    ],
)
@pytest.mark.parametrize("by", ["period", "rule"])
def test_nor_within_periods_of_a_source_or_a_rule(
    tmp_path: Path, start: date | None, end: date | None, by: str
) -> None:
    found, rule = _sick(start, end), None
    if by == "period":
        days: Row = {"observation_period_start_date": date(2000, 1, 1),
                     "observation_period_end_date": date(2024, 6, 30)}  # fmt: skip
        watched = [{**days, "person_id": who, "observation_period_id": who} for who in (1, 2)]
        found = _found(
            **{
                TABLE: found.tables[TABLE],
                "observation_period": rows_of("observation_period", *watched),
            }
        )
    else:
        rule = tmp_path / "watched.csv"
        rule.write_text("person,start,end\nP1,2000-01-01,2024-06-30\nP2,2000-01-01,2024-06-30\n")
    assert answer(tmp_path, found, ASKED, coverage=rule) == "unknown(imprecise_date)"
    assert answer(tmp_path, found, ASKED, coverage=rule, person=2) == "not_met"


def test_the_dataset_is_sound_and_says_it(tmp_path: Path) -> None:
    choices = IntakeChoices(source="test", data_cut=CUT, complete=[TABLE])
    facts, report = write_intake(tmp_path / "out", _sick(None), choices)
    with facts:
        assert [f for f in check_dataset(facts) if f.severity == "error"] == []
    (told,) = [table for table in report.tables if table.table == TABLE]
    assert (told.read, told.kept, told.left_out) == (2, 2, ())
    said = f"{TABLE}: 1 row has no day that can be: on any day from birth to the data cut"
    assert f"{said} (no date: 1, 7)" in report.notes


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


def test_rows_of_one_id_are_both_kept(tmp_path: Path) -> None:
    open_end: Row = {**ELSEWHERE, "condition_end_date": None}
    row: Row = {**open_end, "person_id": 1, "condition_start_date": date(1900, 1, 1)}
    same: Row = {**open_end, "person_id": 2, "condition_start_date": date(2020, 1, 1)}
    first = {**row, "condition_occurrence_id": 4}
    rows = rows_of(TABLE, first, {**first, "condition_start_date": date(1901, 1, 1)},
                   {**same, "condition_occurrence_id": 4})  # fmt: skip
    choices = IntakeChoices(source="test", data_cut=CUT, complete=[TABLE])
    facts, report = write_intake(tmp_path / "out", _found(**{TABLE: rows}), choices)
    with facts:
        assert facts.rows(TABLE).num_rows == 3
        opened = facts.rows("imprecise_date").to_pylist()
        assert {row["person_id"] for row in opened} == {1}
        assert len({row["fact_id"] for row in opened}) == 2
        assert [f for f in check_dataset(facts) if f.severity == "error"] == []
    assert all(table.unaccounted == 0 for table in report.tables)


def test_who_was_born_on_the_last_day_has_one_day(tmp_path: Path) -> None:
    born = {"year_of_birth": CUT.year, "month_of_birth": CUT.month, "day_of_birth": CUT.day}
    people = rows_of("person", {**person(1), **born}, person(2))
    tables = {**_sick(None).tables, "person": people}
    found = SourceTables(tables, number_persons(["P1", "P2"]), {n: (n, 2) for n in tables})
    choices = IntakeChoices(source="test", data_cut=CUT)
    facts, _ = write_intake(tmp_path / "out", found, choices)
    with facts:
        assert facts.rows("imprecise_date").num_rows == 0
        assert facts.rows(TABLE, persons=[1])["condition_start_date"].to_pylist() == [CUT]


def test_a_death_without_a_day_leaves_life_open(tmp_path: Path) -> None:
    kind = pa.schema([f.with_nullable(True) for f in TABLES["death"].schema])
    rows = pa.Table.from_pylist([{"person_id": 1}], schema=kind)
    choices = IntakeChoices(source="test", data_cut=CUT)
    facts, _ = write_intake(
        tmp_path / "out", _found(death=rows, **{TABLE: rows_of(TABLE, ELSEWHERE)}), choices
    )
    with facts:
        first, last = death_bounds(facts, np.array([1, 2], np.int64))
        assert first[0] < last[0] == (CUT - date(1970, 1, 1)).days
        assert first[1] == last[1] == NO_DAY


def test_a_strict_import_refuses_them(tmp_path: Path) -> None:
    choices = IntakeChoices(source="test", data_cut=CUT, strict=True)
    with pytest.raises(DatasetError, match="no day that can be: no date") as caught:
        write_intake(tmp_path / "out", _sick(None), choices)
    assert "7" in str(caught.value)
