"""The difference of two proportions with an exact interval that supposes no margin."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, minimize_scalar
from scipy.special import xlog1py, xlogy

from remit.analysis.methods.count_tables import log_ways
from remit.analysis.methods.estimates import LEVEL, Estimate, require_counts, require_level
from remit.analysis.methods.register import method
from remit.analysis.methods.two_proportions import EMPTY
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
MOST_PERSONS = 200
_STEPS = 80
_SHARES = 129
# Outcomes whose scores differ by rounding alone are equally extreme.
_SAME = 1e-9


@method(
    "difference of two proportions, exact without a margin (Chan-Zhang)",
    reference="Chan ISF, Zhang Z. Biometrics 1999;55:1202",
    oracle="exact_differences",
    tolerance=1e-6,
)
def exact_difference(
    count_1: int, n_1: int, count_2: int, n_2: int, *, level: float = LEVEL
) -> Estimate:
    """The difference with the ones that neither of two exact tests of one side rejects.

    Outcomes are ordered by the score of the supposed difference; each test takes the largest
    chance over all shares. It never covers too seldom, and is wider than Miettinen's and
    Nurminen's.

    Raises:
        MethodError: a count or the level cannot be; more than 200 persons are in a group.
    """
    require_counts("two proportions", (count_1, n_1), (count_2, n_2))
    require_level(level)
    if 0 in (n_1, n_2):
        return Estimate(None, level=level, warnings=(EMPTY,))
    if max(n_1, n_2) > MOST_PERSONS:
        raise MethodError(
            "all outcomes are gone through at each difference: a group is too large",
            expected=f"{MOST_PERSONS} persons at most",
            got=f"{n_1} and {n_2}",
            next_step="take miettinen_nurminen_difference, which is near it for so many",
        )
    value = count_1 / n_1 - count_2 / n_2
    low = _bound(count_1, n_1, count_2, n_2, level)
    # The upper bound is the lower one of the second group against the first.
    high = -_bound(count_2, n_2, count_1, n_1, level)
    return Estimate(value, low, high, level)


def _bound(count_1: int, n_1: int, count_2: int, n_2: int, level: float) -> float:
    """The smallest difference that the test against larger ones does not reject."""
    tail, value = (1 - level) / 2, count_1 / n_1 - count_2 / n_2

    def off(difference: float) -> float:
        return _largest((count_1, n_1, count_2, n_2), difference, tail) - tail

    # The p does not always rise with the difference: the first step that is not rejected counts.
    before = -1.0
    for step in np.linspace(-1, value, _STEPS)[1:]:
        if off(float(step)) > 0:
            if before == -1.0 and off(-1 + 1e-9) > 0:
                return -1.0
            start = max(before, -1 + 1e-9)
            return float(brentq(off, start, float(step), xtol=1e-12, rtol=1e-12))
        before = float(step)
    return value


def _largest(seen: tuple[int, int, int, int], difference: float, tail: float) -> float:
    """The largest chance, at a difference, of a score as large as the seen one.

    Far from `tail` it is not refined between the points of a grid.
    """
    count_1, n_1, count_2, n_2 = seen
    score = scores_of_difference(n_1, n_2, difference)
    region = (score >= score[count_1, count_2] - _SAME).astype(np.float64)
    least, most = max(0.0, -difference), min(1.0, 1.0 - difference)
    angles = np.linspace(np.arcsin(np.sqrt(least)), np.arcsin(np.sqrt(most)), _SHARES)

    def chance(angle: Floats) -> Floats:
        share = np.clip(np.sin(angle) ** 2, least, most)
        first, second = _binomial(n_1, np.clip(share + difference, 0, 1)), _binomial(n_2, share)
        return np.asarray(((first @ region) * second).sum(axis=1))

    at = chance(angles)
    best = float(at.max())
    if not 0.9 * tail < best < 1.05 * tail:
        return best
    for top in np.flatnonzero(at >= 0.98 * best).tolist():
        ends = (float(angles[max(top - 1, 0)]), float(angles[min(top + 1, _SHARES - 1)]))
        if at[top] < max(at[max(top - 1, 0)], at[min(top + 1, _SHARES - 1)]) or ends[0] >= ends[1]:
            continue
        found = minimize_scalar(
            lambda one: -float(chance(np.array([one]))[0]),
            bounds=ends,
            method="bounded",
            options={"xatol": 1e-9},
        )
        best = max(best, -float(found.fun))
    return best


def _binomial(n: int, share: Floats) -> Floats:
    """The chances of 0, 1 … n (columns) at each share (rows)."""
    k = np.arange(n + 1)[None, :]
    p = share[:, None]
    return np.asarray(np.exp(log_ways(n)[None, :] + xlogy(k, p) + xlog1py(n - k, -p)))


def scores_of_difference(n_1: int, n_2: int, difference: float) -> Floats:
    """How many standard errors each outcome lies above a supposed difference.

    The same as `score_of_difference`, of all outcomes at once; shape (n_1 + 1, n_2 + 1).
    """
    x_1, x_2 = np.arange(n_1 + 1.0)[:, None], np.arange(n_2 + 1.0)[None, :]
    n, count = n_1 + n_2, x_1 + x_2
    square = (n_1 + 2 * n_2) * difference - n - count
    linear = (n_2 * difference - n - 2 * x_2) * difference + count
    constant = x_2 * difference * (1 - difference)
    third = square / (3 * n)
    q = third**3 - square * linear / (6 * n * n) + constant / (2 * n)
    size = np.sqrt(np.maximum(third * third - linear / (3 * n), 0.0))
    size = np.where(q > 0, size, -size)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(size != 0, np.clip(q / size**3, -1, 1), 0.0)
    second = 2 * size * np.cos((np.pi + np.arccos(ratio)) / 3) - third
    second = np.clip(second, max(0.0, -difference), min(1.0, 1.0 - difference))
    first = np.clip(second + difference, 0.0, 1.0)
    variance = first * (1 - first) / n_1 + second * (1 - second) / n_2
    seen = x_1 / n_1 - x_2 / n_2 - difference
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(variance > 0, seen / np.sqrt(variance), np.sign(seen) * 1e9)
    return np.asarray(np.where(np.abs(seen) < 1e-15, 0.0, found))
