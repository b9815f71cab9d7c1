"""One linear model for each of many genes, and tests that borrow variance from all of them.

Smyth GK. Stat Appl Genet Mol Biol 2004;3:3. The answers are those of limma (`lmFit`, `eBayes`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, polygamma, stdtr

from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
_GENES_AT_ONCE = 512
_RANK = 1e-8


@dataclass(frozen=True, slots=True)
class GeneFits:
    """The models of all genes.

    Attributes:
        coefficients, unscaled: genes × columns of the design; `unscaled` times a residual standard
            deviation is a standard error.
        sigma, df: residual standard deviation and degrees of freedom of each gene; NaN and 0 where
            a gene has too few values.
        mean: of each gene over its values.
    """

    coefficients: Floats
    unscaled: Floats
    sigma: Floats
    df: Floats
    mean: Floats


@dataclass(frozen=True, slots=True)
class ModeratedTests:
    """Tests of one column of the design, a number a gene; NaN where a gene was not tested.

    Attributes:
        effect, low, high: the coefficient and its 95 % interval, in the unit of the values.
        df_prior, s2_prior: what all genes together say of a variance; `df_prior` may be infinite.
    """

    effect: Floats
    low: Floats
    high: Floats
    t: Floats
    df: Floats
    p: Floats
    df_prior: float
    s2_prior: float


def fit_genes(
    values: Floats,
    design: Floats,
    *,
    weights: Floats | None = None,
    correlation: float = 0.0,
    block: npt.NDArray[np.int64] | None = None,
) -> GeneFits:
    """Fit the same design to every gene.

    Args:
        values: genes × samples; NaN is a value that is not known.
        design: samples × columns, of full rank.
        weights: as `values`: the precision of each; None: all alike.
        correlation: of two samples of the same block.
        block: samples: which belong together (such as those of a person).

    Raises:
        MethodError: the design is not of full rank or leaves nothing to estimate a variance with.
    """
    rows, columns = design.shape
    if np.linalg.matrix_rank(design, tol=_RANK * np.linalg.norm(design)) < columns:
        raise MethodError(
            "the columns of the design depend on each other",
            expected="groups and covariates that can be told apart in these samples",
            got=f"{rows} samples, {columns} columns of lower rank",
            next_step="leave out the covariate that follows from the others, such as a batch that "
            "holds one group only",
        )
    if rows <= columns:
        raise MethodError(
            "there are too few samples for this design",
            expected=f"more than {columns} samples",
            got=f"{rows}",
            next_step="use fewer covariates",
        )
    together = np.eye(rows)
    if block is not None and correlation:
        together = np.where(block[:, None] == block[None, :], correlation, 0.0)
        np.fill_diagonal(together, 1.0)
    known = np.isfinite(values)
    genes = len(values)
    fits = GeneFits(
        np.full((genes, columns), np.nan),
        np.full((genes, columns), np.nan),
        np.full(genes, np.nan),
        np.zeros(genes),
        np.array([row[seen].mean() if seen.any() else np.nan
                  for row, seen in zip(values, known, strict=True)]),
    )  # fmt: skip
    patterns, which = np.unique(known, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        inside = np.flatnonzero(which.ravel() == number)
        part = design[pattern]
        if pattern.sum() <= columns or np.linalg.matrix_rank(part) < columns:
            continue
        cov = together[np.ix_(pattern, pattern)]
        if weights is None:
            _fit_alike(fits, inside, values[np.ix_(inside, pattern)], part, cov)
        else:
            for start in range(0, len(inside), _GENES_AT_ONCE):
                some = inside[start : start + _GENES_AT_ONCE]
                grid = np.ix_(some, pattern)
                _fit_weighted(fits, some, values[grid], part, cov, weights[grid])
    return fits


def _fit_alike(
    fits: GeneFits, genes: npt.NDArray[np.int64], y: Floats, x: Floats, cov: Floats
) -> None:
    root = np.linalg.cholesky(cov)
    x, y = np.linalg.solve(root, x), np.linalg.solve(root, y.T)
    q, r = np.linalg.qr(x)
    inverse = np.linalg.inv(r)
    effects = q.T @ y
    fits.coefficients[genes] = (inverse @ effects).T
    fits.unscaled[genes] = np.sqrt((inverse**2).sum(axis=1))
    df = len(x) - x.shape[1]
    fits.sigma[genes] = np.sqrt(((y - q @ effects) ** 2).sum(axis=0) / df)
    fits.df[genes] = df


def _fit_weighted(
    fits: GeneFits, genes: npt.NDArray[np.int64], y: Floats, x: Floats, cov: Floats, w: Floats
) -> None:
    """Each gene has weights of its own: V = W^-1/2 C W^-1/2."""
    scale = np.sqrt(w)
    root = np.linalg.inv(np.linalg.cholesky(cov))
    x_all = root @ (scale[:, :, None] * x[None])
    y_all = (root @ (scale * y).T).T
    gram = np.linalg.inv(x_all.transpose(0, 2, 1) @ x_all)
    found = (gram @ (x_all.transpose(0, 2, 1) @ y_all[:, :, None]))[:, :, 0]
    rest = y_all - (x_all @ found[:, :, None])[:, :, 0]
    df = len(x) - x.shape[1]
    fits.coefficients[genes] = found
    fits.unscaled[genes] = np.sqrt(np.diagonal(gram, axis1=1, axis2=2))
    fits.sigma[genes] = np.sqrt((rest**2).sum(axis=1) / df)
    fits.df[genes] = df


def moderated_tests(fits: GeneFits, column: int) -> ModeratedTests:
    """Test one column of the design in every gene.

    Raises:
        MethodError: no gene has a residual variance.
    """
    tested = fits.df > 0
    if not tested.any():
        raise MethodError(
            "no gene has a variance to test with",
            expected="more samples than columns of the design",
            got="no residual degrees of freedom",
            next_step="use fewer covariates, or more samples",
        )
    variance, df = fits.sigma[tested] ** 2, fits.df[tested]
    scale, df_prior = prior_variance(variance, df)
    if np.isinf(df_prior):
        post = np.full_like(variance, scale)
    else:
        post = (df * variance + df_prior * scale) / (df + df_prior)
    total = np.minimum(df + df_prior, df.sum())
    found = {name: np.full(len(tested), np.nan) for name in ("low", "high", "t", "df", "p")}
    effect = np.where(tested, fits.coefficients[:, column], np.nan)
    error = fits.unscaled[tested, column] * np.sqrt(post)
    t = effect[tested] / error
    found["t"][tested], found["df"][tested] = t, total
    found["p"][tested] = 2 * stdtr(total, -np.abs(t))
    reach = _t_quantile(total) * error
    found["low"][tested] = effect[tested] - reach
    found["high"][tested] = effect[tested] + reach
    return ModeratedTests(effect, **found, df_prior=df_prior, s2_prior=scale)


def _t_quantile(df: Floats) -> Floats:
    from scipy.special import stdtrit

    return np.asarray(stdtrit(np.minimum(df, 1e10), 0.975), np.float64)


def prior_variance(variance: Floats, df: Floats) -> tuple[float, float]:
    """The scale and degrees of freedom of the distribution that the variances come from.

    Returns:
        Scale and degrees of freedom, infinite where the variances differ no more than by chance.
    """
    if len(variance) == 1:
        return float(variance[0]), 0.0
    middle = float(np.median(variance)) or 1.0
    variance = np.maximum(variance, 1e-5 * middle)
    e = np.log(variance) - digamma(df / 2) + np.log(df / 2)
    spread = float(e.var(ddof=1) - polygamma(1, df / 2).mean())
    if spread <= 0:
        return float(variance.mean()), np.inf
    prior = 2 * _inverse_trigamma(spread)
    return float(np.exp(e.mean() + digamma(prior / 2) - np.log(prior / 2))), prior


def _inverse_trigamma(x: float) -> float:
    """By Newton's steps on 1 / trigamma, which is nearly straight."""
    if x > 1e7:
        return float(1 / np.sqrt(x))
    if x < 1e-6:
        return 1 / x
    y = 0.5 + 1 / x
    for _ in range(50):
        tri = float(polygamma(1, y))
        step = tri * (1 - tri / x) / float(polygamma(2, y))
        y += step
        if -step / y < 1e-8:
            break
    return y
