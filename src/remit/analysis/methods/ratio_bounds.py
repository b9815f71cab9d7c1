"""Ratios of two proportions: by the score, common to strata, and whether strata have one."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, inf, log, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtrc, ndtri

from remit.analysis.methods.estimates import (
    LEVEL,
    Estimate,
    Significance,
    require_counts,
    require_level,
)
from remit.analysis.methods.mantel_haenszel import common_odds_ratio
from remit.analysis.methods.register import method
from remit.analysis.methods.stratified_proportions import Stratum, both_groups
from remit.analysis.methods.two_proportions import EMPTY

NO_ANSWER = "nobody answered in either group: the ratio is not defined"
NO_PRODUCT = "a sum of counts is 0: the ratio and its interval are not defined"
ONE_STRATUM = "one stratum alone tells of an odds ratio: nothing can be compared"


@method(
    "ratio of two proportions (Miettinen-Nurminen)",
    reference="Miettinen O, Nurminen M. Stat Med 1985;4:213; Koopman PAR. Biometrics 1984;40:513",
    oracle="ratio_bounds",
    tolerance=1e-7,
)
def score_risk_ratio(
    count_1: int, n_1: int, count_2: int, n_2: int, *, level: float = LEVEL, factor: bool = True
) -> Estimate:
    """The ratio with the interval by inverting the score test; it stands a count of 0.

    Args:
        factor: the variance is made larger by N / (N - 1), as its authors have it; without, it is
            Koopman's interval.
    """
    require_counts("two proportions", (count_1, n_1), (count_2, n_2))
    require_level(level)
    if 0 in (n_1, n_2):
        return Estimate(None, level=level, warnings=(EMPTY,))
    if count_1 == count_2 == 0:
        return Estimate(None, level=level, warnings=(NO_ANSWER,))
    z = -float(ndtri((1 - level) / 2))

    def score(logarithm: float) -> float:
        return _score_of_ratio(count_1, n_1, count_2, n_2, exp(logarithm), factor=factor)

    def bound(wanted: float) -> float:
        return exp(float(brentq(lambda at: score(at) - wanted, -60.0, 60.0, xtol=1e-13)))

    value = inf if count_2 == 0 else count_1 / n_1 / (count_2 / n_2)
    low = 0.0 if count_1 == 0 else bound(z)
    high = inf if count_2 == 0 else bound(-z)
    return Estimate(value, low, high, level)


def _score_of_ratio(
    count_1: int, n_1: int, count_2: int, n_2: int, ratio: float, *, factor: bool
) -> float:
    """How many standard errors the first share lies above `ratio` times the second."""
    n = n_1 + n_2
    square, constant = n * ratio, count_1 + count_2
    linear = -((n_1 + count_2) * ratio + count_1 + n_2)
    # The smaller root, written so that nothing cancels.
    root = sqrt(max(linear * linear - 4 * square * constant, 0.0))
    second = min(2 * constant / (root - linear), 1.0, 1 / ratio)
    first = min(second * ratio, 1.0)
    seen = count_1 / n_1 - ratio * count_2 / n_2
    variance = first * (1 - first) / n_1 + ratio**2 * second * (1 - second) / n_2
    if factor:
        variance *= n / (n - 1)
    if seen == 0:
        return 0.0
    return seen / sqrt(variance) if variance > 0 else 1e9 if seen > 0 else -1e9


@method(
    "common ratio of proportions (Mantel-Haenszel)",
    reference="Greenland S, Robins JM. Biometrics 1985;41:55",
    oracle="ratio_bounds",
    tolerance=1e-9,
)
def common_risk_ratio(strata: Sequence[Stratum], *, level: float = LEVEL) -> Estimate:
    """The ratio over strata, with the interval by the normal distribution of its logarithm."""
    kept, warnings = both_groups(strata, level)
    if not kept:
        return Estimate(None, level=level, warnings=warnings)
    above = below = spread = 0.0
    for x_1, n_1, x_2, n_2 in kept:
        n = n_1 + n_2
        above += x_1 * n_2 / n
        below += x_2 * n_1 / n
        spread += (n_1 * n_2 * (x_1 + x_2) - x_1 * x_2 * n) / n**2
    if not above or not below:
        value = 0.0 if below else None
        return Estimate(value, level=level, warnings=(*warnings, NO_PRODUCT))
    value = above / below
    half = -float(ndtri((1 - level) / 2)) * sqrt(max(spread, 0.0) / (above * below))
    return Estimate(value, exp(log(value) - half), exp(log(value) + half), level, warnings)


@method(
    "whether strata have one odds ratio (Breslow-Day)",
    reference="Breslow NE, Day NE. Statistical methods in cancer research I. 1980:142; Tarone RE. "
    "Biometrika 1985;72:91",
    oracle="ratio_bounds",
    tolerance=1e-7,
)
def breslow_day_test(strata: Sequence[Stratum], *, tarone: bool = True) -> Significance:
    """Whether the odds ratios of strata differ by more than chance.

    Args:
        tarone: corrected for the common odds ratio being that of Mantel and Haenszel.
    """
    kept, warnings = both_groups(strata, LEVEL)
    telling = [(x_1, n_1, x_2, n_2) for x_1, n_1, x_2, n_2 in kept if 0 < x_1 + x_2 < n_1 + n_2]
    if len(telling) < 2:
        return Significance(None, warnings=(*warnings, ONE_STRATUM))
    table = [[[x_1, n_1 - x_1], [x_2, n_2 - x_2]] for x_1, n_1, x_2, n_2 in telling]
    common = common_odds_ratio(table).value
    if not common:
        return Significance(None, warnings=(*warnings, NO_PRODUCT))
    over, variances = [], []
    for x_1, n_1, x_2, n_2 in telling:
        expected = _expected(x_1 + x_2, n_1, n_2, common)
        cells = (expected, n_1 - expected, x_1 + x_2 - expected, n_2 - x_1 - x_2 + expected)
        over.append(x_1 - expected)
        variances.append(1 / sum(1 / cell for cell in cells))
    off, variance = np.array(over), np.array(variances)
    statistic = float((off**2 / variance).sum())
    if tarone:
        statistic -= float(off.sum()) ** 2 / float(variance.sum())
    df = len(telling) - 1
    return Significance(float(chdtrc(df, statistic)), statistic, float(df), warnings)


def _expected(column: int, n_1: int, n_2: int, ratio: float) -> float:
    """The first cell of a table with given margins and a given odds ratio."""

    def off(cell: float) -> float:
        return cell * (n_2 - column + cell) - ratio * (n_1 - cell) * (column - cell)

    least, most = max(0, column - n_2), min(n_1, column)
    return float(brentq(off, least, most, xtol=1e-14, rtol=1e-13))
