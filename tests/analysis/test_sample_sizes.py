"""Persons, power, effect: printed values, properties, bad input.

Cases against R stand in `oracles`, and `test_methods.py` goes through them.
"""

from __future__ import annotations

from math import ceil, exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.analysis.methods.event_sizes import hazard_design
from remit.analysis.methods.sample_sizes import (
    last_visit_design,
    mean_design,
    ordinal_design,
    share_design,
    single_arm_design,
)
from remit.errors import MethodError


@settings(max_examples=25, deadline=None)
@given(st.floats(0.2, 3), st.floats(0.5, 4), st.floats(0.5, 0.95), st.floats(0.3, 4))
def test_the_three_numbers_of_a_design_fit_each_other(
    difference: float, deviation: float, power: float, ratio: float
) -> None:
    planned = mean_design(deviation=deviation, difference=difference, power=power, ratio=ratio)
    if planned.exact > 3 / (1 + ratio) + 1e-6:
        back = mean_design(deviation=deviation, n=planned.exact, power=power, ratio=ratio)
        assert back.effect == pytest.approx(difference, rel=1e-6)
    # Another unit of the answer changes nothing.
    scaled = mean_design(
        deviation=deviation * 88.4, difference=difference * 88.4, power=power, ratio=ratio
    )
    assert scaled.exact == pytest.approx(planned.exact, rel=1e-9)


def test_printed_sizes() -> None:
    # Schoenfeld DA. Biometrics 1983;39:499: a hazard ratio of 1.5 or 2/3, one-sided 0.05, power
    # 0.8: 4 (1.645 + 0.842)² / log(1.5)² = 150 events.
    assert hazard_design(ratio_of_hazards=1.5, power=0.8, level=0.05, sides=1).events == 151
    up, down = (
        hazard_design(ratio_of_hazards=hazard, power=0.9, event_share=0.5) for hazard in (2.0, 0.5)
    )
    assert (up.events, up.n_1) == (down.events, down.n_1)
    # Cohen J. Statistical power analysis. 2nd ed. 1988, table 2.4.1: d 0.5, two-sided 0.05, power
    # 0.8: 64 persons in each group.
    assert mean_design(deviation=1, difference=0.5, power=0.8).n_1 == 64
    # A'Hern RP. Stat Med 2001;20:859, table 1: 0.2 against 0.4, one-sided 0.05, power 0.8.
    found = single_arm_design(against=0.2, share=0.4, power=0.8)
    assert (found.exact, found.n_1) == (12, 35)
    assert found.warnings


def test_printed_size_of_ordered_answers() -> None:
    # Whitehead J. Stat Med 1993;12:2257: shares 0.2, 0.5, 0.2, 0.1 of the control group, logarithm
    # of the odds ratio 0.887, two-sided 0.05, power 0.9: 187 patients, 94 in each group.
    found = ordinal_design(shares_2=[0.2, 0.5, 0.2, 0.1], odds=exp(0.887), power=0.9)
    assert (found.n_1, ceil(2 * found.exact)) == (94, 187)
    # Read from the worst answer on, the odds ratio turns, and nothing else does.
    turned = ordinal_design(shares_2=[0.1, 0.2, 0.5, 0.2], odds=exp(-0.887), power=0.9)
    assert turned.exact == pytest.approx(found.exact)
    with pytest.raises(MethodError, match="cannot be"):
        ordinal_design(shares_2=[0.2, 0.5], odds=2, power=0.9)
    with pytest.raises(MethodError, match="cannot be"):
        ordinal_design(shares_2=[0.5, 0.5], odds=1, power=0.9)


def test_fewer_who_stay_need_more_who_begin() -> None:
    whole = last_visit_design(deviation=2, difference=1, power=0.8, retained=1.0)
    assert whole.exact == pytest.approx(mean_design(deviation=2, difference=1, power=0.8).exact)
    assert last_visit_design(deviation=2, difference=1, power=0.8, retained=0.5).exact == (
        pytest.approx(2 * whole.exact)
    )


def test_sizes_that_cannot_be_are_refused() -> None:
    with pytest.raises(MethodError, match="exactly one"):
        mean_design(deviation=1, n=20)
    with pytest.raises(MethodError, match="exactly one"):
        mean_design(deviation=1, n=20, difference=1, power=0.8)
    with pytest.raises(MethodError, match="cannot be"):
        mean_design(deviation=0, n=20, difference=1)
    with pytest.raises(MethodError, match="not reached"):
        mean_design(deviation=1, difference=0, power=0.8)
    with pytest.raises(MethodError, match="cannot be"):
        share_design(share_2=0.5, n=20, difference=0.6)
    with pytest.raises(MethodError, match="not reached"):
        share_design(share_2=0.9, n=5, power=0.9)
    with pytest.raises(MethodError, match="cannot be"):
        hazard_design(ratio_of_hazards=1.0, power=0.8)
    with pytest.raises(MethodError, match="cannot be"):
        hazard_design(ratio_of_hazards=0.5, power=0.8, explained=1.0)
    with pytest.raises(MethodError, match="cannot be"):
        hazard_design(ratio_of_hazards=0.5, power=0.8, event_share=1.2)
    with pytest.raises(MethodError, match="exceeds the level"):
        mean_design(deviation=1, n=20, power=0.01)
    with pytest.raises(MethodError, match="some persons"):
        last_visit_design(deviation=1, n=20, power=0.8, retained=0)
    with pytest.raises(MethodError, match="not reached"):
        single_arm_design(against=0.5, n=3, power=0.8)
    with pytest.raises(MethodError, match="counted"):
        mean_design(deviation=1, n=-3, difference=1)
