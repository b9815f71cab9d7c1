"""Long sheets in pieces: small enough for the processor's cache, two at a time.

A piece ends where no row after it reads one before it: with a person's last visit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from typing import TypeVar

import numpy as np

from remit.criteria.columns.logic import Verdicts
from remit.criteria.columns.numbers import Categories, Numbers
from remit.criteria.columns.sheet import Sheet

PIECE = 32_768  # rows
_THREADS = 2
_T = TypeVar("_T")


def over_pieces(sheet: Sheet, work: Callable[[Sheet], _T]) -> list[_T]:
    """What some work gives for each piece of a sheet, in order; one piece if it is short."""
    if sheet.rows <= 2 * PIECE:
        return [work(sheet)]
    pieces = [_piece(sheet, begin, end) for begin, end in _borders(sheet)]
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(work, pieces))


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
    place = np.unique(np.searchsorted(possible, wanted))
    begins = possible[place[place < len(possible)]].tolist()
    return list(zip(begins, [*begins[1:], sheet.rows], strict=True))


def _piece(sheet: Sheet, begin: int, end: int) -> Sheet:
    return Sheet(
        end - begin,
        {name: _cut(column, begin, end) for name, column in sheet.numbers.items()},
        {name: _cut_categories(column, begin, end) for name, column in sheet.categories.items()},
        {
            name: np.where(at[begin:end] < 0, -1, at[begin:end] - begin)
            for name, at in sheet.moments.items()
        },
        {leaf: codes[begin:end] for leaf, codes in sheet.answered.items()},
    )


_ARRAYS = tuple(
    field.name for field in fields(Numbers) if field.name not in {"units", "scale", "printed"}
)


def _cut(column: Numbers, begin: int, end: int) -> Numbers:
    cut = {name: getattr(column, name)[begin:end] for name in _ARRAYS}
    if column.high is column.low:
        cut["high"] = cut["low"]
    printed = None if column.printed is None else column.printed[begin:end]
    return Numbers(units=column.units, scale=column.scale, printed=printed, **cut)


def _cut_categories(column: Categories, begin: int, end: int) -> Categories:
    return replace(
        column,
        possible=column.possible[begin:end],
        why=column.why[begin:end],
        row=column.row[begin:end],
        day=column.day[begin:end],
    )


def joined_verdicts(pieces: Sequence[Verdicts]) -> Verdicts:
    """The verdicts of all rows from those of the pieces."""
    return Verdicts(
        np.concatenate([piece.statuses for piece in pieces]),
        np.concatenate([piece.reasons for piece in pieces]),
    )
