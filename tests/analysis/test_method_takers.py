"""Methods as analyses take them: the numbers of the method, of the arms that are compared."""

from __future__ import annotations

import pytest

from analysis.test_trial_analysis import analysis_of, asked
from remit.analysis.methods.exact_differences import exact_difference
from remit.analysis.methods.ratio_bounds import score_risk_ratio
from remit.analysis.methods.restricted_means import restricted_mean_difference
from remit.analysis.methods.unconditional_tests import fisher_mid_p
from remit.analysis.rows.statistics import takers_of


def test_counts_of_two_arms_reach_their_methods() -> None:
    takers = takers_of(analysis_of("complete_response"))
    question = asked([1.0, 1, 1, 0, 1, 0, 0, 0, 0, 1])
    counts = (4, 5, 1, 5)
    for name, estimate in (
        ("exact_difference", exact_difference(*counts)),
        ("score_risk_ratio", score_risk_ratio(*counts)),
    ):
        assert [one.estimate for one in takers[name](name, question)] == [estimate]
    first, *_ = takers["fisher_mid_p"]("fisher_mid_p", question)
    assert first.estimate.value == fisher_mid_p(*counts).p
    ratio, *_ = takers["common_risk_ratio"]("common_risk_ratio", question)
    assert ratio.estimate.value == pytest.approx(4)
    one, *_ = takers["breslow_day_test"]("breslow_day_test", question)
    assert one.estimate.value is None
    assert one.estimate.warnings


def test_means_are_restricted_to_the_time_of_both_arms() -> None:
    times = [28.0, 56, 56, 112, 168, 168, 56, 112, 140, 140, 140, 140]
    events = [True, True, False, True, True, False, False, True, False, False, True, False]
    name = "restricted_mean_difference"
    found = list(
        takers_of(analysis_of("time_to_complete_response"))[name](name, asked(times, events))
    )
    method = restricted_mean_difference(times, events, [True] * 6 + [False] * 6, until=140)
    assert found[0].estimate.value == method.difference.value
    assert "140" in found[0].estimate.warnings[0]
    assert found[1].estimate.value == method.test.p
