"""A death before the screening: not eligible, whatever the criteria say."""

from __future__ import annotations

from datetime import date

import pytest

from remit.protocol import read_protocol_text
from remit.report import render_report
from remit.screening import screen_dataset
from remit.screening.explanation import explain_person
from remit.screening.study_screenings import Standing
from remit.testing import Row, small_facts, study_text
from remit.views.words import standing_text

CUT = date(2024, 6, 30)
PLATELETS: Row = {"concept": "platelets", "date": "2024-03-31", "number": "40", "unit": "10*9/L"}
PROTOCOL = read_protocol_text(study_text({"C": "platelets < 50 10*9/L"}), source="test")


@pytest.mark.parametrize(
    ("died", "standing"),
    [
        (None, Standing.ELIGIBLE),
        ("2024-03-30", Standing.NOT_ELIGIBLE),
        ("2024-03-31", Standing.ELIGIBLE),  # on the day itself she was there
        ("2024-05-01", Standing.ELIGIBLE),
    ],
)
def test_who_died_before_the_screening_is_not_eligible(
    died: str | None, standing: Standing
) -> None:
    rows = [{"anchor": "screening", "date": "2024-03-31"}, PLATELETS]
    rows += [{"died": died}] if died else []
    screening = screen_dataset(PROTOCOL, small_facts(rows, data_cut=CUT))
    (cohort,) = screening.cohorts
    assert cohort.count(standing) == 1
    assert screening.died.tolist() == [died == "2024-03-30"]
    assert cohort.steps[0].entering == int(not screening.died[0])
    # The criterion itself keeps its answer.
    assert explain_person(screening, 1).findings[0].status.word == "met"


def test_the_person_is_told_as_died() -> None:
    rows = [{"anchor": "screening", "date": "2024-03-31"}, PLATELETS, {"died": "2024-02-29"}]
    screening = screen_dataset(PROTOCOL, small_facts(rows, data_cut=CUT))
    found = explain_person(screening, 1)
    assert found.died == date(2024, 2, 29)
    assert standing_text(found) == "not eligible: died on 2024-02-29"
    page = render_report((screening,), explained={}, title="t")
    assert "or the person died before (1)" in page
    assert "Died before the screening" in page


def test_without_a_date_of_screening_nobody_died_before_it() -> None:
    screening = screen_dataset(PROTOCOL, small_facts([{"died": "2024-02-29"}], data_cut=CUT))
    assert screening.died.tolist() == [False]
    assert screening.cohorts[0].count(Standing.UNDETERMINED) == 1
