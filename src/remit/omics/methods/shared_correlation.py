"""How alike two samples of one person are, by all genes together.

Smyth GK, Michaud J, Scott HS. Bioinformatics 2005;21:2067. The answer is that of limma's
`duplicateCorrelation` with a block: for each gene the restricted likelihood of a random effect,
then the trimmed mean of the correlations on Fisher's scale.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
_TRIM = 0.15
_HIGHEST = 0.99
_MOST_STEPS = 20
_SETTLED = 1e-6


def shared_correlation(
    values: Floats,
    design: Floats,
    block: npt.NDArray[np.int64],
    *,
    weights: Floats | None = None,
) -> float:
    """The correlation of two samples of the same block; 0 where no block has two.

    Args:
        values: genes × samples; genes with a value that is not known are left out.
        weights: as `values`.

    Raises:
        MethodError: no gene says anything of it.
    """
    largest = int(np.unique(block, return_counts=True)[1].max())
    if largest == 1:
        return 0.0
    labels = np.unique(block)
    z = (block[:, None] == labels[None, :]).astype(np.float64)
    found = []
    whole = np.flatnonzero(np.isfinite(values).all(axis=1))
    for gene in whole:
        scale = np.ones(len(block)) if weights is None else np.sqrt(weights[gene])
        # As limma has it, the weights stand before the design and the values, not the block.
        components = _components(scale * values[gene], scale[:, None] * design, z)
        if components is not None:
            found.append(components[1] / components.sum())
    if not found:
        raise MethodError(
            "no gene says how alike two samples of a person are",
            expected="values for several persons, some with two samples",
            got=f"{len(labels)} persons, {len(block)} samples",
            next_step="compare one visit, or block by person",
        )
    rho = np.clip(np.array(found), 1 / (1 - largest) + 0.01, _HIGHEST)
    return float(np.tanh(_trimmed_mean(np.arctanh(rho))))


def _trimmed_mean(values: Floats) -> float:
    ordered = np.sort(values)
    cut = int(len(ordered) * _TRIM)
    return float(ordered[cut : len(ordered) - cut].mean())


def _components(y: Floats, x: Floats, z: Floats) -> Floats | None:
    """The variances of the residual and the block."""
    q = np.linalg.qr(x, mode="complete")[0][:, x.shape[1] :]
    u, d, _ = np.linalg.svd(q.T @ z)
    eigen = np.zeros(q.shape[1])
    eigen[: len(d)] = d**2
    square = (u.T @ (q.T @ y)) ** 2
    both = np.column_stack([np.ones_like(eigen), eigen])
    start = np.linalg.lstsq(both, square, rcond=None)[0]
    if len(eigen) <= 2 or (eigen > 1e-15).sum() <= 1 or eigen.var(ddof=1) <= 1e-15:
        return np.asarray(start, np.float64)
    if (both @ start < 0).any():
        start = np.array([square.mean(), 0.0])
    return _gamma_fit(both, square, np.asarray(start, np.float64))


def _deviance(y: Floats, mu: Floats) -> float:
    if (mu < 0).any():
        return np.inf
    some = ~((y < 1e-15) & (mu < 1e-15))
    with np.errstate(divide="ignore"):
        return float(2 * ((y - mu)[some] / mu[some] - np.log(y[some] / mu[some])).sum())


def _gamma_fit(x: Floats, y: Floats, beta: Floats) -> Floats | None:
    """Gamma errors around a straight line, by damped scoring: no mean ever falls below 0."""
    mu = x @ beta
    deviance = _deviance(y, mu)
    damping = 0.0
    for step in range(_MOST_STEPS + 1):
        v = np.maximum(mu**2, (mu**2).max() / 1e3)
        information = (x / v[:, None]).T @ x
        most = float(np.diag(information).max())
        if step == 0:
            damping = abs(float(np.diag(information).mean())) / 2
        slope = x.T @ ((y - mu) / v)
        before, raised = beta, False
        while True:
            move = np.linalg.solve(information + damping * np.eye(2), slope)
            beta = before + move
            mu = x @ beta
            new = _deviance(y, mu)
            if new <= deviance or (mu.max() > 0 and new / mu.max() < 1e-15):
                break
            if damping / most > 1e15:
                return before
            damping, raised = damping * 2, True
        deviance = new
        if not raised:
            damping /= 10
        if float(slope @ move) < _SETTLED:
            break
    return beta
