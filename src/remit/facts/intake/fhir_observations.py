"""Observations: a number with its sign, unit and limits, a coded answer, or words; and their parts.

Source: HL7 FHIR R4, `Observation`; the meaning of its states from the value set
`observation-status`. OMOP ids of answers: 4188539 Yes, 4188540 No, 9191 Positive, 9189 Negative.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from remit.facts.intake.fhir_codes import NO_CODE, require_code
from remit.facts.intake.fhir_dates import FhirDay, day_of, named_day, period_of
from remit.facts.intake.fhir_elements import (
    Element,
    NotTaken,
    codes_of,
    flag_of,
    object_of,
    objects_of,
    require_plain,
    text_of,
    wrong_type,
)
from remit.facts.intake.fhir_events import ROUNDED, Event, Kind, Reading
from remit.facts.intake.fhir_quantities import (
    COMPARATORS,
    NO_UNIT,
    Quantity,
    quantity_of,
)
from remit.facts.intake.tidy_numbers import number_of, titre_of
from remit.units import find_unit

_TAKEN = frozenset({"final", "amended", "corrected", "preliminary"})
_NO_RESULT = {
    "registered": "registered: no result yet",
    "cancelled": "cancelled",
    "entered-in-error": "entered in error",
    "unknown": "its status is unknown",
}
_VALUES = frozenset(
    f"value{kind}"
    for kind in [
        "Quantity",
        "CodeableConcept",
        "String",
        "Boolean",
        "Integer",
        "Range",
        "Ratio",
        "SampledData",
        "Time",
        "DateTime",
        "Period",
    ]
)
_EFFECTIVE = frozenset(f"effective{kind}" for kind in ("DateTime", "Period", "Timing", "Instant"))
_CHOICES = _VALUES | _EFFECTIVE
# Categories of what people say and do; all others are measured.
_SAID = frozenset({"social-history", "survey", "therapy", "activity", "sdoh"})
_ABSENT = "terminology.hl7.org/CodeSystem/data-absent-reason"
_ANSWERS = {True: -4188539, False: -4188540}
_FOUND = {"POS": -9191, "NEG": -9189}
_AND_UNIT = re.compile(
    r"(?P<number>(?:[<>]=?|=[<>]|[≤≥])?\s*[+-]?[0-9]+(?:\.[0-9]+)?)\s+(?P<unit>\S.*)"
)
_LONGEST = 255
_TITRE = "{titer}"
PANEL = "a panel: what it groups is a record of its own"


class _Value(NamedTuple):
    """What was found, as the columns of an event."""

    number: int | None = None
    operator: int | None = None
    unit: int = NO_UNIT
    value: int = NO_CODE
    text: str | None = None


_NO_VALUE = _Value()


def observation_events(resource: Element, found: Reading) -> Sequence[Event]:
    """The event of an observation and those of its parts.

    Raises:
        NotTaken: it is left out, by the rule that is named.
    """
    status = text_of(resource, "status")
    if status not in _TAKEN:
        raise NotTaken(
            _NO_RESULT.get(status or "", "a status that R4 does not have"),
            on_purpose=status in _NO_RESULT and status != "unknown",
        )
    if status == "preliminary":
        found.notes["Observation: {} preliminary results were taken"] += 1
    if resource.get("focus"):
        raise NotTaken("its focus is somebody or something else than the patient")
    choices = _CHOICES.intersection(resource)
    when = _when(resource, choices, found)
    kind = _kind(resource)
    events, refused = list[Event](), NotTaken(PANEL, on_purpose=True)
    parts = objects_of(resource, "component")
    try:
        value = _value(resource, choices, found)
        if value is not None or not (parts or resource.get("hasMember")):
            events.append(_event(resource, kind, when, value, found))
    except NotTaken as rule:
        if not parts:
            raise
        found.parts["Observation", rule.reason] += 1
        refused = rule
    for part in parts:
        try:
            require_plain(part, "a component")
            value = _value(part, _VALUES.intersection(part), found)
            events.append(_event(part, kind, when, value, found))
        except NotTaken as rule:
            found.parts["Observation.component", rule.reason] += 1
            refused = rule
    if not events:
        raise refused
    return events


def _event(
    holder: Element, kind: Kind, when: FhirDay, value: _Value | None, found: Reading
) -> Event:
    code = require_code(found.codes.of(holder, "code"), "code")
    value = value or _NO_VALUE
    if "referenceRange" in holder:
        limits = _limits(holder, value.unit, found)
        return Event(kind, code, when.first, when.last, when.time, None, None, *value, *limits)
    return Event(kind, code, when.first, when.last, when.time, None, None, *value)


def _kind(resource: Element) -> Kind:
    for category in objects_of(resource, "category"):
        for coding in objects_of(category, "coding"):
            code = coding.get("code")
            if type(code) is str and code in _SAID:
                return Kind.OBSERVATION
    return Kind.MEASUREMENT


def _when(resource: Element, choices: frozenset[str], found: Reading) -> FhirDay:
    names = _EFFECTIVE & choices
    if len(names) > 1:
        raise NotTaken("effective[x] stands twice")
    name = next(iter(names), None)
    day: FhirDay | None
    if name in {"effectiveDateTime", "effectiveInstant"}:
        day = named_day(resource, name)
    elif name == "effectivePeriod":
        first, last = period_of(resource, name)
        day = first or last
    elif name == "effectiveTiming":
        events = object_of(resource, name).get("event")
        one = events[0] if isinstance(events, list) and len(events) == 1 else None
        day = day_of(one) if isinstance(one, str) else None
    else:
        day = named_day(resource, "issued")
        if day is not None:
            found.notes["Observation: {} have no day of finding: that of issue stands for it"] += 1
    if day is None:
        raise NotTaken("no date")
    return day


def _value(holder: Element, choices: frozenset[str], found: Reading) -> _Value | None:
    """What was found; None where nothing is told."""
    if len(choices) > 1:
        choices = choices & _VALUES
        if len(choices) > 1:
            raise NotTaken("value[x] stands twice")
    for name in choices:
        if name in _READERS:
            return _READERS[name](holder, found)
        if name in _VALUES:
            found.notes[
                f"Observation: {{}} values of the type {name[5:]} are kept as no value"
            ] += 1
            return _NO_VALUE
    absent = object_of(holder, "dataAbsentReason")
    if absent:
        if codes_of(absent) == {"not-performed"}:
            raise NotTaken("not performed", on_purpose=True)
        found.notes["Observation: {} have no value, for a reason that is told"] += 1
        return _NO_VALUE
    for interpretation in objects_of(holder, "interpretation"):
        for coding in objects_of(interpretation, "coding"):
            code = coding.get("code")
            if isinstance(code, str) and code in _FOUND:
                return _Value(value=_FOUND[code], text=code)
    return None


def _columns(quantity: Quantity, found: Reading) -> _Value:
    if quantity.rounded:
        found.notes[ROUNDED] += 1
    return _Value(quantity.number, quantity.operator, quantity.unit)


def _of_quantity(holder: Element, found: Reading) -> _Value:
    quantity = quantity_of(object_of(holder, "valueQuantity"), found.units, found.text)
    if quantity is None:
        found.notes["Observation: {} quantities have no number"] += 1
        return _NO_VALUE
    return _columns(quantity, found)


def _of_concept(holder: Element, found: Reading) -> _Value:
    concept = object_of(holder, "valueCodeableConcept")
    for coding in objects_of(concept, "coding"):
        system = coding.get("system")
        if isinstance(system, str) and system.endswith(_ABSENT):
            found.notes["Observation: {} have no value, for a reason that is told"] += 1
            return _NO_VALUE
    return _Value(None, None, NO_UNIT, found.codes.of_concept(concept))


def _of_string(holder: Element, found: Reading) -> _Value:
    text = text_of(holder, "valueString")
    if text is None:
        return _NO_VALUE
    kept, unit = text[:_LONGEST], NO_UNIT
    number = number_of(text)
    if number is None and (titre := titre_of(text)) is not None:
        number, unit = titre, found.units.named(_TITRE)
    elif (
        number is None
        and (both := _AND_UNIT.fullmatch(text)) is not None
        and find_unit(omop_id=None, text=both["unit"]) is not None
    ):
        number, unit = number_of(both["number"]), found.units.named(both["unit"])
    if number is None:
        found.notes["Observation: {} values are words in place of a number or a code"] += 1
        return _Value(text=kept)
    if number.rounded:
        found.notes[ROUNDED] += 1
    millionths = int(number.number.scaleb(6))
    return _Value(millionths, number.operator, unit, text=kept)


def _of_boolean(holder: Element, found: Reading) -> _Value:
    answer = flag_of(holder, "valueBoolean")
    if answer is None:
        return _NO_VALUE
    return _Value(value=_ANSWERS[answer], text=str(answer).lower())


def _of_integer(holder: Element, found: Reading) -> _Value:
    if type(holder.get("valueInteger")) is not int:
        raise wrong_type("valueInteger", "a whole number")
    quantity = quantity_of({"value": holder["valueInteger"]}, found.units, name="valueInteger")
    return _NO_VALUE if quantity is None else _columns(quantity, found)


def _of_range(holder: Element, found: Reading) -> _Value:
    """A range is a bound where it has one end, and a number where both are one."""
    both = object_of(holder, "valueRange")
    low, high = (
        quantity_of(object_of(both, name), found.units, found.text, name=name)
        for name in ("low", "high")
    )
    one = low or high
    if one is None:
        return _NO_VALUE
    if low is not None and high is not None:
        if low.number == high.number and found.units.same(low.unit, high.unit):
            return _columns(low, found)
        found.notes["Observation: {} values are ranges: no number"] += 1
        return _Value(text=f"{_shown(low)}-{_shown(high)}")
    sign = ">=" if low is not None else "<="
    return _columns(one, found)._replace(operator=COMPARATORS[sign])


def _of_ratio(holder: Element, found: Reading) -> _Value:
    """A titre is one in so many, without units; another ratio is a number per one."""
    ratio = object_of(holder, "valueRatio")
    above, below = (
        quantity_of(object_of(ratio, name), found.units, found.text, name=name)
        for name in ("numerator", "denominator")
    )
    if above is None or below is None:
        return _NO_VALUE
    text = f"{_shown(above)}:{_shown(below)}"
    plain = above.unit == below.unit == NO_UNIT and above.operator is None
    if plain and above.number == _ONE <= below.number and below.number % _ONE == 0:
        unit = found.units.named(_TITRE)
        return _Value(below.number, below.operator, unit, text=text)
    units = [found.units.units[one.unit].unit for one in (above, below)]
    if below.number == _ONE and below.operator is None and None not in units:
        name = "/".join(unit.code for unit in units if unit is not None)
        if find_unit(omop_id=None, text=name) is not None:
            return _columns(above, found)._replace(unit=found.units.named(name), text=text)
    found.notes["Observation: {} values are ratios that are no titre: no number"] += 1
    return _Value(text=text)


_ONE = 10**6


def _shown(quantity: Quantity) -> str:
    whole, rest = divmod(quantity.number, _ONE)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".") if rest else str(whole)


def _limits(holder: Element, unit: int, found: Reading) -> tuple[int | None, int | None]:
    """The limits of the one range that holds for this value, in its unit; else none."""
    ranges = [
        one
        for one in objects_of(holder, "referenceRange")
        if one.get("low") is not None or one.get("high") is not None
    ]
    for one in ranges:
        require_plain(one, "a referenceRange")
    if len(ranges) > 1:
        ranges = [one for one in ranges if _is_normal(one)]
    if len(ranges) != 1:
        if ranges:
            found.notes["Observation: {} have several ranges of reference: none was taken"] += 1
        return None, None
    limits = list[int | None]()
    for name in ("low", "high"):
        limit = quantity_of(object_of(ranges[0], name), found.units, found.text, name=name)
        if limit is not None and limit.operator is None:
            same = limit.unit == NO_UNIT or found.units.same(limit.unit, unit)
            if not same:
                found.notes["Observation: {} limits are in another unit than the value"] += 1
            limits.append(limit.number if same else None)
        else:
            limits.append(None)
    return limits[0], limits[1]


def _is_normal(one: Element) -> bool:
    """Whether a range of several is the normal one of everybody."""
    if one.get("appliesTo") or one.get("age"):
        return False
    return codes_of(object_of(one, "type")) <= {"normal"}


_READERS = {
    "valueQuantity": _of_quantity,
    "valueCodeableConcept": _of_concept,
    "valueString": _of_string,
    "valueBoolean": _of_boolean,
    "valueInteger": _of_integer,
    "valueRange": _of_range,
    "valueRatio": _of_ratio,
}
