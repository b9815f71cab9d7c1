"""Resources `AdverseEvent`, as rows that still lack the ids of their persons and codes.

Source: HL7 FHIR R4 (4.0.1), AdverseEvent. One that was `potential` happened to nobody. Its day is
`date`; where that is none, the event was there by the day on which it was detected or recorded,
which is no day of its begin: it stays, on any day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from remit.facts.event_words import is_related, is_serious
from remit.facts.intake.fhir.files.fhir_elements import (
    Element,
    NoDay,
    NotTaken,
    object_of,
    objects_of,
    text_of,
)
from remit.facts.intake.fhir.resources.fhir_dates import FhirDay, named_day
from remit.facts.intake.fhir.resources.fhir_events import FhirReading

KIND = "AdverseEvent"
NOT_DATED = "AdverseEvent: {} have no day on which they began: on any day up to the data cut"


@dataclass(frozen=True, slots=True)
class WrittenEvent:
    """An adverse event: numbers of its resource, person and code, and what is said of it.

    Attributes:
        day: None where nobody tells it. reference: what the source calls it.
        term: the word of a coding; reported: a text in words.
    """

    resource: int
    person: int
    code: int
    day: FhirDay | None
    reference: str | None
    term: str | None
    reported: str | None
    severity: str | None
    serious: bool | None
    related: bool | None
    causality: str | None
    outcome: str | None


@dataclass(slots=True)
class WrittenEvents:
    """The adverse events that were met; it grows while files are read."""

    events: list[WrittenEvent] = field(default_factory=list)

    def join(
        self,
        piece: WrittenEvents,
        persons: Sequence[int],
        codes: Sequence[int],
        resources: int,
    ) -> None:
        """Take in those of the piece that follows.

        Args:
            persons, codes: what each of its numbers is here. resources: how many came before it.
        """
        self.events += [
            replace(
                one,
                resource=one.resource + resources,
                person=persons[one.person],
                code=codes[one.code],
            )
            for one in piece.events
        ]

    @property
    def last_day(self) -> int:
        """The last of their days, in days since 1970; 0 where there is none."""
        return max((one.day.first for one in self.events if one.day is not None), default=0)


def read_adverse_event(
    resource: Element,
    numbers: tuple[int, int],
    reference: str | None,
    found: FhirReading,
    events: WrittenEvents,
) -> None:
    """Note an adverse event.

    Args:
        numbers: of the resource and its person.

    Raises:
        NotTaken: it was only possible, or nothing says what it was.
    """
    actuality = text_of(resource, "actuality")
    if actuality == "potential":
        raise NotTaken("it was only possible, as its actuality says", on_purpose=True)
    if actuality not in {"actual", None}:
        raise NotTaken("an actuality that R4 does not have")
    concept = object_of(resource, "event")
    displays = (text_of(one, "display") for one in objects_of(concept, "coding"))
    term = next((text for text in displays if text), None)
    reported = text_of(concept, "text") or text_of(resource, "description")
    code = found.codes.of(resource, "event")
    if not (term or reported or code):
        raise NotTaken("no event: nothing says what it was")
    try:
        day = named_day(resource, "date")
    except NoDay:
        day = None
    if day is None:
        found.notes[NOT_DATED] += 1
    causes = list(_causes(resource))
    related = [is_related(text) for text in causes]
    events.events.append(
        WrittenEvent(
            *numbers,
            code,
            day,
            reference,
            term,
            reported,
            _word(resource, "severity"),
            is_serious(_word(resource, "seriousness")),
            _joined(related),
            "; ".join(dict.fromkeys(causes)) or None,
            _word(resource, "outcome"),
        )
    )


def _joined(answers: Sequence[bool | None]) -> bool | None:
    """Whether it was related to one of several causes."""
    if True in answers:
        return True
    return False if answers and None not in answers else None


def _causes(resource: Element) -> Sequence[str]:
    """What is said of each suspected cause."""
    told = (
        _word(cause, "assessment")
        for suspect in objects_of(resource, "suspectEntity")
        for cause in objects_of(suspect, "causality")
    )
    return [text for text in told if text]


def _word(holder: Element, name: str) -> str | None:
    """The code of a CodeableConcept, else its text."""
    concept = object_of(holder, name)
    codings = objects_of(concept, "coding")
    codes = [code for one in codings if (code := text_of(one, "code"))]
    return codes[0] if len(codes) == 1 else text_of(concept, "text")
