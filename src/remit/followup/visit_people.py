"""The persons of a study at their visits, as the reference evaluator reads them.

A visit is a subject: a person with the day of the visit, the days of her other visits, and the days
that belong to each. What `read_follow_up` reads for a row of the sheet is what it holds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from remit.criteria.columns.sheet import VISIT
from remit.criteria.reference.person_records import read_persons
from remit.criteria.reference.records import DaysOfDate, NumberRecord, PersonRecords
from remit.facts.tables import TABLES
from remit.followup.dataset_visits import since_previous
from remit.followup.follow_up import FollowUp
from remit.instruments.catalogue import PRESENT
from remit.instruments.visits import Days, Visits


@dataclass(frozen=True, slots=True)
class VisitPerson:
    """A person at one of her visits.

    Attributes:
        records: with the days that belong to each visit.
        since: the same, where all days since the visit before belong to a visit: what intercurrent
            events read.
    """

    records: PersonRecords
    since: PersonRecords

    def present_first(self, ids: tuple[int, ...], moment: str) -> PersonRecords:
        """As `since`; of some findings, a presence counts before any other answer, at one visit."""
        days = self.since.belonging.get(moment)
        if days is None:
            return self.since
        held = [
            record
            for record in self.since.numbers
            if record.concept in ids and record.possible is None and _within(record, days)
        ]
        highest = max((_rank(record) for record in held), default=0)
        less = {record.row for record in held if _rank(record) < highest}
        numbers = tuple(record for record in self.since.numbers if record.row not in less)
        return replace(self.since, numbers=numbers)


def _within(record: NumberRecord, days: DaysOfDate) -> bool:
    return days.first <= record.day <= days.last


def _rank(record: NumberRecord) -> int:
    return int(bool(record.code)) + int(record.code == PRESENT)


def people_at_visits(followed: FollowUp, persons: Collection[int]) -> Mapping[int, VisitPerson]:
    """Some of the followed at each of their visits, by row of the sheet."""
    wanted = tuple(sorted(set(persons)))
    tables = {
        name: followed.facts.rows(name, persons=wanted)
        for name, table in TABLES.items()
        if "person_id" in table.schema.names
    }
    # Sheets of visits read no signatures and no other named dates: those are of the screening.
    people = {
        found.person: found
        for found in read_persons(
            tables, study="", data_cut=followed.facts.data_cut, complete=followed.facts.complete
        )
    }
    visits = followed.visits.visits
    first, last = since_previous(visits)
    return {
        row: VisitPerson(
            _at(row, people[int(visits.person[row])], visits, visits.first, visits.last),
            _at(row, people[int(visits.person[row])], visits, first, last, nearest=False),
        )
        for row in np.flatnonzero(np.isin(visits.person, wanted)).tolist()
    }


def _at(
    row: int,
    person: PersonRecords,
    visits: Visits,
    first: Days,
    last: Days,
    *,
    nearest: bool = True,
) -> PersonRecords:
    baseline = visits.moments["baseline"]
    dates, days = {}, {}
    for name, at in {VISIT: row, **_others(row, visits)}.items():
        dates[name] = _date(visits.day[at])
        before_treatment = nearest and int(baseline[at]) == at
        days[name] = DaysOfDate(_date(first[at]), _date(last[at]), nearest, before_treatment)
    return replace(person, anchors=dates, belonging=days)


def _others(row: int, visits: Visits) -> Mapping[str, int]:
    """The rows of the other visits that an expression may read, where there are such."""
    found = {name: int(at[row]) for name, at in visits.moments.items()}
    return {name: at for name, at in found.items() if at >= 0}


def _date(day: np.datetime64) -> date:
    return date.fromisoformat(str(day.astype("datetime64[D]")))
