"""Two proportions in strata: one difference over all of them, and its test.

Strata are rows of four counts: `count_1` of `n_1` against `count_2` of `n_2`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, sqrt
from typing import TypeAlias

from scipy.special import ndtri

from remit.analysis.methods.estimates import LEVEL, Estimate, require_counts, require_level
from remit.analysis.methods.register import method
from remit.analysis.methods.two_proportions import inverted, variance_of_difference

Stratum: TypeAlias = tuple[int, int, int, int]
NO_STRATUM = "no stratum holds persons of both groups"


@method(
    "risk difference over strata (Mantel-Haenszel, Sato's variance)",
    reference="Greenland S, Robins JM. Biometrics 1985;41:55; Sato T. Biometrics 1989;45:1323",
    oracle="stratified_proportions",
    tolerance=1e-9,
)
def mantel_haenszel_difference(strata: Sequence[Stratum], *, level: float = LEVEL) -> Estimate:
    """The difference weighted by n1 n2 / N, with a variance for few large or many small strata."""
    kept, warnings = both_groups(strata, level)
    if not kept:
        return Estimate(None, level=level, warnings=warnings)
    weight = above = first = second = 0.0
    for x_1, n_1, x_2, n_2 in kept:
        n = n_1 + n_2
        weight += n_1 * n_2 / n
        above += (x_1 * n_2 - x_2 * n_1) / n
        first += (n_1**2 * x_2 - n_2**2 * x_1 + n_1 * n_2 * (n_2 - n_1) / 2) / n**2
        second += (x_1 * (n_2 - x_2) + x_2 * (n_1 - x_1)) / (2 * n)
    value = above / weight
    variance = (value * first + second) / weight**2
    return _normal(value, variance, level, warnings)


@method(
    "risk difference over strata (weights of Cochran-Mantel-Haenszel)",
    reference="Kim Y, Won S. PharmaSUG 2013, paper SP04",
    oracle="stratified_proportions",
    tolerance=1e-9,
)
def weighted_difference(strata: Sequence[Stratum], *, level: float = LEVEL) -> Estimate:
    """The same weights, each stratum's variance being that of its own two proportions.

    As SAS prints "stratified by CMH weights": a stratum without variance adds none.
    """
    kept, warnings = both_groups(strata, level)
    if not kept:
        return Estimate(None, level=level, warnings=warnings)
    weights = [n_1 * n_2 / (n_1 + n_2) for _, n_1, _, n_2 in kept]
    whole = sum(weights)
    value = variance = 0.0
    for weight, (x_1, n_1, x_2, n_2) in zip(weights, kept, strict=True):
        p_1, p_2 = x_1 / n_1, x_2 / n_2
        value += weight / whole * (p_1 - p_2)
        variance += (weight / whole) ** 2 * (p_1 * (1 - p_1) / n_1 + p_2 * (1 - p_2) / n_2)
    return _normal(value, variance, level, warnings)


@method(
    "risk difference over strata (Miettinen-Nurminen, weights of Cochran-Mantel-Haenszel)",
    reference="Miettinen O, Nurminen M. Stat Med 1985;4:213",
    oracle="stratified_proportions",
    tolerance=1e-8,
)
def stratified_score_difference(strata: Sequence[Stratum], *, level: float = LEVEL) -> Estimate:
    """The same weighted difference, with the interval by inverting its score test."""
    kept, warnings = both_groups(strata, level)
    if not kept:
        return Estimate(None, level=level, warnings=warnings)
    whole = sum(n_1 * n_2 / (n_1 + n_2) for _, n_1, _, n_2 in kept)
    shares = [n_1 * n_2 / (n_1 + n_2) / whole for _, n_1, _, n_2 in kept]
    value = sum(
        share * (x_1 / n_1 - x_2 / n_2)
        for share, (x_1, n_1, x_2, n_2) in zip(shares, kept, strict=True)
    )

    def score(difference: float) -> float:
        seen = value - difference
        if seen == 0:
            return 0.0
        variance = sum(
            share**2
            * variance_of_difference(*stratum, difference)
            * ((n := stratum[1] + stratum[3]) / (n - 1))
            for share, stratum in zip(shares, kept, strict=True)
        )
        return seen / sqrt(variance) if variance > 0 else inf if seen > 0 else -inf

    low, high = inverted(score, value, level)
    return Estimate(value, low, high, level, warnings)


def both_groups(strata: Sequence[Stratum], level: float) -> tuple[list[Stratum], tuple[str, ...]]:
    """The strata that hold both groups, and what is said of the others.

    Raises:
        MethodError: a count or the level cannot be.
    """
    require_level(level)
    for x_1, n_1, x_2, n_2 in strata:
        require_counts("a stratum", (x_1, n_1), (x_2, n_2))
    kept = [stratum for stratum in strata if stratum[1] and stratum[3]]
    if not kept:
        return [], (NO_STRATUM,)
    left = [stratum for stratum in strata if not (stratum[1] and stratum[3])]
    persons = sum(n_1 + n_2 for _, n_1, _, n_2 in left)
    if not persons:
        return kept, ()
    return kept, (f"{persons} persons stand in a stratum of one group alone: they do not count",)


def _normal(value: float, variance: float, level: float, warnings: tuple[str, ...]) -> Estimate:
    half = -float(ndtri((1 - level) / 2)) * sqrt(max(variance, 0.0))
    if not half:
        warnings += ("no variance was seen: the interval is a point",)
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half), level, warnings)
