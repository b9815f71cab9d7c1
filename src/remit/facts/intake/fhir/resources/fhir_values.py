"""Values of observations: numbers with sign and unit, answers, titres, words, and their limits.

Source: HL7 FHIR R4, `Observation.value[x]`, `dataAbsentReason`, `interpretation` and
`referenceRange`. OMOP ids of answers: 4188539 Yes, 4188540 No, 9191 Positive, 9189 Negative.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from remit.facts.intake.fhir.files.fhir_elements import (
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
from remit.facts.intake.fhir.resources.fhir_codes import NO_CODE
from remit.facts.intake.fhir.resources.fhir_events import ROUNDED, FhirReading
from remit.facts.intake.fhir.resources.fhir_quantities import (
    COMPARATORS,
    NO_UNIT,
    Quantity,
    quantity_of,
)
from remit.facts.intake.sources.cell_numbers import number_of, titre_of
from remit.units import find_unit

VALUES = frozenset(
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
_ABSENT = "terminology.hl7.org/CodeSystem/data-absent-reason"
_ANSWERS = {True: -4188539, False: -4188540}
_FOUND = {"POS": -9191, "NEG": -9189}
_AND_UNIT = re.compile(
    r"(?P<number>(?:[<>]=?|=[<>]|[≤≥])?\s*[+-]?[0-9]+(?:\.[0-9]+)?)\s+(?P<unit>\S.*)"
)
_LONGEST = 255
_TITRE = "{titer}"


class ObservedValue(NamedTuple):
    """What was found, as the columns of an event."""

    number: int | None = None
    operator: int | None = None
    unit: int = NO_UNIT
    value: int = NO_CODE
    text: str | None = None


NO_VALUE = ObservedValue()


def value_of(holder: Element, choices: frozenset[str], found: FhirReading) -> ObservedValue | None:
    """What was found; None where nothing is told."""
    if len(choices) > 1:
        choices = choices & VALUES
        if len(choices) > 1:
            raise NotTaken("value[x] stands twice")
    if choices & VALUES and holder.get("dataAbsentReason"):
        # R4, obs-6: a reason stands only where there is no value. Which is right nobody tells.
        found.notes["Observation: {} have a value and a reason why there is none: no value"] += 1
        return NO_VALUE
    for name in choices:
        if name in _READERS:
            return _READERS[name](holder, found)
        if name in VALUES:
            found.notes[
                f"Observation: {{}} values of the type {name[5:]} are kept as no value"
            ] += 1
            return NO_VALUE
    absent = object_of(holder, "dataAbsentReason")
    if absent:
        if codes_of(absent) == {"not-performed"}:
            raise NotTaken("not performed", on_purpose=True)
        found.notes["Observation: {} have no value, for a reason that is told"] += 1
        return NO_VALUE
    for interpretation in objects_of(holder, "interpretation"):
        for coding in objects_of(interpretation, "coding"):
            code = coding.get("code")
            if isinstance(code, str) and code in _FOUND:
                return ObservedValue(value=_FOUND[code], text=code)
    return None


def _columns(quantity: Quantity, found: FhirReading) -> ObservedValue:
    if quantity.rounded:
        found.notes[ROUNDED] += 1
    return ObservedValue(quantity.number, quantity.operator, quantity.unit)


def _of_quantity(holder: Element, found: FhirReading) -> ObservedValue:
    quantity = quantity_of(object_of(holder, "valueQuantity"), found.units, found.text)
    if quantity is None:
        found.notes["Observation: {} quantities have no number"] += 1
        return NO_VALUE
    return _columns(quantity, found)


def _of_concept(holder: Element, found: FhirReading) -> ObservedValue:
    concept = object_of(holder, "valueCodeableConcept")
    for coding in objects_of(concept, "coding"):
        system = coding.get("system")
        if isinstance(system, str) and system.endswith(_ABSENT):
            found.notes["Observation: {} have no value, for a reason that is told"] += 1
            return NO_VALUE
    return ObservedValue(None, None, NO_UNIT, found.codes.of_concept(concept))


def _of_string(holder: Element, found: FhirReading) -> ObservedValue:
    text = text_of(holder, "valueString")
    if text is None:
        return NO_VALUE
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
        return ObservedValue(text=kept)
    if number.rounded:
        found.notes[ROUNDED] += 1
    millionths = int(number.number.scaleb(6))
    return ObservedValue(millionths, number.operator, unit, text=kept)


def _of_boolean(holder: Element, found: FhirReading) -> ObservedValue:
    answer = flag_of(holder, "valueBoolean")
    if answer is None:
        return NO_VALUE
    return ObservedValue(value=_ANSWERS[answer], text=str(answer).lower())


def _of_integer(holder: Element, found: FhirReading) -> ObservedValue:
    if type(holder.get("valueInteger")) is not int:
        raise wrong_type("valueInteger", "a whole number")
    quantity = quantity_of({"value": holder["valueInteger"]}, found.units, name="valueInteger")
    return NO_VALUE if quantity is None else _columns(quantity, found)


def _of_range(holder: Element, found: FhirReading) -> ObservedValue:
    """A range is a bound where it has one end, and a number where both are one."""
    both = object_of(holder, "valueRange")
    low, high = (
        quantity_of(object_of(both, name), found.units, found.text, name=name)
        for name in ("low", "high")
    )
    one = low or high
    if one is None:
        return NO_VALUE
    if low is not None and high is not None:
        if low.number == high.number and found.units.same(low.unit, high.unit):
            return _columns(low, found)
        found.notes["Observation: {} values are ranges: no number"] += 1
        return ObservedValue(text=f"{_shown(low)}-{_shown(high)}")
    sign = ">=" if low is not None else "<="
    return _columns(one, found)._replace(operator=COMPARATORS[sign])


def _of_ratio(holder: Element, found: FhirReading) -> ObservedValue:
    """A titre is one in so many, without units; another ratio is a number per one."""
    ratio = object_of(holder, "valueRatio")
    above, below = (
        quantity_of(object_of(ratio, name), found.units, found.text, name=name)
        for name in ("numerator", "denominator")
    )
    if above is None or below is None:
        return NO_VALUE
    text = f"{_shown(above)}:{_shown(below)}"
    plain = above.unit == below.unit == NO_UNIT and above.operator is None
    if plain and above.number == _ONE <= below.number and below.number % _ONE == 0:
        unit = found.units.named(_TITRE)
        return ObservedValue(below.number, below.operator, unit, text=text)
    units = [found.units.units[one.unit].unit for one in (above, below)]
    if below.number == _ONE and below.operator is None and None not in units:
        name = "/".join(unit.code for unit in units if unit is not None)
        if find_unit(omop_id=None, text=name) is not None:
            return _columns(above, found)._replace(unit=found.units.named(name), text=text)
    found.notes["Observation: {} values are ratios that are no titre: no number"] += 1
    return ObservedValue(text=text)


_ONE = 10**6


def _shown(quantity: Quantity) -> str:
    whole, rest = divmod(quantity.number, _ONE)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".") if rest else str(whole)


def limits_of(holder: Element, unit: int, found: FhirReading) -> tuple[int | None, int | None]:
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
