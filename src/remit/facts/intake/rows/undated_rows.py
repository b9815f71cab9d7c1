"""Rows whose days cannot be: on any day, and not left out.

Where absence is believed, because somebody was watched or a table is complete, a row that is
refused for its day would say "no". It happened, on a day that nobody can read: from birth to the
data cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import Whole, whole_numbers
from remit.facts.imprecise_dates import NAME
from remit.facts.intake.accounting.report import LeftOut
from remit.facts.tables import TABLES, FactTable

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class OpenRows:
    """Which rows of a table have no day that can be.

    Attributes:
        here: which of the rows; shape (rows,).
        birth: the first day on which the person of each row may have been born.
        cut: the last day that the data can speak of.
    """

    here: Flags
    birth: Whole
    cut: int


def opened_rows(table: FactTable, rows: pa.Table, undated: OpenRows) -> pa.Table:
    """The rows, these from birth on and, where they have an end, to the data cut.

    A diagnosis has no end then, a dose no number. Columns that are not among the rows are let be.
    """
    assert table.start is not None, "only such tables are asked"
    here = pa.array(undated.here, pa.bool_())

    def put(rows: pa.Table, name: str, value: pa.Array | None) -> pa.Table:
        place = rows.schema.get_field_index(name)
        kind = rows.schema.types[place]
        new = pa.scalar(None, kind) if value is None else value
        return rows.set_column(place, rows.schema.field(place), pc.if_else(here, new, rows[name]))

    rows = put(rows, table.start, _days(np.where(undated.here, undated.birth, 0)))
    moment = f"{table.start.removesuffix('_date')}_datetime"
    if moment in rows.column_names:
        rows = put(rows, moment, None)
    if table.end is not None and table.end != table.start:
        last = _days(np.full(len(undated.birth), undated.cut, np.int64))
        rows = put(rows, table.end, None if _is_endless(table) else last)
    return put(rows, "dose_value", None) if table.name == "dose_era" else rows


def without_ranges(
    ranges: pa.Table, table: FactTable, rows: pa.Table, undated: OpenRows
) -> pa.Table:
    """The ranges of days that a source states, but for those of such rows."""
    keys = whole_numbers(rows[table.key]).astype(np.int64)[undated.here]
    theirs = pc.and_(
        pc.equal(ranges["fact_table"], table.name),
        pc.is_in(ranges["fact_id"], value_set=pa.array(keys, pa.int64())),
    )
    return ranges.filter(pc.invert(theirs))


def ranges_of(tables: Mapping[str, tuple[pa.Table, OpenRows]]) -> pa.Table:
    """The rows of `imprecise_date` of such rows as they are written, numbered from 1.

    An era has none: without a dose, it is on all of these days.
    """
    pieces, count = [TABLES[NAME].schema.empty_table()], 0
    for name, (rows, undated) in tables.items():
        table, here = TABLES[name], np.flatnonzero(undated.here & (undated.birth < undated.cut))
        if name == "dose_era" or not len(here):
            continue
        ends = () if table.end in {None, table.start} or _is_endless(table) else (table.end,)
        person, key = (
            pa.array(whole_numbers(rows[column]).astype(np.int64)[here], pa.int64())
            for column in ("person_id", table.key)
        )
        for column in (table.start, *ends):
            made = {
                "imprecise_date_id": pa.array(range(count + 1, count + len(here) + 1), pa.int64()),
                "person_id": person,
                "fact_table": pa.repeat(pa.scalar(name, pa.string()), len(here)),
                "fact_id": key,
                "date_column": pa.repeat(pa.scalar(column, pa.string()), len(here)),
                "first_date": _days(undated.birth[here]),
                "last_date": _days(np.full(len(here), undated.cut, np.int64)),
            }
            count += len(here)
            pieces.append(pa.table(made, schema=pieces[0].schema))
    return pa.concat_tables(pieces)


def undated_notes(undated: Mapping[str, tuple[LeftOut, ...]]) -> tuple[str, ...]:
    """Which rows have no day that can be, a sentence for each table."""
    notes = []
    for table, items in undated.items():
        rows = sum(item.rows for item in items)
        told = (f"{item.reason}: {item.rows:,}, {', '.join(item.examples)}" for item in items)
        notes.append(
            f"{table}: {rows:,} {'row has' if rows == 1 else 'rows have'} no day that can be: on "
            f"any day from birth to the data cut ({'; '.join(told)})"
        )
    return tuple(notes)


def _is_endless(table: FactTable) -> bool:
    """Whether an empty end says that a record goes on, or that nobody knows its end."""
    return table.name in {"condition_occurrence", "adverse_event"}


def _days(days: Whole) -> pa.Array:
    return pa.array(days.astype(np.int32), pa.int32()).cast(pa.date32())
