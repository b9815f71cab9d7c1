"""Statistics of times to something, of which some are only known to be longer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from remit.analysis.methods.estimates import Estimate, Significance
from remit.analysis.methods.log_rank import log_rank_test
from remit.analysis.methods.proportional_hazards import cox_model
from remit.analysis.methods.restricted_means import restricted_mean_difference
from remit.analysis.methods.survival_curves import kaplan_meier, restricted_mean
from remit.analysis.methods.visit_intervals import interval_log_rank_test, turnbull_curve
from remit.analysis.rows.model_statistics import arm_design
from remit.analysis.rows.question import COUNT, Found, MethodQuestion, Statistic, Taker, tested
from remit.analysis.rows.visit_answers import VisitAnswers

FREE = "free of the event"
BEFORE_INTERVAL, AFTER_INTERVAL = "free before the interval", "free after the interval"
FIRST = "came first"


def counted_times(question: MethodQuestion) -> Found:
    """How many came to what is waited for, and how many to each event that shuts it out."""
    for arm in question.arms:
        used = question.used(arm)
        assert used.event is not None
        n, came = len(used.value), Estimate(float(used.event.sum()))
        yield Statistic(method=COUNT, name="events", estimate=came, n=n, arms=(arm,))
        for rival in rivals_of(question):
            assert used.rival is not None
            first = Estimate(float(np.count_nonzero(used.rival == rival)))
            yield Statistic(
                method=COUNT, name=FIRST, estimate=first, n=n, arms=(arm,), part=(rival,)
            )


def rivals_of(question: MethodQuestion) -> tuple[str, ...]:
    """The events that shut the awaited one out of somebody, in alphabetical order."""
    rival = question.answers.used.rival
    return () if rival is None else tuple(sorted(set(rival.tolist()) - {""}))


def _curves(method: str, question: MethodQuestion) -> Found:
    for arm in question.arms:
        used = question.used(arm)
        assert used.event is not None
        n = len(used.value)
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
                at_risk=True,
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
            rho=question.weights[0],
            gamma=question.weights[1],
        )
        told = _cause_specific(question)
        if any(question.weights):
            rho, gamma = question.weights
            told = (*told, f"weighted: rho {rho:g}, gamma {gamma:g}")
        test = replace(test, warnings=(*test.warnings, *told))
    yield from tested(method, test, len(both.value), question.compare)


def _cause_specific(question: MethodQuestion) -> tuple[str, ...]:
    """What a hazard means where events compete."""
    rivals = rivals_of(question)
    said = f"cause-specific: who had {' or '.join(rivals)} first counts as watched up to then"
    return (said,) if rivals else ()


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
        test = interval_log_rank_test(*_intervals(both), both.arm.tolist())
        if both.strata is not None:
            test = replace(test, warnings=(*test.warnings, "the strata are not looked at"))
    yield from tested(method, test, len(both.value), question.compare)


def _intervals(used: VisitAnswers) -> tuple[list[float], list[float]]:
    """Of each person the last day without the event, and the first with it."""
    assert used.event is not None
    assert used.since is not None
    left = np.where(used.event, used.since, used.value)
    return left.tolist(), np.where(used.event, used.value, np.inf).tolist()


def _curves_between_visits(method: str, question: MethodQuestion) -> Found:
    """The likeliest curve of each arm: what it is before and after each interval in which it falls.

    Between the two no data tell how it falls.
    """
    for arm in question.arms:
        used = question.used(arm)
        if not len(used.value):
            empty = Estimate(None, level=question.level, warnings=("an arm has nobody",))
            yield Statistic(method=method, name=AFTER_INTERVAL, estimate=empty, n=0, arms=(arm,))
            continue
        curve = turnbull_curve(*_intervals(used))
        before = 1.0
        for left, right, value in zip(
            curve.left.tolist(), curve.right.tolist(), curve.value.tolist(), strict=True
        ):
            ends = [(BEFORE_INTERVAL, left, before)]
            ends += [(AFTER_INTERVAL, right, value)] if np.isfinite(right) else []
            for name, at, share in ends:
                yield Statistic(
                    method=method, name=name, estimate=Estimate(share, warnings=curve.warnings),
                    n=len(used.value), arms=(arm,), at=at,
                )  # fmt: skip
            before = value


def _cox(method: str, question: MethodQuestion) -> Found:
    if question.compare is None:
        return
    design = arm_design(question, strata=False)
    both = design.answers
    assert both.event is not None
    n = len(both.value)
    if not both.event.any() or design.lacks_an_arm:
        why = "no event was seen" if not both.event.any() else "an arm has nobody"
        empty = Estimate(None, level=question.level, warnings=(why,))
        yield Statistic(
            method=method, name="hazard ratio", estimate=empty, n=n, arms=question.compare
        )
        return
    model = cox_model(
        both.value.tolist(),
        both.event.tolist(),
        design.columns,
        strata=None if both.strata is None else both.strata.tolist(),
        level=question.level,
    )
    ratio = model.ratios[0]
    ratio = replace(ratio, warnings=(*ratio.warnings, *design.told, *_cause_specific(question)))
    yield Statistic(method=method, name="hazard ratio", estimate=ratio, n=n, arms=question.compare)
    yield from tested(method, model.tests[0], n, question.compare)


def _restricted_of_each(method: str, question: MethodQuestion) -> Found:
    """The mean time without it in each arm, up to the time to which all arms were watched."""
    used = {arm: question.used(arm) for arm in question.arms}
    until = min((float(one.value.max(initial=0)) for one in used.values()), default=0.0)
    for arm, answers in used.items():
        mean = Estimate(None, level=question.level, warnings=("nobody of an arm was watched",))
        if until > 0:
            assert answers.event is not None
            mean = restricted_mean(
                answers.value.tolist(), answers.event.tolist(), until=until, level=question.level
            )
            said = f"restricted to {until:g} {answers.unit}, to which all arms were watched"
            mean = replace(mean, warnings=(*mean.warnings, said))
        yield Statistic(
            method=method, name="restricted mean", estimate=mean, n=len(answers.value),
            arms=(arm,), unit=answers.unit,
        )  # fmt: skip


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
    "turnbull_curve": _curves_between_visits,
    "interval_log_rank_test": _between_visits,
    "log_rank_test": _log_rank,
    "cox_model": _cox,
    "restricted_mean": _restricted_of_each,
    "restricted_mean_difference": _restricted,
}
