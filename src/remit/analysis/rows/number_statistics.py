"""Statistics of numbers at visits: their changes, and how arms differ in them."""

from __future__ import annotations

from collections.abc import Mapping

from remit.analysis.methods.one_mean import mean_interval
from remit.analysis.rows.adjusted_statistics import compared_adjusted, compared_over_visits
from remit.analysis.rows.question import Found, MethodQuestion, Statistic, Taker, VisitsTaker


def _means(method: str, question: MethodQuestion) -> Found:
    for arm in question.arms:
        used = question.used(arm)
        estimate = mean_interval(used.value.tolist(), level=question.level)
        yield Statistic(
            method=method, name="mean", estimate=estimate, n=len(used.value), arms=(arm,),
            unit=used.unit,
        )  # fmt: skip


# Methods that use the answers of all visits of a person.
OVER_VISITS: Mapping[str, VisitsTaker] = {"repeated_measures": compared_over_visits}
NUMBERS: Mapping[str, Taker] = {"mean_interval": _means, "ancova": compared_adjusted}
