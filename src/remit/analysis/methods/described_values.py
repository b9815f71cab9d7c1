"""Numbers as tables print them: mean, spread, quantiles as SAS has them, change from before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isclose, sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

from remit.analysis.methods.estimates import LEVEL, Estimate, Significance, require_level
from remit.analysis.methods.register import method
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
NOBODY = "nobody has a value"
ONE = "one value alone has no standard deviation: no interval and no test can be given"
NO_SPREAD = "all values are the same: no interval and no test can be given"


@dataclass(frozen=True, slots=True)
class Description:
    """A column of numbers in figures. None is what cannot be said; `warnings` say why.

    Attributes:
        n: how many numbers. mean: with its interval by Student's t.
        deviation, error: standard deviation, and standard error of the mean.
        quartiles: the lower quartile, the median and the upper one, by definition 5 of SAS.
        extremes: the least and the greatest.
    """

    n: int
    mean: Estimate
    deviation: float | None = None
    error: float | None = None
    quartiles: tuple[float, float, float] | None = None
    extremes: tuple[float, float] | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PairedChange:
    """How numbers changed within persons.

    Attributes:
        before, after, change: of the persons who have both.
        test: Student's t of no change.
        missing: persons who lack one of both.
    """

    before: Description
    after: Description
    change: Description
    test: Significance
    missing: int


@method(
    "mean, standard deviation and quartiles",
    reference="Hyndman RJ, Fan Y. Am Stat 1996;50:361, definition 2: definition 5 of SAS",
    oracle="described_values",
    tolerance=1e-10,
)
def description(values: Sequence[float], *, level: float = LEVEL) -> Description:
    """Numbers as a table prints them.

    Raises:
        MethodError: a value is no number.
    """
    require_level(level)
    found = np.sort(_finite(values))
    n = len(found)
    if not n:
        return Description(0, Estimate(None, level=level, warnings=(NOBODY,)), warnings=(NOBODY,))
    mean = float(found.mean())
    quartiles = (sas_quantile(found, 0.25), sas_quantile(found, 0.5), sas_quantile(found, 0.75))
    extremes = float(found[0]), float(found[-1])
    if n == 1:
        alone = Estimate(mean, level=level, warnings=(ONE,))
        return Description(1, alone, None, None, quartiles, extremes, (ONE,))
    # Numbers that are the same leave a rounding error around their mean.
    deviation = float(found.std(ddof=1)) if extremes[0] < extremes[1] else 0.0
    error = deviation / sqrt(n)
    if not deviation:
        same = Estimate(mean, level=level, warnings=(NO_SPREAD,))
        return Description(n, same, 0.0, 0.0, quartiles, extremes, (NO_SPREAD,))
    half = float(stdtrit(n - 1, (1 + level) / 2)) * error
    interval = Estimate(mean, mean - half, mean + half, level)
    return Description(n, interval, deviation, error, quartiles, extremes)


@method(
    "test of a mean (Student's t)",
    reference="Student. Biometrika 1908;6:1",
    oracle="described_values",
    tolerance=1e-9,
)
def mean_test(values: Sequence[float], *, against: float = 0.0) -> Significance:
    """Whether the mean of numbers differs from one number.

    Raises:
        MethodError: a value is no number.
    """
    return _tested(description(values), against)


@method(
    "change within persons (paired t)",
    reference="Student. Biometrika 1908;6:1",
    oracle="described_values",
    tolerance=1e-9,
)
def change_within(
    before: Sequence[float | None], after: Sequence[float | None], *, level: float = LEVEL
) -> PairedChange:
    """How numbers changed, of the persons who have both of them.

    Args:
        before, after: a number of each person, in one order; None is missing.

    Raises:
        MethodError: the lists differ in length, or hold what is neither a number nor None.
    """
    if len(before) != len(after):
        raise MethodError(
            "each person has a place in both lists",
            expected=f"{len(before)} values after",
            got=str(len(after)),
            next_step="put None where a value is missing",
        )
    both = [
        (one, other)
        for one, other in zip(before, after, strict=True)
        if one is not None and other is not None
    ]
    first, second = _finite([one for one, _ in both]), _finite([other for _, other in both])
    change = description((second - first).tolist(), level=level)
    return PairedChange(
        description(first.tolist(), level=level),
        description(second.tolist(), level=level),
        change,
        _tested(change, 0.0),
        len(before) - len(both),
    )


@method(
    "difference of two means (Student's and Welch's t)",
    reference="Student. Biometrika 1908;6:1; Welch BL. Biometrika 1947;34:28",
    oracle="described_values",
    tolerance=1e-9,
)
def mean_difference(
    first: Sequence[float], second: Sequence[float], *, equal: bool = True, level: float = LEVEL
) -> Estimate:
    """The first mean less the second, with its interval.

    Args:
        equal: one variance for both groups (Student); else Welch's.

    Raises:
        MethodError: a value is no number.
    """
    found = _apart(first, second, equal=equal, level=level)
    if isinstance(found, Estimate):
        return found
    value, error, df = found
    half = float(stdtrit(df, (1 + level) / 2)) * error
    return Estimate(value, value - half, value + half, level)


@method(
    "test of two means (Student's and Welch's t)",
    reference="Student. Biometrika 1908;6:1; Welch BL. Biometrika 1947;34:28",
    oracle="described_values",
    tolerance=1e-9,
)
def mean_difference_test(
    first: Sequence[float], second: Sequence[float], *, equal: bool = True
) -> Significance:
    """Whether two means differ; as `mean_difference`."""
    found = _apart(first, second, equal=equal, level=LEVEL)
    if isinstance(found, Estimate):
        return Significance(None, warnings=found.warnings)
    value, error, df = found
    t = value / error
    return Significance(2 * float(stdtr(df, -abs(t))), t, df)


def sas_quantile(ordered: Floats, share: float) -> float:
    """The quantile of numbers in order by definition 5 of SAS: between two, their middle."""
    place = share * len(ordered)
    whole = round(place)
    if isclose(place, whole, abs_tol=1e-9) and 0 < whole < len(ordered):
        return float(ordered[whole - 1] + ordered[whole]) / 2
    at = whole if isclose(place, whole, abs_tol=1e-9) else ceil(place)
    return float(ordered[min(max(at, 1), len(ordered)) - 1])


def _tested(of: Description, against: float) -> Significance:
    if not of.error or of.mean.value is None:
        return Significance(None, warnings=of.warnings)
    t = (of.mean.value - against) / of.error
    df = of.n - 1.0
    return Significance(2 * float(stdtr(df, -abs(t))), t, df)


def _apart(
    first: Sequence[float], second: Sequence[float], *, equal: bool, level: float
) -> tuple[float, float, float] | Estimate:
    """Two means: their difference, its error and degrees of freedom; or why there is none."""
    one, other = description(first, level=level), description(second, level=level)
    if one.mean.value is None or other.mean.value is None:
        return Estimate(None, level=level, warnings=(NOBODY,))
    value = one.mean.value - other.mean.value
    if one.deviation is None or other.deviation is None:
        return Estimate(value, level=level, warnings=(ONE,))
    parts = one.deviation**2 / one.n, other.deviation**2 / other.n
    if not sum(parts):
        return Estimate(value, level=level, warnings=(NO_SPREAD,))
    if not equal:
        df = sum(parts) ** 2 / (parts[0] ** 2 / (one.n - 1) + parts[1] ** 2 / (other.n - 1))
        return value, sqrt(sum(parts)), df
    df = one.n + other.n - 2.0
    pooled = (one.n - 1) * one.deviation**2 + (other.n - 1) * other.deviation**2
    return value, sqrt(pooled / df * (1 / one.n + 1 / other.n)), df


def _finite(values: Sequence[float] | Floats) -> Floats:
    found = np.asarray(values, np.float64).reshape(-1)
    if not np.isfinite(found).all():
        raise MethodError(
            "a table describes numbers",
            expected="finite numbers",
            got=f"{int((~np.isfinite(found)).sum())} that are none",
            next_step="leave out persons without one, and say how many",
        )
    return found
