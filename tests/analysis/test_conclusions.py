"""Conclusions of comparisons: at the error that the level of the analysis leaves."""

from __future__ import annotations

from dataclasses import replace

from analysis.test_trial_analysis import analysis_of, planned
from remit.analysis.rows.every_definition import conclusions
from remit.analysis.rows.trial_analysis import analyse_trial
from remit.facts.opened import Facts


def test_a_conclusion_takes_the_error_of_its_level(large_cohort: Facts) -> None:
    """The same p shows a difference below that error, and none above it."""
    rows = analyse_trial(planned(analysis_of("complete_response")), large_cohort).rows
    p = next(row.value for row in rows if row.statistic == "p")
    difference = next(row.value for row in rows if row.statistic == "risk difference")
    assert p is not None
    assert difference is not None
    assert 0.01 < p < 0.99
    better = "stem_cells" if difference > 0 else "interleukin_2"
    for alpha, favoured in ((p + 0.005, better), (p - 0.005, "")):
        levelled = [replace(row, level=row.level and 1 - alpha) for row in rows]
        (found,) = conclusions(levelled)
        assert found.favours == favoured
