"""Statistics of times to something that other events can shut out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from remit.analysis.methods.competing_risks import (
    IncidenceCurve,
    cumulative_incidence,
    gray_test,
)
from remit.analysis.methods.estimates import Estimate, Significance
from remit.analysis.rows.question import Found, MethodQuestion, Statistic, Taker, tested
from remit.analysis.rows.time_statistics import rivals_of
from remit.analysis.rows.visit_answers import VisitAnswers

REACHED = "cumulative incidence"
AT_END = "cumulative incidence at the end"
NOBODY = "an arm has nobody"
RESPONSE = 1


def _curves(method: str, question: MethodQuestion) -> Found:
    """The share that has reached it by each time, then that of each event that came first."""
    rivals = rivals_of(question)
    used = {arm: question.used(arm) for arm in question.arms}
    ends = [float(one.value.max()) for one in used.values() if len(one.value)]
    for arm, answers in used.items():
        n = len(answers.value)
        if not n:
            empty = Estimate(None, level=question.level, warnings=(NOBODY,))
            yield Statistic(method=method, name=AT_END, estimate=empty, n=0, arms=(arm,))
            continue
        times, causes = answers.value.tolist(), _causes(answers, rivals).tolist()
        for cause, part in enumerate(((), *((rival,) for rival in rivals)), RESPONSE):
            curve = cumulative_incidence(times, causes, cause=cause, level=question.level)
            yield from _steps(method, curve, arm, part)
            last = curve.at(min(ends))
            said = f"at day {min(ends):g}, to which every arm was watched"
            last = Estimate(last.value, last.low, last.high, last.level, (*last.warnings, said))
            yield Statistic(method=method, name=AT_END, estimate=last, n=n, arms=(arm,), part=part)


def _steps(method: str, curve: IncidenceCurve, arm: str, part: tuple[str, ...]) -> Found:
    for place, time in enumerate(curve.times.tolist()):
        yield Statistic(
            method=method,
            name=REACHED,
            estimate=curve.at(time),
            n=int(curve.at_risk[place]),
            arms=(arm,),
            at=time,
            at_risk=True,
            part=part,
        )


def _gray(method: str, question: MethodQuestion) -> Found:
    if question.compare is None:
        return
    both = question.both
    if len(set(both.arm.tolist())) < 2:
        test = Significance(None, warnings=(NOBODY,))
    else:
        test = gray_test(
            both.value.tolist(),
            _causes(both, rivals_of(question)).tolist(),
            both.arm.tolist(),
            strata=None if both.strata is None else both.strata.tolist(),
        )
    yield from tested(method, test, len(both.value), question.compare)


def _causes(answers: VisitAnswers, rivals: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """1 for the response, 2 and on for what came first instead, 0 for neither."""
    assert answers.event is not None
    found = np.where(answers.event, RESPONSE, 0).astype(np.int64)
    if answers.rival is not None:
        for number, rival in enumerate(rivals, RESPONSE + 1):
            found[answers.rival == rival] = number
    return found


RIVALS: Mapping[str, Taker] = {"cumulative_incidence": _curves, "gray_test": _gray}
