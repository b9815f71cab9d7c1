"""Numbers described and compared by ranks: what must not change them, and bad input."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import inf, nan

import numpy as np
import pytest
from scipy.stats import rankdata

from remit.analysis.methods.described_values import (
    change_within,
    description,
    mean_difference,
    mean_difference_test,
    mean_test,
)
from remit.analysis.methods.logistic_regression import logistic_regression
from remit.analysis.methods.proportional_odds import proportional_odds
from remit.analysis.methods.rank_tests import (
    asymptotic_shift,
    exact_rank_sum_test,
    exact_shift,
    rank_sum_test,
    van_elteren_test,
)
from remit.errors import MethodError


def test_quartiles_of_sas() -> None:
    # SAS 9.4 Procedures Guide, UNIVARIATE: definition 5 averages where n times the share is whole.
    assert description([1, 2, 3, 4]).quartiles == (1.5, 2.5, 3.5)
    assert description([1, 2, 3, 4, 5]).quartiles == (2, 3, 4)
    assert description([7]).quartiles == (7, 7, 7)


def test_what_few_values_do_not_say() -> None:
    nobody = description([])
    assert (nobody.n, nobody.mean.value, nobody.deviation) == (0, None, None)
    assert nobody.warnings
    one = description([3.0])
    assert (one.mean.value, one.mean.low, one.deviation) == (3.0, None, None)
    assert one.warnings
    same = description([0.1] * 7)
    assert (same.deviation, same.mean.low) == (0.0, None)
    assert same.warnings
    for values in ([], [3.0], [2.0, 2.0]):
        assert mean_test(values).p is None
        assert mean_test(values).warnings
    assert mean_difference_test([], [1, 2]).warnings
    assert mean_difference([1], [1, 2]).warnings
    assert mean_difference([1, 1], [2, 2]).value == -1
    assert mean_difference_test([1, 1], [2, 2]).warnings
    gone = change_within([1, None], [None, 2])
    assert (gone.missing, gone.change.n, gone.test.p) == (2, 0, None)


def test_ranks_of_nobody_and_of_values_that_are_the_same() -> None:
    for test in (exact_rank_sum_test, rank_sum_test):
        assert test([], [1.0]).p is None
        assert test([], [1.0]).warnings
    assert rank_sum_test([2.0, 2.0], [2.0]).warnings
    assert exact_rank_sum_test([2.0, 2.0], [2.0]).p == 1.0
    assert van_elteren_test([[], [1.0]], [[2.0], []]).p is None
    assert exact_shift([], [1.0]).value is None
    assert asymptotic_shift([1.0], []).warnings
    few = exact_shift([1.0, 2.0], [3.0, 4.0])
    assert (few.value, few.low, few.high) == (-2.0, -inf, inf)
    assert few.warnings


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: description([nan]), "finite numbers"),
        (lambda: description([1.0], level=2), "level"),
        (lambda: change_within([1.0], []), "a place in both"),
        (lambda: rank_sum_test([nan], [1.0]), "finite numbers"),
        (lambda: van_elteren_test([[1.0]], []), "the same strata"),
        (lambda: exact_shift(list(range(600)), list(range(600))), "normal approximation"),
        (lambda: proportional_odds([nan], [[1.0]]), "has an answer"),
        (lambda: proportional_odds([1, 2, 3], [[1.0], [1.0], [1.0]]), "the same for all"),
    ],
)
def test_what_cannot_be_is_refused(call: Callable[[], object], said: str) -> None:
    with pytest.raises(MethodError, match=said):
        call()


@pytest.mark.parametrize("seed", range(6))
def test_exact_ranks_by_writing_out_every_way(seed: int) -> None:
    random = np.random.default_rng(seed)
    one, other = random.integers(0, 6, 5).tolist(), random.integers(1, 8, 6).tolist()
    ranks = rankdata([*one, *other])
    middle = 5 * 12 / 2
    sums = np.array([sum(ranks[list(chosen)]) for chosen in combinations(range(11), 5)])
    far = np.abs(sums - middle) >= abs(ranks[:5].sum() - middle) - 1e-9
    assert exact_rank_sum_test(one, other).p == pytest.approx(far.mean(), rel=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_sides_units_and_rows(seed: int) -> None:
    random = np.random.default_rng(seed)
    one, other = random.normal(1, 2, 14).tolist(), random.normal(0, 1, 11).tolist()
    for shift in (exact_shift, asymptotic_shift):
        there, back = shift(one, other), shift(other[::-1], one[::-1])
        assert there.value is not None
        assert (back.low, back.value, back.high) == pytest.approx(
            (-(there.high or 0), -there.value, -(there.low or 0))
        )
        scaled = shift([88.4 * x + 5 for x in one], [88.4 * x + 5 for x in other])
        assert scaled.low == pytest.approx(88.4 * (there.low or 0))
    for test in (exact_rank_sum_test, rank_sum_test, mean_difference_test):
        found = test(one, other)
        assert test(other[::-1], one).p == pytest.approx(found.p)
        assert test([3 * x - 1 for x in one], [3 * x - 1 for x in other]).p == pytest.approx(
            found.p
        )
    parts = [one[:5], one[5:]], [other[:6], other[6:]]
    again = van_elteren_test(parts[1][::-1], parts[0][::-1])
    assert again.p == pytest.approx(van_elteren_test(*parts).p)


def test_one_stratum_of_van_elteren_is_wilcoxons() -> None:
    one, other = [1.0, 4, 2, 8], [3.0, 9, 9, 7, 5]
    assert van_elteren_test([one], [other]).p == pytest.approx(rank_sum_test(one, other).p)


def test_two_ordered_answers_are_a_logistic_regression() -> None:
    random = np.random.default_rng(3)
    rows = random.normal(size=(50, 2))
    answers = (random.random(50) < 1 / (1 + np.exp(-rows[:, 0]))).astype(int).tolist()
    ordered = proportional_odds(answers, rows.tolist())
    binary = logistic_regression(answers, rows.tolist())
    for one, other in zip(ordered.profile, binary.profile, strict=True):
        assert (one.low, one.value, one.high) == pytest.approx(
            (other.low, other.value, other.high), rel=1e-7
        )
    assert ordered.thresholds[0] == pytest.approx(-(binary.intercept.value or 0), rel=1e-7)
    turned = proportional_odds([-answer for answer in answers], (1000 * rows[:, ::-1]).tolist())
    assert turned.likelihood_ratios[1].p == pytest.approx(ordered.likelihood_ratios[0].p, rel=1e-7)


def test_ordered_answers_that_say_nothing_or_all() -> None:
    same = proportional_odds([2, 2, 2], [[1.0], [2.0], [4.0]])
    assert same.ratios[0].value is None
    assert same.tests[0].warnings
    apart = proportional_odds([1, 1, 2, 2, 3, 3], [[float(x)] for x in range(6)])
    assert apart.ratios[0].value is None
    assert apart.warnings
    assert (apart.profile[0].low or 0) > 1
