"""Who is followed in each study: those whose known truth lets them in, then those it may let in."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from remit.protocol import Protocol, packaged_protocols, protocol_named
from remit.simulate.answers import MET, NOT_MET, UNKNOWN, Answers, Flags
from remit.simulate.calendar import ABSENT
from remit.simulate.people import HEALTHY, People
from remit.simulate.state import Cohort

Known = Mapping[tuple[str, str], Answers]
HELD_BACK = frozenset({"incomplete", "lossy_operator", "not_in_data"})
LATER_CHUNKS = 4
FULL_COURSE, SOME_COURSE = 200, 130  # days between baseline and the data cut


def choose_followed(
    cohort: Cohort, people: People, known: Known, *, chunk: int
) -> dict[str, NDArray[np.int64]]:
    """Study -> the rows of its followed persons, in order. Nobody is followed in two studies.

    In the first chunk a study follows as many as it means to enrol, in each later one a quarter of
    that: a large cohort stays a table of screening values in the main.
    """
    share = 1 if chunk == 0 else LATER_CHUNKS
    free = ~people.is_for(HEALTHY)
    seen = people.baseline + SOME_COURSE <= people.data_cut
    chosen = {}
    for name in packaged_protocols():
        protocol = protocol_named(name)
        here = free & seen & (cohort.anchors[protocol.id]["baseline"] != ABSENT)
        certain, possible = _standing(protocol, known, cohort.size)
        fills = here & possible & ~certain & _has_nephritis(cohort, people)
        short = people.baseline + FULL_COURSE > people.data_cut
        rank = np.where(here & certain, 0, np.where(fills, 1 + short, 3))
        order = np.argsort(rank, kind="stable")
        order = order[rank[order] < 3][: protocol.target_enrolment // share]
        chosen[protocol.id] = np.sort(order).astype(np.int64)
        free[order] = False
    return chosen


def _has_nephritis(cohort: Cohort, people: People) -> Flags:
    ill = cohort.conditions["lupus_nephritis"]
    found = (ill.there & (ill.start <= people.screening[:, None])).any(axis=1)
    return np.asarray(found, np.bool_)


def _standing(protocol: Protocol, known: Known, size: int) -> tuple[Flags, Flags]:
    """Who is certainly let in, by what can be known at all; and who is not certainly kept out."""
    groups = [group.id for group in protocol.cohorts] or [""]
    certain, possible = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    for group in groups:
        fits, may = np.ones(size, np.bool_), np.ones(size, np.bool_)
        for criterion in protocol.criteria:
            other = criterion.cohorts and group not in criterion.cohorts
            if other or criterion.state in HELD_BACK:
                continue
            status = known[protocol.id, criterion.id].status
            failed = status == (NOT_MET if criterion.kind == "inclusion" else MET)
            fits &= ~failed & (status != UNKNOWN)
            may &= ~failed
        certain |= fits
        possible |= may
    return certain, possible
