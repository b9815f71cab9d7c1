"""Cox's model: hazards that differ by constant factors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, ndtr, ndtri

from remit.analysis.methods.estimates import LEVEL, Estimate, Significance, require_level
from remit.analysis.methods.register import method
from remit.analysis.methods.survival_curves import watched
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
STEPS, NEAR = 50, 1e-12
SEPARATED = "the events of one group all come before those of the other: the ratio has no bound"


@dataclass(frozen=True, slots=True)
class HazardModel:
    """A fitted model.

    Attributes:
        ratios: hazard ratio of each covariate, for one unit more.
        tests: Wald's test of each. likelihood_ratio: of all covariates together.
        log_likelihood: of the model, and without covariates.
    """

    ratios: tuple[Estimate, ...]
    tests: tuple[Significance, ...]
    likelihood_ratio: Significance
    log_likelihood: tuple[float, float]


@method(
    "Cox's proportional hazards, ties by Efron, in strata",
    reference="Cox DR. J R Stat Soc B 1972;34:187; Efron B. J Am Stat Assoc 1977;72:557",
    oracle="proportional_hazards",
    tolerance=1e-7,
)
def cox_model(
    times: Sequence[float],
    events: Sequence[bool],
    covariates: Sequence[Sequence[float]],
    *,
    strata: Sequence[object] | None = None,
    level: float = LEVEL,
) -> HazardModel:
    """The hazard ratios of covariates.

    Args:
        covariates: a row of numbers for each person.
        strata: each has a hazard of its own; one when None.

    Raises:
        MethodError: the arrays differ, a covariate is no number, or some depend on each other.
    """
    time, event = watched(times, events)
    require_level(level)
    x = np.asarray(covariates, np.float64)
    if x.ndim != 2 or len(x) != len(time) or not np.isfinite(x).all():
        raise MethodError(
            "each person has a number for each covariate",
            expected=f"{len(time)} rows of numbers",
            got=f"an array of shape {x.shape}",
            next_step="leave out persons without a covariate, and say how many",
        )
    layer = np.zeros(len(time), np.int64)
    if strata is not None:
        layer = np.unique([str(one) for one in strata], return_inverse=True)[1]
    pieces = [
        _Risks.of(time[layer == k], event[layer == k], x[layer == k]) for k in np.unique(layer)
    ]
    middle = x.mean(axis=0)
    for piece in pieces:
        piece.x -= middle
    beta, warnings = _fitted(pieces, x.shape[1])
    first, _, _ = _likelihood(pieces, np.zeros(x.shape[1]))
    likelihood, _, information = _likelihood(pieces, beta)
    spread = np.sqrt(np.diag(np.linalg.inv(information)))
    if (np.abs(beta) > 15).any():
        warnings += (SEPARATED,)
    z = -float(ndtri((1 - level) / 2))
    ratios = tuple(
        Estimate(exp(b), exp(b - z * s), exp(b + z * s), level, warnings)
        if not warnings
        else Estimate(None, level=level, warnings=warnings)
        for b, s in zip(beta.tolist(), spread.tolist(), strict=True)
    )
    tests = tuple(
        Significance(2 * float(ndtr(-abs(b / s))), b / s, warnings=warnings)
        for b, s in zip(beta.tolist(), spread.tolist(), strict=True)
    )
    twice = max(0.0, 2 * (likelihood - first))
    together = Significance(float(chdtrc(len(beta), twice)), twice, float(len(beta)), warnings)
    return HazardModel(ratios, tests, together, (likelihood, first))


def _fitted(pieces: Sequence[_Risks], number: int) -> tuple[Floats, tuple[str, ...]]:
    """The likeliest coefficients by Newton's steps, halved where they go too far."""
    beta: Floats = np.zeros(number)
    step: Floats = np.zeros(number)
    likelihood = -np.inf
    for _ in range(STEPS):
        found, gradient, information = _likelihood(pieces, beta)
        if found < likelihood - NEAR * (abs(found) + 1):
            step = step / 2
            beta = beta - step
            continue
        if abs(found - likelihood) < NEAR * (abs(found) + 1):
            return beta, ()
        if np.linalg.matrix_rank(information, hermitian=True) < number:
            raise MethodError(
                "the covariates depend on each other, or none of them varies among who is at risk",
                expected="covariates that say different things",
                got="an information that cannot be inverted",
                next_step="leave one of them out",
            )
        likelihood = found
        step = np.asarray(np.linalg.solve(information, gradient), np.float64)
        beta = beta + step
    return beta, ("the fit did not settle",)


@dataclass(slots=True, eq=False)
class _Risks:
    """One stratum, the longest times first.

    Attributes:
        x: covariates, shape (persons, covariates). event: whose event was seen.
        last: of each time with events, the place of the last person at risk; shape (times,).
        at: the number of its time for each event, in the order of persons; shape (events,).
        share: what part of the tied events has gone before, by Efron; shape (events,).
    """

    x: Floats
    event: npt.NDArray[np.bool_]
    last: npt.NDArray[np.int64]
    at: npt.NDArray[np.int64]
    share: Floats

    @classmethod
    def of(cls, time: Floats, event: npt.NDArray[np.bool_], x: Floats) -> _Risks:
        order = np.argsort(-time, kind="stable")
        time, event, x = time[order], event[order], x[order].copy()
        steps, at = np.unique(-time[event], return_inverse=True)
        last = np.searchsorted(-time, steps, side="right") - 1
        tied = np.bincount(at, minlength=len(steps))
        begins = np.concatenate([[0], np.cumsum(tied)[:-1]]).astype(np.int64)
        share = np.asarray((np.arange(len(at)) - begins[at]) / tied[at], np.float64)
        return cls(x, event, last.astype(np.int64), at.astype(np.int64), share)


def _likelihood(pieces: Sequence[_Risks], beta: Floats) -> tuple[float, Floats, Floats]:
    """The partial likelihood's logarithm, its gradient, and its information."""
    found, gradient = 0.0, np.zeros(len(beta))
    information = np.zeros((len(beta), len(beta)))
    for piece in pieces:
        if not len(piece.at):
            continue
        line = piece.x @ beta
        top = float(line.max())
        weight = np.exp(line - top)
        first = weight[:, None] * piece.x
        second = first[:, :, None] * piece.x[:, None, :]
        sums = [np.cumsum(part, axis=0)[piece.last] for part in (weight, first, second)]
        tied = [
            _by_time(part[piece.event], piece.at, len(piece.last))
            for part in (weight, first, second)
        ]
        s_0, s_1, s_2 = (
            whole[piece.at] - _shaped(piece.share, whole.ndim) * part[piece.at]
            for whole, part in zip(sums, tied, strict=True)
        )
        mean = s_1 / s_0[:, None]
        found += float(line[piece.event].sum() - (np.log(s_0) + top).sum())
        gradient += piece.x[piece.event].sum(axis=0) - mean.sum(axis=0)
        information += (s_2 / s_0[:, None, None]).sum(axis=0) - mean.T @ mean
    return found, gradient, information


def _by_time(rows: Floats, at: npt.NDArray[np.int64], number: int) -> Floats:
    found = np.zeros((number, *rows.shape[1:]))
    np.add.at(found, at, rows)
    return found


def _shaped(share: Floats, dimensions: int) -> Floats:
    return share.reshape(-1, *[1] * (dimensions - 1))
