"""Arrow columns as numpy arrays, read from their buffers: exact, without a copy where none is due.

Arrow's own way of going to numpy loads pandas first, which takes longer than a small screening.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

EMPTY = -(1 << 62)  # stands for an empty number, time or id
NO_DAY = -(1 << 30)  # stands for an empty date
LAST_DAY = 1 << 30  # later than any date

Whole = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]


def _joined(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    if not isinstance(column, pa.ChunkedArray):
        return column
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _valid(column: pa.Array) -> npt.NDArray[np.bool_]:
    bits = np.frombuffer(column.buffers()[0], np.uint8)
    flags = np.unpackbits(bits, bitorder="little")[column.offset : column.offset + len(column)]
    return flags.astype(np.bool_)


def _values(column: pa.Array) -> npt.NDArray[np.integer]:
    kind, count = column.type, len(column)
    if count == 0:
        return np.zeros(0, np.int64)
    buffer = column.buffers()[-1]
    if pa.types.is_boolean(kind):
        bits = np.unpackbits(np.frombuffer(buffer, np.uint8), bitorder="little")
        return bits[column.offset : column.offset + count]
    if pa.types.is_decimal128(kind):
        # Eighteen digits fit into the low half; its sign is that of the whole.
        return np.frombuffer(buffer, np.int64, count=2 * count, offset=16 * column.offset)[::2]
    width = kind.bit_width // 8
    return np.frombuffer(buffer, f"i{width}", count=count, offset=width * column.offset)


def whole_numbers(
    column: pa.Array | pa.ChunkedArray, *, empty: int = EMPTY
) -> npt.NDArray[np.integer]:
    """The integers of a column; decimals in units of their last place, dates in days since 1970.

    Args:
        column: of integers, dates, times, decimals with at most 18 digits, or booleans.
        empty: stands for an empty value.

    >>> whole_numbers(pa.array([1, None, 3]), empty=0).tolist()
    [1, 0, 3]
    """
    joined = _joined(column)
    values = _values(joined)
    if joined.null_count == 0:
        return values
    wide = values if values.dtype == np.int64 or abs(empty) < 1 << 31 else values.astype(np.int64)
    return np.where(_valid(joined), wide, wide.dtype.type(empty))


def dates_of(column: pa.Array | pa.ChunkedArray, *, empty: int = NO_DAY) -> Days:
    """Dates as days since 1 January 1970; `empty` where there is none."""
    return np.asarray(whole_numbers(column, empty=empty), np.int32)


def times_of(column: pa.Array | pa.ChunkedArray) -> Whole:
    """Times in the unit of the column; `EMPTY`, which is before any, where there is none."""
    return np.asarray(whole_numbers(column), np.int64)
