"""Exact tests and designs of counts, multiplicity, agreement and rates: printed values, properties.

Cases against R stand in `oracles`, and `test_methods.py` goes through them.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import barnard_exact, boschloo_exact, fisher_exact

from remit.analysis.methods.count_tables import TESTS, conditional_p
from remit.analysis.methods.estimates import Estimate, Significance
from remit.analysis.methods.event_rates import (
    event_rate,
    rate_difference,
    rate_ratio,
    rate_score_test,
    rate_test,
)
from remit.analysis.methods.gwet import gwet_agreement
from remit.analysis.methods.liver_safety import HY, OPEN, liver_quadrants
from remit.analysis.methods.multiplicity import fixed_sequence, graphical, hochberg, holm
from remit.analysis.methods.rater_agreement import kappa
from remit.analysis.methods.ratio_bounds import (
    breslow_day_test,
    common_risk_ratio,
    score_risk_ratio,
)
from remit.analysis.methods.register import method_named
from remit.analysis.methods.two_arm_designs import (
    decision_table,
    detectable_difference,
    two_arm_power,
    two_arm_sample_size,
)
from remit.analysis.methods.unconditional_tests import barnard_test, boschloo_test
from remit.errors import MethodError

ABSTRACTORS = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
GATEKEEPER = [[0.0, 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0], [1, 0, 0, 0]]


def groups(most: int = 12) -> st.SearchStrategy[tuple[int, int, int, int]]:
    """Counts of two groups: x_1, n_1, x_2, n_2."""
    one = st.integers(1, most).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
    return st.tuples(one, one).map(lambda pair: (*pair[0], *pair[1]))


# ---- exact tests and designs --------------------------------------------------------------------


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


def test_designs_that_cannot_be_are_refused() -> None:
    with pytest.raises(MethodError, match="1 person at least"):
        decision_table(0, 10)
    with pytest.raises(MethodError, match="no test 'student'"):
        decision_table(5, 10, test="student")
    with pytest.raises(MethodError, match="no side 'left'"):
        boschloo_test(1, 5, 2, 5, side="left")
    with pytest.raises(MethodError, match="at most"):
        decision_table(5, 2000)
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


# ---- multiplicity -------------------------------------------------------------------------------


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
    for weights, edges in (
        ([0.6, 0.6], [[0, 1], [1, 0]]),
        ([0.5, 0.5], [[0.1, 0.9], [1, 0]]),
        ([0.5, 0.5], [[0, 1], [1]]),
        ([0.5], [[0, 1], [1, 0]]),
        ([-0.5, 0.5], [[0, 1], [1, 0]]),
    ):
        with pytest.raises(MethodError):
            graphical([0.1, 0.2], weights=weights, transitions=edges)
    for p in ([], [0.1, 1.2], [float("nan")]):
        with pytest.raises(MethodError, match="from 0 to 1"):
            holm(p)
    assert graphical([0.0], weights=[0], transitions=[[0]]).p == (1.0,)
    assert holm([0.01, 0.2]).rejected(0.05) == (True, False)


# ---- agreement ----------------------------------------------------------------------------------


def test_printed_agreement_of_two_abstractors() -> None:
    # Gwet KL, irrCAC 1.0, vignette "overview": kappa2.table and gwet.ac1.table.
    found = kappa(ABSTRACTORS)
    assert found.value == pytest.approx(0.7964094, abs=5e-8)
    assert found.high is not None
    assert found.value is not None
    assert (found.high - found.value) / 1.959964 == pytest.approx(0.05891072, abs=5e-7)
    ac = gwet_agreement(ABSTRACTORS)
    assert ac.value == pytest.approx(0.8493305, abs=5e-8)
    assert (ac.low, ac.high) == pytest.approx((0.764, 0.935), abs=5e-4)


def test_agreement_that_is_not_defined_says_why() -> None:
    assert kappa([[0, 0], [0, 0]]).warnings
    assert kappa([[5, 0], [0, 0]]).value is None
    alone = kappa([[8, 0], [4, 0]])
    assert (alone.value, alone.low) == (0.0, None)
    # A rare answer pushes kappa to 0 and not AC1: 118 of 125 agree.
    table = [[118, 5], [2, 0]]
    assert (kappa(table).value or 0) < 0.05
    assert (gwet_agreement(table).value or 0) > 0.9
    assert gwet_agreement([[1, 0], [0, 0]]).low is None
    for wrong in ([[1, 2], [3]], [[1, 2, 3], [4, 5, 6]], [[1, -1], [0, 2]], [[0.5, 1], [2, 3]]):
        with pytest.raises(MethodError):
            kappa(wrong)  # type: ignore[arg-type]
    with pytest.raises(MethodError, match="no weights 'cubic'"):
        kappa([[1, 2], [3, 4]], weights="cubic")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 20), min_size=3, max_size=3), min_size=3, max_size=3))
def test_judges_can_change_places(table: list[list[int]]) -> None:
    turned = [list(row) for row in zip(*table, strict=True)]
    backward = [row[::-1] for row in table[::-1]]
    for function in (kappa, gwet_agreement):
        for weights in ("none", "quadratic"):
            found = function(table, weights=weights)
            for other in (turned, backward):
                again = function(other, weights=weights)
                _alike(found, again)


def _alike(one: Estimate, other: Estimate) -> None:
    for a, b in zip(
        (one.value, one.low, one.high), (other.value, other.low, other.high), strict=True
    ):
        assert a == (None if b is None else pytest.approx(b, abs=1e-9))


# ---- rates and ratios ---------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 30), st.floats(1, 500), st.integers(0, 30), st.floats(1, 500))
def test_rates_do_not_hang_on_the_unit_of_time(x_1: int, t_1: float, x_2: int, t_2: float) -> None:
    years, days = (x_1, t_1, x_2, t_2), (x_1, t_1 * 365.25, x_2, t_2 * 365.25)
    _alike(rate_difference(*years), rate_difference(*days, per=365.25))
    if x_1 + x_2:
        assert rate_test(*years).p == pytest.approx(rate_test(*days).p)
        assert rate_score_test(*years).p == pytest.approx(rate_score_test(*days).p)
        _alike(rate_ratio(*years), rate_ratio(*days))
    # The other way round: the difference turns its sign, bounds and all.
    found, turned = rate_difference(*years), rate_difference(x_2, t_2, x_1, t_1)
    assert found.value is not None
    assert turned.value == pytest.approx(-found.value, abs=1e-12)
    assert turned.low == pytest.approx(-(found.high or 0), abs=1e-8)


def test_the_score_interval_of_rates_covers_what_its_test_does_not_reject() -> None:
    equal = rate_difference(10, 100, 10, 100)
    assert equal.low == pytest.approx(-(equal.high or 0))
    p = rate_score_test(12, 100, 3, 90).p
    assert p is not None
    edge = rate_difference(12, 100, 3, 90, level=1 - p)
    assert edge.low == pytest.approx(0, abs=1e-9)


def test_rates_that_are_not_defined_say_why() -> None:
    assert event_rate(0, 0).warnings
    assert rate_ratio(0, 10, 0, 20).warnings
    assert rate_test(0, 10, 0, 20).p is None
    for wrong in ((-1, 10.0), (3, 0.0), (1, float("nan"))):
        with pytest.raises(MethodError, match="count of events"):
            event_rate(*wrong)


def test_ratios_stand_counts_of_nobody_and_all() -> None:
    assert score_risk_ratio(0, 10, 0, 10).warnings
    none = score_risk_ratio(0, 10, 4, 10)
    assert (none.value, none.low) == (0.0, 0.0)
    assert none.high is not None
    assert none.high > 0
    all_of_them = score_risk_ratio(10, 10, 20, 20)
    assert all_of_them.value == 1.0
    assert common_risk_ratio([(0, 10, 3, 10), (0, 5, 2, 6)]).warnings
    assert common_risk_ratio([(1, 5, 0, 0)]).value is None
    assert breslow_day_test([(1, 5, 2, 6)]).p is None
    assert breslow_day_test([(0, 5, 2, 6), (0, 5, 3, 6)]).warnings


@settings(max_examples=30, deadline=None)
@given(groups(30))
def test_the_ratio_turns_with_its_arms(t: tuple[int, int, int, int]) -> None:
    x_1, n_1, x_2, n_2 = t
    if x_1 and x_2:
        found, turned = score_risk_ratio(*t), score_risk_ratio(x_2, n_2, x_1, n_1)
        assert found.value is not None
        assert turned.value == pytest.approx(1 / found.value)
        assert turned.low == pytest.approx(1 / (found.high or 1), rel=1e-6)
        assert found.low is not None
        assert found.low <= found.value <= (found.high or 0)


# ---- safety -------------------------------------------------------------------------------------


def test_a_value_that_is_not_known_is_not_normal() -> None:
    found = liver_quadrants([3.0, None, 5.0, 2.9], [2.1, 3.0, None, 9.0], phosphatase=[None] * 4)
    assert found.quadrant == (HY, OPEN, OPEN, "bilirubin alone")
    assert sum(found.counts.values()) == 4
    with pytest.raises(MethodError, match="2 of each"):
        liver_quadrants([1.0, 2.0], [1.0])
    with pytest.raises(MethodError, match="multiple of the upper limit"):
        liver_quadrants([-1.0], [1.0])
