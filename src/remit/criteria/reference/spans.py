"""Reference meaning of windows: their days, and whether all records of these are there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from remit.criteria.dates import Moment, Window, days_after, shift_date
from remit.criteria.reference.records import DaysOfDate, PersonRecords
from remit.criteria.tree import AbsenceRule


@dataclass(frozen=True, slots=True)
class Days:
    """A closed range of days."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


def moment_date(moment: Moment, person: PersonRecords) -> date | None:
    """The date that a moment means for this person."""
    anchor = moment.anchor
    start = anchor if isinstance(anchor, date) else person.anchors.get(anchor)
    if start is None or moment.offset is None:
        return start
    return days_after(shift_date(start, moment.offset, sign=moment.sign), moment.days)


def window_days(window: Window, person: PersonRecords) -> Days | None:
    """The window as a closed range of days; None when an anchor has no date."""
    first, last = date.min, person.data_cut
    if window.start is not None:
        start = moment_date(window.start, person)
        if start is None:
            return None
        first = days_after(start, int(window.start_open))
    if window.end is not None:
        end = moment_date(window.end, person)
        if end is None:
            return None
        last = days_after(end, -int(window.end_open))
    return Days(first, last)


def date_with_days(window: Window, person: PersonRecords) -> tuple[date, DaysOfDate] | None:
    """The date at which a window looks and the days that belong to it, where some do."""
    at = window.start
    if (
        at is None
        or at != window.end
        or at.offset is not None
        or window.start_open
        or window.end_open
    ):
        return None
    belongs = person.belonging.get(at.anchor) if isinstance(at.anchor, str) else None
    day = moment_date(at, person)
    return None if belongs is None or day is None else (day, belongs)


def value_days(window: Window, person: PersonRecords) -> Days | None:
    """The days from which values are read: at a date, those that belong to it."""
    found = date_with_days(window, person)
    if found is None:
        return window_days(window, person)
    return Days(found[1].first, found[1].last)


def ends_after_cut(window: Window, person: PersonRecords) -> bool:
    """Whether the window ends later than the data can speak of, so that it holds no sure latest."""
    if date_with_days(window, person) is not None:
        return False  # a planned visit: what was recorded on one of its days is what was found
    days = window_days(window, person)
    if days is None or window.end is None:  # without an end it ends with what is known
        return False
    return days.last > person.data_cut or ends_after_own_cut(days, person)


def ends_after_own_cut(days: Days, person: PersonRecords) -> bool:
    """Whether days go on after what the data can speak of her, if not of the dataset.

    What went on until the source's data cut ends on her last day here: after it nothing is known,
    not even what is always known of others.
    """
    return person.own_cut is not None and days.last > person.own_cut


def is_covered(days: Days, rule: AbsenceRule, table: str, person: PersonRecords) -> bool:
    """Whether all records of these days are there."""
    if ends_after_own_cut(days, person):
        return False
    if rule.rule == "always":
        return True
    if rule.rule == "explicit" or days.last > person.data_cut:
        return False
    if table in person.complete:
        return True
    first = max(days.first, person.earliest_birth)
    if rule.rule == "lookback":
        assert rule.days is not None
        first = max(first, days_after(days.last, 1 - rule.days))
    merged: list[tuple[date, date]] = []
    for start, end in sorted(person.periods):
        # A period may end on the calendar's last day (9999-12-31), which has no next one.
        if merged and start - timedelta(days=1) <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return any(start <= first and days.last <= end for start, end in merged)
