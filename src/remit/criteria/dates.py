"""When a thing is read: lengths of time, named dates, and the windows between them."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

Period = Literal["day", "week", "month", "year"]

# A year of a slope, in days: the mean one of the calendar (UCUM `a`).
DAYS_A_YEAR = Fraction(1461, 4)


@dataclass(frozen=True, slots=True)
class Duration:
    """A whole number of days, weeks, calendar months or calendar years."""

    count: int
    period: Period

    @property
    def days(self) -> int | None:
        """The length in days; None for calendar periods."""
        if self.period == "day":
            return self.count
        return self.count * 7 if self.period == "week" else None

    @property
    def months(self) -> int:
        return self.count * (12 if self.period == "year" else 1)

    def __str__(self) -> str:
        return f"{self.count} {self.period}{'' if self.count == 1 else 's'}"


def shift_date(start: date, duration: Duration, *, sign: Literal[-1, 1]) -> date:
    """The date that lies `duration` after (+1) or before (-1) `start`; months clip to their end.

    What would lie beyond the calendar, years 1 to 9999, is its first or its last day.

    >>> shift_date(date(2024, 8, 31), Duration(6, "month"), sign=-1)
    datetime.date(2024, 2, 29)
    """
    if duration.days is not None:
        return days_after(start, sign * duration.days)
    months = start.year * 12 + start.month - 1 + sign * duration.months
    year, month = divmod(months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.min if sign < 0 else date.max
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))


def days_after(start: date, days: int) -> date:
    """The date so many days later, or earlier where they are negative, within the calendar.

    >>> days_after(date(9999, 12, 30), 5)
    datetime.date(9999, 12, 31)
    """
    if not days:
        return start
    ordinal = start.toordinal() + days
    return date.fromordinal(max(date.min.toordinal(), min(ordinal, date.max.toordinal())))


@dataclass(frozen=True, slots=True)
class Moment:
    """A named date of the person, or a calendar date, moved by a duration.

    Attributes:
        days: by how many days it is moved on after that, or back where they are negative: more
            than one month before a date begins at `- 1 month - 1 day`.

    >>> str(Moment("screening", Duration(1, "month"), -1, -1))
    'screening - 1 month - 1 day'
    """

    anchor: str | date
    offset: Duration | None = None
    sign: Literal[-1, 1] = 1
    days: int = 0

    def __str__(self) -> str:
        if self.offset is None:
            return str(self.anchor)
        moved = f"{self.anchor} {'+' if self.sign > 0 else '-'} {self.offset}"
        if not self.days:
            return moved
        return f"{moved} {'+' if self.days > 0 else '-'} {Duration(abs(self.days), 'day')}"


@dataclass(frozen=True, slots=True)
class Window:
    """A range of days; None is no bound. Open ends leave their day out."""

    start: Moment | None
    end: Moment | None
    start_open: bool = False
    end_open: bool = False

    def __str__(self) -> str:
        if self.start is not None and self.start == self.end:
            return f"at {self.start}"
        return (
            f"in {'(' if self.start_open else '['}{self.start or '..'}, "
            f"{self.end or '..'}{')' if self.end_open else ']'}"
        )

    @property
    def anchors(self) -> tuple[str, ...]:
        moments = (moment for moment in (self.start, self.end) if moment is not None)
        return tuple(
            dict.fromkeys(moment.anchor for moment in moments if isinstance(moment.anchor, str))
        )
