"""People in few records, and what a packaged criterion says of them by the reference evaluator."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from remit.criteria.binder import bind_expression
from remit.criteria.environment import Environment
from remit.criteria.meanings import evaluate
from remit.criteria.reference.records import (
    AnswerRecord,
    DoseRecord,
    EventRecord,
    NumberRecord,
    PersonRecords,
)
from remit.facts.codes import NO_VOCABULARY
from remit.facts.dictionary import packaged_dictionary
from remit.facts.tables import FEMALE
from remit.protocol import protocol_named
from remit.units import unit_named

DAY0 = date(2024, 6, 1)
Part = NumberRecord | EventRecord | DoseRecord | AnswerRecord


def concept_id(name: str) -> int:
    return packaged_dictionary().omop_ids(name)[0]


def ago(days: int) -> date:
    return DAY0 - timedelta(days=days)


def lab(name: str, number: str, unit: str, days: int = 1, uln: str | None = None) -> NumberRecord:
    return NumberRecord(
        days,
        concept_id(name),
        ago(days),
        number=Decimal(number),
        unit_text=unit,
        high=Decimal(uln) if uln else None,
    )


def coded(name: str, value: str, days: int = 1, *, event: int | None = None) -> NumberRecord:
    code = packaged_dictionary().concept(name).values[value].omop
    return NumberRecord(days, concept_id(name), ago(days), code=code, event=event)


def event(name: str, first: int, last: int | None) -> EventRecord:
    """An event from `first` days ago to `last` days ago; None has no recorded end."""
    return EventRecord(first, concept_id(name), ago(first), None if last is None else ago(last))


def drug(name: str, mg_a_day: str, first: int, last: int = 0) -> tuple[Part, ...]:
    unit = unit_named("mg/d").omop_ids[0]
    era = DoseRecord(
        first, concept_id(name), ago(first), ago(last), Decimal(mg_a_day), unit_id=unit
    )
    return (event(name, first, last), era)


def signed(item: str, *, answer: bool = True) -> AnswerRecord:
    return AnswerRecord(1, item, answer, "an investigator", DAY0)


def person(
    *parts: Part | tuple[Part, ...], sex: int = FEMALE, born: date | None = None
) -> PersonRecords:
    flat = [p for part in parts for p in (part if isinstance(part, tuple) else (part,))]
    dictionary = packaged_dictionary()
    table_of = {
        i: c.table for c in dictionary.concepts.values() for i in dictionary.omop_ids(c.name)
    }
    events: dict[str, tuple[EventRecord, ...]] = {}
    for record in flat:
        if isinstance(record, EventRecord):
            table = table_of[record.concept]
            events[table] = (*events.get(table, ()), record)
    birth = born or date(1990, 1, 1)
    names = ("consent", "screening", "allocation", "baseline", "enrolment", "infusion", "relapse")
    return PersonRecords(
        person=1,
        gender=sex,
        birth_year=birth.year,
        birth_month=birth.month,
        birth_day=birth.day,
        anchors=dict.fromkeys(names, DAY0),
        numbers=tuple(r for r in flat if isinstance(r, NumberRecord)),
        events=events,
        doses=tuple(r for r in flat if isinstance(r, DoseRecord)),
        answers=tuple(r for r in flat if isinstance(r, AnswerRecord)),
        periods=((date(2020, 1, 1), date(2025, 1, 1)),),
    )


def verdict(
    study: str, criterion: str, subject: PersonRecords, settings: dict[str, str] | None = None
) -> str:
    protocol = protocol_named(study).with_parameters(settings or {})
    expression = protocol.criterion(criterion).expression
    assert expression is not None
    environment = Environment(
        dictionary=packaged_dictionary(),
        anchors=frozenset(protocol.anchors),
        default_window=protocol.windows.default,
        concept_windows=protocol.windows.concepts,
        definitions=protocol.definition_texts(),
        parameters=protocol.literal_texts(),
        attestations=frozenset(protocol.attestations),
        codes=NO_VOCABULARY,
    )
    truth, _ = evaluate(bind_expression(expression, environment), subject)
    return truth.status.word
