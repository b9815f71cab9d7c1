"""Rows that cannot be: what is left out, with its reason; what stays passes the check."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from facts.rows import CUT, Row, person, rows_of, tables_with
from remit.errors import DatasetError
from remit.facts.intake.rows.impossible_rows import LastDay, PossibleRows, last_day, possible_rows
from remit.facts.snapshot import write_dataset
from remit.facts.soundness import require_sound
from remit.facts.tables import TABLES


def _table(name: str, *rows: Row) -> pa.Table:
    """Rows in which nothing is filled in: a person or a day may be empty."""
    fields = [field.with_nullable(True) for field in TABLES[name].schema]
    full = [{field.name: row.get(field.name) for field in fields} for row in rows]
    return pa.Table.from_pylist(full, schema=pa.schema(fields))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _left(found: PossibleRows, table: str) -> dict[str, tuple[str, ...]]:
    return {item.reason: item.examples for item in found.left_out.get(table, ())}


def _visit(key: int, first: str | None, last: str | None = None, who: int | None = 1) -> Row:
    return {
        "visit_occurrence_id": key,
        "person_id": who,
        "visit_concept_id": 9202,
        "visit_type_concept_id": 0,
        "visit_start_date": None if first is None else date.fromisoformat(first),
        "visit_end_date": None if last is None else date.fromisoformat(last),
    }


def test_each_reason_is_counted_with_its_rows(tmp_path: Path) -> None:
    visits = _table(
        "visit_occurrence",
        _visit(1, "2025-01-01", "2025-01-03"),
        _visit(2, "1989-12-31"),
        _visit(3, "2025-07-01"),
        _visit(4, "2025-01-02", "2025-01-01"),
        _visit(5, "2025-01-01", who=None),
        _visit(6, "2025-01-01", who=9),
        _visit(7, None),
        _visit(8, "2025-06-30"),
        _visit(9, "1990-01-01"),
    )
    tables = tables_with(person=rows_of("person", person(1, 1990)), visit_occurrence=visits)
    found = possible_rows(tables, data_cut=CUT)
    assert _left(found, "visit_occurrence") == {
        "after the data cut": ("3",),
        "no person": ("5",),
        "person unknown": ("6",),
    }
    # What happened on a day that nobody can read stays, from birth to the data cut.
    why = {item.reason: item.examples for item in found.undated["visit_occurrence"]}
    assert why == {"before birth": ("2",), "end before start": ("4",), "no date": ("7",)}
    kept = found.tables["visit_occurrence"]
    assert kept["visit_occurrence_id"].to_pylist() == [1, 2, 4, 7, 8, 9]
    assert kept["visit_start_date"].to_pylist()[1:4] == [date(1990, 1, 1)] * 3
    assert kept["visit_end_date"].to_pylist()[1:5] == [CUT] * 3 + [date(2025, 6, 30)]
    ranges = found.ranges.to_pylist()
    assert {(row["fact_id"], row["date_column"]) for row in ranges} == {
        (key, f"visit_{side}_date") for key in (2, 4, 7) for side in ("start", "end")
    }
    assert {(row["first_date"], row["last_date"]) for row in ranges} == {(date(1990, 1, 1), CUT)}
    assert found.notes == (
        "visit_occurrence: 3 rows have no day that can be: on any day from birth to the data cut "
        "(no date: 1, 7; before birth: 1, 2; end before start: 1, 4)",
        "visit_occurrence: 2 records have no last day: it is their first",
    )
    tables = {**found.tables, "imprecise_date": found.ranges}
    found = replace(found, tables=tables)
    strict = {name: rows.cast(TABLES[name].schema) for name, rows in found.tables.items()}
    require_sound(write_dataset(tmp_path / "d", strict, source="t", data_cut=CUT))


@pytest.mark.parametrize(
    ("birth", "reason"),
    [
        ({"year_of_birth": None}, "no year of birth"),
        ({"year_of_birth": 1990, "month_of_birth": 13}, "impossible birth date"),
        ({"year_of_birth": 1990, "month_of_birth": 2, "day_of_birth": 29}, "impossible birth date"),
        ({"year_of_birth": 1900, "month_of_birth": 2, "day_of_birth": 29}, "impossible birth date"),
        ({"year_of_birth": 0}, "impossible birth date"),
        ({"year_of_birth": 2025, "month_of_birth": 7}, "born after the data cut"),
        ({"year_of_birth": 2000, "month_of_birth": 2, "day_of_birth": 29}, None),
        ({"year_of_birth": 2025, "month_of_birth": 6, "day_of_birth": 30}, None),
        ({"year_of_birth": 1990, "day_of_birth": 31}, None),
    ],
)
def test_persons_who_cannot_have_been_born(birth: Row, reason: str | None) -> None:
    odd = {
        "person_id": 3,
        "gender_concept_id": 0,
        "race_concept_id": 0,
        "ethnicity_concept_id": 0,
        **birth,
    }
    found = possible_rows(tables_with(person=_table("person", odd)), data_cut=CUT)
    assert _left(found, "person") == ({} if reason is None else {reason: ("3",)})


def test_what_is_watched_ends_with_the_data_cut() -> None:
    period = rows_of(
        "observation_period",
        {
            "observation_period_id": 1,
            "observation_period_start_date": date(2020, 1, 1),
            "observation_period_end_date": date(2099, 12, 31),
        },
    )
    found = possible_rows(tables_with(observation_period=period), data_cut=CUT)
    assert found.tables["observation_period"]["observation_period_end_date"].to_pylist() == [CUT]
    assert "went on after the data cut" in found.notes[0]


def test_a_time_on_another_day_is_no_time() -> None:
    rows = rows_of(
        "measurement",
        {"measurement_id": 1, "measurement_datetime": _time("2025-01-01T23:59")},
        {"measurement_id": 2, "measurement_datetime": _time("2025-01-02T00:01")},
    )
    found = possible_rows(tables_with(measurement=rows), data_cut=CUT)
    times = found.tables["measurement"]["measurement_datetime"].to_pylist()
    assert times == [_time("2025-01-01T23:59"), None]


def test_ids_that_stand_for_several_rows_are_numbered_anew() -> None:
    same: Row = {"measurement_id": 5, "measurement_concept_id": 7}
    rows = rows_of("measurement", same, same, {**same, "measurement_concept_id": 8})
    found = possible_rows(tables_with(measurement=rows), data_cut=CUT)
    assert sorted(found.tables["measurement"]["measurement_concept_id"].to_pylist()) == [7, 8]
    assert found.tables["measurement"]["measurement_id"].to_pylist() == [1, 2]
    assert _left(found, "measurement") == {"says all of another row again": ("5",)}
    assert "numbered anew" in found.notes[0]


def test_two_stories_of_one_person_are_refused() -> None:
    stories: tuple[tuple[str, Row], ...] = (("person", person(1)), ("death", {"person_id": 1}))
    for table, row in stories:
        key = "year_of_birth" if table == "person" else "cause_concept_id"
        one: Row = {**row, key: 1990}
        twice = rows_of(table, one, {**one, key: 1991})
        with pytest.raises(DatasetError, match="two stories"):
            possible_rows(tables_with(**{table: twice}), data_cut=CUT)


def test_the_latest_day_is_that_of_a_beginning() -> None:
    period = rows_of(
        "observation_period",
        {
            "observation_period_id": 1,
            "observation_period_start_date": date(2020, 1, 1),
            "observation_period_end_date": date(2099, 12, 31),
        },
    )
    visit = rows_of("visit_occurrence", {"visit_start_date": date(2024, 5, 1)})
    tables = tables_with(observation_period=period, visit_occurrence=visit)
    assert last_day(tables) == LastDay(
        date(2024, 5, 1), "visit_occurrence", before=date(2020, 1, 1)
    )
    assert last_day(tables_with()) is None
