"""Reference meaning of events, overlaps, counts, procedure attributes and attestations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from remit.criteria.evidence import Evidence
from remit.criteria.reference.records import EventRecord, PersonRecords
from remit.criteria.reference.spans import Days, ends_after_cut, value_days, window_days
from remit.criteria.reference.values import (
    COMPARE,
    Found,
    absence_doubt,
    absences_doubt,
    code_truth,
    evidence_of,
    pick,
    records_in,
    truth_of,
    unresolved_in,
)
from remit.criteria.tree import Attested, AttributeIn, CountTest, Events, Exists, Measure
from remit.truth import MET, NOT_MET, Reason, unknown


@dataclass(frozen=True, slots=True)
class EventDays:
    """An event's days: those it certainly holds and those it may hold (its end may be unknown)."""

    record: EventRecord
    certain: Days
    possible: Days


def _span(record: EventRecord, events: Events) -> EventDays:
    if record.end is not None:
        days = Days(record.start, record.end)
        return EventDays(record, days, days)
    to_the_end = Days(record.start, date.max)
    if record.concept in events.chronic_ids:
        return EventDays(record, to_the_end, to_the_end)
    return EventDays(record, Days(record.start, record.start), to_the_end)


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
    return Evidence(table, record.row, record.start, end=record.end, code=record.concept)


def _certainly(span: EventDays, days: Days, others: tuple[tuple[EventDays, ...], ...]) -> bool:
    inside = _shared(span.certain, days)
    return inside is not None and all(
        any(_shared(other.certain, inside) is not None for other in group) for group in others
    )


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
        return Found(unknown(Reason.NO_END_DATE), tuple(shown))
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
        records = records_in(counted.ids, days, person)
        least = most = len(records)
        shown = tuple(evidence_of(record, counted) for record in records)
    else:
        spans = spans_of(counted, person)
        least = sum(_certainly(span, days, ()) for span in spans)
        most = sum(_possibly(span, days, ()) for span in spans)
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
        return Found(unknown(Reason.NO_END_DATE), shown)
    return Found(unknown(doubt), shown)


def evaluate_attribute(leaf: AttributeIn, person: PersonRecords) -> Found:
    days = window_days(leaf.window, person)
    if days is None:
        return Found(unknown(Reason.NO_ANCHOR))
    inside = [
        span.record for span in spans_of(leaf.events, person) if days.holds(span.record.start)
    ]
    if not inside:
        doubt = absences_doubt(leaf.absences, days, person)
        return Found(NOT_MET if doubt is None else unknown(doubt))
    if ends_after_cut(leaf.window, person):
        return Found(unknown(Reason.NOT_COVERED))
    latest = max(inside, key=lambda record: (record.start, record.row))
    procedure = event_evidence(latest, leaf.events.table)
    whole_life = Days(date.min, date.max)
    attributes = [r for r in records_in(leaf.ids, whole_life, person) if r.event == latest.row]
    record = pick(attributes, earliest=False)
    if record is None:
        return Found(unknown(Reason.NO_DATA), (procedure,))
    truth = code_truth(record.code, leaf.accepted, leaf.known)
    return Found(truth, (procedure, evidence_of(record)))


def evaluate_attested(leaf: Attested, person: PersonRecords) -> Found:
    signed = [a for a in person.answers if a.item == leaf.item and a.signed_by]
    if not signed:
        return Found(unknown(Reason.NEEDS_ATTESTATION))
    latest = max(signed, key=lambda answer: (answer.day, answer.row))
    row = Evidence("attestation", latest.row, latest.day, text=f"signed by {latest.signed_by}")
    return Found(truth_of(latest.answer), (row,))
