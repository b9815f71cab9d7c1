"""Shifts: in which state persons began, and in which they were later, such as laboratory values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from remit.analysis.methods.estimates import Estimate
from remit.analysis.methods.mantel_haenszel import general_association
from remit.analysis.rows.baseline_rows import counted_of, counts_by_stratum, level_counts
from remit.analysis.rows.question import COUNT, MethodQuestion, Statistic, tested
from remit.errors import MethodError


def describe_shifts(question: MethodQuestion, starts: Sequence[str]) -> Iterator[Statistic]:
    """Of each arm and state at baseline: how many, and in which state they were later.

    Args:
        question: its answers are the later state of each person, with levels; their strata are
            the state at baseline. starts: states at baseline, in order.

    Yields:
        Of each arm: `count` of the part (start), `count` and `proportion` of the part (start,
        later), a share of those who began so; `p` of general association within starts, of all.

    Raises:
        MethodError: the answers have no levels or no strata, or one began in another state.
    """
    answers = question.answers.used
    answers = answers.where(np.isin(answers.arm, question.arms))
    began = set() if answers.strata is None else set(answers.strata.tolist())
    if not answers.levels or answers.strata is None or not began <= set(starts):
        raise MethodError(
            "a shift leads from one of the states at baseline to one of the levels",
            expected=", ".join(starts),
            got=", ".join(sorted(began)) or "answers without strata",
            next_step="give the state at baseline as the stratum of each answer",
        )
    for arm in question.arms:
        of_arm = answers.of_arm(arm)
        assert of_arm.strata is not None
        for start in starts:
            here = of_arm.where(of_arm.strata == start)
            n = len(here.value)
            yield Statistic(
                method=COUNT, name="count", estimate=Estimate(float(n)), n=len(of_arm.value),
                arms=(arm,), part=(start,),
            )  # fmt: skip
            for level, count in zip(answers.levels, level_counts(here), strict=True):
                yield from counted_of(count, n, (arm,), (start, level))
    if len(answers.value):
        test = general_association(counts_by_stratum(answers, question.arms))
        yield from tested("general_association", test, len(answers.value), ())
