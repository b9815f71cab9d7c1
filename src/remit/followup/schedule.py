"""The planned visits of a study for the persons of a dataset, and the days that belong to each.

A record belongs to a visit when it lies within the visit's window; where the windows of two visits
meet, each day belongs to the nearer planned day, to the earlier visit where both are as near.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from remit.criteria.dates import Duration, days_after, shift_date
from remit.errors import ProtocolError
from remit.facts.opened import Facts
from remit.instruments.visits import Visits
from remit.protocol import Protocol
from remit.protocol.protocol_sections import Visit


@dataclass(frozen=True, slots=True)
class StudyVisits:
    """All planned visits of all persons who have their dates.

    Attributes:
        visits: one row a person and planned visit, in order; labels are the visit ids.
        ids: the visit ids in the order of time.
        place: of each row, in `ids`.
    """

    visits: Visits
    ids: tuple[str, ...]
    place: npt.NDArray[np.int64]

    def __repr__(self) -> str:
        persons = len(np.unique(self.visits.person))
        return f"<StudyVisits: {persons:,} persons at {', '.join(self.ids)}>"

    def of(self, rows: npt.NDArray[np.bool_]) -> StudyVisits:
        """The visits of whole persons, chosen by a mask over rows."""
        kept = np.flatnonzero(rows)
        new_place = np.full(len(rows), -1, np.int64)
        new_place[kept] = np.arange(len(kept))
        visits = self.visits
        moments = {
            name: np.where(at[kept] < 0, -1, new_place[at[kept]])
            for name, at in visits.moments.items()
        }
        chosen = Visits(
            visits.person[kept],
            tuple(visits.label[place] for place in kept),
            visits.day[kept],
            visits.first[kept],
            visits.last[kept],
            moments,
        )
        return StudyVisits(chosen, self.ids, self.place[kept])


def plan_visits(
    protocol: Protocol, facts: Facts, *, persons: tuple[int, ...] | None = None
) -> StudyVisits:
    """The planned visits of a study.

    Args:
        facts: with the named dates of persons.
        persons: these only; all who have the anchors when None.

    Raises:
        ProtocolError: the study plans no visits, or none at its baseline.
    """
    planned = [visit for visit in protocol.visits if not _days_after(visit)]
    planned += sorted((v for v in protocol.visits if _days_after(v)), key=_days_after)
    if not planned or _days_after(planned[0]):
        raise ProtocolError(
            f"{protocol.id} plans no visit at its baseline",
            expected="a visit of week 0 or month 0, and visits after it",
            next_step="add [[visits]] to the protocol",
            place=protocol.place_of("visits"),
        )
    first = planned[0]
    planned = [first, *(visit for visit in planned[1:] if _days_after(visit))]
    dates = _anchor_dates(protocol, facts, persons)
    rows: list[tuple[int, int, date, date, date]] = []
    for person in sorted(dates):
        days = [_planned_day(visit, dates[person]) for visit in planned]
        if days[0] is None:
            continue
        rows.extend(_windows(person, protocol, planned, days))
    return _as_visits(rows, tuple(visit.id for visit in planned))


def _days_after(visit: Visit) -> int:
    return (visit.week or 0) * 7 + (visit.month or 0) * 30


def _anchor_dates(
    protocol: Protocol, facts: Facts, persons: tuple[int, ...] | None
) -> Mapping[int, Mapping[str, date]]:
    names = {visit.anchor for visit in protocol.visits}
    columns = ("person_id", "study", "anchor", "anchor_date")
    rows = facts.rows("study_anchor", columns, persons=persons)
    dates: dict[int, dict[str, date]] = {}
    for row in rows.to_pylist():
        if row["study"] == protocol.id and row["anchor"] in names:
            dates.setdefault(row["person_id"], {})[row["anchor"]] = row["anchor_date"]
    return dates


def _planned_day(visit: Visit, dates: Mapping[str, date]) -> date | None:
    start = dates.get(visit.anchor)
    if start is None:
        return None
    length = (
        Duration(visit.week, "week")
        if visit.week is not None
        else Duration(visit.month or 0, "month")
    )
    return shift_date(start, length, sign=1)


def _windows(
    person: int, protocol: Protocol, planned: list[Visit], days: list[date | None]
) -> list[tuple[int, int, date, date, date]]:
    """Person, place of the visit, planned day, and the first and last day that belong to it."""
    known = [(place, day) for place, day in enumerate(days) if day is not None]
    rows = []
    for number, (place, day) in enumerate(known):
        span = protocol.visit_window_days(planned[place].id)
        first, last = day.toordinal() - span, day.toordinal() + span
        if number > 0:
            first = max(first, (known[number - 1][1].toordinal() + day.toordinal()) // 2 + 1)
        if number + 1 < len(known):
            last = min(last, (day.toordinal() + known[number + 1][1].toordinal()) // 2)
        # Within the calendar, which a window at its very end would leave.
        held = days_after(day, first - day.toordinal()), days_after(day, last - day.toordinal())
        rows.append((person, place, day, *held))
    return rows


def _as_visits(rows: list[tuple[int, int, date, date, date]], ids: tuple[str, ...]) -> StudyVisits:
    person = np.array([row[0] for row in rows], np.int64)
    place = np.array([row[1] for row in rows], np.int64)
    number = np.arange(len(rows), dtype=np.int64)
    begins = place == 0
    start = np.maximum.accumulate(np.where(begins, number, 0)) if len(rows) else number
    visits = Visits(
        person,
        tuple(ids[at] for at in place),
        np.array([row[2] for row in rows], "datetime64[D]"),
        np.array([row[3] for row in rows], "datetime64[D]"),
        np.array([row[4] for row in rows], "datetime64[D]"),
        {"previous": np.where(begins, -1, number - 1), "baseline": start},
    )
    return StudyVisits(visits, ids, place)
