"""Statistics of times to something, of which some are only known to be longer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from remit.analysis.methods.estimates import Estimate, Significance
from remit.analysis.methods.log_rank import log_rank_test
from remit.analysis.methods.proportional_hazards import cox_model
from remit.analysis.methods.restricted_means import restricted_mean_difference
from remit.analysis.methods.survival_curves import kaplan_meier
from remit.analysis.methods.visit_intervals import interval_log_rank_test
from remit.analysis.rows.question import COUNT, Found, MethodQuestion, Statistic, Taker, tested

FREE = "free of the event"


def _curves(method: str, question: MethodQuestion) -> Found:
    for arm in question.arms:
        used = question.used(arm)
        assert used.event is not None
        n = len(used.value)
        events = int(used.event.sum())
        yield Statistic(
            method=COUNT, name="events", estimate=Estimate(float(events)), n=n, arms=(arm,)
        )
        if not n:
            empty = Estimate(None, level=question.level, warnings=("an arm has nobody",))
            yield Statistic(method=method, name="median", estimate=empty, n=0, arms=(arm,))
            continue
        curve = kaplan_meier(used.value.tolist(), used.event.tolist(), level=question.level)
        for place, time in enumerate(curve.times.tolist()):
            yield Statistic(
                method=method,
                name=FREE,
                estimate=curve.at(time),
                n=int(curve.at_risk[place]),
                arms=(arm,),
                at=time,
            )
        yield Statistic(
            method=method,
            name="median",
            estimate=curve.quantile(),
            n=n,
            arms=(arm,),
            unit=used.unit,
        )


def _log_rank(method: str, question: MethodQuestion) -> Found:
    if question.compare is None:
        return
    both = question.both
    assert both.event is not None
    if len(set(both.arm.tolist())) < 2:
        test = Significance(None, warnings=("an arm has nobody",))
    else:
        test = log_rank_test(
            both.value.tolist(),
            both.event.tolist(),
            both.arm.tolist(),
            strata=None if both.strata is None else both.strata.tolist(),
        )
    yield from tested(method, test, len(both.value), question.compare)


def _between_visits(method: str, question: MethodQuestion) -> Found:
    """By the interval between two visits in which each time lies."""
    if question.compare is None:
        return
    both = question.both
    assert both.event is not None
    assert both.since is not None
    if len(set(both.arm.tolist())) < 2:
        test = Significance(None, warnings=("an arm has nobody",))
    else:
        left = np.where(both.event, both.since, both.value)
        right = np.where(both.event, both.value, np.inf)
        test = interval_log_rank_test(left.tolist(), right.tolist(), both.arm.tolist())
        if both.strata is not None:
            test = replace(test, warnings=(*test.warnings, "the strata are not looked at"))
    yield from tested(method, test, len(both.value), question.compare)


def _cox(method: str, question: MethodQuestion) -> Found:
    if question.compare is None:
        return
    both = question.both
    assert both.event is not None
    n = len(both.value)
    if not both.event.any() or len(set(both.arm.tolist())) < 2:
        why = "no event was seen" if not both.event.any() else "an arm has nobody"
        empty = Estimate(None, level=question.level, warnings=(why,))
        yield Statistic(
            method=method, name="hazard ratio", estimate=empty, n=n, arms=question.compare
        )
        return
    first = [[float(arm == question.compare[0])] for arm in both.arm.tolist()]
    model = cox_model(
        both.value.tolist(),
        both.event.tolist(),
        first,
        strata=None if both.strata is None else both.strata.tolist(),
        level=question.level,
    )
    yield Statistic(
        method=method, name="hazard ratio", estimate=model.ratios[0], n=n, arms=question.compare
    )
    yield from tested(method, model.tests[0], n, question.compare)


def _restricted(method: str, question: MethodQuestion) -> Found:
    """Up to the time to which both arms were watched."""
    if question.compare is None:
        return
    both = question.both
    assert both.event is not None
    n, first = len(both.value), both.arm == question.compare[0]
    until = None
    if first.any() and not first.all():
        until = float(min(both.value[first].max(), both.value[~first].max()))
    if not until:
        why = "an arm has nobody" if until is None else "nobody of an arm was watched"
        empty = Estimate(None, level=question.level, warnings=(why,))
        yield Statistic(
            method=method, name="mean difference", estimate=empty, n=n, arms=question.compare
        )
        return
    found = restricted_mean_difference(
        both.value.tolist(),
        both.event.tolist(),
        first.tolist(),
        until=until,
        level=question.level,
    )
    said = f"the means are restricted to {until:g} {both.unit}, to which both arms were watched"
    yield Statistic(
        method=method,
        name="mean difference",
        estimate=replace(found.difference, warnings=(*found.difference.warnings, said)),
        n=n,
        arms=question.compare,
        unit=both.unit,
    )
    yield from tested(method, found.test, n, question.compare)


TIMES: Mapping[str, Taker] = {
    "kaplan_meier": _curves,
    "interval_log_rank_test": _between_visits,
    "log_rank_test": _log_rank,
    "cox_model": _cox,
    "restricted_mean_difference": _restricted,
}
