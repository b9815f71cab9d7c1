"""Between which days records lie whose days are not exactly known, and what that leaves open.

A record is *surely* in a window where every possible day of it is, *possibly* where some is. What a
leaf answers stands in `docs/decisions/0011-days-not-exactly-known.md`; the reference evaluator says
the same of one subject in `remit.criteria.reference.imprecise_days`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.subjects import WindowDays
from remit.facts.arrays import Days
from remit.facts.imprecise_dates import PossibleDays
from remit.facts.tables import FactTable

Flags = npt.NDArray[np.bool_]
Subject = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DayBounds:
    """The first and the last possible day on which rows begin and end; shape (rows,)."""

    start_first: Days
    start_last: Days
    end_first: Days
    end_last: Days

    def take(self, at: slice | npt.NDArray[np.integer]) -> DayBounds:
        """Those of some rows."""
        return DayBounds(*(getattr(self, part.name)[at] for part in fields(self)))

    @property
    def open_start(self) -> Flags:
        """Which rows begin on a day that is not exactly known."""
        return np.asarray(self.start_first != self.start_last, np.bool_)

    @property
    def open(self) -> Flags:
        """Which rows begin or end on a day that is not exactly known."""
        return np.asarray(self.open_start | (self.end_first != self.end_last), np.bool_)

    def possibly_begin_in(self, subject: Subject, span: WindowDays) -> Flags:
        """Which rows may begin on a day of their subject's window."""
        first, last = span.first_of(subject), span.last_of(subject)
        return (self.start_first <= last) & (self.start_last >= first) & (first <= last)

    def surely_begin_in(self, subject: Subject, span: WindowDays) -> Flags:
        """Which rows begin on a day of their subject's window, whichever day it is."""
        first, last = span.first_of(subject), span.last_of(subject)
        return (self.start_first >= first) & (self.start_last <= last)


def exact_bounds(start: Days, end: Days) -> DayBounds:
    """The bounds of rows whose days are known."""
    return DayBounds(start, start, end, end)


def joined_bounds(pieces: Sequence[DayBounds]) -> DayBounds:
    """The bounds of rows end to end."""
    return DayBounds(
        *(
            np.concatenate([getattr(piece, part.name) for piece in pieces])
            for part in fields(DayBounds)
        )
    )


def bounds_of_rows(
    table: FactTable,
    row: npt.NDArray[np.integer],
    start: Days,
    end: Days,
    wide: Mapping[tuple[str, str], PossibleDays],
) -> DayBounds | None:
    """The bounds of some rows of a table; None where each of their days is known.

    Args:
        row: the key of each.
    """
    start_first, start_last = _widened(start, row, wide.get((table.name, str(table.start))))
    if table.end in (None, table.start):
        end_first, end_last = start_first, start_last
    else:
        end_first, end_last = _widened(end, row, wide.get((table.name, str(table.end))))
        # A record ends no earlier than it begins.
        start_last = np.minimum(start_last, end_last)
        end_first = np.maximum(end_first, start_first)
    found = DayBounds(start_first, start_last, end_first, end_last)
    return found if found.open.any() else None


def _widened(
    day: Days, row: npt.NDArray[np.integer], possible: PossibleDays | None
) -> tuple[Days, Days]:
    return (day, day) if possible is None else possible.widened(row, day, day)
