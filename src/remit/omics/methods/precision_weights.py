"""Counts as log values with the precision of each: the trend of variance over the mean.

Law CW, Chen Y, Shi W, Smyth GK. Genome Biol 2014;15:R29. The answers are those of limma's `voom`;
the smooth curve is that of R's `lowess` (Cleveland WS. J Am Stat Assoc 1979;74:829).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.omics.methods.gene_models import fit_genes

Floats = npt.NDArray[np.float64]
_SPAN = 0.5
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class WeightedCounts:
    """Log2 counts per million and the weight of each, genes × samples."""

    values: Floats
    weights: Floats


def log_per_million(counts: Floats, library: Floats) -> Floats:
    """Log2 of counts per million, genes × samples; half a count is added so that 0 has one.

    Args:
        library: the size of each sample's library.
    """
    return np.asarray(np.log2((counts + 0.5) / (library + 1) * 1e6), np.float64)


def weigh_counts(counts: Floats, design: Floats, library: Floats) -> WeightedCounts:
    """Log values of counts, and how precise each is by the trend over all genes.

    Args:
        counts: genes × samples; genes without any count should be left out before.
        library: the size of each sample's library, composition taken into account.

    Raises:
        MethodError: as `fit_genes`.
    """
    values = log_per_million(counts, library)
    fits = fit_genes(values, design)
    shift = np.log2(library + 1).mean() - np.log2(1e6)
    level, spread = fits.mean + shift, np.sqrt(fits.sigma)
    some = counts.sum(axis=1) > 0
    x, y = smooth_curve(level[some], spread[some], _SPAN)
    fitted = fits.coefficients @ design.T
    count = 1e-6 * 2**fitted * (library + 1)
    trend = np.interp(np.log2(count), *_joined(x, y))
    return WeightedCounts(values, 1 / trend**4)


def _joined(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Points with the same x as one, at the mean of their y."""
    places, which, counts = np.unique(x, return_inverse=True, return_counts=True)
    return places, np.bincount(which.ravel(), y) / counts


def smooth_curve(x: Floats, y: Floats, span: float) -> tuple[Floats, Floats]:
    """Local straight lines, robust to outliers, at the sorted x.

    Args:
        span: the share of the points that each line is fitted to.

    Returns:
        The sorted x and the curve there.
    """
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    n = len(x)
    near = max(min(int(span * n + 1e-7), n), 2)
    step = 0.01 * (x[-1] - x[0])
    robust = np.ones(n)
    curve = y.copy()
    for at in range(_ROUNDS + 1):
        curve = _one_round(x, y, robust, near, step)
        if at == _ROUNDS:
            break
        off = np.abs(y - curve)
        typical = 6 * _median(off)
        if typical < 1e-7 * off.mean():
            break
        ratio = off / typical
        robust = np.where(ratio <= 0.001, 1.0, np.where(ratio > 0.999, 0.0, (1 - ratio**2) ** 2))
    return x, curve


def _median(values: Floats) -> float:
    return float(np.median(values))


def _one_round(x: Floats, y: Floats, robust: Floats, near: int, step: float) -> Floats:
    """The curve with given robustness; between points less than `step` apart it is a line."""
    n = len(x)
    curve = np.empty(n)
    left, right, last, at = 0, near - 1, -1, 0
    while True:
        while right < n - 1 and x[at] - x[left] > x[right + 1] - x[at]:
            left, right = left + 1, right + 1
        value = _local(x, y, robust, left, right, float(x[at]))
        curve[at] = y[at] if value is None else value
        if last < at - 1:
            share = (x[last + 1 : at] - x[last]) / (x[at] - x[last])
            curve[last + 1 : at] = share * curve[at] + (1 - share) * curve[last]
        last = at
        cut = x[last] + step
        at = last + 1
        while at < n and x[at] <= cut:
            if x[at] == x[last]:
                curve[at] = curve[last]
                last = at
            at += 1
        at = max(last + 1, at - 1)
        if last >= n - 1:
            return curve


def _local(
    x: Floats, y: Floats, robust: Floats, left: int, right: int, here: float
) -> float | None:
    """The line fitted around a point, there; None where all weights are 0."""
    n = len(x)
    reach = max(here - x[left], x[right] - here)
    near, far = 0.001 * reach, 0.999 * reach
    # Points of the same x beyond the right end count too.
    end = left
    while end < n and x[end] - here <= far:
        end += 1
    part = slice(left, end)
    away = np.abs(x[part] - here)
    weight = np.where(away <= near, 1.0, (1 - (away / reach) ** 3) ** 3 if reach else 1.0)
    weight = np.where(away <= far, weight, 0.0) * robust[part]
    total = weight.sum()
    if total <= 0:
        return None
    weight = weight / total
    if reach > 0:
        middle = float(weight @ x[part])
        off = here - middle
        square = float(weight @ (x[part] - middle) ** 2)
        if np.sqrt(square) > 0.001 * (x[-1] - x[0]):
            weight = weight * (off / square * (x[part] - middle) + 1)
    return float(weight @ y[part])
