"""The mean of one group's numbers."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
from scipy.special import stdtrit

from remit.analysis.methods.estimates import LEVEL, Estimate, require_level
from remit.analysis.methods.register import method
from remit.errors import MethodError

NO_SPREAD = "one number has no spread: there is no interval"


@method(
    "mean with the interval of Student's t",
    reference="Student. Biometrika 1908;6:1",
    oracle="one_mean",
    tolerance=1e-10,
)
def mean_interval(values: Sequence[float], *, level: float = LEVEL) -> Estimate:
    """The mean of some numbers, and where it lies.

    Raises:
        MethodError: one of them is no number.
    """
    require_level(level)
    found = np.asarray(values, np.float64)
    if not np.isfinite(found).all():
        raise MethodError(
            "a mean is of numbers",
            expected="finite numbers",
            got=f"{int((~np.isfinite(found)).sum())} that are none",
            next_step="leave out persons without one, and say how many",
        )
    n = len(found)
    if n == 0:
        return Estimate(None, level=level, warnings=("nobody has a number",))
    mean = float(found.mean())
    if n == 1:
        return Estimate(mean, level=level, warnings=(NO_SPREAD,))
    half = float(stdtrit(n - 1, (1 + level) / 2)) * float(found.std(ddof=1)) / sqrt(n)
    return Estimate(mean, mean - half, mean + half, level)
