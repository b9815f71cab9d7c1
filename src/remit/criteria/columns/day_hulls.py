"""From which days on and up to which the records of measures are looked at, by some leaves at once.

A leaf that looks in its windows alone needs no record of another day; one that follows a record
elsewhere (the result of a biopsy, whenever it was written down) needs them all. Windows that begin
nowhere bound nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.subjects import Subjects
from remit.criteria.dates import Window
from remit.criteria.leaves import CountTest, Leaf, LinearTest, Quantified, Slope, ValueIn, ValueTest
from remit.criteria.readings import Events
from remit.facts.arrays import Days, distinct
from remit.facts.asked_days import AskedDays, AskedRange

_MEASURES = "measurement"
_IN_WINDOWS = (ValueTest, Quantified, Slope, CountTest, ValueIn, LinearTest)
_MOST = 3  # ranges: each costs a comparison a row
_LOOKED_AT = 1_000  # persons, by which ranges are held against each other

# The number of a study, and a window by its dates.
_OfStudy = tuple[int, Window]
Ends = tuple[Days, Days]


def asked_days(leaves: Sequence[Sequence[Leaf]], subjects: Sequence[Subjects]) -> AskedDays | None:
    """The days that the leaves of some studies look at; None where they look at all.

    Args:
        leaves: of each study. subjects: of each study, the same persons in all.
    """
    windows: dict[int, set[_OfStudy] | None] = {}
    for study, some in enumerate(leaves):
        for leaf in some:
            found = None if _looks_everywhere(leaf) else {(study, one) for one in leaf.windows}
            for read in leaf.reads:
                if read.table != _MEASURES:
                    continue
                if read.ids is None:
                    return None
                for code in read.ids:
                    held = windows.setdefault(code, set())
                    windows[code] = None if held is None or found is None else held | found
    groups: dict[frozenset[_OfStudy], set[int]] = {}
    for code, of_code in windows.items():
        # What counts as no code is not the same in each source.
        if of_code is not None and code:
            groups.setdefault(frozenset(of_code), set()).add(code)
    if not groups:
        return None
    ids = distinct(subjects[0].person)
    ends = {one: _ends(subjects[one[0]], one[1], ids) for group in groups for one in group}
    ranges = [
        AskedRange(frozenset(codes), *_hull([ends[one] for one in sorted(group, key=str)]))
        for group, codes in groups.items()
    ]
    return AskedDays(ids, _fewer(ranges))


def _looks_everywhere(leaf: Leaf) -> bool:
    if not isinstance(leaf, _IN_WINDOWS) or any(one.start is None for one in leaf.windows):
        return True
    return isinstance(leaf, CountTest) and isinstance(leaf.counted, Events)


def _ends(who: Subjects, window: Window, ids: npt.NDArray[np.int64]) -> Ends:
    """The first and the last day of a window for each person, whichever of her subjects it is."""
    first, last = _hull(
        [(span.first, span.last) for span in (who.span(window), who.span_of_values(window))]
    )
    if len(ids) == len(who):
        return first, last
    begin = np.searchsorted(who.person, ids)
    return np.minimum.reduceat(first, begin), np.maximum.reduceat(last, begin)


def _hull(ends: Sequence[Ends]) -> Ends:
    return (
        np.minimum.reduce([first for first, _ in ends]),
        np.maximum.reduce([last for _, last in ends]),
    )


def _fewer(ranges: Sequence[AskedRange]) -> tuple[AskedRange, ...]:
    """A few ranges in place of many: those are joined that add the fewest days."""
    held = list(ranges)
    while len(held) > _MOST:
        one, two = min(combinations(held, 2), key=lambda pair: _added(*pair))
        held = [each for each in held if each is not one and each is not two]
        held.append(_joined(one, two))
    return tuple(held)


def _joined(one: AskedRange, two: AskedRange) -> AskedRange:
    ends = _hull([(one.first, one.last), (two.first, two.last)])
    return AskedRange(one.concepts | two.concepts, *ends)


def _added(one: AskedRange, two: AskedRange) -> int:
    return _days(_joined(one, two)) - _days(one) - _days(two)


def _days(one: AskedRange) -> int:
    """How many days a range has, of some of the persons, for each of its codes."""
    step = max(1, len(one.first) // _LOOKED_AT)
    length = one.last[::step].astype(np.int64) - one.first[::step] + 1
    return int(np.maximum(length, 0).sum()) * len(one.concepts)
