"""Arrow columns as numpy arrays, read from their buffers: exact, without a copy where none is due.

Arrow's own way of going to numpy loads pandas first, which takes longer than a small screening.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

EMPTY = -(1 << 62)  # stands for an empty number, time or id
NO_DAY = -(1 << 30)  # stands for an empty date
LAST_DAY = 1 << 30  # later than any date
FEW_RUNS = FEW_VALUES = 1_000
WORD = 63  # bits of a number that is not below 0
CODE = 20  # bits, beyond which numbers are codes rather than days or persons of a part

Whole = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]
IntegerT = TypeVar("IntegerT", bound=np.integer)


def _joined(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    if not isinstance(column, pa.ChunkedArray):
        return column
    if column.num_chunks == 1:
        return column.chunk(0)
    # `pa.array([])` would load pandas to look whether the list is one of its kinds.
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.nulls(0, column.type)


def _valid(column: pa.Array) -> npt.NDArray[np.bool_]:
    return _bits(column, 0).astype(np.bool_)


def _bits(column: pa.Array, buffer: int) -> npt.NDArray[np.uint8]:
    """One bit a row of a buffer of bits; a slice of a long column unpacks its own bytes only."""
    first, last = column.offset // 8, -(-(column.offset + len(column)) // 8)
    packed = np.frombuffer(column.buffers()[buffer], np.uint8)[first:last]
    begin = column.offset - 8 * first
    return np.unpackbits(packed, bitorder="little")[begin : begin + len(column)]


def _values(column: pa.Array) -> npt.NDArray[np.integer]:
    kind, count = column.type, len(column)
    if count == 0:
        return np.zeros(0, np.int64)
    if pa.types.is_boolean(kind):
        return _bits(column, 1)
    buffer = column.buffers()[-1]
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
    if not isinstance(column, pa.ChunkedArray):
        return _whole(column, empty)
    chunks = [chunk for chunk in column.chunks if len(chunk)]
    if len(chunks) < 2:
        return _whole(chunks[0], empty) if chunks else np.zeros(0, np.int64)
    pieces = [_values(chunk) for chunk in chunks]
    # Copied once: a decimal is halved and what is empty is marked in the joined column.
    joined = np.empty(len(column), _kind_that_holds(pieces[0].dtype, empty, column.null_count))
    begin = 0
    for chunk, values in zip(chunks, pieces, strict=True):
        joined[begin : begin + len(values)] = values
        _mark_empty(joined[begin : begin + len(values)], chunk, empty)
        begin += len(values)
    return joined


def _whole(column: pa.Array, empty: int) -> npt.NDArray[np.integer]:
    values = _values(column)
    if column.null_count == 0:
        return values
    marked = values.astype(_kind_that_holds(values.dtype, empty, column.null_count))
    _mark_empty(marked, column, empty)
    return marked


def _kind_that_holds(
    kind: np.dtype[np.integer], empty: int, empty_values: int
) -> np.dtype[np.integer]:
    narrow = empty_values == 0 or abs(empty) < 1 << 31
    return kind if narrow else np.dtype(np.int64)


def _mark_empty(values: npt.NDArray[np.integer], column: pa.Array, empty: int) -> None:
    if column.null_count:
        values[np.flatnonzero(~_valid(column))] = empty


def arrow_of(values: npt.NDArray[np.generic], kind: pa.DataType) -> pa.Array:
    """Fixed-width numbers as an Arrow column of that type, none of them empty.

    >>> arrow_of(np.array([3, 1], np.int32), pa.int32()).to_pylist()
    [3, 1]
    """
    exact = np.ascontiguousarray(values, f"i{kind.bit_width // 8}")
    return pa.Array.from_buffers(kind, len(exact), [None, pa.py_buffer(exact.data)])


def repeated_text(text: str, count: int) -> pa.Array:
    """A column that holds the same text so many times.

    >>> repeated_text("screening", 2).to_pylist()
    ['screening', 'screening']
    """
    word = text.encode()
    ends = np.arange(count + 1, dtype=np.int32) * len(word)
    buffers = [None, pa.py_buffer(ends.data), pa.py_buffer(word * count)]
    return pa.Array.from_buffers(pa.string(), count, buffers)


def repeated_code(text: str, count: int) -> pa.DictionaryArray:
    """The same as a column of codes, which are looked up and not read.

    >>> repeated_code("screening", 2).to_pylist()
    ['screening', 'screening']
    """
    codes = arrow_of(np.zeros(count, np.int32), pa.int32())
    return pa.DictionaryArray.from_arrays(codes, repeated_text(text, 1))


def decimals_of(units: npt.NDArray[np.integer], kind: pa.DataType) -> pa.Array:
    """Whole numbers in units of the last place as a column of decimals, none of them empty.

    >>> decimals_of(np.array([-1800000]), pa.decimal128(18, 6)).to_pylist()
    [Decimal('-1.800000')]
    """
    low = units.astype(np.int64, copy=False)
    words = np.empty((len(low), 2), np.int64)
    words[:, 0], words[:, 1] = low, low >> 63
    return pa.Array.from_buffers(kind, len(low), [None, pa.py_buffer(words)])


def rows_at(rows: pa.Table, kept: npt.NDArray[np.bool_]) -> pa.Table:
    """The rows where `kept` is set, shape (rows,).

    Few runs of rows are cut out one by one: to take rows loads all functions of Arrow, which is
    longer than a look at one person may last.
    """
    edges = np.flatnonzero(np.diff(kept, prepend=False, append=False))
    begins, ends = edges[::2], edges[1::2]
    if len(begins) <= FEW_RUNS:
        return slices_of(rows, begins, ends)
    return rows.take(arrow_of(np.flatnonzero(kept), pa.int64()))


def slices_of(
    rows: pa.Table, begins: npt.NDArray[np.integer], ends: npt.NDArray[np.integer]
) -> pa.Table:
    """The rows of each range, one after the other, without a copy."""
    pieces = [
        rows.slice(begin, end - begin)
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)
    ]
    return pa.concat_tables(pieces) if pieces else rows.slice(0, 0)


def rows_in_order(rows: pa.Table, order: npt.NDArray[np.integer]) -> pa.Table:
    """The rows at these places, one chunk a column; texts that were coded are texts again.

    Column by column: never more than one of them lies in memory once more.
    """
    at = arrow_of(order, pa.int32())
    columns = {name: _taken(rows[name], at) for name in rows.column_names}
    return pa.table(columns)


def _taken(column: pa.ChunkedArray, at: pa.Array) -> pa.Array:
    kind = column.type
    if column.null_count == len(column):
        return pa.nulls(len(at), kind.value_type if pa.types.is_dictionary(kind) else kind)
    # Rows of many chunks would be looked for in them one by one.
    held = _joined(column)
    if not pa.types.is_dictionary(kind):
        return held.take(at)
    return held.dictionary.take(held.indices.take(at))


def order_of(*keys: npt.NDArray[np.integer]) -> Whole:
    """Positions that bring rows into the order of the keys, the first being the most significant.

    Rows with equal keys stay in their order. Keys are packed into words with the position of the
    row behind them: numpy sorts words three times faster than it finds the order of them, which is
    ten times faster than `np.lexsort`. What no word holds is sorted in steps, the last keys first.

    >>> order_of(np.array([2, 1, 1]), np.array([0, 9, 3])).tolist()
    [2, 1, 0]
    """
    count = len(keys[0])
    if count < 2:
        return np.arange(count)
    # Rows that lie in the order of the last key already are not moved by it.
    while len(keys) > 1 and (keys[-1][1:] >= keys[-1][:-1]).all():
        keys = keys[:-1]
    width = (count - 1).bit_length()
    order: Whole | None = None
    for word in _words(keys, WORD - width):
        rest = word if order is None else word[order]
        ranked = rest << width
        ranked |= np.arange(count)
        ranked.sort()
        ranked &= (1 << width) - 1
        order = ranked if order is None else order[ranked]
    assert order is not None, "there is a key"
    return order


def distinct_rows(
    *keys: npt.NDArray[np.integer],
) -> tuple[npt.NDArray[np.integer], ...]:
    """The rows of some columns in the order of these, each of what differs once.

    Packed into a word each, rows are sorted as words and need not be moved.

    >>> [column.tolist() for column in distinct_rows(np.array([2, 1, 2]), np.array([7, 9, 7]))]
    [[1, 2], [9, 7]]
    """
    lows = [int(key.min(initial=0)) for key in keys]
    widths = [
        (int(key.max(initial=0)) - low).bit_length() for key, low in zip(keys, lows, strict=True)
    ]
    if sum(widths) > WORD:
        order = order_of(*keys)
        keys = tuple(key.take(order) for key in keys)
        again = reduce(np.logical_and, (key[1:] == key[:-1] for key in keys))
        return tuple(key.compress(np.append(True, ~again)[: len(key)]) for key in keys)
    word = np.zeros(len(keys[0]), np.int64)
    for key, low, width in zip(keys, lows, widths, strict=True):
        word <<= width
        word |= key.astype(np.int64) - low
    word.sort()
    found: list[npt.NDArray[np.integer]] = []
    again = word[1:] == word[:-1]
    if again.any():
        word = word.compress(np.append(True, ~again))
    for key, low, width in reversed(list(zip(keys, lows, widths, strict=True))):
        found.append(((word & ((1 << width) - 1)) + low).astype(key.dtype))
        word >>= width
    return tuple(reversed(found))


def _words(keys: Sequence[npt.NDArray[np.integer]], room: int) -> Iterator[Whole]:
    """The keys in as few words of `room` bits as they fill, the least significant word first."""
    word, used = np.zeros(len(keys[0]), np.int64), 0
    for key in reversed(keys):
        rest, width = _from_zero(key)
        if used + width > room and used:
            yield word
            word, used = np.zeros(len(rest), np.int64), 0
        while width > room:
            yield rest & ((1 << room) - 1)
            rest, width = rest >> room, width - room
        word, used = rest << used | word, used + width
    yield word


def _from_zero(values: npt.NDArray[np.integer]) -> tuple[Whole, int]:
    """The numbers less the least of them, or their ranks where those need all bits, and the width.

    Ids that are hashes lie up to 2^64 apart, which no signed word holds. Codes lie far apart too;
    where they come in a few runs, their ranks are found at little cost.
    """
    low, high = int(values.min()), int(values.max())
    width = (high - low).bit_length()
    if width > WORD:
        return _from_zero(_ranks(values))
    if width > CODE:
        begins = np.flatnonzero(values[1:] != values[:-1]) + 1
        if len(begins) < FEW_RUNS:
            begins = np.concatenate([[0], begins])
            rank = np.repeat(_ranks(values[begins]), np.diff(begins, append=len(values)))
            return rank, int(rank.max()).bit_length()
    return values.astype(np.int64) - low, width


def _ranks(values: npt.NDArray[np.integer]) -> Whole:
    """0 for the least value, 1 for the next; equal values have one rank."""
    order = np.argsort(values)
    rising = np.concatenate([[0], np.cumsum(np.diff(values[order]) != 0)])
    ranks = np.empty(len(values), np.int64)
    ranks[order] = rising
    return ranks


def distinct(values: npt.NDArray[IntegerT]) -> npt.NDArray[IntegerT]:
    """The different values, rising; shape (values,).

    `np.unique` loads numpy's masked arrays, which takes as long as to read the tables of a person.

    >>> distinct(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    ordered = np.sort(values)
    first = np.ones(len(ordered), np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def among(values: npt.NDArray[np.integer], wanted: Iterable[int]) -> npt.NDArray[np.bool_]:
    """Where a value is one of those wanted; shape (values,).

    As `np.isin`, which of few values makes them distinct first (see `distinct`).

    >>> among(np.array([3, 1, 7]), {7, 3}).tolist()
    [True, False, True]
    """
    asked = np.array(sorted(wanted), np.int64)
    if len(values) > FEW_VALUES or not len(asked):
        return np.isin(values, asked)
    place = np.minimum(np.searchsorted(asked, values), len(asked) - 1)
    return np.asarray(asked[place] == values, np.bool_)


def held(
    values: npt.NDArray[np.integer], ascending: npt.NDArray[np.integer]
) -> npt.NDArray[np.bool_]:
    """As `among`, where those wanted ascend: for many values of a wide range and fewer wanted.

    >>> held(np.array([3, 1, 7]), np.array([3, 7])).tolist()
    [True, False, True]
    """
    if not len(ascending):
        return np.zeros(len(values), np.bool_)
    place = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    return np.asarray(ascending[place] == values, np.bool_)


def dates_of(column: pa.Array | pa.ChunkedArray, *, empty: int = NO_DAY) -> Days:
    """Dates as days since 1 January 1970; `empty` where there is none."""
    return np.asarray(whole_numbers(column, empty=empty), np.int32)


def times_of(column: pa.Array | pa.ChunkedArray) -> Whole:
    """Times in the unit of the column; `EMPTY`, which is before any, where there is none."""
    return np.asarray(whole_numbers(column), np.int64)


def texts_of(
    column: pa.Array | pa.ChunkedArray,
) -> tuple[list[str | None], npt.NDArray[np.integer]]:
    """The distinct texts of a column, None last, and the place of each row's among them.

    >>> texts, place = texts_of(pa.array(["b", None, "b"]))
    >>> texts, place.tolist()
    (['b', None], [0, 1, 0])
    """
    if isinstance(column, pa.ChunkedArray) and pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    joined = _joined(column)
    encoded = joined if pa.types.is_dictionary(joined.type) else joined.dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    return [*texts, None], whole_numbers(encoded.indices, empty=len(texts))
