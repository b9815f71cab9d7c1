"""Ridge models of a fold in closed form, for many ways of labelling the same persons at once.

A ridge over p features of n persons is one over their n × n products (Saunders C, Gammerman A,
Vovk V. ICML 1998:515): all penalties, and all permutations of labels, share one decomposition.
Where features are selected by the labels, each labelling has its own few and is solved by itself.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from remit.omics.methods.fold_preparation import PreparedFold

Floats = npt.NDArray[np.float64]
# Penalties as multiples of the mean of the eigenvalues.
PENALTIES = 10.0 ** np.arange(-2.0, 4.0)
_AT_ONCE = 256


def fold_scores(fold: PreparedFold, labels: Floats, *, select: int = 0) -> Floats:
    """Scores of the test persons under every penalty and labelling.

    Args:
        labels: training persons × labellings, 0 or 1.
        select: how many features are chosen by their correlation with the labels of the training
            persons; 0: none, all stay.

    Returns:
        Penalties × test persons × labellings: the excess over the mean of the training labels.
    """
    centred = labels - labels.mean(axis=0)
    if 0 < select < fold.train.shape[1]:
        return _selected(fold, centred, select)
    if not fold.train.shape[1]:
        return np.zeros((len(PENALTIES), len(fold.test), labels.shape[1]))
    eigen, vectors = np.linalg.eigh(fold.train @ fold.train.T)
    eigen = np.maximum(eigen, 0.0)
    turned = vectors.T @ centred
    sides = (fold.test @ fold.train.T) @ vectors
    found = [(sides / (eigen + penalty * eigen.mean())) @ turned for penalty in PENALTIES]
    return np.stack(found)


def _selected(fold: PreparedFold, centred: Floats, select: int) -> Floats:
    found = np.empty((len(PENALTIES), len(fold.test), centred.shape[1]))
    for start in range(0, centred.shape[1], _AT_ONCE):
        y = centred[:, start : start + _AT_ONCE]
        strength = np.abs(fold.train.T @ y)
        chosen = np.argpartition(-strength, select - 1, axis=0)[:select].T
        train = fold.train[:, chosen].transpose(1, 0, 2)  # labellings × persons × chosen
        test = fold.test[:, chosen].transpose(1, 0, 2)
        eigen, vectors = np.linalg.eigh(train.transpose(0, 2, 1) @ train)
        eigen = np.maximum(eigen, 0.0)
        sides = test @ vectors
        turned = vectors.transpose(0, 2, 1) @ (train.transpose(0, 2, 1) @ y.T[:, :, None])
        mean = eigen.mean(axis=1, keepdims=True)
        for at, penalty in enumerate(PENALTIES):
            scaled = turned[:, :, 0] / (eigen + penalty * mean)
            found[at, :, start : start + len(train)] = (sides @ scaled[:, :, None])[:, :, 0].T
    return found
