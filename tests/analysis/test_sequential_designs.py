"""Designs of several looks: printed values, simulation, properties, bad input.

Cases against R stand in `oracles`, and `test_methods.py` goes through them.
"""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.analysis.methods.sequential_designs import (
    conditional_power,
    futility_bounds,
    sequential_bounds,
    sequential_power,
    sequential_size,
)
from remit.errors import MethodError


def test_printed_bounds_of_several_looks() -> None:
    # rpact 3.3.4, getDesignGroupSequential(kMax = 4, alpha = 0.05, typeOfDesign = "asOF").
    found = sequential_bounds([0.25, 0.5, 0.75, 1], level=0.05)
    assert found.upper == pytest.approx((3.74955, 2.53994, 2.01607, 1.72018), abs=5e-6)
    # gsDesign 3, gsDesign(k = 3, test.type = 4, alpha = 0.025, beta = 0.1), Hwang, Shih and DeCani
    # with -4 above and -2 below.
    design = sequential_bounds([1 / 3, 2 / 3, 1], spending="hwang_shih_decani", parameter=-4)
    design = futility_bounds(design, power=0.9, parameter=-2)
    assert design.upper == pytest.approx((3.0107, 2.5465, 1.9992), abs=5e-5)
    assert design.lower == pytest.approx((-0.2387, 0.9411, 1.9992), abs=5e-5)
    assert design.drift is not None
    assert sequential_power(design, drift=design.drift).inflation == pytest.approx(1.07, abs=5e-4)


def test_printed_bounds_of_two_sides() -> None:
    # Reboussin DM et al. Control Clin Trials 2000;21:190: five looks, two-sided 0.05.
    for spending, printed in (
        ("obrien_fleming", (4.8769, 3.3569, 2.6803, 2.2898, 2.0310)),
        ("pocock", (2.4380, 2.4268, 2.4101, 2.3966, 2.3859)),
    ):
        found = sequential_bounds([0.2, 0.4, 0.6, 0.8, 1], level=0.05, spending=spending, sides=2)
        assert found.upper == pytest.approx(printed, abs=2e-4)
        assert found.lower == tuple(-bound for bound in found.upper)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 20), min_size=1, max_size=5, unique=True),
    st.sampled_from(("obrien_fleming", "pocock", "hwang_shih_decani", "power")),
    st.sampled_from((1, 2)),
    st.floats(0.005, 0.2),
)
def test_what_is_spent_is_the_level(
    looks: list[int], spending: str, sides: int, level: float
) -> None:
    times = [look / max(looks) for look in sorted(looks)]
    design = sequential_bounds(times, level=level, spending=spending, sides=sides)
    null = sequential_power(design, drift=0.0)
    assert null.power == pytest.approx(level, abs=1e-8)
    assert null.expected <= 1
    small, large = (sequential_power(design, drift=drift).power for drift in (1.0, 2.5))
    assert level < small < large


def test_one_look_is_a_trial_without_looks() -> None:
    design = sequential_bounds([1.0], level=0.025)
    assert design.upper[0] == pytest.approx(1.959964, abs=1e-6)
    found = sequential_size(design, power=0.9)
    assert found.drift == pytest.approx(1.959964 + 1.281552, abs=1e-6)
    assert found.inflation == pytest.approx(1.0)


def test_simulated_looks_cross_as_often_as_worked_out() -> None:
    design = futility_bounds(sequential_bounds([0.3, 0.6, 1.0]), power=0.85)
    random = np.random.default_rng(8)
    times = np.array(design.times)
    steps = random.normal(size=(100_000, 3)) * np.sqrt(np.diff(times, prepend=0))
    z = (np.cumsum(steps, axis=1) + 2.0 * times) / np.sqrt(times)
    found = sequential_power(design, drift=2.0)
    open_ = np.ones(len(z), bool)
    for place in range(3):
        up = (open_ & (z[:, place] >= design.upper[place])).mean()
        share = found.upper[place]
        assert abs(up - share) < 4 * np.sqrt(share * (1 - share) / len(z))
        open_ &= (z[:, place] < design.upper[place]) & (z[:, place] > design.lower[place])


def test_conditional_power_begins_at_power_and_follows_the_trend() -> None:
    early = conditional_power(0.0, 1e-9, bound=1.96, drift=3.2415)
    assert early.power == pytest.approx(0.9, abs=1e-3)
    assert conditional_power(2.5, 0.9, bound=1.96).power > 0.95
    # With the trend so far and half of the information, z at the end has mean root 2 z.
    assert conditional_power(1.96 / 2**0.5, 0.5, bound=1.96).power == pytest.approx(0.5)


def test_looks_that_cannot_be_are_refused() -> None:
    for times in ([], [0.5], [0.5, 0.5, 1], [0.0, 1.0], [1.0, 0.5]):
        with pytest.raises(MethodError, match="rising shares"):
            sequential_bounds(times)
    with pytest.raises(MethodError, match="spending function 'haybittle'"):
        sequential_bounds([0.5, 1], spending="haybittle")
    two = sequential_bounds([0.5, 1], sides=2)
    with pytest.raises(MethodError, match="one side"):
        futility_bounds(two)
    with pytest.raises(MethodError, match="exceeds the level"):
        sequential_size(two, power=0.01)
    with pytest.raises(MethodError, match="mean of z"):
        sequential_power(two, drift=inf)
