"""A dataframe as a table of plain columns, whoever made it and however it holds them."""

from __future__ import annotations

import re

import pyarrow as pa

from remit.errors import InstrumentError

_INDEX = re.compile(r"__index_level_\d+__")  # as Arrow calls an index of pandas without a name
_PLAIN = {pa.string_view(): pa.string(), pa.binary_view(): pa.binary()}


def plain_table(visits: object) -> pa.Table:
    """The visits as Arrow has them, each column as its values.

    Raises:
        InstrumentError: it is no table, or Arrow cannot hold one of its columns.
    """
    if not hasattr(visits, "__arrow_c_stream__"):
        raise InstrumentError(
            "the visits are no table",
            expected="a dataframe (pandas, Polars) or an Arrow table",
            got=type(visits).__name__,
            next_step="make one, as pandas.DataFrame({...}) or pyarrow.table({...})",
        )
    return _with_plain_columns(_arrow(visits))


def _arrow(visits: object) -> pa.Table:
    """The visits as Arrow has them, without the index of pandas: what was filtered carries one."""
    try:
        table = pa.table(visits)
    except (pa.ArrowException, TypeError, ValueError):
        # Arrow names a value in its error, which may be a patient's.
        raise InstrumentError(
            "the visits are no table that Arrow holds",
            expected="columns of one type each, and each name once",
            got=type(visits).__name__,
            next_step="write a column that mixes types as texts, and keep one column of each name",
        ) from None
    index = [name for name in table.column_names if _INDEX.fullmatch(name)]
    return table.drop_columns(index) if index else table


def _with_plain_columns(table: pa.Table) -> pa.Table:
    """Each column as its values: few functions of Arrow take categories, or views into a buffer."""
    columns = {name: table.column(at) for at, name in enumerate(table.column_names)}
    if len(columns) < table.num_columns:
        return table  # a name that stands twice is refused by its name
    return pa.table({name: _plain(column) for name, column in columns.items()})


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        values = _PLAIN.get(kind.value_type, kind.value_type)
        chunks = [
            pa.DictionaryArray.from_arrays(chunk.indices, chunk.dictionary.cast(values)).cast(
                values
            )
            for chunk in column.chunks
        ]
        return pa.chunked_array(chunks, values)
    return column.cast(_PLAIN[kind]) if kind in _PLAIN else column
