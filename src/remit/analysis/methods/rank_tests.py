"""Two groups compared by ranks: Wilcoxon's test, van Elteren's in strata, and the shift."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, ndtr, ndtri
from scipy.stats import rankdata

from remit.analysis.methods.estimates import LEVEL, Estimate, Significance, require_level
from remit.analysis.methods.register import method
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
MOST = 4_000_000
ALIKE = "all values are the same: nothing can be compared"
ALONE = "a group has no values: nothing can be compared"
TIES = "values are tied: the exact test is conditional on them"
FEW = "so few values have no bound of this level: the interval is open"


@method(
    "Wilcoxon's rank sum test, exact",
    reference="Wilcoxon F. Biometrics Bull 1945;1:80; Mann HB, Whitney DR. Ann Math Stat "
    "1947;18:50; ties: Streitberg B, Rohmel J. Stat Softw Newsl 1986;12:10",
    oracle="rank_tests",
    tolerance=1e-9,
)
def exact_rank_sum_test(first: Sequence[float], second: Sequence[float]) -> Significance:
    """Whether values of one group tend to be larger, over all ways to share the ranks out.

    Two-sided: rank sums as far from their mean as what was seen, or farther. `statistic` is that
    of Mann and Whitney for the first group.

    Raises:
        MethodError: a value is no number, or there are too many to count the ways.
    """
    one, other = _values(first), _values(second)
    if not len(one) or not len(other):
        return Significance(None, warnings=(ALONE,))
    ranks = rankdata(np.concatenate([one, other]))
    twice = np.rint(2 * ranks).astype(np.int64)
    ways = _rank_sums(twice, len(one))
    seen = int(twice[: len(one)].sum())
    middle = len(one) * (len(ranks) + 1)
    far = np.abs(np.arange(len(ways)) - middle) >= abs(seen - middle)
    statistic = float(ranks[: len(one)].sum()) - len(one) * (len(one) + 1) / 2
    warnings = (TIES,) if len(np.unique(ranks)) < len(ranks) else ()
    return Significance(min(1.0, float(ways[far].sum())), statistic, warnings=warnings)


@method(
    "Wilcoxon's rank sum test, normal approximation",
    reference="Mann HB, Whitney DR. Ann Math Stat 1947;18:50",
    oracle="rank_tests",
    tolerance=1e-9,
)
def rank_sum_test(
    first: Sequence[float], second: Sequence[float], *, correct: bool = False
) -> Significance:
    """Whether values of one group tend to be larger; ties share a rank. `statistic` is z.

    Args:
        correct: half a rank is taken off for continuity.

    Raises:
        MethodError: a value is no number.
    """
    return _stratified([(_values(first), _values(second))], correct=correct)


@method(
    "van Elteren's test of two groups in strata",
    reference="van Elteren PH. Bull Int Stat Inst 1960;37:351; Lehmann EL. Nonparametrics. "
    "1975:145",
    oracle="rank_tests",
    tolerance=1e-9,
)
def van_elteren_test(
    first: Sequence[Sequence[float]], second: Sequence[Sequence[float]]
) -> Significance:
    """Whether values of one group tend to be larger within strata. `statistic` is chi square.

    Args:
        first, second: the values of each group, a list for each stratum, in one order. A stratum
            in which either has none says nothing and is left out.

    Raises:
        MethodError: the groups have not the same strata, or a value is no number.
    """
    if len(first) != len(second):
        raise MethodError(
            "both groups have the same strata",
            expected=f"{len(first)} lists of values",
            got=str(len(second)),
            next_step="give an empty list where a group has nobody",
        )
    pairs = [(_values(one), _values(other)) for one, other in zip(first, second, strict=True)]
    found = _stratified([pair for pair in pairs if len(pair[0]) and len(pair[1])], correct=False)
    if found.statistic is None:
        return found
    chi = found.statistic**2
    return Significance(float(chdtrc(1, chi)), chi, 1.0, found.warnings)


@method(
    "shift between two groups (Hodges-Lehmann), exact interval",
    reference="Hodges JL, Lehmann EL. Ann Math Stat 1963;34:598; Bauer DF. J Am Stat Assoc "
    "1972;67:687",
    oracle="rank_tests",
    tolerance=1e-9,
)
def exact_shift(
    first: Sequence[float], second: Sequence[float], *, level: float = LEVEL
) -> Estimate:
    """How far the first group lies above the second: the median of all differences between them.

    Raises:
        MethodError: a value is no number, or there are too many to count the ways.
    """
    require_level(level)
    one, other = _values(first), _values(second)
    if not len(one) or not len(other):
        return Estimate(None, level=level, warnings=(ALONE,))
    apart = np.sort(np.subtract.outer(one, other).ravel())
    m, n = len(one), len(other)
    ways = _rank_sums(2 * np.arange(1, m + n + 1), m)[m * (m + 1) :: 2]
    below = np.cumsum(ways)
    # The largest rank sum whose tail is no more than half of what the level leaves.
    cut = int(np.searchsorted(below, (1 - level) / 2 * (1 + 1e-12), side="right"))
    warnings = () if len(np.unique(np.concatenate([one, other]))) == m + n else (TIES,)
    if cut == 0:
        return Estimate(float(np.median(apart)), -inf, inf, level, (*warnings, FEW))
    low, high = float(apart[cut - 1]), float(apart[len(apart) - cut])
    return Estimate(float(np.median(apart)), low, high, level, warnings)


@method(
    "shift between two groups (Hodges-Lehmann), asymptotic interval",
    reference="Hodges JL, Lehmann EL. Ann Math Stat 1963;34:598; Moses LE. In: Walker HM, Lev J. "
    "Statistical inference. 1953",
    oracle="rank_tests",
    tolerance=1e-7,
)
def asymptotic_shift(
    first: Sequence[float], second: Sequence[float], *, level: float = LEVEL
) -> Estimate:
    """How far the first group lies above the second: the median of all differences between them.

    The interval holds every shift that Wilcoxon's test, by its normal approximation without ties
    and without a correction for continuity, does not reject.

    Raises:
        MethodError: a value is no number.
    """
    require_level(level)
    one, other = _values(first), _values(second)
    if not len(one) or not len(other):
        return Estimate(None, level=level, warnings=(ALONE,))
    apart = np.sort(np.subtract.outer(one, other).ravel())
    m, n = len(one), len(other)
    half = -float(ndtri((1 - level) / 2)) * sqrt(m * n * (m + n + 1) / 12)
    cut = int(np.floor(m * n / 2 - half)) + 1
    if cut < 1:
        return Estimate(float(np.median(apart)), -inf, inf, level, (FEW,))
    return Estimate(
        float(np.median(apart)), float(apart[cut - 1]), float(apart[len(apart) - cut]), level
    )


def _stratified(pairs: Sequence[tuple[Floats, Floats]], *, correct: bool) -> Significance:
    """Rank sums of the first groups over their standard deviation, weighed by 1 / (n + 1)."""
    if not any(len(one) and len(other) for one, other in pairs):
        return Significance(None, warnings=(ALONE,))
    over = variance = weights = 0.0
    for one, other in pairs:
        ranks = rankdata(np.concatenate([one, other]))
        m, n = len(one), len(other)
        weight = 1 / (m + n + 1)
        over += weight * (float(ranks[:m].sum()) - m * (m + n + 1) / 2)
        variance += weight**2 * m * n / (m + n) * float(ranks.var(ddof=1)) if m + n > 1 else 0.0
        weights += weight
    if variance <= 0:
        return Significance(None, warnings=(ALIKE,))
    if correct:
        over = float(np.sign(over)) * max(0.0, abs(over) - 0.5 * weights)
    z = over / sqrt(variance)
    return Significance(2 * float(ndtr(-abs(z))), z)


def _rank_sums(twice: npt.NDArray[np.int64], chosen: int) -> Floats:
    """The chance of each sum of so many of these numbers, each set alike."""
    most = int(np.sort(twice)[len(twice) - chosen :].sum())
    if (chosen + 1) * (most + 1) > MOST:
        raise MethodError(
            "there are too many values to count the ways to share their ranks out",
            expected=f"{MOST:,} sums at most",
            got=f"{(chosen + 1) * (most + 1):,}",
            next_step="use the normal approximation",
        )
    ways = np.zeros((chosen + 1, most + 1))
    ways[0, 0] = 1.0
    for place, number in enumerate(twice.tolist(), 1):
        for drawn in range(min(place, chosen), 0, -1):
            ways[drawn, number:] += ways[drawn - 1, : most + 1 - number]
        if place % 64 == 0:
            ways /= ways.max()
    return np.asarray(ways[chosen] / ways[chosen].sum(), np.float64)


def _values(values: Sequence[float]) -> Floats:
    found = np.asarray(values, np.float64).reshape(-1)
    if not np.isfinite(found).all():
        raise MethodError(
            "groups are compared by numbers",
            expected="finite numbers",
            got=f"{int((~np.isfinite(found)).sum())} that are none",
            next_step="leave out persons without one, and say how many",
        )
    return found
