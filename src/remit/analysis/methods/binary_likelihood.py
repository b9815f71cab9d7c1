"""The likelihood of yes or no by a line of covariates, plain or penalised as Firth has it.

Firth D. Biometrika 1993;80:27; Heinze G, Schemper M. Stat Med 2002;21:2409.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from remit.analysis.methods.likelihood_profile import LikelihoodFit
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
STEPS, NEAR, RESTS, LONGEST = 400, 1e-22, 1e-17, 3.0


@dataclass(frozen=True, slots=True, eq=False)
class BinaryData:
    """Answers and covariates, these brought to a middle of 0 and a spread of 1.

    Attributes:
        x: a column of ones, then the covariates. y: 1 is yes.
        middle, scale: what was taken from each column, and what it was divided by.
    """

    x: Floats
    y: Floats
    middle: Floats
    scale: Floats


def binary_data(answers: Sequence[int], covariates: Sequence[Sequence[float]]) -> BinaryData:
    """Answers and rows of covariates as arrays.

    Raises:
        MethodError: they differ in length, an answer is neither yes nor no, a covariate is no
            number, or some depend on each other.
    """
    y, rows = np.asarray(answers, np.float64), np.asarray(covariates, np.float64)
    if y.ndim != 1 or not np.isin(y, (0.0, 1.0)).all() or not len(y):
        raise MethodError(
            "each person answers yes or no",
            expected="true or false for each person",
            got=f"{int((~np.isin(y, (0.0, 1.0))).sum())} of {y.size} that are neither",
            next_step="decide for whoever has no answer, or leave them out and say how many",
        )
    if rows.ndim != 2 or len(rows) != len(y) or not np.isfinite(rows).all() or not rows.size:
        raise MethodError(
            "each person has a number for each covariate",
            expected=f"{len(y)} rows of numbers",
            got=f"an array of shape {rows.shape}",
            next_step="leave out persons without a covariate, and say how many",
        )
    middle = rows.mean(axis=0)
    centred = rows - middle
    scale = np.sqrt((centred**2).mean(axis=0))
    whole = np.column_stack([np.ones(len(y)), centred / np.where(scale > 0, scale, 1.0)])
    if np.linalg.matrix_rank(whole) < whole.shape[1]:
        raise MethodError(
            "the covariates depend on each other, or one of them is the same for all",
            expected=f"more than {rows.shape[1]} persons, and covariates that say different things",
            got=f"{len(y)} persons, rank {np.linalg.matrix_rank(whole)} of {whole.shape[1]}",
            next_step="leave one of them out",
        )
    return BinaryData(whole, y, np.append(0.0, middle), np.append(1.0, scale))


def binary_fit(
    data: BinaryData,
    *,
    penalised: bool,
    fixed: Mapping[int, float] | None = None,
    start: Floats | None = None,
) -> LikelihoodFit:
    """The likeliest coefficients by scoring, steps halved where they go too far.

    Args:
        penalised: with half the logarithm of the information's determinant, of all coefficients
            even where some of them are fixed.
        fixed: coefficients, by their places, and the values that they are held at.
    """
    width = data.x.shape[1]
    beta = np.zeros(width) if start is None else start.copy()
    free = np.ones(width, bool)
    for place, at in (fixed or {}).items():
        beta[place], free[place] = at, False
    value = _likelihood(data, beta, penalised=penalised)
    before = inf
    for _ in range(STEPS):
        chance = expit(data.x @ beta)
        weight = chance * (1 - chance)
        information = (data.x * weight[:, None]).T @ data.x
        left = data.y - chance
        if penalised:
            inverse = np.linalg.pinv(information, hermitian=True)
            leverage = weight * np.einsum("ia,ab,ib->i", data.x, inverse, data.x)
            left = left + leverage * (0.5 - chance)
        score = (data.x.T @ left)[free]
        step = np.zeros(width)
        step[free] = np.linalg.lstsq(information[np.ix_(free, free)], score, rcond=None)[0]
        short = float(score @ step[free])
        if not free.any() or short < NEAR or before / 4 < short < RESTS:
            return LikelihoodFit(beta, _inverse(information), value, settled=True)
        step *= min(1.0, LONGEST / float(np.abs(step).max()))
        before = short
        for _ in range(30):
            found = _likelihood(data, beta + step, penalised=penalised)
            if found >= value - 1e-12 * (1 + abs(value)):
                break
            step /= 2
        if not penalised and abs(found) < 1e-12:
            return LikelihoodFit(beta + step, _inverse(information), found, settled=False)
        beta, value = beta + step, found
    return LikelihoodFit(beta, _inverse(information), value, settled=False)


def _inverse(information: Floats) -> Floats:
    return np.asarray(np.linalg.pinv(information, hermitian=True), np.float64)


def _likelihood(data: BinaryData, beta: Floats, *, penalised: bool) -> float:
    line = data.x @ beta
    found = float(data.y @ line - np.logaddexp(0.0, line).sum())
    if penalised:
        chance = expit(line)
        weighted = data.x * np.sqrt(chance * (1 - chance))[:, None]
        sign, logarithm = np.linalg.slogdet(weighted.T @ weighted)
        found += float(logarithm) / 2 if sign > 0 else -inf
    return found
