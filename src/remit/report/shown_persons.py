"""Which persons a report shows: chosen by rule, the same for the same screening."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from remit.endpoints.study_responses import StudyAdjudication
from remit.screening import Screening, Standing
from remit.truth import Status

_BEST_FIRST = (Standing.ELIGIBLE, Standing.UNDETERMINED, Standing.NOT_ELIGIBLE)


def best_standings(screening: Screening) -> npt.NDArray[np.int8]:
    """Each person's best standing over the cohorts, as codes of `Standing`, shape (persons,)."""
    best = np.full(len(screening.person_ids), Standing.NOT_ELIGIBLE, np.int8)
    for standing in reversed(_BEST_FIRST):
        for cohort in screening.cohorts:
            best[cohort.standings == standing] = standing
    return best


def _counts(screening: Screening) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """For each person the fewest failed and the fewest unknown criteria over the cohorts."""
    failed, unknown = [], []
    for cohort in screening.cohorts:
        fails, opens = [], []
        for item in cohort.criteria:
            codes = screening.statuses[item.criterion.id]
            out = Status.NOT_MET if item.criterion.kind == "inclusion" else Status.MET
            fails.append(codes == out)
            opens.append(codes == Status.UNKNOWN)
        failed.append(np.sum(fails, axis=0))
        unknown.append(np.sum(opens, axis=0))
    return np.min(failed, axis=0), np.min(unknown, axis=0)


def choose_examples(screening: Screening) -> tuple[int, ...]:
    """One eligible, one not eligible and one undetermined person, as far as there are such.

    The eligible one has the fewest unknown criteria; the others are the nearest to a decision: the
    fewest failed, then the fewest unknown criteria. The lowest person id settles ties.

    Returns:
        Person ids in that order of standing.
    """
    best = best_standings(screening)
    failed, unknown = _counts(screening)
    chosen = []
    for standing in (Standing.ELIGIBLE, Standing.NOT_ELIGIBLE, Standing.UNDETERMINED):
        places = np.flatnonzero(best == standing)
        if len(places):
            order = np.lexsort((screening.person_ids[places], unknown[places], failed[places]))
            chosen.append(int(screening.person_ids[places[order[0]]]))
    return tuple(chosen)


def choose_courses(study: StudyAdjudication, *, definition: str | None = None) -> tuple[int, ...]:
    """At most three followed persons: a responder, a non-responder and one not assessable.

    Judged at the last visit, under `definition` or the first one. Of each kind the person of whom
    the most visits are assessable, then the lowest id.

    Returns:
        Person ids in that order of kind.
    """
    found = [a for a in study.adjudications if a.definition.id == definition]
    adjudication = (found or list(study.adjudications))[0]
    rows = study.rows_at(study.visits.ids[-1])
    person = study.visits.visits.person
    places = adjudication.places
    last = len(adjudication.grades) - 1
    kinds = ([*range(last)], [last], [-1])
    chosen = []
    for kind in kinds:
        those = rows[np.isin(places[rows], kind)]
        known = [int(np.sum(places[person == who] >= 0)) for who in person[those]]
        order = sorted(zip((-k for k in known), person[those].tolist(), strict=True))
        chosen += [who for _, who in order[:1]]
    return tuple(chosen)
