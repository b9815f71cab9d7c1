"""Arms compared by a regression: the odds ratio of the first, adjusted for what the plan names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from remit.analysis.methods.estimates import Estimate, Significance
from remit.analysis.methods.exact_logistic import exact_logistic
from remit.analysis.methods.logistic_regression import (
    LogisticModel,
    firth_regression,
    logistic_regression,
)
from remit.analysis.rows.question import Found, MethodQuestion, Statistic, Taker, tested
from remit.analysis.rows.visit_answers import VisitAnswers

NOBODY = "an arm has nobody"
RATIO = "odds ratio"


@dataclass(frozen=True, slots=True)
class ArmDesign:
    """The persons of two arms as a regression takes them.

    Attributes:
        answers: of those of whom all covariates are known.
        columns: a row a person: 1 in the first arm, then covariates, then a column each stratum
            but the first.
        told: who was left out, and what is the same for all.
    """

    answers: VisitAnswers
    columns: list[list[float]]
    told: tuple[str, ...]

    @property
    def lacks_an_arm(self) -> bool:
        return len({row[0] for row in self.columns}) < 2


def arm_design(question: MethodQuestion, *, strata: bool = True) -> ArmDesign:
    """The two arms that are compared, with covariates at baseline and strata that differ.

    Args:
        strata: whether strata are columns too.
    """
    assert question.compare is not None
    both = question.both
    known = np.ones(len(both.value), np.bool_)
    for column in both.baseline.values():
        known &= ~np.isnan(column)
    left = int(np.count_nonzero(~known))
    told = [f"{left} left out without a covariate"] if left else []
    both = both.where(known)
    columns = [(both.arm == question.compare[0]).astype(float).tolist()]
    for name, column in both.baseline.items():
        if len(set(column.tolist())) > 1:
            columns.append(column.tolist())
        else:
            told.append(f"without the covariate {name}, which is the same for all")
    if strata and both.strata is not None:
        for name in sorted(set(both.strata.tolist()))[1:]:
            columns.append((both.strata == name).astype(float).tolist())
    return ArmDesign(both, [list(row) for row in zip(*columns, strict=True)], tuple(told))


def _logistic(fit: Callable[..., LogisticModel], *, profile: bool) -> Taker:
    """Args: profile: whether interval and test are those of the likelihood, not Wald's."""

    def take(method: str, question: MethodQuestion) -> Found:
        if question.compare is None:
            return
        design = arm_design(question)
        n = len(design.answers.value)
        if design.lacks_an_arm:
            yield from _nothing(method, question, n)
            return
        model = fit(design.answers.value.astype(int).tolist(), design.columns, level=question.level)
        ratio = model.profile[0] if profile else model.ratios[0]
        test = model.likelihood_ratios[0] if profile else model.tests[0]
        yield from _ratio(method, question, ratio, test, n=n, told=(*model.warnings, *design.told))

    return take


def _exact(method: str, question: MethodQuestion) -> Found:
    if question.compare is None:
        return
    design = arm_design(question)
    n = len(design.answers.value)
    if design.lacks_an_arm:
        yield from _nothing(method, question, n)
        return
    yes = design.answers.value.astype(int).tolist()
    model = exact_logistic(yes, design.columns, level=question.level)
    yield from _ratio(method, question, model.ratio, model.test, n=n, told=design.told)


def _ratio(
    method: str,
    question: MethodQuestion,
    ratio: Estimate,
    test: Significance,
    *,
    n: int,
    told: tuple[str, ...],
) -> Found:
    assert question.compare is not None
    warnings = tuple(dict.fromkeys((*ratio.warnings, *told)))
    yield Statistic(
        method=method, name=RATIO, estimate=replace(ratio, warnings=warnings), n=n,
        arms=question.compare,
    )  # fmt: skip
    yield from tested(method, test, n, question.compare)


def _nothing(method: str, question: MethodQuestion, n: int) -> Found:
    assert question.compare is not None
    empty = Estimate(None, level=question.level, warnings=(NOBODY,))
    yield Statistic(method=method, name=RATIO, estimate=empty, n=n, arms=question.compare)


MODELS: Mapping[str, Taker] = {
    "logistic_regression": _logistic(logistic_regression, profile=True),
    "firth_regression": _logistic(firth_regression, profile=True),
    "exact_logistic": _exact,
}
