"""The known truth of synthetic persons, from the generator's state.

It is written from the sources and the language page, and shares no code with the engine: nothing
here imports `remit.criteria`, `remit.screening`, `remit.instruments` or `remit.endpoints`. Truth is
what is declared: ORACLES has, by study, the criteria of which it is known, and
`known_responses.DEFINITIONS` the definitions of response.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from remit.simulate.oracle import nct05631717, nct06167174, nct06904729, umin000042298
from remit.simulate.oracle.kleene import Answers
from remit.simulate.state import DrawnCohort

Known = Mapping[tuple[str, str], Answers]
ORACLES: Mapping[str, Mapping[str, Callable[[DrawnCohort], Answers]]] = {
    module.STUDY: module.CRITERIA
    for module in (nct05631717, nct06167174, nct06904729, umin000042298)
}


def known_answers(cohort: DrawnCohort) -> dict[tuple[str, str], Answers]:
    """The answers by study and criterion, sorted by study; in the protocol's order within it.

    Of a study without an oracle, and of a criterion that an oracle leaves out, nothing is said.
    """
    return {
        (study, criterion): answer(cohort)
        for study, criteria in ORACLES.items()
        if study in cohort.anchors
        for criterion, answer in criteria.items()
    }
