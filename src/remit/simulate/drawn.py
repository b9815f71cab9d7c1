"""The persons of one chunk: drawn, judged by the oracle, and followed in the studies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from remit.errors import DatasetError
from remit.protocol import Protocol, packaged_protocols, protocol_named
from remit.simulate.calendar import Flags
from remit.simulate.draw import Seeds, draw_people, draw_screening, follow_persons
from remit.simulate.oracle import Known, known_answers
from remit.simulate.oracle.kleene import MET, NOT_MET, UNKNOWN
from remit.simulate.state import DrawnCohort

HELD_BACK = frozenset({"incomplete", "lossy_operator", "not_in_data"})


@dataclass(frozen=True, slots=True)
class Drawn:
    """The state of some persons, and the known answers of every criterion to it."""

    cohort: DrawnCohort
    known: Known


def draw_cohort(
    *,
    first: int,
    persons: int,
    seeds: Seeds,
    data_cut: date,
    protocols: Sequence[Protocol] | None = None,
) -> Drawn:
    """The state of `persons` persons, with ids from `first` on, and in which study they are."""
    studies = studies_of(protocols)
    people = draw_people(np.arange(first, first + persons, dtype=np.int64), seeds, data_cut)
    cohort = draw_screening(people, seeds, studies, data_cut)
    # Who is followed hangs on the answers; these do not change by what is added after screening.
    known = known_answers(cohort)
    entrants = {study.id: _entrants(study, known, cohort.size) for study in studies}
    return Drawn(follow_persons(cohort, people, seeds, studies, entrants), known)


def studies_of(protocols: Sequence[Protocol] | None) -> Sequence[Protocol]:
    """The given studies, or the packaged ones."""
    if protocols is None:
        return [protocol_named(name) for name in packaged_protocols()]
    ids = [protocol.id for protocol in protocols]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise DatasetError(
            "two studies of a cohort have one id",
            expected="each study once",
            got=", ".join(twice),
            next_step="give each protocol an id of its own",
        )
    return protocols


def _entrants(protocol: Protocol, known: Known, size: int) -> tuple[Flags, Flags]:
    """Who is certainly let in, by what can be known at all; and who is not certainly kept out."""
    groups = [group.id for group in protocol.cohorts] or [""]
    certain, possible = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    for group in groups:
        fits, may = np.ones(size, np.bool_), np.ones(size, np.bool_)
        for criterion in protocol.criteria:
            other = criterion.cohorts and group not in criterion.cohorts
            if other or criterion.state in HELD_BACK:
                continue
            answers = known.get((protocol.id, criterion.id))
            if answers is None:  # no truth is declared
                fits[:] = False
                continue
            failed = answers.status == (NOT_MET if criterion.kind == "inclusion" else MET)
            fits &= ~failed & (answers.status != UNKNOWN)
            may &= ~failed
        certain |= fits
        possible |= may
    return certain, possible
