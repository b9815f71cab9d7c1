"""Rows of the fact tables for the tests of this folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa

from remit.facts.opened import Facts
from remit.facts.snapshot import empty_table, write_dataset
from remit.facts.tables import TABLES

CUT = date(2025, 6, 30)
Row = dict[str, object]


def rows_of(name: str, *rows: Row) -> pa.Table:
    schema = TABLES[name].schema
    zero = {"date32[day]": date(2025, 1, 1), "string": "x", "bool": True}
    full = [
        {
            field.name: row.get(
                field.name, None if field.nullable else zero.get(str(field.type), 1)
            )
            for field in schema
        }
        for row in rows
    ]
    return pa.Table.from_pylist(full, schema=schema)


def person(person_id: int, year: int = 1990, **others: object) -> Row:
    return {"person_id": person_id, "year_of_birth": year, **others}


def lab(measurement_id: int, person_id: int = 1, **others: object) -> Row:
    return {"measurement_id": measurement_id, "person_id": person_id, **others}


def tables_with(**given: pa.Table) -> dict[str, pa.Table]:
    tables = {name: empty_table(name) for name, table in TABLES.items() if table.required}
    return {**tables, "person": rows_of("person", person(1), person(2)), **given}


def write(out: Path, **given: pa.Table) -> Facts:
    """Without the check of rows: what the check finds is tested below."""
    return write_dataset(out, tables_with(**given), source="test", data_cut=CUT, check=False)
