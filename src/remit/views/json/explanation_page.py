"""One person explained as JSON, from the same result object as every other view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import ConfigDict

from remit.criteria.evidence import Evidence
from remit.criteria.settlers import Settler
from remit.screening.explaining import CriterionFinding, Explanation, LeafFinding
from remit.views.json import PAGE
from remit.views.json.criterion_part import CriterionPart, criterion_part
from remit.views.words import number_text


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePart:
    """A record: ISO days, numbers as text (1.8 stays 1.8)."""

    table: str
    row: int
    day: str
    end: str | None
    number: str | None
    unit: str | None
    value: str | None
    value_unit: str | None
    code: int | None
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafPart:
    """A part of an expression as written, its answer and the records that decided it."""

    text: str
    status: str
    reason: str | None
    evidence: tuple[EvidencePart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlerPart:
    """A missing fact and what the criterion would be with it."""

    text: str
    if_met: str
    if_not_met: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingPart(CriterionPart):
    """A criterion with its answer; `passes` is null while it is unknown."""

    status: str
    passes: bool | None
    reasons: tuple[str, ...]
    leaves: tuple[LeafPart, ...]
    settlers: tuple[SettlerPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationPage:
    """One person; standings by cohort (`all` where the study has none)."""

    __pydantic_config__: ClassVar[ConfigDict] = PAGE

    kind: Literal["remit.explanation"]
    version: Literal[1]
    study: str
    person: int
    anchors: Mapping[str, str]
    standings: Mapping[str, str]
    findings: tuple[FindingPart, ...]


def explanation_page(explanation: Explanation) -> ExplanationPage:
    """The person with every criterion, its records and what would settle it."""
    return ExplanationPage(
        kind="remit.explanation",
        version=1,
        study=explanation.study,
        person=explanation.person,
        anchors=explanation.anchors,
        standings={name or "all": item.word for name, item in explanation.standings.items()},
        findings=tuple(_finding(finding) for finding in explanation.findings),
    )


def _finding(finding: CriterionFinding) -> FindingPart:
    part = criterion_part(finding.criterion)
    return FindingPart(
        **{name: getattr(part, name) for name in CriterionPart.__slots__},
        status=finding.status.word,
        passes=finding.passes,
        reasons=tuple(reason.word for reason in sorted(finding.reasons)),
        leaves=tuple(_leaf(leaf) for leaf in finding.leaves),
        settlers=tuple(_settler(item) for item in finding.settlers),
    )


def _leaf(leaf: LeafFinding) -> LeafPart:
    return LeafPart(
        text=leaf.text,
        status=leaf.status.word,
        reason=None if leaf.reason is None else leaf.reason.word,
        evidence=tuple(evidence_part(item) for item in leaf.evidence),
    )


def evidence_part(item: Evidence) -> EvidencePart:
    """A record with its days and numbers as text."""
    return EvidencePart(
        table=item.table,
        row=item.row,
        day=item.day.isoformat(),
        end=None if item.end is None else item.end.isoformat(),
        number=None if item.number is None else number_text(item.number),
        unit=item.unit,
        value=None if item.value is None else number_text(item.value),
        value_unit=item.value_unit,
        code=item.code,
        text=item.text,
    )


def _settler(item: Settler) -> SettlerPart:
    return SettlerPart(text=item.text, if_met=item.if_met.word, if_not_met=item.if_not_met.word)
