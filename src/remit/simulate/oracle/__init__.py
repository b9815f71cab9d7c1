"""The known truth of synthetic persons, from the generator's state.

It is written from the sources and the language page, and shares no code with the engine: nothing
here imports `remit.criteria`, `remit.screening`, `remit.instruments` or `remit.endpoints`. Truth is
what is declared: ORACLES has a study's criteria, `known_responses` the definitions of response.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from remit.protocol import Protocol
from remit.simulate.calendar import Flags
from remit.simulate.oracle import nct05631717, nct06167174, nct06904729, umin000042298
from remit.simulate.oracle.kleene import MET, NOT_MET, UNKNOWN, Answers
from remit.simulate.state import Cohort

Known = Mapping[tuple[str, str], Answers]
ORACLES: Mapping[str, Mapping[str, Callable[[Cohort], Answers]]] = {
    module.STUDY: module.CRITERIA
    for module in (nct05631717, nct06167174, nct06904729, umin000042298)
}
HELD_BACK = frozenset({"incomplete", "lossy_operator", "not_in_data"})


def known_answers(cohort: Cohort) -> dict[tuple[str, str], Answers]:
    """The answers by study and criterion, sorted by study; in the protocol's order within it."""
    return {
        (study, criterion): answer(cohort)
        for study, criteria in ORACLES.items()
        for criterion, answer in criteria.items()
    }


def known_entrants(protocol: Protocol, known: Known, size: int) -> tuple[Flags, Flags]:
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
