"""Prescriptions, administrations and statements of drugs as events.

Source: HL7 FHIR R4, `MedicationRequest`, `MedicationAdministration`, `MedicationStatement` and the
value sets of their states. A plan, a draft or what was not given is no exposure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial

from remit.facts.intake.fhir.files.fhir_elements import (
    Element,
    NoDay,
    NotTaken,
    flag_of,
    object_of,
    objects_of,
    require_plain,
    text_of,
)
from remit.facts.intake.fhir.resources.fhir_codes import NO_CODE
from remit.facts.intake.fhir.resources.fhir_dates import (
    EARLIEST,
    FhirDay,
    began,
    named_day,
    period_of,
)
from remit.facts.intake.fhir.resources.fhir_doses import NO_DOSE, FhirDose, daily_dose, given_dose
from remit.facts.intake.fhir.resources.fhir_events import (
    NO_MEDICATION,
    SUPPLIED,
    UNTIL_NOW,
    DoseKind,
    Event,
    EventKind,
    FhirReading,
)
from remit.facts.intake.fhir.resources.fhir_quantities import quantity_of
from remit.facts.tables import OPERATORS

_NOT_R4 = "a status that R4 does not have"
_ORDERS = frozenset({"order", "original-order", "reflex-order", "filler-order", "instance-order"})
_ORDERED = frozenset({"active", "on-hold", "completed", "stopped"})
_GIVEN = frozenset({"in-progress", "on-hold", "completed", "stopped"})
_STATED = frozenset({"active", "completed", "stopped", "on-hold"})
_LEFT: Mapping[str, str] = {
    "entered-in-error": "entered in error",
    "cancelled": "cancelled before it was given",
    "draft": "a draft",
    "not-done": "not done",
    "not-taken": "not taken",
    "intended": "only intended",
    "unknown": "its status is unknown",
}
_MILLION = 10**6


def _months(number: Fraction) -> tuple[Fraction, Fraction]:
    least = min(30 * number, max(28 * number, number * 365 / 12 - 3))
    return least, min(31 * number, number * 366 / 12 + 3)


def _days_at(each: int, number: Fraction) -> tuple[Fraction, Fraction]:
    """Of units of which a day has so many: they may touch one day more than they fill."""
    days = Fraction(math.ceil(number / each))
    return days, days + 1


# A unit of time -> the least and the most days that so many of it may be.
_UNITS: Mapping[str, Callable[[Fraction], tuple[Fraction, Fraction]]] = {
    "d": lambda number: (number, number),
    "wk": lambda number: (7 * number, 7 * number),
    "mo": _months,
    "a": lambda number: (365 * number, 366 * number),
    "h": partial(_days_at, 24),
    "min": partial(_days_at, 24 * 60),
    "s": partial(_days_at, 24 * 3600),
}
_LONGEST = 3660  # days
_WRITTEN = 30  # days of a prescription that tells none (OHDSI Themis, issue 57)


def _require_status(resource: Element, taken: frozenset[str]) -> None:
    status = text_of(resource, "status")
    if status not in taken:
        reason = _LEFT.get(status or "")
        raise NotTaken(reason or _NOT_R4, on_purpose=reason is not None and status != "unknown")


def request_events(resource: Element, found: FhirReading) -> Sequence[Event]:
    """The exposure to what was prescribed, and each of its doses that has days of its own.

    Raises:
        NotTaken: it is no order that was in force, or has no drug or no date.
    """
    if flag_of(resource, "doNotPerform"):
        raise NotTaken("what shall not be given (doNotPerform)", on_purpose=True)
    _require_status(resource, _ORDERED)
    intent = text_of(resource, "intent")
    is_told = resource.get("reportedReference") is not None or flag_of(resource, "reportedBoolean")
    if intent not in _ORDERS and not (intent == "plan" and is_told):
        plans = {"proposal", "plan", "option"}
        raise NotTaken(
            "a proposal or a plan, no order" if intent in plans else "an intent that R4 lacks",
            on_purpose=intent in plans,
        )
    rows = objects_of(resource, "dosageInstruction")
    first, last = _bounds(rows)
    if first is None:
        first = named_day(resource, "authoredOn")
    if first is None:
        raise NoDay
    # An order on hold may not be taken on the days that it tells; one that was stopped ended
    # earlier than planned, unless its last day is written.
    status = text_of(resource, "status")
    is_halted = status == "on-hold" or (status == "stopped" and last is None)
    if last is None:
        last = _after(first, _bound_days(rows, found))
    if last is None:
        last = _supplied(resource, first, found)
    if is_halted:
        found.notes[
            "MedicationRequest: {} were stopped or are on hold, since a day that nobody tells"
        ] += 1
        most = first.last + _WRITTEN - 1 if last is None else last.last
        last = FhirDay(first.first, max(most, first.first))
    return _exposure(EventKind.PRESCRIBED, resource, rows, (first, last), found)


def statement_events(resource: Element, found: FhirReading) -> Sequence[Event]:
    """The exposure to what somebody says is taken.

    Raises:
        NotTaken: it is not taken, or has no drug or no date.
    """
    _require_status(resource, _STATED)
    is_active = text_of(resource, "status") == "active"
    first = named_day(resource, "effectiveDateTime")
    last: FhirDay | None = None
    if first is None:
        first, last = period_of(resource, "effectivePeriod")
        first = began(first, last)
        if last is None and first is not None:
            last = FhirDay(UNTIL_NOW, UNTIL_NOW) if is_active else FhirDay(first.first, UNTIL_NOW)
    elif is_active:  # it goes on from then, nobody says how long
        last = FhirDay(first.first, UNTIL_NOW)
    if last is not None and last.first < last.last == UNTIL_NOW:
        found.notes["MedicationStatement: {} end on a day that nobody tells"] += 1
    if first is None:
        told = named_day(resource, "dateAsserted")
        if told is None:
            raise NoDay
        # It began by the day on which it was told; what is still taken ends after that one.
        found.notes["MedicationStatement: {} began on a day that nobody tells"] += 1
        first = FhirDay(EARLIEST, told.last)
        last = FhirDay(told.first, UNTIL_NOW) if is_active else first
    return _exposure(
        EventKind.STATED, resource, objects_of(resource, "dosage"), (first, last), found
    )


def administration_events(resource: Element, found: FhirReading) -> Sequence[Event]:
    """The exposure to what was given, on its days.

    Raises:
        NotTaken: it was not given, or has no drug or no date.
    """
    _require_status(resource, _GIVEN)
    first = named_day(resource, "effectiveDateTime")
    last = first
    if first is None:
        first, last = period_of(resource, "effectivePeriod")
        first = began(first, last)
    if first is None:
        raise NoDay
    last = last or first
    code, medication = _drug(resource, found)
    dosage = object_of(resource, "dosage")
    require_plain(dosage, "dosage")
    dose = given_dose(dosage, found) if first == last or first.first == last.last else NO_DOSE
    return (
        Event(
            EventKind.ADMINISTERED,
            code,
            first.first,
            first.last,
            first.time,
            max(last.first, first.first),
            last.last,
            medication=medication,
            route=found.codes.of(dosage, "route"),
            dose=dose.amount,
            dose_unit=dose.unit,
            dose_kind=dose.kind,
        ),
    )


def _exposure(
    kind: EventKind,
    resource: Element,
    rows: Sequence[Element],
    days: tuple[FhirDay, FhirDay | None],
    found: FhirReading,
) -> Sequence[Event]:
    code, medication = _drug(resource, found)
    for row in rows:
        require_plain(row, "a dosage")
    first, last = days
    route = found.codes.of(rows[0], "route") if rows else NO_CODE
    dose, own = _doses(rows, found)
    if last is not None and last.first != last.last:
        dose = NO_DOSE  # up to when it was taken is not known
    end = None if last is None else max(last.first, first.first)
    exposure = Event(
        kind,
        code,
        first.first,
        first.last,
        first.time,
        end,
        None if last is None else last.last,
        medication=medication,
        route=route,
        dose=dose.amount,
        dose_unit=dose.unit,
        dose_kind=DoseKind.ELSEWHERE if own else dose.kind,
    )
    return (
        exposure,
        *(
            Event(
                EventKind.DOSE,
                code,
                start.first,
                start.last,
                None,
                stop.first,
                stop.last,
                medication=medication,
                dose=one.amount,
                dose_unit=one.unit,
                dose_kind=one.kind,
            )
            for one, start, stop in own
        ),
    )


def _doses(
    rows: Sequence[Element], found: FhirReading
) -> tuple[FhirDose, Sequence[tuple[FhirDose, FhirDay, FhirDay]]]:
    """The dose of the instructions; of those that follow one another, each with its days.

    Instructions of one sequence number, or of the same days, hold side by side: they add up.
    """
    if not rows:
        return NO_DOSE, ()
    doses = [daily_dose(row, found) for row in rows]
    orders = {row.get("sequence") if type(row.get("sequence")) is int else None for row in rows}
    bounds = [period_of(_repeat(row), "boundsPeriod") for row in rows]
    lengths = [_bound(row, found) for row in rows]
    alike = len(set(zip(bounds, lengths, strict=True))) == 1
    if len(rows) == 1 or (len(orders) == 1 and None not in orders and alike):
        return _sum(doses), ()
    own: dict[tuple[FhirDay, FhirDay], list[FhirDose]] = {}
    for dose, (start, stop) in zip(doses, bounds, strict=True):
        if start is None or stop is None or stop.first < start.first:
            found.notes[
                "{} prescriptions have several doses without days: the dose is unknown"
            ] += 1
            return NO_DOSE, ()
        own.setdefault((start, stop), []).append(dose)
    return NO_DOSE, [(_sum(same), start, stop) for (start, stop), same in own.items()]


def _sum(doses: Sequence[FhirDose]) -> FhirDose:
    if len(doses) == 1:
        return doses[0]
    amounts = [dose.amount for dose in doses if dose.amount is not None]
    kinds = {(dose.unit, dose.kind) for dose in doses}
    if len(amounts) < len(doses) or len(kinds) != 1:
        return NO_DOSE
    return FhirDose(sum(amounts), doses[0].unit, doses[0].kind)


def _repeat(row: Element) -> Element:
    return object_of(object_of(row, "timing"), "repeat")


def _bounds(rows: Sequence[Element]) -> tuple[FhirDay | None, FhirDay | None]:
    """The first and the last day that the instructions tell."""
    starts, stops = list[FhirDay](), list[FhirDay]()
    for row in rows:
        repeat = _repeat(row)
        start, stop = period_of(repeat, "boundsPeriod")
        starts += [start] if start else []
        stops += [stop] if stop else []
    # An instruction without a start holds from the day on which it was written.
    is_told = len(starts) == len(rows) > 0
    first = min(starts, key=lambda day: day.first) if is_told else None
    is_whole = len(stops) == len(rows) > 0
    return first, max(stops, key=lambda day: day.last) if is_whole else None


def _supplied(resource: Element, first: FhirDay, found: FhirReading) -> FhirDay | None:
    """The last day of what was to be dispensed, where that is told in days or weeks."""
    supply = object_of(object_of(resource, "dispenseRequest"), "expectedSupplyDuration")
    last = _after(first, _length(supply, "expectedSupplyDuration", found))
    if last is not None:
        found.notes[SUPPLIED] += 1
    return last


def _bound_days(rows: Sequence[Element], found: FhirReading) -> tuple[int, int] | None:
    """How many days, at least and at most, instructions hold that all begin at once.

    The longest counts; those that follow one another hold for the sum. None where one says none.
    """
    lengths = [_bound(row, found) for row in rows]
    known = [length for length in lengths if length is not None]
    if not known or len(known) < len(rows):
        return None
    orders = {row.get("sequence") for row in rows if type(row.get("sequence")) is int}
    whole = sum if len(orders) == len(rows) > 1 else max
    return whole(least for least, _ in known), whole(most for _, most in known)


def _bound(row: Element, found: FhirReading) -> tuple[int, int] | None:
    """How many days an instruction holds, at least and at most; None where it does not say it."""
    repeat = _repeat(row)
    duration, span = object_of(repeat, "boundsDuration"), object_of(repeat, "boundsRange")
    if duration:
        return _length(duration, "boundsDuration", found) or (1, _LONGEST)
    if span:
        low, high = (
            _length(object_of(span, end), f"boundsRange.{end}", found) for end in ("low", "high")
        )
        return (low[0] if low else 1), max(high[1] if high else _LONGEST, low[0] if low else 1)
    return None


def _length(duration: Element, name: str, found: FhirReading) -> tuple[int, int] | None:
    """The least and the most days of a duration; None where it is none of up to ten years.

    Source: UCUM. A month ("mo") is one of the calendar, or a twelfth of a year: no 30 days. Hours
    may go over midnight.
    """
    quantity = quantity_of(duration, found.units, found.text, name=name)
    if quantity is None or quantity.number <= 0:
        return None
    unit = found.units.units[quantity.unit]
    days_of = _UNITS.get(unit.unit.code if unit.unit is not None else unit.text or "")
    if days_of is None:
        return None
    least, most = days_of(Fraction(quantity.number, _MILLION))
    low, high = max(1, math.floor(least)), max(1, math.ceil(most))
    if quantity.operator is not None:
        is_less = OPERATORS[quantity.operator].startswith("<")
        low, high = (1, high) if is_less else (low, _LONGEST)
    return (low, high) if low <= high <= _LONGEST else None


def _after(first: FhirDay, days: tuple[int, int] | None) -> FhirDay | None:
    return None if days is None else FhirDay(first.first + days[0] - 1, first.last + days[1] - 1)


def _drug(resource: Element, found: FhirReading) -> tuple[int, int]:
    """The number of the code of a drug, or that of the resource which tells it."""
    has_code = resource.get("medicationCodeableConcept") is not None
    reference = object_of(resource, "medicationReference")
    if has_code and reference:
        raise NotTaken("medication[x] stands twice")
    if has_code:
        code = found.codes.of(resource, "medicationCodeableConcept")
        if code == NO_CODE:
            raise NotTaken("no medication: nothing says what it is")
        return code, NO_MEDICATION
    target = text_of(reference, "reference")
    if target is None:
        raise NotTaken("no medication: nothing says what it is")
    return NO_CODE, found.medicines.of_reference(target, resource, found.codes, found.units)
