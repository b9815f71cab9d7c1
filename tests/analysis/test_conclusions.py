"""Conclusions of comparisons: at the error that the plan takes."""

from __future__ import annotations

import pytest

from analysis.test_trial_analysis import analysis_of, planned
from remit.analysis.rows.every_definition import alpha_of, conclusions
from remit.analysis.rows.trial_analysis import analyse_trial
from remit.facts.opened import Facts
from remit.protocol.analysis_sections import MultiplicityFamily


def test_a_conclusion_takes_the_error_of_the_plan(large_cohort: Facts) -> None:
    """The same p shows a difference below the family's error, and none above it."""
    told = analysis_of("complete_response")
    plan = planned(told)
    rows = analyse_trial(plan, large_cohort).rows
    p = next(row.value for row in rows if row.statistic == "p")
    difference = next(row.value for row in rows if row.statistic == "risk difference")
    assert p is not None
    assert difference is not None
    assert 0.01 < p < 0.99
    better = "stem_cells" if difference > 0 else "interleukin_2"
    for alpha, favoured in ((p + 0.005, better), (p - 0.005, "")):
        family = MultiplicityFamily(id="primary", text="x", procedure="holm", alpha=alpha)
        (found,) = conclusions(plan.model_copy(update={"families": (family,)}), rows)
        assert found.alpha == alpha
        assert found.favours == favoured


@pytest.mark.parametrize(("level", "alpha"), [(0.95, 0.05), (0.9, 0.1), (0.99, 0.01)])
def test_without_a_family_the_error_is_what_the_level_leaves(level: float, alpha: float) -> None:
    told = analysis_of("complete_response", family=None, level=level)
    assert alpha_of(told.id, planned(told)) == alpha
