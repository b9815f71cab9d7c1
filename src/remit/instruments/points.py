"""The points of findings, grades and rungs, between the least and the most, and their totals.

A total is exact where every item is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce

import numpy as np

from remit.criteria.columns.logic import Verdicts, first_reasons
from remit.criteria.columns.numbers import (
    HIGHEST,
    MICRO,
    Bytes,
    Categories,
    Numbers,
    Whole,
    bounded_numbers,
)
from remit.criteria.columns.sheet import Sheet
from remit.facts.selection import chosen, kept
from remit.instruments.instrument import Instrument, Item, Total, items_of
from remit.truth import Reason, Status


@dataclass(frozen=True, slots=True)
class ItemPoints:
    """The least and the most points that one item can give a row, in millionths; shape (rows,).

    Attributes:
        answered: whether the item is known (equal bounds).
        why: the reason where it is not.
        most_possible: the points of the highest answer.
    """

    id: str
    group: str | None
    low: Whole
    high: Whole
    why: Bytes
    most_possible: int

    @property
    def answered(self) -> np.typing.NDArray[np.bool_]:
        return np.asarray(self.why == 0, np.bool_)


def points_of(item: Item, verdict: Verdicts | None, sheet: Sheet) -> ItemPoints | None:
    """The points that an item gives each visit; None for what gives none by itself.

    Args:
        verdict: of a finding: present, absent or unknown.
    """
    if item.type == "finding":
        if item.points is None:
            return None
        assert verdict is not None, "a finding has a verdict"
        worth = np.int64(int(item.points * MICRO))
        met, open_ = verdict.statuses == Status.MET, verdict.statuses == Status.UNKNOWN
        why = first_reasons(open_, verdict.reasons)
        low, high = kept(met, worth), kept(met | open_, worth)
        return ItemPoints(item.id, item.group, low, high, why, int(worth))
    if item.type == "grade":
        assert item.highest is not None, "the schema asks for it"
        numbers = sheet.numbers_at(item.id, "visit")
        each = item.points if item.points is not None else 1
        bottom, top = item.lowest * MICRO, item.highest * MICRO
        inside = (numbers.low >= bottom) & (numbers.high <= top) & (numbers.low <= numbers.high)
        low = np.where(inside, numbers.low, bottom)
        high = np.where(inside, numbers.high, top)
        if item.reverse:
            low, high = top - high, top - low
        if each != 1:
            low, high = (bound * int(each * MICRO) // MICRO for bound in (low, high))
        strange = ~inside & (numbers.why == 0)
        why = chosen(strange, np.int8(Reason.IMPLAUSIBLE), numbers.why)
        most = (item.highest if not item.reverse else item.highest - item.lowest) * MICRO
        return ItemPoints(item.id, item.group, low, high, why, int(most * each))
    return None


def total_of(
    total: Total,
    instrument: Instrument,
    points: Mapping[str, ItemPoints | None],
    sheet: Sheet,
) -> Numbers:
    """A total from the points of its items, or from those of grades, which the sheet holds."""
    if total.grade_points:
        ladders = {ladder.id: ladder for ladder in instrument.ladders}
        parts = []
        for name in total.of:
            column = sheet.categories[name]
            worth = [int(total.grade_points[g] * MICRO) for g in ladders[name].grades]
            parts.append(_graded(name, column, worth))
        return add_points(total, parts)
    counted = [
        _doubled(part, total, points)
        for item in items_of(total, instrument)
        if (part := points[item.id]) is not None
    ]
    if total.new_since is not None:
        rows = sheet.moments.get(total.new_since, np.full(sheet.rows, -1, np.int64))
        counted = [_newly(part, rows) for part in counted]
    return add_points(total, counted)


def _newly(part: ItemPoints, rows: Whole) -> ItemPoints:
    """The points of an item where it gave none at another visit; open where that is not known."""
    there = rows >= 0
    gave_none, may_have_given_none = (bound == 0 for bound in (part.high, part.low))
    # Without that visit the item may have given any points.
    none_then = gave_none[rows] & there if part.most_possible else ~there | gave_none[rows]
    low = kept(none_then, part.low)
    high = kept(may_have_given_none[rows] | ~there, part.high)
    then = chosen(there, part.why[rows], np.int8(Reason.NO_ANCHOR))
    why = kept(low != high, chosen(part.why > 0, part.why, then))
    return replace(part, low=low, high=high, why=why)


def _doubled(part: ItemPoints, total: Total, points: Mapping[str, ItemPoints | None]) -> ItemPoints:
    """The points of an item, twice where the finding that doubles its group is present."""
    if part.group is None or part.group not in total.doubled:
        return part
    by = points[total.doubled[part.group]]
    assert by is not None, "the schema asks for one point"
    low = part.low * (MICRO + by.low) // MICRO
    high = part.high * (MICRO + by.high) // MICRO
    why = chosen(part.why > 0, part.why, kept(low < high, by.why))
    most = part.most_possible * (MICRO + by.most_possible) // MICRO
    return replace(part, low=low, high=high, why=why, most_possible=most)


def _graded(name: str, column: Categories, worth: list[int]) -> ItemPoints:
    """The points of a grade, between the least and the most of the grades that are possible."""
    low, high = np.full(len(column), max(worth)), np.full(len(column), min(worth))
    for place, value in enumerate(worth):
        here = (column.possible >> place) & 1 == 1
        np.minimum(low, chosen(here, np.int64(value), low), out=low)
        np.maximum(high, chosen(here, np.int64(value), high), out=high)
    return ItemPoints(name, None, low, high, kept(low != high, column.why), max(worth))


def group_points(
    instrument: Instrument, verdicts: Mapping[str, Verdicts], sheet: Sheet
) -> Mapping[str, Numbers]:
    """The points of each group of items, between the least and the most possible.

    Args:
        verdicts: item id -> its answers (findings only).

    Returns:
        Group -> points of each visit, in the order of the items; an item without a group stands
        under its own id.
    """
    groups: dict[str, list[ItemPoints]] = {}
    for item in instrument.items:
        part = points_of(item, verdicts.get(item.id), sheet)
        if part is not None:
            groups.setdefault(item.group or item.id, []).append(part)
    return {name: sum_points(parts) for name, parts in groups.items()}


# ---- totals --------------------------------------------------------------------------------------


def add_points(total: Total, parts: Sequence[ItemPoints]) -> Numbers:
    """The total of some items for each row.

    A total with unknown items carries both bounds and the first reason among them. A prorated one
    with too few answers has none.
    """
    if total.rule == "prorated":
        return _prorated(total, parts)
    if total.rule == "first":
        return _first_answered(parts)
    if total.rule == "sum":
        return sum_points(parts)
    low, high = np.zeros_like(parts[0].low), np.zeros_like(parts[0].high)
    groups: dict[str, list[ItemPoints]] = {}
    for part in parts:
        groups.setdefault(part.group or part.id, []).append(part)
    for name, members in groups.items():
        lows, highs = [m.low for m in members], [m.high for m in members]
        if total.rule == "highest":
            low, high = low + np.max(lows, axis=0), high + np.max(highs, axis=0)
        else:
            cap = _micro(total.caps[name]) if name in total.caps else None
            low = low + _capped(np.sum(lows, axis=0), cap)
            high = high + _capped(np.sum(highs, axis=0), cap)
    return _between(low, high, parts)


def sum_points(parts: Sequence[ItemPoints]) -> Numbers:
    """The sum of some items for each row, with both bounds where one is unknown."""
    low, high = np.zeros_like(parts[0].low), np.zeros_like(parts[0].high)
    for part in parts:
        low += part.low
        high += part.high
    return _between(low, high, parts)


def _between(low: Whole, high: Whole, parts: Sequence[ItemPoints]) -> Numbers:
    return bounded_numbers(low, high, kept(low != high, _first_why(parts)))


def _capped(points: Whole, cap: int | None) -> Whole:
    return points if cap is None else np.minimum(points, cap)


def _micro(points: Decimal) -> int:
    return int(points * MICRO)


def _first_why(parts: Sequence[ItemPoints]) -> Bytes:
    # As a byte without a sign, 0 less one is above every reason.
    first = reduce(np.minimum, ((part.why - 1).view(np.uint8) for part in parts))
    return (first + np.uint8(1)).view(np.int8)


def _first_answered(parts: Sequence[ItemPoints]) -> Numbers:
    """The points of the first item that is answered; the bounds of the first where none is."""
    answered = np.stack([part.answered for part in parts])
    # Without an answer, one that is not usable says more than none at all.
    tried = np.stack([part.why != Reason.NO_DATA for part in parts])
    place = np.where(answered.any(axis=0), answered.argmax(axis=0), tried.argmax(axis=0))
    at = place, np.arange(len(place))
    return bounded_numbers(
        np.stack([part.low for part in parts])[at],
        np.stack([part.high for part in parts])[at],
        np.stack([part.why for part in parts])[at],
    )


def _prorated(total: Total, parts: Sequence[ItemPoints]) -> Numbers:
    """The sum times all items over those answered, or on a scale set by their highest answers."""
    answered = np.stack([part.answered for part in parts])
    count = answered.sum(axis=0)
    points = np.stack([np.where(part.answered, part.low, 0) for part in parts]).sum(axis=0)
    enough = np.ones(len(count), np.bool_)
    if total.more_than is not None:
        enough &= count > float(total.more_than) * len(parts)
    if total.at_least is not None:
        enough &= count >= float(total.at_least) * len(parts)
    enough &= count > 0
    if total.scale_to is None:
        top, bottom = points * len(parts), np.maximum(count, 1)
    else:
        most = np.stack([np.where(p.answered, p.most_possible, 0) for p in parts]).sum(axis=0)
        top, bottom = points * int(total.scale_to), np.maximum(most // MICRO, 1)
    exact = np.round(top / bottom).astype(np.int64)
    known = bounded_numbers(exact, exact, np.zeros(len(count), np.int8))
    return known.unknown_where(~enough, Reason.NO_DATA)


def within_range(found: Numbers, total: Total) -> Numbers:
    """A total that is open, between the least and the most that can come out.

    Items that exclude each other are each added at their most; the range knows better.
    """
    least, most = (int(bound * MICRO) for bound in total.range)
    open_ = (found.low < found.high) & (found.high < HIGHEST)
    under, over = open_ & (found.low < least), open_ & (found.high > most)
    if not (under.any() or over.any()):
        return found
    return replace(
        found, low=np.where(under, least, found.low), high=np.where(over, most, found.high)
    )
