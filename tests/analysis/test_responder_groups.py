"""Responders and non-responders compared before treatment: the groups, and scipy's tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from remit.analysis.plan.plan_lock import plan_hash
from remit.analysis.rows.plan_check import check_plan
from remit.analysis.rows.responder_groups import NOT_REACHED, REACHED, ResponderGroups
from remit.analysis.rows.row_trace import trace_row
from remit.analysis.rows.trial_analysis import TrialAnalysis, analyse_trial
from remit.errors import ProtocolError
from remit.facts.opened import Facts
from remit.protocol import protocol_named
from remit.protocol.consistency import disagreements
from remit.report.analysis_page import write_analysis
from remit.views.terminal.analysis_plans import describe_plan

PROTOCOL = protocol_named("umin000042298")
(PLANNED,) = PROTOCOL.responder_comparisons
FIRST = f"{PLANNED.id}_baseline"


@pytest.fixture(scope="module")
def found(large_cohort: Facts) -> TrialAnalysis:
    return analyse_trial(PROTOCOL, large_cohort)


@pytest.fixture(scope="module")
def groups(found: TrialAnalysis) -> ResponderGroups:
    (one,) = found.groups
    return one


def test_the_groups_are_those_who_answered(found: TrialAnalysis, groups: ResponderGroups) -> None:
    """The analysis of the response counts the same responders among the same followed."""
    (response,) = (one for one in found.answers if one.analysis == "belimumab_response")
    observed = response.known & ~np.char.startswith(response.how, "missing")
    reached = set(response.person[observed & (response.value == 1)].tolist())
    others = set(response.person[observed & (response.value == 0)].tolist())
    assert reached
    assert others
    for answers in groups.answers:
        assert set(answers.person[answers.arm == REACHED].tolist()) == reached
        assert set(answers.person[answers.arm == NOT_REACHED].tolist()) == others
    lacking = len(response.person) - len(reached) - len(others)
    assert f"{lacking} of {len(response.person)} have no answer" in groups.notes[0]


def test_the_tests_are_those_of_scipy(groups: ResponderGroups) -> None:
    values = {row.id: row.value for row in groups.rows if row.statistic == "p"}
    assert len(values) == 2 + len(PLANNED.of)
    for answers in groups.answers:
        used = answers.used
        parts = [used.value[used.arm == name] for name in (REACHED, NOT_REACHED)]
        if answers.levels:
            table = [[int((part == at).sum()) for at in range(2)] for part in parts]
            name, p = "fisher_test", stats.fisher_exact(table).pvalue
        else:
            name, p = "kruskal_wallis", stats.kruskal(*parts).pvalue
        assert values[f"{answers.analysis}.baseline.{name}.p"] == pytest.approx(p, rel=1e-9)


def test_what_parted_them_differs_and_the_note_says_what_that_is(groups: ResponderGroups) -> None:
    """Who is low cannot fall by four: responders began higher (regression to the mean)."""
    means = {
        row.arm: row.value
        for row in groups.rows
        if row.analysis == f"{FIRST}_sledai_2k" and row.statistic == "mean" and row.arm
    }
    reached, others = means[REACHED], means[NOT_REACHED]
    assert reached is not None
    assert others is not None
    assert reached > others
    assert "no effect" in groups.notes[-1]


def test_it_is_printed_and_traced(found: TrialAnalysis, tmp_path: Path) -> None:
    folder = write_analysis(found, tmp_path / "results")
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert PLANNED.title in page
    assert "Non-responders" in page
    row = f"{FIRST}_sex.baseline.{REACHED}.count.female.count"
    behind = trace_row(folder, row)
    (value,) = (one.value for one in found.all_rows if one.id == row)
    assert value == sum(line.answer == "female" for line in behind.lines)
    assert {line.arm for line in behind.lines} == {REACHED}


def test_the_plan_says_it_and_its_hash_knows_it() -> None:
    text = describe_plan(PROTOCOL, locked="not locked")
    assert "in neither group" in text
    other = PROTOCOL.model_copy(
        update={"responder_comparisons": (PLANNED.model_copy(update={"of": ("crp",)}),)}
    )
    assert plan_hash(other) != plan_hash(PROTOCOL)


def test_names_that_are_not_there() -> None:
    strange = PLANNED.model_copy(update={"of": ("hemoglobin_of_mars",)})
    with pytest.raises(ProtocolError, match="hemoglobin_of_mars"):
        check_plan(PROTOCOL.model_copy(update={"responder_comparisons": (strange,)}))
    elsewhere = PLANNED.model_copy(update={"visit": "month_9"})
    faults = disagreements(PROTOCOL.model_copy(update={"responder_comparisons": (elsewhere,)}))
    assert any("month_9" in str(fault) for fault in faults)
