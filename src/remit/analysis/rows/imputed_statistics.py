"""Two arms at the last visit, answers that are not there being imputed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from remit.analysis.methods.estimates import Estimate, Significance
from remit.analysis.methods.imputed_differences import (
    ImputedContrast,
    imputed_differences,
    tipping_point,
)
from remit.analysis.methods.imputed_responses import imputed_responses
from remit.analysis.rows.adjusted_statistics import turned
from remit.analysis.rows.question import Found, MethodQuestion, Statistic, VisitsTaker, tested
from remit.analysis.rows.visit_answers import NO_RESPONSE, VisitAnswers
from remit.errors import MethodError
from remit.protocol.imputation_sections import Imputation

IMPUTED = "imputed answers"
INFORMATION = "missing information"
SHIFT = "tipping shift"
FEWEST = 2  # of an arm at a visit that others are learned from
DEAD = "{} died: imputed as if they had lived, of which the plan says nothing"


@dataclass(frozen=True, slots=True)
class _Incomplete:
    """A table of two arms, as imputation takes it.

    Attributes:
        answers: a row of each person, one for each visit kept. strategies: of each person.
        told: what whoever reads the numbers has to know.
    """

    answers: list[list[float | None]]
    groups: list[str]
    covariates: list[list[float]]
    strategies: list[str]
    told: tuple[str, ...]


def _differences(method: str, questions: Sequence[MethodQuestion]) -> Found:
    """The difference of means as the estimand has it, then under each other supposition."""
    last = questions[-1]
    if last.compare is None:
        return
    stated, table = _stated(last), _table(questions)
    reference = stated.reference or last.compare[1]
    for part, strategy in ((), table.strategies), *(((how,), how) for how in stated.sensitivity):
        found = imputed_differences(
            table.answers,
            table.groups,
            covariates=table.covariates,
            reference=reference,
            strategy=strategy,
            random=stated.seed,
            imputations=stated.imputations,
            level=last.level,
        )
        told = (*found.warnings, *table.told)
        n = len(table.groups)
        yield from _contrast(
            method, last, found.contrasts[0], "difference", n=n, told=told, part=part
        )


def _responses(method: str, questions: Sequence[MethodQuestion]) -> Found:
    """The difference of the shares of responders."""
    last = questions[-1]
    if last.compare is None:
        return
    stated, table = _stated(last), _table([_without_rule(one) for one in questions])
    found = imputed_responses(
        [[None if one is None else int(one) for one in row] for row in table.answers],
        table.groups,
        covariates=table.covariates,
        reference=last.compare[1],
        random=stated.seed,
        imputations=stated.imputations,
        level=last.level,
    )
    told = (*found.warnings, *table.told)
    n = len(table.groups)
    yield from _contrast(method, last, found.contrasts[0], "risk difference", n=n, told=told)


def _tipping(method: str, questions: Sequence[MethodQuestion]) -> Found:
    """The shift that undoes the difference, and the difference under each stated shift."""
    last = questions[-1]
    if last.compare is None:
        return
    stated, table = _stated(last), _table(questions)
    reference = stated.reference or last.compare[1]
    other = next(arm for arm in last.compare if arm != reference)
    shifts = sorted(dict.fromkeys(stated.shifts))
    found = tipping_point(
        table.answers,
        table.groups,
        covariates=table.covariates,
        reference=reference,
        group=other,
        strategy=table.strategies,
        random=stated.seed,
        imputations=stated.imputations,
        shifts=shifts,
        level=last.level,
    )
    visit, n = last.answers.visit, len(table.groups)
    value = Estimate(found.shift, warnings=(*found.warnings, *table.told))
    yield Statistic(
        method=method, name=SHIFT, estimate=value, n=n, arms=last.compare, unit=last.answers.unit,
        visit=visit,
    )  # fmt: skip
    for shift, contrast in zip(shifts, found.tried, strict=True):
        for one in _contrast(method, last, contrast, "difference", n=n, told=table.told):
            if one.name in {"difference", "p"}:
                yield replace(one, at=shift)


def _contrast(
    method: str,
    question: MethodQuestion,
    contrast: ImputedContrast,
    name: str,
    *,
    n: int,
    told: tuple[str, ...],
    part: tuple[str, ...] = (),
) -> Found:
    """A pooled difference as the plan compares, which may be the other way round."""
    compare = question.compare
    assert compare is not None
    pooled, same = contrast.pooled, contrast.groups == compare
    counts = dict(zip(contrast.groups, contrast.imputed, strict=True))
    difference = pooled.estimate if same else turned(pooled.estimate)
    test = pooled.test
    if not same and test.statistic is not None:
        test = Significance(test.p, -test.statistic, test.df, test.warnings)
    visit = question.answers.visit
    said = f"{sum(counts.values())} of {n} imputed"
    difference = replace(difference, warnings=(*difference.warnings, said, *told))

    def statistic(name: str, number: Estimate, unit: str = "") -> Statistic:
        return Statistic(
            method=method, name=name, estimate=number, n=n, arms=compare, unit=unit, visit=visit,
            part=part,
        )  # fmt: skip

    yield statistic(name, difference, question.answers.unit)
    yield statistic("standard error", Estimate(pooled.error), question.answers.unit)
    for one in tested(method, test, n, compare):
        yield replace(one, visit=visit, part=part)
    yield statistic(INFORMATION, Estimate(pooled.missing_information))
    if not part:
        for arm in compare:
            number = Estimate(float(counts[arm]))
            of = len(question.answers.of_arm(arm).person)
            yield Statistic(
                method=method, name=IMPUTED, estimate=number, n=of, arms=(arm,), visit=visit
            )


def _stated(question: MethodQuestion) -> Imputation:
    assert question.imputation is not None, "plan_check asks for it"
    return question.imputation


def _without_rule(question: MethodQuestion) -> MethodQuestion:
    """The same, without what the rule for missing answers made of them."""
    answers = question.answers
    known = answers.known & (answers.how != NO_RESPONSE)
    return replace(question, answers=replace(answers, known=known))


def _table(questions: Sequence[MethodQuestion]) -> _Incomplete:
    """The persons of the last visit, arm by arm, with what they answered at each visit."""
    last = questions[-1]
    assert last.compare is not None
    answers = last.answers
    told: list[str] = []
    whole = np.ones(len(answers.person), np.bool_)
    for column in answers.baseline.values():
        whole &= ~np.isnan(column)
    if not whole.all():
        told.append(f"{int((~whole).sum())} left out without a covariate")
    answers = answers.where(whole)
    columns = []
    for question in questions:
        here = _column(question.answers, answers)
        if question is not last and _thin(here, answers, last.compare):
            told.append(f"{question.answers.visit} is not used: too few answers in an arm")
            continue
        columns.append(here)
    covariates, same = _covariates(answers)
    told += same
    strategies = [last.supposed.get(event, "missing_at_random") for event in _after(answers)]
    died = int(np.count_nonzero(answers.how == "died"))
    if died:
        told.append(DEAD.format(died))
    order = [place for arm in last.compare for place in np.flatnonzero(answers.arm == arm).tolist()]
    if len({answers.arm[place] for place in order}) < len(last.compare):
        raise MethodError(
            "an arm has nobody",
            expected=f"persons in {' and '.join(last.compare)}",
            got="",
            next_step="look at who is in the population",
        )
    return _Incomplete(
        [[column[place] for column in columns] for place in order],
        [str(answers.arm[place]) for place in order],
        [[column[place] for column in covariates] for place in order] if covariates else [],
        [strategies[place] for place in order],
        tuple(told),
    )


def _column(here: VisitAnswers, persons: VisitAnswers) -> list[float | None]:
    used = here.used
    known = dict(zip(used.person.tolist(), used.value.tolist(), strict=True))
    return [known.get(person) for person in persons.person.tolist()]


def _thin(column: Sequence[float | None], persons: VisitAnswers, arms: Sequence[str]) -> bool:
    there = np.array([one is not None for one in column], np.bool_)
    return any(int(there[persons.arm == arm].sum()) < FEWEST for arm in arms)


def _after(answers: VisitAnswers) -> list[str]:
    return [""] * len(answers.person) if answers.after is None else answers.after.tolist()


def _covariates(answers: VisitAnswers) -> tuple[list[list[float]], list[str]]:
    """Columns of covariates and of strata that differ between persons; of the others, that."""
    kept, told = [], []
    for name, column in answers.baseline.items():
        if len(set(column.tolist())) > 1:
            kept.append(column.tolist())
        else:
            told.append(f"without the covariate {name}, which is the same for all")
    if answers.strata is not None:
        for name in sorted(set(answers.strata.tolist()))[1:]:
            kept.append((answers.strata == name).astype(float).tolist())
    return kept, told


IMPUTED_NUMBERS: Mapping[str, VisitsTaker] = {
    "imputed_differences": _differences,
    "tipping_point": _tipping,
}
IMPUTED_RESPONSES: Mapping[str, VisitsTaker] = {"imputed_responses": _responses}
