"""The points that findings, grades and rungs give, between the least and the most possible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from remit.criteria.columns.numbers import MICRO, Categories, Numbers, Whole
from remit.criteria.columns.sheet import Sheet
from remit.criteria.compiling.logic import Verdicts
from remit.instruments.ladders import first_reason
from remit.instruments.schema import Instrument, Item, Total
from remit.instruments.totals import ItemPoints, add_points
from remit.truth import Reason, Status


def points_of(item: Item, verdict: Verdicts | None, sheet: Sheet) -> ItemPoints | None:
    """The points that an item gives each visit; None for what gives none by itself.

    Args:
        verdict: of a finding: present, absent or unknown.
    """
    if item.type == "finding":
        if item.points is None:
            return None
        assert verdict is not None, "a finding has a verdict"
        worth = int(item.points * MICRO)
        met, open_ = verdict.statuses == Status.MET, verdict.statuses == Status.UNKNOWN
        low = np.where(met, worth, 0)
        high = np.where(met | open_, worth, 0)
        why = np.where(open_, first_reason(verdict.reasons), 0).astype(np.int8)
        return ItemPoints(item.id, item.group, low, high, why, worth)
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
        why = np.where(
            inside, numbers.why, np.where(numbers.why > 0, numbers.why, Reason.IMPLAUSIBLE)
        )
        most = (item.highest if not item.reverse else item.highest - item.lowest) * MICRO
        return ItemPoints(
            item.id,
            item.group,
            (low * int(each * MICRO) // MICRO).astype(np.int64),
            (high * int(each * MICRO) // MICRO).astype(np.int64),
            why.astype(np.int8),
            int(most * each),
        )
    return None


def items_of(total: Total, instrument: Instrument) -> tuple[Item, ...]:
    """The items whose points a total adds; none where it adds up grades."""
    if total.grade_points:
        return ()
    return tuple(
        item
        for item in instrument.items
        if (not total.of or item.id in total.of or item.group in total.of)
        and item.id not in total.without
        and item.group not in total.without
    )


def total_of(
    total: Total,
    instrument: Instrument,
    points: Mapping[str, ItemPoints | None],
    grades: Mapping[str, Categories],
    sheet: Sheet,
) -> Numbers:
    """A total from the points of its items, or from those of grades."""
    if total.grade_points:
        ladders = {ladder.id: ladder for ladder in instrument.ladders}
        parts = []
        for name in total.of:
            column = grades[name]
            worth = [int(total.grade_points[g] * MICRO) for g in ladders[name].grades]
            parts.append(_graded(name, column, worth))
        return add_points(total, parts)
    chosen = [
        _doubled(part, total, points)
        for item in items_of(total, instrument)
        if (part := points[item.id]) is not None
    ]
    if total.new_since is not None:
        rows = sheet.moments.get(total.new_since, np.full(sheet.rows, -1, np.int64))
        chosen = [_newly(part, rows) for part in chosen]
    return add_points(total, chosen)


def _newly(part: ItemPoints, rows: Whole) -> ItemPoints:
    """The points of an item where it gave none at another visit; open where that is not known."""
    there = rows >= 0
    low_then = np.where(there, part.low[rows], 0)
    high_then = np.where(there, part.high[rows], part.most_possible)
    low = np.where(high_then == 0, part.low, 0)
    high = np.where(low_then == 0, part.high, 0)
    then = np.where(there, part.why[rows], np.int8(Reason.NO_ANCHOR))
    why = np.where(low == high, 0, np.where(part.why > 0, part.why, then)).astype(np.int8)
    return replace(part, low=low, high=high, why=why)


def _doubled(part: ItemPoints, total: Total, points: Mapping[str, ItemPoints | None]) -> ItemPoints:
    """The points of an item, twice where the finding that doubles its group is present."""
    if part.group is None or part.group not in total.doubled:
        return part
    by = points[total.doubled[part.group]]
    assert by is not None, "the schema asks for one point"
    low = part.low * (MICRO + by.low) // MICRO
    high = part.high * (MICRO + by.high) // MICRO
    why = np.where(part.why > 0, part.why, np.where(low < high, by.why, 0)).astype(np.int8)
    most = part.most_possible * (MICRO + by.most_possible) // MICRO
    return replace(part, low=low, high=high, why=why, most_possible=most)


def _graded(name: str, column: Categories, worth: list[int]) -> ItemPoints:
    """The points of a grade, between the least and the most of the grades that are possible."""
    bits = [(column.possible >> place) & 1 == 1 for place in range(len(worth))]
    each = list(zip(bits, worth, strict=True))
    low = np.min([np.where(bit, value, max(worth)) for bit, value in each], axis=0)
    high = np.max([np.where(bit, value, min(worth)) for bit, value in each], axis=0)
    why = np.where(low == high, 0, column.why).astype(np.int8)
    return ItemPoints(name, None, low.astype(np.int64), high.astype(np.int64), why, max(worth))
