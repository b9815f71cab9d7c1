"""Conditions, procedures, vaccines, visits, allergies, reports and specimens as events.

Source: HL7 FHIR R4, the resources and the value sets of their states. What is refuted, entered in
error, planned or not done is no fact of the patient; a diagnosis that is only suspected is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from remit.facts.intake.fhir.files.fhir_elements import (
    Element,
    NoDay,
    NotTaken,
    codes_of,
    flag_of,
    object_of,
    objects_of,
    require_plain,
    status_code,
    text_of,
)
from remit.facts.intake.fhir.resources.fhir_codes import NO_CODE, require_code
from remit.facts.intake.fhir.resources.fhir_dates import FhirDay, began, named_day, period_of
from remit.facts.intake.fhir.resources.fhir_events import (
    UNTIL_NOW,
    DoseKind,
    Event,
    EventKind,
    FhirReading,
)
from remit.facts.intake.fhir.resources.fhir_observations import observation_events

_NOT_R4 = "a status that R4 does not have"
_WRONG = "entered in error"
_NO_VERIFICATION = "a verificationStatus that R4 does not have"
# Diagnoses that nobody has made yet.
_SUSPECTED = frozenset({"unconfirmed", "provisional", "differential"})
_OVER = frozenset({"inactive", "remission", "resolved"})
_CLINICAL = frozenset({"active", "recurrence", "relapse"}) | _OVER
_DONE = {
    "Procedure": frozenset({"completed", "in-progress", "stopped", "on-hold"}),
    "Immunization": frozenset({"completed"}),
    "Encounter": frozenset({"arrived", "triaged", "in-progress", "onleave", "finished"}),
    "DiagnosticReport": frozenset(
        {"partial", "preliminary", "final", "amended", "corrected", "appended"}
    ),
}
_NOT_DONE: Mapping[str, Mapping[str, str]] = {
    "Procedure": {
        "preparation": "in preparation: not done yet",
        "not-done": "not done",
        "entered-in-error": _WRONG,
        "unknown": "its status is unknown",
    },
    "Immunization": {"not-done": "not done", "entered-in-error": _WRONG},
    "Encounter": {
        "planned": "planned",
        "cancelled": "cancelled",
        "entered-in-error": _WRONG,
        "unknown": "its status is unknown",
    },
    "DiagnosticReport": {
        "registered": "registered: no result yet",
        "cancelled": "cancelled",
        "entered-in-error": _WRONG,
        "unknown": "its status is unknown",
    },
    "Specimen": {
        "unavailable": "not available",
        "unsatisfactory": "unsatisfactory",
        "entered-in-error": _WRONG,
    },
}


def require_done(kind: str, resource: Element) -> None:
    """Nothing, when the status says that it happened.

    Raises:
        NotTaken: it says another thing.
    """
    status = text_of(resource, "status")
    if status in _DONE[kind]:
        return
    reason = _NOT_DONE[kind].get(status or "")
    raise NotTaken(reason or _NOT_R4, on_purpose=reason is not None and status != "unknown")


def condition_events(resource: Element, found: FhirReading) -> Sequence[Event]:
    """The event of a diagnosis.

    Raises:
        NotTaken: it is refuted, in error, only suspected, or has no code or no date.
    """
    _require_made(resource)
    code = require_code(found.codes.of(resource, "code"), "code")
    when = _choice(resource, "onset", within=True)
    if when is None:
        for name in ("onsetAge", "onsetRange", "onsetString"):
            if name in resource:
                found.notes["Condition: {} begin at an age or in words: not read as a day"] += 1
        when = named_day(resource, "recordedDate")
        if when is None:
            raise NoDay
        found.notes["Condition: {} have no day of onset: that of the record stands for it"] += 1
    end, last = _ended(resource, when, found)
    return (Event(EventKind.CONDITION, code, when.first, when.last, when.time, end, last),)


def _ended(resource: Element, when: FhirDay, found: FhirReading) -> tuple[int | None, int | None]:
    """The first and the last possible day of the end; nothing where it goes on."""
    over = _choice(resource, "abatement", within=True)
    if over is not None:
        return max(over.first, when.first), over.last
    status = status_code(object_of(resource, "clinicalStatus"))
    told = any(name.startswith("abatement") for name in resource)
    if status in _OVER or told:
        found.notes["Condition: {} are over, on a day that nobody tells"] += 1
        return when.first, UNTIL_NOW
    return None, None


def _require_made(resource: Element) -> None:
    _require_verified(resource)
    clinical = status_code(object_of(resource, "clinicalStatus"))
    if clinical is not None and clinical not in _CLINICAL:
        raise NotTaken("a clinicalStatus that R4 does not have")


def _require_verified(resource: Element) -> None:
    """Nothing, when somebody has confirmed it, or nothing is told of that."""
    verified = object_of(resource, "verificationStatus")
    codes = codes_of(verified)
    if verified and not codes:
        raise NotTaken("a verificationStatus without a code")
    for code in codes:
        if code == "entered-in-error":
            raise NotTaken(_WRONG, on_purpose=True)
        if code == "refuted":
            raise NotTaken("refuted", on_purpose=True)
        if code in _SUSPECTED:
            raise NotTaken("only suspected: unconfirmed, provisional or differential")
    if verified and "confirmed" not in codes:
        raise NotTaken(_NO_VERIFICATION)


def _choice(resource: Element, stem: str, *, within: bool = False) -> FhirDay | None:
    """The day of a choice such as `onset[x]`; None where it tells none.

    Args:
        within: whether a period is that in which it happened, on a day that nobody tells: "Period
            is generally used to convey an imprecise onset that occurred within the time period"
            (HL7 FHIR, Condition.onset[x]).
    """
    names = [f"{stem}{kind}" for kind in ("DateTime", "Period") if f"{stem}{kind}" in resource]
    if len(names) > 1:
        raise NotTaken(f"{stem}[x] stands twice")
    if not names:
        return None
    if names[0].endswith("DateTime"):
        return named_day(resource, names[0])
    first, last = period_of(resource, names[0])
    if within and first is not None and last is not None and first.first <= last.last:
        return FhirDay(first.first, last.last, first.time if first == last else None)
    return last if stem == "abatement" else began(first, last)


def procedure_events(resource: Element, found: FhirReading) -> Sequence[Event]:
    """The event of a procedure, on the day on which it began.

    Raises:
        NotTaken: it was not done, or has no code or no date.
    """
    require_done("Procedure", resource)
    code = require_code(found.codes.of(resource, "code"), "code")
    when = _choice(resource, "performed")
    if when is None:
        raise NoDay
    return (Event(EventKind.PROCEDURE, code, when.first, when.last, when.time),)


def vaccine_events(resource: Element, found: FhirReading) -> Sequence[Event]:
    """The event of a vaccination.

    Raises:
        NotTaken: it was not done, the dose was too small, or it has no code or no date.
    """
    require_done("Immunization", resource)
    if flag_of(resource, "isSubpotent"):
        raise NotTaken("a dose that was too small (isSubpotent)", on_purpose=True)
    code = require_code(found.codes.of(resource, "vaccineCode"), "vaccineCode")
    when = named_day(resource, "occurrenceDateTime")
    if when is None:
        raise NoDay
    route = found.codes.of(resource, "route")
    return (
        Event(
            EventKind.VACCINE,
            code,
            when.first,
            when.last,
            when.time,
            when.last,
            when.last,
            route=route,
            dose_kind=DoseKind.NEVER,
        ),
    )


def visit_events(resource: Element, found: FhirReading) -> Sequence[Event]:
    """The event of an encounter.

    Raises:
        NotTaken: it did not take place, or has no day.
    """
    require_done("Encounter", resource)
    kind = object_of(resource, "class")
    code = text_of(kind, "code")
    first, last = period_of(resource, "period")
    first = began(first, last)
    if first is None:
        raise NoDay
    if last is None and text_of(resource, "status") != "finished":
        end = end_last = UNTIL_NOW
    else:
        last = last or first
        end, end_last = max(last.first, first.first), last.last
    number = found.codes.of_code("", code) if code is not None else NO_CODE
    return (Event(EventKind.VISIT, number, first.first, first.last, first.time, end, end_last),)


def allergy_events(resource: Element, found: FhirReading) -> Sequence[Event]:
    """The event of an allergy: an observation, never the drug that it names.

    Raises:
        NotTaken: it is refuted, in error, only suspected, or has no code or no date.
    """
    _require_verified(resource)
    code = require_code(found.codes.of(resource, "code"), "code")
    when = _choice(resource, "onset", within=True)
    if when is None:
        when = named_day(resource, "recordedDate")
    if when is None:
        raise NoDay
    return (Event(EventKind.ALLERGY, code, when.first, when.last, when.time),)


def report_events(resource: Element, found: FhirReading) -> Sequence[Event]:
    """The event of a report, or one for each coded conclusion, and those of results within it.

    Results that it refers to are records themselves.

    Raises:
        NotTaken: it has no result yet, or no code or no date.
    """
    require_done("DiagnosticReport", resource)
    code = require_code(found.codes.of(resource, "code"), "code")
    when = _choice(resource, "effective")
    if when is None:
        when = named_day(resource, "issued")
    if when is None:
        raise NoDay
    conclusions = [
        found.codes.of_concept(concept) for concept in objects_of(resource, "conclusionCode")
    ]
    return (
        *(
            Event(EventKind.REPORT, code, when.first, when.last, when.time, value=value)
            for value in conclusions or [NO_CODE]
        ),
        *_contained_results(resource, found),
    )


def _contained_results(resource: Element, found: FhirReading) -> Iterator[Event]:
    """The results that a report contains; their day is that of the report where they tell none."""
    days = {name: day for name, day in resource.items() if name.startswith("effective")}
    for inner in objects_of(resource, "contained"):
        if inner.get("resourceType") != "Observation":
            continue
        told = any(name.startswith("effective") for name in inner)
        try:
            require_plain(inner, "a contained Observation")
            if inner.get("subject") not in (None, resource.get("subject")):
                raise NotTaken("about somebody else than the report")
            yield from observation_events(inner if told else {**days, **inner}, found)
        except NotTaken as rule:
            found.parts["DiagnosticReport: contained Observation", rule.reason] += 1


def specimen_events(resource: Element, found: FhirReading) -> Sequence[Event]:
    """The event of a specimen: that it was taken, on the day of its collection.

    Raises:
        NotTaken: it is not fit for use, or has no type or no date.
    """
    status = text_of(resource, "status")
    if status not in {None, "available"}:
        reason = _NOT_DONE["Specimen"].get(status or "")
        raise NotTaken(reason or _NOT_R4, on_purpose=reason is not None)
    code = require_code(found.codes.of(resource, "type"), "type")
    collection = object_of(resource, "collection")
    require_plain(collection, "collection")
    when = _choice(collection, "collected")
    if when is None:
        raise NoDay
    return (Event(EventKind.SPECIMEN, code, when.first, when.last, when.time),)
