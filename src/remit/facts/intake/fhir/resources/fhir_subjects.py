"""Whom records are about: references to patients, each with a number.

Records may come before their patient and in other files, so they carry the number of a reference
until all patients are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from remit.facts.intake.fhir.files.fhir_elements import Element, NotTaken
from remit.facts.intake.fhir.files.fhir_references import referred


@dataclass(slots=True)
class SubjectNumbers:
    """References to patients that were met; it grows while files are read.

    Attributes:
        targets: what each points at, by number; 0 is none.
    """

    targets: list[str] = field(default_factory=lambda: [""])
    _numbers: dict[str, int] = field(default_factory=dict)
    _searched: dict[str, int] = field(default_factory=dict)

    def number(self, resource: Element, name: str) -> int:
        """The number of the reference to the patient of a record.

        Raises:
            NotTaken: there is none, or it is no patient.
        """
        subject = resource.get(name)
        written = subject.get("reference") if type(subject) is dict else None
        if type(written) is str:
            met = self._numbers.get(written)
            if met is not None:
                return met
        target = referred(resource, name, "Patient")
        if target is None:
            raise NotTaken("no patient")
        if target == "#":
            raise NotTaken("its patient is contained in it, and so is nobody")
        if target == "":
            raise NotTaken("a reference to a patient that is none of FHIR")
        kind = target.partition("?")[0].partition("/")[0]
        if kind != "Patient" and not target.startswith("urn:"):
            raise NotTaken("about no patient, but a group, a device or a place")
        found = self._of_target(target)
        if type(written) is str:
            self._numbers[written] = found
        return found

    def join(self, targets: Sequence[str]) -> list[int]:
        """Take in those that were met next elsewhere; the number of each here."""
        return [self._of_target(target) for target in targets]

    def _of_target(self, target: str) -> int:
        # No reference is written as the search is by which another one is found.
        numbers = self._searched if "?" in target else self._numbers
        found = numbers.get(target)
        if found is None:
            found = numbers[target] = len(self.targets)
            self.targets.append(target)
        return found
