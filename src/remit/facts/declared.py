"""Rows held against what their table declares, before anything is done with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.tables import TABLES, FactTable


def declared_rows(table: FactTable, rows: pa.Table) -> pa.Table:
    """The rows with the columns of the table, in its order.

    Raises:
        DatasetError: other columns or types, or an empty required value.
    """
    wanted = table.schema
    for field in wanted:
        if field.name not in rows.column_names:
            raise DatasetError(
                f"{table.name} lacks the column {field.name}",
                expected=f"the columns {', '.join(wanted.names)}",
                next_step="add the column, empty where nothing is known",
            )
        got = rows.schema.field(field.name).type
        if got != field.type:
            raise DatasetError(
                f"the column {field.name} of {table.name} has the wrong type",
                expected=str(field.type),
                got=str(got),
                next_step="convert the column before it is written",
            )
        if not field.nullable and rows[field.name].null_count:
            raise DatasetError(
                f"the column {field.name} of {table.name} has empty values",
                expected="a value in every row",
                got=f"{rows[field.name].null_count} empty",
                next_step="fill the column or leave those rows out",
            )
    extra = [name for name in rows.column_names if name not in wanted.names]
    if extra:
        raise DatasetError(
            f"{table.name} has columns nobody knows: {', '.join(extra)}",
            expected=f"the columns {', '.join(wanted.names)}",
            next_step="leave these columns out",
        )
    # Not a cast, which would load Arrow's functions: the types are equal already.
    return pa.Table.from_arrays([rows[name] for name in wanted.names], schema=wanted)


def check_names(tables: Mapping[str, object], complete: Iterable[str]) -> None:
    """Nothing, when all names are those of tables and no required table is missing.

    Raises:
        DatasetError: a name that nobody knows, or a table that is missing.
    """
    unknown = [name for name in (*tables, *complete) if name not in TABLES]
    if unknown:
        raise DatasetError(
            f"nobody knows a table {unknown[0]!r}",
            expected=f"one of {', '.join(TABLES)}",
            got=unknown[0],
            next_step="correct the name",
        )
    missing = [name for name, table in TABLES.items() if table.required and name not in tables]
    if missing:
        raise DatasetError(
            f"the table {missing[0]} is missing",
            expected="all required tables of remit.facts.tables",
            next_step="give the table; an empty one says that the source has no such record",
        )
