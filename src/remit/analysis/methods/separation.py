"""Separation: covariates that tell yes from no without a fault, so that no ratio has a bound.

Albert A, Anderson JA. Biometrika 1984;71:1; by linear programs: Konis K. Linear programming
algorithms for detecting separated data in binary logistic regression models. Oxford 2007.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

Floats = npt.NDArray[np.float64]
NONE = 1e-7


def unbounded(x: Floats, y: Floats) -> tuple[int, ...]:
    """Of each coefficient whether its likeliest value is infinite: 1, -1, or 0 where it is finite.

    2 where it may be infinite on either side.

    Args:
        x: covariates with a column of ones, of full rank. y: 1 is yes.
    """
    signed = x * np.where(y > 0, 1.0, -1.0)[:, None]
    width = x.shape[1]
    found = []
    for place in range(width):
        ends = []
        for side in (1.0, -1.0):
            aim = np.zeros(width)
            aim[place] = -side
            best = linprog(aim, A_ub=-signed, b_ub=np.zeros(len(y)), bounds=[(-1, 1)] * width)
            ends.append(best.status == 0 and -best.fun > NONE)
        found.append({(False, False): 0, (True, False): 1, (False, True): -1}.get(tuple(ends), 2))
    return tuple(found)
