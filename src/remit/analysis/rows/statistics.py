"""From answers to statistics: which method takes what of them. No formula stands here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from remit.analysis.methods.covariance_analysis import ancova
from remit.analysis.methods.estimates import Estimate, Significance
from remit.analysis.methods.exact_tables import fisher_test
from remit.analysis.methods.log_rank import log_rank_test
from remit.analysis.methods.mantel_haenszel import common_odds_ratio, general_association
from remit.analysis.methods.one_proportion import clopper_pearson, jeffreys, mid_p, wilson
from remit.analysis.methods.proportional_hazards import cox_model
from remit.analysis.methods.stratified_proportions import (
    mantel_haenszel_difference,
    stratified_score_difference,
    weighted_difference,
)
from remit.analysis.methods.survival_curves import kaplan_meier
from remit.analysis.methods.two_proportions import (
    miettinen_nurminen_difference,
    newcombe_difference,
    odds_ratio,
    risk_ratio,
    score_test,
)
from remit.analysis.rows.answers import Answers
from remit.protocol.analysis_sections import Analysis

COUNT = "count"
WHATEVER = "the proportion, whatever the missing answers are"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """One number of a method, of one arm or of two.

    Attributes:
        arms: those whose answers it stands on: none, one, or the first and the second.
        n: how many answers were used.
    """

    method: str
    name: str
    estimate: Estimate
    n: int
    arms: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """The answers of one analysis and visit, as methods take them.

    Attributes:
        arms: in order. `compare`: the two that are compared; None where none are.
    """

    answers: Answers
    arms: tuple[str, ...]
    compare: tuple[str, str] | None
    level: float

    def used(self, arm: str) -> Answers:
        return self.answers.of_arm(arm).used

    def counts(self, arm: str) -> tuple[int, int]:
        """How many of an arm answer yes, and of how many."""
        used = self.used(arm)
        return int(used.value.sum()), len(used.value)

    @property
    def pair(self) -> tuple[Answers, Answers]:
        assert self.compare is not None
        return self.used(self.compare[0]), self.used(self.compare[1])

    @property
    def both(self) -> Answers:
        """The answers of the two arms that are compared."""
        assert self.compare is not None
        used = self.answers.used
        return used.where(np.isin(used.arm, self.compare))

    def strata(self) -> list[tuple[int, int, int, int]]:
        """Of each stratum the two arms' counts and numbers."""
        first, second = self.pair
        names = (
            []
            if first.strata is None or second.strata is None
            else [*dict.fromkeys([*first.strata.tolist(), *second.strata.tolist()])]
        )
        if not names:
            return [(*_count(first), *_count(second))]
        assert first.strata is not None
        assert second.strata is not None
        return [
            (
                *_count(first.where(first.strata == name)),
                *_count(second.where(second.strata == name)),
            )
            for name in sorted(names)
        ]


def _count(answers: Answers) -> tuple[int, int]:
    return int(answers.value.sum()), len(answers.value)


Found = Iterator[Statistic]
Taker = Callable[[str, Question], Found]


def _of_each(interval: Callable[..., Estimate], name: str) -> Taker:
    """A method of one arm's count and number, for each arm."""

    def take(method: str, question: Question) -> Found:
        for arm in question.arms:
            count, n = question.counts(arm)
            estimate = interval(count, n, level=question.level)
            yield Statistic(method=method, name=name, estimate=estimate, n=n, arms=(arm,))

    return take


def _of_two(interval: Callable[..., Estimate], name: str) -> Taker:
    """A method of two arms' counts and numbers."""

    def take(method: str, question: Question) -> Found:
        if question.compare is None:
            return
        (count_1, n_1), (count_2, n_2) = map(_count, question.pair)
        estimate = interval(count_1, n_1, count_2, n_2, level=question.level)
        yield Statistic(
            method=method, name=name, estimate=estimate, n=n_1 + n_2, arms=question.compare
        )

    return take


def _tested(method: str, test: Significance, n: int, arms: tuple[str, ...]) -> Found:
    """The p value of a test, its statistic and its degrees of freedom where it has them."""
    yield Statistic(
        method=method, name="p", estimate=Estimate(test.p, warnings=test.warnings), n=n, arms=arms
    )
    for name, number in (("statistic", test.statistic), ("df", test.df)):
        if number is not None:
            yield Statistic(method=method, name=name, estimate=Estimate(number), n=n, arms=arms)


def _test_of_two(test: Callable[..., Significance]) -> Taker:
    def take(method: str, question: Question) -> Found:
        if question.compare is None:
            return
        (count_1, n_1), (count_2, n_2) = map(_count, question.pair)
        found = test(count_1, n_1, count_2, n_2)
        yield from _tested(method, found, n_1 + n_2, question.compare)

    return take


def _fisher(count_1: int, n_1: int, count_2: int, n_2: int) -> Significance:
    if not n_1 or not n_2:
        return Significance(None, warnings=("an arm has nobody",))
    return fisher_test([[count_1, n_1 - count_1], [count_2, n_2 - count_2]])


def _over_strata(interval: Callable[..., Estimate], name: str) -> Taker:
    def take(method: str, question: Question) -> Found:
        if question.compare is None:
            return
        strata = question.strata()
        estimate = interval(strata, level=question.level)
        n = sum(row[1] + row[3] for row in strata)
        yield Statistic(method=method, name=name, estimate=estimate, n=n, arms=question.compare)

    return take


def _tables(question: Question) -> list[list[list[int]]]:
    return [[[a, n - a], [b, m - b]] for a, n, b, m in question.strata()]


def _association(method: str, question: Question) -> Found:
    if question.compare is None:
        return
    n = len(question.both.value)
    yield from _tested(method, general_association(_tables(question)), n, question.compare)


def _common_odds(method: str, question: Question) -> Found:
    if question.compare is None:
        return
    estimate = common_odds_ratio(_tables(question), level=question.level)
    n = len(question.both.value)
    yield Statistic(method=method, name="odds ratio", estimate=estimate, n=n, arms=question.compare)


def _ancova(method: str, question: Question) -> Found:
    if question.compare is None:
        return
    both = question.both
    whole = np.ones(len(both.value), np.bool_)
    for column in both.baseline.values():
        whole &= ~np.isnan(column)
    left = int(np.count_nonzero(~whole))
    both = both.where(whole)
    warned = (f"{left} left out without a covariate",) if left else ()
    covariates = []
    for name, column in both.baseline.items():
        if len(set(column.tolist())) > 1:
            covariates.append(column.tolist())
        else:
            warned = (*warned, f"without the covariate {name}, which is the same for all")
    if set(both.arm.tolist()) != set(question.compare):
        warned = (*warned, "an arm has nobody")
        empty = Estimate(None, level=question.level, warnings=warned)
        yield Statistic(
            method=method, name="difference", estimate=empty, n=len(both.value),
            arms=question.compare, unit=both.unit,
        )  # fmt: skip
        return
    model = ancova(
        both.value.tolist(),
        both.arm.tolist(),
        covariates=covariates,
        factors=[] if both.strata is None else [[word] for word in both.strata.tolist()],
        level=question.level,
    )
    for arm in question.compare:
        n = len(both.of_arm(arm).value)
        yield Statistic(
            method=method, name="adjusted mean", estimate=model.means[arm], n=n, arms=(arm,),
            unit=both.unit,
        )  # fmt: skip
    for contrast in model.contrasts:
        sign = 1 if contrast.groups == question.compare else -1
        if set(contrast.groups) != set(question.compare):
            continue
        estimate = contrast.difference if sign == 1 else _turned(contrast.difference)
        warned_too = (*estimate.warnings, *warned)
        estimate = Estimate(estimate.value, estimate.low, estimate.high, estimate.level, warned_too)
        n = len(both.value)
        yield Statistic(
            method=method, name="difference", estimate=estimate, n=n, arms=question.compare,
            unit=both.unit,
        )  # fmt: skip
        test = contrast.test
        if sign < 0 and test.statistic is not None:
            test = Significance(test.p, -test.statistic, test.df, test.warnings)
        yield from _tested(method, test, n, question.compare)


def _turned(estimate: Estimate) -> Estimate:
    def minus(number: float | None) -> float | None:
        return None if number is None else -number

    return Estimate(
        minus(estimate.value), minus(estimate.high), minus(estimate.low), estimate.level,
        estimate.warnings,
    )  # fmt: skip


def _curves(method: str, question: Question) -> Found:
    for arm in question.arms:
        used = question.used(arm)
        assert used.event is not None
        n = len(used.value)
        events = int(used.event.sum())
        yield Statistic(
            method=COUNT, name="events", estimate=Estimate(float(events)), n=n, arms=(arm,)
        )
        if not n:
            empty = Estimate(None, level=question.level, warnings=("an arm has nobody",))
            yield Statistic(method=method, name="median", estimate=empty, n=0, arms=(arm,))
            continue
        curve = kaplan_meier(used.value.tolist(), used.event.tolist(), level=question.level)
        yield Statistic(
            method=method,
            name="median",
            estimate=curve.quantile(),
            n=n,
            arms=(arm,),
            unit=used.unit,
        )


def _log_rank(method: str, question: Question) -> Found:
    if question.compare is None:
        return
    both = question.both
    assert both.event is not None
    if len(set(both.arm.tolist())) < 2:
        test = Significance(None, warnings=("an arm has nobody",))
    else:
        test = log_rank_test(
            both.value.tolist(),
            both.event.tolist(),
            both.arm.tolist(),
            strata=None if both.strata is None else both.strata.tolist(),
        )
    yield from _tested(method, test, len(both.value), question.compare)


def _cox(method: str, question: Question) -> Found:
    if question.compare is None:
        return
    both = question.both
    assert both.event is not None
    n = len(both.value)
    if not both.event.any() or len(set(both.arm.tolist())) < 2:
        why = "no event was seen" if not both.event.any() else "an arm has nobody"
        empty = Estimate(None, level=question.level, warnings=(why,))
        yield Statistic(
            method=method, name="hazard ratio", estimate=empty, n=n, arms=question.compare
        )
        return
    first = [[float(arm == question.compare[0])] for arm in both.arm.tolist()]
    model = cox_model(
        both.value.tolist(),
        both.event.tolist(),
        first,
        strata=None if both.strata is None else both.strata.tolist(),
        level=question.level,
    )
    yield Statistic(
        method=method, name="hazard ratio", estimate=model.ratios[0], n=n, arms=question.compare
    )
    yield from _tested(method, model.tests[0], n, question.compare)


BINARY: Mapping[str, Taker] = {
    "clopper_pearson": _of_each(clopper_pearson, "proportion"),
    "wilson": _of_each(wilson, "proportion"),
    "jeffreys": _of_each(jeffreys, "proportion"),
    "mid_p": _of_each(mid_p, "proportion"),
    "newcombe_difference": _of_two(newcombe_difference, "risk difference"),
    "miettinen_nurminen_difference": _of_two(miettinen_nurminen_difference, "risk difference"),
    "risk_ratio": _of_two(risk_ratio, "risk ratio"),
    "odds_ratio": _of_two(odds_ratio, "odds ratio"),
    "score_test": _test_of_two(score_test),
    "fisher_test": _test_of_two(_fisher),
    "mantel_haenszel_difference": _over_strata(mantel_haenszel_difference, "risk difference"),
    "stratified_score_difference": _over_strata(stratified_score_difference, "risk difference"),
    "weighted_difference": _over_strata(weighted_difference, "risk difference"),
    "general_association": _association,
    "common_odds_ratio": _common_odds,
}
NUMBERS: Mapping[str, Taker] = {"ancova": _ancova}
TIMES: Mapping[str, Taker] = {
    "kaplan_meier": _curves,
    "log_rank_test": _log_rank,
    "cox_model": _cox,
}


def takers_of(analysis: Analysis) -> Mapping[str, Taker]:
    """The methods that an analysis of this kind of variable can use, by name."""
    if analysis.quantity is not None:
        return NUMBERS
    return TIMES if analysis.time_to_response is not None else BINARY


def counted(question: Question, analysis: Analysis) -> Found:
    """What is counted whatever the methods: how many, and of numbers their mean and spread."""
    if analysis.time_to_response is not None:
        return
    binary = analysis.quantity is None
    for arm in question.arms:
        used = question.used(arm)
        n = len(used.value)
        if binary:
            count = int(used.value.sum())
            yield Statistic(
                method=COUNT, name="count", estimate=Estimate(float(count)), n=n, arms=(arm,)
            )
            missing = len(question.answers.of_arm(arm).person) - n
            if missing:
                low, high = count / (n + missing), (count + missing) / (n + missing)
                bounds = Estimate(None, low, high, warnings=(WHATEVER,))
                yield Statistic(
                    method=COUNT, name="bounds of the proportion", estimate=bounds, n=n, arms=(arm,)
                )
            continue
        for name, number in _described(used.value.tolist()):
            estimate = Estimate(number)
            if number is None:
                estimate = Estimate(None, warnings=("too few answers",))
            yield Statistic(
                method=COUNT, name=name, estimate=estimate, n=n, arms=(arm,), unit=used.unit
            )


def _described(values: Sequence[float]) -> Iterator[tuple[str, float | None]]:
    n = len(values)
    yield "mean", float(np.mean(values)) if n else None
    yield "standard deviation", float(np.std(values, ddof=1)) if n > 1 else None
    yield "median", float(np.median(values)) if n else None
    yield "lowest", min(values) if n else None
    yield "highest", max(values) if n else None
