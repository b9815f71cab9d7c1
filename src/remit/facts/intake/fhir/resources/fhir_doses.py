"""Doses of FHIR that are exact: so much, so often, every day or every week; others stay unknown.

Source: HL7 FHIR R4, data types `Dosage` and `Timing`; the abbreviations of times from the code
system v3-GTSAbbreviation. As needed, a range, a rate, an every-other-day or a count of doses gives
no number: what is not exact is `no_dose`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from remit.facts.intake.fhir.files.fhir_elements import (
    Element,
    codes_of,
    flag_of,
    object_of,
    objects_of,
    require_plain,
    text_of,
)
from remit.facts.intake.fhir.files.fhir_json import millionths
from remit.facts.intake.fhir.resources.fhir_events import DoseKind, FhirReading
from remit.facts.intake.fhir.resources.fhir_quantities import NO_UNIT, Quantity, quantity_of
from remit.facts.intake.sources.local_routes import is_local_route

_HOURS = 24
# What a timing may say beside how often: the rest of `Timing.repeat` limits or shifts it.
_PLAIN = frozenset(
    [
        "frequency",
        "period",
        "periodUnit",
        "boundsPeriod",
        "boundsDuration",
        "when",
        "timeOfDay",
        "id",
        "extension",
    ]
)
_TIMES: Mapping[str, int] = {"QD": 1, "AM": 1, "PM": 1, "BED": 1, "BID": 2, "TID": 3, "QID": 4}
# Words of what is not taken every day, or not always so much.
_LIMITS = re.compile(
    r"\b(?:(?:as|if|when) (?:needed|required|directed|necessary)|p\.?r\.?n\b|s\.?o\.?s\b|taper|"
    r"wean|reduc|decreas|increas|titrat|then\b|every other day|alternate days?|bei bedarf)"
)
# SNOMED CT, route of administration values: by these an amount is one of the whole body.
_SYSTEMIC = frozenset(
    {
        "26643006",  # oral
        "37839007",  # sublingual
        "54471007",  # buccal
        "127492001",  # nasogastric
        "417985001",  # enteral
        "47625008",  # intravenous
        "78421000",  # intramuscular
        "34206005",  # subcutaneous
    }
)
_SNOMED = "http://snomed.info/sct"
_MASS = re.compile(r"(?<![0-9.,/])([0-9]+(?:\.[0-9]+)?)\s*mg\b(?!\s*/)")
_ABBREVIATIONS = "v3-GTSAbbreviation"


@dataclass(frozen=True, slots=True)
class FhirDose:
    """How much, in millionths of a unit; `amount` is None where nothing exact is told."""

    amount: int | None
    unit: int
    kind: DoseKind


NO_DOSE = FhirDose(None, NO_UNIT, DoseKind.NONE)
_GIVEN_UNKNOWN = FhirDose(None, NO_UNIT, DoseKind.ONCE)  # the day that it was given has no sum


def daily_dose(row: Element, found: FhirReading) -> FhirDose:
    """The dose a day, or a week, of one instruction.

    Raises:
        NotTaken: an element of another type, or one that changes the meaning of the others.
    """
    if _is_as_needed(row) or _words_limit(row) or is_local(row):
        return NO_DOSE
    times = _times(object_of(row, "timing"))
    amount = _amount(row, found)
    if times is None or amount is None:
        return NO_DOSE
    count, kind = times
    if _words_contradict(row, amount, count, found):
        return NO_DOSE
    return FhirDose(amount.number * count, amount.unit, kind)


def given_dose(dosage: Element, found: FhirReading) -> FhirDose:
    """The dose of one administration.

    Raises:
        NotTaken: an element of another type.
    """
    if dosage.get("dose") is None:
        return _GIVEN_UNKNOWN
    quantity = quantity_of(object_of(dosage, "dose"), found.units, found.text, name="dose")
    if is_local(dosage):
        return _GIVEN_UNKNOWN
    if quantity is None or quantity.operator is not None or quantity.number < 0:
        return _GIVEN_UNKNOWN
    return FhirDose(quantity.number, quantity.unit, DoseKind.ONCE)


def _words_limit(row: Element) -> bool:
    """Whether the words of an instruction take back that its number is the dose of every day."""
    more = (text_of(one, "text") for one in objects_of(row, "additionalInstruction"))
    words = (text_of(row, "text"), text_of(row, "patientInstruction"), *more)
    return any(_LIMITS.search(text.casefold()) for text in words if text)


def _words_contradict(row: Element, amount: Quantity, count: int, found: FhirReading) -> bool:
    """Whether the text of an instruction tells another mass than the amount, once or in sum."""
    text = text_of(row, "text")
    unit = found.units.units[amount.unit].unit
    if text is None or unit is None or unit.code != "mg":
        return False
    told = {Decimal(mass) * 10**6 for mass in _MASS.findall(text.casefold())}
    return bool(told) and told.isdisjoint({amount.number, amount.number * count})


def is_local(row: Element) -> bool:
    """Whether the route of a dosage is one to a part of the body, by its code or its words."""
    route = object_of(row, "route")
    codings = objects_of(route, "coding")
    known = {text_of(one, "code") for one in codings if text_of(one, "system") == _SNOMED}
    if known:
        return known.isdisjoint(_SYSTEMIC)
    words = (text_of(route, "text"), *(text_of(one, "display") for one in codings))
    return any(is_local_route(word) for word in words if word)


def _is_as_needed(row: Element) -> bool:
    return bool(flag_of(row, "asNeededBoolean")) or bool(row.get("asNeededCodeableConcept"))


def _amount(row: Element, found: FhirReading) -> Quantity | None:
    """The one quantity that is taken each time."""
    rows = objects_of(row, "doseAndRate")
    ordered = [one for one in rows if _is_ordered(one)]
    if len(ordered) != 1 or any(name.startswith(("rate", "doseRange")) for name in ordered[0]):
        return None
    quantity = quantity_of(
        object_of(ordered[0], "doseQuantity"), found.units, found.text, name="doseQuantity"
    )
    if quantity is None or quantity.operator is not None or quantity.number < 0:
        return None
    return quantity


def _is_ordered(one: Element) -> bool:
    return codes_of(object_of(one, "type")) <= {"ordered"}


def _times(timing: Element) -> tuple[int, DoseKind] | None:
    """How often a day, or a week; None where it is not told so that all read it alike."""
    require_plain(timing, "timing")
    if timing.get("event") is not None:
        return None
    repeat = object_of(timing, "repeat")
    if not repeat:
        return _abbreviated(object_of(timing, "code"))
    if not _PLAIN.issuperset(repeat):
        return None
    frequency, period = (_whole(repeat.get(name)) for name in ("frequency", "period"))
    unit = text_of(repeat, "periodUnit")
    if repeat.get("frequency") is None and period is not None:
        frequency = 1  # the default of R4
    if frequency is None or period is None or frequency < 1:
        return None
    if not _moments_fit(repeat, frequency):
        return None
    if unit == "d" and period == 1:
        return frequency, DoseKind.DAILY
    if unit == "h" and 1 <= period <= _HOURS and _HOURS % period == 0:
        return frequency * _HOURS // period, DoseKind.DAILY
    if unit == "wk" and period == 1:
        return frequency, DoseKind.WEEKLY
    return None


def _moments_fit(repeat: Element, frequency: int) -> bool:
    """Whether the times of day are as many as the frequency says; "with meals" alone names none.

    R4: of several events of `when` each counts, and of `timeOfDay` each time.
    """
    when, times = repeat.get("when"), repeat.get("timeOfDay")
    if isinstance(when, list) and len(when) > 1 and len(when) != frequency:
        return False
    return not isinstance(times, list) or len(times) == frequency


def _abbreviated(code: Element) -> tuple[int, DoseKind] | None:
    for coding in objects_of(code, "coding"):
        system, word = text_of(coding, "system"), text_of(coding, "code")
        times = _TIMES.get(word or "")
        if times is not None and system is not None and system.endswith(_ABBREVIATIONS):
            return times, DoseKind.DAILY
    return None


def _whole(value: object) -> int | None:
    number = millionths(value)
    if not isinstance(number, int) or number % 10**6:
        return None
    return number // 10**6
