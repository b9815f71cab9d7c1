"""Exact tests and designs of two arms: scipy, enumeration, properties, bad input.

Cases against R stand in `oracles`, and `test_methods.py` goes through them.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import barnard_exact, boschloo_exact, fisher_exact

from remit.analysis.methods.count_tables import TESTS, chances, conditional_p
from remit.analysis.methods.estimates import Significance
from remit.analysis.methods.exact_differences import exact_difference
from remit.analysis.methods.register import method_named
from remit.analysis.methods.two_arm_designs import (
    decision_table,
    detectable_difference,
    two_arm_power,
    two_arm_sample_size,
)
from remit.analysis.methods.unconditional_tests import barnard_test, boschloo_test
from remit.errors import MethodError


def groups(most: int = 12) -> st.SearchStrategy[tuple[int, int, int, int]]:
    """Counts of two groups: x_1, n_1, x_2, n_2."""
    one = st.integers(1, most).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
    return st.tuples(one, one).map(lambda pair: (*pair[0], *pair[1]))


@settings(max_examples=25, deadline=None)
@given(groups())
def test_unconditional_tests_are_those_of_scipy(t: tuple[int, int, int, int]) -> None:
    x_1, n_1, x_2, n_2 = t
    table = [[x_1, x_2], [n_1 - x_1, n_2 - x_2]]
    if 0 < x_1 + x_2 < n_1 + n_2:
        for side in ("greater", "less"):
            other = boschloo_exact(table, alternative=side, n=64).pvalue
            assert boschloo_test(*t, side=side).p == pytest.approx(other, abs=1e-6)
        # scipy loses outcomes whose score is equal but for rounding: of 0/1 against 1/5 it gives
        # 0.919, where all but nobody and all count, 1 - 2 / 2**6.
        found = barnard_test(*t).p
        assert found is not None
        assert found >= barnard_exact(table, n=64).pvalue - 1e-6
    assert barnard_test(0, 1, 1, 5).p == pytest.approx(1 - 2 / 2**6)


def test_printed_unconditional_tests() -> None:
    # Mehta CR, Hilton JF. Am Stat 1993;47:91: a vaccine, 7 of 15 against 12 of 15; the same in the
    # documentation of scipy 1.17 (barnard_exact), whose other example is of boschloo_exact.
    vaccine = barnard_test(7, 15, 12, 15, side="less")
    assert (vaccine.statistic, vaccine.p) == pytest.approx((-1.894, 0.0341), abs=5e-4)
    assert boschloo_test(74, 117, 31, 63, side="greater").p == pytest.approx(0.0355, abs=1e-4)


@settings(max_examples=25, deadline=None)
@given(groups(), st.sampled_from(("boschloo_test", "barnard_test", "fisher_mid_p")))
def test_arms_and_answers_can_change_their_names(t: tuple[int, int, int, int], name: str) -> None:
    x_1, n_1, x_2, n_2 = t
    test = method_named(name).function

    def p(*counts: int, side: str = "two") -> float:
        found = test(*counts, side=side)
        assert isinstance(found, Significance)
        assert found.p is not None
        return found.p

    assert p(x_2, n_2, x_1, n_1) == pytest.approx(p(*t), abs=1e-9)
    assert p(n_1 - x_1, n_1, n_2 - x_2, n_2) == pytest.approx(p(*t), abs=1e-9)
    assert p(x_2, n_2, x_1, n_1, side="less") == pytest.approx(p(*t, side="greater"), abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(groups(9))
def test_boschloo_is_never_above_fisher(t: tuple[int, int, int, int]) -> None:
    fisher = float(conditional_p(t[1], t[3], "two")[t[0], t[2]])
    found = boschloo_test(*t).p
    assert found is not None
    assert found <= fisher + 1e-9


@pytest.mark.parametrize("side", ["two", "greater", "less"])
@pytest.mark.parametrize("test", TESTS)
def test_a_looked_up_decision_is_that_of_the_test(test: str, side: str) -> None:
    table = decision_table(11, 8, test=test, side=side)
    for x_1 in range(12):
        for x_2 in range(9):
            if test == "fisher":
                p = fisher_exact([[x_1, x_2], [11 - x_1, 8 - x_2]], alternative=_scipy(side))[1]
            elif test in ("boschloo", "barnard"):
                found = (boschloo_test if test == "boschloo" else barnard_test)(
                    x_1, 11, x_2, 8, side=side
                )
                assert found.p is not None
                p = found.p
            else:
                continue
            assert bool(table.rejects[x_1, x_2]) == bool(p <= 0.05), (x_1, x_2, p)
    if test in ("fisher", "boschloo", "barnard"):
        assert table.size() <= 0.05


def _scipy(side: str) -> str:
    return "two-sided" if side == "two" else side


@pytest.mark.parametrize("test", TESTS)
def test_simulated_power_is_the_exact_one(test: str) -> None:
    random = np.random.default_rng(11)
    table = decision_table(60, 60, test=test)
    counts_1, counts_2 = random.binomial(60, 0.45, 10_000), random.binomial(60, 0.25, 10_000)
    share = float(table.decide(counts_1, counts_2).mean())
    power = table.power(0.45, 0.25)
    assert abs(share - power) < 3 * np.sqrt(power * (1 - power) / 10_000)


def test_the_size_of_a_design_is_found_between_the_points_of_a_grid() -> None:
    # By going through 200,001 shares: no search, no sums of both groups.
    table = decision_table(10, 13, test="chi_square")
    shares = np.linspace(0, 1, 20_001)
    most = max(table.power(float(share), float(share)) for share in shares[4_000:16_000:3])
    edge = max(table.power(float(share), float(share)) for share in shares[:4_001:3])
    assert table.size() == pytest.approx(max(most, edge), abs=1e-6)
    assert table.size() >= max(most, edge) - 1e-12


def test_the_exact_interval_is_printed_and_closed_at_the_ends() -> None:
    # Fagerland MW, Lydersen S, Laake P. Stat Methods Med Res 2015;24:224: 7/34 against 1/34.
    found = exact_difference(7, 34, 1, 34)
    assert (found.low, found.high) == pytest.approx((0.019, 0.36), abs=0.005)
    # Nobody of ten and ten: the shares of one group that give nobody with 2.5 %.
    assert exact_difference(0, 10, 0, 10).high == pytest.approx(1 - 0.025**0.1, abs=1e-9)
    every = exact_difference(5, 5, 0, 4)
    assert (every.value, every.high) == (1.0, 1.0)
    assert exact_difference(0, 0, 1, 4).warnings
    with pytest.raises(MethodError, match="200 persons"):
        exact_difference(1, 201, 1, 10)


def test_the_exact_interval_never_covers_too_seldom() -> None:
    n_1, n_2 = 5, 4
    bounds = {(a, b): exact_difference(a, n_1, b, n_2) for a in range(6) for b in range(5)}
    for share_1 in np.linspace(0.02, 0.98, 13):
        for share_2 in np.linspace(0.02, 0.98, 13):
            chance = np.outer(chances(n_1, float(share_1)), chances(n_2, float(share_2)))
            covered = sum(
                float(chance[place])
                for place, one in bounds.items()
                if (one.low or 0) - 1e-9 <= share_1 - share_2 <= (one.high or 0) + 1e-9
            )
            assert covered >= 0.95
    for (a, b), one in bounds.items():
        other = bounds[n_1 - a, n_2 - b]
        assert (one.low, one.high) == pytest.approx((-(other.high or 0), -(other.low or 0)))


def test_designs_that_cannot_be_are_refused() -> None:
    with pytest.raises(MethodError, match="1 person at least"):
        decision_table(0, 10)
    with pytest.raises(MethodError, match="no test 'student'"):
        decision_table(5, 10, test="student")
    with pytest.raises(MethodError, match="no side 'left'"):
        boschloo_test(1, 5, 2, 5, side="left")
    with pytest.raises(MethodError, match="at most"):
        decision_table(5, 2000)
    with pytest.raises(MethodError, match="Miettinen and Nurminen alone"):
        decision_table(5, 10, test="boschloo", difference=-0.1)
    with pytest.raises(MethodError, match="do not differ"):
        two_arm_sample_size(0.3, 0.3)
    with pytest.raises(MethodError, match="no number of persons"):
        two_arm_sample_size(0.3, 0.31, most=20)
    with pytest.raises(MethodError, match="no difference that can be"):
        detectable_difference(3, 3, 0.5)
    with pytest.raises(MethodError, match="from 0 to 1"):
        two_arm_power(5, 5, 1.2, 0.5)
    assert boschloo_test(0, 0, 3, 5).warnings
    assert boschloo_test(5, 5, 4, 4).p == pytest.approx(1.0)


def test_with_forty_patients_which_difference_could_be_found() -> None:
    found = detectable_difference(20, 20, 0.3, test="boschloo")
    assert found.power == pytest.approx(0.8)
    assert two_arm_power(20, 20, 0.3 + found.expected_difference, 0.3, test="boschloo").power == (
        pytest.approx(0.8)
    )
    below = detectable_difference(20, 20, 0.7, test="boschloo", below=True)
    assert below.expected_difference == pytest.approx(-found.expected_difference)
    mirrored = two_arm_power(20, 20, 0.7 + below.expected_difference, 0.7, test="boschloo")
    assert mirrored.power == pytest.approx(0.8)
