"""Agreement between two ways to judge the same patients, and rates with their intervals.

Cohen's kappa with its large-sample error: Fleiss, Cohen, Everitt. Psychol Bull 1969;72:323.
Interval of a proportion: Wilson. J Am Stat Assoc 1927;22:209.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

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
    if n == 0:
        return Kappa(0, 0, None, None, None)
    answers = np.unique(np.concatenate([first, second]))
    table = np.zeros((len(answers), len(answers)))
    np.add.at(table, (np.searchsorted(answers, first), np.searchsorted(answers, second)), 1)
    share = table / n
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    observed, expected = float(np.trace(share)), float(rows @ columns)
    if expected >= 1:
        return Kappa(n, agreed, None, None, None)
    if max(rows.max(), columns.max()) >= 1:
        return Kappa(n, agreed, 0.0, None, None)
    kappa = (observed - expected) / (1 - expected)
    diagonal = np.diag(share)
    both = rows + columns
    first_part = float(np.sum(diagonal * (1 - both * (1 - kappa)) ** 2))
    off = share - np.diag(diagonal)
    second_part = (1 - kappa) ** 2 * float(np.sum(off * (columns[:, None] + rows[None, :]) ** 2))
    third_part = (kappa - expected * (1 - kappa)) ** 2
    variance = (first_part + second_part - third_part) / (n * (1 - expected) ** 2)
    half = Z_95 * sqrt(max(variance, 0.0))
    return Kappa(n, agreed, kappa, max(-1.0, kappa - half), min(1.0, kappa + half))
