"""The days of which rows are asked for, where a leaf looks at the records of its windows alone.

Whoever fetches rows from afar may leave out those of other days; nobody has to. What is not said
here is asked of all days: other codes, other tables, and rows that carry no day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remit.facts.arrays import Days, Whole


@dataclass(frozen=True, slots=True, eq=False)
class AskedRange:
    """Some codes of `measurement`, and the days from which their rows are asked for.

    Attributes:
        first, last: the days of each person, closed; none where `first > last`; shape (persons,).
    """

    concepts: frozenset[int]
    first: Days
    last: Days


@dataclass(frozen=True, slots=True, eq=False)
class AskedDays:
    """The ranges of days of some persons; rows of others are not asked for.

    Attributes:
        person: ids, ascending, each once.
        ranges: no code is in two of them.
        born: the first day on which each person may have been born, shape (persons,): a row before
            it has no day that can be. None where nobody asks.
    """

    person: Whole
    ranges: tuple[AskedRange, ...]
    born: Days | None = None

    def without(self, codes: frozenset[int]) -> AskedDays:
        """The same, with nothing said of some codes."""
        kept = tuple(
            AskedRange(one.concepts - codes, one.first, one.last)
            for one in self.ranges
            if one.concepts - codes
        )
        return AskedDays(self.person, kept, self.born)

    def with_births(self, person: Whole, born: Days) -> AskedDays:
        """The same, with the births of persons, ascending; of who is not among them none is known.

        Of such a person no row can be.
        """
        if not len(person):
            return self
        place = np.minimum(np.searchsorted(person, self.person), len(person) - 1)
        return AskedDays(self.person, self.ranges, np.asarray(born[place], np.int32))

    def between(self, after: int | None, last: int | None) -> AskedDays:
        """Those of the persons above one id and up to another."""
        begin = 0 if after is None else int(np.searchsorted(self.person, after, "right"))
        end = len(self.person) if last is None else int(np.searchsorted(self.person, last, "right"))
        return AskedDays(
            self.person[begin:end],
            tuple(
                AskedRange(one.concepts, one.first[begin:end], one.last[begin:end])
                for one in self.ranges
            ),
            None if self.born is None else self.born[begin:end],
        )
