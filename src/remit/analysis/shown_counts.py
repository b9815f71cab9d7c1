"""How many reached what at each visit, as it may be shown: exact, or those of stand-ins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.analysis.time_summary import summarize_times
from remit.disclosure import check_smallest, shown_count, stand_ins
from remit.endpoints.adjudication import WAITING, Adjudication
from remit.endpoints.response_counts import ResponseCounts, count_responses
from remit.endpoints.response_times import TimeToResponse, time_to
from remit.endpoints.study_responses import StudyAdjudication

Whole = npt.NDArray[np.int64]
# Grade -> the times of all persons to it or a better one.
Times = Mapping[str, tuple[TimeToResponse, ...]]


@dataclass(frozen=True, slots=True)
class ShownVisit:
    """The counts of one visit.

    Attributes:
        counts: persons of each grade.
        not_due: persons whose visit was not yet due at the data cut; not among the `n`.
        gates: the first gate that the best grade fails, with persons; the most frequent first.
    """

    visit: str
    counts: tuple[str, ...]
    not_assessable: str
    n: str
    gates: tuple[tuple[str, str], ...]
    not_due: str = "0"


@dataclass(frozen=True, slots=True)
class ShownTimes:
    """How many ever reached a grade or a better one.

    Attributes:
        middle: `TimesSummary.middle_of_reached`; None where nobody reached it.
    """

    grade: str
    reached: str
    persons: str
    middle: float | None


@dataclass(frozen=True, slots=True)
class ShownCounts:
    """The counts of one definition; `times` is empty unless it is one of response."""

    grades: tuple[str, ...]
    visits: tuple[ShownVisit, ...]
    times: tuple[ShownTimes, ...]

    @property
    def all_due(self) -> bool:
        """Whether every visit of everyone was due at the data cut."""
        return all(visit.not_due == "0" for visit in self.visits)


def shown_counts(
    study: StudyAdjudication, visits: tuple[str, ...], *, smallest: int = 0
) -> tuple[ShownCounts, ...]:
    """The counts of every definition of a study, in order; all by the same stand-ins.

    Args:
        smallest: counts are rounded to its multiples, so that none below it is told; 0 shows all.

    Raises:
        ValueError: `smallest` is 1, 2 or negative.
        ProtocolError: a visit is not planned.
    """
    check_smallest(smallest)
    rows = {visit: study.rows_at(visit) for visit in visits}
    times = [_times(study, adjudication) for adjudication in study.adjudications]
    if smallest:
        everyone = np.unique(study.visits.visits.person)
        columns = _columns(study, everyone, rows, times)
        chosen = stand_ins(columns, persons=len(everyone), smallest=smallest)
        rows = {visit: _rows_of(study, everyone, at)[chosen] for visit, at in rows.items()}
        rows = {visit: at[at >= 0] for visit, at in rows.items()}
        times = [
            {grade: _times_of(found, everyone[chosen]) for grade, found in by_grade.items()}
            for by_grade in times
        ]
    return tuple(
        ShownCounts(
            adjudication.grades,
            tuple(
                _visit(count_responses(adjudication, visit, at), smallest=smallest)
                for visit, at in rows.items()
            ),
            tuple(_summary(grade, found, smallest=smallest) for grade, found in by_grade.items()),
        )
        for adjudication, by_grade in zip(study.adjudications, times, strict=True)
    )


def _times(study: StudyAdjudication, adjudication: Adjudication) -> Times:
    definition = adjudication.definition
    if definition.type != "response":
        return {}
    grades = (response.grade for response in definition.responses)
    deaths = study.followed.deaths
    return {grade: time_to(adjudication, study.visits, grade, deaths=deaths) for grade in grades}


def _rows_of(study: StudyAdjudication, everyone: Whole, at: Whole) -> Whole:
    """Of these rows, one a person, that of each person; -1 where there is none."""
    rows = np.full(len(everyone), -1, np.int64)
    rows[np.searchsorted(everyone, study.visits.visits.person[at])] = at
    return rows


def _times_of(found: tuple[TimeToResponse, ...], persons: Whole) -> tuple[TimeToResponse, ...]:
    """The times of these persons, who may be repeated; some have none."""
    of = {item.person: item for item in found}
    return tuple(of[person] for person in persons.tolist() if person in of)


def _columns(
    study: StudyAdjudication, everyone: Whole, rows: Mapping[str, Whole], times: Sequence[Times]
) -> Iterator[npt.NDArray[np.bool_]]:
    """Who is counted, count by count: at each visit by grade and gate, and in each time."""
    person = study.visits.visits.person

    def among(persons: Whole) -> npt.NDArray[np.bool_]:
        return np.isin(everyone, persons)

    for adjudication in study.adjudications:
        best = adjudication.grades[0]
        places, failing = adjudication.places, adjudication.first_failing(best)
        for at in rows.values():
            for place in range(WAITING, len(adjudication.grades)):
                yield among(person[at[places[at] == place]])
            for gate in range(len(adjudication.gate_ids(best))):
                yield among(person[at[(failing[at] == gate) & (places[at] != WAITING)]])
    for by_grade in times:
        for found in by_grade.values():
            yield among(np.array([item.person for item in found], np.int64))
            for day in sorted({item.days for item in found if item.reached}):
                early = [item.person for item in found if item.reached and item.days <= day]
                yield among(np.array(early, np.int64))


def _visit(counts: ResponseCounts, *, smallest: int) -> ShownVisit:
    def shown(count: int) -> str:
        return shown_count(count, smallest=smallest)

    return ShownVisit(
        counts.visit,
        tuple(shown(counts.grades[grade]) for grade in counts.grades),
        shown(counts.not_assessable),
        shown(counts.n),
        tuple((gate, shown(count)) for gate, count in counts.gates),
        shown(counts.not_due),
    )


def _summary(grade: str, found: tuple[TimeToResponse, ...], *, smallest: int) -> ShownTimes:
    summary = summarize_times(found)
    return ShownTimes(
        grade,
        shown_count(summary.reached, smallest=smallest),
        shown_count(summary.persons, smallest=smallest),
        summary.middle_of_reached,
    )
