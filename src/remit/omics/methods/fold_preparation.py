"""What is learnt from the training persons of a fold, and done to the persons left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
MOST_MISSING = 0.2


@dataclass(frozen=True, slots=True)
class PreparedFold:
    """Training and test persons × features, on one scale: training columns have mean 0, sd 1."""

    train: Floats
    test: Floats


def prepare_fold(
    values: Floats,
    train: Whole,
    test: Whole,
    *,
    keep: int = 0,
    batch: Whole | None = None,
    most_missing: float = MOST_MISSING,
) -> PreparedFold:
    """Impute, centre by batch, filter by variance and scale, by the training persons alone.

    Features that too many of the training persons lack, or that do not vary among them, are left
    out. A missing value becomes the training mean. A test person of a batch that no
    training person has is centred by the mean of all.

    Args:
        values: persons × features; NaN is a value that is not known.
        keep: how many features of the largest variance stay; 0: all.
        batch: persons: the batch of each; None: none is corrected for.
        most_missing: the share of training persons that may lack a feature.
    """
    seen, other = values[train], values[test]
    known = np.isfinite(seen)
    if not known.all():
        usable = known.mean(axis=0) >= 1 - most_missing
        seen, other, known = seen[:, usable], other[:, usable], known[:, usable]
        mean = np.where(known, seen, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        seen = np.where(known, seen, mean)
        other = np.where(np.isfinite(other), other, mean)
    else:
        mean = seen.mean(axis=0)
        lacking = ~np.isfinite(other)
        if lacking.any():
            other = np.where(lacking, mean, other)
    if batch is not None:
        seen, other = _centred(seen, other, batch[train], batch[test])
        mean = np.zeros(seen.shape[1])
    square = np.einsum("ij,ij->j", seen - mean, seen - mean)
    variance = square / max(len(seen) - 1, 1)
    chosen = np.flatnonzero(variance > 1e-12)
    if 0 < keep < len(chosen):
        part = np.argpartition(-variance[chosen], keep - 1)[:keep]
        chosen = chosen[np.sort(part)]
    scale = np.sqrt(variance[chosen])
    first, second = seen[:, chosen] - mean[chosen], other[:, chosen] - mean[chosen]
    return PreparedFold(first / scale, second / scale)


def _centred(seen: Floats, other: Floats, of_seen: Whole, of_other: Whole) -> tuple[Floats, Floats]:
    whole = seen.mean(axis=0)
    seen_out, other_out = seen - whole, other - whole
    for one in np.unique(of_seen):
        mean = seen[of_seen == one].mean(axis=0)
        seen_out[of_seen == one] = seen[of_seen == one] - mean
        other_out[of_other == one] = other[of_other == one] - mean
    return seen_out, other_out
