"""Rows of a live source under the codes that they mean, in the table in which they belong."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa

from remit.facts.arrays import among, rows_at, whole_numbers
from remit.facts.live.live_codes import LiveCodes
from remit.facts.live.source import Wanted
from remit.facts.tables import SOURCE_TEXT, TABLES, FactTable
from remit.facts.vocabulary.resolved_tables import resolved_rows

Read = Callable[[FactTable, Sequence[str], Wanted], pa.Table]


def coded_rows(
    name: str, kept: Sequence[str], wanted: Wanted, resolved: LiveCodes, read: Read
) -> pa.Table:
    """Columns of the rows of a table: those of the source's that stay, and those of others.

    Args:
        read: typed rows of a table of the source, with the codes that they say themselves.
    """
    table = TABLES[name]
    schema = pa.schema([pa.field(column, table.schema.field(column).type) for column in kept])
    pieces = [schema.empty_table()]
    for source in resolved.behind(name):
        asked = resolved.wanted(source, name, wanted)
        if asked is None:
            continue
        rows = read(TABLES[source], _columns(source, name, kept), asked)
        made = resolved_rows(source, rows, resolved.resolution, resolved.fresh).get(name)
        if made is None:
            continue
        if wanted.concepts is not None:
            codes = whole_numbers(made[table.concept or ""], empty=0)
            made = rows_at(made, among(codes, wanted.concepts))
        pieces.append(made.select(list(kept)).cast(schema))
    return pa.concat_tables(pieces)


def _columns(source: str, name: str, kept: Sequence[str]) -> tuple[str, ...]:
    """What is fetched: of rows that stay what is asked, of others all that may be carried over."""
    table = TABLES[source]
    if source != name:
        return tuple(table.schema.names)
    needed = {*kept, table.key, table.concept, SOURCE_TEXT.get(source)}
    return tuple(column for column in table.schema.names if column in needed)
