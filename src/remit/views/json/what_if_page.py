"""What another set of criteria would do, and what stands in the way, as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from remit.screening.obstacles import CriterionCost, MissingTest
from remit.screening.open_verdicts import OpenVerdicts
from remit.screening.study_screenings import CohortScreening, Screening, Standing
from remit.screening.what_if import WhatIf, moved_table, moves
from remit.screening.worklist import STATUS_WORDS
from remit.views.json import PAGE

_WORDS = {STATUS_WORDS[standing]: standing.word for standing in Standing}


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingCounts:
    eligible: int
    undetermined: int
    not_eligible: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MovePart:
    """`was` and `now` are words of a standing."""

    was: str
    now: str
    persons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfCohort:
    cohort: str | None
    label: str
    before: StandingCounts
    after: StandingCounts
    moves: tuple[MovePart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPart:
    """An expression of a criterion, or of a definition, with another number."""

    where: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedPerson:
    """`person` is the id as it came, `was` and `now` words of a standing, `changed_by` criteria."""

    person: str
    cohort: str | None
    was: str
    now: str
    changed_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfPage:
    """A study as it is and as it might be, and every person who stands otherwise."""

    __pydantic_config__: ClassVar = PAGE

    kind: Literal["remit.what_if"] = "remit.what_if"
    version: Literal[1] = 1
    study: str
    dropped: tuple[str, ...]
    changed: tuple[ChangedPart, ...]
    settings: Mapping[str, str]
    cohorts: tuple[WhatIfCohort, ...]
    persons: tuple[MovedPerson, ...]


def what_if_page(found: WhatIf) -> WhatIfPage:
    """The page of a comparison; nobody is left out."""
    return WhatIfPage(
        study=found.before.protocol.id,
        dropped=tuple(criterion.id for criterion in found.dropped),
        changed=tuple(
            ChangedPart(where=item.where, before=item.before, after=item.after)
            for item in found.changed
        ),
        settings=dict(found.settings or {}),
        cohorts=tuple(_cohort(before, after) for before, after in found.cohorts),
        persons=tuple(
            MovedPerson(
                person=row["person"],
                cohort=row["cohort"],
                was=_WORDS[row["was"]],
                now=_WORDS[row["status"]],
                changed_by=tuple(row["changed_by"].split()),
            )
            for row in moved_table(found).to_pylist()
        ),
    )


def _cohort(before: CohortScreening, after: CohortScreening) -> WhatIfCohort:
    return WhatIfCohort(
        cohort=before.cohort,
        label=before.label,
        before=_counts(before),
        after=_counts(after),
        moves=tuple(
            MovePart(was=move.was.word, now=move.now.word, persons=move.persons)
            for move in moves(before, after)
        ),
    )


def _counts(cohort: CohortScreening) -> StandingCounts:
    return StandingCounts(
        eligible=cohort.count(Standing.ELIGIBLE),
        undetermined=cohort.count(Standing.UNDETERMINED),
        not_eligible=cohort.count(Standing.NOT_ELIGIBLE),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPart:
    """What one criterion costs, in persons who did not die before; see the how-to page."""

    criterion: str
    excluded: int
    excluded_only: int
    eligible_without: int
    open: int
    open_only: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TestPart:
    """What undetermined persons wait for; `reason` is the word of a reason."""

    __test__: ClassVar = False

    kind: Literal["record", "signature", "date", "source"]
    title: str
    verdicts: int
    persons: int
    settles: int
    last_record: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObstaclesCohort:
    cohort: str | None
    label: str
    criteria: tuple[CostPart, ...]
    missing: tuple[TestPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockingPart:
    """A code or a unit that nobody could read; `written` is empty of a table not declared."""

    cause: Literal["code", "unit", "undeclared"]
    table: str
    written: str
    verdicts: int
    persons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ObstaclesPage:
    """Which criterion costs most, what would settle most, and which codes block most."""

    __pydantic_config__: ClassVar = PAGE

    kind: Literal["remit.obstacles"] = "remit.obstacles"
    version: Literal[1] = 1
    study: str
    cohorts: tuple[ObstaclesCohort, ...]
    codes: tuple[BlockingPart, ...]


def obstacles_page(
    screening: Screening,
    ranked: Sequence[tuple[CohortScreening, Sequence[CriterionCost], Sequence[MissingTest]]],
    codes: OpenVerdicts,
) -> ObstaclesPage:
    """The page of the rankings of each cohort."""
    return ObstaclesPage(
        study=screening.protocol.id,
        cohorts=tuple(
            ObstaclesCohort(
                cohort=cohort.cohort,
                label=cohort.label,
                criteria=tuple(_cost(cost) for cost in costs),
                missing=tuple(_test(test) for test in tests),
            )
            for cohort, costs, tests in ranked
        ),
        codes=tuple(
            BlockingPart(
                cause=cause.cause,
                table=cause.table,
                written=cause.written,
                verdicts=cause.verdicts,
                persons=cause.persons,
            )
            for cause in codes.causes
        ),
    )


def _cost(cost: CriterionCost) -> CostPart:
    return CostPart(
        criterion=cost.criterion,
        excluded=cost.excluded,
        excluded_only=cost.excluded_only,
        eligible_without=cost.eligible_without,
        open=cost.open,
        open_only=cost.open_only,
    )


def _test(test: MissingTest) -> TestPart:
    return TestPart(
        kind=test.kind,
        title=test.title,
        verdicts=test.verdicts,
        persons=test.persons,
        settles=test.settles,
        last_record=test.last_record,
        reason=test.reason.word,
    )
