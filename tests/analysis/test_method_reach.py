"""Every registered method: named by a plan, used by a part of Remit, or for whoever calls it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import remit
from analysis.test_trial_analysis import analysis_of, asked, planned
from remit.analysis.methods.exact_logistic import exact_logistic
from remit.analysis.methods.logistic_regression import (
    LogisticModel,
    firth_regression,
    logistic_regression,
)
from remit.analysis.methods.rank_tests import exact_shift, rank_sum_test
from remit.analysis.methods.register import methods
from remit.analysis.rows.multiplicity_rows import PROCEDURES
from remit.analysis.rows.plan_check import check_plan
from remit.analysis.rows.statistics import methods_of, takers_of
from remit.errors import ProtocolError

VARIABLES = ("complete_response", "sledai_2k_change", "time_to_complete_response")
# Of what no plan names: the file that uses it.
USED_BY = {
    "conditional_odds_ratio": "analysis/referee/tried_methods.py",
    "correlation_significance": "analysis/referee/correlation_rulings.py",
    "correlation_test": "analysis/referee/tried_methods.py",
    "description": "analysis/rows/statistics.py",
    "detectable_difference": "simulate/trials/virtual_trials.py",
    "event_rate": "analysis/rows/incidence_rows.py",
    "kappa": "analysis/agreement.py",
    "nearest_controls": "analysis/rows/chosen_controls.py",
    "optimal_controls": "analysis/rows/chosen_controls.py",
    "random_controls": "analysis/rows/chosen_controls.py",
    "variance_ratio": "analysis/rows/chosen_controls.py",
    "kruskal_wallis": "analysis/rows/baseline_rows.py",
    "likelihood_ratio_test": "analysis/referee/tried_methods.py",
    "liver_quadrants": "analysis/rows/liver_rows.py",
    "mean_design": "analysis/methods/event_sizes.py",
    "odds_ratio_test": "analysis/referee/tried_methods.py",
    "pearson_chi_square": "analysis/rows/baseline_rows.py",
    "pearson_test": "analysis/referee/tried_methods.py",
    "pooled_estimate": "analysis/methods/imputed_differences.py",
    "row_mean_scores": "analysis/rows/baseline_rows.py",
    "sequential_bounds": "analysis/referee/sequential_rulings.py",
    "standardised_category_difference": "analysis/rows/baseline_rows.py",
    "standardised_difference": "analysis/rows/baseline_rows.py",
    "summary_anova": "analysis/referee/mean_rulings.py",
    "summary_difference": "analysis/referee/mean_rulings.py",
    "summary_t_test": "analysis/referee/mean_rulings.py",
    "trend_analysis": "analysis/rows/adjusted_statistics.py",
    "two_arm_power": "analysis/methods/sample_sizes.py",
    "wald_difference": "analysis/referee/tried_methods.py",
    "wald_interval": "analysis/referee/tried_methods.py",
    "wald_significance": "analysis/referee/agreement_rulings.py",
    "wald_test": "analysis/referee/tried_methods.py",
    "yates_test": "analysis/referee/tried_methods.py",
}
DESIGN = "it plans a trial before there are answers"
MONITORING = "it asks for looks before the end, which a plan has none of"
GIVEN = "it asks for a number that no key of a plan gives"
JUDGES = "it compares judges, of whom a trial's dataset has one"
# Of what nothing but a script names: why.
BY_HAND = {
    "beta_posterior": MONITORING,
    "binomial_test": GIVEN,
    "change_within": "a change from baseline is an answer already, and an arm is compared with one",
    "conditional_power": MONITORING,
    "error_interval": "it makes an interval of a printed error",
    "event_share": DESIGN,
    "fleiss_kappa": JUDGES,
    "futility_bounds": MONITORING,
    "graphical": GIVEN,
    "gwet_agreement": JUDGES,
    "hazard_design": DESIGN,
    "last_visit_design": DESIGN,
    "mean_test": GIVEN,
    "ordinal_design": DESIGN,
    "panel_gwet_agreement": JUDGES,
    "posterior_monitoring": MONITORING,
    "predictive_monitoring": MONITORING,
    "proportional_odds": "a response is one of some grades or not; no variable has them in order",
    "rate_difference": "rates of events are given arm by arm",
    "rate_ratio": "rates of events are given arm by arm",
    "rate_score_test": "rates of events are given arm by arm",
    "rate_test": "rates of events are given arm by arm",
    "sequential_power": DESIGN,
    "sequential_size": DESIGN,
    "share_design": DESIGN,
    "simon_design": DESIGN,
    "single_arm_design": DESIGN,
    "two_arm_sample_size": DESIGN,
    "two_stage_estimate": MONITORING,
    "two_stage_power": DESIGN,
    "two_stage_test": MONITORING,
}


def test_every_method_is_reached_or_has_a_reason() -> None:
    of_plans = {name for one in VARIABLES for name in methods_of(analysis_of(one))}
    of_plans |= set(PROCEDURES)
    reasons = {**USED_BY, **BY_HAND}
    assert len(reasons) == len(USED_BY) + len(BY_HAND)
    assert not of_plans & set(reasons)
    assert of_plans | set(reasons) == set(methods())


@pytest.mark.parametrize("name", USED_BY)
def test_what_no_plan_names_is_used_where_it_is_said_to_be(name: str) -> None:
    text = (Path(remit.__file__).parent / USED_BY[name]).read_text(encoding="utf-8")
    assert re.search(rf"\b{name}\b", text)


# ---- models, adjusted for what a plan names -----------------------------------------------------


def test_models_take_the_arm_and_its_covariates() -> None:
    answers = [1.0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 1, 0]
    column = np.array([3.0, 2, 5, 1, 4, 6, 2, 7, 3, 1, 5, 6, 2, 4])
    question = asked(answers, baseline={"b": column, "same": np.ones(14)})
    rows = [[float(place < 7), value] for place, value in enumerate(column.tolist())]
    whole = [int(one) for one in answers]
    takers = takers_of(analysis_of("complete_response"))
    for name, ratio, p in (
        ("logistic_regression", *_of(logistic_regression(whole, rows))),
        ("firth_regression", *_of(firth_regression(whole, rows))),
        ("exact_logistic", exact_logistic(whole, rows).ratio.value,
         exact_logistic(whole, rows).test.p),
    ):  # fmt: skip
        found = {one.name: one.estimate for one in takers[name](name, question)}
        assert found["odds ratio"].value == ratio
        assert found["p"].value == p
        assert "same for all" in found["odds ratio"].warnings[-1]


def _of(model: LogisticModel) -> tuple[float | None, float | None]:
    return model.profile[0].value, model.likelihood_ratios[0].p


def test_numbers_are_compared_by_ranks() -> None:
    values = [3.0, 5, 4, 8, 9, 1, 2, 2, 6, 4]
    question = asked(values)
    takers = takers_of(analysis_of("sledai_2k_change"))
    shift, *_ = takers["exact_shift"]("exact_shift", question)
    assert shift.estimate == exact_shift(values[:5], values[5:])
    p, *_ = takers["rank_sum_test"]("rank_sum_test", question)
    assert p.estimate.value == rank_sum_test(values[:5], values[5:]).p
    strata = np.array(["x", "y"] * 5)
    parted = replace(question, answers=replace(question.answers, strata=strata))
    elteren, *_ = takers["van_elteren_test"]("van_elteren_test", parted)
    assert elteren.estimate.value is not None
    assert elteren.estimate.value != p.estimate.value


def test_a_covariate_that_no_method_looks_at_is_refused() -> None:
    told = analysis_of("complete_response", family=None, adjusted_for=("sledai_2k",))
    with pytest.raises(ProtocolError, match="adjusts for a covariate"):
        check_plan(planned(told))
    models = ("firth_regression",)
    check_plan(planned(told.model_copy(update={"methods": models})))


def test_a_principal_stratum_is_refused_with_what_to_say_instead() -> None:
    event = {"event": "died", "text": "x", "strategy": "principal_stratum"}
    told = analysis_of("sledai_2k_change", intercurrent=[event])
    with pytest.raises(ProtocolError, match="known of nobody"):
        check_plan(planned(told))
