"""Reference meaning of absence, numeric and coded values, age and sex."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from remit.criteria.dates import Duration
from remit.criteria.evidence import Evidence
from remit.criteria.readings import is_route
from remit.criteria.reference.imprecise_days import (
    agreed,
    end_days,
    number_days,
    possibly_in,
    start_days,
    surely_in,
)
from remit.criteria.reference.recorded_numbers import (
    COMPARE,
    candidates,
    counting_record,
    evidence_of,
    order_of,
    records_possibly_in,
    test_record,
    truth_of,
)
from remit.criteria.reference.records import (
    EventRecord,
    NumberRecord,
    PersonRecords,
)
from remit.criteria.reference.spans import (
    Days,
    ends_after_cut,
    is_covered,
    value_days,
)
from remit.criteria.tree import (
    AbsenceRule,
    AgeTest,
    Measure,
    Quantified,
    SexIs,
    Test,
    ValueIn,
    ValueTest,
    WindowAbsence,
)
from remit.truth import MET, NOT_MET, Reason, Truth, unknown


@dataclass(frozen=True, slots=True)
class Found:
    """A leaf's truth and the records that decided it."""

    truth: Truth
    evidence: tuple[Evidence, ...] = ()


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
