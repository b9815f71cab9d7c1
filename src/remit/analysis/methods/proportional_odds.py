"""Ordered answers: odds of a higher one that differ by constant factors, wherever it is cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, inf

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, expit, logit, ndtr, ndtri

from remit.analysis.methods.binary_likelihood import binary_data
from remit.analysis.methods.estimates import LEVEL, Estimate, Significance, require_level
from remit.analysis.methods.likelihood_profile import LikelihoodFit, profile_bounds
from remit.analysis.methods.register import method
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
STEPS, NEAR, RESTS, FAR = 100, 1e-22, 1e-17, 25.0
ALL_ALIKE = "all persons gave one answer: no odds ratio can be estimated"
SEPARATED = "covariates separate the answers: the likeliest odds ratio is 0 or infinite"
UNSETTLED = "the fit did not settle"


@dataclass(frozen=True, slots=True)
class OrdinalModel:
    """A fitted model.

    Attributes:
        answers: the answers that occur, in order.
        thresholds: log odds of an answer at most as high as each but the last, where all
            covariates are 0.
        ratios: odds ratio of a higher answer for one unit more of each covariate, with Wald's
            interval. profile: the same, with the interval of the profile likelihood.
        tests: Wald's test of each. likelihood_ratios: the likelihood-ratio test of each.
        together: the likelihood-ratio test of all covariates.
        log_likelihood: of the model, and without covariates.
    """

    answers: tuple[float, ...]
    thresholds: tuple[float, ...]
    ratios: tuple[Estimate, ...]
    profile: tuple[Estimate, ...]
    tests: tuple[Significance, ...]
    likelihood_ratios: tuple[Significance, ...]
    together: Significance
    log_likelihood: tuple[float, float]
    warnings: tuple[str, ...] = ()


@method(
    "proportional odds of ordered answers",
    reference="McCullagh P. J R Stat Soc B 1980;42:109",
    oracle="proportional_odds",
    tolerance=1e-7,
)
def proportional_odds(
    answers: Sequence[float], covariates: Sequence[Sequence[float]], *, level: float = LEVEL
) -> OrdinalModel:
    """The odds ratios of covariates.

    Args:
        answers: a number for each person; only their order counts.
        covariates: a row of numbers for each person.

    Raises:
        MethodError: the arrays differ, an answer or covariate is no number, or some covariates
            depend on each other.
    """
    require_level(level)
    values = np.asarray(answers, np.float64)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise MethodError(
            "each person has an answer",
            expected="a number for each person",
            got=f"{int((~np.isfinite(values)).sum())} of {values.size} that are none",
            next_step="leave out persons without an answer, and say how many",
        )
    data = binary_data([False] * len(values), covariates)
    known, place = np.unique(values, return_inverse=True)
    number = data.x.shape[1] - 1
    if len(known) < 2:
        none, test = Estimate(None, level=level, warnings=(ALL_ALIKE,)), Significance(None)
        test = Significance(None, warnings=(ALL_ALIKE,))
        each, tests = (none,) * number, (test,) * number
        ends = (0.0, 0.0)
        seen = tuple(known.tolist())
        return OrdinalModel(seen, (), each, each, tests, tests, test, ends, (ALL_ALIKE,))
    likelihood = _Ordered(data.x[:, 1:], place.astype(np.int64), len(known) - 1)
    fit = likelihood.fit({}, likelihood.start())
    cuts = len(known) - 1
    beta, scale = fit.beta[cuts:], data.scale[1:]
    warnings: tuple[str, ...] = ()
    if (np.abs(beta) > FAR).any():
        warnings = (SEPARATED,)
    elif not fit.settled:
        warnings = (UNSETTLED,)
    z = -float(ndtri((1 - level) / 2))
    ratios, profile, tests_of, likelihoods = [], [], [], []
    for at in range(number):
        slope = float(beta[at] / scale[at])
        error = float(np.sqrt(fit.covariance[cuts + at, cuts + at]) / scale[at])
        bounds = profile_bounds(fit, cuts + at, level, likelihood.fit)
        low, high = (_exp(bound / float(scale[at])) for bound in bounds)
        held = likelihood.fit({cuts + at: 0.0}, fit.beta).log_likelihood
        likelihoods.append(_likelihood_ratio(fit, held, 1, warnings))
        if warnings == (SEPARATED,) and abs(beta[at]) > FAR:
            ratios.append(Estimate(None, level=level, warnings=warnings))
            profile.append(Estimate(None, low, high, level, warnings))
            tests_of.append(Significance(None, warnings=warnings))
            continue
        ends = _exp(slope - z * error), _exp(slope + z * error)
        ratios.append(Estimate(_exp(slope), *ends, level, warnings))
        profile.append(Estimate(_exp(slope), low, high, level, warnings))
        t = slope / error
        tests_of.append(Significance(2 * float(ndtr(-abs(t))), t, warnings=warnings))
    none_of = dict.fromkeys(range(cuts, cuts + number), 0.0)
    alone = likelihood.fit(none_of, likelihood.start()).log_likelihood
    shift = float(beta @ (data.middle[1:] / scale))
    return OrdinalModel(
        tuple(known.tolist()),
        tuple((fit.beta[:cuts] + shift).tolist()),
        tuple(ratios),
        tuple(profile),
        tuple(tests_of),
        tuple(likelihoods),
        _likelihood_ratio(fit, alone, number, warnings),
        (fit.log_likelihood, alone),
        warnings,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Ordered:
    """Ordered answers, as places from 0 to `cuts`, and centred covariates."""

    x: Floats
    place: npt.NDArray[np.int64]
    cuts: int

    def start(self) -> Floats:
        shares = np.cumsum(np.bincount(self.place, minlength=self.cuts + 1))[:-1] / len(self.place)
        return np.concatenate([logit(shares), np.zeros(self.x.shape[1])])

    def fit(self, fixed: Mapping[int, float], start: Floats) -> LikelihoodFit:
        """The likeliest coefficients by Newton's steps, halved where they go too far."""
        beta, free = start.copy(), np.ones(len(start), bool)
        for place, at in fixed.items():
            beta[place], free[place] = at, False
        value, score, information = self._likelihood(beta)
        before, settled = inf, False
        for _ in range(STEPS):
            step = np.zeros(len(beta))
            inner = information[np.ix_(free, free)]
            step[free] = np.linalg.lstsq(inner, score[free], rcond=None)[0]
            short = float(score[free] @ step[free])
            if short < NEAR or before / 4 < short < RESTS:
                settled = True
                break
            before = short
            step *= min(1.0, 3.0 / float(np.abs(step).max()))
            for _ in range(30):
                found = self._likelihood(beta + step)
                if found[0] >= value - 1e-12 * (1 + abs(value)):
                    break
                step /= 2
            beta = beta + step
            value, score, information = found
        covariance = np.asarray(np.linalg.pinv(information, hermitian=True), np.float64)
        return LikelihoodFit(beta, covariance, value, settled)

    def _likelihood(self, beta: Floats) -> tuple[float, Floats, Floats]:
        """The logarithm, its gradient, and the information that was seen."""
        cuts, n = self.cuts, len(self.place)
        line = self.x @ beta[cuts:]
        edges = np.concatenate([[-inf], beta[:cuts], [inf]])
        low, high = edges[self.place] - line, edges[self.place + 1] - line
        turned = low > 0
        chance = np.where(
            turned, expit(-low) - expit(-high), expit(np.where(turned, 0.0, high)) - expit(low)
        )
        if not (chance > 0).all():
            return -inf, np.zeros(len(beta)), np.eye(len(beta))
        rows = np.zeros((2, n, len(beta)))
        every = np.arange(n)
        rows[:, :, cuts:] = -self.x
        inner_low, inner_high = self.place > 0, self.place < cuts
        rows[0, every[inner_low], self.place[inner_low] - 1] = 1.0
        rows[1, every[inner_high], self.place[inner_high]] = 1.0
        below, above = expit(low), expit(high)
        f_low, f_high = below * (1 - below), above * (1 - above)
        pull = (f_high[:, None] * rows[1] - f_low[:, None] * rows[0]) / chance[:, None]
        bend_high = f_high * (1 - 2 * above) / chance
        bend_low = f_low * (1 - 2 * below) / chance
        information = pull.T @ pull
        information -= (rows[1] * bend_high[:, None]).T @ rows[1]
        information += (rows[0] * bend_low[:, None]).T @ rows[0]
        return float(np.log(chance).sum()), pull.sum(axis=0), information


def _likelihood_ratio(
    fit: LikelihoodFit, held: float, df: int, warnings: tuple[str, ...]
) -> Significance:
    twice = max(0.0, 2 * (fit.log_likelihood - held))
    return Significance(float(chdtrc(df, twice)), twice, float(df), warnings)


def _exp(number: float) -> float:
    return exp(number) if number < 700 else inf
