"""What is supposed of a person when a leaf is met, or not: intervals of readings, events or none.

Each leaf narrows what is supposed of its own reading and window. Nothing is left where it cannot be
so, beside what was supposed before.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from fractions import Fraction
from typing import TypeAlias

from remit.criteria.intervals import AT_LEAST_ZERO, EVERY, Intervals
from remit.criteria.readings import FLIPPED, Dose, LimitMultiple, Measure, Reading, Value
from remit.criteria.tree import (
    AgeTest,
    AttributeIn,
    CountTest,
    DoseDays,
    DoseTest,
    Exists,
    Leaf,
    LinearTest,
    Quantified,
    SexIs,
    ValueIn,
    ValueTest,
)
from remit.criteria.window_length import most_days
from remit.truth import Status

OLDEST = 130  # years; the oldest person on record was 122 (Robine 1998, J Gerontol A 53:M163)

UNLISTED = -1

Supposed: TypeAlias = Mapping[Hashable, Intervals | frozenset[int] | tuple[Intervals, ...]]
NOTHING: Supposed = {}


def opposite(answer: Status) -> Status:
    return Status.NOT_MET if answer is Status.MET else Status.MET


def _wanted(numbers: Intervals, answer: Status) -> Intervals:
    return numbers if answer is Status.MET else numbers.others()


def with_leaf(leaf: Leaf, answer: Status, supposed: Supposed) -> Supposed | None:
    """What is supposed once the leaf gives the answer too; None where it cannot."""
    met = answer is Status.MET
    empty = any(most_days(window) == 0 for window in leaf.windows)
    match leaf:
        case ValueTest():
            nothing = empty or not leaf.value.measure.ids
            return None if nothing else _with_value(leaf, answer, supposed)
        case Quantified():
            return None if empty else _with_records(leaf, answer, supposed)
        case CountTest():
            return _with_count(leaf, answer, supposed, none=empty or not leaf.counted.ids)
        case AgeTest():
            return _with_age(leaf, answer, supposed)
        case DoseTest():
            numbers = _wanted(Intervals.of(leaf.threshold.operator, leaf.threshold.value), answer)
            return _narrowed(leaf.dose, AT_LEAST_ZERO, numbers, supposed)
        case DoseDays():
            days = most_days(leaf.dose.window)
            if met and days is not None and leaf.days > days:
                return None
            return _as_said(leaf, answer, supposed)
        case LinearTest():
            return None if empty else _with_sum(leaf, answer, supposed)
        case SexIs():
            return _with_code("sex", leaf.known, leaf.accepted, answer, supposed)
        case ValueIn():
            if empty or not leaf.ids:
                return None
            key = (leaf.name, leaf.window, leaf.earliest)
            # That any listed value was recorded is a question of its own: others are unknown.
            known = (*leaf.known, UNLISTED) if set(leaf.accepted) == {*leaf.known} else leaf.known
            return _with_code(key, known, leaf.accepted, answer, supposed)
        case Exists():
            nothing = empty or not all(e.ids for e in (leaf.events, *leaf.overlapping))
            return None if met and nothing else _with_events(leaf, answer, supposed)
        case AttributeIn():
            return (
                None if met and (empty or not leaf.events.ids) else _as_said(leaf, answer, supposed)
            )
        case _:
            return None if empty else _as_said(leaf, answer, supposed)


def _with_code(
    key: Hashable,
    known: tuple[int, ...],
    accepted: tuple[int, ...],
    answer: Status,
    supposed: Supposed,
) -> Supposed | None:
    codes = frozenset(accepted if answer is Status.MET else {*known} - {*accepted})
    held = supposed.get(key, frozenset(known))
    assert isinstance(held, frozenset)
    return {**supposed, key: held & codes} if held & codes else None


def _as_said(leaf: Leaf, answer: Status, supposed: Supposed) -> Supposed | None:
    """A leaf that is so or not, whatever it reads."""
    return _narrowed(
        ("said", leaf), EVERY, Intervals.of("=", Fraction(answer is Status.MET)), supposed
    )


def _narrowed(
    key: Hashable, all_: Intervals, numbers: Intervals, supposed: Supposed
) -> Supposed | None:
    """One number, of which it is supposed that it is one of these."""
    held = supposed.get(key, all_)
    assert isinstance(held, Intervals)
    left = held & numbers
    return {**supposed, key: left} if left else None


def plausible_of(measure: Measure) -> Intervals:
    """What a record can hold: any other value is unknown."""
    return Intervals.between(*measure.plausible) if measure.plausible else EVERY


def _multiples(measure: Measure) -> Intervals:
    bounds = measure.plausible
    return AT_LEAST_ZERO if bounds is not None and bounds[0] >= 0 else EVERY


def _with_value(leaf: ValueTest, answer: Status, supposed: Supposed) -> Supposed | None:
    value, test = leaf.value, leaf.test
    if isinstance(test, LimitMultiple):
        numbers = _wanted(Intervals.of(test.operator, test.factor), answer)
        return _narrowed((value, test.side), _multiples(value.measure), numbers, supposed)
    numbers = _wanted(Intervals.of(test.operator, test.value), answer)
    found = _narrowed(value, plausible_of(value.measure), numbers, supposed)
    return None if found is None else _consistent(value.measure, value.window, "value", found)


def _with_records(leaf: Quantified, answer: Status, supposed: Supposed) -> Supposed | None:
    met = answer is Status.MET
    test, days = leaf.test, most_days(leaf.window)
    if met and leaf.gap is not None and days is not None:
        shortest = leaf.gap[0].days
        assert shortest is not None, "binding allows days and weeks only"
        if shortest >= days:
            return None
    side: str
    if isinstance(test, LimitMultiple):
        side, numbers = test.side, Intervals.of(test.operator, test.factor)
        domain = _multiples(leaf.measure)
    else:
        side, numbers = "value", Intervals.of(test.operator, test.value)
        domain = plausible_of(leaf.measure)
    key = ("all", leaf.measure, leaf.window, side)
    if leaf.every == met:
        if leaf.gap is not None:
            return supposed  # one such record is no contradiction: nobody confirmed it
        # Every record is so, or none is: what fails `any` may also be that there is no record.
        found = _narrowed(key, domain, _wanted(numbers, answer), supposed)
        if found is None and not leaf.every:
            return supposed if not _needs_record(leaf, supposed, side) else None
    else:
        some = ("some", leaf.measure, leaf.window, side)
        held = supposed.get(some, ())
        assert isinstance(held, tuple)
        if not _wanted(numbers, answer) & domain:
            return None
        found = {**supposed, some: (*held, _wanted(numbers, answer) & domain)}
    return None if found is None else _consistent(leaf.measure, leaf.window, side, found)


def _needs_record(leaf: Quantified, supposed: Supposed, side: str) -> bool:
    """Whether a record is supposed to be there."""
    some = supposed.get(("some", leaf.measure, leaf.window, side), ())
    values = (Value(leaf.measure, leaf.window, earliest) for earliest in (False, True))
    return bool(some) or any(value in supposed for value in values)


def _consistent(measure: Measure, window: object, side: str, supposed: Supposed) -> Supposed | None:
    """The same, unless a record is supposed that no record can be."""
    every = supposed.get(("all", measure, window, side))
    if not isinstance(every, Intervals):
        return supposed
    some = supposed.get(("some", measure, window, side), ())
    assert isinstance(some, tuple)
    records = [numbers for numbers in some if isinstance(numbers, Intervals)]
    if side == "value":
        for key in supposed:
            if isinstance(key, Value) and (key.measure, key.window) == (measure, window):
                numbers = supposed[key]
                assert isinstance(numbers, Intervals)
                records.append(numbers)
    return supposed if all(every & numbers for numbers in records) else None


def _with_count(
    leaf: CountTest, answer: Status, supposed: Supposed, *, none: bool
) -> Supposed | None:
    numbers = _wanted(Intervals.of(leaf.operator, leaf.number), answer).whole()
    counts = Intervals.between(Fraction(0), Fraction(0) if none else None)
    return _narrowed((leaf.counted, leaf.window), counts, numbers, supposed)


def _with_age(leaf: AgeTest, answer: Status, supposed: Supposed) -> Supposed | None:
    """Ages of one date are held together in completed months."""
    months = Intervals.of(leaf.operator, leaf.number).whole()
    if leaf.period == "year":
        months = Intervals(
            tuple(
                (
                    (low[0] * 12, low[1]),
                    high if isinstance(high[0], float) else (high[0] * 12 + 11, high[1]),
                )
                for low, high in months.pieces
            )
        )
    lived = Intervals.between(Fraction(0), Fraction(OLDEST * 12 + 11))
    return _narrowed(("age", leaf.anchor), lived, _wanted(months, answer).whole(), supposed)


def _with_events(leaf: Exists, answer: Status, supposed: Supposed) -> Supposed | None:
    """An event of some codes is there, or none of them; `absent` holds the codes of no event."""
    if leaf.overlapping:
        return _as_said(leaf, answer, supposed)
    events = leaf.events
    place = (events.table, leaf.window, events.routes)
    codes = frozenset(events.ids)
    absent = supposed.get(("absent", place), frozenset())
    assert isinstance(absent, frozenset)
    if answer is Status.MET:
        return None if codes <= absent else {**supposed, ("there", place, codes): codes}
    absent |= codes
    for key, held in supposed.items():
        is_event = isinstance(key, tuple) and key[:2] == ("there", place)
        if is_event and isinstance(held, frozenset) and held <= absent:
            return None
    return {**supposed, ("absent", place): absent}


def _range_of(reading: Reading) -> tuple[Fraction | None, Fraction | None]:
    if isinstance(reading, Dose):
        return Fraction(0), None
    return reading.measure.plausible or (None, None)


def _with_sum(leaf: LinearTest, answer: Status, supposed: Supposed) -> Supposed | None:
    """A sum of readings, or the ratio of two: what is supposed of it, and what can be of it."""
    (first, one), *rest = leaf.terms
    number, operator = (
        -leaf.constant / first,
        leaf.operator if first > 0 else FLIPPED[leaf.operator],
    )
    if len(rest) == 1 and leaf.constant == 0 and rest[0][1] in leaf.divisors:
        factor, other = rest[0]
        low = _range_of(one)[0]
        domain = AT_LEAST_ZERO if low is not None and low >= 0 else EVERY
        numbers = _wanted(Intervals.of(operator, -factor / first), answer)
        return _narrowed(("ratio", one, other), domain, numbers, supposed)
    scaled = tuple((factor / first, reading) for factor, reading in leaf.terms)
    numbers = _wanted(Intervals.of(operator, number), answer)
    return _narrowed(("sum", scaled), _sum_range(scaled), numbers, supposed)


def _sum_range(terms: tuple[tuple[Fraction, Reading], ...]) -> Intervals:
    low: Fraction | None = Fraction(0)
    high: Fraction | None = Fraction(0)
    for factor, reading in terms:
        ends = _range_of(reading)
        least, most = ends if factor > 0 else ends[::-1]
        low = None if low is None or least is None else low + factor * least
        high = None if high is None or most is None else high + factor * most
    return Intervals.between(low, high)
