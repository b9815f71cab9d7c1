"""What every outcome of two groups would have given: tests and their p over all pairs of counts.

A table of them has shape (n_1 + 1, n_2 + 1): the row is how many of the first group answer, the
column how many of the second.
"""

from __future__ import annotations

from functools import lru_cache
from math import pi, sqrt

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import gammaln, ndtr, xlog1py, xlogy

from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
SIDES = ("two", "greater", "less")
CONDITIONAL = ("fisher", "fisher_mid_p")
NORMAL = ("chi_square", "miettinen_nurminen")
UNCONDITIONAL = ("boschloo", "barnard")
TESTS = (*CONDITIONAL, *UNCONDITIONAL, *NORMAL)
# Outcomes are equally extreme when they differ by rounding alone, as R has it.
_SAME = 1e-7


def log_ways(n: int) -> Floats:
    """The logarithms of how many ways there are to choose 0, 1 … n of n."""
    k = np.arange(n + 1)
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def chances(n: int, share: float) -> Floats:
    """The chance of 0, 1 … n answers where each of n comes with one share."""
    k = np.arange(n + 1)
    return np.asarray(np.exp(log_ways(n) + xlogy(k, share) + xlog1py(n - k, -share)))


def check_test(n_1: int, n_2: int, test: str, side: str) -> None:
    """Nothing, when the test can be made of two groups.

    Raises:
        MethodError: a group is empty, or nobody knows the test or its side.
    """
    if min(n_1, n_2) < 1:
        raise MethodError(
            "two groups are compared",
            expected="1 person at least in each",
            got=f"{n_1} and {n_2}",
            next_step="plan persons in both",
        )
    for word, known, of in ((test, TESTS, "test"), (side, SIDES, "side")):
        if word not in known:
            raise MethodError(
                f"there is no {of} {word!r} of two proportions",
                expected=f"one of {', '.join(known)}",
                got=word,
                next_step="name one of them",
            )


@lru_cache(maxsize=16)
def conditional_p(n_1: int, n_2: int, side: str, *, mid: bool = False) -> Floats:
    """Fisher's p of every outcome: within those of the same sum.

    Args:
        mid: outcomes as likely as the seen one count half.
    """
    found = np.ones((n_1 + 1, n_2 + 1))
    first, second = log_ways(n_1), log_ways(n_2)
    # Two-sided, who answers and who does not may change places: half of the sums is enough.
    sums = (n_1 + n_2) // 2 if side == "two" else n_1 + n_2
    for total in range(sums + 1):
        row = np.arange(max(0, total - n_2), min(n_1, total) + 1)
        weights = first[row] + second[total - row]
        share = np.exp(weights - weights.max())
        share /= share.sum()
        if side == "two":
            order = np.argsort(share, kind="stable")
            level = _levels(share[order])
            summed = np.concatenate([[0.0], np.cumsum(np.bincount(level, share[order]))])
            tail, same = np.empty(len(row)), np.empty(len(row))
            tail[order] = summed[level + 1]
            same[order] = summed[level + 1] - summed[level]
        else:
            tail = np.cumsum(share[::-1])[::-1] if side == "greater" else np.cumsum(share)
            same = share
        p = tail - same / 2 if mid else tail
        if side == "two":
            found[n_1 - row, n_2 - total + row] = p
        found[row, total - row] = p
    found = np.minimum(found, 1.0)
    found.setflags(write=False)
    return found


def _levels(ascending: Floats) -> Whole:
    """Equal numbers, but for rounding, get one whole number, from 0."""
    steps = np.diff(ascending) > _SAME * np.maximum(np.abs(ascending[1:]), 1e-300)
    return np.concatenate([[0], np.cumsum(steps)]).astype(np.int64)


@lru_cache(maxsize=16)
def pooled_z(n_1: int, n_2: int) -> Floats:
    """The difference over its error, both groups having one share; 0 where none or all answer."""
    x_1, x_2 = np.arange(n_1 + 1)[:, None], np.arange(n_2 + 1)[None, :]
    total = (x_1 + x_2).astype(np.float64)
    share = total / (n_1 + n_2)
    variance = share * (1 - share) * (1 / n_1 + 1 / n_2)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(variance > 0, (x_1 / n_1 - x_2 / n_2) / np.sqrt(variance), 0.0)
    found.setflags(write=False)
    return found


def normal_p(n_1: int, n_2: int, test: str, side: str) -> Floats:
    """The p of the score by the normal distribution, of every outcome."""
    z = pooled_z(n_1, n_2)
    if test == "miettinen_nurminen":
        z = z * sqrt((n_1 + n_2 - 1) / (n_1 + n_2))
    if side == "two":
        return np.asarray(2 * ndtr(-np.abs(z)))
    return np.asarray(ndtr(-z) if side == "greater" else ndtr(z))


@lru_cache(maxsize=16)
def extremity(n_1: int, n_2: int, test: str, side: str) -> Whole:
    """How extreme every outcome is: 0 the most, equal numbers for equally extreme ones."""
    if test == "boschloo":
        of = np.log(np.maximum(conditional_p(n_1, n_2, side), 1e-300))
    else:
        z = pooled_z(n_1, n_2)
        of = -np.abs(z) if side == "two" else -z if side == "greater" else z
    flat = of.ravel()
    order = np.argsort(flat, kind="stable")
    steps = np.diff(flat[order]) > _SAME
    found = np.empty(flat.size, np.int64)
    found[order] = np.concatenate([[0], np.cumsum(steps)])
    found.setflags(write=False)
    return found.reshape(of.shape)


def largest_chance(region: npt.NDArray[np.bool_], *, over: float = 2.0) -> float:
    """The largest chance of a set of outcomes, whatever share both groups have in common.

    Given the sum of both groups the chance of the set does not depend on the share: what is left to
    search is a mixture of as many binomial chances as there are sums.

    Args:
        over: whether it exceeds this is all that is asked; how far is not refined.
    """
    n_1, n_2 = region.shape[0] - 1, region.shape[1] - 1
    angles, mixture = _mixture(n_1 + n_2)
    rows, columns = np.nonzero(region)
    if not len(rows):
        return 0.0
    total = rows + columns
    weights = log_ways(n_1)[rows] + log_ways(n_2)[columns] - log_ways(n_1 + n_2)[total]
    within = np.bincount(total, np.exp(weights), n_1 + n_2 + 1)
    at = mixture @ within
    best = float(at.max())
    if best > over or best < 0.9 * over < 1:
        return best

    def less(angle: float) -> float:
        return -float(chances(n_1 + n_2, float(np.sin(angle)) ** 2) @ within)

    # Between two points of the grid the chance rises by less than a hundredth.
    tops = [i for i in range(1, len(at) - 1) if at[i] >= max(at[i - 1], at[i + 1], 0.98 * best)]
    for top in tops:
        ends = (float(angles[top - 1]), float(angles[top + 1]))
        found = minimize_scalar(less, bounds=ends, method="bounded", options={"xatol": 1e-10})
        best = max(best, -float(found.fun))
    return min(best, 1.0)


@lru_cache(maxsize=16)
def _mixture(n: int) -> tuple[Floats, Floats]:
    """Shares, evenly spread by the arcsine of their root, and the chances of each sum of n."""
    angles = np.linspace(0, pi / 2, 65 + 2 * int(16 * sqrt(n)))
    share = np.sin(angles)[:, None] ** 2
    k = np.arange(n + 1)[None, :]
    found = np.exp(log_ways(n)[None, :] + xlogy(k, share) + xlog1py(n - k, -share))
    return angles, found


def rejected(n_1: int, n_2: int, test: str, side: str, level: float) -> npt.NDArray[np.bool_]:
    """Which outcomes a test of a level rejects, shape (n_1 + 1, n_2 + 1).

    Raises:
        MethodError: as `check_test`.
    """
    check_test(n_1, n_2, test, side)
    if test in CONDITIONAL:
        p = conditional_p(n_1, n_2, side, mid=test == "fisher_mid_p")
        return np.asarray(p <= level * (1 + _SAME))
    if test in NORMAL:
        return np.asarray(normal_p(n_1, n_2, test, side) <= level)
    rank = extremity(n_1, n_2, test, side)
    # The chance of the most extreme outcomes rises as more are counted: halve what is left.
    low, high = -1, int(rank.max())
    while low < high:
        middle = (low + high + 1) // 2
        if largest_chance(rank <= middle, over=level) <= level:
            low = middle
        else:
            high = middle - 1
    return np.asarray(rank <= low)
