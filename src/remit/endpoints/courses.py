"""Courses over visits: time to a response, with censoring, and flares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from remit.endpoints.adjudicating import Adjudication
from remit.endpoints.visits import StudyVisits


@dataclass(frozen=True, slots=True)
class TimeToResponse:
    """When one person first reached a grade, or until when they are known not to have.

    Attributes:
        reached: whether the grade or a better one was reached at a visit that could be assessed.
        days: from the planned baseline to the planned day of that visit, or of the last visit that
            could be assessed (censored).
        visit: its id; None where no visit after the baseline could be assessed.
        open_before: visits before it that could not be assessed: the true time may be earlier.
    """

    person: int
    reached: bool
    days: int
    visit: str | None
    open_before: int


@dataclass(frozen=True, slots=True)
class TimesSummary:
    """The times of a group to one grade.

    Attributes:
        censored: those who were assessed after the baseline and never reached it.
        never_assessed: those of whom no visit after the baseline could be assessed.
        middle_of_reached: the plain median of the days of those who reached it, None where nobody
            did. It leaves out the censored, so it is no estimate of the median time to response:
            that one is read off a Kaplan-Meier curve (J Am Stat Assoc 1958;53:457), for which
            `remit adjudicate --times` gives the data.
    """

    persons: int
    reached: int
    censored: int
    never_assessed: int
    middle_of_reached: float | None


def summarize_times(times: Sequence[TimeToResponse]) -> TimesSummary:
    """How many reached a grade, and the middle of their days.

    >>> at = [TimeToResponse(n, True, day, "week", 0) for n, day in enumerate((28, 56))]
    >>> summarize_times([*at, TimeToResponse(3, False, 168, "week_24", 0)]).middle_of_reached
    42.0
    """
    days = [item.days for item in times if item.reached]
    never = sum(item.visit is None for item in times)
    middle = float(median(days)) if days else None
    return TimesSummary(len(times), len(days), len(times) - len(days) - never, never, middle)


def time_to(
    adjudication: Adjudication, visits: StudyVisits, grade: str
) -> tuple[TimeToResponse, ...]:
    """The time of every person to a grade of response or a better one.

    After an intercurrent event no visit is a response, whatever its values say. Where a definition
    asks for confirmation, the confirming visit is the one that counts. Persons to whom the
    definition does not apply are left out.
    """
    wanted = adjudication.grades.index(grade)
    better = np.int64((1 << (wanted + 1)) - 1)
    possible = adjudication.possible.possible
    overruled = adjudication.overruled
    met, failed = (possible & ~better) == 0, (possible & better) == 0
    met, failed = met & ~overruled, failed | overruled
    person, day = visits.visits.person, visits.visits.day
    found = []
    for identifier in np.unique(person):
        rows = np.flatnonzero((person == identifier) & (visits.place > 0))
        if len(rows) and adjudication.outside[rows].all():
            continue
        start = day[np.flatnonzero((person == identifier) & (visits.place == 0))[0]]
        hits = rows[met[rows]]
        known = rows[met[rows] | failed[rows]]
        last = hits[0] if len(hits) else known[-1] if len(known) else None
        if last is None:
            never = TimeToResponse(
                int(identifier), reached=False, days=0, visit=None, open_before=len(rows)
            )
            found.append(never)
            continue
        before = rows[rows < last]
        open_before = int(np.count_nonzero(~met[before] & ~failed[before]))
        days = int((day[last] - start) / np.timedelta64(1, "D"))
        label = visits.visits.label[last]
        found.append(TimeToResponse(int(identifier), bool(len(hits)), days, label, open_before))
    return tuple(found)
