"""Counts of responses as they may be shown, and what is said of the time to a response."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

import remit
from remit.analysis.shown_counts import shown_counts
from remit.analysis.time_summary import summarize_times
from remit.endpoints.response_times import TimeToResponse, time_to
from remit.endpoints.study_responses import StudyAdjudication
from remit.facts.opened import Facts

SMALLEST = 5


@pytest.fixture(scope="module")
def study(large_cohort: Facts) -> StudyAdjudication:
    return remit.adjudicate("nct05631717", large_cohort, definition="all")


def number(text: str) -> int:
    assert text[0] == "≈"
    assert int(text[1:].replace(",", "")) % SMALLEST == 0
    return int(text[1:].replace(",", ""))


def test_all_counts_are_rounded_together(study: StudyAdjudication) -> None:
    shown = shown_counts(study, study.visits.ids, smallest=SMALLEST)
    for adjudication, counts in zip(study.adjudications, shown, strict=True):
        persons = {number(times.persons) for times in counts.times}
        for row in counts.visits:
            grades = [number(text) for text in row.counts]
            assert sum(grades) + number(row.not_assessable) == number(row.n)
            assert sum(number(text) for _, text in row.gates) <= number(row.n) - grades[0]
        reached = [number(times.reached) for times in counts.times]
        assert reached == sorted(reached)  # the best grade first
        assert all(one <= n for one in reached for n in persons)
        assert [t.middle is None for t in counts.times] == [one == 0 for one in reached]
        assert counts.grades == adjudication.grades


def test_nested_definitions_stay_nested(study: StudyAdjudication) -> None:
    """Whoever falls by eight points falls by four; the other parts of SRI are the same."""
    names = [adjudication.definition.id for adjudication in study.adjudications]
    shown = dict(zip(names, shown_counts(study, study.visits.ids, smallest=SMALLEST), strict=True))
    chain = [shown[name] for name in names if re.fullmatch(r"sri_[4-8]", name)]
    assert len(chain) >= 2
    for looser, stricter in pairwise(chain):
        for one, other in zip(looser.visits, stricter.visits, strict=True):
            assert number(one.counts[0]) >= number(other.counts[0])
        assert number(looser.times[0].reached) >= number(stricter.times[0].reached)


def test_everything_is_shown_where_nothing_is_rounded(study: StudyAdjudication) -> None:
    counts = shown_counts(study, study.visits.ids)[0]
    for row in counts.visits:
        assert sum(map(int, (*row.counts, row.not_assessable))) == int(row.n)
        assert sum(int(n) for _, n in row.gates) == int(row.n) - int(row.counts[0])
    reached = sum(item.reached for item in time_to(study.adjudications[0], study.visits, "CR"))
    assert counts.times[0].reached == str(reached)


def test_a_limit_that_hides_nothing_is_refused(study: StudyAdjudication) -> None:
    with pytest.raises(ValueError, match="at least 3"):
        shown_counts(study, study.visits.ids, smallest=2)


@pytest.mark.parametrize(
    ("days", "middle"), [((), None), ((28,), 28.0), ((28, 56), 42.0), ((56, 28, 168), 56.0)]
)
def test_the_middle_is_that_of_those_who_reached_it(
    days: tuple[int, ...], middle: float | None
) -> None:
    def time(place: int, day: int, visit: str | None, *, reached: bool) -> TimeToResponse:
        return TimeToResponse(
            place, reached=reached, days=day, visit=visit, open_before=0, known_without=0
        )

    times = [time(place, day, "a visit", reached=True) for place, day in enumerate(days)]
    times += [time(8, 168, "week_24", reached=False), time(9, 0, None, reached=False)]
    summary = summarize_times(times)
    assert summary.middle_of_reached == middle
    assert (summary.reached, summary.censored, summary.never_assessed) == (len(days), 1, 1)
    assert summary.persons == len(days) + 2
