"""Why a person is not eligible: the criterion that decides, and the record behind it, in words.

The first failing criterion in the protocol's order decides. Only its own expression is read again,
by the reference evaluator, so that thousands of persons are told within seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from remit.criteria.reference.records import PersonRecords
from remit.facts.deaths import death_words, deaths_of, open_deaths_of
from remit.facts.imprecise_dates import UnknownDay
from remit.protocol.bound import BoundCriterion
from remit.screening.causes import Cause, Titles, titles_of
from remit.screening.criterion_records import criterion_records
from remit.screening.decisive_leaves import LeafTruths, deciders_of
from remit.screening.decisive_words import causes_of
from remit.screening.study_screenings import CohortScreening, Screening, Standing
from remit.truth import Status

_TOLD = 2  # causes that a line tells; of more it says how many there are


@dataclass(frozen=True, slots=True)
class DecisiveReason:
    """Why a person is not eligible for a cohort.

    Attributes:
        criterion: the first failing one in the protocol's order; empty for who died before.
        failing: all failing ones, in that order.
        causes: what decided it; of several that are needed together all of them.
        died: the day on which the person died, where that was before the screening.
        died_between: between which days that was, where the day is not exactly known.
    """

    person: int
    cohort: str | None
    criterion: str
    failing: tuple[str, ...]
    causes: tuple[Cause, ...]
    died: date | None = None
    died_between: UnknownDay | None = None

    @property
    def words(self) -> str:
        """In one line, such as `E1b: Hashimoto thyroiditis, 2023-05-04`."""
        if self.died is not None:
            return death_words(self.died, self.died_between)
        said = " and ".join(cause.words for cause in self.causes[:_TOLD])
        more = len(self.causes) - _TOLD
        return f"{self.criterion}: {said}{f' and {more} more' if more > 0 else ''}"


def decisive_reasons(
    screening: Screening, persons: tuple[int, ...] | None = None
) -> Mapping[tuple[int, str | None], DecisiveReason]:
    """Why each person who is not eligible is not, by person and cohort.

    Args:
        persons: these only; all when None. Who is not in the screening is left out.
    """
    chosen = np.ones(len(screening.person_ids), np.bool_)
    if persons is not None:
        chosen = np.isin(screening.person_ids, np.array(persons, np.int64))
    dead = screening.person_ids[chosen & screening.died]
    deaths, open_ = deaths_of(screening.facts, dead), open_deaths_of(screening.facts, dead)
    failing = {cohort.cohort: _Failing(cohort, screening) for cohort in screening.cohorts}
    asked: dict[str, npt.NDArray[np.bool_]] = {}
    for cohort in failing.values():
        for criterion, whom in cohort.first_failing(chosen & ~screening.died):
            asked[criterion] = asked.get(criterion, np.zeros(len(chosen), np.bool_)) | whom
    causes = dict(_causes(screening, asked))
    found = {}
    for name, cohort in failing.items():
        for place in np.flatnonzero(chosen & cohort.not_eligible).tolist():
            person, ids = int(screening.person_ids[place]), cohort.ids(place)
            died = deaths.get(person) if screening.died[place] else None
            first = "" if screening.died[place] else ids[0]
            found[person, name] = DecisiveReason(
                person,
                name,
                first,
                ids,
                causes.get((first, person), ()),
                died,
                None if died is None else open_.get(person),
            )
    return found


class _Failing:
    """Who fails which criteria of a cohort."""

    def __init__(self, cohort: CohortScreening, screening: Screening) -> None:
        self.not_eligible = cohort.standings == Standing.NOT_ELIGIBLE
        self._names = [item.criterion.id for item in cohort.criteria]
        count = len(screening.person_ids)
        self._fails = np.zeros((len(self._names), count), np.bool_)
        for row, item in enumerate(cohort.criteria):
            fails = Status.NOT_MET if item.criterion.kind == "inclusion" else Status.MET
            self._fails[row] = screening.statuses[item.criterion.id] == fails

    def ids(self, place: int) -> tuple[str, ...]:
        """The criteria that the person fails, in the protocol's order."""
        return tuple(self._names[row] for row in np.flatnonzero(self._fails[:, place]).tolist())

    def first_failing(
        self, chosen: npt.NDArray[np.bool_]
    ) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
        """Each criterion and those of the chosen whom it fails first."""
        left = chosen & self.not_eligible
        for name, fails in zip(self._names, self._fails, strict=True):
            if (left & fails).any():
                yield name, left & fails
            left = left & ~fails


def _causes(
    screening: Screening, asked: Mapping[str, npt.NDArray[np.bool_]]
) -> Iterator[tuple[tuple[str, int], tuple[Cause, ...]]]:
    """What decided each criterion for the persons of whom it is asked."""
    titles = titles_of(screening.protocol, screening.facts.codes)
    for records, names in criterion_records(screening, asked):
        for name in names:
            yield (
                (name, records.person),
                causes_of_criterion(screening.bound.by_id[name], records, titles),
            )


def causes_of_criterion(
    item: BoundCriterion, records: PersonRecords, titles: Titles
) -> tuple[Cause, ...]:
    """What decided a criterion that is met or not met, the records first."""
    assert item.node is not None, "what is held back is unknown"
    truths = LeafTruths(records)
    answer = truths.truth(item.node).status
    assert answer in {Status.MET, Status.NOT_MET}, f"{item.criterion.id}: nothing decided it"
    found = [causes_of(decider, records, titles) for decider in deciders_of(item.node, truths)]
    # Records before what there is no record of: a coordinator looks them up. Of two parts that one
    # record decides, the later as written says more: the infection, then the infection in hospital.
    found.sort(key=lambda causes: all(cause.row is None for cause in causes))
    told = {
        (cause.table, cause.row, cause.title if cause.row is None else ""): cause
        for causes in found
        for cause in causes
    }
    return tuple(told.values()) or (Cause(item.criterion.text.rstrip(".")),)
