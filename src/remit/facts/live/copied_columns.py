"""Columns as PostgreSQL sends them: one row whose cells are whole columns, in its binary COPY.

A row a message costs a client more than all else: 33 million of them take minutes. So the server
makes an array of each column of numbers and one text of each column of texts, and what comes is
laid out as Arrow needs it. Source: PostgreSQL 15, COPY (binary format) and `array_send`.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

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

_SELECTS = {
    "small": ("array_agg({})", "coalesce({}::int4, -2147483648)"),
    "bool": ("array_agg({})", "coalesce({}::int4, -2147483648)"),
    "whole": ("array_agg({})", "coalesce({}::int8, -9223372036854775808)"),
    "day": ("array_agg({})", "coalesce({}, '-infinity'::date)"),
    "moment": ("array_agg({})", "coalesce({}::timestamp, '-infinity'::timestamp)"),
    "number": ("string_agg({}, E'\\x02') || E'\\x02'", "coalesce({}::text, '')"),
    "text": ("string_agg({}, E'\\x02') || E'\\x02'", "coalesce({}::text, E'\\x01')"),
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


def aggregate(column: SourceColumn) -> str:
    """One value that holds all of a column."""
    whole, each = _SELECTS[column.kind]
    if column.filled:
        each = _FILLED.get(column.kind, each)
    return whole.format(each.format(quoted(column.written)))


def cells_of(message: bytes) -> list[memoryview | None]:
    """The cells of the one row of a binary COPY; None for an empty one.

    Raises:
        ValueError: these are no bytes of such a row.
    """
    if message[:11] != _SIGNATURE:
        raise ValueError("no binary COPY")
    extension = struct.unpack_from(">i", message, 15)[0]
    at = 19 + extension
    (count,) = struct.unpack_from(">h", message, at)
    at, view, cells = at + 2, memoryview(message), list[memoryview | None]()
    for _ in range(count):
        (length,) = struct.unpack_from(">i", message, at)
        at += 4
        cells.append(None if length < 0 else view[at : at + length])
        at += max(length, 0)
    if struct.unpack_from(">h", message, at)[0] != -1:
        raise ValueError("more than one row, or a cut one")
    return cells


def column_of(cell: memoryview | None, kind: ColumnKind, rows: int) -> pa.Array:
    """What a cell of a row stands for; shape (rows,).

    Raises:
        AmbiguousTextError: a text holds a sign by which texts are parted.
    """
    if kind == "number":
        return _texts(cell, rows, none=None)
    if kind == "text":
        return _texts(cell, rows, none=_NONE)
    if kind in {"small", "bool"}:
        values = _elements(cell, ">i4", rows).astype(np.int32)
        return _with_nulls(pa.array(values, pa.int32()), values == _NO_INT)
    if kind == "day":
        days = _elements(cell, ">i4", rows).astype(np.int64)
        none = (days == _NO_INT) | (days == _ENDLESS_DAY)
        shifted = np.where(none, 0, days + _SINCE_1970).astype(np.int32)
        return _with_nulls(pa.array(shifted, pa.int32()).view(pa.date32()), none)
    values = _elements(cell, ">i8", rows).astype(np.int64)
    if kind == "whole":
        return _with_nulls(pa.array(values, pa.int64()), values == _NO_LONG)
    none = (values == _NO_LONG) | (values == _ENDLESS)
    shifted = np.where(none, 0, values + _SINCE_1970 * 86_400_000_000)
    return _with_nulls(pa.array(shifted, pa.int64()).view(pa.timestamp("us")), none)


def _elements(cell: memoryview | None, kind: str, rows: int) -> npt.NDArray[np.integer]:
    """The elements of an array without an empty one."""
    if cell is None:
        return np.zeros(0, kind)
    dimensions, flags = struct.unpack_from(">ii", cell, 0)
    if dimensions != 1 or flags:
        raise ValueError("an array of another shape, or with empty elements")
    held = np.dtype([("length", ">i4"), ("value", kind)])
    found = np.frombuffer(cell, held, count=rows, offset=20)
    return np.asarray(found["value"])


def _with_nulls(column: pa.Array, none: npt.NDArray[np.bool_]) -> pa.Array:
    if not none.any():
        return column
    valid = pa.array(~none, pa.bool_()).buffers()[1]
    return pa.Array.from_buffers(column.type, len(column), [valid, column.buffers()[1]])


def _texts(cell: memoryview | None, rows: int, *, none: int | None) -> pa.Array:
    """Texts that end with a sign each, as Arrow holds them; those that are `none` are empty."""
    if cell is None:
        return pa.nulls(0, pa.string())
    signs = np.frombuffer(cell, np.uint8)
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


def table_of(message: bytes, columns: Sequence[tuple[str, SourceColumn]]) -> pa.Table:
    """The rows that a message holds: their number first, then a cell a column.

    Raises:
        AmbiguousTextError: a text holds a sign by which texts are parted.
    """
    number, *cells = cells_of(message)
    assert number is not None, "a count is never empty"
    (rows,) = struct.unpack(">q", number)
    arrays = [
        column_of(cell, column.kind, rows) for cell, (_, column) in zip(cells, columns, strict=True)
    ]
    return pa.Table.from_arrays(arrays, [name for name, _ in columns])
