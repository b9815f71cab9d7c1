"""Agreement between two ways to judge the same patients, and rates with their intervals.

How they are worked out stands in `methods`: kappa in `rater_agreement`, Wilson's interval in
`score_bounds`. Here stand the values that comparisons and pages hold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.analysis.methods.rater_agreement import kappa
from remit.analysis.methods.score_bounds import wilson_bounds

Z_95 = 1.959963984540054  # the 97.5 % point of the normal distribution


@dataclass(frozen=True, slots=True)
class Rate:
    """A proportion with its 95 % Wilson interval; None where n is 0."""

    count: int
    n: int
    low: float | None
    high: float | None

    @property
    def value(self) -> float | None:
        return self.count / self.n if self.n else None


def wilson_rate(count: int, n: int) -> Rate:
    """The proportion `count / n` with its interval.

    >>> rate = wilson_rate(8, 10)
    >>> round(rate.low, 3), round(rate.high, 3)
    (0.49, 0.943)
    """
    if n == 0:
        return Rate(count, n, None, None)
    return Rate(count, n, *wilson_bounds(count, n, Z_95))


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement of two judgements on n persons.

    Attributes:
        agreed: on how many they are the same.
        value: Cohen's kappa; None where it is not defined (n is 0, or both give one answer to all).
        low, high: its 95 % interval; None where one judgement gives one answer to all: kappa then
            is 0 whatever the other says, and the large-sample error would be 0 as well.
    """

    n: int
    agreed: int
    value: float | None
    low: float | None
    high: float | None


def cohen_kappa(first: npt.NDArray[np.int64], second: npt.NDArray[np.int64]) -> Kappa:
    """Cohen's kappa of two judgements, given as whole numbers; shape (persons,) each."""
    n = len(first)
    agreed = int(np.count_nonzero(first == second))
    answers = np.unique(np.concatenate([first, second]))
    if len(answers) < 2:
        return Kappa(n, agreed, None, None, None)
    table = np.zeros((len(answers), len(answers)), np.int64)
    np.add.at(table, (np.searchsorted(answers, first), np.searchsorted(answers, second)), 1)
    found = kappa(table.tolist())
    return Kappa(n, agreed, found.value, found.low, found.high)
