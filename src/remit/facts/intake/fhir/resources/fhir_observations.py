"""Observations: a number with its sign, unit and limits, a coded answer, or words; and their parts.

Source: HL7 FHIR R4, `Observation`; the meaning of its states from the value set
`observation-status`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

from remit.facts.intake.fhir.files.fhir_elements import (
    Element,
    NoDay,
    NotTaken,
    object_of,
    objects_of,
    require_plain,
    text_of,
)
from remit.facts.intake.fhir.files.fhir_json import millionths
from remit.facts.intake.fhir.files.fhir_versions import has_strange_names
from remit.facts.intake.fhir.resources.fhir_codes import NO_CODE, require_code
from remit.facts.intake.fhir.resources.fhir_dates import (
    MOMENTS,
    FhirDay,
    began,
    day_of,
    moment_of,
    named_day,
    period_of,
)
from remit.facts.intake.fhir.resources.fhir_doubts import parts_in_doubt
from remit.facts.intake.fhir.resources.fhir_events import Event, EventKind, FhirReading
from remit.facts.intake.fhir.resources.fhir_values import (
    NO_VALUE,
    VALUES,
    ObservedValue,
    limits_of,
    value_of,
)

_TAKEN = frozenset({"final", "amended", "corrected", "preliminary"})
_NO_RESULT = {
    "registered": "registered: no result yet",
    "cancelled": "cancelled",
    "entered-in-error": "entered in error",
    "unknown": "its status is unknown",
}
_EFFECTIVE = frozenset(f"effective{kind}" for kind in ("DateTime", "Period", "Timing", "Instant"))
_CHOICES = VALUES | _EFFECTIVE
# What only some observations have.
_RARE = frozenset(
    {*_CHOICES, "component", "focus", "dataAbsentReason"} - {"effectiveDateTime", "valueQuantity"}
)
# What one that is read in the shortest way has, and what it may not have.
_NEEDED = frozenset(
    {"id", "status", "code", "subject", "effectiveDateTime", "valueQuantity", "resourceType"}
)
_FOREIGN = (
    _RARE
    | {"modifierExtension", "implicitRules", "contained"}
    | (MOMENTS - {"effectiveDateTime", "issued"})
)
# Categories of what people say and do; all others are measured.
_SAID = frozenset({"social-history", "survey", "therapy", "activity", "sdoh"})
# Members of an enum are slow to compare and to lay into columns.
_MEASURED, _OBSERVED = int(EventKind.MEASUREMENT), int(EventKind.OBSERVATION)
# Kind, code, first and last day, time, number, unit and limits, as `Event` has them.
PlainResult: TypeAlias = tuple[int, int, int, int, int | None, int, int, int | None, int | None]
PANEL = "a panel: what it groups is a record of its own"


def observation_events(resource: Element, found: FhirReading) -> Sequence[Event]:
    """The event of an observation and those of its parts.

    Raises:
        NotTaken: it is left out, by the rule that is named.
    """
    plain = plain_event(resource, found)
    return (plain,) if plain is not None else any_events(resource, found)


@lru_cache(maxsize=2_000)
def is_plain(names: tuple[str, ...]) -> bool:
    """Whether an observation with these elements may be one for `plain_event`, and is of R4.

    Of many exports few orders of elements differ: each is looked at once.
    """
    plain = _NEEDED.issubset(names) and _FOREIGN.isdisjoint(names)
    return plain and not has_strange_names("Observation", names)


def plain_event(resource: Element, found: FhirReading) -> Event | None:
    """The event of a final result with one number, as most are, by the shortest way.

    None where anything is not as most have it: then `any_events` is asked, which says the same of
    what is read here too.
    """
    told = plain_result(resource, found) if is_plain(tuple(resource)) else None
    if told is None:
        return None
    kind, which, first, last, time, value, unit, low, high = told
    return Event(
        kind, which, first, last, time, None, None, value, None, unit, NO_CODE, None, low, high
    )


def plain_result(resource: Element, found: FhirReading) -> PlainResult | None:
    """As `plain_event`, of a resource whose elements are plain: what is told beside the rest."""
    when, code = resource["effectiveDateTime"], resource["code"]
    quantity = resource["valueQuantity"]
    if type(when) is not str or type(code) is not dict or type(quantity) is not dict:
        return None
    day, number = moment_of(when), quantity.get("value")
    if resource["status"] != "final" or day is None or "comparator" in quantity:
        return None
    if type(number) is not float and type(number) is not int:
        return None
    value = millionths(number)
    if type(value) is not int:
        return None
    kind, unit = _kind(resource), found.units.of(quantity)
    which = found.codes.of_concept(code)
    if which == NO_CODE:
        return None
    low, high = limits_of(resource, unit, found) if "referenceRange" in resource else (None, None)
    first, last, time = day
    return kind, which, first, last, time, value, unit, low, high


def any_events(resource: Element, found: FhirReading) -> Sequence[Event]:
    """The events of an observation, whatever it says."""
    status = text_of(resource, "status")
    if status not in _TAKEN:
        raise NotTaken(
            _NO_RESULT.get(status or "", "a status that R4 does not have"),
            on_purpose=status in _NO_RESULT and status != "unknown",
        )
    if status == "preliminary":
        found.notes["Observation: {} preliminary results were taken"] += 1
    if resource.get("focus"):
        raise NotTaken("its focus is somebody or something else than the patient", on_purpose=True)
    choices = _CHOICES.intersection(resource)
    when = _when(resource, choices, found)
    kind = _kind(resource)
    events, refused = list[Event](), NotTaken(PANEL, on_purpose=True)
    parts = objects_of(resource, "component")
    try:
        value = value_of(resource, choices, found)
        if value is not None or not (parts or resource.get("hasMember")):
            events.append(_event(resource, kind, when, value, found))
    except NotTaken as rule:
        if not parts:
            raise
        found.parts["Observation", rule.reason] += 1
        refused = rule
        events += parts_in_doubt(kind, resource, when, rule, found)
    for part in parts:
        try:
            require_plain(part, "a component")
            value = value_of(part, VALUES.intersection(part), found)
            events.append(_event(part, kind, when, value, found))
        except NotTaken as rule:
            found.parts["Observation.component", rule.reason] += 1
            refused = rule
            events += parts_in_doubt(kind, part, when, rule, found)
    if not events:
        raise refused
    return events


def _event(
    holder: Element, kind: int, when: FhirDay, value: ObservedValue | None, found: FhirReading
) -> Event:
    code = require_code(found.codes.of(holder, "code"), "code")
    value = value or NO_VALUE
    if "referenceRange" in holder:
        limits = limits_of(holder, value.unit, found)
        return Event(kind, code, when.first, when.last, when.time, None, None, *value, *limits)
    return Event(kind, code, when.first, when.last, when.time, None, None, *value)


def _kind(resource: Element) -> int:
    if "category" not in resource:
        return _MEASURED
    categories = resource["category"]
    if type(categories) is list and len(categories) == 1 and type(categories[0]) is dict:
        codings = categories[0].get("coding")
        if type(codings) is list and len(codings) == 1 and type(codings[0]) is dict:
            code = codings[0].get("code")  # as most are
            return _OBSERVED if type(code) is str and code in _SAID else _MEASURED
    for category in objects_of(resource, "category"):
        for coding in objects_of(category, "coding"):
            code = coding.get("code")
            if type(code) is str and code in _SAID:
                return _OBSERVED
    return _MEASURED


def _when(resource: Element, choices: frozenset[str], found: FhirReading) -> FhirDay:
    names = _EFFECTIVE & choices
    if len(names) > 1:
        raise NotTaken("effective[x] stands twice")
    name = next(iter(names), None)
    day: FhirDay | None
    if name in {"effectiveDateTime", "effectiveInstant"}:
        day = named_day(resource, name)
    elif name == "effectivePeriod":
        first, last = period_of(resource, name)
        day = began(first, last)
    elif name == "effectiveTiming":
        events = object_of(resource, name).get("event")
        one = events[0] if isinstance(events, list) and len(events) == 1 else None
        day = day_of(one) if isinstance(one, str) else None
    else:
        day = named_day(resource, "issued")
        if day is not None:
            found.notes["Observation: {} have no day of finding: that of issue stands for it"] += 1
    if day is None:
        raise NoDay
    return day
