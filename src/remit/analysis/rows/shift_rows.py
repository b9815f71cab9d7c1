"""Shifts: in which state persons began, and in which they were later, such as laboratory values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from remit.analysis.methods.estimates import Estimate
from remit.analysis.methods.mantel_haenszel import general_association
from remit.analysis.rows.baseline_rows import counted_of, counts_by_stratum, level_counts
from remit.analysis.rows.question import COUNT, MethodQuestion, Statistic, tested
from remit.analysis.rows.visit_answers import VisitAnswers
from remit.errors import MethodError

NO_START = "no answer at the start"


def describe_shifts(
    question: MethodQuestion, starts: Sequence[str], *, tested_too: bool = True
) -> Iterator[Statistic]:
    """Of each arm and state at baseline: how many, and in which state they were later.

    Args:
        question: its answers are the later state of each person, with levels; their strata are
            the state at baseline. starts: states at baseline, in order.
        tested_too: whether the arms are compared.

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
    if tested_too and len(answers.value):
        test = general_association(counts_by_stratum(answers, question.arms))
        yield from tested("general_association", test, len(answers.value), ())


def in_bands(answers: VisitAnswers, bounds: Sequence[float], levels: Sequence[str]) -> VisitAnswers:
    """Numbers as words: below the first bound, from it to below the next, and so on.

    Args:
        bounds: rising; one fewer than levels.

    Raises:
        MethodError: they do not rise, or are not one fewer.
    """
    if len(bounds) != len(levels) - 1 or any(b <= a for a, b in pairwise(bounds)):
        raise MethodError(
            "bands lie between bounds that rise, one fewer than the bands",
            expected=f"{len(levels) - 1} bounds",
            got=", ".join(f"{bound:g}" for bound in bounds) or "none",
            next_step="give the lower end of each band but the first",
        )
    band = np.searchsorted(np.asarray(bounds, np.float64), answers.value, side="right")
    value = np.where(answers.known, band.astype(np.float64), 0.0)
    return replace(answers, value=value, unit="", levels=tuple(levels))


def from_start(later: VisitAnswers, start: VisitAnswers) -> VisitAnswers:
    """Later answers in words, parted by what the same persons answered at the start.

    Who has no answer at the start has none here: there is nothing to have shifted from.

    Raises:
        MethodError: the answers at the start are no words.
    """
    if not start.levels:
        raise MethodError(
            "a shift begins in one of some states",
            expected="answers at the start with levels",
            got="numbers",
            next_step="part them in bands",
        )
    began = start.used
    words = {
        person: start.levels[int(value)]
        for person, value in zip(began.person.tolist(), began.value.tolist(), strict=True)
    }
    known = later.known & np.isin(later.person, began.person)
    return replace(
        later,
        known=known,
        value=np.where(known, later.value, 0.0),
        how=np.where(later.known & ~known, NO_START, later.how),
        strata=np.array([words.get(person, "") for person in later.person.tolist()], np.str_),
    )
