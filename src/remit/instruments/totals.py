"""Totals from points: exact where every item is known, else between the least and the most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from remit.criteria.columns.numbers import MICRO, Bytes, Numbers, Whole, bounded_numbers
from remit.instruments.schema import Total
from remit.truth import Reason


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
    low = sum((part.low for part in parts), np.zeros_like(parts[0].low))
    high = sum((part.high for part in parts), np.zeros_like(parts[0].high))
    return _between(low, high, parts)


def _between(low: Whole, high: Whole, parts: Sequence[ItemPoints]) -> Numbers:
    why = np.where(low == high, np.int8(0), _first_why(parts)).astype(np.int8)
    return bounded_numbers(low, high, why)


def _capped(points: Whole, cap: int | None) -> Whole:
    return points if cap is None else np.minimum(points, cap)


def _micro(points: Decimal) -> int:
    return int(points * MICRO)


def _first_why(parts: Sequence[ItemPoints]) -> Bytes:
    top = np.int8(99)
    first = np.min([np.where(part.why == 0, top, part.why) for part in parts], axis=0)
    return np.where(first == top, np.int8(0), first).astype(np.int8)


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


def grade_points(points: Mapping[str, Decimal], grade: str) -> int:
    """The points of a grade in millionths."""
    return _micro(points[grade])
