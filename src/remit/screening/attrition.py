"""Person-level attrition: how many persons each criterion takes away, and how many stay open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.protocol.bound import BoundCriterion
from remit.screening.masks import MaskColumn
from remit.truth import Reason, Status

# Reasons that no further record can remove: a signature or a better source is needed.
NOT_FROM_RECORDS = (
    Reason.NEEDS_ATTESTATION,
    Reason.INCOMPLETE,
    Reason.LOSSY_OPERATOR,
    Reason.NOT_IN_DATA,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One criterion in order. All counts are persons.

    Attributes:
        entering: not excluded by an earlier step.
        excluded: excluded by this step.
        passed, unknown, not_applicable: of those entering.
        remaining: not excluded so far, whatever is still unknown.
        certain: passed, or not applicable, in every step so far.
        excluded_alone: would be excluded by this criterion if it stood alone.
    """

    criterion: str
    entering: int
    excluded: int
    passed: int
    unknown: int
    not_applicable: int
    remaining: int
    certain: int
    excluded_alone: int


def count_attrition(
    criteria: Sequence[BoundCriterion],
    statuses: Mapping[str, npt.NDArray[np.int8]],
    died: npt.NDArray[np.bool_],
) -> tuple[npt.NDArray[np.int8], tuple[Step, ...]]:
    """Each person's standing (codes of `Standing`) and the steps, in the criteria's order.

    An inclusion passes when it is met, an exclusion when it is not met; not applicable passes both.

    Args:
        died: who died before the screening: nobody of them enters the first step.
    """
    inside = ~died
    certain = ~died
    steps = []
    for item in criteria:
        codes = statuses[item.criterion.id]
        fails = Status.NOT_MET if item.criterion.kind == "inclusion" else Status.MET
        out = codes == fails
        open_ = codes == Status.UNKNOWN
        idle = codes == Status.NOT_APPLICABLE
        entering = inside
        inside = inside & ~out
        certain = certain & ~out & ~open_
        steps.append(
            Step(
                criterion=item.criterion.id,
                entering=_count(entering),
                excluded=_count(entering & out),
                passed=_count(entering & ~out & ~open_ & ~idle),
                unknown=_count(entering & open_),
                not_applicable=_count(entering & idle),
                remaining=_count(inside),
                certain=_count(certain),
                excluded_alone=_count(out),
            )
        )
    standings = np.where(certain, 1, np.where(inside, 2, 0)).astype(np.int8)
    return standings, tuple(steps)


def _count(flags: npt.NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(flags))


def waiting_for_people(
    criteria: Sequence[BoundCriterion],
    standings: npt.NDArray[np.int8],
    reasons: Mapping[str, MaskColumn],
) -> int:
    """Undetermined persons whose every unknown waits for a signature or a better source only."""
    allowed = sum(reason.bit for reason in NOT_FROM_RECORDS)
    only = standings == 2
    for item in criteria:
        only = only & reasons[item.criterion.id].within(allowed)
    return _count(only)
