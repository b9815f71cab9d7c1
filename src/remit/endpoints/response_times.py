"""Time to a response or a flare, person by person, with censoring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from remit.endpoints.adjudication import Adjudication, reaches
from remit.followup.schedule import StudyVisits

Flags = npt.NDArray[np.bool_]
NO_DEATHS: Mapping[int, date] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class TimeToResponse:
    """When one person first reached a grade, or until when they are known not to have.

    Attributes:
        reached: whether the grade or a better one was reached at a visit that could be assessed.
        days: from the planned baseline to the planned day of that visit, or of the last visit that
            could be assessed (censored).
        visit: its id; None where no visit after the baseline could be assessed.
        open_before: visits before it that could not be assessed: the true time may be earlier.
        known_without: days to the last visit before at which they are known not to have reached it,
            0 (the baseline) where there is none. The true time lies after it and not after `days`:
            the interval of an interval-censored analysis. Of the censored it is `days`.
        died: whether death came before: an event that competes with the response, and no censoring.
            `days` are then those to the death, and `visit` is the last that could be assessed.
    """

    person: int
    reached: bool
    days: int
    visit: str | None
    open_before: int
    known_without: int
    died: bool = False


def time_to(
    adjudication: Adjudication,
    visits: StudyVisits,
    grade: str,
    *,
    deaths: Mapping[int, date] = NO_DEATHS,
    overruled: Flags | None = None,
    ended: Flags | None = None,
) -> tuple[TimeToResponse, ...]:
    """The time of every person to a grade of response or a better one.

    After an intercurrent event no visit is a response, whatever its values say. Where a definition
    asks for confirmation, the confirming visit is the one that counts. Persons to whom the
    definition does not apply are left out. Visits planned after a death are none, and so are those
    that were not yet due at the data cut, whatever had come before.

    Args:
        deaths: person -> the day of death.
        overruled: the visits that are no response, shape (rows,); those after an intercurrent event
            of the definition when None.
        ended: the visits that are not looked at, shape (rows,); none when None.
    """
    met, failed = reaches(adjudication.possible, adjudication.grades.index(grade))
    overruled = adjudication.overruled if overruled is None else overruled
    due = ~adjudication.not_due
    met, failed = met & ~overruled, failed | overruled
    person, labels = visits.visits.person, visits.visits.label
    # Each person's rows stand together, the baseline first.
    starts = np.flatnonzero(visits.place == 0)
    days = (visits.visits.day - visits.visits.day[visits.visits.moments["baseline"]]).astype(int)
    outside = adjudication.outside
    found = []
    for start, end in pairwise([*starts.tolist(), len(person)]):
        rows = np.arange(start + 1, end)
        if len(rows) and outside[rows].all():
            continue
        death = deaths.get(int(person[start]))
        if death is not None:
            rows = rows[visits.visits.day[rows] <= np.datetime64(death)]
        if ended is not None:
            rows = rows[~ended[rows]]
        rows = rows[due[rows]]
        hits = rows[met[rows]]
        seen = rows[rows < hits[0]] if len(hits) else rows
        without = seen[failed[seen]]
        ends = hits[:1] if len(hits) else without[-1:]
        died = death is not None and not len(hits)
        if died:
            until = int((np.datetime64(death) - visits.visits.day[start]).astype(int))
        else:
            until = int(days[ends[0]]) if len(ends) else 0
            seen = seen[seen < ends[0]] if len(ends) else seen
        found.append(
            TimeToResponse(
                int(person[start]),
                reached=bool(len(hits)),
                days=until,
                visit=labels[ends[0]] if len(ends) else None,
                open_before=int(np.count_nonzero(~met[seen] & ~failed[seen])),
                known_without=int(days[without[-1]]) if len(without) else 0,
                died=died,
            )
        )
    return tuple(found)
