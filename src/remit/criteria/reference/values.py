"""Reference meaning of absence, numeric and coded values, age and sex."""

from __future__ import annotations

import operator as python_operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from remit.criteria.dates import Duration, Window
from remit.criteria.evidence import Evidence
from remit.criteria.readings import is_route
from remit.criteria.reference.imprecise_days import (
    agreed,
    end_days,
    may_count,
    number_days,
    possibly_in,
    start_days,
    surely_in,
)
from remit.criteria.reference.records import (
    EventRecord,
    NumberRecord,
    PersonRecords,
)
from remit.criteria.reference.spans import (
    Days,
    date_with_days,
    ends_after_cut,
    is_covered,
    value_days,
)
from remit.criteria.tree import (
    AbsenceRule,
    AgeTest,
    Measure,
    Operator,
    Quantified,
    SexIs,
    Test,
    Threshold,
    ValueIn,
    ValueTest,
    WindowAbsence,
)
from remit.facts.signs import is_contradicted
from remit.facts.tables import OPERATORS
from remit.truth import MET, NOT_MET, Reason, Truth, unknown
from remit.units import find_unit, unit_key, zero_of

COMPARE: Mapping[Operator, Callable[[Fraction, Fraction], bool]] = {
    "<": python_operator.lt,
    "<=": python_operator.le,
    "=": python_operator.eq,
    ">=": python_operator.ge,
    ">": python_operator.gt,
}


@dataclass(frozen=True, slots=True)
class Found:
    """A leaf's truth and the records that decided it."""

    truth: Truth
    evidence: tuple[Evidence, ...] = ()


def truth_of(answer: bool) -> Truth:  # noqa: FBT001 - the one place where a bool becomes a truth
    return MET if answer else NOT_MET


# ---- absence -------------------------------------------------------------------------


def absences_doubt(
    absences: Iterable[WindowAbsence], days: Days, person: PersonRecords
) -> Reason | None:
    """Why absence in these days may not be read as "no", of the first that says so."""
    doubts = (absence_doubt(days, each.rule, each.table, person) for each in absences)
    return next((doubt for doubt in doubts if doubt is not None), None)


def absence_doubt(
    days: Days, rule: AbsenceRule, table: str, person: PersonRecords
) -> Reason | None:
    """Why absence in these days may not be read as "no"; None where it may."""
    if not is_covered(days, rule, table, person):
        return Reason.NOT_COVERED
    if not rule.carried or any(unresolved_in(days, rule, table, person)):
        return Reason.CODE_UNRESOLVED
    return None


def unresolved_in(
    days: Days, rule: AbsenceRule, table: str, person: PersonRecords
) -> Iterator[Evidence]:
    """The records of these days with a code that nobody knows."""
    if table == "measurement":
        for number in records_possibly_in((*rule.unresolved, *rule.misplaced), days, person):
            yield evidence_of(number)
        return
    rows = person.doses if table == "dose_era" else person.events.get(table, ())
    for row in rows:
        strange = row.concept in rule.unresolved or row.concept in rule.misplaced
        if isinstance(row, EventRecord) and row.concept in rule.unrouted:
            strange |= not is_route(row.route)
        ends = end_days(row)
        # Without an end it may hold any later day.
        held = Days(start_days(row).first, date.max if ends is None else ends.last)
        if strange and possibly_in(held, days):
            yield Evidence(
                table,
                row.row,
                row.start,
                end=row.end,
                code=row.concept,
                possible=row.possible_start,
                possible_end=row.possible_end,
            )


# ---- numbers -------------------------------------------------------------------------


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


def evaluate_value(leaf: ValueTest, person: PersonRecords) -> Found:
    value = leaf.value
    if value_days(value.window, person) is None:
        return Found(unknown(Reason.NO_ANCHOR))
    if not value.earliest and ends_after_cut(value.window, person):
        return Found(unknown(Reason.NOT_COVERED))
    measure = value.measure
    open_ = candidates(measure.ids, value.window, person, earliest=value.earliest)
    if open_ is not None:
        records, sure = open_
        truths = [_truth_of_record(record, measure, leaf.test) for record in records]
        truths += [] if sure else [unknown(Reason.NO_DATA)]
        return Found(agreed(truths), tuple(evidence_of(record, measure) for record in records))
    record = counting_record(measure.ids, value.window, person, earliest=value.earliest)
    if record is None:
        return Found(unknown(Reason.NO_DATA))
    truth = _truth_of_record(record, measure, leaf.test)
    return Found(truth, (evidence_of(record, measure),))


def _truth_of_record(record: NumberRecord, measure: Measure, test: Test) -> Truth:
    passed = test_record(record, measure, test)
    return unknown(passed) if isinstance(passed, Reason) else truth_of(passed)


def evaluate_quantified(leaf: Quantified, person: PersonRecords) -> Found:
    days = value_days(leaf.window, person)
    if days is None:
        return Found(unknown(Reason.NO_ANCHOR))
    possible = records_possibly_in(leaf.measure.ids, days, person)
    known = [record for record in possible if record.possible is None]
    if len(known) == len(possible):
        return _quantified_over(leaf, possible, days, person)
    if leaf.gap is not None:
        return _pairs_on_open_days(leaf, known, possible, days, person)
    surely = [record for record in possible if surely_in(number_days(record), days)]
    least, most = (_quantified_over(leaf, records, days, person) for records in (surely, possible))
    return Found(agreed([least.truth, most.truth]), most.evidence)


def _pairs_on_open_days(
    leaf: Quantified,
    known: Iterable[NumberRecord],
    possible: Iterable[NumberRecord],
    days: Days,
    person: PersonRecords,
) -> Found:
    """Pairs of records on known days, where others lie on open ones: these may make or unmake one.

    A pair on known days stays one. Records that fail add nothing to a "no".
    """
    found = _quantified_over(leaf, known, days, person)
    open_ = [record for record in possible if record.possible is not None]
    fail = all(test_record(record, leaf.measure, leaf.test) is False for record in open_)
    if found.truth == MET or (found.truth == NOT_MET and fail):
        return found
    shown = tuple(evidence_of(record, leaf.measure) for record in possible)
    return Found(unknown(Reason.IMPRECISE_DATE), shown)


def _quantified_over(
    leaf: Quantified, held: Iterable[NumberRecord], days: Days, person: PersonRecords
) -> Found:
    """The answer where these are the records of the window."""
    measure = leaf.measure
    records = sorted(held, key=order_of)
    results = [(record, test_record(record, measure, leaf.test)) for record in records]
    passing = [record for record, result in results if result is True]
    failing = [record for record, result in results if result is False]
    undecided = [(result, record) for record, result in results if isinstance(result, Reason)]
    alone = False
    if leaf.gap is not None:
        pair = _confirming_pair(passing, leaf.gap)
        if pair is not None:
            return Found(MET, tuple(evidence_of(record, measure) for record in pair))
        alone = any(not _has_partner(record, records, leaf.gap) for record in passing)
    else:
        decisive = failing if leaf.every else passing
        if decisive:
            return Found(truth_of(not leaf.every), (evidence_of(decisive[-1], measure),))
    shown = tuple(evidence_of(record, measure) for record in records)
    if undecided:
        return Found(unknown(min(reason for reason, _ in undecided)), shown)
    if not records:
        return Found(unknown(Reason.NO_DATA))
    if alone:
        return Found(unknown(Reason.UNCONFIRMED), shown)
    doubt = absences_doubt(leaf.absences, days, person)
    if doubt is not None:
        return Found(unknown(doubt), shown)
    return Found(truth_of(leaf.every), shown)


def _gap_days(gap: tuple[Duration, Duration]) -> tuple[int, int]:
    shortest, longest = gap[0].days, gap[1].days
    assert shortest is not None, "binding allows days and weeks only"
    assert longest is not None, "binding allows days and weeks only"
    return shortest, longest


def _confirming_pair(
    passing: list[NumberRecord], gap: tuple[Duration, Duration]
) -> tuple[NumberRecord, NumberRecord] | None:
    shortest, longest = _gap_days(gap)
    for second in reversed(passing):
        for first in passing:
            if first.row != second.row and shortest <= (second.day - first.day).days <= longest:
                return first, second
    return None


def _has_partner(
    record: NumberRecord, records: list[NumberRecord], gap: tuple[Duration, Duration]
) -> bool:
    shortest, longest = _gap_days(gap)
    return any(
        other.row != record.row and shortest <= abs((other.day - record.day).days) <= longest
        for other in records
    )


# ---- coded values, sex, age ----------------------------------------------------------


def code_truth(code: int | None, accepted: tuple[int, ...], known: tuple[int, ...]) -> Truth:
    if not code:
        return unknown(Reason.NO_VALUE)
    if code not in known:
        return unknown(Reason.CODE_UNKNOWN)
    return truth_of(code in accepted)


def evaluate_value_in(leaf: ValueIn, person: PersonRecords) -> Found:
    if value_days(leaf.window, person) is None:
        return Found(unknown(Reason.NO_ANCHOR))
    if not leaf.earliest and ends_after_cut(leaf.window, person):
        return Found(unknown(Reason.NOT_COVERED))
    open_ = candidates(leaf.ids, leaf.window, person, earliest=leaf.earliest)
    if open_ is not None:
        records, sure = open_
        truths = [code_truth(record.code, leaf.accepted, leaf.known) for record in records]
        truths += [] if sure else [unknown(Reason.NO_DATA)]
        return Found(agreed(truths), tuple(evidence_of(record) for record in records))
    record = counting_record(leaf.ids, leaf.window, person, earliest=leaf.earliest)
    if record is None:
        return Found(unknown(Reason.NO_DATA))
    return Found(code_truth(record.code, leaf.accepted, leaf.known), (evidence_of(record),))


def evaluate_sex(leaf: SexIs, person: PersonRecords) -> Found:
    if person.gender not in leaf.known:
        return Found(unknown(Reason.NO_VALUE))
    row = Evidence("person", person.person, person.earliest_birth, code=person.gender)
    return Found(truth_of(person.gender in leaf.accepted), (row,))


def completed_months(birth: date, day: date) -> int:
    """Whole months lived on a day."""
    return (day.year - birth.year) * 12 + day.month - birth.month - int(day.day < birth.day)


def evaluate_age(leaf: AgeTest, person: PersonRecords) -> Found:
    day = person.anchors.get(leaf.anchor)
    if day is None:
        return Found(unknown(Reason.NO_ANCHOR))
    unit = 12 if leaf.period == "year" else 1
    youngest = completed_months(person.latest_birth, day) // unit
    oldest = completed_months(person.earliest_birth, day) // unit
    ages = [Fraction(age) for age in range(youngest, oldest + 1)]
    answers = {COMPARE[leaf.operator](age, leaf.number) for age in ages}
    row = Evidence(
        "person", person.person, person.earliest_birth, value=float(oldest), value_unit=leaf.period
    )
    if len(answers) > 1:
        return Found(unknown(Reason.IMPRECISE_BIRTH_DATE), (row,))
    return Found(truth_of(answers.pop()), (row,))
