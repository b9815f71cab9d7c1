"""Draws of the normal distribution behind answers at visits, from its posterior.

Persons of a group share a mean, all persons a covariance. Where answers are missing after a last
one alone, one regression after the other gives independent draws (Rubin DB. Multiple imputation
for nonresponse in surveys. 1987:174). Gaps before are filled in turn with them (Schafer JL.
Analysis of incomplete multivariate data. 1997:226), and draws between are thrown away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.analysis.methods.incomplete_answers import IncompleteAnswers, Places
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
FIRST, BETWEEN = 50, 5


@dataclass(frozen=True, slots=True, eq=False)
class NormalDraw:
    """A distribution, and the table with its gaps filled.

    Attributes:
        means: shape (groups, columns). covariance: shape (columns, columns).
        table: what is missing after a person's last answer is still NaN.
    """

    means: Floats
    covariance: Floats
    table: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Holes:
    """Persons who lack the same columns: their rows, what is missing, and what they have."""

    rows: Places
    missing: Places
    seen: Places


def drawn_normals(
    answers: IncompleteAnswers, number: int, random: np.random.Generator
) -> Iterator[NormalDraw]:
    """So many draws.

    Raises:
        MethodError: a column follows from others, so that it has no spread of its own.
    """
    table, gaps = answers.values.copy(), answers.gaps
    if not gaps.any():
        fits = _regressions(answers, table)
        for _ in range(number):
            means, covariance = _drawn(answers, fits, random)
            yield NormalDraw(means, covariance, table)
        return
    column_means = np.nanmean(table, axis=0)
    table[gaps] = np.broadcast_to(column_means, table.shape)[gaps]
    holes = holes_of(gaps, ~np.isnan(answers.values))
    for step in range(FIRST + number * BETWEEN):
        means, covariance = _drawn(answers, _regressions(answers, table), random)
        fill(table, holes, means[answers.group], covariance, random)
        if step >= FIRST and (step - FIRST) % BETWEEN == BETWEEN - 1:
            yield NormalDraw(means, covariance, table.copy())


def holes_of(missing: npt.NDArray[np.bool_], known: npt.NDArray[np.bool_]) -> tuple[Holes, ...]:
    """The holes to fill, from what is known; cells that are neither say nothing."""
    kinds, of = np.unique(np.hstack([missing, known]), axis=0, return_inverse=True)
    width = missing.shape[1]
    return tuple(
        Holes(
            np.flatnonzero(of.ravel() == place),
            np.flatnonzero(kind[:width]),
            np.flatnonzero(kind[width:]),
        )
        for place, kind in enumerate(kinds)
        if kind[:width].any()
    )


def fill(
    table: Floats,
    holes: Sequence[Holes],
    means: Floats,
    covariance: Floats,
    random: np.random.Generator,
) -> None:
    """Draw what is missing, given what a person has.

    Args:
        means: of each person, shape (persons, columns).
    """
    for hole in holes:
        rows, missing, seen = hole.rows, hole.missing, hole.seen
        inner = covariance[missing[:, None], missing]
        middle = means[rows[:, None], missing]
        if len(seen):
            across = covariance[seen[:, None], missing]
            slope = np.linalg.solve(covariance[seen[:, None], seen], across)
            at = rows[:, None], seen
            middle = middle + (table[at] - means[at]) @ slope
            inner = inner - across.T @ slope
        root = np.linalg.cholesky(inner)
        noise = random.standard_normal((len(rows), len(missing)))
        table[rows[:, None], missing] = middle + noise @ root.T


@dataclass(frozen=True, slots=True, eq=False)
class _Regression:
    """One column on the groups and the columns before it: its fit, and the root of its spread."""

    beta: Floats
    root: Floats
    left: float
    df: int


def _regressions(answers: IncompleteAnswers, table: Floats) -> list[_Regression]:
    arms = len(answers.groups)
    whole = np.hstack([np.eye(arms)[answers.group], np.nan_to_num(table)])
    fits = []
    for place in range(table.shape[1]):
        rows = answers.last >= place
        width = arms + place
        part = whole[rows, : width + 1]
        products = part.T @ part
        inner = products[:width, :width]
        size = np.sqrt(np.diag(products))
        try:
            root = np.linalg.inv(np.linalg.cholesky(inner)).T
        except np.linalg.LinAlgError:
            root = np.full_like(inner, np.inf)
        beta = root @ (root.T @ products[:width, width])
        left = float(products[width, width] - products[:width, width] @ beta)
        thin = not np.isfinite(beta).all() or (1 / np.diag(root) < 1e-6 * size[:width]).any()
        if thin or left < 1e-12 * max(1.0, size[width] ** 2):
            raise MethodError(
                "an answer follows from those before it: nothing is left to draw",
                expected="covariates and answers that say different things",
                got=f"a column without a spread of its own, the {place + 1}th",
                next_step="leave out the covariate or visit",
            )
        fits.append(_Regression(beta, root, left, int(rows.sum()) - width))
    return fits


def _drawn(
    answers: IncompleteAnswers, fits: list[_Regression], random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Means and covariance that a draw of each regression adds up to."""
    arms, width = len(answers.groups), len(fits)
    means, covariance = np.zeros((arms, width)), np.zeros((width, width))
    for place, fit in enumerate(fits):
        variance = fit.left / float(random.chisquare(fit.df))
        beta = fit.beta + np.sqrt(variance) * fit.root @ random.standard_normal(len(fit.beta))
        slope = beta[arms:]
        means[:, place] = beta[:arms] + means[:, :place] @ slope
        across = covariance[:place, :place] @ slope
        covariance[:place, place] = covariance[place, :place] = across
        covariance[place, place] = variance + float(slope @ across)
    return means, covariance
