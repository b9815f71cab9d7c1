"""Logistic regression: odds that differ by constant factors, plain and by Firth's penalty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, ndtr, ndtri

from remit.analysis.methods.binary_likelihood import (
    BinaryData,
    binary_data,
    binary_fit,
)
from remit.analysis.methods.estimates import LEVEL, Estimate, Significance, require_level
from remit.analysis.methods.likelihood_profile import LikelihoodFit, profile_bounds
from remit.analysis.methods.register import method
from remit.analysis.methods.separation import unbounded

Floats = npt.NDArray[np.float64]
ALL_ALIKE = "all persons answered alike: no odds ratio can be estimated"
SEPARATED = (
    "covariates separate yes from no: the likeliest odds ratio is 0 or infinite; use the penalised "
    "likelihood of Firth, or exact logistic regression"
)
# Hauck WW, Donner A. J Am Stat Assoc 1977;72:851: far out, Wald's statistic falls again.
NEARLY = (
    "Wald's test is far weaker than the likelihood ratio: few persons keep yes and no from being "
    "separated; use the penalised likelihood of Firth, or exact logistic regression"
)
FAR = 4.0
UNSETTLED = "the fit did not settle"


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """A fitted model.

    Attributes:
        intercept: log odds where all covariates are 0.
        ratios: odds ratio of each covariate, for one unit more, with Wald's interval.
        profile: the same, with the interval of the profile likelihood.
        tests: Wald's test of each. likelihood_ratios: the likelihood-ratio test of each.
        together: the likelihood-ratio test of all covariates.
        log_likelihood: of the model, and without covariates; penalised where the fit is.
        warnings: that yes and no are separated, and what to use instead.
    """

    intercept: Estimate
    ratios: tuple[Estimate, ...]
    profile: tuple[Estimate, ...]
    tests: tuple[Significance, ...]
    likelihood_ratios: tuple[Significance, ...]
    together: Significance
    log_likelihood: tuple[float, float]
    warnings: tuple[str, ...] = ()


@method(
    "logistic regression",
    reference="Cox DR. J R Stat Soc B 1958;20:215; profile bounds: Venzon DJ, Moolgavkar SH. "
    "Appl Stat 1988;37:87",
    oracle="logistic_regression",
    tolerance=1e-7,
)
def logistic_regression(
    answers: Sequence[int], covariates: Sequence[Sequence[float]], *, level: float = LEVEL
) -> LogisticModel:
    """The odds ratios of covariates.

    Args:
        answers: true or 1 is yes.
        covariates: a row of numbers for each person; an intercept is added.

    Raises:
        MethodError: the arrays differ, an answer is neither yes nor no, a covariate is no number,
            or some depend on each other.
    """
    require_level(level)
    data = binary_data(answers, covariates)
    number = data.x.shape[1] - 1
    if data.y.min() == data.y.max():
        return _nothing(number, level)
    fit = binary_fit(data, penalised=False)
    sides = unbounded(data.x, data.y)
    warnings: tuple[str, ...] = (SEPARATED,) if any(sides) else ()
    if not warnings and not fit.settled:
        warnings = (UNSETTLED,)
    return _model(data, fit, level, penalised=False, sides=sides, warnings=warnings)


@method(
    "logistic regression by Firth's penalised likelihood",
    reference="Firth D. Biometrika 1993;80:27; Heinze G, Schemper M. Stat Med 2002;21:2409",
    oracle="logistic_regression",
    tolerance=1e-7,
)
def firth_regression(
    answers: Sequence[int], covariates: Sequence[Sequence[float]], *, level: float = LEVEL
) -> LogisticModel:
    """The odds ratios of covariates by the penalised likelihood, finite whatever the answers.

    Tests and the intervals of `profile` are those of the penalised likelihood: prefer them to
    Wald's.

    Args:
        answers: true or 1 is yes.
        covariates: a row of numbers for each person; an intercept is added.

    Raises:
        MethodError: as `logistic_regression`.
    """
    require_level(level)
    data = binary_data(answers, covariates)
    fit = binary_fit(data, penalised=True)
    warnings: tuple[str, ...] = () if fit.settled else (UNSETTLED,)
    if data.y.min() == data.y.max():
        warnings += ("all persons answered alike: the ratios come from the penalty alone",)
    sides = (0,) * data.x.shape[1]
    return _model(data, fit, level, penalised=True, sides=sides, warnings=warnings)


def _model(
    data: BinaryData,
    fit: LikelihoodFit,
    level: float,
    *,
    penalised: bool,
    sides: Sequence[int],
    warnings: tuple[str, ...],
) -> LogisticModel:
    z = -float(ndtri((1 - level) / 2))
    errors = np.sqrt(np.diag(fit.covariance)) / data.scale
    beta = fit.beta / data.scale
    ratios, profile, tests, likelihoods = [], [], [], []

    def refit(held: dict[int, float], start: Floats) -> LikelihoodFit:
        return binary_fit(data, penalised=penalised, fixed=held, start=start)

    for place in range(1, len(beta)):
        b, s, scale = float(beta[place]), float(errors[place]), float(data.scale[place])
        bounds = profile_bounds(fit, place, level, refit)
        low, high = (_exp(bound / scale) for bound in bounds)
        held = binary_fit(data, penalised=penalised, fixed={place: 0.0})
        twice = 2 * (fit.log_likelihood - held.log_likelihood)
        if not penalised and not warnings and twice > FAR * max(1.0, (b / s) ** 2):
            return _model(data, fit, level, penalised=False, sides=sides, warnings=(NEARLY,))
        likelihoods.append(_likelihood_ratio(fit, held.log_likelihood, 1, warnings))
        if sides[place]:
            ratios.append(Estimate(None, level=level, warnings=warnings))
            profile.append(Estimate(None, low, high, level, warnings))
            tests.append(Significance(None, warnings=warnings))
        else:
            ratios.append(Estimate(_exp(b), _exp(b - z * s), _exp(b + z * s), level, warnings))
            profile.append(Estimate(_exp(b), low, high, level, warnings))
            tests.append(Significance(2 * float(ndtr(-abs(b / s))), b / s, warnings=warnings))
    none = dict.fromkeys(range(1, len(beta)), 0.0)
    alone = binary_fit(data, penalised=penalised, fixed=none).log_likelihood
    shift = float(np.log(data.scale).sum()) if penalised else 0.0
    return LogisticModel(
        Estimate(None, level=level, warnings=warnings)
        if any(sides)
        else _intercept(data, fit, z, level, warnings),
        tuple(ratios),
        tuple(profile),
        tuple(tests),
        tuple(likelihoods),
        _likelihood_ratio(fit, alone, len(beta) - 1, warnings),
        (fit.log_likelihood + shift, alone + shift),
        warnings,
    )


def _intercept(
    data: BinaryData, fit: LikelihoodFit, z: float, level: float, warnings: tuple[str, ...]
) -> Estimate:
    """Log odds where the covariates, as they came, are 0."""
    row = -data.middle / data.scale
    row[0] = 1.0
    value, error = float(row @ fit.beta), sqrt(float(row @ fit.covariance @ row))
    return Estimate(value, value - z * error, value + z * error, level, warnings)


def _likelihood_ratio(
    fit: LikelihoodFit, held: float, df: int, warnings: tuple[str, ...]
) -> Significance:
    twice = max(0.0, 2 * (fit.log_likelihood - held))
    return Significance(float(chdtrc(df, twice)), twice, float(df), warnings)


def _exp(number: float) -> float:
    return exp(number) if number < 700 else inf


def _nothing(number: int, level: float) -> LogisticModel:
    """What all persons of one answer leave."""
    why = (ALL_ALIKE,)
    ratio, test = Estimate(None, level=level, warnings=why), Significance(None, warnings=why)
    return LogisticModel(
        ratio,
        (ratio,) * number,
        (ratio,) * number,
        (test,) * number,
        (test,) * number,
        test,
        (0.0, 0.0),
        why,
    )
