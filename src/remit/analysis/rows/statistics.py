"""Which methods an analysis can use, and what is counted whatever they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from remit.analysis.methods.described_values import description
from remit.analysis.methods.estimates import Estimate
from remit.analysis.rows.binary_statistics import BINARY
from remit.analysis.rows.imputed_statistics import IMPUTED_NUMBERS, IMPUTED_RESPONSES
from remit.analysis.rows.model_statistics import MODELS
from remit.analysis.rows.number_statistics import NUMBERS, OVER_VISITS
from remit.analysis.rows.question import (
    COUNT,
    WHATEVER,
    Found,
    MethodQuestion,
    Statistic,
    Taker,
    VisitsTaker,
)
from remit.analysis.rows.rank_statistics import RANKS
from remit.analysis.rows.rival_statistics import RIVALS
from remit.analysis.rows.time_statistics import TIMES, counted_times
from remit.analysis.rows.visit_answers import IN_PART, OBSERVED, VisitAnswers
from remit.protocol.analysis_sections import Analysis

SEEN = "observed answers"
NOBODY = "the arm has nobody"
BOUNDS = "bounds of the proportion"
# Methods over all visits whose numbers are of the last one.
AT_LAST = frozenset({*IMPUTED_NUMBERS, *IMPUTED_RESPONSES})


def methods_of(analysis: Analysis) -> tuple[str, ...]:
    """The names of the methods that an analysis of this kind of variable can use."""
    return (*takers_of(analysis), *over_visits_of(analysis))


def over_visits_of(analysis: Analysis) -> Mapping[str, VisitsTaker]:
    """Those of them that take the answers of all visits together."""
    if analysis.quantity is not None:
        return {**OVER_VISITS, **IMPUTED_NUMBERS}
    return IMPUTED_RESPONSES if analysis.response is not None else {}


def takers_of(analysis: Analysis) -> Mapping[str, Taker]:
    """Those of them that take the answers of one visit."""
    if analysis.quantity is not None:
        return {**NUMBERS, **RANKS}
    timed = analysis.time_to_response is not None
    return {**TIMES, **RIVALS} if timed else {**BINARY, **MODELS}


def counted(question: MethodQuestion, analysis: Analysis) -> Found:
    """What is counted whatever the methods: how many, and of numbers their mean and spread."""
    if analysis.time_to_response is not None:
        yield from counted_times(question)
        return
    binary = analysis.quantity is None
    for arm in question.arms:
        used = question.used(arm)
        n = len(used.value)
        if binary:
            count = Estimate(float(used.value.sum()))
            if not n:
                # Of nobody it is known: that is no number, and least of all nought.
                count = Estimate(None, warnings=tuple(_unknown_of(question.answers.of_arm(arm))))
            yield Statistic(method=COUNT, name="count", estimate=count, n=n, arms=(arm,))
            seen = int(np.count_nonzero(used.how == OBSERVED))
            if analysis.response is not None:
                yield Statistic(
                    method=COUNT, name=SEEN, estimate=Estimate(float(seen)), n=n, arms=(arm,)
                )
            yield from bounds_of(question, arm)
            continue
        for name, number in described(used.value.tolist()):
            estimate = Estimate(number)
            if number is None:
                estimate = Estimate(None, warnings=("too few answers",))
            yield Statistic(
                method=COUNT, name=name, estimate=estimate, n=n, arms=(arm,), unit=used.unit
            )


def _unknown_of(answers: VisitAnswers) -> Iterator[str]:
    """Why it is known of nobody."""
    if not len(answers.person):
        yield NOBODY
    for why, number in sorted(Counter(answers.how.tolist()).items()):
        yield f"of {number} not known: {why}"


def bounds_of(question: MethodQuestion, arm: str) -> Found:
    """Between which shares of an arm yes may lie, where some answers are not known."""
    count, n = question.counts(arm)
    everyone = question.answers.of_arm(arm)
    whole = len(everyone.person)
    doubtful = np.isin(everyone.how, IN_PART) & everyone.known & (everyone.value == 0)
    more = whole - n + int(np.count_nonzero(doubtful))
    if more:
        low, high = count / whole, (count + more) / whole
        bounds = Estimate(None, low, high, warnings=(WHATEVER,))
        yield Statistic(method=COUNT, name=BOUNDS, estimate=bounds, n=n, arms=(arm,))


def described(values: Sequence[float]) -> Iterator[tuple[str, float | None]]:
    """The mean and spread of numbers; None where there are too few."""
    found = description(values)
    low, high = found.extremes or (None, None)
    yield "mean", found.mean.value
    yield "standard deviation", found.deviation
    yield "median", None if found.quartiles is None else found.quartiles[1]
    yield "lowest", low
    yield "highest", high
