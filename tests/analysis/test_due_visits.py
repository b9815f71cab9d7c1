"""A visit that was not due at the data cut was not missed: nobody is without response there.

Days are counted by hand: month 24 after 10 January 2024 is 10 January 2026, and its window of 28
days either way is 13 December 2025 to 7 February 2026.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest

from remit.analysis.rows.result_row import ResultRow
from remit.analysis.rows.trial_analysis import TrialAnalysis, analyse_trial
from remit.endpoints import definition_named
from remit.endpoints.response_times import time_to
from remit.endpoints.study_responses import StudyAdjudication, adjudicate_study
from remit.facts.opened import Facts
from remit.protocol import protocol_named
from remit.protocol.analysis_sections import Analysis
from remit.testing import Row, small_facts

PROTOCOL = protocol_named("nct06904729")
BASELINE, INFUSION = "2024-01-10", "2024-01-20"
FIRST, LAST = "2025-12-13", "2026-02-07"
NOT_DUE = "not yet due"


def child(person: int, *days: str, baseline: str = BASELINE, ratio: str = "2.0") -> list[Row]:
    """A child with her dates, measured at baseline and on some days."""
    dates = dict.fromkeys(PROTOCOL.anchors, baseline) | {"infusion": INFUSION}
    rows: list[Row] = [
        {"person_id": person, "anchor": name, "date": day, "study": PROTOCOL.id}
        for name, day in dates.items()
    ]
    rows.append({"person_id": person, "birth": "2012-05-01"})
    for day, number in ((baseline, "2.0"), *((day, ratio) for day in days)):
        for concept, amount, unit in (
            ("upcr", number, "g/g"),
            ("creatinine", "0.6", "mg/dL"),
            ("height", "140", "cm"),
            ("crp", "4", "mg/L"),
        ):
            rows.append(
                {"person_id": person, "concept": concept, "date": day, "number": amount}
                | {"unit": unit}
            )
    return rows


def judged(rows: Sequence[Row], cut: str, definition: str = "kdigo_2024") -> StudyAdjudication:
    facts = small_facts(rows, data_cut=date.fromisoformat(cut))
    persons = {int(str(row["person_id"])) for row in rows}
    return adjudicate_study(
        PROTOCOL, facts, (definition_named(definition),), arms=dict.fromkeys(persons, "car_t")
    )


def answer_of(study: StudyAdjudication, visit: str) -> tuple[str, str]:
    (found,) = study.adjudications
    (row,) = study.rows_at(visit)
    return found.words(found.places)[row], found.words(found.imputed)[row]


@pytest.mark.parametrize(
    ("day", "cut", "answer"),
    [
        (None, LAST, ("not assessable", "NR")),  # the window is over: she missed it
        (None, "2026-02-06", (NOT_DUE, NOT_DUE)),  # one day is left
        (None, "2024-03-01", (NOT_DUE, NOT_DUE)),
        (FIRST, "2026-02-06", ("NR", "NR")),  # she came on the first day of the open window
        (FIRST, FIRST, ("NR", "NR")),
        ("2025-12-12", "2026-02-06", (NOT_DUE, NOT_DUE)),  # a day before it
        (LAST, LAST, ("NR", "NR")),
    ],
)
def test_a_visit_is_due_when_its_window_is_over_or_she_came(
    day: str | None, cut: str, answer: tuple[str, str]
) -> None:
    rows = child(1, *([day] if day else []))
    assert answer_of(judged(rows, cut), "month_24") == answer


def test_months_are_those_of_the_calendar() -> None:
    study = judged(child(1, baseline="2024-02-29"), "2024-12-31")
    planned = {
        visit: str(study.visits.visits.day[study.rows_at(visit)[0]])
        for visit in ("month_12", "month_24")
    }
    assert planned == {"month_12": "2025-02-28", "month_24": "2026-02-28"}


def test_an_early_failure_is_none_at_a_visit_that_is_not_due() -> None:
    """ACCESS fails whoever took more than 10 mg on any day from week 12 on: known long before."""
    taken: Row = {"person_id": 1, "drug": "prednisone", "start": "2024-01-11"}
    rows = [*child(1), {**taken, "end": "2024-06-30", "dose": "40 mg/d"}]
    assert answer_of(judged(rows, "2025-01-01", "access"), "week_24")[1] == "NR"
    assert answer_of(judged(rows, "2025-01-01", "access"), "month_24") == (NOT_DUE, NOT_DUE)
    assert answer_of(judged(rows, LAST, "access"), "month_24") == ("NR", "NR")


def test_a_time_ends_at_the_last_visit_that_was_due() -> None:
    """No response by week 24, known of visits that were due alone: 168 days."""
    days = [f"2024-{month}" for month in ("02-07", "03-06", "04-03", "05-01", "05-29", "06-26")]
    study = judged(child(1, *days), "2024-12-31")
    (found,) = time_to(study.adjudications[0], study.visits, "PR")
    assert (found.reached, found.days, found.visit) == (False, 168, "week_24")
    assert found.open_before == 0


# ---- rows ---------------------------------------------------------------------------------------


def analysed(facts: Facts, **variable: object) -> TrialAnalysis:
    """One analysis over three children, all in the one arm."""
    plan = {"id": "one", "title": "One", "role": "primary", "population": "taken_in"}
    analysis = Analysis.model_validate({**plan, **variable})
    study = PROTOCOL.model_copy(update={"analyses": (analysis,)})
    return analyse_trial(study, facts, arms=dict.fromkeys((1, 2, 3), "car_t"))


def the_row(found: TrialAnalysis, name: str) -> ResultRow:
    return next(row for row in found.rows if row.id == name)


@pytest.fixture(scope="module")
def three() -> Facts:
    """One who came to month 24 without proteinuria, one who missed it, one whose is not due."""
    rows = child(1, "2026-01-10", ratio="0.2") + child(2) + child(3, baseline="2024-02-10")
    return small_facts(rows, data_cut=date.fromisoformat(LAST))


def test_a_proportion_is_of_those_whose_visit_was_due(three: Facts) -> None:
    response = {"definition": "kdigo_2024", "grades": ["CR"]}
    found = analysed(three, visits=["month_24"], response=response, methods=["clopper_pearson"])
    row = the_row(found, "one.month_24.car_t.count.count")
    assert (row.value, row.n, row.missing) == (1, 2, 0)
    assert "1 left out: not yet due at the data cut" in row.warnings
    assert "1 of 2: missing: counts as no response" in row.warnings
    assert found.answers[0].to_arrow()["person_id"].to_pylist() == [1, 2]


def test_a_quantity_that_is_not_due_is_not_missing(three: Facts) -> None:
    found = analysed(
        three,
        visits=["month_24"],
        quantity={"of": "crp", "change": False},
        methods=["mean_interval"],
    )
    row = the_row(found, "one.month_24.car_t.count.mean")
    assert (row.value, row.n, row.missing) == (4, 1, 1)
    assert "1 left out: not yet due at the data cut" in row.warnings


@pytest.mark.parametrize("cut", ["2024-07-19", "2024-07-20"])
def test_an_incidence_is_of_those_whose_time_is_over(cut: str) -> None:
    """Six months from 20 January end on 20 July, whether or not it happened before."""
    ill: Row = {"person_id": 1, "concept": "pneumonia", "date": "2024-03-01"}
    rows = [*child(1), ill, *child(2), *child(3)]
    facts = small_facts(rows, data_cut=date.fromisoformat(cut), complete=["condition_occurrence"])
    incidence = {"expression": "any infection in (infusion, infusion + 6 months]"}
    found = analysed(facts, incidence=incidence, methods=["clopper_pearson"])
    row = the_row(found, "one.car_t.count.count")
    if cut == "2024-07-20":
        assert (row.value, row.n, row.missing) == (1, 3, 0)
        assert not row.warnings
        return
    assert (row.value, row.n, row.missing) == (None, 0, 0)
    assert set(row.warnings) >= {
        "2 left out: not yet due at the data cut",
        "1 left out: not yet due at the data cut; it has happened already",
    }


def test_who_died_waits_until_her_last_visit_that_was_due() -> None:
    """Dead on 1 March 2024; of the planned visits month 12 is the last due on 30 June 2025."""
    rows: list[Row] = [*child(1), {"person_id": 1, "died": "2024-03-01"}, *child(2), *child(3)]
    facts = small_facts(rows, data_cut=date(2025, 6, 30))
    found = analysed(
        facts,
        time_to_response={"definition": "kdigo_2024", "grade": "CR"},
        methods=["kaplan_meier"],
    )
    (answers,) = found.answers
    at = answers.person == 1
    # 10 January 2024 to 10 January 2025, over a 29 February
    assert answers.value[at].tolist() == [366]
    assert not np.any(answers.event if answers.event is not None else [True])
