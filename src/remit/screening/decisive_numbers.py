"""What numbers that decided say: as they were recorded, with sign, unit and limit of normal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from remit.criteria.evidence import Evidence
from remit.criteria.leaves import Quantified, Slope
from remit.criteria.readings import LimitMultiple, Measure, Test
from remit.criteria.reference.recorded_numbers import bound_of, test_record
from remit.criteria.reference.records import NumberRecord, PersonRecords
from remit.screening.causes import Cause, Titles, cause_of, nothing_of
from remit.screening.decisive_leaves import DecisiveLeaf
from remit.truth import Status
from remit.units import number_text, unit_text


def record_behind(item: Evidence, person: PersonRecords) -> NumberRecord:
    return next(record for record in person.numbers if record.row == item.row)


def _recorded(item: Evidence, person: PersonRecords, measure: Measure) -> str:
    """The number as it was recorded, with its sign and unit; a titre as a ratio."""
    if item.number is None:
        return item.text or ""
    sign = bound_of(record_behind(item, person)) or "="
    number = number_text(item.number)
    if measure.unit == "{titer}":
        number = f"1:{number}"
    said = number if sign == "=" else f"{sign}{number}"
    return f"{said} {unit_text(item.unit or '')}".strip() if measure.multipliers else said


def number_cause(
    item: Evidence, measure: Measure, test: Test | None, person: PersonRecords, titles: Titles
) -> Cause:
    value = _recorded(item, person, measure)
    if isinstance(test, LimitMultiple):
        record = record_behind(item, person)
        limit = record.high if test.side == "uln" else record.low
        side = "upper" if test.side == "uln" else "lower"
        if limit is not None:
            value += f" ({side} limit {number_text(limit)})"
    return cause_of(titles.concept(measure.name), item, value)


def records_cause(
    leaf: Quantified, decider: DecisiveLeaf, person: PersonRecords, titles: Titles
) -> Cause:
    """The record that decided: the last that did, or of those that fail the nearest to passing."""
    if not decider.evidence:
        return nothing_of(titles.concept(leaf.measure.name), leaf.window, person)
    passed = decider.status is Status.MET
    shown = [
        item
        for item in decider.evidence
        if test_record(record_behind(item, person), leaf.measure, leaf.test) is passed
    ] or list(decider.evidence)
    if passed and not leaf.every:
        item = max(shown, key=day_and_row)
    else:
        item = _nearest(shown, leaf.test, person, passed=passed)
    return number_cause(item, leaf.measure, leaf.test, person, titles)


def _nearest(
    shown: Iterable[Evidence], test: Test, person: PersonRecords, *, passed: bool
) -> Evidence:
    """Of values that all pass a test, or all fail it, the one nearest to its bound."""
    highest = (test.operator in {">", ">="}) is not passed

    def order(item: Evidence) -> tuple[float, date, int]:
        number = float(item.number or 0) if item.value is None else item.value
        if isinstance(test, LimitMultiple):
            record = record_behind(item, person)
            limit = record.high if test.side == "uln" else record.low
            number = float(item.number or 0) / float(limit or 1)
        return number if highest else -number, item.day, item.row

    return max(shown, key=order)


def slope_cause(
    leaf: Slope, shown: tuple[Evidence, ...], person: PersonRecords, titles: Titles
) -> Cause:
    first, last = (min(shown, key=day_and_row), max(shown, key=day_and_row))
    begin = _recorded(first, person, leaf.measure)
    value = f"{begin} on {first.day.isoformat()} to {_recorded(last, person, leaf.measure)}"
    return cause_of(f"slope of {titles.concept(leaf.measure.name)}", last, value)


def day_and_row(item: Evidence) -> tuple[date, int]:
    return item.day, item.row
