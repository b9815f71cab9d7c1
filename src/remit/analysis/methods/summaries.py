"""Tests and intervals from what a table prints: means, deviations, errors, correlations."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite, sqrt

from scipy.special import fdtrc, ndtr, ndtri, stdtr, stdtrit

from remit.analysis.methods.estimates import LEVEL, Estimate, Significance, require_level
from remit.analysis.methods.register import method
from remit.errors import MethodError

FEW = "a group of fewer than two has no standard deviation"
POINT = "no variance was seen: the test and its interval are not defined"
Summary = tuple[float, float, int]  # mean, standard deviation, n


@method(
    "difference of two means from their summaries (t)",
    reference="Student. Biometrika 1908;6:1; Welch BL. Biometrika 1947;34:28",
    oracle="summaries",
    tolerance=1e-8,
)
def summary_difference(
    mean_1: float,
    sd_1: float,
    n_1: int,
    mean_2: float,
    sd_2: float,
    n_2: int,
    *,
    equal: bool = True,
    level: float = LEVEL,
) -> Estimate:
    """The first mean less the second, with its interval.

    Args:
        equal: one variance for both groups (Student); else Welch's.
    """
    require_level(level)
    error, df, why = _spread(sd_1, n_1, sd_2, n_2, equal=equal)
    if why:
        return Estimate(mean_1 - mean_2, level=level, warnings=(why,))
    half = float(stdtrit(df, (1 + level) / 2)) * error
    return Estimate(mean_1 - mean_2, mean_1 - mean_2 - half, mean_1 - mean_2 + half, level)


@method(
    "test of two means from their summaries (t)",
    reference="Student. Biometrika 1908;6:1; Welch BL. Biometrika 1947;34:28",
    oracle="summaries",
    tolerance=1e-8,
)
def summary_t_test(
    mean_1: float,
    sd_1: float,
    n_1: int,
    mean_2: float,
    sd_2: float,
    n_2: int,
    *,
    equal: bool = True,
) -> Significance:
    """Whether two means differ; as `summary_difference`."""
    error, df, why = _spread(sd_1, n_1, sd_2, n_2, equal=equal)
    if why or not error:
        return Significance(None, warnings=(why or POINT,))
    t = (mean_1 - mean_2) / error
    return Significance(2 * float(stdtr(df, -abs(t))), t, df)


@method(
    "one-way analysis of variance from summaries",
    reference="Fisher RA. Statistical methods for research workers. 1925:188",
    oracle="summaries",
    tolerance=1e-8,
)
def summary_anova(groups: Sequence[Summary]) -> Significance:
    """Whether the means of groups differ; each group is its mean, standard deviation and n."""
    if len(groups) < 2 or min(n for _, _, n in groups) < 1:
        return Significance(None, warnings=("two groups with somebody in each are needed",))
    n = sum(size for _, _, size in groups)
    df = n - len(groups)
    if df < 1:
        return Significance(None, warnings=(FEW,))
    mean = sum(size * one for one, _, size in groups) / n
    between = sum(size * (one - mean) ** 2 for one, _, size in groups) / (len(groups) - 1)
    within = sum((size - 1) * _deviation(sd) ** 2 for _, sd, size in groups) / df
    if not within:
        return Significance(None, warnings=(POINT,))
    f = between / within
    return Significance(float(fdtrc(len(groups) - 1, df, f)), f, df)


@method(
    "test of a correlation",
    reference="Fisher RA. Biometrika 1915;10:507",
    oracle="summaries",
    tolerance=1e-8,
)
def correlation_significance(r: float, n: int) -> Significance:
    """Whether a correlation of `n` pairs differs from 0, by t with n - 2 degrees of freedom.

    Raises:
        MethodError: `r` lies outside -1 to 1.
    """
    if not -1 <= r <= 1:
        raise MethodError(
            "a correlation lies between -1 and 1",
            expected="a number from -1 to 1",
            got=str(r),
            next_step="look the number up again",
        )
    if n < 3:
        return Significance(None, warnings=("fewer than three pairs have no test",))
    if abs(r) == 1:
        return Significance(0.0, inf if r > 0 else -inf, n - 2)
    t = r * sqrt((n - 2) / (1 - r * r))
    return Significance(2 * float(stdtr(n - 2, -abs(t))), t, n - 2)


@method(
    "test of an estimate by its standard error",
    reference="Wald A. Trans Am Math Soc 1943;54:426",
    oracle="summaries",
    tolerance=1e-8,
)
def wald_significance(value: float, error: float, *, df: float = inf) -> Significance:
    """Whether an estimate differs from 0: normal, or t where `df` is finite."""
    if not error > 0:
        return Significance(None, warnings=(POINT,))
    z = value / error
    if isfinite(df):
        return Significance(2 * float(stdtr(df, -abs(z))), z, df)
    return Significance(2 * float(ndtr(-abs(z))), z)


@method(
    "interval of an estimate by its standard error",
    reference="Wald A. Trans Am Math Soc 1943;54:426",
    oracle="summaries",
    tolerance=1e-8,
)
def error_interval(
    value: float, error: float, *, df: float = inf, level: float = LEVEL
) -> Estimate:
    """The estimate with its interval: normal, or t where `df` is finite."""
    half = quantile_of_level(level, df=df) * error
    return Estimate(value, value - half, value + half, level)


def quantile_of_level(level: float, *, df: float = inf) -> float:
    """How many standard errors an interval of a level reaches to each side.

    Raises:
        MethodError: the level does not lie between 0 and 1.
    """
    require_level(level)
    if isfinite(df):
        return float(stdtrit(df, (1 + level) / 2))
    return -float(ndtri((1 - level) / 2))


def z_of_p(p: float) -> float:
    """The size of the normal deviate whose two-sided p this is; infinite where p is 0."""
    return -float(ndtri(p / 2))


def _spread(
    sd_1: float, n_1: int, sd_2: float, n_2: int, *, equal: bool
) -> tuple[float, float, str]:
    """The standard error of the difference, its degrees of freedom, and why there is none."""
    if min(n_1, n_2) < 2:
        return 0.0, 0.0, FEW
    one, two = _deviation(sd_1) ** 2, _deviation(sd_2) ** 2
    if equal:
        df = n_1 + n_2 - 2
        pooled = ((n_1 - 1) * one + (n_2 - 1) * two) / df
        return sqrt(pooled * (1 / n_1 + 1 / n_2)), df, ""
    part_1, part_2 = one / n_1, two / n_2
    if not part_1 + part_2:
        return 0.0, 1.0, POINT
    df_welch = (part_1 + part_2) ** 2 / (part_1**2 / (n_1 - 1) + part_2**2 / (n_2 - 1))
    return sqrt(part_1 + part_2), df_welch, ""


def _deviation(sd: float) -> float:
    if not sd >= 0:
        raise MethodError(
            "a standard deviation is not negative",
            expected="a number from 0",
            got=str(sd),
            next_step="look the number up again",
        )
    return sd
