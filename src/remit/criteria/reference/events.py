"""Reference meaning of events, overlaps, counts, procedure attributes and attestations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from remit.criteria.evidence import Evidence
from remit.criteria.reference.imprecise_days import (
    end_days,
    may_count,
    number_days,
    possibly_in,
    start_days,
    surely_in,
)
from remit.criteria.reference.recorded_numbers import (
    COMPARE,
    evidence_of,
    pick,
    records_possibly_in,
    truth_of,
)
from remit.criteria.reference.records import EventRecord, PersonRecords
from remit.criteria.reference.spans import Days, ends_after_cut, value_days, window_days
from remit.criteria.reference.values import (
    Found,
    absence_doubt,
    absences_doubt,
    code_truth,
    unresolved_in,
)
from remit.criteria.tree import Attested, AttributeIn, CountTest, Events, Exists, Measure
from remit.truth import MET, NOT_MET, Reason, unknown


@dataclass(frozen=True, slots=True)
class EventDays:
    """An event's days, where some may not be exactly known.

    Attributes:
        latest_start, earliest_end: it begins no later and ends no earlier than that.
        possible: the days that it may hold.
        open: whether a day of it is not exactly known; a missing end is none.
    """

    record: EventRecord
    latest_start: date
    earliest_end: date
    possible: Days
    open: bool


def _span(record: EventRecord, events: Events) -> EventDays:
    start, end = start_days(record), end_days(record)
    if record.concept in events.first_day_ids:
        end = start
    open_ = start.first != start.last or (end is not None and end.first != end.last)
    if end is not None:
        return EventDays(record, start.last, end.first, Days(start.first, end.last), open_)
    to_the_end = Days(start.first, date.max)
    # An episode without an end holds its first day for sure, which is no later than its earliest.
    sure_until = date.max if record.concept in events.chronic_ids else start.first
    return EventDays(record, start.last, sure_until, to_the_end, open_)


def _shared(left: Days, right: Days) -> Days | None:
    first, last = max(left.first, right.first), min(left.last, right.last)
    return Days(first, last) if first <= last else None


def spans_of(events: Events, person: PersonRecords) -> tuple[EventDays, ...]:
    """All of a person's records of these events."""
    return tuple(
        _span(record, events)
        for record in person.events.get(events.table, ())
        if record.concept in events.ids and (not events.routes or record.route in events.routes)
    )


def event_evidence(record: EventRecord, table: str) -> Evidence:
    return Evidence(
        table,
        record.row,
        record.start,
        end=record.end,
        code=record.concept,
        possible=record.possible_start,
        possible_end=record.possible_end,
    )


def _certainly(span: EventDays, days: Days, others: tuple[tuple[EventDays, ...], ...]) -> bool:
    """Whether it holds a day of the window that one of each other kind holds too.

    Stretches of days have a day in common where each two of them have.
    """
    return _touches(span, days) and all(
        any(_touches(other, days) and _meet(span, other) for other in group) for group in others
    )


def _touches(span: EventDays, days: Days) -> bool:
    """Whether it holds a day of the window, whichever its days are."""
    within = days.first <= days.last
    return within and span.latest_start <= days.last and span.earliest_end >= days.first


def _meet(one: EventDays, other: EventDays) -> bool:
    """Whether two share a day, whichever their days are."""
    return one.latest_start <= other.earliest_end and other.latest_start <= one.earliest_end


def _possibly(span: EventDays, days: Days, others: tuple[tuple[EventDays, ...], ...]) -> bool:
    inside = _shared(span.possible, days)
    return inside is not None and all(
        any(_shared(other.possible, inside) is not None for other in group) for group in others
    )


def evaluate_exists(leaf: Exists, person: PersonRecords) -> Found:
    days = window_days(leaf.window, person)
    if days is None:
        return Found(unknown(Reason.NO_ANCHOR))
    spans = spans_of(leaf.events, person)
    others = tuple(spans_of(events, person) for events in leaf.overlapping)
    certain = [span for span in spans if _certainly(span, days, others)]
    if certain:
        shown = [event_evidence(span.record, leaf.events.table) for span in certain]
        return Found(MET, tuple(shown))
    possible = [span for span in spans if _possibly(span, days, others)]
    if possible:
        shown = [event_evidence(span.record, leaf.events.table) for span in possible]
        beside = [o for group in others for o in group if possibly_in(o.possible, days)]
        on_open_day = any(span.open for span in (*possible, *beside))
        reason = Reason.IMPRECISE_DATE if on_open_day else Reason.NO_END_DATE
        return Found(unknown(reason), tuple(shown))
    for absence in leaf.absences:
        doubt = absence_doubt(days, absence.rule, absence.table, person)
        if doubt is not None:
            strange = unresolved_in(days, absence.rule, absence.table, person)
            return Found(unknown(doubt), tuple(strange))
    return Found(NOT_MET)


def evaluate_count(leaf: CountTest, person: PersonRecords) -> Found:
    counted = leaf.counted
    of_values = isinstance(counted, Measure)
    days = (value_days if of_values else window_days)(leaf.window, person)
    if days is None:
        return Found(unknown(Reason.NO_ANCHOR))
    if isinstance(counted, Measure):
        records = records_possibly_in(counted.ids, days, person)
        most = len(records)
        least = sum(surely_in(number_days(record), days) for record in records)
        why = Reason.IMPRECISE_DATE
        shown = tuple(evidence_of(record, counted) for record in records)
    else:
        spans = spans_of(counted, person)
        least = sum(_certainly(span, days, ()) for span in spans)
        most = sum(_possibly(span, days, ()) for span in spans)
        open_ = [s for s in spans if _possibly(s, days, ()) and not _certainly(s, days, ())]
        on_open_day = any(span.open for span in open_)
        why = Reason.IMPRECISE_DATE if on_open_day else Reason.NO_END_DATE
        shown = tuple(
            event_evidence(span.record, counted.table)
            for span in spans
            if _possibly(span, days, ())
        )
    doubt = absences_doubt(leaf.absences, days, person)
    # In doubt any larger number is possible; one beyond the one asked for stands for all.
    beyond = most if doubt is None else max(most, int(leaf.number)) + 1
    passes = COMPARE[leaf.operator]
    # Between the ends the answer changes at the number alone; it may be far from both.
    near = (n for n in range(int(leaf.number) - 1, int(leaf.number) + 2) if least <= n <= beyond)
    answers = {passes(Fraction(n), leaf.number) for n in (least, *near, beyond)}
    if len(answers) == 1:
        return Found(truth_of(answers.pop()), shown)
    if doubt is None or most > least:
        return Found(unknown(why), shown)
    return Found(unknown(doubt), shown)


def evaluate_attribute(leaf: AttributeIn, person: PersonRecords) -> Found:
    days = window_days(leaf.window, person)
    if days is None:
        return Found(unknown(Reason.NO_ANCHOR))
    spans = spans_of(leaf.events, person)
    inside = [span.record for span in spans if days.holds(span.record.start)]
    if _several_may_count(spans, days):
        shown = tuple(
            event_evidence(span.record, leaf.events.table)
            for span in spans
            if possibly_in(start_days(span.record), days)
        )
        return Found(unknown(Reason.IMPRECISE_DATE), shown)
    if not inside:
        doubt = absences_doubt(leaf.absences, days, person)
        return Found(NOT_MET if doubt is None else unknown(doubt))
    if ends_after_cut(leaf.window, person):
        return Found(unknown(Reason.NOT_COVERED))
    latest = max(inside, key=lambda record: (record.start, record.row))
    procedure = event_evidence(latest, leaf.events.table)
    codes = frozenset(leaf.ids)
    attributes = [r for r in person.numbers if r.concept in codes and r.event == latest.row]
    record = pick(attributes, earliest=False)
    if record is None:
        return Found(unknown(Reason.NO_DATA), (procedure,))
    if len(attributes) > 1 and any(each.possible is not None for each in attributes):
        return Found(unknown(Reason.IMPRECISE_DATE), (procedure, *map(evidence_of, attributes)))
    truth = code_truth(record.code, leaf.accepted, leaf.known)
    return Found(truth, (procedure, evidence_of(record)))


def _several_may_count(spans: Iterable[EventDays], days: Days) -> bool:
    """Whether days that are not exactly known leave open which procedure is the latest."""
    begun = [(start_days(span.record), span.record) for span in spans]
    within = [(start, record) for start, record in begun if possibly_in(start, days)]
    open_ = [(start, record) for start, record in within if start.first != start.last]
    if not open_:
        return False
    known = [record for start, record in within if start.first == start.last]
    exact = max(known, key=lambda record: (record.start, record.row), default=None)
    found, sure = may_count(open_, None if exact is None else (exact.start, exact), days)
    return len(found) != 1 or not sure


def evaluate_attested(leaf: Attested, person: PersonRecords) -> Found:
    signed = [a for a in person.answers if a.item == leaf.item and a.signed_by]
    if not signed:
        return Found(unknown(Reason.NEEDS_ATTESTATION))
    latest = max(signed, key=lambda answer: (answer.day, answer.row))
    row = Evidence("attestation", latest.row, latest.day, text=f"signed by {latest.signed_by}")
    return Found(truth_of(latest.answer), (row,))
