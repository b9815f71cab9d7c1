"""A proportion: its intervals, and the exact test against a fixed one."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, lgamma, log, log1p

import numpy as np
from scipy.optimize import brentq
from scipy.special import bdtr, bdtrc, betaincinv, ndtri

from remit.analysis.methods.estimates import (
    LEVEL,
    Estimate,
    Significance,
    require_counts,
    require_level,
)
from remit.analysis.methods.register import method
from remit.analysis.methods.score_bounds import wilson_bounds
from remit.errors import MethodError

NOBODY = "nobody was counted: a proportion of none is not defined"
# R takes results for equally likely that differ by rounding alone.
_SAME = 1 + 1e-7


def _interval(
    count: int, n: int, level: float, bounds: Callable[[float], tuple[float, float]]
) -> Estimate:
    """The estimate with bounds by the tail of each side."""
    require_counts("a proportion", (count, n))
    require_level(level)
    if n == 0:
        return Estimate(None, level=level, warnings=(NOBODY,))
    low, high = bounds((1 - level) / 2)
    return Estimate(count / n, low, high, level)


@method(
    "exact interval of a proportion (Clopper-Pearson)",
    reference="Clopper CJ, Pearson ES. Biometrika 1934;26:404",
    oracle="one_proportion",
    tolerance=1e-9,
)
def clopper_pearson(count: int, n: int, *, level: float = LEVEL) -> Estimate:
    """The proportion of `count` in `n` with the interval that never covers too seldom.

    >>> clopper_pearson(5, 5).low.__round__(4)
    0.4782
    """

    def bounds(tail: float) -> tuple[float, float]:
        low = 0.0 if count == 0 else float(betaincinv(count, n - count + 1, tail))
        high = 1.0 if count == n else float(betaincinv(count + 1, n - count, 1 - tail))
        return low, high

    return _interval(count, n, level, bounds)


@method(
    "score interval of a proportion (Wilson)",
    reference="Wilson EB. J Am Stat Assoc 1927;22:209",
    oracle="one_proportion",
    tolerance=1e-9,
)
def wilson(count: int, n: int, *, level: float = LEVEL) -> Estimate:
    """The proportion of `count` in `n` with the interval by inverting the score test."""

    def bounds(tail: float) -> tuple[float, float]:
        return wilson_bounds(count, n, -float(ndtri(tail)))

    return _interval(count, n, level, bounds)


@method(
    "interval of a proportion by Jeffreys' prior",
    reference="Brown LD, Cai TT, DasGupta A. Stat Sci 2001;16:101",
    oracle="one_proportion",
    tolerance=1e-9,
)
def jeffreys(count: int, n: int, *, level: float = LEVEL) -> Estimate:
    """The proportion with equal tails under the prior beta(1/2, 1/2); 0 and 1 at the ends."""

    def bounds(tail: float) -> tuple[float, float]:
        a, b = count + 0.5, n - count + 0.5
        low = 0.0 if count == 0 else float(betaincinv(a, b, tail))
        high = 1.0 if count == n else float(betaincinv(a, b, 1 - tail))
        return low, high

    return _interval(count, n, level, bounds)


@method(
    "mid-p interval of a proportion",
    reference="Agresti A, Gottard A. Comput Stat Data Anal 2007;51:6447",
    oracle="one_proportion",
    tolerance=1e-9,
)
def mid_p(count: int, n: int, *, level: float = LEVEL) -> Estimate:
    """As `clopper_pearson`, of what was seen only half being counted to each tail."""

    def below(share: float) -> float:  # the chance of less, and half of the same
        less = bdtr(count - 1, n, share) if count else 0.0
        return float(less + bdtr(count, n, share)) / 2

    def bounds(tail: float) -> tuple[float, float]:
        at_all = {"xtol": 1e-14, "rtol": 1e-13}
        low = (
            0.0
            if count == 0
            else float(brentq(lambda p: below(p) - (1 - tail), 0.0, 1.0, **at_all))
        )
        high = 1.0 if count == n else float(brentq(lambda p: below(p) - tail, 0.0, 1.0, **at_all))
        return low, high

    return _interval(count, n, level, bounds)


@method(
    "exact test of a proportion (binomial)",
    reference="Conover WJ. Practical nonparametric statistics. 1971:97",
    oracle="one_proportion",
    tolerance=1e-9,
)
def binomial_test(count: int, n: int, *, against: float, side: str = "two") -> Significance:
    """The chance of what was seen, or of less likely results, where the proportion is `against`.

    Args:
        side: "two"; "greater" or "less" for one side.

    Raises:
        MethodError: the counts, the proportion or the side cannot be.
    """
    require_counts("a test of a proportion", (count, n))
    require_level(against)
    if side == "greater":
        return Significance(1.0 if count == 0 else float(bdtrc(count - 1, n, against)))
    if side == "less":
        return Significance(float(bdtr(count, n, against)))
    if side != "two":
        raise MethodError(
            "a test has one side or two",
            expected="two, greater or less",
            got=side,
            next_step="name one of them",
        )
    chances = np.array([_chance(k, n, against) for k in range(n + 1)])
    return Significance(min(1.0, float(chances[chances <= chances[count] * _SAME].sum())))


def _chance(count: int, n: int, share: float) -> float:
    ways = lgamma(n + 1) - lgamma(count + 1) - lgamma(n - count + 1)
    return exp(ways + count * log(share) + (n - count) * log1p(-share))
