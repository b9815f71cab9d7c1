"""Kappa and Wilson intervals against outside values.

Oracle: statsmodels 0.15.0 (`cohens_kappa` of the table; `proportion_confint(method="wilson")`), run
on 2026-11-25. The Wilson rows are also in Newcombe, Stat Med 1998;17:857, Table I. Tolerance 1e-9:
both are closed formulas in double precision. An interval ends at -1 and 1 here, there it does not.
"""

from __future__ import annotations

import numpy as np
import pytest

from remit.analysis.agreement import Kappa, cohen_kappa, wilson_rate
from remit.analysis.comparison_counts import ShownRate
from remit.views.rates import kappa_text, shown_rate_text

KAPPAS = [
    ([[20, 5], [10, 15]], 0.3999999999999999, 0.151092290476661, 0.6489077095233389),
    (
        [[22, 2, 2, 0], [5, 7, 14, 0], [0, 2, 36, 0], [0, 1, 14, 10]],
        0.51338199513382,
        0.4003114324978919,
        0.6264525577697481,
    ),
    ([[9, 0], [0, 3]], 1.0, 1.0, 1.0),
    ([[0, 5], [7, 0]], -0.9459459459459462, -1.0, -0.593858504847872),
]
RATES = [
    (81, 263, 0.2552885198782742, 0.36620957698280004),
    (15, 148, 0.06238639953073628, 0.16048724172330803),
    (0, 20, 0.0, 0.1611251580528194),
    (1, 29, 0.006113214292762667, 0.17175521879320294),
    (20, 20, 0.8388748419471804, 1.0),
]


@pytest.mark.parametrize(("table", "value", "low", "high"), KAPPAS)
def test_kappa(table: list[list[int]], value: float, low: float, high: float) -> None:
    pairs = [
        (row, column)
        for row, counts in enumerate(table)
        for column, count in enumerate(counts)
        for _ in range(count)
    ]
    first, second = np.array(pairs, np.int64).T
    found = cohen_kappa(first, second)
    assert found.n == len(pairs)
    assert found.agreed == sum(counts[row] for row, counts in enumerate(table))
    assert (found.value, found.low, found.high) == pytest.approx((value, low, high), abs=1e-9)


def test_kappa_is_not_defined_without_persons_or_with_one_answer() -> None:
    assert cohen_kappa(np.zeros(0, np.int64), np.zeros(0, np.int64)).value is None
    same = np.ones(5, np.int64)
    found = cohen_kappa(same, same)
    assert (found.value, found.agreed, found.n) == (None, 5, 5)


def test_kappa_has_no_interval_where_one_judgement_never_differs() -> None:
    """Of 12 persons one definition calls 8 responders and the other none: chance alone agrees."""
    first = np.array([1] * 8 + [0] * 4, np.int64)
    for pair in ((first, first * 0), (first * 0, first)):
        found = cohen_kappa(*pair)
        assert (found.agreed, found.value, found.low, found.high) == (4, 0.0, None, None)


@pytest.mark.parametrize(("count", "n", "low", "high"), RATES)
def test_wilson(count: int, n: int, low: float, high: float) -> None:
    found = wilson_rate(count, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


def test_no_minus_stands_before_zero() -> None:
    assert kappa_text(Kappa(21, 15, 0.0, -0.001, 0.001)) == "0.00 (0.00 to 0.00)"
    assert kappa_text(Kappa(0, 0, None, None, None)) == "not defined"
    assert shown_rate_text(ShownRate("8", "10", wilson_rate(8, 10))) == "8/10, 80 % (49 to 94)"


def test_a_rate_of_nobody_is_no_rate() -> None:
    found = wilson_rate(0, 0)
    assert (found.value, found.low, found.high) == (None, None, None)
