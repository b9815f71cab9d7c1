"""Rows of a live source in the order in which they are read."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import arrow_of, order_of, whole_numbers
from remit.facts.reading import ADDED_FIELDS, PLACE, places_of, reading_order
from remit.facts.tables import FactTable

MOMENT = ("person_id", "measurement_date", "measurement_datetime", "measurement_id")


def placed_together(blocks: Sequence[pa.Table]) -> list[pa.Table]:
    """Rows of several blocks with their places among the rows of all: the order is the same."""
    together = pa.concat_tables([rows.select(list(MOMENT)) for rows in blocks])
    place, begin, found = places_of(together), 0, []
    for rows in blocks:
        end = begin + rows.num_rows
        column = arrow_of(place[begin:end], pa.int32())
        found.append(rows.append_column(ADDED_FIELDS[PLACE], column))
        begin = end
    return found


def ordered_rows(rows: pa.Table, table: FactTable, columns: Collection[str]) -> pa.Table:
    """Some columns of rows in reading order."""
    fields = [
        ADDED_FIELDS[name] if name in ADDED_FIELDS else table.schema.field(name)
        for name in rows.column_names
        if name in columns
    ]
    # As the table declares them: what must not be empty is not, once a row can be.
    kept = pa.Table.from_arrays([rows[f.name] for f in fields], schema=pa.schema(fields))
    names = [name for name in reading_order(table) if name in rows.column_names]
    if any(pa.types.is_string(rows.schema.field(name).type) for name in names):
        keys_of_text = [(name, "ascending") for name in names]
        return kept.take(pc.sort_indices(rows, sort_keys=keys_of_text))
    if not rows.num_rows:
        return kept
    keys = [whole_numbers(rows[name]) for name in names]
    if table.name == "measurement" and PLACE not in names:
        keys.append(places_of(rows))  # among these rows alone, which are in the same order
    order = order_of(*keys)
    if (order[1:] > order[:-1]).all():
        return kept
    return kept.take(arrow_of(order, pa.int64()))
