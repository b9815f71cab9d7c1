"""The counts of screenings as they may be shown: exact, or those of the stand-ins of the persons.

What is shown together is counted by the same stand-ins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import numpy as np

from remit.disclosure import check_smallest, shown_count, stand_ins
from remit.screening.attrition import Flags, step_persons, waiting_for_people
from remit.screening.study_screenings import CohortScreening, Screening, Standing
from remit.truth import reasons_of_mask

_COUNTS = ("entering", "excluded", "passed", "unknown", "not_applicable", "remaining", "certain")


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One attrition step, each count as it may be shown."""

    criterion: str
    entering: str
    excluded: str
    passed: str
    unknown: str
    not_applicable: str
    remaining: str
    certain: str


@dataclass(frozen=True, slots=True)
class ShownCohort:
    """The counts of one cohort as they may be shown.

    `waiting` is part of `undetermined`, `died` (before the screening) of `not_eligible`.
    """

    cohort: str | None
    label: str
    persons: str
    eligible: str
    undetermined: str
    not_eligible: str
    died: str
    waiting: str
    steps: tuple[ShownStep, ...]


@dataclass(frozen=True, slots=True)
class ShownScreening:
    """A screening's counts as they may be shown.

    Attributes:
        reasons: criterion -> reason word -> persons unknown for it, over all persons; the most
            frequent first. A person may count under several.
    """

    persons: str
    cohorts: tuple[ShownCohort, ...]
    reasons: Mapping[str, Mapping[str, str]]


def shown_screening(screening: Screening, *, smallest: int) -> ShownScreening:
    """The counts of one screening; errors as `shown_screenings`."""
    return shown_screenings((screening,), smallest=smallest)[0]


def shown_screenings(
    screenings: Sequence[Screening], *, smallest: int
) -> tuple[ShownScreening, ...]:
    """The counts of screenings that are shown together.

    Args:
        smallest: counts are rounded to its multiples, so that none below it is told; 0 shows all.

    Raises:
        ValueError: `smallest` is 1, 2 or negative.
    """
    check_smallest(smallest)
    counted = stand_in_screenings(screenings, smallest=smallest) if smallest else screenings
    return tuple(_shown(screening, smallest=smallest) for screening in counted)


def stand_in_screenings(screenings: Sequence[Screening], *, smallest: int) -> tuple[Screening, ...]:
    """The screenings of the stand-ins, each of whom is there a multiple of `smallest` times.

    They are the same where the same persons were screened.
    """
    found: dict[int, Screening] = {}
    for first in screenings:
        same = [
            place
            for place, one in enumerate(screenings)
            if place not in found and np.array_equal(one.person_ids, first.person_ids)
        ]
        if same:
            columns = _columns([screenings[place] for place in same])
            places = stand_ins(columns, persons=len(first.person_ids), smallest=smallest)
            found |= {place: screenings[place].taken(places) for place in same}
    return tuple(found[place] for place in range(len(screenings)))


def _columns(screenings: Sequence[Screening]) -> Iterator[Flags]:
    """Who is counted, count by count; where a person stands in the end comes first."""
    for screening in screenings:
        for cohort in screening.cohorts:
            yield cohort.standings == Standing.ELIGIBLE
            yield cohort.standings == Standing.UNDETERMINED
            yield waiting_for_people(cohort.criteria, cohort.standings, screening.reasons)
    for screening in screenings:
        yield screening.died
        if screening.may_have_died is not None:
            yield screening.may_have_died
        told: set[tuple[str, ...]] = set()
        for cohort in screening.cohorts:
            yield from _steps(screening, cohort, told)
        for column in screening.reasons.values():
            found = reduce(or_, (mask for mask, _ in column.counts()), 0)
            for reason in reasons_of_mask(found):
                yield ((column.kinds & reason.bit) != 0)[column.kind]


def _steps(
    screening: Screening, cohort: CohortScreening, told: set[tuple[str, ...]]
) -> Iterator[Flags]:
    """Cohorts that share their first criteria share those steps; `told` has them."""
    path: tuple[str, ...] = ()
    steps = step_persons(
        cohort.criteria,
        screening.statuses,
        screening.died,
        may_have_died=screening.may_have_died,
    )
    for step in steps:
        path = (*path, step.criterion)
        if path not in told:
            told.add(path)
            yield step.remaining
            yield step.certain
            yield step.unknown
            yield step.not_applicable
            yield step.excluded
            yield step.passed


def _shown(screening: Screening, *, smallest: int) -> ShownScreening:
    def shown(count: int) -> str:
        return shown_count(count, smallest=smallest)

    persons = shown(len(screening.person_ids))
    cohorts = tuple(
        ShownCohort(
            cohort.cohort,
            cohort.label,
            persons=persons,
            eligible=shown(cohort.count(Standing.ELIGIBLE)),
            undetermined=shown(cohort.count(Standing.UNDETERMINED)),
            not_eligible=shown(cohort.count(Standing.NOT_ELIGIBLE)),
            died=shown(int(np.count_nonzero(screening.died))),
            waiting=shown(
                int(
                    np.count_nonzero(
                        waiting_for_people(cohort.criteria, cohort.standings, screening.reasons)
                    )
                )
            ),
            steps=tuple(
                ShownStep(step.criterion, *(shown(getattr(step, name)) for name in _COUNTS))
                for step in cohort.steps
            ),
        )
        for cohort in screening.cohorts
    )
    reasons = {
        item.criterion.id: {
            word: shown(count) for word, count in screening.reason_counts(item.criterion.id).items()
        }
        for item in screening.bound.criteria
    }
    return ShownScreening(persons, cohorts, reasons)
