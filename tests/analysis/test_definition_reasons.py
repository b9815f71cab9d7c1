"""Why another definition concludes otherwise: all who answer otherwise, each by one condition."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from remit.analysis.rows.definition_reasons import DIFFERS, DefinitionReason
from remit.analysis.rows.every_definition import UNDER
from remit.analysis.rows.row_trace import trace_row
from remit.analysis.rows.trial_analysis import TrialAnalysis, analyse_trial
from remit.analysis.rows.visit_answers import VisitAnswers
from remit.facts.opened import Facts
from remit.protocol import protocol_named
from remit.report.analysis_page import write_analysis
from remit.truth import Status
from remit.views.reason_texts import reason_texts
from remit.views.terminal.analysis_results import results_view

STUDY = protocol_named("nct05631717")
OWN, ALONE = "nanjing_registry", "complete_response"


@pytest.fixture(scope="module")
def found(large_cohort: Facts) -> TrialAnalysis:
    few = tuple(one for one in STUDY.analyses if one.id in {ALONE, "overall_response"})
    plan = STUDY.model_copy(update={"analyses": few, "families": ()})
    return analyse_trial(plan, large_cohort, every_definition=True)


def whole(found: TrialAnalysis, analysis: str) -> VisitAnswers:
    return next(one for one in found.answers if one.analysis == analysis and not one.about)


def responders(answers: VisitAnswers) -> set[int]:
    yes = answers.known & (answers.value == 1)
    return set(answers.person[yes].tolist())


def behind(found: TrialAnalysis, reason: DefinitionReason) -> set[int]:
    here = [
        one
        for one in found.answers
        if one.analysis == f"{reason.analysis}{UNDER}{reason.definition}"
        and one.about == reason.rows[0].part
    ]
    assert len(here) == 1
    return set(here[0].person.tolist())


def test_everyone_who_answers_otherwise_has_one_reason(found: TrialAnalysis) -> None:
    """Sets of persons by the answers of both analyses, with no adjudication in between."""
    variants = {one.analysis for one in found.answers if UNDER in one.analysis}
    assert len(variants) > 20
    several = 0
    for variant in variants:
        name, _, definition = variant.partition(UNDER)
        plan, other = responders(whole(found, name)), responders(whole(found, variant))
        here = [r for r in found.reasons if (r.analysis, r.definition) == (name, definition)]
        for only, under in ((plan - other, OWN), (other - plan, definition)):
            parts = [behind(found, one) for one in here if one.responds_under == under]
            assert sum(map(len, parts)) == len(only)
            assert set().union(*parts) == only
            several += len(parts) > 1
        gained = sum(r.persons if r.responds_under == definition else -r.persons for r in here)
        assert gained == len(other) - len(plan)
    assert several > 5


def test_rows_count_who_is_behind_them_arm_by_arm(found: TrialAnalysis) -> None:
    for reason in found.reasons:
        people = behind(found, reason)
        for row in reason.rows:
            answers = whole(found, f"{reason.analysis}{UNDER}{reason.definition}")
            arm = dict(zip(found.trial.persons.tolist(), found.trial.arm.tolist(), strict=True))
            assert row.value == sum(arm[who] == row.arm for who in people)
            assert row.n >= (row.value or 0)
            assert row.statistic == DIFFERS
            assert row in found.rows
            assert row.definition == reason.definition
            assert answers.visit == row.visit == reason.visit
    ids = [row.id for row in found.rows]
    assert len(set(ids)) == len(ids)


def test_the_condition_is_the_first_that_fails_where_the_other_responds(
    found: TrialAnalysis,
) -> None:
    """KDIGO 2024 asks for no steroid dose; the registry of Nanjing asks for 10 mg at most."""
    (reason,) = (
        one
        for one in found.reasons
        if (one.analysis, one.definition, one.gate) == (ALONE, "kdigo_2024", "steroid")
    )
    assert (reason.responds_under, reason.not_under) == ("kdigo_2024", OWN)
    assert reason.there is None
    assert reason.known
    assert "10 mg" in reason.asked
    by_id = {one.definition.id: one for one in found.trial.study.adjudications}
    own, rows = by_id[OWN], found.trial.places_at("week_24")
    dose = found.trial.study.followed.sheet.numbers_at("dose of glucocorticoid", "visit").values
    places = dict(zip(found.trial.persons.tolist(), rows.tolist(), strict=True))
    people = behind(found, reason)
    assert people
    for who in people:
        row = places[who]
        assert dose[row] > 10
        assert int(own.gates["CR", "steroid"].statuses[row]) == Status.NOT_MET
    shared = next(
        one
        for one in found.reasons
        if (one.definition, one.gate, one.not_under) == ("access", "steroid", "access")
    )
    assert shared.there is not None
    assert "10 mg" in shared.there


def test_a_reason_is_shown_and_traced(found: TrialAnalysis, tmp_path: Path) -> None:
    labels = {arm: arm for arm in found.trial.arms}
    texts = reason_texts(found, ALONE, labels)
    assert texts is not None
    assert texts.heads[-2:] == found.trial.arms
    file = StringIO()
    Console(file=file, width=200).print(results_view(found))
    assert texts.caption in file.getvalue()
    folder = write_analysis(found, tmp_path / "out")
    assert texts.caption in (folder / "index.html").read_text(encoding="utf-8")
    reason = max(found.reasons, key=lambda one: one.persons)
    row = max(reason.rows, key=lambda one: one.value or 0)
    traced = trace_row(folder, row.id)
    assert len(traced.lines) == row.value
    assert {line.how for line in traced.lines} == set(row.warnings)
