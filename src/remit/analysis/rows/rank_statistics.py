"""Numbers of two arms compared without a model: by means, by ranks, and how far they lie apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from remit.analysis.methods.described_values import mean_difference, mean_difference_test
from remit.analysis.methods.estimates import Estimate, Significance
from remit.analysis.methods.rank_tests import (
    asymptotic_shift,
    exact_rank_sum_test,
    exact_shift,
    rank_sum_test,
    van_elteren_test,
)
from remit.analysis.rows.question import Found, MethodQuestion, Statistic, Taker, tested
from remit.analysis.rows.visit_answers import VisitAnswers


def _apart(interval: Callable[..., Estimate], name: str) -> Taker:
    """How far the first arm lies above the second."""

    def take(method: str, question: MethodQuestion) -> Found:
        if question.compare is None:
            return
        first, second = (one.value.tolist() for one in question.pair)
        estimate = interval(first, second, level=question.level)
        yield Statistic(
            method=method, name=name, estimate=estimate, n=len(first) + len(second),
            arms=question.compare, unit=question.answers.unit,
        )  # fmt: skip

    return take


def _test(test: Callable[..., Significance]) -> Taker:
    def take(method: str, question: MethodQuestion) -> Found:
        if question.compare is None:
            return
        first, second = (one.value.tolist() for one in question.pair)
        yield from tested(method, test(first, second), len(first) + len(second), question.compare)

    return take


def _within_strata(method: str, question: MethodQuestion) -> Found:
    if question.compare is None:
        return
    first, second = question.pair
    parts = [(first, second)]
    if first.strata is not None and second.strata is not None:
        names = sorted({*first.strata.tolist(), *second.strata.tolist()})
        parts = [(_of(first, name), _of(second, name)) for name in names]
    each = [[part[at].value.tolist() for part in parts] for at in (0, 1)]
    test = van_elteren_test(each[0], each[1])
    yield from tested(method, test, len(first.value) + len(second.value), question.compare)


def _of(answers: VisitAnswers, stratum: str) -> VisitAnswers:
    return answers.where(np.asarray(answers.strata == stratum, np.bool_))


RANKS: Mapping[str, Taker] = {
    "mean_difference": _apart(mean_difference, "difference"),
    "mean_difference_test": _test(mean_difference_test),
    "asymptotic_shift": _apart(asymptotic_shift, "median of differences"),
    "exact_shift": _apart(exact_shift, "median of differences"),
    "rank_sum_test": _test(rank_sum_test),
    "exact_rank_sum_test": _test(exact_rank_sum_test),
    "van_elteren_test": _within_strata,
}
