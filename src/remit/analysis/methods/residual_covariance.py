"""How the answers of one person vary together over visits: structures of a covariance.

Jennrich RI, Schluchter MD. Biometrics 1986;42:805; Wolfinger R. Commun Stat Simul 1993;22:1079.
Each structure has its parameters in the scale in which they are printed: variances, covariances
and correlations. The slopes of the matrix over them are all that a fit and its degrees of freedom
ask.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CovarianceStructure:
    """A family of covariance matrices.

    Attributes:
        name: as a plan calls it. title: as a warning prints it.
        start: parameters near a matrix that was estimated without care.
        matrix: parameters and number of visits -> the matrix.
        slopes: the same -> its derivative over each parameter, shape (parameters, visits, visits).
        linear: whether the slopes are the same everywhere.
    """

    name: str
    title: str
    start: Callable[[Floats], Floats]
    matrix: Callable[[Floats, int], Floats]
    slopes: Callable[[Floats, int], Floats]
    linear: bool = False


def _unstructured(parameters: Floats, visits: int) -> Floats:
    found = np.zeros((visits, visits))
    rows, columns = np.tril_indices(visits)
    found[rows, columns] = found[columns, rows] = parameters
    return found


def _unstructured_slopes(parameters: Floats, visits: int) -> Floats:
    return np.stack([_unstructured(one, visits) for one in np.eye(len(parameters))])


def _apart(visits: int) -> npt.NDArray[np.int64]:
    place = np.arange(visits, dtype=np.int64)
    return np.asarray(np.abs(place[:, None] - place[None, :]), np.int64)


def _banded(parameters: Floats, visits: int) -> tuple[Floats, Floats]:
    """Standard deviations, and the correlation of each pair, by how far apart they are."""
    bands = np.concatenate([[1.0], parameters[visits:]])
    return np.sqrt(np.maximum(parameters[:visits], 0.0)), bands[_apart(visits)]


def _toeplitz(parameters: Floats, visits: int) -> Floats:
    spread, together = _banded(parameters, visits)
    return np.outer(spread, spread) * together


def _toeplitz_slopes(parameters: Floats, visits: int) -> Floats:
    spread, together = _banded(parameters, visits)
    product, apart = np.outer(spread, spread), _apart(visits)
    over = [product * (apart == lag) for lag in range(1, visits)]
    return np.stack(_variance_slopes(spread, together) + over)


def _variance_slopes(spread: Floats, together: Floats) -> list[Floats]:
    found = []
    for place, one in enumerate(spread):
        row = np.zeros((len(spread), len(spread)))
        row[place] = spread * together[place] / (2 * one)
        found.append(row + row.T)
    return found


def _toeplitz_start(rough: Floats) -> Floats:
    apart, together = _apart(len(rough)), _correlations(rough)
    bands = [float(together[apart == lag].mean()) for lag in range(1, len(rough))]
    return np.concatenate([np.diag(rough), bands])


def _autoregressive(parameters: Floats, visits: int) -> Floats:
    spread = np.sqrt(np.maximum(parameters[:visits], 0.0))
    return np.outer(spread, spread) * _powers(float(parameters[visits]), visits)


def _autoregressive_slopes(parameters: Floats, visits: int) -> Floats:
    spread, apart = np.sqrt(np.maximum(parameters[:visits], 0.0)), _apart(visits)
    together = _powers(float(parameters[visits]), visits)
    over = apart * float(parameters[visits]) ** np.maximum(apart - 1, 0)
    return np.stack([*_variance_slopes(spread, together), np.outer(spread, spread) * over])


def _autoregressive_start(rough: Floats) -> Floats:
    near = _correlations(rough)[_apart(len(rough)) == 1]
    return np.concatenate([np.diag(rough), [float(near.mean()) if len(near) else 0.0]])


def _powers(correlation: float, visits: int) -> Floats:
    return np.asarray(correlation ** _apart(visits).astype(np.float64), np.float64)


def _symmetric(parameters: Floats, visits: int) -> Floats:
    own, shared = parameters
    return np.asarray(own * np.eye(visits) + shared * np.ones((visits, visits)), np.float64)


def _symmetric_slopes(parameters: Floats, visits: int) -> Floats:
    return np.stack([np.eye(visits), np.ones((visits, visits))])


def _symmetric_start(rough: Floats) -> Floats:
    apart = _apart(len(rough)) > 0
    shared = float(rough[apart].mean()) if apart.any() else 0.0
    own = float(np.diag(rough).mean())
    return np.array([max(own - shared, own / 10), min(shared, 0.9 * own)])


def _correlations(covariance: Floats) -> Floats:
    spread = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(spread, spread), np.float64)


# In the order in which each stands in for the one before, when that does not converge.
STRUCTURES = (
    CovarianceStructure(
        "unstructured",
        "unstructured covariance",
        lambda rough: rough[np.tril_indices(len(rough))],
        _unstructured,
        _unstructured_slopes,
        linear=True,
    ),
    CovarianceStructure(
        "heterogeneous_toeplitz",
        "heterogeneous Toeplitz covariance",
        _toeplitz_start,
        _toeplitz,
        _toeplitz_slopes,
    ),
    CovarianceStructure(
        "heterogeneous_autoregressive",
        "heterogeneous autoregressive covariance of order 1",
        _autoregressive_start,
        _autoregressive,
        _autoregressive_slopes,
    ),
    CovarianceStructure(
        "compound_symmetry",
        "compound symmetry",
        _symmetric_start,
        _symmetric,
        _symmetric_slopes,
        linear=True,
    ),
)
