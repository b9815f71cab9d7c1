"""Studies that patients take part in: named dates out of `ResearchSubject`, its study and consent.

Source: HL7 FHIR R4, `ResearchSubject`, `ResearchStudy`, `Consent`. The day on which somebody joined
is the anchor `enrolment`; the day of the consent that it names is `consent`. A study is called by
the number that a registry gave it, else by its id.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from remit.facts.intake.fhir.files.fhir_elements import Element, NotTaken, objects_of, text_of
from remit.facts.intake.fhir.files.fhir_references import referred
from remit.facts.intake.fhir.resources.fhir_dates import FhirDay, named_day, period_of

# On a study, or once on it; a candidate or somebody who was not eligible never joined.
_JOINED = frozenset(
    [
        "follow-up",
        "off-study",
        "on-study",
        "on-study-intervention",
        "on-study-observation",
        "withdrawn",
        "pending-on-study",
        "eligible",
        "screening",
    ]
)
_NOT_JOINED = frozenset(["candidate", "ineligible", "not-registered", "potential-candidate"])
_REGISTERED = re.compile(r"NCT[0-9]{8}|[0-9]{4}-[0-9]{6}-[0-9]{2}(?:-[0-9]{2})?|ISRCTN[0-9]{8}")


@dataclass(frozen=True, slots=True)
class StudySubject:
    """That somebody takes part: the person's reference, the study's, the day, and the consent."""

    resource: int
    person: int
    study: str
    day: FhirDay | None
    consent: str | None


@dataclass(frozen=True, slots=True)
class StudyDate:
    """A named date; `day` in days since 1970."""

    resource: int
    person: int
    study: str
    anchor: str
    day: int


@dataclass(slots=True)
class Studies:
    """Studies, consents and who takes part; it grows while files are read."""

    subjects: list[StudySubject] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    consents: list[tuple[str, int, FhirDay]] = field(default_factory=list)

    def join(self, piece: Studies, persons: Sequence[int], resources: int) -> None:
        """Take in those of the piece that follows.

        Args:
            persons: what each of its references is here. resources: how many came before it.
        """
        self.subjects += [
            replace(one, resource=one.resource + resources, person=persons[one.person])
            for one in piece.subjects
        ]
        self.names |= piece.names
        self.consents += [
            (target, number + resources, day) for target, number, day in piece.consents
        ]

    def dates(self, gone: Collection[int]) -> Iterator[StudyDate]:
        """The named dates of all, of which the day is known.

        Args:
            gone: resources that another one stands for.
        """
        consents = {target: day for target, number, day in self.consents if number not in gone}
        for one in self.subjects:
            if one.resource in gone:
                continue
            study = self.names.get(one.study, one.study.rpartition("/")[2])
            if one.day is not None and one.day.is_exact:
                yield StudyDate(one.resource, one.person, study, "enrolment", one.day.first)
            signed = consents.get(one.consent) if one.consent is not None else None
            if signed is not None and signed.is_exact:
                yield StudyDate(one.resource, one.person, study, "consent", signed.first)


def read_study(resource: Element, targets: list[str], studies: Studies) -> None:
    """Note what a study is called."""
    values = [text_of(one, "value") or "" for one in objects_of(resource, "identifier")]
    name = next((value for value in values if _REGISTERED.fullmatch(value)), None)
    for target in targets:
        if name is not None:
            studies.names[target] = name


def read_subject(resource: Element, number: int, person: int, studies: Studies) -> None:
    """Note that somebody takes part.

    Raises:
        NotTaken: nobody joined, or neither a day nor a consent is told.
    """
    status = text_of(resource, "status")
    if status in _NOT_JOINED:
        raise NotTaken("did not join the study", on_purpose=True)
    if status not in _JOINED:
        raise NotTaken("a status that R4 does not have")
    study = referred(resource, "study", "ResearchStudy")
    if not study or study == "#":
        raise NotTaken("no study")
    first, _ = period_of(resource, "period")
    consent = referred(resource, "consent", "Consent")
    if first is None and not consent:
        raise NotTaken("no date")
    studies.subjects.append(StudySubject(number, person, study, first, consent))


def read_consent(resource: Element, number: int, targets: list[str], studies: Studies) -> None:
    """Note the day of a consent that is in force.

    Raises:
        NotTaken: it is not in force, denies, or has no day.
    """
    status = text_of(resource, "status")
    if status != "active":
        raise NotTaken("a consent that is not in force", on_purpose=status is not None)
    provision = resource.get("provision")
    if isinstance(provision, dict) and provision.get("type") == "deny":
        raise NotTaken("a consent that denies", on_purpose=True)
    day = named_day(resource, "dateTime")
    if day is None:
        raise NotTaken("no date")
    for target in targets:
        studies.consents.append((target, number, day))
