"""Columns as PostgreSQL sends them: one row whose cells are whole columns, in its binary COPY.

A row a message costs a client more than all else: 33 million of them take minutes. So the server
strings the bytes of each column of numbers together, and the texts of each column of texts, and
what comes is laid out as Arrow needs it. Source: PostgreSQL 15, COPY (binary format), whose bytes
of a value are those of `int4send` and its kin.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.facts.live.source import ColumnKind, SourceColumn
from remit.facts.live.statements import quoted

# What stands for an empty value; no id, code or day is one of these.
_NO_INT, _NO_LONG = -(1 << 31), -(1 << 63)
_ENDLESS_DAY, _ENDLESS = (1 << 31) - 1, (1 << 63) - 1
_SINCE_1970 = 10_957  # days from 1970 to 2000, from which PostgreSQL counts
_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
# Texts are parted by one sign of control, and an empty value is another.
_END, _NONE = 2, 1

_SELECTS: Mapping[ColumnKind, str] = {
    "small": "coalesce({}::int4, -2147483648)",
    "bool": "coalesce({}::int4, -2147483648)",
    "whole": "coalesce({}::int8, -9223372036854775808)",
    "day": "coalesce({}, '-infinity'::date)",
    "moment": "coalesce({}::timestamp, '-infinity'::timestamp)",
    "number": "coalesce({}::text, '')",
    "text": "coalesce({}::text, E'\\x01')",
}
_TEXTS = ("string_agg({}, E'\\x02')", " || E'\\x02'")
_SENT: Mapping[ColumnKind, tuple[str, str]] = {
    "small": ("string_agg(int4send({}), '')", ""),
    "bool": ("string_agg(int4send({}), '')", ""),
    "whole": ("string_agg(int8send({}), '')", ""),
    "day": ("string_agg(date_send({}), '')", ""),
    "moment": ("string_agg(timestamp_send({}), '')", ""),
    "number": _TEXTS,
    "text": _TEXTS,
}
_FILLED = {
    "small": "{}::int4",
    "whole": "{}",
    "day": "{}",
    "number": "{}::text",
    "text": "{}::text",
}


class AmbiguousTextError(ValueError):
    """A text holds a sign by which texts are parted."""


def each_value(column: SourceColumn) -> str:
    """A value of a column as it is sent, an empty one as another that none is."""
    each = _SELECTS[column.kind]
    if column.filled:
        each = _FILLED.get(column.kind, each)
    return each.format(quoted(column.written))


def aggregate(column: SourceColumn, *, where: str = "") -> str:
    """One value that holds all of a column, or what it holds in some of the rows."""
    whole, end = _SENT[column.kind]
    some = f" filter (where {where})" if where else ""
    return f"{whole.format(each_value(column))}{some}{end}"


def rows_of(message: bytes) -> list[list[memoryview | None]]:
    """The cells of each row of a binary COPY; None for an empty one.

    Raises:
        ValueError: these are no bytes of such rows.
    """
    if message[:11] != _SIGNATURE:
        raise ValueError("no binary COPY")
    at = 19 + struct.unpack_from(">i", message, 15)[0]
    view, rows = memoryview(message), list[list[memoryview | None]]()
    while (count := struct.unpack_from(">h", message, at)[0]) != -1:
        at += 2
        cells = list[memoryview | None]()
        for _ in range(count):
            (length,) = struct.unpack_from(">i", message, at)
            at += 4
            cells.append(None if length < 0 else view[at : at + length])
            at += max(length, 0)
        rows.append(cells)
    return rows


def whole_of_cell(cell: memoryview | None) -> int:
    """A whole number of four or eight bytes.

    >>> whole_of_cell(memoryview(bytes([255, 255, 255, 254])))
    -2
    """
    return 0 if cell is None else int.from_bytes(cell, "big", signed=True)


def column_of(cells: Sequence[memoryview | None], kind: ColumnKind, rows: int) -> pa.Array:
    """What cells stand for, one after the other; shape (rows,).

    Raises:
        AmbiguousTextError: a text holds a sign by which texts are parted.
    """
    if kind == "number":
        return _texts(cells, rows, none=None)
    if kind == "text":
        return _texts(cells, rows, none=_NONE)
    if kind in {"small", "bool"}:
        values = _numbers(cells, ">i4", rows).astype(np.int32)
        return _with_nulls(pa.array(values, pa.int32()), values == _NO_INT)
    if kind == "day":
        days = _numbers(cells, ">i4", rows).astype(np.int64)
        none = (days == _NO_INT) | (days == _ENDLESS_DAY)
        shifted = np.where(none, 0, days + _SINCE_1970).astype(np.int32)
        return _with_nulls(pa.array(shifted, pa.int32()).view(pa.date32()), none)
    values = _numbers(cells, ">i8", rows).astype(np.int64)
    if kind == "whole":
        return _with_nulls(pa.array(values, pa.int64()), values == _NO_LONG)
    none = (values == _NO_LONG) | (values == _ENDLESS)
    shifted = np.where(none, 0, values + _SINCE_1970 * 86_400_000_000)
    return _with_nulls(pa.array(shifted, pa.int64()).view(pa.timestamp("us")), none)


def _numbers(cells: Sequence[memoryview | None], kind: str, rows: int) -> npt.NDArray[np.integer]:
    """Numbers whose bytes follow each other."""
    pieces = [cell for cell in cells if cell is not None]
    whole = pieces[0] if len(pieces) == 1 else b"".join(pieces)
    return np.frombuffer(whole, kind, count=rows)


def _with_nulls(column: pa.Array, none: npt.NDArray[np.bool_]) -> pa.Array:
    if not none.any():
        return column
    valid = pa.array(~none, pa.bool_()).buffers()[1]
    return pa.Array.from_buffers(column.type, len(column), [valid, column.buffers()[1]])


def _texts(cells: Sequence[memoryview | None], rows: int, *, none: int | None) -> pa.Array:
    """Texts that end with a sign each, as Arrow holds them; those that are `none` are empty."""
    pieces = [cell for cell in cells if cell is not None]
    if not pieces:
        return pa.nulls(0, pa.string())
    signs = np.frombuffer(pieces[0] if len(pieces) == 1 else b"".join(pieces), np.uint8)
    ends = np.flatnonzero(signs == _END)
    if len(ends) != rows:
        raise AmbiguousTextError
    offsets = np.zeros(rows + 1, np.int32)
    offsets[1:] = ends - np.arange(rows)  # where it ends once the signs before it are taken out
    kept = signs[signs != _END]
    length = np.diff(offsets)
    if none is None:
        empty = length == 0
    else:
        marked = np.flatnonzero(kept == none)
        first = np.minimum(offsets[:-1], max(len(kept) - 1, 0))
        empty = (length == 1) & (kept[first] == none) if len(kept) else length < 0
        if len(marked) != np.count_nonzero(empty):
            raise AmbiguousTextError
    valid = pa.array(~empty, pa.bool_()).buffers()[1]
    return pa.Array.from_buffers(
        pa.string(),
        rows,
        [valid, pa.py_buffer(offsets.tobytes()), pa.py_buffer(kept.tobytes())],
    )


def table_of(
    rows: Sequence[Sequence[memoryview | None]], columns: Sequence[tuple[str, SourceColumn]]
) -> pa.Table:
    """What some rows of a COPY stand for: in each a number of rows, then a cell a column.

    Raises:
        AmbiguousTextError: a text holds a sign by which texts are parted.
    """
    count = sum(whole_of_cell(row[0]) for row in rows)
    arrays = [
        column_of([row[place] for row in rows], column.kind, count)
        for place, (_, column) in enumerate(columns, 1)
    ]
    return pa.Table.from_arrays(arrays, [name for name, _ in columns])
