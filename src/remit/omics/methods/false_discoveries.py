"""How many of many findings may be false: Benjamini and Hochberg, and Simes over families."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def benjamini_hochberg(p: Floats) -> Floats:
    """The adjusted p of each test: the least rate of false discoveries at which it is one.

    Benjamini Y, Hochberg Y. J R Stat Soc B 1995;57:289.

    Args:
        p: of the tests that were made, any order, each from 0 to 1.

    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.04, 0.04]
    """
    if not p.size:
        return p.copy()
    order = np.argsort(p)[::-1]
    ranks = np.arange(p.size, 0, -1)
    adjusted = np.minimum.accumulate(np.minimum(p[order] * p.size / ranks, 1.0))
    found = np.empty_like(p)
    found[order] = adjusted
    return found


def simes(p: Floats) -> float:
    """One p for the claim that nothing of a family differs (Simes RJ. Biometrika 1986;73:751).

    >>> round(simes(np.array([0.01, 0.04, 0.03])), 4)
    0.03
    """
    ordered = np.sort(p)
    return float(min(1.0, (ordered * p.size / np.arange(1, p.size + 1)).min()))
