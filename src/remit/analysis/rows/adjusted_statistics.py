"""Means adjusted for covariates and strata: of one visit, of a dose, and over all visits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from remit.analysis.methods.covariance_analysis import (
    AdjustedMeans,
    Contrast,
    ancova,
    trend_analysis,
)
from remit.analysis.methods.estimates import Estimate, Significance
from remit.analysis.methods.repeated_measures import (
    VisitContrast,
    repeated_measures,
)
from remit.analysis.rows.question import Found, MethodQuestion, Statistic, tested
from remit.analysis.rows.visit_answers import VisitAnswers

Pair = tuple[str, str]
EMPTY_ARM = "an arm has nobody"
CONSTANT = "without the covariate {}, which is the same for all"
OVERALL = ""  # the visit of what is averaged over visits


def compared_adjusted(method: str, question: MethodQuestion) -> Found:
    """The adjusted means of the two arms that are compared, and their difference."""
    if question.compare is not None:
        yield from adjusted_means(_of_compared(question), [question.compare], method=method)


def compared_over_visits(method: str, questions: Sequence[MethodQuestion]) -> Found:
    """The same of the two arms at each visit, in one model of all visits."""
    compare = questions[0].compare
    if compare is not None:
        asked = [_of_compared(question) for question in questions]
        yield from repeated_means(asked, [compare], method=method)


def _of_compared(question: MethodQuestion) -> MethodQuestion:
    assert question.compare is not None
    return replace(question, arms=question.compare)


def adjusted_means(
    question: MethodQuestion, pairs: Sequence[Pair], *, method: str = "ancova"
) -> Found:
    """The adjusted mean of each arm, and the difference of each pair of them.

    All arms of the question stand in one model, with its covariates at baseline and its strata.
    """
    modelled = _modelled(question)
    here = set(modelled.answers.arm.tolist())
    if here != set(question.arms):
        for pair in pairs:
            empty = Estimate(None, level=question.level, warnings=(*modelled.told, EMPTY_ARM))
            n = len(modelled.answers.value)
            yield Statistic(
                method=method, name="difference", estimate=empty, n=n, arms=pair,
                unit=modelled.answers.unit,
            )  # fmt: skip
        return
    model = ancova(
        modelled.answers.value.tolist(),
        modelled.answers.arm.tolist(),
        covariates=modelled.covariates,
        factors=modelled.factors,
        level=question.level,
    )
    yield from _of_model(method, modelled, model, question.arms, pairs)


def dose_response(question: MethodQuestion, doses: Mapping[str, float]) -> Found:
    """Whether answers rise or fall with the dose, adjusted as `adjusted_means`.

    Args:
        doses: arm -> its dose.
    """
    modelled = _modelled(question)
    answers = modelled.answers
    trend = trend_analysis(
        answers.value.tolist(),
        [doses[arm] for arm in answers.arm.tolist()],
        covariates=modelled.covariates,
        factors=modelled.factors,
        level=question.level,
    )
    n = len(answers.value)
    slope = _told(trend.slope, modelled.told)
    yield Statistic(method="trend_analysis", name="slope", estimate=slope, n=n, unit=answers.unit)
    yield from tested("trend_analysis", trend.test, n, ())


def repeated_means(
    questions: Sequence[MethodQuestion],
    pairs: Sequence[Pair],
    *,
    times: Sequence[float] | None = None,
    over_visits: bool = False,
    method: str = "repeated_measures",
) -> Found:
    """The adjusted mean of each arm at each visit, and the difference of each pair.

    One model takes the answers of all visits; a visit at which nobody answered is left out of it.

    Args:
        questions: one a visit, of the same persons and arms.
        times: of the visits; their order when None.
        over_visits: also the average over visits, each of one weight, as of the visit `OVERALL`.

    Raises:
        MethodError: as `repeated_measures`.
    """
    arms, level = questions[0].arms, questions[0].level
    numbers = range(len(questions)) if times is None else times
    visits = {
        float(time): modelled
        for time, modelled in zip(numbers, map(_with_covariates, questions), strict=True)
        if len(modelled.answers.value)
    }
    # Arm by arm: a difference is of a later arm less an earlier one, whoever came first.
    rows = [
        (arm, person, time, value, covariates, stratum)
        for arm in arms
        for time, modelled in visits.items()
        for of, person, value, covariates, stratum in modelled.lines()
        if of == arm
    ]
    columns = [list(column) for column in zip(*(row[4] for row in rows), strict=True)]
    differing = [len(set(column)) > 1 for column in columns]
    same = [
        n for n, kept in zip(questions[0].answers.baseline, differing, strict=False) if not kept
    ]
    told = tuple(CONSTANT.format(name) for name in same)
    told += tuple(dict.fromkeys(word for modelled in visits.values() for word in modelled.told))
    strata = [row[5] for row in rows]
    model = repeated_measures(
        [row[3] for row in rows],
        [row[0] for row in rows],
        persons=[row[1] for row in rows],
        visits=[row[2] for row in rows],
        covariates=[c for c, kept in zip(columns, differing, strict=True) if kept],
        factors=[strata] if len(set(strata)) > 1 else [],
        level=level,
    )
    answers = {time: modelled.answers for time, modelled in visits.items()}
    unit = questions[0].answers.unit
    of_visit: dict[float | None, tuple[str, dict[str, int]]] = {
        time: (here.visit, {arm: len(here.of_arm(arm).value) for arm in arms})
        for time, here in answers.items()
    }
    of_visit[None] = (OVERALL, {arm: len({r[1] for r in rows if r[0] == arm}) for arm in arms})
    means = (*model.means, *(model.overall_means if over_visits else ()))
    for mean in means:
        visit, n = of_visit[mean.visit]
        for name, number in (
            ("adjusted mean", _told(mean.mean, told)),
            ("standard error", Estimate(mean.error)),
        ):
            yield Statistic(
                method=method, name=name, estimate=number, n=n[mean.group], arms=(mean.group,),
                unit=unit, visit=visit,
            )  # fmt: skip
    contrasts = (*model.contrasts, *(model.overall_contrasts if over_visits else ()))
    for contrast in contrasts:
        visit, n = of_visit[contrast.visit]
        both = sum(n[arm] for arm in contrast.groups)
        for statistic in _of_pair(method, contrast, pairs, n=both, unit=unit, told=told):
            yield replace(statistic, visit=visit)


@dataclass(frozen=True, slots=True)
class _Modelled:
    """The answers of those of whom all covariates are known, as a model takes them."""

    answers: VisitAnswers
    covariates: list[list[float]]
    told: tuple[str, ...]

    @property
    def factors(self) -> list[list[str]]:
        return [] if self.answers.strata is None else [self.answers.strata.tolist()]

    def lines(self) -> Iterator[tuple[str, int, float, tuple[float, ...], str]]:
        """Arm, person, value, covariates and stratum of each."""
        strata = self.factors[0] if self.factors else [""] * len(self.answers.value)
        for place, (arm, person, value, stratum) in enumerate(
            zip(
                self.answers.arm.tolist(), self.answers.person.tolist(),
                self.answers.value.tolist(), strata, strict=True,
            )
        ):  # fmt: skip
            yield arm, person, value, tuple(column[place] for column in self.covariates), stratum


def _with_covariates(question: MethodQuestion) -> _Modelled:
    """The answers of those of whom all covariates are known."""
    used = question.answers.used
    used = used.where(np.isin(used.arm, question.arms))
    whole = np.ones(len(used.value), np.bool_)
    for column in used.baseline.values():
        whole &= ~np.isnan(column)
    left = int(np.count_nonzero(~whole))
    told = (f"{left} left out without a covariate",) if left else ()
    used = used.where(whole)
    return _Modelled(used, [column.tolist() for column in used.baseline.values()], told)


def _modelled(question: MethodQuestion) -> _Modelled:
    """The same, with those covariates alone that differ between persons."""
    found = _with_covariates(question)
    kept, told = [], found.told
    for name, column in zip(question.answers.baseline, found.covariates, strict=True):
        if len(set(column)) > 1:
            kept.append(column)
        else:
            told = (*told, CONSTANT.format(name))
    return _Modelled(found.answers, kept, told)


def _of_model(
    method: str,
    modelled: _Modelled,
    model: AdjustedMeans,
    arms: Sequence[str],
    pairs: Sequence[Pair],
) -> Found:
    n = {arm: int(np.count_nonzero(modelled.answers.arm == arm)) for arm in arms}
    unit = modelled.answers.unit
    for arm in arms:
        yield Statistic(
            method=method, name="adjusted mean", estimate=model.means[arm], n=n[arm], arms=(arm,),
            unit=unit,
        )  # fmt: skip
    for contrast in model.contrasts:
        both = sum(n[arm] for arm in contrast.groups)
        yield from _of_pair(method, contrast, pairs, n=both, unit=unit, told=modelled.told)


def _of_pair(
    method: str,
    contrast: Contrast | VisitContrast,
    pairs: Sequence[Pair],
    *,
    n: int,
    unit: str,
    told: tuple[str, ...],
) -> Found:
    """A difference as each pair asks for it, which may be the other way round."""
    for pair in pairs:
        if set(pair) != set(contrast.groups):
            continue
        same = pair == contrast.groups
        difference = contrast.difference if same else turned(contrast.difference)
        yield Statistic(
            method=method, name="difference", estimate=_told(difference, told), n=n, arms=pair,
            unit=unit,
        )  # fmt: skip
        if contrast.error is not None:
            yield Statistic(
                method=method, name="standard error", estimate=Estimate(contrast.error), n=n,
                arms=pair, unit=unit,
            )  # fmt: skip
        test = contrast.test
        if not same and test.statistic is not None:
            test = Significance(test.p, -test.statistic, test.df, test.warnings)
        yield from tested(method, test, n, pair)


def _told(estimate: Estimate, told: tuple[str, ...]) -> Estimate:
    warnings = (*estimate.warnings, *told)
    return Estimate(estimate.value, estimate.low, estimate.high, estimate.level, warnings)


def turned(estimate: Estimate) -> Estimate:
    def minus(number: float | None) -> float | None:
        return None if number is None else -number

    return Estimate(
        minus(estimate.value), minus(estimate.high), minus(estimate.low), estimate.level,
        estimate.warnings,
    )  # fmt: skip
