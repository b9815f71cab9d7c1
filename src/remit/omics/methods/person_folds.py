"""Folds and permutations of persons, drawn by a seed and blind to what is to be told."""

from __future__ import annotations

from math import lgamma, log

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]


def person_folds(persons: int, folds: int, random: np.random.Generator) -> Whole:
    """The fold of each person; sizes differ by one at most."""
    return random.permutation(np.arange(persons) % folds)


def permuted_labels(
    labels: npt.NDArray[np.bool_], strata: Whole, times: int, random: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """Labels exchanged among persons of the same stratum.

    Returns:
        Persons × times.
    """
    found = np.empty((len(labels), times), np.bool_)
    groups = [np.flatnonzero(strata == one) for one in np.unique(strata)]
    for at in range(times):
        for group in groups:
            found[group, at] = labels[random.permutation(group)]
    return found


def log10_permutations(labels: npt.NDArray[np.bool_], strata: Whole) -> float:
    """How many different ways of giving the labels there are within strata, as a power of ten."""
    total = 0.0
    for one in np.unique(strata):
        inside = labels[strata == one]
        n, yes = len(inside), int(inside.sum())
        total += lgamma(n + 1) - lgamma(yes + 1) - lgamma(n - yes + 1)
    return total / log(10)
