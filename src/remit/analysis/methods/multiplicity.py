"""Several hypotheses under one level: adjusted p of Bonferroni, Holm, Hochberg, of a sequence, of a
graph. A hypothesis is rejected where its adjusted p is at most the level of the whole family.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.analysis.methods.register import method
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
# Weights are written in decimals: their sum is 1 but for rounding.
_NEAR = 1e-9


@dataclass(frozen=True, slots=True)
class AdjustedTests:
    """Hypotheses of one family, in the order they were given.

    Attributes:
        p: adjusted, at most 1. order: places of the hypotheses as a procedure in steps takes them,
            empty where it takes them all at once.
    """

    p: tuple[float, ...]
    order: tuple[int, ...] = ()

    def rejected(self, level: float) -> tuple[bool, ...]:
        """Which are rejected at a level of the whole family; rounding alone decides nothing."""
        return tuple(p <= level * (1 + _NEAR) for p in self.p)


@method(
    "several tests: Bonferroni",
    reference="Dunn OJ. J Am Stat Assoc 1961;56:52",
    oracle="multiplicity",
    tolerance=1e-12,
)
def bonferroni(p: Sequence[float]) -> AdjustedTests:
    """Each p times their number."""
    found = _checked(p)
    return _adjusted(np.minimum(found * len(found), 1.0))


@method(
    "several tests: Holm",
    reference="Holm S. Scand J Stat 1979;6:65",
    oracle="multiplicity",
    tolerance=1e-12,
)
def holm(p: Sequence[float]) -> AdjustedTests:
    """From the smallest p on, each times how many are left."""
    found = _checked(p)
    order = np.argsort(found, kind="stable")
    left = np.arange(len(found), 0, -1)
    adjusted = np.empty(len(found))
    adjusted[order] = np.minimum(np.maximum.accumulate(found[order] * left), 1.0)
    return _adjusted(adjusted, order)


@method(
    "several tests: Hochberg",
    reference="Hochberg Y. Biometrika 1988;75:800",
    oracle="multiplicity",
    tolerance=1e-12,
)
def hochberg(p: Sequence[float]) -> AdjustedTests:
    """From the largest p on, each times how many are as large.

    It holds its level where the tests are independent or depend on each other positively.
    """
    found = _checked(p)
    order = np.argsort(-found, kind="stable")
    adjusted = np.empty(len(found))
    adjusted[order] = np.minimum.accumulate(found[order] * np.arange(1, len(found) + 1))
    return _adjusted(np.minimum(adjusted, 1.0), order)


@method(
    "several tests in a fixed sequence",
    reference="Maurer W, Hothorn LA, Lehmacher W. In: Vollmar J (ed). Biometrie in der "
    "chemisch-pharmazeutischen Industrie 1995;6:3",
    oracle="multiplicity",
    tolerance=1e-12,
)
def fixed_sequence(p: Sequence[float]) -> AdjustedTests:
    """Each at the whole level, as long as all before it were rejected."""
    found = _checked(p)
    return _adjusted(np.maximum.accumulate(found), np.arange(len(found)))


@method(
    "several tests by a graph (Bretz-Maurer)",
    reference="Bretz F, Maurer W, Brannath W, Posch M. Stat Med 2009;28:586, algorithm 2",
    oracle="multiplicity",
    tolerance=1e-12,
)
def graphical(
    p: Sequence[float], *, weights: Sequence[float], transitions: Sequence[Sequence[float]]
) -> AdjustedTests:
    """A rejected hypothesis hands its share of the level on, along the edges of a graph.

    Args:
        weights: the share of the level that each begins with; their sum is 1 at most.
        transitions: row: from; column: to which share of it goes. No hypothesis keeps any, and
            no row has more than 1.

    Raises:
        MethodError: a p, a weight or an edge cannot be.
    """
    found = _checked(p)
    number = len(found)
    weight = _shares(weights, (number,), "weight")
    edges = _shares(transitions, (number, number), "edge")
    if weight.sum() > 1 + _NEAR or (edges.sum(axis=1) > 1 + _NEAR).any() or np.diag(edges).any():
        raise MethodError(
            "a graph hands on what there is, to other hypotheses",
            expected="weights, and edges from each hypothesis, of 1 at most; none to itself",
            got=f"weights {list(weights)}, edges {[list(row) for row in transitions]}",
            next_step="make each sum 1 or less",
        )
    adjusted, order, open_, last = np.ones(number), [], list(range(number)), 0.0
    while open_:
        asked = [found[i] / weight[i] if weight[i] > 0 else np.inf for i in open_]
        taken = open_[int(np.argmin(asked))]
        # A hypothesis with no share of the level is not rejected at any, be its p 0.
        last = max(last, min(float(min(asked)), 1.0))
        adjusted[taken] = last
        order.append(taken)
        open_.remove(taken)
        weight, edges = _without(taken, open_, weight, edges)
    return _adjusted(adjusted, np.array(order, np.int64))


def _without(taken: int, left: list[int], weight: Floats, edges: Floats) -> tuple[Floats, Floats]:
    """The graph after one hypothesis was rejected."""
    weights, after = np.zeros_like(weight), np.zeros_like(edges)
    for i in left:
        weights[i] = weight[i] + weight[taken] * edges[taken, i]
        back = edges[i, taken] * edges[taken, i]
        for j in left:
            if i != j and back < 1 - _NEAR:
                after[i, j] = (edges[i, j] + edges[i, taken] * edges[taken, j]) / (1 - back)
    return weights, after


def _adjusted(p: Floats, order: npt.NDArray[np.int64] | None = None) -> AdjustedTests:
    steps = () if order is None else tuple(int(i) for i in order)
    return AdjustedTests(tuple(float(one) for one in p), steps)


def _checked(p: Sequence[float]) -> Floats:
    found = np.asarray(p, np.float64)
    if found.ndim != 1 or not found.size or not ((found >= 0) & (found <= 1)).all():
        raise MethodError(
            "each hypothesis has a p from 0 to 1",
            expected="a list of numbers from 0 to 1, 1 at least",
            got=str(list(p)),
            next_step="leave out what was not tested, and say so",
        )
    return found


def _shares(values: object, shape: tuple[int, ...], of: str) -> Floats:
    try:
        found = np.asarray(values, np.float64)
    except ValueError:
        found = np.empty(0)
    if found.shape != shape or not ((found >= 0) & (found <= 1 + _NEAR)).all():
        raise MethodError(
            f"each hypothesis has its {of}s, from 0 to 1",
            expected=" × ".join(map(str, shape)) + " numbers from 0 to 1",
            got=str(values),
            next_step="give one for each, 0 where there is none",
        )
    return found
