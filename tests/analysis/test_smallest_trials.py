"""Every method stands the smallest trials: nobody in an arm, all responders, one event.

A number, or None with a warning; never NaN, an interval that leaves its value out, or a traceback.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import pytest

from remit.analysis.methods.competing_risks import cumulative_incidence, gray_test
from remit.analysis.methods.estimates import Estimate, Significance
from remit.analysis.methods.log_rank import log_rank_test
from remit.analysis.methods.proportional_hazards import cox_model
from remit.analysis.methods.register import method_named
from remit.analysis.methods.restricted_means import restricted_mean_difference
from remit.analysis.methods.survival_curves import kaplan_meier, restricted_mean
from remit.analysis.methods.visit_intervals import interval_log_rank_test, turnbull_curve
from remit.errors import MethodError

ONE_GROUP = ("beta_posterior", "clopper_pearson", "jeffreys", "mid_p", "wilson")
TWO_GROUPS = (
    "barnard_test",
    "boschloo_test",
    "exact_difference",
    "fisher_mid_p",
    "miettinen_nurminen_difference",
    "newcombe_difference",
    "odds_ratio",
    "risk_ratio",
    "score_risk_ratio",
    "score_test",
)
STRATA = (
    "breslow_day_test",
    "common_risk_ratio",
    "mantel_haenszel_difference",
    "stratified_score_difference",
    "weighted_difference",
)
TABLES = ("conditional_odds_ratio", "fisher_test")
MANY_TABLES = ("common_odds_ratio", "correlation_test", "general_association", "row_mean_scores")
JUDGES = ("gwet_agreement", "kappa")


def counts(most: int = 3) -> Iterator[tuple[int, int, int, int]]:
    """All results of two groups of nobody to a few."""
    for n_1, n_2 in product(range(most + 1), repeat=2):
        for x_1, x_2 in product(range(n_1 + 1), range(n_2 + 1)):
            yield x_1, n_1, x_2, n_2


def sound(found: object) -> None:
    """What is missing is said, and an interval holds its value."""
    assert isinstance(found, Estimate | Significance)
    if isinstance(found, Significance):
        assert found.p is not None or found.warnings
        assert found.p is None or 0 <= found.p <= 1
        return
    bounds = (found.low, found.high)
    assert None not in (found.value, *bounds) or found.warnings, found
    if found.value is not None:
        assert found.low is None or found.low <= found.value + 1e-9, found
        assert found.high is None or found.value <= found.high + 1e-9, found


@pytest.mark.parametrize("name", ONE_GROUP)
def test_one_group(name: str) -> None:
    for n in range(4):
        for count in range(n + 1):
            sound(method_named(name).function(count, n))


@pytest.mark.parametrize("name", TWO_GROUPS)
def test_two_groups(name: str) -> None:
    for given in counts():
        sound(method_named(name).function(*given))


@pytest.mark.parametrize("name", STRATA)
def test_strata(name: str) -> None:
    function = method_named(name).function
    sound(function([]))
    for given in counts(2):
        sound(function([given]))
        for other in ((0, 0, 0, 0), (1, 2, 2, 2), (0, 3, 0, 1), (2, 4, 1, 4)):
            sound(function([given, other]))


@pytest.mark.parametrize("name", [*TABLES, *MANY_TABLES])
def test_tables(name: str) -> None:
    function = method_named(name).function
    for x_1, n_1, x_2, n_2 in counts():
        table = [[x_1, n_1 - x_1], [x_2, n_2 - x_2]]
        if name in TABLES:
            sound(function(table))
        else:
            sound(function([table]))
            sound(function([table, [[1, 1], [0, 1]]]))


@pytest.mark.parametrize("name", JUDGES)
def test_judges(name: str) -> None:
    for cells in product(range(3), repeat=4):
        sound(method_named(name).function([list(cells[:2]), list(cells[2:])]))


@pytest.mark.parametrize("name", ["event_rate", "rate_difference", "rate_ratio", "rate_test"])
def test_rates(name: str) -> None:
    function = method_named(name).function
    for x_1, x_2, t_1, t_2 in product((0, 1, 5), (0, 1, 5), (0.0, 0.5, 900.0), (0.0, 2.0)):
        given = (x_1, t_1) if name == "event_rate" else (x_1, t_1, x_2, t_2)
        pairs = zip(given[::2], given[1::2], strict=True)
        if any(events and not time for events, time in pairs):
            with pytest.raises(MethodError):
                function(*given)
        else:
            sound(function(*given))


def trials() -> Iterator[tuple[Sequence[float], Sequence[int], Sequence[str]]]:
    """All trials of one to four persons with times of 1 and 2 (and 0), causes and groups."""
    for n in range(1, 4):
        for times in product((0.0, 1.0, 2.0), repeat=n):
            for causes in product((0, 1, 2), repeat=n):
                yield times, causes, "ABAB"[:n]
    for causes in product((0, 1), repeat=4):
        yield (1.0, 1.0, 2.0, 3.0), causes, "ABAB"
        yield (1.0, 1.0, 1.0, 1.0), causes, "AABB"


def hazards(times: Sequence[float], events: Sequence[bool], first: Sequence[bool]) -> None:
    """Where no event comes while both groups are at risk, the model is refused."""
    at_risk = [
        {group for other, group in zip(times, first, strict=True) if other >= time}
        for time, event in zip(times, events, strict=True)
        if event
    ]
    column = [[float(one)] for one in first]
    if all(len(groups) == 1 for groups in at_risk):
        with pytest.raises(MethodError, match="varies among who is at risk"):
            cox_model(times, events, column)
        return
    model = cox_model(times, events, column)
    sound(model.ratios[0])
    sound(model.tests[0])


def test_times_to_an_event() -> None:
    for times, causes, groups in trials():
        events = [cause > 0 for cause in causes]
        curve = kaplan_meier(times, events)
        for at in (0.0, 1.0, 1.5, 9.0):
            sound(curve.at(at))
        median = curve.quantile()
        assert median.value is not None or median.warnings
        sound(restricted_mean(times, events, until=1.5))
        for rho, gamma in ((0, 0), (1, 0), (0, 1)):
            sound(log_rank_test(times, events, groups, rho=rho, gamma=gamma))
        incidence = cumulative_incidence(times, causes)
        for at in (0.0, 1.0, 9.0):
            found = incidence.at(at)
            assert found.value is not None or found.warnings
        sound(gray_test(times, causes, groups))
        if len(set(groups)) == 2:
            first = [group == "A" for group in groups]
            means = restricted_mean_difference(times, events, first, until=1.5)
            for estimate in (means.difference, means.ratio, means.lost_ratio):
                sound(estimate)
            sound(means.test)
            if any(events):
                hazards(times, events, first)


def test_times_between_visits() -> None:
    ends = ((0.0, 1.0), (1.0, 2.0), (0.0, 2.0), (1.0, 1.0), (2.0, float("inf")))
    for n in range(1, 4):
        for chosen in product(ends, repeat=n):
            left, right = zip(*chosen, strict=True)
            curve = turnbull_curve(left, right)
            assert curve.mass.sum() == pytest.approx(1)
            assert not curve.warnings
            found = curve.at(1.0)
            assert found.value is not None or found.warnings
            sound(interval_log_rank_test(left, right, "ABA"[:n]))
