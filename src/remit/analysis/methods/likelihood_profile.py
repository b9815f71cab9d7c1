"""Bounds and tests of one coefficient by how far the likelihood falls beside it.

Venzon DJ, Moolgavkar SH. Appl Stat 1988;37:87.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import chdtri

Floats = npt.NDArray[np.float64]
# Coefficients of covariates of spread 1: beyond, no likelihood tells one from the next.
BEYOND = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class LikelihoodFit:
    """The likeliest coefficients, their covariance and the logarithm of their likelihood."""

    beta: Floats
    covariance: Floats
    log_likelihood: float
    settled: bool


# The likeliest fit with some coefficients held, by their places, begun at the coefficients given.
Refit = Callable[[dict[int, float], Floats], LikelihoodFit]


def profile_bounds(
    fit: LikelihoodFit, place: int, level: float, refit: Refit
) -> tuple[float, float]:
    """The coefficients left and right at which the likelihood has fallen as far as the level says.

    A bound is infinite where the likelihood never falls so far.
    """
    fall = float(chdtri(1, 1 - level)) / 2
    near = fit.beta

    def above(at: float) -> float:
        nonlocal near
        held = refit({place: at}, near)
        near = held.beta
        return fit.log_likelihood - held.log_likelihood - fall

    bounds = []
    for side in (-1.0, 1.0):
        near, inner = fit.beta, float(fit.beta[place])
        reach = max(0.1, min(2.0, float(np.sqrt(fit.covariance[place, place]))))
        outer, far = inner + side * reach, BEYOND + abs(inner)
        while above(outer) <= 0 and abs(outer) < far:
            inner, reach = outer, 1.5 * reach
            outer += side * reach
        if abs(outer) >= far and above(outer) <= 0:
            bounds.append(side * inf)
        else:
            bounds.append(float(brentq(above, *sorted((inner, outer)), xtol=1e-12, rtol=1e-13)))
    return bounds[0], bounds[1]
