"""Estimates of several imputations as one, by Rubin's rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, sqrt

import numpy as np
from scipy.special import stdtr, stdtrit

from remit.analysis.methods.estimates import LEVEL, Estimate, Significance, require_level
from remit.analysis.methods.register import method
from remit.errors import MethodError

NO_SPREAD = "no variance was seen: no interval and no test can be given"


@dataclass(frozen=True, slots=True)
class PooledEstimate:
    """An estimate of several imputations.

    Attributes:
        estimate: their mean with its interval. error: its standard error. df: of both.
        test: Student's t of no difference from 0.
        within, between: the mean of the variances, and the variance of the estimates.
        increase: by which share missing values raise the variance.
        missing_information: the share of the information that is missing.
    """

    estimate: Estimate
    error: float
    df: float
    test: Significance
    within: float
    between: float
    increase: float
    missing_information: float


@method(
    "estimates of several imputations as one (Rubin's rules)",
    reference="Rubin DB. Multiple imputation for nonresponse in surveys. 1987:76; degrees of "
    "freedom: Barnard J, Rubin DB. Biometrika 1999;86:948",
    oracle="pooled_estimates",
    tolerance=1e-9,
)
def pooled_estimate(
    estimates: Sequence[float],
    variances: Sequence[float],
    *,
    complete_df: float = inf,
    level: float = LEVEL,
) -> PooledEstimate:
    """One estimate of those of each imputation.

    Args:
        variances: the squared standard error of each.
        complete_df: degrees of freedom if nothing were missing; infinite for large samples.

    Raises:
        MethodError: the lists differ in length or hold fewer than two, a variance is negative, or
            what is given is no number.
    """
    require_level(level)
    values, squares = np.asarray(estimates, np.float64), np.asarray(variances, np.float64)
    known = np.isfinite(values).all() and np.isfinite(squares).all()
    if values.shape != squares.shape or values.ndim != 1 or len(values) < 2 or not known:
        raise MethodError(
            "each imputation gives an estimate and its variance",
            expected="two imputations at least, with two numbers each",
            got=f"{values.size} estimates and {squares.size} variances",
            next_step="impute more often, or look why an imputation has no estimate",
        )
    if (squares < 0).any() or not complete_df > 0:
        raise MethodError(
            "variances are not negative, and degrees of freedom more than none",
            expected="numbers from 0",
            got=f"{float(squares.min())} and {complete_df}",
            next_step="give squared standard errors",
        )
    m = len(values)
    value, within, between = float(values.mean()), float(squares.mean()), float(values.var(ddof=1))
    added = (1 + 1 / m) * between
    total = within + added
    if not total > 0:
        none = Significance(None, warnings=(NO_SPREAD,))
        alone = Estimate(value, level=level, warnings=(NO_SPREAD,))
        return PooledEstimate(alone, 0.0, complete_df, none, 0.0, 0.0, 0.0, 0.0)
    share, increase = added / total, added / within if within else inf
    many = df = (m - 1) / share**2 if share else inf
    if isfinite(complete_df):
        seen = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
        df = seen if df == inf else df * seen / (df + seen)
    error, t = sqrt(total), value / sqrt(total)
    half = float(stdtrit(df, (1 + level) / 2)) * error
    # By the degrees of freedom of many persons, as SAS has it.
    missing = (increase + 2 / (many + 3)) / (increase + 1) if isfinite(increase) else 1.0
    return PooledEstimate(
        Estimate(value, value - half, value + half, level),
        error,
        df,
        Significance(2 * float(stdtr(df, -abs(t))), t, df if isfinite(df) else None),
        within,
        between,
        increase,
        missing,
    )
