"""What is left of a resource that is not taken: a record in doubt, beside which none is absent.

A diagnosis on an unreadable day may have been made on any day; left out, its patient would count as
one without it. So it stays as a record of its own code on all possible days. What is unsure in
another way, a suspected diagnosis or a status that nobody knows, stays as one without a code. What
the source itself takes back, as entered in error or not done, leaves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from remit.facts.intake.fhir.files.fhir_elements import Element, NoDay, NotTaken
from remit.facts.intake.fhir.resources.fhir_codes import NO_CODE
from remit.facts.intake.fhir.resources.fhir_dates import EARLIEST, FhirDay, day_of
from remit.facts.intake.fhir.resources.fhir_events import (
    NO_MEDICATION,
    UNTIL_NOW,
    DoseKind,
    Event,
    EventKind,
    FhirReading,
)

ANY_DAY = FhirDay(EARLIEST, UNTIL_NOW)
# What a resource would have been, and where it says what it is.
_KINDS: Mapping[str, tuple[EventKind, str]] = {
    "Observation": (EventKind.MEASUREMENT, "code"),
    "Condition": (EventKind.CONDITION, "code"),
    "Procedure": (EventKind.PROCEDURE, "code"),
    "MedicationRequest": (EventKind.PRESCRIBED, "medicationCodeableConcept"),
    "MedicationAdministration": (EventKind.ADMINISTERED, "medicationCodeableConcept"),
    "MedicationStatement": (EventKind.STATED, "medicationCodeableConcept"),
    "Immunization": (EventKind.VACCINE, "vaccineCode"),
    "Encounter": (EventKind.VISIT, ""),  # of no kind
    "AllergyIntolerance": (EventKind.ALLERGY, "code"),
    "DiagnosticReport": (EventKind.REPORT, "code"),
}
_DRUGS = frozenset(
    {EventKind.PRESCRIBED, EventKind.ADMINISTERED, EventKind.STATED, EventKind.VACCINE}
)
_SPANS = _DRUGS | {EventKind.VISIT}
# Where the day stands of what has one; the first that is told.
_DAYS: Mapping[str, tuple[str, ...]] = {
    "Observation": ("effectiveDateTime", "effectiveInstant", "issued"),
    "Condition": ("onsetDateTime",),
    "Procedure": ("performedDateTime",),
}


def event_in_doubt(
    kind: str, resource: Element, rule: NotTaken, found: FhirReading
) -> Event | None:
    """The record in doubt of a resource that a rule left out; None where it needs none."""
    if rule.on_purpose or kind not in _KINDS:
        return None
    is_, name = _KINDS[kind]
    # A finding says nothing by itself: without a value it is open. A disease is there by its code.
    tells = isinstance(rule, NoDay) or is_ == EventKind.MEASUREMENT
    code = _code(resource, name, found) if tells and name else NO_CODE
    day = ANY_DAY if isinstance(rule, NoDay) else _day(kind, resource)
    end, end_last = (EARLIEST, UNTIL_NOW) if is_ in _SPANS else (None, None)
    medication = NO_MEDICATION
    if tells and is_ in _DRUGS and code == NO_CODE:
        medication = _medication(resource, found)
    return Event(
        is_,
        code,
        day.first,
        day.last,
        None,
        end,
        end_last,
        medication=medication,
        dose_kind=DoseKind.NEVER if is_ == EventKind.VACCINE else DoseKind.NONE,
    )


def parts_in_doubt(
    kind: int, holder: Element, when: FhirDay, rule: NotTaken, found: FhirReading
) -> Iterator[Event]:
    """The record in doubt of a part of an observation: of its code, without a value."""
    if not rule.on_purpose:
        code = _code(holder, "code", found)
        yield Event(kind, code, when.first, when.last, when.time)


def _code(resource: Element, name: str, found: FhirReading) -> int:
    try:
        return found.codes.of(resource, name)
    except NotTaken:
        return NO_CODE


def _medication(resource: Element, found: FhirReading) -> int:
    reference = resource.get("medicationReference")
    target = reference.get("reference") if isinstance(reference, dict) else None
    if not isinstance(target, str):
        return NO_MEDICATION
    try:
        return found.medicines.of_reference(target, resource, found.codes, found.units)
    except NotTaken:
        return NO_MEDICATION


def _day(kind: str, resource: Element) -> FhirDay:
    for name in _DAYS.get(kind, ()):
        text = resource.get(name)
        if isinstance(text, str) and (day := day_of(text)) is not None:
            return day
    return ANY_DAY
