"""A single person explained as JSON: each criterion with the records behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import ConfigDict

from remit.criteria.evidence import Evidence
from remit.criteria.settlers import Settler
from remit.facts.dose_basis import DoseStrength
from remit.facts.imprecise_dates import UnknownDay
from remit.facts.vocabulary.code_origins import CodeOrigin
from remit.screening.explanation import CriterionFinding, Explanation, LeafFinding
from remit.units import number_text
from remit.views.json import PAGE
from remit.views.json.screening_page import (
    CodeGapsPart,
    CriterionPart,
    code_gaps_part,
    criterion_part,
)
from remit.views.person_answer import answer_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeOriginPart:
    """The code of the source by which a row came to `concept_id`; `how` as in `concept_map`."""

    vocabulary: str
    code: str
    concept_id: int
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StrengthPart:
    """The row of DRUG_STRENGTH by which a dose was worked out, and how.

    `amount` is in `unit`; null where the row has no fixed one and the sig tells the mass. `by`:
    whether the source or the vocabulary says it, `version` of which vocabulary.
    """

    drug_concept_id: int
    ingredient_concept_id: int
    amount: str | None
    unit: str | None
    by: str | None
    version: str | None
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePart:
    """A record: ISO days, numbers as text (1.8 stays 1.8).

    `day_between`, `end_between`: the days between which `day` and `end` lie where they are not
    exactly known: `2013-01-01/2013-12-31`. `reference`: what the source calls the record, such as
    `Observation/abc`. `strengths`: what a dose was worked out by; empty where the source tells it.
    """

    table: str
    row: int
    day: str
    end: str | None
    day_between: str | None
    end_between: str | None
    number: str | None
    unit: str | None
    value: str | None
    value_unit: str | None
    code: int | None
    text: str | None
    origin: CodeOriginPart | None
    reference: str | None
    strengths: tuple[StrengthPart, ...]


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
    """One person; standings by cohort (`all` where the study has none).

    `person` is the id as the source has it, `person_id` the number that tables carry, `answer` what
    people read first: a line for all cohorts, or a line for each answer.
    """

    __pydantic_config__: ClassVar[ConfigDict] = PAGE

    kind: Literal["remit.explanation"]
    version: Literal[1]
    study: str
    person: int | str
    person_id: int
    answer: tuple[str, ...]
    anchors: Mapping[str, str]
    died: str | None
    standings: Mapping[str, str]
    code_gaps: CodeGapsPart
    findings: tuple[FindingPart, ...]


def explanation_page(explanation: Explanation) -> ExplanationPage:
    """The person with every criterion, its records and what would settle it."""
    return ExplanationPage(
        kind="remit.explanation",
        version=1,
        study=explanation.study,
        person=explanation.told,
        person_id=explanation.person,
        answer=answer_lines(explanation),
        anchors=explanation.anchors,
        died=None if explanation.died is None else explanation.died.isoformat(),
        code_gaps=code_gaps_part(explanation.code_gaps, exact=True),
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
        day_between=_interval(item.possible),
        end_between=_interval(item.possible_end),
        number=None if item.number is None else number_text(item.number),
        unit=item.unit,
        value=None if item.value is None else number_text(item.value),
        value_unit=item.value_unit,
        code=item.code,
        text=item.text,
        origin=None if item.origin is None else _origin(item.origin),
        reference=item.reference,
        strengths=tuple(_strength(strength) for strength in item.strengths),
    )


def _strength(strength: DoseStrength) -> StrengthPart:
    return StrengthPart(
        drug_concept_id=strength.product,
        ingredient_concept_id=strength.ingredient,
        amount=None if strength.amount is None else number_text(strength.amount),
        unit=strength.unit,
        by=None if strength.origin is None else strength.origin.by,
        version=None if strength.origin is None else strength.origin.version,
        how=strength.how,
    )


def _origin(origin: CodeOrigin) -> CodeOriginPart:
    return CodeOriginPart(
        vocabulary=origin.vocabulary,
        code=origin.code,
        concept_id=origin.concept,
        how=origin.how,
    )


def _interval(days: UnknownDay | None) -> str | None:
    return None if days is None else f"{days.first}/{days.last}"


def _settler(item: Settler) -> SettlerPart:
    return SettlerPart(text=item.text, if_met=item.if_met.word, if_not_met=item.if_not_met.word)
