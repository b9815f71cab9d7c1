"""Two proportions: their difference, their ratio and the ratio of their odds.

All are of the first group against the second: `count_1` of `n_1` against `count_2` of `n_2`.
"""

from __future__ import annotations

from collections.abc import Callable
from math import acos, cos, exp, inf, log, pi, sqrt

from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from remit.analysis.methods.estimates import (
    LEVEL,
    Estimate,
    Significance,
    require_counts,
    require_level,
)
from remit.analysis.methods.register import method
from remit.analysis.methods.score_bounds import wilson_bounds

EMPTY = "a group is empty: nothing can be compared"
ZERO = "a count is 0: the ratio and its interval are not defined without a correction"
_EXACT = {"xtol": 1e-14, "rtol": 1e-13}


@method(
    "difference of two proportions (Newcombe)",
    reference="Newcombe RG. Stat Med 1998;17:873, method 10",
    oracle="two_proportions",
    tolerance=1e-9,
)
def newcombe_difference(
    count_1: int, n_1: int, count_2: int, n_2: int, *, level: float = LEVEL
) -> Estimate:
    """The difference with an interval from the two Wilson intervals."""
    empty = _checked(count_1, n_1, count_2, n_2, level)
    if empty is not None:
        return empty
    z = -float(ndtri((1 - level) / 2))
    p_1, p_2 = count_1 / n_1, count_2 / n_2
    low_1, high_1 = wilson_bounds(count_1, n_1, z)
    low_2, high_2 = wilson_bounds(count_2, n_2, z)
    low = p_1 - p_2 - sqrt((p_1 - low_1) ** 2 + (high_2 - p_2) ** 2)
    high = p_1 - p_2 + sqrt((high_1 - p_1) ** 2 + (p_2 - low_2) ** 2)
    return Estimate(p_1 - p_2, low, high, level)


@method(
    "difference of two proportions (Miettinen-Nurminen)",
    reference="Miettinen O, Nurminen M. Stat Med 1985;4:213",
    oracle="two_proportions",
    tolerance=1e-8,
)
def miettinen_nurminen_difference(
    count_1: int, n_1: int, count_2: int, n_2: int, *, level: float = LEVEL, factor: bool = True
) -> Estimate:
    """The difference with the interval by inverting the score test.

    Args:
        factor: the variance is made larger by N / (N - 1), as its authors have it; without, it is
            Mee's interval.
    """
    empty = _checked(count_1, n_1, count_2, n_2, level)
    if empty is not None:
        return empty

    def score(difference: float) -> float:
        return score_of_difference(count_1, n_1, count_2, n_2, difference, factor=factor)

    low, high = inverted(score, count_1 / n_1 - count_2 / n_2, level)
    return Estimate(count_1 / n_1 - count_2 / n_2, low, high, level)


@method(
    "test of two proportions by their score",
    reference="Miettinen O, Nurminen M. Stat Med 1985;4:213; Pearson K. Philos Mag 1900;50:157",
    oracle="two_proportions",
    tolerance=1e-9,
)
def score_test(
    count_1: int, n_1: int, count_2: int, n_2: int, *, difference: float = 0.0, factor: bool = False
) -> Significance:
    """Whether the proportions differ by something else than `difference`; the statistic is z."""
    if _checked(count_1, n_1, count_2, n_2, LEVEL) is not None:
        return Significance(None, warnings=(EMPTY,))
    z = score_of_difference(count_1, n_1, count_2, n_2, difference, factor=factor)
    return Significance(2 * float(ndtr(-abs(z))), z)


@method(
    "ratio of two proportions",
    reference="Katz D et al. Biometrics 1978;34:469",
    oracle="two_proportions",
    tolerance=1e-9,
)
def risk_ratio(count_1: int, n_1: int, count_2: int, n_2: int, *, level: float = LEVEL) -> Estimate:
    """The ratio with the interval by the normal distribution of its logarithm."""
    empty = _checked(count_1, n_1, count_2, n_2, level)
    if empty is not None:
        return empty
    if count_1 == 0 or count_2 == 0:
        return Estimate(_ratio(count_1 / n_1, count_2 / n_2), level=level, warnings=(ZERO,))
    spread = sqrt(1 / count_1 - 1 / n_1 + 1 / count_2 - 1 / n_2)
    return _by_logarithm(count_1 / n_1 / (count_2 / n_2), spread, level)


@method(
    "ratio of two odds",
    reference="Woolf B. Ann Hum Genet 1955;19:251",
    oracle="two_proportions",
    tolerance=1e-9,
)
def odds_ratio(count_1: int, n_1: int, count_2: int, n_2: int, *, level: float = LEVEL) -> Estimate:
    """The ratio of the odds with the interval by the normal distribution of its logarithm."""
    empty = _checked(count_1, n_1, count_2, n_2, level)
    if empty is not None:
        return empty
    others = n_1 - count_1, n_2 - count_2
    if 0 in (count_1, count_2, *others):
        value = _ratio(count_1 * others[1], count_2 * others[0])
        return Estimate(value, level=level, warnings=(ZERO,))
    spread = sqrt(sum(1 / cell for cell in (count_1, count_2, *others)))
    return _by_logarithm(count_1 * others[1] / (count_2 * others[0]), spread, level)


def _ratio(above: float, below: float) -> float | None:
    if below == 0:
        return inf if above else None
    return above / below


def _by_logarithm(value: float, spread: float, level: float) -> Estimate:
    half = -float(ndtri((1 - level) / 2)) * spread
    return Estimate(value, exp(log(value) - half), exp(log(value) + half), level)


def _checked(count_1: int, n_1: int, count_2: int, n_2: int, level: float) -> Estimate | None:
    require_counts("two proportions", (count_1, n_1), (count_2, n_2))
    require_level(level)
    return Estimate(None, level=level, warnings=(EMPTY,)) if 0 in (n_1, n_2) else None


# ---- the score of a difference ------------------------------------------------------------------


def score_of_difference(
    count_1: int, n_1: int, count_2: int, n_2: int, difference: float, *, factor: bool
) -> float:
    """How many standard errors the seen difference lies above a supposed one."""
    seen = count_1 / n_1 - count_2 / n_2 - difference
    if seen == 0:
        return 0.0
    variance = variance_of_difference(count_1, n_1, count_2, n_2, difference)
    if factor:
        variance *= (n_1 + n_2) / (n_1 + n_2 - 1)
    return seen / sqrt(variance) if variance > 0 else inf if seen > 0 else -inf


def variance_of_difference(
    count_1: int, n_1: int, count_2: int, n_2: int, difference: float
) -> float:
    """Its variance where both proportions are the likeliest that differ by the supposed one."""
    n, count = n_1 + n_2, count_1 + count_2
    square = (n_1 + 2 * n_2) * difference - n - count
    linear = (n_2 * difference - n - 2 * count_2) * difference + count
    constant = count_2 * difference * (1 - difference)
    # The root of n p³ + square p² + linear p + constant that lies among the proportions.
    third = square / (3 * n)
    q = third**3 - square * linear / (6 * n * n) + constant / (2 * n)
    size = sqrt(max(third * third - linear / (3 * n), 0.0))
    size = size if q > 0 else -size
    ratio = min(1.0, max(-1.0, q / size**3)) if size else 0.0
    second = 2 * size * cos((pi + acos(ratio)) / 3) - third
    second = min(min(1.0, 1.0 - difference), max(max(0.0, -difference), second))
    first = min(1.0, max(0.0, second + difference))
    return first * (1 - first) / n_1 + second * (1 - second) / n_2


def inverted(score: Callable[[float], float], value: float, level: float) -> tuple[float, float]:
    """The differences that a test by the score does not reject; it falls as they rise."""
    z = -float(ndtri((1 - level) / 2))

    def bound(end: float, wanted: float) -> float:
        if (score(end) - wanted) * (score(value) - wanted) >= 0:
            return end
        return float(brentq(lambda x: _finite(score(x)) - wanted, end, value, **_EXACT))

    return bound(-1.0, z), bound(1.0, -z)


def _finite(z: float) -> float:
    return min(max(z, -1e9), 1e9)
