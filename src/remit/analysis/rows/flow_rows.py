"""The flow of a trial: from those who were screened to those whose answers are there, by arm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pyarrow as pa

from remit.analysis.rows.trial_answers import TrialAnswers
from remit.facts.opened import Facts
from remit.protocol import Protocol
from remit.screening import Screening, Standing, screen_dataset

FLOW = "flow"
SCREENED, NOT_TAKEN, TAKEN = "screened", "not taken in", "taken in"
NOT_ELIGIBLE, OPEN, WAITING = "not eligible", "eligibility open", "eligible, not taken in"
DESPITE, DESPITE_OPEN = "taken in though not eligible", "taken in though eligibility is open"
DIED, ASSESSED, NOT_DUE = "died", "response assessed", "not yet due"
_FLOW = pa.schema(
    [("name", pa.string()), ("count", pa.int64()), ("arm", pa.string()), ("visit", pa.string())]
)


@dataclass(frozen=True, slots=True)
class FlowCount:
    """How many persons stand at one place of the flow.

    Attributes:
        arm, visit: where it is of one; else empty.
    """

    name: str
    count: int
    arm: str = ""
    visit: str = ""


@dataclass(frozen=True, slots=True)
class TrialFlow:
    """The counts of a flow. They add up: who was screened was taken in or was not, and why not."""

    counts: tuple[FlowCount, ...]

    def __post_init__(self) -> None:
        told = self.number
        assert told(SCREENED) == told(NOT_TAKEN) + told(TAKEN), "the flow adds up"
        assert told(NOT_TAKEN) == told(NOT_ELIGIBLE) + told(OPEN) + told(WAITING)

    def to_arrow(self) -> pa.Table:
        """One row a count: name, count, arm, visit."""
        return pa.Table.from_pylist([asdict(one) for one in self.counts], _FLOW)

    def number(self, name: str, visit: str = "") -> int:
        """The count of a name over all arms."""
        return sum(one.count for one in self.counts if (one.name, one.visit) == (name, visit))


def flow_of(table: pa.Table) -> TrialFlow:
    """The flow of a table that `TrialFlow.to_arrow` made."""
    return TrialFlow(tuple(FlowCount(**row) for row in table.to_pylist()))


def trial_flow(protocol: Protocol, facts: Facts, trial: TrialAnswers) -> TrialFlow:
    """The flow of a trial: its dataset screened, its arms, and who is assessed at each visit.

    Screened are those of the dataset who have the date at which the study judges them, and all
    who were taken in. A person counts as eligible where one cohort takes her.
    """
    screening = screen_dataset(protocol, facts)
    return TrialFlow(tuple(_counts(screening, trial)))


def _counts(screening: Screening, trial: TrialAnswers) -> Iterator[FlowCount]:
    persons = screening.person_ids
    taken = np.isin(persons, trial.persons)
    dated = np.isin(persons, _dated(screening)) | taken
    best = _best(screening)
    left = dated & ~taken
    yield FlowCount(SCREENED, int(np.count_nonzero(dated)))
    yield FlowCount(NOT_TAKEN, int(np.count_nonzero(left)))
    for name, standing in (
        (NOT_ELIGIBLE, Standing.NOT_ELIGIBLE),
        (OPEN, Standing.UNDETERMINED),
        (WAITING, Standing.ELIGIBLE),
    ):
        yield FlowCount(name, int(np.count_nonzero(left & (best == standing))))
    despite = _of(best, persons, trial)
    deaths = np.isin(trial.persons, list(trial.study.followed.deaths))
    for arm in trial.arms:
        here = trial.arm == arm
        yield FlowCount(TAKEN, int(np.count_nonzero(here)), arm)
        for name, standing in (
            (DESPITE, Standing.NOT_ELIGIBLE),
            (DESPITE_OPEN, Standing.UNDETERMINED),
        ):
            yield FlowCount(name, int(np.count_nonzero(here & (despite == standing))), arm)
        yield FlowCount(DIED, int(np.count_nonzero(here & deaths)), arm)
        for name, visits in ((ASSESSED, _assessed(trial)), (NOT_DUE, _not_due(trial))):
            for visit, those in visits.items():
                yield FlowCount(name, int(np.count_nonzero(here & those)), arm, visit)


def _dated(screening: Screening) -> list[int]:
    anchors = screening.facts.rows("study_anchor", ["person_id", "study", "anchor"])
    study, anchor = screening.protocol.id, screening.protocol.default_anchor
    return [
        row["person_id"]
        for row in anchors.to_pylist()
        if row["study"] == study and row["anchor"] == anchor
    ]


def _best(screening: Screening) -> np.typing.NDArray[np.int8]:
    """The best standing of each person over the cohorts: eligible, open, not eligible."""
    order = (Standing.NOT_ELIGIBLE, Standing.UNDETERMINED, Standing.ELIGIBLE)
    best = np.full(len(screening.person_ids), int(Standing.NOT_ELIGIBLE), np.int8)
    for standing in order:
        for cohort in screening.cohorts:
            best = np.where(cohort.standings == int(standing), np.int8(standing), best)
    return best


def _of(
    best: np.typing.NDArray[np.int8], persons: np.typing.NDArray[np.int64], trial: TrialAnswers
) -> np.typing.NDArray[np.int8]:
    return np.asarray(best[np.searchsorted(persons, trial.persons)], np.int8)


def _assessed(trial: TrialAnswers) -> Mapping[str, np.typing.NDArray[np.bool_]]:
    """Whose response can be assessed at each visit after the baseline, by the first definition."""
    if not trial.study.adjudications:
        return {}
    return _at_visits(trial, trial.study.adjudications[0].places >= 0)


def _not_due(trial: TrialAnswers) -> Mapping[str, np.typing.NDArray[np.bool_]]:
    """Whose response was not yet due at the data cut, at each visit after the baseline."""
    if not trial.study.adjudications:
        return {}
    return _at_visits(trial, trial.study.adjudications[0].not_due)


def _at_visits(
    trial: TrialAnswers, rows: np.typing.NDArray[np.bool_]
) -> Mapping[str, np.typing.NDArray[np.bool_]]:
    """What is so at rows of visits, for each person at each visit after the baseline."""
    found = {}
    for visit in trial.study.visits.ids[1:]:
        at = trial.places_at(visit)
        found[visit] = (at >= 0) & rows[np.maximum(at, 0)]
    return found
