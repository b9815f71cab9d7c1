"""One person's responses traced to their records, as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import ConfigDict

from remit.endpoints.leaf_records import TracedRecord
from remit.endpoints.visit_traces import Part, TracedGate, TracedLeaf, TracedResponse
from remit.facts.person_names import NO_NAMES, PersonNames
from remit.views.json import PAGE
from remit.views.json.explanation_page import EvidencePart, evidence_part


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedRecordPart(EvidencePart):
    """A record; `name` says as what it was read, `sign` is `<` and the like or empty."""

    name: str
    sign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedLeafPart:
    """A part of a gate as written; `distance` is `value` less `threshold`."""

    text: str
    status: str
    reason: str | None
    value: float | None
    threshold: float | None
    distance: float | None
    unit: str | None
    records: tuple[TracedRecordPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedGatePart:
    """A gate of a grade, an intercurrent event, or what the definition asks of all."""

    part: Part
    grade: str | None
    id: str
    text: str
    status: str
    leaves: tuple[TracedLeafPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedResponsePart:
    """The response at one visit under one definition."""

    visit: str
    planned: str
    definition: str
    response: str
    imputed: str
    imputed_for: str | None
    gates: tuple[TracedGatePart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TracePage:
    """One person of a study: each response with what it rests on.

    `person` is the id as the source has it; `person_id` the number that tables carry.
    """

    __pydantic_config__: ClassVar[ConfigDict] = PAGE

    kind: Literal["remit.response_trace"]
    version: Literal[1]
    study: str
    person: int | str
    person_id: int
    responses: tuple[TracedResponsePart, ...]


def trace_page(
    study: str,
    person: int,
    responses: tuple[TracedResponse, ...],
    *,
    names: PersonNames = NO_NAMES,
) -> TracePage:
    """The responses of one person, gate by gate, with the records behind each comparison.

    Args:
        names: how the dataset calls its persons.
    """
    return TracePage(
        kind="remit.response_trace",
        version=1,
        study=study,
        person=names.told(person),
        person_id=person,
        responses=tuple(
            TracedResponsePart(
                visit=one.visit,
                planned=one.planned,
                definition=one.definition,
                response=one.response,
                imputed=one.imputed,
                imputed_for=one.imputed_for,
                gates=tuple(_gate(gate) for gate in one.gates),
            )
            for one in responses
        ),
    )


def _gate(gate: TracedGate) -> TracedGatePart:
    return TracedGatePart(
        part=gate.part,
        grade=gate.grade or None,
        id=gate.id,
        text=gate.text,
        status=gate.status.word,
        leaves=tuple(_leaf(leaf) for leaf in gate.leaves),
    )


def _leaf(leaf: TracedLeaf) -> TracedLeafPart:
    return TracedLeafPart(
        text=leaf.text,
        status=leaf.status.word,
        reason=None if leaf.reason is None else leaf.reason.word,
        value=leaf.value,
        threshold=leaf.threshold,
        distance=leaf.distance,
        unit=leaf.unit,
        records=tuple(_record(record) for record in leaf.records),
    )


def _record(record: TracedRecord) -> TracedRecordPart:
    part = evidence_part(record.evidence)
    return TracedRecordPart(
        **{name: getattr(part, name) for name in EvidencePart.__slots__},
        name=record.name,
        sign=record.sign,
    )
