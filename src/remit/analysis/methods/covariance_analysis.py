"""Analysis of covariance: groups compared as if all began alike, with least-squares means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import fdtrc, stdtr, stdtrit

from remit.analysis.methods.estimates import LEVEL, Estimate, Significance, require_level
from remit.analysis.methods.register import method
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
EXACT = "no spread is left around the model: no interval and no test can be given"


@dataclass(frozen=True, slots=True)
class Contrast:
    """The mean of one group less that of another, adjusted.

    Attributes:
        groups: the two names. difference: with its interval. error: its standard error.
        test: Student's t of no difference.
    """

    groups: tuple[str, str]
    difference: Estimate
    error: float | None
    test: Significance


@dataclass(frozen=True, slots=True)
class AdjustedMeans:
    """What an analysis of covariance gives.

    Attributes:
        means: group -> least-squares mean. contrasts: later groups less earlier ones.
        terms: term -> F of leaving it out: `group`, `covariate 1` …, `factor 1` ….
        df: degrees of freedom of the error. deviation: its standard deviation.
    """

    means: dict[str, Estimate]
    contrasts: tuple[Contrast, ...]
    terms: dict[str, Significance]
    df: float
    deviation: float


@method(
    "analysis of covariance with least-squares means",
    reference="Searle SR, Speed FM, Milliken GA. Am Stat 1980;34:216",
    oracle="covariance_analysis",
    tolerance=1e-8,
)
def ancova(
    response: Sequence[float],
    groups: Sequence[str],
    *,
    covariates: Sequence[Sequence[float]] = (),
    factors: Sequence[Sequence[str]] = (),
    observed: bool = False,
    level: float = LEVEL,
) -> AdjustedMeans:
    """Groups compared in a linear model with covariates and factors, without interactions.

    Args:
        groups: the group of each person; groups are ordered as they first occur.
        covariates: numbers, one list for each covariate; means are at their averages.
        factors: names, one list for each factor, such as the site.
        observed: means weigh the levels of factors as often as they occur; else all alike, as SAS
            has it without OM.

    Raises:
        MethodError: the lists differ in length, hold no numbers, leave nothing for the error, or a
            group cannot be told from a factor.
    """
    require_level(level)
    y = _numbers(response, len(response), "response")
    n = len(y)
    names = list(dict.fromkeys(groups))
    if len(groups) != n or len(names) < 2:
        raise MethodError(
            "each person has a group, and there are two groups at least",
            expected=f"{n} groups of two kinds at least",
            got=f"{len(groups)} of {len(names)} kinds",
            next_step="give the arm of every person",
        )
    blocks = [np.ones((n, 1)), _columns(list(groups), names)]
    at = [[1.0], None]
    labels = ["", "group"]
    for place, numbers in enumerate(covariates, 1):
        column = _numbers(numbers, n, f"covariate {place}")
        blocks.append(column[:, None])
        at.append([float(column.mean())])
        labels.append(f"covariate {place}")
    for place, levels in enumerate(factors, 1):
        _require_levels(levels, n)
        known = list(dict.fromkeys(levels))
        columns = _columns(list(levels), known)
        blocks.append(columns)
        weights = columns.mean(axis=0) if observed else np.full(len(known) - 1, 1 / len(known))
        at.append(weights.tolist())
        labels.append(f"factor {place}")
    x = np.hstack(blocks)
    df = _require_rank(x)
    left = _residual(x, y)
    variance = left / df
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    rows = {}
    for place, name in enumerate(names):
        own = np.zeros(len(names) - 1)
        own[place - 1 : place] = 1.0
        rows[name] = np.concatenate([own if part is None else np.asarray(part) for part in at])
    frame = _Frame(beta, inverse * variance, float(df), level)
    means = {name: frame.estimate(row)[0] for name, row in rows.items()}
    contrasts = tuple(
        _contrast((later, earlier), frame, rows[later] - rows[earlier])
        for earlier, later in combinations(names, 2)
    )
    terms = {}
    for place, label in enumerate(labels):
        if label and blocks[place].shape[1]:
            others = np.hstack([block for k, block in enumerate(blocks) if k != place])
            terms[label] = _left_out(others, y, left, blocks[place].shape[1], df)
    return AdjustedMeans(means, contrasts, terms, float(df), sqrt(variance))


@dataclass(frozen=True, slots=True)
class Trend:
    """How a response changes with a dose: by one unit of it, its standard error, Student's t."""

    slope: Estimate
    error: float | None
    test: Significance


@method(
    "linear trend over a dose, adjusted",
    reference="Searle SR. Linear Models. Wiley 1971",
    oracle="covariance_analysis",
    tolerance=1e-8,
)
def trend_analysis(
    response: Sequence[float],
    doses: Sequence[float],
    *,
    covariates: Sequence[Sequence[float]] = (),
    factors: Sequence[Sequence[str]] = (),
    level: float = LEVEL,
) -> Trend:
    """Whether a response rises or falls with a dose, with covariates and factors in the model.

    Raises:
        MethodError: the lists differ in length, hold no numbers, or a term depends on others.
    """
    require_level(level)
    y = _numbers(response, len(response), "response")
    n = len(y)
    blocks = [np.ones((n, 1)), _numbers(doses, n, "dose")[:, None]]
    blocks += [_numbers(one, n, f"covariate {k}")[:, None] for k, one in enumerate(covariates, 1)]
    for levels in factors:
        _require_levels(levels, n)
        blocks.append(_columns(list(levels), list(dict.fromkeys(levels))))
    x = np.hstack(blocks)
    df = _require_rank(x)
    inverse = np.linalg.inv(x.T @ x)
    frame = _Frame(inverse @ x.T @ y, inverse * (_residual(x, y) / df), float(df), level)
    found = _contrast(("", ""), frame, np.eye(x.shape[1])[1])
    return Trend(found.difference, found.error, found.test)


def _require_levels(levels: Sequence[str], n: int) -> None:
    if len(levels) != n:
        raise MethodError(
            "each person has a level of each factor",
            expected=f"{n} levels",
            got=str(len(levels)),
            next_step="give one for every person",
        )


def _require_rank(x: Floats) -> int:
    """The degrees of freedom that a model leaves for the error."""
    n, terms = len(x), x.shape[1]
    rank = int(np.linalg.matrix_rank(x))
    if n <= terms or rank < terms:
        raise MethodError(
            "the model cannot be fitted: a term depends on others, or there are too few persons",
            expected=f"more than {terms} persons, and terms that say different things",
            got=f"{n} persons, rank {rank} of {terms}",
            next_step="leave out a factor, or join its rare levels",
        )
    return int(n - terms)


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """Coefficients, their covariance, and the degrees of freedom of the error."""

    beta: Floats
    covariance: Floats
    df: float
    level: float

    def estimate(self, row: Floats) -> tuple[Estimate, float]:
        """A combination of coefficients with its interval, and its standard error."""
        value = float(row @ self.beta)
        error = sqrt(max(0.0, float(row @ self.covariance @ row)))
        if error < 1e-12 * max(1.0, abs(value)):
            return Estimate(value, level=self.level, warnings=(EXACT,)), 0.0
        half = float(stdtrit(self.df, (1 + self.level) / 2)) * error
        return Estimate(value, value - half, value + half, self.level), error


def _contrast(groups: tuple[str, str], frame: _Frame, row: Floats) -> Contrast:
    difference, error = frame.estimate(row)
    if not error or difference.value is None:
        return Contrast(groups, difference, None, Significance(None, warnings=(EXACT,)))
    t = difference.value / error
    p = 2 * float(stdtr(frame.df, -abs(t)))
    return Contrast(groups, difference, error, Significance(p, t, frame.df))


def _left_out(others: Floats, y: Floats, left: float, number: int, df: int) -> Significance:
    if left <= 1e-14 * float(y @ y):
        return Significance(None, warnings=(EXACT,))
    f = (_residual(others, y) - left) / number / (left / df)
    f = max(0.0, f)
    return Significance(float(fdtrc(number, df, f)), f, float(number))


def _residual(x: Floats, y: Floats) -> float:
    q, _ = np.linalg.qr(x)
    left = y - q @ (q.T @ y)
    return float(left @ left)


def _columns(values: list[str], known: list[str]) -> Floats:
    """One column for each level but the first; shape (persons, levels - 1)."""
    return np.array([[float(value == one) for one in known[1:]] for value in values]).reshape(
        len(values), len(known) - 1
    )


def _numbers(values: Sequence[float], n: int, what: str) -> Floats:
    found = np.asarray(values, np.float64)
    if found.shape != (n,) or n == 0 or not np.isfinite(found).all():
        raise MethodError(
            f"{what}: each person has a number",
            expected=f"{n} numbers",
            got=f"{found.size} values, {int((~np.isfinite(found)).sum())} of them no numbers",
            next_step="leave out persons without one, and say how many",
        )
    return found
