"""Proportions as many papers have them: by the normal distribution, with and without corrections.

They are here to be recognised in what others printed. For one's own trial the score and exact
methods of `two_proportions`, `one_proportion` and `exact_tables` hold their level better.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log, sqrt

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri, xlogy

from remit.analysis.methods.estimates import (
    LEVEL,
    Estimate,
    Significance,
    require_counts,
    require_level,
)
from remit.analysis.methods.exact_tables import ONE_SIDED
from remit.analysis.methods.register import method
from remit.analysis.methods.table_counts import counts_of

EMPTY = "a group is empty: nothing can be compared"
POINT = "no variance was seen: the test and its interval are not defined"
ZERO = "a count is 0: the logarithm of the odds is not defined without a correction"


@method(
    "interval of a proportion (Wald)",
    reference="Laplace PS. Théorie analytique des probabilités. 1812:283",
    oracle="plain_proportions",
    tolerance=1e-8,
)
def wald_interval(count: int, n: int, *, level: float = LEVEL) -> Estimate:
    """The proportion with the interval of its own standard error, within 0 and 1."""
    require_counts("a proportion", (count, n))
    require_level(level)
    if n == 0:
        return Estimate(None, level=level, warnings=(EMPTY,))
    p = count / n
    half = _z(level) * sqrt(p * (1 - p) / n)
    return Estimate(p, max(0.0, p - half), min(1.0, p + half), level)


@method(
    "interval of a proportion (Agresti-Coull)",
    reference="Agresti A, Coull BA. Am Stat 1998;52:119",
    oracle="plain_proportions",
    tolerance=1e-8,
)
def agresti_coull(count: int, n: int, *, level: float = LEVEL) -> Estimate:
    """The proportion with Wald's interval about the middle of Wilson's."""
    require_counts("a proportion", (count, n))
    require_level(level)
    if n == 0:
        return Estimate(None, level=level, warnings=(EMPTY,))
    z = _z(level)
    more = n + z * z
    p = (count + z * z / 2) / more
    half = z * sqrt(p * (1 - p) / more)
    return Estimate(count / n, max(0.0, p - half), min(1.0, p + half), level)


@method(
    "difference of two proportions (Wald)",
    reference="Fleiss JL. Statistical methods for rates and proportions. 2nd ed. 1981:29",
    oracle="plain_proportions",
    tolerance=1e-8,
)
def wald_difference(
    count_1: int,
    n_1: int,
    count_2: int,
    n_2: int,
    *,
    level: float = LEVEL,
    corrected: bool = False,
) -> Estimate:
    """The difference with the interval of its standard error, the variances not pooled.

    Args:
        corrected: the interval is made wider for continuity, at most by the difference itself, as
            `prop.test` of R has it.
    """
    if _empty(count_1, n_1, count_2, n_2, level):
        return Estimate(None, level=level, warnings=(EMPTY,))
    p_1, p_2 = count_1 / n_1, count_2 / n_2
    difference, parts = p_1 - p_2, 1 / n_1 + 1 / n_2
    half = _z(level) * sqrt(p_1 * (1 - p_1) / n_1 + p_2 * (1 - p_2) / n_2)
    if corrected:
        half += min(0.5, abs(difference) / parts) * parts
    return Estimate(difference, max(-1.0, difference - half), min(1.0, difference + half), level)


@method(
    "difference of two proportions (Agresti-Caffo)",
    reference="Agresti A, Caffo B. Am Stat 2000;54:280",
    oracle="plain_proportions",
    tolerance=1e-8,
)
def agresti_caffo_difference(
    count_1: int, n_1: int, count_2: int, n_2: int, *, level: float = LEVEL
) -> Estimate:
    """The difference with Wald's interval after one success and one failure more in each group."""
    if _empty(count_1, n_1, count_2, n_2, level):
        return Estimate(None, level=level, warnings=(EMPTY,))
    more = wald_difference(count_1 + 1, n_1 + 2, count_2 + 1, n_2 + 2, level=level)
    return Estimate(count_1 / n_1 - count_2 / n_2, more.low, more.high, level)


@method(
    "test of two proportions (Wald, variances not pooled)",
    reference="Fleiss JL. Statistical methods for rates and proportions. 2nd ed. 1981:29",
    oracle="plain_proportions",
    tolerance=1e-8,
)
def wald_test(count_1: int, n_1: int, count_2: int, n_2: int) -> Significance:
    """Whether the proportions differ, by the standard error of `wald_difference`."""
    if _empty(count_1, n_1, count_2, n_2, LEVEL):
        return Significance(None, warnings=(EMPTY,))
    p_1, p_2 = count_1 / n_1, count_2 / n_2
    error = sqrt(p_1 * (1 - p_1) / n_1 + p_2 * (1 - p_2) / n_2)
    if not error:
        return Significance(None, warnings=(POINT,))
    z = (p_1 - p_2) / error
    return Significance(2 * float(ndtr(-abs(z))), z)


@method(
    "test of two proportions (chi square with Yates' correction)",
    reference="Yates F. J R Stat Soc Suppl 1934;1:217",
    oracle="plain_proportions",
    tolerance=1e-8,
)
def yates_test(count_1: int, n_1: int, count_2: int, n_2: int) -> Significance:
    """Pearson's chi square, each difference from what is expected being made smaller by a half."""
    if _empty(count_1, n_1, count_2, n_2, LEVEL):
        return Significance(None, warnings=(EMPTY,))
    count, n = count_1 + count_2, n_1 + n_2
    if count in (0, n):
        return Significance(None, warnings=(POINT,))
    away = abs(count_1 - n_1 * count / n)
    away -= min(0.5, away)
    expected = (n_1 * count, n_1 * (n - count), n_2 * count, n_2 * (n - count))
    chi = sum(away**2 * n / cell for cell in expected)
    return Significance(float(chdtrc(1, chi)), chi, 1)


@method(
    "test of two proportions (likelihood ratio)",
    reference="Wilks SS. Ann Math Stat 1935;6:190",
    oracle="plain_proportions",
    tolerance=1e-8,
)
def likelihood_ratio_test(count_1: int, n_1: int, count_2: int, n_2: int) -> Significance:
    """The chi square of the logarithms of seen to expected counts."""
    if _empty(count_1, n_1, count_2, n_2, LEVEL):
        return Significance(None, warnings=(EMPTY,))
    count, n = count_1 + count_2, n_1 + n_2
    if count in (0, n):
        return Significance(None, warnings=(POINT,))
    chi = 0.0
    for seen, of, all_seen in (
        (count_1, n_1, count),
        (n_1 - count_1, n_1, n - count),
        (count_2, n_2, count),
        (n_2 - count_2, n_2, n - count),
    ):
        chi += 2 * float(xlogy(seen, seen * n / (of * all_seen)) if seen else 0.0)
    chi = max(0.0, chi)
    return Significance(float(chdtrc(1, chi)), chi, 1)


@method(
    "test of an odds ratio (Wald, as logistic regression prints it)",
    reference="Woolf B. Ann Hum Genet 1955;19:251",
    oracle="plain_proportions",
    tolerance=1e-8,
)
def odds_ratio_test(count_1: int, n_1: int, count_2: int, n_2: int) -> Significance:
    """Whether the odds differ, by the logarithm of their ratio over its standard error."""
    if _empty(count_1, n_1, count_2, n_2, LEVEL):
        return Significance(None, warnings=(EMPTY,))
    cells = count_1, n_2 - count_2, n_1 - count_1, count_2
    if 0 in cells:
        return Significance(None, warnings=(ZERO,))
    z = log(cells[0] * cells[1] / (cells[2] * cells[3])) / sqrt(sum(1 / cell for cell in cells))
    return Significance(2 * float(ndtr(-abs(z))), z)


@method(
    "chi square of a table (Pearson)",
    reference="Pearson K. Philos Mag 1900;50:157",
    oracle="plain_proportions",
    tolerance=1e-8,
)
def pearson_test(table: Sequence[Sequence[int]]) -> Significance:
    """Whether rows and columns hang together; rows and columns that hold nobody do not count.

    Raises:
        MethodError: it is no table of counts.
    """
    counts = counts_of(table)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) < 2:
        return Significance(None, warnings=(ONE_SIDED,))
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    chi = float(((counts - expected) ** 2 / expected).sum())
    df = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    return Significance(float(chdtrc(df, chi)), chi, df)


def _z(level: float) -> float:
    return -float(ndtri((1 - level) / 2))


def _empty(count_1: int, n_1: int, count_2: int, n_2: int, level: float) -> bool:
    require_counts("two proportions", (count_1, n_1), (count_2, n_2))
    require_level(level)
    return 0 in (n_1, n_2)
