"""The restricted likelihood of a linear model whose answers hang together within persons.

Patterson HD, Thompson R. Biometrika 1971;58:545; Jennrich RI, Schluchter MD. Biometrics
1986;42:805. Persons who were seen at the same visits are one pattern: of each pattern only the
cross-products of its columns are kept, so a step of the fit costs the same for 50 persons and
50,000.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, pi

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve

from remit.analysis.methods.residual_covariance import CovarianceStructure

Floats = npt.NDArray[np.float64]
STEPS, HALVES, NEAR, RESTS, SINGULAR = 200, 30, 1e-16, 1e-9, 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class VisitPattern:
    """The persons who were seen at the same visits.

    Attributes:
        at: the places of these visits. number: of persons.
        products: sums over persons of each column at one visit times each column at another, the
            response last; shape (visits, visits, columns, columns).
    """

    at: npt.NDArray[np.int64]
    number: int
    products: Floats


def visit_patterns(
    x: Floats, y: Floats, person: npt.NDArray[np.int64], visit: npt.NDArray[np.int64]
) -> tuple[VisitPattern, ...]:
    """The patterns of rows; person and visit are places from 0, no pair of them occurs twice."""
    order = np.lexsort((visit, person))
    table = np.column_stack([x, y])[order]
    person, visit = person[order], visit[order]
    cuts = np.flatnonzero(np.diff(person)) + 1
    begins = np.concatenate([[0], cuts]).astype(np.int64)
    found: dict[tuple[int, ...], list[int]] = {}
    for begin, end in zip(begins, [*cuts.tolist(), len(person)], strict=True):
        found.setdefault(tuple(visit[begin:end].tolist()), []).append(int(begin))
    made = []
    for at, starts in sorted(found.items()):
        rows = np.asarray(starts)[:, None] + np.arange(len(at))
        flat = table[rows].reshape(len(starts), -1)
        products = (flat.T @ flat).reshape(len(at), table.shape[1], len(at), table.shape[1])
        made.append(VisitPattern(np.asarray(at), len(starts), products.transpose(0, 2, 1, 3)))
    return tuple(made)


@dataclass(frozen=True, slots=True, eq=False)
class RestrictedFit:
    """A fit, and what its degrees of freedom are made of.

    Attributes:
        beta, covariance: coefficients and their covariance as if the matrix were known.
        matrix: the covariance of a person's answers, shape (visits, visits).
        deviance: -2 times the logarithm of the restricted likelihood.
        slopes: of the inverse of `covariance` over each parameter: P of Kenward and Roger.
        spread: the covariance of the parameters, from the observed information, as SAS has it.
        weighted: sum of `spread` times Q of Kenward and Roger.
    """

    beta: Floats
    covariance: Floats
    matrix: Floats
    deviance: float
    slopes: Floats
    spread: Floats
    weighted: Floats


def restricted_fit(
    patterns: Sequence[VisitPattern], rough: Floats, structure: CovarianceStructure
) -> RestrictedFit | None:
    """The likeliest parameters by Newton's steps, and Fisher's where the deviance is no bowl.

    None where they do not converge.

    Args:
        rough: a positive definite covariance to begin with.
    """
    visits = len(rough)
    parameters = structure.start(rough)
    state = _State.of(patterns, structure.matrix(parameters, visits))
    if state is None:
        parameters = structure.start(np.diag(np.diag(rough)))
        state = _State.of(patterns, structure.matrix(parameters, visits))
    before = np.inf
    for _ in range(STEPS):
        # Where two visits become one, the likelihood rises without an end.
        if state is None or _singular(state.matrix):
            return None
        slopes = structure.slopes(parameters, visits)
        found = state.derivatives(patterns, slopes, _bends(structure, parameters, visits))
        if not _regular(found.expected):
            return None
        bowl = _regular(found.observed)
        step = np.linalg.solve(found.observed if bowl else found.expected, found.gradient)
        short = float(found.gradient @ step)
        # What rounding leaves of the gradient stands still; before that each step is shorter.
        if short < NEAR or before / 4 < short < RESTS:
            return state.fit(found) if bowl else None
        before, slack = short, 1e-10 * (1 + abs(state.deviance))
        for half in range(HALVES):
            tried = parameters - step / 2**half
            new = _State.of(patterns, structure.matrix(tried, visits))
            if new is not None and new.deviance <= state.deviance + slack:
                parameters, state = tried, new
                break
        else:
            return None
    return None


def _regular(information: Floats) -> bool:
    """Whether a matrix of second derivatives is positive definite, and not barely so."""
    scale = np.diag(information)
    if not np.isfinite(information).all() or not (scale > 0).all():
        return False
    scale = np.sqrt(scale)
    return bool(np.linalg.eigvalsh(information / np.outer(scale, scale))[0] > 1e-10)


def _singular(matrix: Floats) -> bool:
    scale = np.sqrt(np.diag(matrix))
    return bool(np.linalg.eigvalsh(matrix / np.outer(scale, scale))[0] < SINGULAR)


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """The model at one matrix: one inverse a pattern, coefficients, and the likelihood."""

    matrix: Floats
    inverses: tuple[Floats, ...]
    beta: Floats
    covariance: Floats
    deviance: float

    @classmethod
    def of(cls, patterns: Sequence[VisitPattern], matrix: Floats) -> _State | None:
        """None where the matrix is no covariance."""
        if not np.isfinite(matrix).all() or (np.diag(matrix) <= 0).any():
            return None
        inverses, deviance, rows = [], 0.0, 0
        width = patterns[0].products.shape[2]
        whole = np.zeros((width, width))
        try:
            for pattern in patterns:
                factor = cho_factor(matrix[np.ix_(pattern.at, pattern.at)], lower=True)
                inverse = cho_solve(factor, np.eye(len(pattern.at)))
                deviance += 2 * pattern.number * float(np.log(np.diag(factor[0])).sum())
                rows += pattern.number * len(pattern.at)
                whole += np.tensordot(inverse, pattern.products, 2)
                inverses.append(inverse)
            factor = cho_factor(whole[:-1, :-1], lower=True)
        except np.linalg.LinAlgError:
            return None
        beta = cho_solve(factor, whole[:-1, -1])
        deviance += 2 * float(np.log(np.diag(factor[0])).sum())
        deviance += float(whole[-1, -1] - whole[:-1, -1] @ beta)
        deviance += (rows - width + 1) * log(2 * pi)
        covariance = cho_solve(factor, np.eye(width - 1))
        return cls(matrix, tuple(inverses), beta, covariance, deviance)

    def derivatives(
        self, patterns: Sequence[VisitPattern], slopes: Floats, bends: Floats
    ) -> _Derivatives:
        """Of the deviance over the parameters, given first and second ones of the matrix."""
        left = np.concatenate([-self.beta, [1.0]])
        number, width = len(slopes), len(self.beta)
        gradient, around = np.zeros(number), np.zeros((number, width))
        expected, seen = np.zeros((number, number)), np.zeros((number, number))
        sandwiched = np.zeros((number, width, width))
        pieces = []
        for pattern, inverse in zip(patterns, self.inverses, strict=True):
            within = (..., pattern.at[:, None], pattern.at[None, :])
            products = pattern.products[:, :, :-1, :-1]
            pull = pattern.products @ left
            squares = pull @ left
            used = np.tensordot(products, self.covariance, 2)
            half = inverse @ slopes[within]
            both = half @ inverse
            first = pattern.number * inverse - inverse @ (squares + used) @ inverse
            gradient += np.tensordot(slopes[within], first, 2)
            expected += pattern.number * _traces(half, half) - 2 * _traces(half, both @ used)
            seen += _traces(half, both @ squares) + np.tensordot(bends[within], first, 2) / 2
            around += np.tensordot(both, pull[:, :, :-1], 2)
            sandwiched += np.tensordot(both, products, 2)
            pieces.append((half, both, products))
        through = self.covariance @ sandwiched
        expected += _traces(through, through)
        seen -= around @ self.covariance @ around.T
        return _Derivatives(gradient, expected, 2 * seen - expected, sandwiched, pieces)

    def fit(self, found: _Derivatives) -> RestrictedFit:
        spread = np.asarray(2 * np.linalg.inv(found.observed), np.float64)
        weighted = np.zeros_like(self.covariance)
        for half, both, products in found.pieces:
            weighted += np.tensordot(np.einsum("ij,iab,jbc->ac", spread, half, both), products, 2)
        return RestrictedFit(
            beta=self.beta,
            covariance=self.covariance,
            matrix=self.matrix,
            deviance=self.deviance,
            slopes=-found.sandwiched,
            spread=spread,
            weighted=weighted,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Derivatives:
    """Of the deviance, and what they were made of.

    Attributes:
        expected, observed: second derivatives.
        sandwiched: of the inverse covariance of coefficients, with its sign turned.
        pieces: of each pattern the slopes of its matrix times the inverse, from the left and from
            both sides, and its cross-products.
    """

    gradient: Floats
    expected: Floats
    observed: Floats
    sandwiched: Floats
    pieces: list[tuple[Floats, Floats, Floats]]


def _traces(left: Floats, right: Floats) -> Floats:
    """The trace of each matrix times each other one."""
    turned = right.transpose(0, 2, 1).reshape(len(right), -1)
    return np.asarray(left.reshape(len(left), -1) @ turned.T, np.float64)


def _bends(structure: CovarianceStructure, parameters: Floats, visits: int) -> Floats:
    """Second derivatives of the matrix, by differences of its slopes: 0 where it is linear."""
    if structure.linear:
        return np.zeros((1, 1, visits, visits))
    found = []
    for place, one in enumerate(parameters):
        by = 1e-5 * max(abs(one), 0.1)
        beyond = [np.array(parameters), np.array(parameters)]
        beyond[0][place] += by
        beyond[1][place] -= by
        ahead, behind = (structure.slopes(at, visits) for at in beyond)
        found.append((ahead - behind) / (2 * by))
    return np.stack(found)
