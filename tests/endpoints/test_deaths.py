"""A death between treatment and response: an event by rule, no missing answer and no censoring."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from remit.analysis.time_summary import summarize_times
from remit.endpoints import definition_named
from remit.endpoints.response_times import TimeToResponse, time_to
from remit.endpoints.study_responses import StudyAdjudication, adjudicate_study
from remit.facts.opened import Facts
from remit.protocol import protocol_named
from remit.testing import Row, small_facts

STUDY = "NCT05631717"
CUT = date(2025, 6, 30)
PROTOCOL = protocol_named(STUDY)
BASELINE = date(2024, 1, 10)


def facts_with(died: str | None) -> Facts:
    rows: list[Row] = [
        {"anchor": name, "date": BASELINE.isoformat(), "study": STUDY} for name in PROTOCOL.anchors
    ]
    for day, ratio in (("2024-01-10", "2.4"), ("2024-04-03", "2.2")):
        rows.append({"concept": "upcr", "date": day, "number": ratio, "unit": "g/g"})
        rows.append({"concept": "egfr", "date": day, "number": "95", "unit": "mL/min/{1.73_m2}"})
    rows += [{"died": died}] if died else []
    return small_facts(rows, data_cut=CUT)


def adjudicated(died: str | None, definition: str = "kdigo_2024") -> StudyAdjudication:
    return adjudicate_study(
        PROTOCOL, facts_with(died), (definition_named(definition),), arms={1: "treated"}
    )


def test_visits_after_a_death_are_no_response() -> None:
    for died in (None, "2024-04-20"):
        study = adjudicated(died)
        (found,) = study.adjudications
        rows = study.visits.visits.day > np.datetime64("2024-04-20")
        assert rows.any()
        assert (found.places[rows] == -1).all(), "what was observed stays as it was"
        words = {word for word, late in zip(found.imputed_for, rows, strict=True) if late}
        if died:
            assert words == {"died"}
            assert {found.grades[place] for place in found.imputed[rows]} == {"NR"}
        else:
            assert "died" not in words


def test_a_visit_on_the_day_of_death_is_judged() -> None:
    study = adjudicated("2024-04-20")
    visits = study.visits.visits
    late = study.followed.after_death()
    on = replace(study.followed, deaths={1: visits.day[late][0].item()}).after_death()
    assert np.count_nonzero(late) - np.count_nonzero(on) == 1


def test_a_visit_that_a_death_may_not_precede_is_none_after_it() -> None:
    # Of the death only its month is known: two visits of May may lie before it.
    study = adjudicated("2024-05")
    days = study.visits.visits.day
    may = (days >= np.datetime64("2024-05-01")) & (days <= np.datetime64("2024-05-31"))
    late = study.followed.after_death()
    assert np.count_nonzero(may) == 2
    assert late.tolist() == (days > np.datetime64("2024-05-31")).tolist()
    words = np.array(study.adjudications[0].imputed_for)
    assert set(words[late]) == {"died"}
    assert "died" not in set(words[may])
    # A year that began before the baseline: she may have lived to the last visit.
    assert not adjudicated("2024").followed.after_death().any()


def test_a_death_is_no_flare_and_no_proof_of_none() -> None:
    study = adjudicated("2024-04-20", "renal_flare")
    (found,) = study.adjudications
    assert not found.overruled.any()
    late = study.followed.after_death()
    assert late.any()
    assert (found.imputed[late] == -1).all()


def test_death_ends_the_time_to_response_as_an_event() -> None:
    study = adjudicated("2024-04-20")
    (found,) = study.adjudications
    grade = found.definition.responses[0].grade
    times = time_to(found, study.visits, grade, deaths=study.followed.deaths)
    # 10 January to 20 April; nothing was recorded at weeks 4 and 8
    assert times == (TimeToResponse(1, False, 101, None, 2, 0, died=True),)
    assert summarize_times(times).died == 1
    assert summarize_times(times).censored == 0
    alive = adjudicated(None)
    assert not time_to(alive.adjudications[0], alive.visits, grade)[0].died
