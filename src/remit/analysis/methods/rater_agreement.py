"""Agreement of two judges beyond chance: kappa, weighted or not.

A table counts persons: row is the answer of the first judge, column that of the second, both in one
order. This module imports no library of statistics: whoever shows agreement alone needs none.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from remit.analysis.methods.estimates import LEVEL, Estimate, require_level
from remit.analysis.methods.register import method
from remit.analysis.methods.table_counts import counts_of
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
NOBODY = "nobody was judged by both"
ONE_ANSWER = "both judges gave one answer to all: chance explains it all, kappa is not defined"
ALONE = "one judge gave one answer to all: kappa is 0 whatever the other says, without interval"


@method(
    "kappa, weighted or not (Cohen)",
    reference="Cohen J. Educ Psychol Meas 1960;20:37; Fleiss JL, Cohen J, Everitt BS. Psychol Bull "
    "1969;72:323",
    oracle="rater_agreement",
    tolerance=1e-6,
)
def kappa(
    table: Sequence[Sequence[int]], *, weights: str = "none", level: float = LEVEL
) -> Estimate:
    """Agreement beyond chance, with its large-sample interval, ended at -1 and 1.

    Args:
        weights: what half agreement counts: "none"; "linear" or "quadratic" by the distance of
            answers that have an order.

    Raises:
        MethodError: it is no square table of counts; nobody knows the weights.
    """
    require_level(level)
    counts = square_counts(table)
    agreement = agreement_weights(weights, len(counts))
    n = int(counts.sum())
    if n == 0:
        return Estimate(None, level=level, warnings=(NOBODY,))
    share = counts / n
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    observed = float((agreement * share).sum())
    expected = float(rows @ agreement @ columns)
    if expected >= 1 - 1e-12:
        return Estimate(None, level=level, warnings=(ONE_ANSWER,))
    if max(rows.max(), columns.max()) >= 1:
        return Estimate(0.0, level=level, warnings=(ALONE,))
    value = (observed - expected) / (1 - expected)
    # What an answer would on average agree with, of either judge.
    both = (agreement @ columns)[:, None] + (agreement.T @ rows)[None, :]
    spread = float((share * (agreement - both * (1 - value)) ** 2).sum())
    variance = (spread - (value - expected * (1 - value)) ** 2) / (n * (1 - expected) ** 2)
    return _bounded(value, variance, level)


def square_counts(table: Sequence[Sequence[int]]) -> Floats:
    """A square table of counts, of two answers at least.

    Raises:
        MethodError: it is none.
    """
    if len({len(table), *(len(row) for row in table)}) != 1 or len(table) < 2:
        raise MethodError(
            "two judges choose from the same answers, two at least",
            expected="as many columns as rows, such as [[20, 5], [10, 15]]",
            got=f"{len(table)} rows of length {sorted({len(row) for row in table})}",
            next_step="give every answer its row and column, 0 where nobody gave it",
        )
    return counts_of(table).astype(np.float64)


def agreement_weights(weights: str, answers: int) -> Floats:
    """How far two answers agree, from 0 to 1, shape (answers, answers).

    Raises:
        MethodError: nobody knows the weights.
    """
    far: Floats = np.abs(np.subtract.outer(np.arange(answers), np.arange(answers))) / (answers - 1)
    known: dict[str, Floats] = {
        "none": (far == 0).astype(float),
        "linear": 1 - far,
        "quadratic": 1 - far**2,
    }
    if weights not in known:
        raise MethodError(
            f"there are no weights {weights!r} of agreement",
            expected=f"one of {', '.join(known)}",
            got=weights,
            next_step="take none where answers have no order",
        )
    return known[weights]


def _bounded(value: float, variance: float, level: float) -> Estimate:
    half = NormalDist().inv_cdf((1 + level) / 2) * sqrt(max(variance, 0.0))
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half), level)
