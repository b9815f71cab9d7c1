"""Statistics of answers that are yes or no."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from remit.analysis.methods.estimates import Estimate, Significance
from remit.analysis.methods.exact_differences import exact_difference
from remit.analysis.methods.exact_tables import fisher_test
from remit.analysis.methods.mantel_haenszel import common_odds_ratio, general_association
from remit.analysis.methods.one_proportion import clopper_pearson, jeffreys, mid_p, wilson
from remit.analysis.methods.plain_proportions import agresti_caffo_difference, agresti_coull
from remit.analysis.methods.ratio_bounds import (
    breslow_day_test,
    common_risk_ratio,
    score_risk_ratio,
)
from remit.analysis.methods.stratified_proportions import (
    mantel_haenszel_difference,
    stratified_score_difference,
    weighted_difference,
)
from remit.analysis.methods.two_proportions import (
    miettinen_nurminen_difference,
    newcombe_difference,
    odds_ratio,
    risk_ratio,
    score_test,
)
from remit.analysis.methods.unconditional_tests import barnard_test, boschloo_test, fisher_mid_p
from remit.analysis.rows.question import Found, MethodQuestion, Statistic, Taker, tested, yes_of


def _of_each(interval: Callable[..., Estimate], name: str) -> Taker:
    """A method of one arm's count and number, for each arm."""

    def take(method: str, question: MethodQuestion) -> Found:
        for arm in question.arms:
            count, n = question.counts(arm)
            estimate = interval(count, n, level=question.level)
            yield Statistic(method=method, name=name, estimate=estimate, n=n, arms=(arm,))

    return take


def _of_two(interval: Callable[..., Estimate], name: str) -> Taker:
    """A method of two arms' counts and numbers."""

    def take(method: str, question: MethodQuestion) -> Found:
        if question.compare is None:
            return
        (count_1, n_1), (count_2, n_2) = map(yes_of, question.pair)
        estimate = interval(count_1, n_1, count_2, n_2, level=question.level)
        yield Statistic(
            method=method, name=name, estimate=estimate, n=n_1 + n_2, arms=question.compare
        )

    return take


def _test_of_two(test: Callable[..., Significance]) -> Taker:
    def take(method: str, question: MethodQuestion) -> Found:
        if question.compare is None:
            return
        (count_1, n_1), (count_2, n_2) = map(yes_of, question.pair)
        found = test(count_1, n_1, count_2, n_2)
        yield from tested(method, found, n_1 + n_2, question.compare)

    return take


def _fisher(count_1: int, n_1: int, count_2: int, n_2: int) -> Significance:
    if not n_1 or not n_2:
        return Significance(None, warnings=("an arm has nobody",))
    return fisher_test([[count_1, n_1 - count_1], [count_2, n_2 - count_2]])


def _over_strata(interval: Callable[..., Estimate], name: str) -> Taker:
    def take(method: str, question: MethodQuestion) -> Found:
        if question.compare is None:
            return
        strata = question.strata()
        estimate = interval(strata, level=question.level)
        n = sum(row[1] + row[3] for row in strata)
        yield Statistic(method=method, name=name, estimate=estimate, n=n, arms=question.compare)

    return take


def _tables(question: MethodQuestion) -> list[list[list[int]]]:
    return [[[a, n - a], [b, m - b]] for a, n, b, m in question.strata()]


def _association(method: str, question: MethodQuestion) -> Found:
    if question.compare is None:
        return
    n = len(question.both.value)
    yield from tested(method, general_association(_tables(question)), n, question.compare)


def _one_odds_ratio(method: str, question: MethodQuestion) -> Found:
    if question.compare is None:
        return
    n = len(question.both.value)
    yield from tested(method, breslow_day_test(question.strata()), n, question.compare)


def _common_odds(method: str, question: MethodQuestion) -> Found:
    if question.compare is None:
        return
    estimate = common_odds_ratio(_tables(question), level=question.level)
    n = len(question.both.value)
    yield Statistic(method=method, name="odds ratio", estimate=estimate, n=n, arms=question.compare)


BINARY: Mapping[str, Taker] = {
    "clopper_pearson": _of_each(clopper_pearson, "proportion"),
    "wilson": _of_each(wilson, "proportion"),
    "agresti_coull": _of_each(agresti_coull, "proportion"),
    "jeffreys": _of_each(jeffreys, "proportion"),
    "mid_p": _of_each(mid_p, "proportion"),
    "newcombe_difference": _of_two(newcombe_difference, "risk difference"),
    "miettinen_nurminen_difference": _of_two(miettinen_nurminen_difference, "risk difference"),
    "agresti_caffo_difference": _of_two(agresti_caffo_difference, "risk difference"),
    "exact_difference": _of_two(exact_difference, "risk difference"),
    "risk_ratio": _of_two(risk_ratio, "risk ratio"),
    "score_risk_ratio": _of_two(score_risk_ratio, "risk ratio"),
    "odds_ratio": _of_two(odds_ratio, "odds ratio"),
    "score_test": _test_of_two(score_test),
    "fisher_test": _test_of_two(_fisher),
    "fisher_mid_p": _test_of_two(fisher_mid_p),
    "boschloo_test": _test_of_two(boschloo_test),
    "barnard_test": _test_of_two(barnard_test),
    "mantel_haenszel_difference": _over_strata(mantel_haenszel_difference, "risk difference"),
    "stratified_score_difference": _over_strata(stratified_score_difference, "risk difference"),
    "weighted_difference": _over_strata(weighted_difference, "risk difference"),
    "common_risk_ratio": _over_strata(common_risk_ratio, "risk ratio"),
    "breslow_day_test": _one_odds_ratio,
    "general_association": _association,
    "common_odds_ratio": _common_odds,
}
