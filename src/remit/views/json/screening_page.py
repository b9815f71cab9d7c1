"""Screenings and single persons as JSON, from the same result objects as every other view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from pydantic import ConfigDict

from remit.criteria.evidence import Evidence
from remit.criteria.settlers import Settler
from remit.disclosure import counts_note
from remit.facts.imprecise_dates import UnknownDay
from remit.facts.opened import Facts
from remit.facts.person_names import person_names
from remit.facts.vocabulary.code_origins import CodeOrigin
from remit.protocol.schema import Criterion, State
from remit.screening.changes import Changes
from remit.screening.code_gaps import CodeGaps
from remit.screening.cohort_counts import ShownCohort, ShownStep, shown_screening
from remit.screening.explanation import CriterionFinding, Explanation, LeafFinding
from remit.screening.provenance import manifest_sha256, parameter_settings
from remit.screening.study_screenings import Screening, Standing
from remit.truth import Status
from remit.units import number_text
from remit.views.json import PAGE
from remit.views.json.changes_page import SincePart, since_part
from remit.views.person_answer import answer_lines

# A number; where counts are rounded, the text that is shown.
Count: TypeAlias = int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionPart:
    """A criterion of a protocol; `expression` is null where it has none."""

    id: str
    kind: str
    cohorts: tuple[str, ...]
    text: str
    interpretation: str
    state: State
    expression: str | None
    sources: tuple[str, ...]


def criterion_part(criterion: Criterion) -> CriterionPart:
    """The criterion with each of its sources in words."""
    return CriterionPart(
        id=criterion.id,
        kind=criterion.kind,
        cohorts=criterion.cohorts,
        text=criterion.text,
        interpretation=criterion.interpretation,
        state=criterion.state,
        expression=criterion.expression,
        sources=tuple(str(source) for source in criterion.sources),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetPart:
    source: str
    data_cut: str
    seed: int | None
    manifest_sha256: str
    persons: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class CountsPart:
    """`waiting` is part of `undetermined`, `died` (before the screening) of `not_eligible`."""

    eligible: Count
    undetermined: Count
    not_eligible: Count
    died: Count
    waiting: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPart:
    """One criterion of the attrition; all counts are persons."""

    criterion: str
    entering: Count
    excluded: Count
    passed: Count
    unknown: Count
    not_applicable: Count
    remaining: Count
    certain: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortPart:
    cohort: str | None
    label: str
    counts: CountsPart
    steps: tuple[StepPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPart:
    """Standings by cohort (`all` where the study has none), statuses by id of the criterion.

    `person` is the id as the source has it; `person_id` the number that tables carry.
    """

    person: int | str
    person_id: int
    standings: Mapping[str, str]
    statuses: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class UncarriedPart:
    """A concept of which no code occurs, in a table not declared to carry codes of its kind."""

    concept: str
    table: str
    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnresolvedPart:
    """Rows with a code that nobody knows; their numbers are null where counts are rounded."""

    table: str
    codes: int | None
    rows: int | None
    persons: int | None
    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeGapsPart:
    """What the dataset's codes leave open: why a verdict is unknown for `code_unresolved`."""

    concepts: tuple[UncarriedPart, ...]
    tables: tuple[UnresolvedPart, ...]


def code_gaps_part(gaps: CodeGaps, *, exact: bool) -> CodeGapsPart:
    """The gaps; without numbers of rows and persons where those may not be told."""
    return CodeGapsPart(
        concepts=tuple(
            UncarriedPart(concept=item.concept, table=item.table, criteria=item.criteria)
            for item in gaps.concepts
        ),
        tables=tuple(
            UnresolvedPart(
                table=item.table,
                codes=item.codes if exact else None,
                rows=item.rows if exact else None,
                persons=item.persons if exact else None,
                criteria=item.criteria,
            )
            for item in gaps.tables
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningPage:
    """A screening; where `smallest` is not 0, counts are rounded to its multiples.

    `counts` then says how, and `persons` is null. It is empty where counts are exact. `since` is
    null where no earlier screening was given.
    """

    __pydantic_config__: ClassVar[ConfigDict] = PAGE

    kind: Literal["remit.screening"]
    version: Literal[1]
    study: str
    title: str
    parameters: Mapping[str, str]
    smallest: int
    counts: str
    dataset: DatasetPart
    code_gaps: CodeGapsPart
    cohorts: tuple[CohortPart, ...]
    criteria: tuple[CriterionPart, ...]
    unknown_reasons: Mapping[str, Mapping[str, Count]]
    persons: tuple[PersonPart, ...] | None
    since: SincePart | None


def screening_page(
    screening: Screening, *, smallest: int = 0, changes: Changes | None = None
) -> ScreeningPage:
    """The screening; with `smallest` the counts are texts as shown and no person is listed."""
    assert changes is None or smallest == 0, "changes are of single persons"
    protocol = screening.protocol
    shown = shown_screening(screening, smallest=smallest)
    exact = smallest == 0
    return ScreeningPage(
        kind="remit.screening",
        version=1,
        study=protocol.id,
        title=protocol.title,
        parameters=parameter_settings(screening),
        smallest=smallest,
        counts=counts_note(smallest),
        dataset=_dataset(screening.facts, _count(shown.persons, exact=exact)),
        code_gaps=code_gaps_part(screening.code_gaps(), exact=exact),
        cohorts=tuple(_cohort(cohort, exact=exact) for cohort in shown.cohorts),
        criteria=tuple(criterion_part(criterion) for criterion in protocol.criteria),
        unknown_reasons={
            name: {word: _count(text, exact=exact) for word, text in found.items()}
            for name, found in shown.reasons.items()
        },
        persons=_persons(screening) if exact else None,
        since=None if changes is None else since_part(changes),
    )


def _count(text: str, *, exact: bool) -> Count:
    return int(text.replace(",", "")) if exact else text


def _dataset(facts: Facts, persons: Count) -> DatasetPart:
    return DatasetPart(
        source=facts.manifest.source,
        data_cut=facts.data_cut.isoformat(),
        seed=facts.manifest.seed,
        manifest_sha256=manifest_sha256(facts),
        persons=persons,
    )


def _cohort(shown: ShownCohort, *, exact: bool) -> CohortPart:
    counts = CountsPart(
        eligible=_count(shown.eligible, exact=exact),
        undetermined=_count(shown.undetermined, exact=exact),
        not_eligible=_count(shown.not_eligible, exact=exact),
        died=_count(shown.died, exact=exact),
        waiting=_count(shown.waiting, exact=exact),
    )
    steps = tuple(_step(step, exact=exact) for step in shown.steps)
    return CohortPart(cohort=shown.cohort, label=shown.label, counts=counts, steps=steps)


def _step(step: ShownStep, *, exact: bool) -> StepPart:
    return StepPart(
        criterion=step.criterion,
        entering=_count(step.entering, exact=exact),
        excluded=_count(step.excluded, exact=exact),
        passed=_count(step.passed, exact=exact),
        unknown=_count(step.unknown, exact=exact),
        not_applicable=_count(step.not_applicable, exact=exact),
        remaining=_count(step.remaining, exact=exact),
        certain=_count(step.certain, exact=exact),
    )


def _persons(screening: Screening) -> tuple[PersonPart, ...]:
    names = person_names(screening.facts)
    return tuple(
        PersonPart(
            person=names.told(person),
            person_id=int(person),
            standings={
                item.cohort or "all": Standing(int(item.standings[place])).word
                for item in screening.cohorts
            },
            statuses={
                name: Status(int(codes[place])).word for name, codes in screening.statuses.items()
            },
        )
        for place, person in enumerate(screening.person_ids)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeOriginPart:
    """The code of the source by which a row came to `concept_id`; `how` as in `concept_map`."""

    vocabulary: str
    code: str
    concept_id: int
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePart:
    """A record: ISO days, numbers as text (1.8 stays 1.8).

    `day_between`, `end_between`: the days between which `day` and `end` lie where they are not
    exactly known: `2013-01-01/2013-12-31`. `reference`: what the source calls the record, such as
    `Observation/abc`.
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
