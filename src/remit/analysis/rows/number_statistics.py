"""Statistics of numbers at visits: their changes, and how arms differ in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from remit.analysis.methods.covariance_analysis import ancova
from remit.analysis.methods.estimates import Estimate, Significance
from remit.analysis.methods.one_mean import mean_interval
from remit.analysis.methods.repeated_measures import repeated_measures
from remit.analysis.rows.question import Found, MethodQuestion, Statistic, Taker, tested
from remit.analysis.rows.visit_answers import VisitAnswers


def _means(method: str, question: MethodQuestion) -> Found:
    for arm in question.arms:
        used = question.used(arm)
        estimate = mean_interval(used.value.tolist(), level=question.level)
        yield Statistic(
            method=method, name="mean", estimate=estimate, n=len(used.value), arms=(arm,),
            unit=used.unit,
        )  # fmt: skip


def _complete(both: VisitAnswers) -> tuple[VisitAnswers, list[list[float]], tuple[str, ...]]:
    """VisitAnswers with all covariates, those covariates that differ, and what is left out."""
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
    return both, covariates, warned


def _warned(estimate: Estimate, warned: tuple[str, ...]) -> Estimate:
    return Estimate(
        estimate.value, estimate.low, estimate.high, estimate.level, (*estimate.warnings, *warned)
    )


def _ancova(method: str, question: MethodQuestion) -> Found:
    if question.compare is None:
        return
    both, covariates, warned = _complete(question.both)
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
        estimate = _warned(estimate, warned)
        n = len(both.value)
        yield Statistic(
            method=method, name="difference", estimate=estimate, n=n, arms=question.compare,
            unit=both.unit,
        )  # fmt: skip
        test = contrast.test
        if sign < 0 and test.statistic is not None:
            test = Significance(test.p, -test.statistic, test.df, test.warnings)
        yield from tested(method, test, n, question.compare)


def _turned(estimate: Estimate) -> Estimate:
    def minus(number: float | None) -> float | None:
        return None if number is None else -number

    return Estimate(
        minus(estimate.value), minus(estimate.high), minus(estimate.low), estimate.level,
        estimate.warnings,
    )  # fmt: skip


def _repeated(method: str, questions: Sequence[MethodQuestion]) -> Found:
    """The arms compared at each visit in one model of all visits."""
    compare = questions[0].compare
    if compare is None:
        return
    parts = [_complete(question.both) for question in questions]
    together = [part for part in parts if len(part[0].value)]
    columns: list[list[float]] = [
        [value for both, _, _ in together for value in both.baseline[name].tolist()]
        for name in questions[0].answers.baseline
    ]
    names = list(questions[0].answers.baseline)
    same = [name for name, column in zip(names, columns, strict=True) if len(set(column)) < 2]
    warned = tuple(f"without the covariate {name}, which is the same for all" for name in same)
    warned += tuple(dict.fromkeys(w for _, _, told in parts for w in told if "left out" in w))
    strata = [word for both, _, _ in together for word in _words(both)]
    # The second arm first: differences are of later groups less earlier ones.
    rows = [
        (both.arm[place], both.person[place], float(number), float(both.value[place]))
        for number, (both, _, _) in enumerate(together)
        for place in range(len(both.value))
    ]
    order = sorted(range(len(rows)), key=lambda place: rows[place][0] != compare[1])
    model = repeated_measures(
        [rows[place][3] for place in order],
        [str(rows[place][0]) for place in order],
        persons=[int(rows[place][1]) for place in order],
        visits=[rows[place][2] for place in order],
        covariates=[
            [column[place] for place in order] for column in columns if len(set(column)) > 1
        ],
        factors=[] if not strata else [[strata[place] for place in order]],
        level=questions[0].level,
    )
    at = {float(number): both for number, (both, _, _) in enumerate(together)}
    for mean in model.means:
        assert mean.visit is not None
        here = at[mean.visit]
        yield Statistic(
            method=method, name="adjusted mean", estimate=_warned(mean.mean, warned),
            n=len(here.of_arm(mean.group).value), arms=(mean.group,), unit=here.unit,
            visit=here.visit,
        )  # fmt: skip
    for contrast in model.contrasts:
        assert contrast.visit is not None
        here = at[contrast.visit]
        n = len(here.value)
        yield Statistic(
            method=method, name="difference", estimate=_warned(contrast.difference, warned), n=n,
            arms=compare, unit=here.unit, visit=here.visit,
        )  # fmt: skip
        for statistic in tested(method, contrast.test, n, compare):
            yield replace(statistic, visit=here.visit)


def _words(answers: VisitAnswers) -> list[str]:
    return [] if answers.strata is None else [str(word) for word in answers.strata]


# Methods that use the answers of all visits of a person.
OVER_VISITS: Mapping[str, Callable[[str, Sequence[MethodQuestion]], Found]] = {
    "repeated_measures": _repeated,
}
NUMBERS: Mapping[str, Taker] = {"mean_interval": _means, "ancova": _ancova}
