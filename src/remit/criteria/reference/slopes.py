"""Reference meaning of the slope of a quantity over the days of a window."""

from __future__ import annotations

from fractions import Fraction

from remit.criteria.dates import DAYS_A_YEAR
from remit.criteria.leaves import Slope
from remit.criteria.readings import Measure
from remit.criteria.reference.recorded_numbers import (
    COMPARE,
    bound_of,
    evidence_of,
    number_in_unit,
    records_in,
    records_possibly_in,
    truth_of,
)
from remit.criteria.reference.records import NumberRecord, PersonRecords
from remit.criteria.reference.spans import ends_after_cut, value_days
from remit.criteria.reference.values import Found
from remit.truth import Reason, unknown


def evaluate_slope(leaf: Slope, person: PersonRecords) -> Found:
    days = value_days(leaf.window, person)
    if days is None:
        return Found(unknown(Reason.NO_ANCHOR))
    if ends_after_cut(leaf.window, person):
        return Found(unknown(Reason.NOT_COVERED))
    possible = records_possibly_in(leaf.measure.ids, days, person)
    if any(record.possible is not None for record in possible):
        # A slope hangs on each day.
        open_ = tuple(evidence_of(record, leaf.measure) for record in possible)
        return Found(unknown(Reason.IMPRECISE_DATE), open_)
    records = records_in(leaf.measure.ids, days, person)
    shown = tuple(evidence_of(record, leaf.measure) for record in records)
    numbers = [_exact(record, leaf.measure) for record in records]
    reasons = [number for number in numbers if isinstance(number, Reason)]
    if reasons:
        return Found(unknown(min(reasons)), shown)
    points = [
        (Fraction(record.day.toordinal()), number)
        for record, number in zip(records, numbers, strict=True)
        if isinstance(number, Fraction)
    ]
    if len({day for day, _ in points}) < 2:
        return Found(unknown(Reason.NO_DATA), shown)
    per_year = _least_squares(points) * DAYS_A_YEAR
    passes = COMPARE[leaf.threshold.operator]
    return Found(truth_of(passes(per_year, leaf.threshold.value)), shown)


def _exact(record: NumberRecord, measure: Measure) -> Fraction | Reason:
    number = number_in_unit(record, measure)
    if isinstance(number, Fraction) and bound_of(record) != "=":
        return Reason.CENSORED
    return number


def _least_squares(points: list[tuple[Fraction, Fraction]]) -> Fraction:
    """The slope of the line with the least squared distances to points of two days or more."""
    mean_day = sum((day for day, _ in points), Fraction(0)) / len(points)
    mean = sum((number for _, number in points), Fraction(0)) / len(points)
    together = sum(((day - mean_day) * (number - mean) for day, number in points), Fraction(0))
    return together / sum(((day - mean_day) ** 2 for day, _ in points), Fraction(0))
