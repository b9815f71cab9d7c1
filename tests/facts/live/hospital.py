"""OMOP tables of a small cohort as a hospital may keep them, rows that cannot be among them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from remit.facts.opened import Facts
from remit.facts.tables import TABLES

# Tables of the cohort that a hospital has; `observation` is missing, as it is in many.
OMOP = (
    "person",
    "observation_period",
    "visit_occurrence",
    "condition_occurrence",
    "drug_exposure",
    "dose_era",
    "procedure_occurrence",
    "measurement",
    "death",
    "concept_ancestor",
)

# Every so many rows one has no day, one is of before birth, and one ends before it starts.
_EACH = {"measurement": 61, "condition_occurrence": 5, "drug_exposure": 7, "visit_occurrence": 19,
        "procedure_occurrence": 4, "dose_era": 11, "death": 2}  # fmt: skip
UNDATED = tuple(_EACH)


def hospital_tables(facts: Facts, *, own: bool = True) -> Mapping[str, pa.Table]:
    """The tables under names in capitals: days as moments, numbers as doubles.

    Beside each table stand rows that cannot be: of nobody, before birth, after the data cut,
    without a day or a code; dose eras that overlap; and a vocabulary of what lies below what.

    Args:
        own: with the named dates of Remit's own table beside.
    """
    names = (*OMOP, "study_anchor") if own else OMOP
    tables = {name: facts.rows(name) for name in names}
    tables["measurement"] = _with_impossible(tables["measurement"], "measurement")
    tables["condition_occurrence"] = _with_impossible(
        tables["condition_occurrence"], "condition_occurrence"
    )
    tables["dose_era"] = _overlapping(tables["dose_era"])
    tables["concept_ancestor"] = pa.table(
        {
            "ancestor_concept_id": pa.array([4027255, 257628, 3020876], pa.int32()),
            "descendant_concept_id": pa.array([257628, 257628, 3020876], pa.int32()),
        }
    )
    return {name.upper(): _as_kept(rows) for name, rows in tables.items()}


def _as_kept(rows: pa.Table) -> pa.Table:
    columns = {}
    for field in rows.schema:
        column = rows[field.name]
        if pa.types.is_date(field.type):
            column = column.cast(pa.timestamp("us"))
        elif pa.types.is_decimal(field.type):
            column = column.cast(pa.float64())
        columns[field.name.upper()] = column
    return pa.table(columns)


def _with_impossible(rows: pa.Table, name: str) -> pa.Table:
    """Copies of the first rows that no import takes, and one that stands twice."""
    table = TABLES[name]
    assert table.start is not None
    assert table.concept is not None
    some = rows.slice(0, 6)
    top = pc.max(rows[table.key]).as_py()
    keys = pa.array(range(top + 1, top + 1 + len(some)), pa.int64())
    day = rows[table.start].type
    start = pa.array([None, -40_000, 30_000, 15_000, 15_000, 15_000], pa.int32()).view(day)
    who = pa.array([1, 1, 1, -77, None, 2], pa.int64())
    # The code 999…1 occurs in rows that cannot be alone, 999…2 in those of which only the day
    # cannot; the last row has no code.
    code = pa.array([999000002] * 2 + [999000001] * 3 + [None], pa.int32())
    changed = {table.key: keys, table.start: start, "person_id": who, table.concept: code}
    for column, values in changed.items():
        place = some.schema.get_field_index(column)
        some = some.set_column(place, pa.field(column, values.type), values)
    schema = pa.schema([field.with_nullable(True) for field in rows.schema])
    return pa.concat_tables([rows.cast(schema), some.cast(schema), rows.slice(3, 1).cast(schema)])


def _overlapping(eras: pa.Table) -> pa.Table:
    """Each tenth era once more under another id and with another dose."""
    some = eras.take(pa.array(range(0, eras.num_rows, 10)))
    top = pc.max(eras["dose_era_id"]).as_py()
    keys = pa.array(range(top + 1, top + 1 + some.num_rows), pa.int64())
    some = some.set_column(0, eras.schema.field(0), keys)
    place = some.schema.get_field_index("dose_value")
    doubled = pc.multiply(some["dose_value"].cast(pa.float64()), 2.0).cast(
        eras.schema.field(place).type
    )
    return pa.concat_tables([eras, some.set_column(place, eras.schema.field(place), doubled)])


def undated_tables(facts: Facts) -> Mapping[str, pa.Table]:
    """The tables of a cohort in which days of all kinds cannot be, those of deaths too."""
    tables = {name: facts.rows(name) for name in (*OMOP, "study_anchor")}
    tables["death"] = pa.table(
        {
            "person_id": pa.array([3, 4, 5, 6], pa.int64()),
            "death_date": pa.array([date(2024, 1, 1)] * 4, pa.date32()),
        }
    )
    return {**tables, **{name: _without_days(tables[name], name) for name in UNDATED}}


def _without_days(rows: pa.Table, name: str) -> pa.Table:
    table, each = TABLES[name], _EACH[name]
    assert table.start is not None
    starts, ends = rows[table.start].to_pylist(), rows[table.end or table.start].to_pylist()
    for at in range(0, rows.num_rows, each):
        kind = at // each % 3
        starts[at] = None if kind == 0 else date(1801, 2, 3) if kind == 1 else date(2024, 3, 1)
        if kind == 2:
            ends[at] = date(2023, 3, 1)
    changed = {table.start: starts}
    if table.end not in {None, table.start}:
        changed[str(table.end)] = ends
    rows = rows.cast(pa.schema([f.with_nullable(True) for f in rows.schema]))
    for column, days in changed.items():
        place = rows.schema.get_field_index(column)
        rows = rows.set_column(place, pa.field(column, pa.date32()), pa.array(days, pa.date32()))
    if "measurement_datetime" in rows.column_names:  # an empty day is that of its time
        rows = rows.drop_columns(["measurement_datetime"])
    return rows


def write_parquet(folder: Path, tables: Mapping[str, pa.Table]) -> Path:
    """Each table as a file."""
    folder.mkdir()
    for name, rows in tables.items():
        pq.write_table(rows, folder / f"{name}.parquet")
    return folder
