"""Two-stage designs of one arm: printed values, properties, bad input.

Cases against R stand in `oracles`, and `test_methods.py` goes through them.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.analysis.methods.count_tables import chances
from remit.analysis.methods.two_stage_designs import (
    simon_design,
    two_stage_estimate,
    two_stage_power,
    two_stage_test,
)
from remit.errors import MethodError

# Simon R. Control Clin Trials 1989;10:1, tables 1 and 2: poor and good share, level, power, kind;
# r_1/n_1, r/n, expected persons, chance to stop early.
SIMON = [
    (0.2, 0.4, 0.1, 0.9, "optimal", (3, 17, 10, 37), 26.0, 0.55),
    (0.2, 0.4, 0.1, 0.9, "minimax", (3, 19, 10, 36), 28.3, 0.46),
    (0.2, 0.4, 0.05, 0.8, "optimal", (3, 13, 12, 43), 20.6, 0.75),
    (0.2, 0.4, 0.05, 0.9, "optimal", (4, 19, 15, 54), 30.4, 0.67),
    (0.2, 0.4, 0.05, 0.9, "minimax", (5, 24, 13, 45), 31.2, 0.66),
    (0.05, 0.25, 0.1, 0.9, "optimal", (0, 9, 2, 24), 14.5, 0.63),
    (0.05, 0.25, 0.1, 0.9, "minimax", (0, 13, 2, 20), 16.4, 0.51),
    (0.05, 0.25, 0.05, 0.8, "optimal", (0, 9, 2, 17), 12.0, 0.63),
    (0.05, 0.25, 0.05, 0.8, "minimax", (0, 12, 2, 16), 13.8, 0.54),
]


@pytest.mark.parametrize(("poor", "good", "level", "power", "kind", "bounds", "size", "pet"), SIMON)
def test_printed_two_stage_designs(
    poor: float,
    good: float,
    level: float,
    power: float,
    kind: str,
    bounds: tuple[int, int, int, int],
    size: float,
    pet: float,
) -> None:
    found = simon_design(poor, good, level=level, power=power, kind=kind)
    assert (found.r_1, found.n_1, found.r, found.n) == bounds
    assert found.expected == pytest.approx(size, abs=0.05)
    assert found.early == pytest.approx(pet, abs=0.005)
    again = two_stage_power(*bounds, poor=poor, good=good)
    assert (again.size, again.power, again.expected) == pytest.approx(
        (found.size, found.power, found.expected)
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 6), st.integers(1, 9), st.integers(1, 12), st.floats(0.02, 0.98))
def test_the_estimate_after_two_stages_is_unbiased(r_1: int, more: int, n_2: int, p: float) -> None:
    n_1 = r_1 + more
    n = n_1 + n_2
    first, second = chances(n_1, p), chances(n_2, p)
    mean = sum(float(first[x]) * (x / n_1) for x in range(r_1 + 1))
    for x in range(r_1 + 1, n_1 + 1):
        for y in range(n_2 + 1):
            value = two_stage_estimate(x + y, r_1=r_1, n_1=n_1, n=n).value
            assert value is not None
            mean += float(first[x] * second[y]) * value
    assert mean == pytest.approx(p, abs=1e-9)


def test_the_order_of_outcomes_joins_p_and_interval() -> None:
    # The p of just rejecting is the size of the design, and its bound the share tested against.
    design = simon_design(0.2, 0.4, level=0.1, power=0.9)
    p = two_stage_test(design.r + 1, r_1=3, n_1=17, n=37, against=0.2).p
    assert p == pytest.approx(design.size)
    assert p is not None
    edge = two_stage_estimate(design.r + 1, r_1=3, n_1=17, n=37, level=1 - 2 * p)
    assert edge.low == pytest.approx(0.2, abs=1e-9)
    none = two_stage_estimate(0, r_1=3, n_1=17, n=37, stopped=True)
    assert (none.value, none.low) == (0.0, 0.0)
    everyone = two_stage_estimate(37, r_1=3, n_1=17, n=37)
    assert (everyone.value, everyone.high) == (1.0, 1.0)


def test_two_stages_that_cannot_be_are_refused() -> None:
    with pytest.raises(MethodError, match="poor share from a good"):
        simon_design(0.4, 0.2)
    with pytest.raises(MethodError, match="no two-stage design"):
        simon_design(0.2, 0.25, most=20)
    with pytest.raises(MethodError, match="does not belong to the stage"):
        two_stage_estimate(2, r_1=3, n_1=17, n=37)
    with pytest.raises(MethodError, match="does not belong to the stage"):
        two_stage_test(5, r_1=3, n_1=17, n=37, against=0.2, stopped=True)
    with pytest.raises(MethodError, match="two-stage design has"):
        two_stage_power(5, 5, 6, 10, poor=0.1, good=0.2)
