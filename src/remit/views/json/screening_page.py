"""Screenings and single persons as JSON, from the same result objects as every other view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from pydantic import ConfigDict

from remit.disclosure import counts_note
from remit.facts.opened import Facts
from remit.facts.person_names import person_names
from remit.protocol.protocol_sections import State
from remit.protocol.schema import Criterion
from remit.screening.changes import Changes
from remit.screening.code_gaps import CodeGaps
from remit.screening.cohort_counts import ShownCohort, ShownStep, shown_screening
from remit.screening.provenance import manifest_sha256, parameter_settings
from remit.screening.study_screenings import Screening, Standing
from remit.truth import Status
from remit.views.json import PAGE
from remit.views.json.changes_page import SincePart, since_part

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
