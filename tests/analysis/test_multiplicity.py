"""Several hypotheses under one level: properties, bad input.

Cases against R stand in `oracles`, and `test_methods.py` goes through them.
"""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.analysis.methods.multiplicity import fixed_sequence, graphical, hochberg, holm
from remit.errors import MethodError

GATEKEEPER: list[list[float]] = [[0, 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0], [1, 0, 0, 0]]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=6))
def test_a_graph_of_equal_shares_is_holm_and_a_chain_the_sequence(p: list[float]) -> None:
    n = len(p)
    equal = [[0.0 if i == j else 1 / (n - 1) for j in range(n)] for i in range(n)]
    assert graphical(p, weights=[1 / n] * n, transitions=equal).p == pytest.approx(holm(p).p)
    chain = [[float(j == i + 1) for j in range(n)] for i in range(n)]
    first = [1.0, *[0.0] * (n - 1)]
    assert graphical(p, weights=first, transitions=chain).p == pytest.approx(fixed_sequence(p).p)
    assert all(a <= b + 1e-12 for a, b in zip(hochberg(p).p, holm(p).p, strict=True))


def test_printed_graphs() -> None:
    # The R package graphicalMCP 0.3.0, its tests of printing: two doses with two primary and two
    # secondary hypotheses (Bretz F et al. Biom J 2011;53:894), where 0.0001 stands for nearly none.
    edges: list[list[float]] = [
        [0, 0.5, 0.5, 0, 0, 0],
        [0, 0, 1, 0, 0, 0],
        [0, 0.9999, 0, 0.0001, 0, 0],
        [0, 0, 0, 0, 0.5, 0.5],
        [0, 0, 0, 0, 0, 1],
        [0.0001, 0, 0, 0, 0.9999, 0],
    ]
    found = graphical(
        [0.025, 0.02, 0.015, 0.01, 0.005, 0], weights=[0.5, 0, 0, 0.5, 0, 0], transitions=edges
    )
    assert found.p == pytest.approx((0.025, 0.03, 0.03, 0.02, 0.02, 0.02), abs=5e-5)
    assert found.order == (3, 5, 4, 0, 2, 1)
    assert found.rejected(0.025) == (True, False, False, True, True, True)
    # Of its tests too: an adjusted p that exceeds the level by rounding alone.
    edges = [
        [0, 0.5, 0.25, 0, 0.25, 0],
        [0.5, 0, 0, 0.25, 0, 0.25],
        [0, 0, 0, 0, 1, 0],
        [0.0001, 0, 0, 0, 0, 0.9999],
        [0, 0.0001, 0.9999, 0, 0, 0],
        [0, 0, 0, 1, 0, 0],
    ]
    found = graphical(
        [0.001, 0.01875, 0.013, 0.0002, 0.03, 0.04],
        weights=[0.5, 0.5, 0, 0, 0, 0],
        transitions=edges,
    )
    assert found.rejected(0.025) == (True, True, False, True, False, False)


def test_hypotheses_can_change_their_places() -> None:
    p, weights = [0.01, 0.07, 0.02, 0.005], [0.5, 0.5, 0, 0]
    found = graphical(p, weights=weights, transitions=GATEKEEPER).p
    for order in permutations(range(4)):
        moved = graphical(
            [p[i] for i in order],
            weights=[weights[i] for i in order],
            transitions=[[GATEKEEPER[i][j] for j in order] for i in order],
        )
        assert moved.p == pytest.approx([found[i] for i in order])


def test_a_graph_that_cannot_be_is_refused() -> None:
    wrong: tuple[tuple[list[float], list[list[float]]], ...] = (
        ([0.6, 0.6], [[0, 1], [1, 0]]),
        ([0.5, 0.5], [[0.1, 0.9], [1, 0]]),
        ([0.5, 0.5], [[0, 1], [1]]),
        ([0.5], [[0, 1], [1, 0]]),
        ([-0.5, 0.5], [[0, 1], [1, 0]]),
    )
    for weights, edges in wrong:
        with pytest.raises(MethodError):
            graphical([0.1, 0.2], weights=weights, transitions=edges)
    for p in ([], [0.1, 1.2], [float("nan")]):
        with pytest.raises(MethodError, match="from 0 to 1"):
            holm(p)
    assert graphical([0.0], weights=[0], transitions=[[0]]).p == (1.0,)
    assert holm([0.01, 0.2]).rejected(0.05) == (True, False)
