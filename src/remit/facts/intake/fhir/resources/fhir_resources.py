"""Resources, each read by its type, or counted under what left it out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from remit.facts.intake.fhir.files.fhir_account import FhirAccount
from remit.facts.intake.fhir.files.fhir_elements import Element, NotTaken, objects_of, text_of
from remit.facts.intake.fhir.files.fhir_files import FoundResource
from remit.facts.intake.fhir.files.fhir_references import target_of
from remit.facts.intake.fhir.files.fhir_versions import require_r4, require_r4_profile
from remit.facts.intake.fhir.resources.fhir_adverse import KIND as ADVERSE
from remit.facts.intake.fhir.resources.fhir_adverse import WrittenEvents, read_adverse_event
from remit.facts.intake.fhir.resources.fhir_codes import NO_CODE
from remit.facts.intake.fhir.resources.fhir_dates import MOMENTS, UTC, is_of_utc
from remit.facts.intake.fhir.resources.fhir_doubts import event_in_doubt
from remit.facts.intake.fhir.resources.fhir_drugs import (
    administration_events,
    request_events,
    statement_events,
)
from remit.facts.intake.fhir.resources.fhir_events import (
    NO_MEDICATION,
    DoseKind,
    FhirReading,
)
from remit.facts.intake.fhir.resources.fhir_medicines import medicine_of
from remit.facts.intake.fhir.resources.fhir_observations import is_plain as is_plain_shape
from remit.facts.intake.fhir.resources.fhir_observations import (
    observation_events,
    plain_result,
)
from remit.facts.intake.fhir.resources.fhir_persons import Patients, read_patient
from remit.facts.intake.fhir.resources.fhir_quantities import NO_UNIT
from remit.facts.intake.fhir.resources.fhir_records import (
    allergy_events,
    condition_events,
    procedure_events,
    report_events,
    specimen_events,
    vaccine_events,
    visit_events,
)
from remit.facts.intake.fhir.resources.fhir_spill import Spill
from remit.facts.intake.fhir.resources.fhir_studies import (
    Studies,
    read_consent,
    read_study,
    read_subject,
)
from remit.facts.intake.fhir.resources.fhir_subjects import SubjectNumbers

# A time of UTC tells the day there: at the place it may have been the day before or after.
UTC_DAYS = (
    "{} resources tell a time of UTC (Z, +00:00): its day is taken, which may be another one at "
    "the place; export times with the zone of the place"
)
IN_DOUBT = "{}: {{}} that were left out may have happened: no absence is believed there"
# Type -> where its patient stands, and what reads it.
READERS: Mapping[
    str, tuple[str, Callable[[Element, FhirReading], Sequence[tuple[object, ...]]]]
] = {
    "Observation": ("subject", observation_events),
    "Condition": ("subject", condition_events),
    "Procedure": ("subject", procedure_events),
    "MedicationRequest": ("subject", request_events),
    "MedicationAdministration": ("subject", administration_events),
    "MedicationStatement": ("subject", statement_events),
    "Immunization": ("patient", vaccine_events),
    "Encounter": ("subject", visit_events),
    "AllergyIntolerance": ("patient", allergy_events),
    "DiagnosticReport": ("subject", report_events),
    "Specimen": ("subject", specimen_events),
}
# Read, but not as events.
OTHERS = ("Patient", "Medication", "ResearchSubject", "ResearchStudy", "Consent", ADVERSE)
_NO_DOSE = int(DoseKind.NONE)
_LONGEST_ID = 200  # signs
KINDS: Mapping[str, int] = {kind: number for number, kind in enumerate((*READERS, *OTHERS), 1)}


@dataclass(slots=True)
class Shelf:
    """Where the resources of a piece are put as they come."""

    events: Spill
    versions: Spill
    subjects: SubjectNumbers
    reading: FhirReading = field(default_factory=FhirReading)
    patients: Patients = field(default_factory=Patients)
    studies: Studies = field(default_factory=Studies)
    adverse: WrittenEvents = field(default_factory=WrittenEvents)
    account: FhirAccount = field(default_factory=FhirAccount)
    number: int = 0


def put_all(resources: Iterable[FoundResource], shelf: Shelf) -> int:
    """Put resources on a shelf; how many they were."""
    account = shelf.account
    read = account.read
    count = 0
    for found in resources:
        count += 1
        value = found.parsed.value
        kind = value.get("resourceType")
        number = KINDS.get(kind) if type(kind) is str else None
        if type(kind) is not str or (number is None and not _is_type(kind)):
            account.read["(no type)"] += 1
            account.refuse("(no type)", "no resourceType", [f"{found.place.name}:{found.at}"])
            continue
        fault = found.fault or found.parsed.fault
        is_plain = kind == "Observation" and fault is None and is_plain_shape(tuple(value))
        if is_plain and "meta" in value:
            require_r4_profile(kind, value, found.place, None if found.is_entry else found.at)
        if fault is None and not is_plain:
            require_r4(kind, value, found.place, None if found.is_entry else found.at)
        if number is None:
            account.unread[kind] += 1
            continue
        read[kind] += 1
        try:
            if fault is not None:
                raise NotTaken(fault)
            if is_plain and _put_plain(number, value, found, shelf):
                continue
            _put(kind, number, value, found, shelf)
        except NotTaken as rule:
            account.refuse(
                kind, rule.reason, [_key(kind, value, found)], on_purpose=rule.on_purpose
            )
            if fault is None:
                _put_in_doubt(kind, number, value, found, rule, shelf)
    return count


def _put_in_doubt(
    kind: str,
    kind_number: int,
    value: Element,
    found: FoundResource,
    rule: NotTaken,
    shelf: Shelf,
) -> None:
    """Keep what a resource that is left out leaves open, and that older versions of it are over."""
    own = value.get("id")
    if kind == "Patient" or not (own is None or (type(own) is str and 0 < len(own) <= _LONGEST_ID)):
        return
    number = -shelf.number - 1  # no other resource has one below zero
    reference = f"{kind}/{own}" if own is not None else found.url
    try:
        version, updated = _version_of(value)
        event = event_in_doubt(kind, value, rule, shelf.reading)
        if event is not None:
            person = shelf.subjects.number(value, READERS[kind][0])
            shelf.events.add((*event, number, person, reference))
            shelf.reading.notes[IN_DOUBT.format(kind)] += 1
    except NotTaken:
        return  # it is of nobody, or says no more than that
    shelf.number += 1
    if reference is not None:
        copy = hash(reference), number, kind_number, version, updated, found.parsed.print
        shelf.versions.add(copy)


def _is_type(kind: str) -> bool:
    return kind.isalnum() and kind.isascii() and len(kind) <= 64


def _key(kind: str, value: Element, found: FoundResource) -> str:
    """What a resource is called in the report: its id, else its place."""
    own = value.get("id")
    return f"{kind}/{own}" if isinstance(own, str) else f"{found.place.name}:{found.at}"


def _put_plain(kind_number: int, value: Element, found: FoundResource, shelf: Shelf) -> bool:
    """Put an observation as most are, by the shortest way; False where `_put` has to be asked.

    Of a result with one number that way says the same: until `plain_result` gives it, nothing is
    kept. Most resources of a hospital are such results.
    """
    own, reading = value["id"], shelf.reading
    if type(own) is not str or not 0 < len(own) <= _LONGEST_ID:
        return False
    try:
        version, updated = _version_of(value) if "meta" in value else (None, None)
        person = shelf.subjects.number(value, "subject")
        reading.text = found.parsed.text
        told = plain_result(value, reading)
    except NotTaken:
        _count_days_of_utc(value, reading)
        raise
    if told is None:
        return False
    kind, code, first, last, time, value_, unit, low, high = told
    when, issued = value["effectiveDateTime"], value.get("issued")
    if (type(when) is str and when.endswith(UTC)) or (issued is not None and is_of_utc(issued)):
        reading.notes[UTC_DAYS] += 1
    number, reference = shelf.number, f"Observation/{own}"
    # As an `Event` with its resource, person and reference: no object is made for each.
    row = (
        *(kind, code, first, last, time, None, None),
        *(value_, None, unit, NO_CODE, None, low, high),
        *(NO_MEDICATION, NO_CODE, None, NO_UNIT, _NO_DOSE, number, person, reference),
    )
    shelf.events.put(row)
    shelf.versions.put((hash(reference), number, kind_number, version, updated, found.parsed.print))
    shelf.number += 1
    return True


def _count_days_of_utc(value: Element, reading: FhirReading) -> None:
    """As `_put` does, of an observation that has no other moments."""
    when, issued = value["effectiveDateTime"], value.get("issued")
    if is_of_utc(when) or (issued is not None and is_of_utc(issued)):
        reading.notes[UTC_DAYS] += 1


def _version_of(value: Element) -> tuple[str | None, str | None]:
    """Which version a resource is, and when it was updated."""
    meta = value.get("meta")
    if type(meta) is not dict:
        return None, None
    return text_of(meta, "versionId"), text_of(meta, "lastUpdated")


def _put(kind: str, kind_number: int, value: Element, found: FoundResource, shelf: Shelf) -> None:
    if value.get("modifierExtension"):
        raise NotTaken("a modifierExtension: it may change what is said")
    if value.get("implicitRules"):
        raise NotTaken("implicitRules: they may change what is said")
    own = value.get("id")
    if own is not None and (type(own) is not str or not 0 < len(own) <= _LONGEST_ID):
        raise NotTaken("an id that is no text")
    if any(is_of_utc(value[name]) for name in MOMENTS.intersection(value)):
        shelf.reading.notes[UTC_DAYS] += 1
    if "contained" in value:
        _count_contained(kind, value, shelf.reading)
    version, updated = _version_of(value)
    reading = shelf.reading
    reading.text = found.parsed.text
    number = shelf.number
    reference = f"{kind}/{own}" if own is not None else found.url
    reader = READERS.get(kind)
    if reader is not None:
        name, events_of = reader
        person = shelf.subjects.number(value, name)
        tail = number, person, reference
        shelf.events.add(*[event + tail for event in events_of(value, reading)])
    else:
        _put_other(kind, value, found, shelf)
    shelf.number += 1
    # From here on nothing leaves the resource out: its events are on the shelf.
    if reference is not None:
        copy = hash(reference), number, kind_number, version, updated, found.parsed.print
        shelf.versions.add(copy)


def _count_contained(kind: str, value: Element, reading: FhirReading) -> None:
    """Say which resources stand within others and are not read there."""
    for inner in objects_of(value, "contained"):
        name = inner.get("resourceType")
        is_result = name == "Observation" and kind == "DiagnosticReport"
        if isinstance(name, str) and name in READERS and not is_result:
            reading.notes[f"{kind}: {{}} resources {name} are contained in others: not read"] += 1


def _put_other(kind: str, value: Element, found: FoundResource, shelf: Shelf) -> None:
    own = text_of(value, "id")
    url = target_of(found.url) if found.url else None
    targets = [target for target in (f"{kind}/{own}" if own else None, url) if target]
    if kind == "Patient":
        read_patient(value, shelf.number, found.url, shelf.patients)
    elif kind == "Medication":
        reading = shelf.reading
        medicine = medicine_of(value, reading.codes, reading.units)
        reading.medicines.add(targets, medicine, shelf.number)
    elif kind == "ResearchStudy":
        read_study(value, targets, shelf.studies)
    elif kind == "Consent":
        shelf.subjects.number(value, "patient")
        read_consent(value, shelf.number, targets, shelf.studies)
    elif kind == ADVERSE:
        numbers = shelf.number, shelf.subjects.number(value, "subject")
        called = f"{kind}/{own}" if own else found.url
        read_adverse_event(value, numbers, called, shelf.reading, shelf.adverse)
    else:
        person = shelf.subjects.number(value, "individual")
        read_subject(value, shelf.number, person, shelf.studies)
