"""Rates by time and ratios of proportions: properties, bad input.

Cases against R stand in `oracles`, and `test_methods.py` goes through them.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.analysis.methods.estimates import Estimate
from remit.analysis.methods.event_rates import (
    event_rate,
    rate_difference,
    rate_ratio,
    rate_score_test,
    rate_test,
)
from remit.analysis.methods.ratio_bounds import (
    breslow_day_test,
    common_risk_ratio,
    score_risk_ratio,
)
from remit.errors import MethodError


def groups(most: int = 12) -> st.SearchStrategy[tuple[int, int, int, int]]:
    """Counts of two groups: x_1, n_1, x_2, n_2."""
    one = st.integers(1, most).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
    return st.tuples(one, one).map(lambda pair: (*pair[0], *pair[1]))


def _alike(one: Estimate, other: Estimate) -> None:
    for a, b in zip(
        (one.value, one.low, one.high), (other.value, other.low, other.high), strict=True
    ):
        assert a == (None if b is None else pytest.approx(b, abs=1e-9))


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
