"""Groups described: numbers and answers in words, by arm and together, and whether they differ.

What is described may be who came into a study, or what a visit found: any answers do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from remit.analysis.methods.covariance_analysis import ancova
from remit.analysis.methods.estimates import Estimate, Significance
from remit.analysis.methods.exact_tables import fisher_test
from remit.analysis.methods.group_differences import (
    kruskal_wallis,
    pearson_chi_square,
    standardised_category_difference,
    standardised_difference,
)
from remit.analysis.methods.mantel_haenszel import general_association, row_mean_scores
from remit.analysis.rows.question import COUNT, MethodQuestion, Statistic, tested, tested_part
from remit.analysis.rows.statistics import described
from remit.analysis.rows.visit_answers import VisitAnswers
from remit.errors import MethodError

Groups = list[list[float]]
Counts = list[list[int]]
StrataCounts = list[list[list[int]]]
FEW_GROUPS = "fewer than two arms hold answers: nothing can be compared"
NONE = "nobody has an answer"


def _variance_analysis(groups: Groups) -> Significance:
    values = [value for group in groups for value in group]
    names = [str(place) for place, group in enumerate(groups) for _ in group]
    return ancova(values, names).terms["group"]


TESTS_OF_NUMBERS: Mapping[str, Callable[[Groups], Significance]] = {
    "ancova": _variance_analysis,
    "kruskal_wallis": kruskal_wallis,
}
TESTS_OF_LEVELS: Mapping[str, Callable[[Counts], Significance]] = {
    "pearson_chi_square": pearson_chi_square,
    "fisher_test": fisher_test,
}

# VisitAnswers as scores in their order, and without any order, within strata.
TESTS_WITHIN_STRATA: Mapping[str, Callable[[StrataCounts], Significance]] = {
    "row_mean_scores": row_mean_scores,
    "general_association": general_association,
}


def describe_numbers(
    question: MethodQuestion,
    *,
    together: bool = False,
    tests: Sequence[str] = (),
    differences: bool = False,
) -> Iterator[Statistic]:
    """Mean, spread, median and range of each arm.

    Args:
        together: of all arms together as well.
        tests: of no difference between all arms: names in `TESTS_OF_NUMBERS`.
        differences: the standardised difference of each two arms, the first less the second.

    Raises:
        MethodError: there is no such test.
    """
    known = _tests_named(tests, TESTS_OF_NUMBERS)
    answers = _of_arms(question)
    for arms, used in _described_arms(question, answers, together=together):
        values = used.value.tolist()
        for name, number in described(values):
            estimate = Estimate(number)
            if number is None:
                estimate = Estimate(None, warnings=("too few answers",))
            yield Statistic(
                method=COUNT, name=name, estimate=estimate, n=len(values), arms=arms,
                unit=answers.unit,
            )  # fmt: skip
    groups = [answers.of_arm(arm).value.tolist() for arm in question.arms]
    for name, test in known.items():
        yield from tested(name, _or_told(test, [g for g in groups if g]), len(answers.value), ())
    if differences:
        for (one, first), (other, second) in combinations(
            zip(question.arms, groups, strict=True), 2
        ):
            yield Statistic(
                method="standardised_difference", name="standardised difference",
                estimate=standardised_difference(first, second), n=len(first) + len(second),
                arms=(one, other),
            )  # fmt: skip


def describe_levels(
    question: MethodQuestion,
    *,
    out_of: Mapping[str, int] | None = None,
    together: bool = False,
    tests: Sequence[str] = (),
    differences: bool = False,
    each: Mapping[str, str] | None = None,
) -> Iterator[Statistic]:
    """How many of each arm gave each answer, and which share of the arm that is.

    Args:
        out_of: arm -> the number that shares are of; those who answered when None.
        together, differences: as `describe_numbers`.
        tests: of no difference between all arms: names in `TESTS_OF_LEVELS`, or in
            `TESTS_WITHIN_STRATA` where the answers have some.
        each: answer -> a test of it against all others, over all arms.

    Raises:
        MethodError: the answers are no words, or there is no such test.
    """
    within = [name for name in tests if name in TESTS_WITHIN_STRATA]
    known = _tests_named([name for name in tests if name not in within], TESTS_OF_LEVELS)
    single = {
        level: (name, TESTS_OF_LEVELS[name])
        for level, name in (each or {}).items()
        if _tests_named([name], TESTS_OF_LEVELS)
    }
    answers = _of_arms(question)
    levels = _levels_of(answers)
    for arms, used in _described_arms(question, answers, together=together):
        whole = len(used.value)
        if out_of is not None:
            whole = sum(out_of[arm] for arm in (arms or question.arms))
        for level, count in zip(levels, level_counts(used), strict=True):
            yield from counted_of(count, whole, arms, (level,))
    table = [level_counts(answers.of_arm(arm)) for arm in question.arms]
    n = len(answers.value)
    there = [row for row in table if sum(row)]
    for name, test in known.items():
        yield from tested(name, _or_told(test, there), n, ())
    for name in within:
        test = TESTS_WITHIN_STRATA[name]
        yield from tested(name, test(counts_by_stratum(answers, question.arms)), n, ())
    for level, (name, test) in single.items():
        at = levels.index(level)
        whole_arms = [
            sum(row) if out_of is None else out_of[arm]
            for arm, row in zip(question.arms, table, strict=True)
        ]
        against = [[row[at], whole - row[at]] for row, whole in zip(table, whole_arms, strict=True)]
        yield from tested_part(name, test(against), sum(whole_arms), (), (level,))
    if differences:
        for (one, first), (other, second) in combinations(
            zip(question.arms, table, strict=True), 2
        ):
            yield Statistic(
                method="standardised_category_difference", name="standardised difference",
                estimate=standardised_category_difference(first, second),
                n=sum(first) + sum(second), arms=(one, other),
            )  # fmt: skip


def counts_by_stratum(answers: VisitAnswers, arms: Sequence[str]) -> StrataCounts:
    """How many gave each answer, by stratum and arm; one stratum where there are none."""
    strata = np.zeros(len(answers.arm), np.str_) if answers.strata is None else answers.strata
    return [
        [level_counts(answers.where((strata == name) & (answers.arm == arm))) for arm in arms]
        for name in sorted(set(strata.tolist())) or [""]
    ]


def counted_of(
    count: int, whole: int, arms: tuple[str, ...], part: tuple[str, ...]
) -> Iterator[Statistic]:
    """A count and the share that it is of a number."""
    share = Estimate(count / whole) if whole else Estimate(None, warnings=(NONE,))
    yield Statistic(
        method=COUNT, name="count", estimate=Estimate(float(count)), n=whole, arms=arms, part=part
    )
    yield Statistic(method=COUNT, name="proportion", estimate=share, n=whole, arms=arms, part=part)


def _of_arms(question: MethodQuestion) -> VisitAnswers:
    used = question.answers.used
    return used.where(np.isin(used.arm, question.arms))


def _described_arms(
    question: MethodQuestion, answers: VisitAnswers, *, together: bool
) -> Iterator[tuple[tuple[str, ...], VisitAnswers]]:
    for arm in question.arms:
        yield (arm,), answers.of_arm(arm)
    if together:
        yield (), answers


def _levels_of(answers: VisitAnswers) -> tuple[str, ...]:
    if not answers.levels:
        raise MethodError(
            f"{answers.analysis}: the answers are numbers, no words",
            expected="answers with levels",
            got="none",
            next_step="describe them as numbers, or name the levels",
        )
    return answers.levels


def level_counts(answers: VisitAnswers) -> list[int]:
    """How many gave each answer, in the order of the levels."""
    return [int(np.count_nonzero(answers.value == at)) for at in range(len(answers.levels))]


Data = Groups | Counts


def _or_told(test: Callable[..., Significance], groups: Data) -> Significance:
    """A test of the arms that hold answers; a warning where they are too few."""
    if len(groups) < 2:
        return Significance(None, warnings=(FEW_GROUPS,))
    try:
        return test(groups)
    except MethodError as error:
        return Significance(None, warnings=(f"{error.what}: {error.got}",))


Test = Callable[..., Significance]


def _tests_named(names: Sequence[str], known: Mapping[str, Test]) -> dict[str, Test]:
    for name in names:
        if name not in known:
            raise MethodError(
                f"{name!r} does not compare all arms of such answers",
                expected=f"one of {', '.join(known)}",
                got=name,
                next_step="name one of them",
            )
    return {name: known[name] for name in names}
