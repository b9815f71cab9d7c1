"""When the source of a definition judges, and what says so where it judges at another time.

Sources: section 9 of the specification (BLISS-LN week 104, KDIGO from month 6, EULAR by months).
"""

from __future__ import annotations

import numpy as np
import pytest

from remit.followup.schedule import StudyVisits
from remit.followup.windows import VisitWindow, visits_in_window
from remit.instruments.visits import Visits


def planned(*days: int, baseline: str = "2024-01-31") -> StudyVisits:
    """One person's visits, days after baseline."""
    day = np.datetime64(baseline, "D") + np.array((0, *days)).astype("timedelta64[D]")
    count = len(day)
    ids = tuple(f"day_{number}" for number in (0, *days))
    moments = {
        "previous": np.arange(-1, count - 1, dtype=np.int64),
        "baseline": np.zeros(count, np.int64),
    }
    person = np.ones(count, np.int64)
    return StudyVisits(Visits(person, ids, day, day, day, moments), ids, np.arange(count))


@pytest.mark.parametrize(
    ("window", "inside"),
    [
        # 31 January and 6 months is 31 July, day 182; week 24 (day 168) counts as six months.
        (VisitWindow(unit="month", first=6, last=12), {168, 182, 364}),
        (VisitWindow(unit="month", first=6), {168, 182, 364, 728}),
        (VisitWindow(unit="week", first=24, last=24), {168, 182}),
        (VisitWindow(unit="week", first=104, last=104), {728}),
        (VisitWindow(unit="month", first=3, last=3), {84}),
        (VisitWindow(unit="week", first=0, last=0), {0}),
    ],
)
def test_visits_near_the_time_of_the_source(window: VisitWindow, inside: set[int]) -> None:
    days = (0, 28, 84, 140, 168, 182, 364, 728)
    found = visits_in_window(window, planned(*days[1:]))
    assert {day for day, there in zip(days, found, strict=True) if there} == inside


def test_the_nearness_ends_after_eighteen_days() -> None:
    window = VisitWindow(unit="week", first=24, last=24)
    found = visits_in_window(window, planned(149, 150, 186, 187))
    assert found.tolist() == [False, False, True, True, False]


@pytest.mark.parametrize("month", range(1, 13))
def test_a_planned_visit_is_inside_for_all_or_for_none(month: int) -> None:
    """The visits of NCT05631717 (weeks 4, 8, 16, 20, 24): month 3 is none, month 6 is week 24."""
    visits = planned(28, 56, 112, 140, 168, baseline=f"2025-{month:02d}-01")
    assert not visits_in_window(VisitWindow(unit="month", first=3, last=3), visits).any()
    half_year = visits_in_window(VisitWindow(unit="month", first=6, last=12), visits)
    assert half_year.tolist() == [False] * 5 + [True]
