"""All outcomes of two groups under a supposed difference: their scores, and a set's chance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import xlog1py, xlogy

from remit.analysis.methods.count_tables import log_ways

Floats = npt.NDArray[np.float64]
_SHARES = 129


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


def largest_chance_at(
    region: npt.NDArray[np.bool_], difference: float, *, near: float | None = None
) -> float:
    """The largest chance of a set of outcomes, over all shares with a difference.

    Args:
        region: shape (n_1 + 1, n_2 + 1). difference: of the first group's share to the second's.
        near: far from this the chance is not refined between the points of a grid.
    """
    n_1, n_2 = region.shape[0] - 1, region.shape[1] - 1
    inside = region.astype(np.float64)
    least, most = max(0.0, -difference), min(1.0, 1.0 - difference)
    angles = np.linspace(np.arcsin(np.sqrt(least)), np.arcsin(np.sqrt(most)), _SHARES)

    def chance(angle: Floats) -> Floats:
        share = np.clip(np.sin(angle) ** 2, least, most)
        first, second = _binomial(n_1, np.clip(share + difference, 0, 1)), _binomial(n_2, share)
        return np.asarray(((first @ inside) * second).sum(axis=1))

    at = chance(angles)
    best = float(at.max())
    if near is not None and not 0.9 * near < best < 1.05 * near:
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
