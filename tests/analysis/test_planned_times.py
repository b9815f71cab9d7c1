"""Times of a plan: events that compete, that hide, or after which a response never comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from analysis.test_trial_analysis import analysis_of, asked, planned
from remit.analysis.plan.estimand import estimand_of
from remit.analysis.rows.plan_check import check_plan
from remit.analysis.rows.question import MethodQuestion, Statistic
from remit.analysis.rows.statistics import counted, takers_of
from remit.analysis.rows.time_statistics import AFTER_INTERVAL, BEFORE_INTERVAL, FIRST
from remit.analysis.rows.trial_analysis import TrialAnalysis, analyse_trial
from remit.analysis.rows.trial_answers import TrialAnswers
from remit.analysis.rows.variables import answers_of
from remit.analysis.rows.visit_answers import VisitAnswers
from remit.errors import ProtocolError
from remit.facts.opened import Facts
from remit.protocol import protocol_named
from remit.protocol.analysis_sections import Analysis
from remit.report.figures.survival_figure import between_visits_figure, incidence_figure

NAME = "time_to_complete_response"
RIVAL_METHODS = ("cumulative_incidence", "gray_test", "log_rank_test", "cox_model")


def event(name: str, strategy: str) -> Mapping[str, str]:
    return {"event": name, "text": "It happened.", "strategy": strategy}


SRI = {"definition": {"parameter": "sri_points"}, "grade": "R"}


def timed(
    *events: Mapping[str, str],
    methods: tuple[str, ...] = RIVAL_METHODS,
    variable: Mapping[str, object] | None = None,
) -> Analysis:
    given = {} if variable is None else {"time_to_response": variable}
    return analysis_of(NAME, methods=methods, intercurrent=events, **given)


@pytest.fixture(scope="module")
def found(large_cohort: Facts) -> TrialAnalysis:
    return analyse_trial(protocol_named("nct05631717"), large_cohort)


# ---- numbers, against R 4.2.2 (cmprsk 2.2-11, survival) -----------------------------------------

TIMES = [28.0, 56, 56, 112, 168, 100, 56, 112, 168, 70, 168, 140]
CAUSES = [1, 1, 0, 1, 0, 2, 0, 1, 0, 2, 1, 2]  # 1 the response, 2 a death


def competing() -> MethodQuestion:
    base = asked(TIMES, [cause == 1 for cause in CAUSES])
    rival = np.array(["died" if cause == 2 else "" for cause in CAUSES])
    return replace(base, answers=replace(base.answers, rival=rival))


def taken(method: str, question: MethodQuestion) -> list[Statistic]:
    return list(takers_of(analysis_of(NAME))[method](method, question))


def test_incidences_are_those_of_r() -> None:
    """`cuminc` and its `timepoints` at 56, 112 and 168 days."""
    steps = {
        (s.arms[0], s.part, s.at): s.estimate.value
        for s in taken("cumulative_incidence", competing())
        if s.at is not None
    }
    expected = {
        ("a", ()): (1 / 3, 5 / 9, 5 / 9),
        ("b", ()): (0.0, 0.2, 0.4),
        ("a", ("died",)): (0.0, 2 / 9, 2 / 9),
        ("b", ("died",)): (0.0, 0.2, 0.4),
    }
    for (arm, part), values in expected.items():
        for at, value in zip((56.0, 112.0, 168.0), values, strict=True):
            assert steps[arm, part, at] == pytest.approx(value, abs=1e-11)


def test_incidences_are_compared_as_r_does() -> None:
    """`cuminc` (Gray), `survdiff` with rho 0 and 1, `coxph`."""
    question = competing()
    gray = {s.name: s.estimate.value for s in taken("gray_test", question)}
    assert gray["statistic"] == pytest.approx(0.734935785212, abs=1e-9)
    assert gray["p"] == pytest.approx(0.391287971865, abs=1e-9)
    for weights, expected in (((0.0, 0.0), 1.01604848692), ((1.0, 0.0), 1.54265455351)):
        rank = taken("log_rank_test", replace(question, weights=weights))
        by_name = {s.name: s.estimate for s in rank}
        assert by_name["statistic"].value == pytest.approx(expected, abs=1e-9)
        assert "who had died first" in by_name["p"].warnings[0]
    cox = {s.name: s.estimate for s in taken("cox_model", question)}
    assert cox["hazard ratio"].value == pytest.approx(2.46112353318, abs=1e-7)


def test_what_came_first_is_counted() -> None:
    every = list(counted(competing(), analysis_of(NAME)))
    counts = {(s.name, s.part, s.arms[0]): s.estimate.value for s in every}
    assert counts == {
        ("events", (), "a"): 3,
        (FIRST, ("died",), "a"): 1,
        ("events", (), "b"): 2,
        (FIRST, ("died",), "b"): 2,
    }


def test_an_arm_of_nobody_has_no_incidence() -> None:
    question = competing()
    alone = replace(question, answers=question.answers.of_arm("a"))
    for name in ("cumulative_incidence", "gray_test", "turnbull_curve"):
        last = taken(name, alone)[-1]
        assert last.estimate.value is None
        assert last.estimate.warnings


def test_a_curve_between_visits_is_flat_where_it_is_known() -> None:
    """Three visits, nobody missed one: Turnbull's curve is Kaplan's and Meier's at the visits."""
    times = [28.0, 28, 56, 56, 84, 84, 28, 56, 56, 84, 84, 84]
    events = [True, True, True, False, True, False, False, True, True, True, False, False]
    base = asked(times, events)
    since = np.where(events, np.array(times) - 28, times)
    question = replace(base, answers=replace(base.answers, since=since))
    plain = {(s.arms[0], s.at): s.estimate.value for s in taken("kaplan_meier", question)}
    found = taken("turnbull_curve", question)
    after = {(s.arms[0], s.at): s.estimate.value for s in found if s.name == AFTER_INTERVAL}
    before = {(s.arms[0], s.at): s.estimate.value for s in found if s.name == BEFORE_INTERVAL}
    for (arm, at), value in after.items():
        assert value == pytest.approx(plain[arm, at], abs=1e-6)
    assert before["a", 0.0] == 1
    assert set(after) == {("a", 28.0), ("a", 56.0), ("a", 84.0), ("b", 56.0), ("b", 84.0)}


# ---- what a strategy makes of an event ----------------------------------------------------------


def waiting_person(answers: VisitAnswers) -> int:
    """A person who was watched to the end without a response and without any event."""
    assert answers.event is not None
    at_end = answers.known & ~answers.event & (answers.value == 168)
    return int(answers.person[at_end][0])


def with_death(found: TrialAnalysis, who: int, days: int) -> TrialAnswers:
    trial = found.trial
    planned_visits = trial.study.visits.visits
    row = int(np.flatnonzero(planned_visits.person == who)[0])
    start = date.fromisoformat(str(planned_visits.day[row]))
    followed = replace(trial.study.followed, deaths={who: start + timedelta(days=days)})
    return replace(trial, study=replace(trial.study, followed=followed))


def told_of(analysis: Analysis, trial: TrialAnswers, who: int) -> tuple[float, float, str, str]:
    answers = answers_of(analysis, estimand_of(analysis, planned(analysis)), trial)[0]
    place = answers.person.tolist().index(who)
    rival = "" if answers.rival is None else str(answers.rival[place])
    assert answers.since is not None
    return float(answers.value[place]), float(answers.since[place]), rival, str(answers.how[place])


def test_a_death_competes_hides_or_waits(found: TrialAnalysis) -> None:
    """On day 100 of a person whom nobody saw respond: her visits are those of days 28 to 56."""
    base = next(one for one in found.answers if one.analysis == NAME)
    who = waiting_person(base)
    trial = with_death(found, who, 100)
    composite = told_of(timed(methods=("kaplan_meier",)), trial, who)
    assert composite == (168, 168, "", "died before")
    value, since, rival, how = told_of(timed(event("died", "while_on_treatment")), trial, who)
    assert (value, since, rival, how) == (100, 100, "died", "died came first")
    hidden = timed(event("died", "hypothetical"), methods=("kaplan_meier",))
    value, _, rival, how = told_of(hidden, trial, who)
    assert value in {28, 56}
    assert rival == ""
    assert how.endswith("not looked at after died")


def test_an_event_competes_only_with_what_comes_after(found: TrialAnalysis) -> None:
    """Nobody responds after a rescue that is a failure either: the same persons respond."""

    def answers_by(strategy: str) -> VisitAnswers:
        told = timed(event("rescue_treatment", strategy), variable=SRI)
        return answers_of(told, estimand_of(told, planned(told)), found.trial)[0]

    failing, rival, open_ = map(answers_by, ("composite", "while_on_treatment", "treatment_policy"))
    assert failing.event is not None
    assert rival.event is not None
    assert open_.event is not None
    assert rival.rival is not None
    assert failing.rival is None
    assert (rival.event == failing.event).all()
    assert not (rival.event & (rival.rival != "")).any()
    judged = next(a for a in found.trial.study.adjudications if a.definition.id.startswith("sri"))
    happened = judged.intercurrent["rescue_treatment"][found.trial.places_at("week_24")]
    rescued = happened & ~rival.event & rival.known
    assert rescued.any()
    assert (rival.rival[rescued] == "rescue_treatment").all()
    assert (rival.value[rescued] <= failing.value[rescued]).all()
    assert set(np.flatnonzero(failing.event)) <= set(np.flatnonzero(open_.event))


def test_a_plan_with_rivals_and_visits_has_rows_and_figures(large_cohort: Facts) -> None:
    rivals = timed(event("rescue_treatment", "while_on_treatment"), variable=SRI)
    between = analysis_of(NAME, id="between", methods=("turnbull_curve", "interval_log_rank_test"))
    rows = analyse_trial(planned(rivals, between), large_cohort).rows
    assert len({row.id for row in rows}) == len(rows)
    own = [row for row in rows if row.analysis == NAME]
    parts = {row.part for row in own if row.method == "cumulative_incidence"}
    assert parts == {(), ("rescue_treatment",)}
    by_arm = {"stem_cells": "A", "interleukin_2": "B"}
    figure = incidence_figure(own, by_arm)
    assert "Aalen-Johansen" in figure.axes[0].get_ylabel()
    legend = figure.axes[0].get_legend()
    assert legend is not None
    named = [text.get_text() for text in legend.get_texts()]
    assert "A: rescue treatment first" in named
    other = [row for row in rows if row.analysis == "between"]
    assert "Turnbull" in between_visits_figure(other, by_arm).axes[0].get_ylabel()


# ---- what is refused ----------------------------------------------------------------------------


def test_methods_and_strategies_must_fit() -> None:
    rival = event("died", "while_on_treatment")
    for told, words in (
        (timed(rival, methods=("kaplan_meier",)), "has no place for what competes"),
        (timed(methods=("gray_test",)), "nothing competes"),
        (timed(event("died", "treatment_policy"), methods=("kaplan_meier",)), "treatment_policy"),
    ):
        with pytest.raises(ProtocolError, match=words):
            check_plan(planned(told))
    check_plan(planned(timed(rival)))
