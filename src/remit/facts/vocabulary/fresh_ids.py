"""Ids for records that stand in another table, or once more for a second meaning.

An id follows from that of the record alone, whatever rows are read and in which order: records rise
as their old ids did, beyond all ids of the table. So a database, which has no order of rows, gives
the ids that an import gives; and a record that a source has twice is one record still.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from remit.facts.arrays import EMPTY, Whole

_LAST_ID = (1 << 63) - 1


@dataclass(frozen=True, slots=True, eq=False)
class NewRows:
    """The records of a table that are rows of another, or of the same once more.

    Attributes:
        keys: their ids. count: how many such rows each is.
    """

    keys: Whole
    count: Whole


@dataclass(slots=True)
class FreshIds:
    """Ids for rows that are added to a table, beyond all that it holds.

    Attributes:
        highest: table -> the greatest id that is taken.
        given: where it is asked for, all that were given: the table and ids of records, and the
            table and ids of the rows that stand for them now or too.
    """

    highest: dict[str, int] = field(default_factory=dict)
    given: list[tuple[str, Whole, str, Whole]] | None = None
    _planned: dict[tuple[str, str], tuple[Whole, Whole]] = field(default_factory=dict)

    def plan(self, name: str, found: Iterable[Mapping[str, NewRows]]) -> None:
        """Keep ids for the records of a table; before any of its rows is asked for.

        Args:
            found: piece by piece all of its records that get one, by the table that they go to.
        """
        pieces: dict[str, list[NewRows]] = {}
        for piece in found:
            for other, rows in piece.items():
                pieces.setdefault(other, []).append(rows)
        for other in sorted(pieces):
            keys = np.concatenate([rows.keys for rows in pieces[other]])
            count = np.concatenate([rows.count for rows in pieces[other]])
            known, place = np.unique(keys, return_inverse=True)
            most = np.zeros(len(known), np.int64)
            np.maximum.at(most, place.reshape(-1), count)
            most[known == EMPTY] = 0  # no id that another row could have too
            before = self._reserve(other, int(most.sum()))
            self._planned[name, other] = (known, before + np.cumsum(most) - most)

    def telling(self) -> FreshIds:
        """The same ids, for somebody who wants to know which are given."""
        return FreshIds(self.highest, [], self._planned)

    def of(self, name: str, keys: Whole, other: str, number: Whole) -> Whole:
        """The ids of rows of a table in another, shape (rows,).

        Args:
            keys: the ids of the records; `EMPTY` for none.
            number: which of its new rows there each is, from 0 on.
        """
        none = keys == EMPTY
        ids = np.zeros(len(keys), np.int64)
        known, first = self._planned.get((name, other), (keys[:0], keys[:0]))
        if len(known):
            ids = first[np.minimum(np.searchsorted(known, keys), len(known) - 1)] + number
        count = int(np.count_nonzero(none))
        if count:
            ids[none] = np.arange(count) + self._reserve(other, count)
        return ids

    def _reserve(self, table: str, count: int) -> int:
        """The first of so many ids that nobody has."""
        first = self.highest.get(table, 0) + 1
        if first > _LAST_ID - count:
            raise OverflowError(f"{table}: no id is left for another row")
        self.highest[table] = first + count - 1
        return first
