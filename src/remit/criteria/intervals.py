"""Sets of numbers as intervals, exact at their ends: what a comparison leaves of a reading."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, inf
from typing import TypeAlias

from remit.criteria.readings import Operator

# A place between numbers: before a number (0) or after it (1). So open and closed ends compare.
Cut: TypeAlias = tuple[Fraction | float, int]
LEAST: Cut = (-inf, 1)
MOST: Cut = (inf, 0)


@dataclass(frozen=True, slots=True)
class Intervals:
    """Numbers between pairs of cuts that rise and do not touch.

    >>> Intervals.of(">", Fraction(2)) & Intervals.of("<=", Fraction(2))
    Intervals(pieces=())
    """

    pieces: tuple[tuple[Cut, Cut], ...]

    @classmethod
    def of(cls, operator: Operator, number: Fraction) -> Intervals:
        """The numbers that stand in this relation to a number."""
        before, after = (number, 0), (number, 1)
        first, last = {
            "<": (LEAST, before),
            "<=": (LEAST, after),
            "=": (before, after),
            ">=": (before, MOST),
            ">": (after, MOST),
        }[operator]
        return cls(((first, last),))

    @classmethod
    def between(cls, low: Fraction | None, high: Fraction | None) -> Intervals:
        """The numbers from one to another, both included; None is no bound."""
        return cls(((LEAST if low is None else (low, 0), MOST if high is None else (high, 1)),))

    def __and__(self, other: Intervals) -> Intervals:
        both = (
            (max(one[0], two[0]), min(one[1], two[1]))
            for one in self.pieces
            for two in other.pieces
        )
        return Intervals(tuple(sorted(pair for pair in both if pair[0] < pair[1])))

    def __bool__(self) -> bool:
        return bool(self.pieces)

    def others(self) -> Intervals:
        """All numbers that are not here."""
        cuts = [LEAST, *(cut for pair in self.pieces for cut in pair), MOST]
        pairs = zip(cuts[::2], cuts[1::2], strict=True)
        return Intervals(tuple(pair for pair in pairs if pair[0] < pair[1]))

    def whole(self) -> Intervals:
        """The whole numbers here; each piece begins before one and ends after one."""
        found = []
        for (low, after), (high, until) in self.pieces:
            begin, end = LEAST, MOST
            if not isinstance(low, float):
                begin = Fraction(floor(low) + 1 if after else ceil(low)), 0
            if not isinstance(high, float):
                end = Fraction(floor(high) if until else ceil(high) - 1), 1
            if begin < end:
                found.append((begin, end))
        return Intervals(tuple(found))


EVERY = Intervals(((LEAST, MOST),))
AT_LEAST_ZERO = Intervals.between(Fraction(0), None)
