"""Long sheets in pieces: small enough for the processor's cache, two at a time.

A piece ends where no row after it reads one before it: with a person's last visit. What a piece
gives is written into arrays of all rows as soon as it is there, so that no more than a few pieces
are held beside those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.numbers import same_in_all
from remit.criteria.columns.sheet import Sheet
from remit.facts.arrays import distinct

PIECE = 65_536  # rows
_THREADS = 2
_T = TypeVar("_T")
_Array = npt.NDArray[np.generic]


def over_pieces(sheet: Sheet, work: Callable[[Sheet], _T]) -> _T:
    """What some work gives for a sheet, piece by piece if it is long.

    Args:
        work: gives arrays of rows, or mappings, tuples and dataclasses of them; what else these
            hold is the same for every piece.
    """
    if sheet.rows <= 2 * PIECE:
        return work(sheet)
    borders = _borders(sheet)
    with ThreadPoolExecutor(_THREADS) as pool:
        found = pool.map(lambda border: work(_piece(sheet, *border)), borders)
        return _joined(zip(borders, found, strict=True), sheet.rows)


def _borders(sheet: Sheet) -> list[tuple[int, int]]:
    """First row and end of each piece."""
    rows = np.arange(sheet.rows, dtype=np.int64)
    lowest, highest = rows.copy(), rows.copy()
    for at in sheet.moments.values():
        np.minimum(lowest, np.where(at < 0, rows, at), out=lowest)
        np.maximum(highest, at, out=highest)
    after = np.minimum.accumulate(lowest[::-1])[::-1]  # the first row that is read from here on
    before = np.maximum.accumulate(highest)
    may_begin = after == rows
    may_begin[1:] &= before[:-1] < rows[1:]
    possible = np.flatnonzero(may_begin)
    wanted = np.arange(0, sheet.rows, PIECE)
    place = distinct(np.searchsorted(possible, wanted))
    begins = possible[place[place < len(possible)]].tolist()
    return list(zip(begins, [*begins[1:], sheet.rows], strict=True))


def _piece(sheet: Sheet, begin: int, end: int) -> Sheet:
    cuts: dict[int, _Array] = {}

    def cut(array: _Array) -> _Array:
        return cuts.setdefault(id(array), array[begin:end])  # bounds that are one array stay one

    return Sheet(
        end - begin,
        _each_array(sheet.numbers, cut),
        _each_array(sheet.categories, cut),
        {
            name: np.where(at[begin:end] < 0, -1, at[begin:end] - begin)
            for name, at in sheet.moments.items()
        },
        _each_array(sheet.answered, cut),
    )


def _joined(pieces: Iterable[tuple[tuple[int, int], _T]], rows: int) -> _T:
    """What all rows give, in the form of what each piece gives."""
    whole: list[_Array] = []
    for (begin, end), piece in pieces:
        parts = _arrays_of(piece)
        whole = whole or [_empty(part, rows) for part in parts]
        whole = [_filled(*both, begin, end) for both in zip(whole, parts, strict=True)]
    arrays = iter(whole)
    return _each_array(piece, lambda _: next(arrays))


def _arrays_of(value: object) -> list[_Array]:
    found: list[_Array] = []

    def note(array: _Array) -> _Array:
        found.append(array)
        return array

    _each_array(value, note)
    return found


def _empty(part: _Array, rows: int) -> _Array:
    return same_in_all(part[0], rows) if part.strides == (0,) else np.empty(rows, part.dtype)


def _filled(whole: _Array, part: _Array, begin: int, end: int) -> _Array:
    """An array of all rows with those of a piece; one value in every row takes no memory."""
    if whole.strides == (0,):
        if part.strides == (0,) and part[:1].tobytes() == whole[:1].tobytes():
            return whole
        whole = whole.copy()
    whole[begin:end] = part
    return whole


def _each_array(value: _T, change: Callable[[_Array], _Array]) -> _T:
    """A value with each array in it changed, always in the same order."""
    found: object = value
    if isinstance(value, np.ndarray):
        found = change(value)
    elif isinstance(value, Mapping):
        found = {name: _each_array(part, change) for name, part in value.items()}
    elif isinstance(value, tuple):
        found = tuple(_each_array(part, change) for part in value)
    elif is_dataclass(value) and not isinstance(value, type):
        parts = {f.name: _each_array(getattr(value, f.name), change) for f in fields(value)}
        found = replace(value, **parts)
    return cast(_T, found)
