"""Degrees of freedom and the covariance of coefficients for small samples, by Kenward and Roger.

Kenward MG, Roger JH. Biometrics 1997;53:983, without the term of second derivatives of the
covariance (their R): none for matrices that are linear in their parameters, and what the
"linear" form leaves out for others.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
import numpy.typing as npt

from remit.analysis.methods.restricted_likelihood import RestrictedFit

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SmallSample:
    """Coefficients with the covariance that allows for the estimated one.

    Attributes:
        fit: what it is of. adjusted: the covariance of the coefficients.
    """

    fit: RestrictedFit
    adjusted: Floats

    @classmethod
    def of(cls, fit: RestrictedFit) -> SmallSample:
        phi = fit.covariance
        through = fit.slopes @ phi @ fit.slopes[:, None]
        twice = np.einsum("ij,ijab->ab", fit.spread, through)
        return cls(fit, phi + 2 * phi @ (fit.weighted - twice) @ phi)

    def combination(self, row: Floats) -> tuple[float, float, float]:
        """A combination of coefficients: its value, standard error and degrees of freedom."""
        phi = self.fit.covariance
        plain = float(row @ phi @ row)
        slopes = self.fit.slopes @ (phi @ row) @ (phi @ row)
        doubt = float(slopes @ self.fit.spread @ slopes)
        df = 2 * plain**2 / doubt if doubt > 0 else inf
        return float(row @ self.fit.beta), sqrt(max(0.0, float(row @ self.adjusted @ row))), df
