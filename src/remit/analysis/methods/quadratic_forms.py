"""Scores that sum to nothing where nothing differs, tested by all of them at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

Floats = npt.NDArray[np.float64]
# Eigenvalues below this share of the largest are rounding: what ties the scores to each other.
_TIED = 1e-9


def chi_square_of(over: Floats, variance: Floats) -> tuple[float, float, float] | None:
    """The quadratic form of scores in their variance: p by chi square, the form, its rank.

    Args:
        over: the scores, shape (scores,). variance: shape (scores, scores).

    Returns:
        None where no score can vary.
    """
    free = np.linalg.matrix_rank(variance, rtol=_TIED, hermitian=True) if variance.any() else 0
    df = int(free)
    if df == 0:
        return None
    # Scores that are 0 but for rounding can give a form below 0.
    form = max(0.0, float(over @ np.linalg.pinv(variance, rtol=_TIED, hermitian=True) @ over))
    return float(chdtrc(df, form)), form, float(df)
