"""Adverse events of a live source that has the table: read as an import of it has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from facts.live.conftest import CUT
from facts.live.hospital import write_parquet
from facts.live.servers import load_duckdb
from remit.facts.adverse_events import AdverseEvents, read_adverse_events
from remit.facts.intake.dataset.handed_over import IntakeChoices
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.omop.omop_tables import read_omop
from remit.facts.live.address import address_of
from remit.facts.live.live_facts import LiveChoices, open_live


def event(number: int, **said: object) -> dict[str, object]:
    plain = {"adverse_event_id": number, "person_id": 1 + number % 3, "term": "Headache"}
    return {"adverse_event_concept_id": 0, "start_date": date(2024, 5, 1), **plain, **said}


EVENTS = [
    event(1, grade=2, serious=True, action="DRUG WITHDRAWN"),
    event(2, start_date=None, grade=9),  # no day: kept, on any day; no such grade
    event(3, end_date=date(2024, 5, 9), related=False, outcome="RECOVERED/RESOLVED"),
    event(4, start_date=date(2090, 1, 1)),  # after the data cut: it cannot be
]
COLUMNS = {
    "adverse_event_id": pa.int64(),
    "person_id": pa.int64(),
    "adverse_event_concept_id": pa.int32(),
    "start_date": pa.date32(),
    "end_date": pa.date32(),
    "grade": pa.int32(),
    "serious": pa.bool_(),
    "related": pa.bool_(),
    **dict.fromkeys(("term", "body_system", "action", "outcome"), pa.string()),
}


@pytest.fixture(scope="module")
def tables(hospital: Mapping[str, pa.Table]) -> Mapping[str, pa.Table]:
    rows = [{name: one.get(name) for name in COLUMNS} for one in EVENTS]
    return {**hospital, "adverse_event": pa.Table.from_pylist(rows, pa.schema(COLUMNS))}


def same(one: AdverseEvents, two: AdverseEvents) -> list[str]:
    """The columns that differ."""
    columns = {
        field.name: [getattr(each, field.name).astype(np.str_).tolist() for each in (one, two)]
        for field in fields(one)
    }
    return [name for name, (first, second) in columns.items() if first != second]


def test_a_live_source_says_of_its_events_what_an_import_says(
    tables: Mapping[str, pa.Table], tmp_path: Path
) -> None:
    write_parquet(tmp_path / "parquet", tables)
    imported, report = write_intake(
        tmp_path / "facts", read_omop(tmp_path / "parquet"), IntakeChoices("test", data_cut=CUT)
    )
    (told,) = [one for one in report.tables if one.table == "adverse_event"]
    assert (told.read, told.kept, sum(left.rows for left in told.left_out)) == (4, 3, 1)
    assert any("1 grades are none of 1 to 5" in note for note in report.notes)
    expected = read_adverse_events(imported)
    assert expected is not None
    assert sorted(expected.event) == [1, 2, 3]
    assert np.isnat(expected.start[expected.event == 2]).all()
    assert expected.grade[expected.event == 2] == 0
    file = load_duckdb(tmp_path / "live.duckdb", tables)
    for address in (f"duckdb:{file}", f"parquet:{tmp_path / 'parquet'}"):
        with open_live(address_of(address), LiveChoices(data_cut=CUT)) as live:
            found = read_adverse_events(live)
            assert found is not None
            assert same(found, expected) == []


def test_a_live_source_without_the_table_says_nothing(
    hospital: Mapping[str, pa.Table], tmp_path: Path
) -> None:
    file = load_duckdb(tmp_path / "live.duckdb", hospital)
    with open_live(address_of(f"duckdb:{file}"), LiveChoices(data_cut=CUT)) as live:
        assert read_adverse_events(live) is None
