"""Reference meaning of a recorded number: its unit and bound, which record of a day counts."""

from __future__ import annotations

import operator as python_operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from remit.criteria.dates import Window
from remit.criteria.evidence import Evidence
from remit.criteria.reference.imprecise_days import (
    may_count,
    number_days,
    possibly_in,
)
from remit.criteria.reference.records import (
    NumberRecord,
    PersonRecords,
)
from remit.criteria.reference.spans import (
    Days,
    date_with_days,
    value_days,
)
from remit.criteria.tree import (
    Measure,
    Operator,
    Test,
    Threshold,
)
from remit.facts.signs import is_contradicted
from remit.facts.tables import OPERATORS
from remit.truth import MET, NOT_MET, Reason, Truth
from remit.units import find_unit, unit_key, zero_of

COMPARE: Mapping[Operator, Callable[[int | Fraction, int | Fraction], bool]] = {
    "<": python_operator.lt,
    "<=": python_operator.le,
    "=": python_operator.eq,
    ">=": python_operator.ge,
    ">": python_operator.gt,
}


def truth_of(answer: bool) -> Truth:  # noqa: FBT001 - the one place where a bool becomes a truth
    return MET if answer else NOT_MET


def order_of(record: NumberRecord) -> tuple[date, bool, datetime, int]:
    """The order in which the greatest record is the latest."""
    return record.day, record.time is not None, record.time or datetime.min, record.row  # noqa: DTZ901 - stands for no time


def number_in_unit(record: NumberRecord, measure: Measure) -> Fraction | Reason:
    """The record's number in the measure's unit, or why it has none."""
    if record.number is None:
        return Reason.NO_VALUE
    value = Fraction(record.number)
    if measure.multipliers:
        if not record.unit_id and not record.unit_text:
            return Reason.UNIT_MISSING
        known = dict(measure.multipliers)
        unit = unit_key(omop_id=record.unit_id, text=record.unit_text, own=known)
        multiplier = None if unit is None else known.get(unit)
        if multiplier is None:
            return Reason.UNIT_UNKNOWN
        value = (value - zero_of(unit or "")) * multiplier / measure.scale
    if measure.plausible is not None:
        low, high = measure.plausible
        if not low <= value <= high:
            return Reason.IMPLAUSIBLE
    return value


def _from_zero(record: NumberRecord, number: Decimal, measure: Measure) -> Fraction:
    """A number of a record less the zero of the record's unit: 32 where it is in Fahrenheit."""
    own = dict(measure.multipliers)
    unit = unit_key(omop_id=record.unit_id, text=record.unit_text, own=own)
    return Fraction(number) - zero_of(unit or "")


def compare_bound(
    bound: str, value: Fraction, operator: Operator, threshold: Fraction
) -> bool | None:
    """Whether all numbers within the bound pass (True) or fail (False); None when they differ."""
    if bound == "=":
        return COMPARE[operator](value, threshold)
    below = bound in {"<", "<="}
    # The bound's own end is allowed only by <= and >=.
    apart = value <= threshold if below else value >= threshold
    strictly = value < threshold if below else value > threshold
    closed = bound in {"<=", ">="}
    passes_toward = {"<", "<="} if below else {">", ">="}
    if operator in passes_toward:
        certain = strictly if closed and operator in {"<", ">"} else apart
        return True if certain else None
    if operator == "=":
        return False if (strictly if closed else apart) else None
    certain = strictly if closed and operator in {"<=", ">="} else apart
    return False if certain else None


def bound_of(record: NumberRecord) -> str | None:
    """The record's operator; None for one that nobody knows, or that its text contradicts."""
    if is_contradicted(record.operator, record.text):
        return None
    return OPERATORS.get(record.operator) if record.operator else "="


def test_record(record: NumberRecord, measure: Measure, test: Test) -> bool | Reason:
    """Whether one record passes, or why that cannot be told."""
    if isinstance(test, Threshold):
        value = number_in_unit(record, measure)
        if isinstance(value, Reason):
            return value
        threshold = test.value
    else:
        if record.number is None:
            return Reason.NO_VALUE
        printed = record.high if test.side == "uln" else record.low
        limit = Fraction(0) if printed is None else _from_zero(record, printed, measure)
        if limit <= 0:
            return Reason.NO_REFERENCE_RANGE
        value, threshold = _from_zero(record, record.number, measure), test.factor * limit
    bound = bound_of(record)
    passed = compare_bound(bound, value, test.operator, threshold) if bound else None
    return Reason.CENSORED if passed is None else passed


def evidence_of(record: NumberRecord, measure: Measure | None = None) -> Evidence:
    unit = find_unit(omop_id=record.unit_id, text=record.unit_text)
    value = number_in_unit(record, measure) if measure is not None else None
    converted = float(value) if isinstance(value, Fraction) else None
    return Evidence(
        table="measurement",
        row=record.row,
        day=record.day,
        number=record.number,
        unit=unit.code if unit else record.unit_text,
        value=converted,
        value_unit=measure.unit if measure is not None and converted is not None else None,
        code=record.code,
        text=record.text,
        possible=record.possible,
    )


def records_in(ids: Iterable[int], days: Days, person: PersonRecords) -> tuple[NumberRecord, ...]:
    codes = frozenset(ids)
    return tuple(r for r in person.numbers if r.concept in codes and days.holds(r.day))


def records_possibly_in(
    ids: Iterable[int], days: Days, person: PersonRecords
) -> tuple[NumberRecord, ...]:
    """The records that may lie in these days."""
    codes = frozenset(ids)
    return tuple(
        r for r in person.numbers if r.concept in codes and possibly_in(number_days(r), days)
    )


def candidates(
    ids: Iterable[int], window: Window, person: PersonRecords, *, earliest: bool
) -> tuple[list[NumberRecord], bool] | None:
    """The records that may count in a window and whether one surely does; None: days are known.

    Of the records on known days one may count.
    """
    days = value_days(window, person)
    if days is None:
        return None
    open_ = [
        (number_days(record), record)
        for record in records_possibly_in(ids, days, person)
        if record.possible is not None
    ]
    if not open_:
        return None
    known = replace(person, numbers=tuple(r for r in person.numbers if r.possible is None))
    exact = counting_record(ids, window, known, earliest=earliest)
    found = date_with_days(window, person)
    nearest = found is not None and found[1].nearest and not earliest
    first = None if exact is None else (exact.day, exact)
    return may_count(open_, first, days, earliest=earliest, nearest=nearest)


def pick(records: Iterable[NumberRecord], *, earliest: bool) -> NumberRecord | None:
    """The latest (or earliest) record."""
    ordered = sorted(records, key=order_of)
    return (ordered[0] if earliest else ordered[-1]) if ordered else None


def counting_record(
    ids: Iterable[int], window: Window, person: PersonRecords, *, earliest: bool
) -> NumberRecord | None:
    """The record that counts in a window: the latest (or earliest), or that nearest to a date."""
    days = value_days(window, person)
    if days is None:
        return None
    records = records_in(ids, days, person)
    found = date_with_days(window, person)
    if found is None or not found[1].nearest or earliest:
        return pick(records, earliest=earliest)
    day, belongs = found

    def closeness(record: NumberRecord) -> tuple[bool, int]:
        too_late = belongs.not_after and record.day > day
        return not too_late, -abs((record.day - day).days)

    best = max((closeness(record) for record in records), default=None)
    return pick((r for r in records if closeness(r) == best), earliest=False)
