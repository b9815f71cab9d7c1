"""What a method is asked, and the numbers that it gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from remit.analysis.methods.estimates import Estimate, Significance
from remit.analysis.rows.visit_answers import VisitAnswers
from remit.protocol.imputation_sections import Imputation, Supposition

COUNT = "count"
WHATEVER = "the proportion, whatever the missing answers are"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """One number of a method, of one arm or of two.

    Attributes:
        arms: those whose answers it stands on: one, the first and the second, or none for all.
        n: how many answers were used.
        visit: where it is not that of the question.
        at: the time at which a curve has it; of a tipping point the shift.
        at_risk: whether `n` are those still at risk at a time, and not all whose answer was used.
        part: what of the answers is counted, as `ResultRow.part`.
    """

    method: str
    name: str
    estimate: Estimate
    n: int
    arms: tuple[str, ...] = ()
    unit: str = ""
    visit: str | None = None
    at: float | None = None
    part: tuple[str, ...] = ()
    at_risk: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class MethodQuestion:
    """The answers of one analysis and visit, as methods take them.

    Attributes:
        arms: in order. `compare`: the two that are compared; None where none are.
        imputation: what the plan states of it; None where nothing is imputed.
        supposed: intercurrent event -> what is supposed of answers that are not there after it.
        weights: of a log-rank test, the powers of the share without the event and of that with it.
    """

    answers: VisitAnswers
    arms: tuple[str, ...]
    compare: tuple[str, str] | None
    level: float
    imputation: Imputation | None = None
    supposed: Mapping[str, Supposition] = field(default_factory=dict)
    weights: tuple[float, float] = (0.0, 0.0)

    def used(self, arm: str) -> VisitAnswers:
        return self.answers.of_arm(arm).used

    def counts(self, arm: str) -> tuple[int, int]:
        """How many of an arm answer yes, and of how many."""
        used = self.used(arm)
        return int(used.value.sum()), len(used.value)

    @property
    def pair(self) -> tuple[VisitAnswers, VisitAnswers]:
        assert self.compare is not None
        return self.used(self.compare[0]), self.used(self.compare[1])

    @property
    def both(self) -> VisitAnswers:
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
            return [(*yes_of(first), *yes_of(second))]
        assert first.strata is not None
        assert second.strata is not None
        return [
            (
                *yes_of(first.where(first.strata == name)),
                *yes_of(second.where(second.strata == name)),
            )
            for name in sorted(names)
        ]


def yes_of(answers: VisitAnswers) -> tuple[int, int]:
    """How many answer yes, and of how many."""
    return int(answers.value.sum()), len(answers.value)


Found = Iterator[Statistic]
Taker = Callable[[str, MethodQuestion], Found]
VisitsTaker = Callable[[str, Sequence[MethodQuestion]], Found]


def tested(method: str, test: Significance, n: int, arms: tuple[str, ...]) -> Found:
    """The p value of a test, its statistic and its degrees of freedom where it has them."""
    yield Statistic(
        method=method, name="p", estimate=Estimate(test.p, warnings=test.warnings), n=n, arms=arms
    )
    for name, number in (("statistic", test.statistic), ("df", test.df)):
        if number is not None:
            yield Statistic(method=method, name=name, estimate=Estimate(number), n=n, arms=arms)


def tested_part(
    method: str, test: Significance, n: int, arms: tuple[str, ...], part: tuple[str, ...]
) -> Found:
    """The same of a test of one part of the answers."""
    for statistic in tested(method, test, n, arms):
        yield replace(statistic, part=part)
