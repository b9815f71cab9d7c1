"""Rows of one table of OMOP as rows of another: what both have, by name or by what it means."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.tables import SOURCE_TEXT, FactTable

# The id of the source's own code, by which a row without an id is known.
SOURCE_CODES: Mapping[str, str] = {
    "condition_occurrence": "condition_source_concept_id",
    "drug_exposure": "drug_source_concept_id",
    "procedure_occurrence": "procedure_source_concept_id",
    "measurement": "measurement_source_concept_id",
    "observation": "observation_source_concept_id",
}


def with_column(rows: pa.Table, name: str, column: pa.Array) -> pa.Table:
    """The rows with other values in a column."""
    place = rows.schema.get_field_index(name)
    return rows.set_column(place, rows.schema.field(place), pa.chunked_array([column]))


def moved_rows(table: FactTable, other: FactTable, rows: pa.Table) -> pa.Table:
    """Rows in the columns of another table: what both have, by name or by what it means."""
    same = {
        other.key: table.key,
        other.concept: table.concept,
        other.end: table.end,
        other.start: table.start,  # of a record of one day it is both
        _type(other): _type(table),
        SOURCE_TEXT.get(other.name): SOURCE_TEXT.get(table.name),
        _moment(other): _moment(table),
    }
    columns = []
    for column in other.schema:
        source = same.get(column.name) or (
            column.name if column.name in table.schema.names else None
        )
        if source in rows.column_names:
            columns.append(rows[source].cast(column.type))
        else:
            columns.append(pa.nulls(rows.num_rows, column.type))
    made = pa.Table.from_arrays(columns, names=other.schema.names)
    if other.end is not None and other.start is not None and other.end != other.start:
        required = not other.schema.field(other.end).nullable
        if required and made[other.end].null_count:
            ends = pc.coalesce(made[other.end], made[other.start])
            made = made.set_column(made.schema.get_field_index(other.end), other.end, ends)
    return made


def _type(table: FactTable) -> str:
    return next(column.name for column in table.columns if column.name.endswith("_type_concept_id"))


def _moment(table: FactTable) -> str | None:
    names = (column.name for column in table.columns)
    return next((name for name in names if name.endswith("_datetime")), None)
