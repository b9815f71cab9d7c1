"""Patients of FHIR, and whom the references of records mean.

Source: HL7 FHIR R4, `Patient`. OMOP ids: sex 8532 and 8507; race
8527, 8516, 8515, 8657, 8557 and ethnicity 38003563, 38003564 for the codes of the OMB in US Core.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from remit.facts.arrays import Whole
from remit.facts.intake.fhir.files.fhir_elements import (
    Element,
    NotTaken,
    object_of,
    objects_of,
    text_of,
)
from remit.facts.intake.fhir.files.fhir_references import identifier_of, referred, target_of
from remit.facts.intake.fhir.resources.fhir_dates import FhirDay, date_parts, day_of
from remit.facts.tables import FEMALE, MALE

_SEXES: Mapping[str, int] = {"female": FEMALE, "male": MALE, "other": 0, "unknown": 0}
_RACE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race"
_ETHNICITY = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity"
_GROUPS: Mapping[str, int] = {
    "2106-3": 8527,
    "2054-5": 8516,
    "2028-9": 8515,
    "1002-5": 8657,
    "2076-8": 8557,
    "2135-2": 38003563,
    "2186-5": 38003564,
}


@dataclass(frozen=True, slots=True)
class FhirPatient:
    """One patient.

    Attributes:
        resource: the number of the resource. name: the id as it came.
        sex: the OMOP id; 0 where it is neither female nor male.
        year, month, day: of birth, as far as it is told.
        died: the day; None where it is not told. is_dead: whether a death is told at all.
        instead: the patient that this one was merged into, as a reference.
    """

    resource: int
    name: str
    sex: int
    year: int
    month: int | None
    day: int | None
    died: FhirDay | None
    is_dead: bool
    race: int
    ethnicity: int
    instead: str | None

    def moved(self, resources: int) -> FhirPatient:
        """The same, behind so many other resources."""
        return replace(self, resource=self.resource + resources)


@dataclass(slots=True)
class Patients:
    """Patients, and what may refer to each; it grows while files are read."""

    all: list[FhirPatient] = field(default_factory=list)
    _places: dict[str, int] = field(default_factory=dict)
    _identifiers: array[int] = field(default_factory=lambda: array("q"))
    _owners: array[int] = field(default_factory=lambda: array("q"))

    def join(self, piece: Patients, resources: int) -> None:
        """Take in those of the piece that follows.

        Args:
            resources: how many came before it.
        """
        before = len(self.all)
        self.all += [one.moved(resources) for one in piece.all] if resources else piece.all
        for target, place in piece._places.items():
            self._places[target] = place + before
        self._identifiers += piece._identifiers
        self._owners += array("q", [place + before for place in piece._owners])

    def add(self, patient: FhirPatient, targets: Sequence[str], identifiers: Sequence[str]) -> None:
        """Note a patient, and all that may refer to it."""
        place = len(self.all)
        self.all.append(patient)
        for target in targets:
            self._places[target] = place
        for identifier in identifiers:
            self._identifiers.append(hash(identifier))
            self._owners.append(place)

    def places_of(self, targets: Sequence[str]) -> Whole:
        """For each reference the place of its patient, -1 for none; shape (references,).

        Args:
            targets: what they point at, as `SubjectNumbers` has it.
        """
        found = np.full(len(targets), -1, np.int64)
        by_hash = self._by_identifier(targets)
        for number, target in enumerate(targets):
            place = self._places.get(target, -1)
            if place < 0 and "?" in target:
                place = by_hash.get(hash(target.partition("?")[2]), -1)
            elif place < 0 and target.startswith("urn:uuid:"):
                place = self._places.get(f"Patient/{target.removeprefix('urn:uuid:')}", -1)
            found[number] = self.final(place)
        return found

    def final(self, place: int) -> int:
        """The patient that one was merged into, where that one is known."""
        seen = set[int]()
        while place >= 0 and place not in seen:
            seen.add(place)
            instead = self.all[place].instead
            onto = self._places.get(instead, -1) if instead is not None else -1
            if onto < 0:
                return place
            place = onto
        return place

    def is_merged(self, place: int) -> bool:
        return self.final(place) != place

    def _by_identifier(self, targets: Sequence[str]) -> Mapping[int, int]:
        """Hash of an identifier -> the one patient that has it; of those that are searched for."""
        wanted = {hash(one.partition("?")[2]) for one in targets if "?" in one}
        if not wanted:
            return {}
        hashes = np.array(self._identifiers, np.int64)
        at = np.flatnonzero(np.isin(hashes, np.fromiter(wanted, np.int64, len(wanted))))
        found: dict[int, int] = {}
        for place in at.tolist():
            owner = self._owners[place]
            known = found.setdefault(int(hashes[place]), owner)
            if known != owner and self.all[known].name != self.all[owner].name:
                found[int(hashes[place])] = -1  # of two patients: nobody knows which
        return found


def read_patient(resource: Element, number: int, url: str | None, patients: Patients) -> None:
    """Note a patient.

    Raises:
        NotTaken: no year of birth, or no id by which records could mean it.
    """
    own, target = text_of(resource, "id"), target_of(url) if url else None
    if own is None and target is None:
        raise NotTaken("a patient without an id")
    name = (own or str(target).rpartition("/")[2].removeprefix("urn:uuid:")).strip()
    if not name:
        raise NotTaken("a patient without an id")
    born = text_of(resource, "birthDate")
    parts = date_parts(born) if born is not None else None
    if parts is None:
        raise NotTaken("no date of birth" if born is None else "birthDate is no date")
    if resource.get("deceasedBoolean") is not None and resource.get("deceasedDateTime") is not None:
        raise NotTaken("deceased[x] stands twice")
    died_text = text_of(resource, "deceasedDateTime")
    died = day_of(died_text) if died_text is not None else None
    patients.add(
        FhirPatient(
            number,
            name,
            _SEXES.get(text_of(resource, "gender") or "unknown", 0),
            *parts,
            died,
            died_text is not None or resource.get("deceasedBoolean") is True,
            _group(resource, _RACE),
            _group(resource, _ETHNICITY),
            _instead(resource),
        ),
        [f"Patient/{name}", *([target] if target else [])],
        [
            found
            for one in objects_of(resource, "identifier")
            if (found := identifier_of(one)) is not None
        ],
    )


def _instead(resource: Element) -> str | None:
    for link in objects_of(resource, "link"):
        if text_of(link, "type") == "replaced-by":
            return referred(link, "other", "Patient") or None
    return None


def _group(resource: Element, url: str) -> int:
    """The OMOP id of a race or an ethnicity; 0 where none or several are told."""
    found = set()
    for extension in objects_of(resource, "extension"):
        if extension.get("url") != url:
            continue
        for inner in objects_of(extension, "extension"):
            if inner.get("url") == "ombCategory":
                code = object_of(inner, "valueCoding").get("code")
                found.add(_GROUPS.get(code, 0) if isinstance(code, str) else 0)
    return found.pop() if len(found) == 1 else 0
