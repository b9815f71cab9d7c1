"""Counts of responses as they may be shown, and what is said of the time to a response."""

from __future__ import annotations

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


def is_number(text: str) -> bool:
    return text.replace(",", "").isdigit()


def test_no_small_count_is_shown_or_follows_from_the_others(study: StudyAdjudication) -> None:
    hidden = 0
    for adjudication in study.adjudications:
        counts = shown_counts(study, adjudication, study.visits.ids, smallest=SMALLEST)
        for row in counts.visits:
            texts = [*row.counts, row.not_assessable]
            numbers = [int(text) for text in texts if is_number(text)]
            assert not any(0 < number < SMALLEST for number in numbers), row
            # One hidden cell of a row would be n less the others.
            assert len(texts) - len(numbers) != 1, row
            assert not row.gates or len(numbers) == len(texts), row
            assert all(count >= SMALLEST for _, count in row.gates), row
            hidden += len(texts) - len(numbers)
        for times in counts.times:
            if is_number(times.reached):
                reached = int(times.reached)
                assert not 0 < reached < SMALLEST
                assert not 0 < int(times.persons) - reached < SMALLEST
            else:
                assert times.middle is None
    assert hidden > 0


def test_everything_is_shown_where_nothing_is_hidden(study: StudyAdjudication) -> None:
    adjudication = study.adjudications[0]
    counts = shown_counts(study, adjudication, study.visits.ids)
    for row in counts.visits:
        assert sum(map(int, (*row.counts, row.not_assessable))) == int(row.n)
        assert sum(n for _, n in row.gates) == int(row.n) - int(row.counts[0])
    reached = sum(item.reached for item in time_to(adjudication, study.visits, "CR"))
    assert counts.times[0].reached == str(reached)


def test_a_limit_that_hides_nothing_is_refused(study: StudyAdjudication) -> None:
    with pytest.raises(ValueError, match="at least 3"):
        shown_counts(study, study.adjudications[0], study.visits.ids, smallest=2)


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
