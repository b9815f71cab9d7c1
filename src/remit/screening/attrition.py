"""Person-level attrition: how many persons each criterion takes away, and how many stay open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from remit.protocol.bound import BoundCriterion
from remit.screening.masks import MaskColumn
from remit.truth import Reason, Status

Flags = npt.NDArray[np.bool_]

# Reasons that no further record can remove: a signature or a better source is needed.
NOT_FROM_RECORDS = (
    Reason.NEEDS_ATTESTATION,
    Reason.INCOMPLETE,
    Reason.LOSSY_OPERATOR,
    Reason.NOT_IN_DATA,
    Reason.NOT_WRITTEN,
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


_COUNTS = tuple(item.name for item in fields(Step) if item.name != "criterion")


@dataclass(frozen=True, slots=True)
class StepPersons:
    """Who is counted in a step: one flag a person each, named as the counts of `Step`."""

    criterion: str
    entering: Flags
    excluded: Flags
    passed: Flags
    unknown: Flags
    not_applicable: Flags
    remaining: Flags
    certain: Flags


def step_persons(
    criteria: Sequence[BoundCriterion],
    statuses: Mapping[str, npt.NDArray[np.int8]],
    died: Flags,
    *,
    may_have_died: Flags | None = None,
) -> Iterator[StepPersons]:
    """Who is where, step by step, in the criteria's order.

    An inclusion passes when it is met, an exclusion when it is not met; not applicable passes both.

    Args:
        died: who died before the screening: nobody of them enters the first step.
        may_have_died: who may have: nobody of them is eligible for certain.
    """
    inside, certain = _living(died, may_have_died)
    for item in criteria:
        out, open_, idle = _answers(item, statuses)
        entering = inside
        inside = inside & ~out
        certain = certain & ~out & ~open_
        yield StepPersons(
            item.criterion.id,
            entering=entering,
            excluded=entering & out,
            passed=inside & ~open_ & ~idle,
            unknown=entering & open_,
            not_applicable=entering & idle,
            remaining=inside,
            certain=certain,
        )


def count_attrition(
    criteria: Sequence[BoundCriterion],
    statuses: Mapping[str, npt.NDArray[np.int8]],
    died: Flags,
    *,
    may_have_died: Flags | None = None,
) -> tuple[npt.NDArray[np.int8], tuple[Step, ...]]:
    """Each person's standing (codes of `Standing`) and the steps, as `step_persons` has them."""
    steps = []
    inside, certain = _living(died, may_have_died)
    entering = _count(inside)
    for item in criteria:
        out, open_, idle = _answers(item, statuses)
        inside = inside & ~out
        # Nobody of those left is out, so that the rest of them passed.
        unknown = inside & open_
        certain = certain & ~out & ~open_
        remaining, unknowns, idles = _count(inside), _count(unknown), _count(inside & idle)
        steps.append(
            Step(
                criterion=item.criterion.id,
                entering=entering,
                excluded=entering - remaining,
                passed=remaining - unknowns - idles,
                unknown=unknowns,
                not_applicable=idles,
                remaining=remaining,
                certain=_count(certain),
                excluded_alone=_count(out),
            )
        )
        entering = remaining
    # 1 where certain, 2 where inside and not certain; nobody is certain who is not inside.
    standings = inside.view(np.int8) * np.int8(2) - certain.view(np.int8)
    return standings, tuple(steps)


def _living(died: Flags, may_have_died: Flags | None) -> tuple[Flags, Flags]:
    """Who enters the first step, and who does for certain."""
    return ~died, ~died if may_have_died is None else ~died & ~may_have_died


def _answers(
    item: BoundCriterion, statuses: Mapping[str, npt.NDArray[np.int8]]
) -> tuple[Flags, Flags, Flags]:
    """Whom a criterion excludes, for whom it is unknown, and to whom it does not apply."""
    codes = statuses[item.criterion.id]
    fails = Status.NOT_MET if item.criterion.kind == "inclusion" else Status.MET
    # Numpy takes a member of an enumeration for 64 bits, and would widen the codes.
    return codes == int(fails), codes == int(Status.UNKNOWN), codes == int(Status.NOT_APPLICABLE)


def added_steps(parts: Sequence[tuple[Step, ...]]) -> tuple[Step, ...]:
    """The steps of all persons from those of some persons each, the same criteria in all."""
    return tuple(
        Step(same[0].criterion, *(sum(getattr(step, name) for step in same) for name in _COUNTS))
        for same in zip(*parts, strict=True)
    )


def _count(flags: Flags) -> int:
    return int(np.count_nonzero(flags))


def waiting_for_people(
    criteria: Sequence[BoundCriterion],
    standings: npt.NDArray[np.int8],
    reasons: Mapping[str, MaskColumn],
) -> Flags:
    """The undetermined whose every unknown waits for a signature or a better source only."""
    allowed = sum(reason.bit for reason in NOT_FROM_RECORDS)
    only: Flags = standings == 2
    for item in criteria:
        only = only & reasons[item.criterion.id].within(allowed)
    return only
