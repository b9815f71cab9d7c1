"""Days of SDTM: ISO 8601, of which the end, or what is not known in the middle, may be missing.

Source: SDTM Implementation Guide 3.4, section 4.4.2: a missing component is left out at the right
end (`2013-05`), stands as a hyphen where a later one is known (`2013---15`), and two days with a
stroke between them are the interval in which it happened.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

_TIME = (
    r"T(?P<h>[0-9]{2}|-)(?::(?P<i>[0-9]{2}|-)(?::(?P<s>[0-9]{2}|-)(?:[.,][0-9]+)?)?)?"
    r"(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_DAY = re.compile(
    rf"(?P<y>[0-9]{{4}})(?:-(?P<m>[0-9]{{2}}|-)(?:-(?P<d>[0-9]{{2}}|-)(?:{_TIME})?)?)?"
)


@dataclass(frozen=True, slots=True)
class DaySpan:
    """The days on which something may have happened; one where the day is known.

    Attributes:
        at: day and time, as the clock at the place showed it; None where either is not known.
    """

    first: date
    last: date
    at: datetime | None = None

    @property
    def is_exact(self) -> bool:
        return self.first == self.last

    def within(self, first: date | None, last: date | None) -> DaySpan:
        """The span cut to some days; as it is where nothing would be left."""
        low = max(self.first, first or self.first)
        high = min(self.last, last or self.last)
        return self if low > high or (low, high) == (self.first, self.last) else DaySpan(low, high)


@dataclass(frozen=True, slots=True)
class EventSpans:
    """From when to when something was so; `end` is None where it has none that is told."""

    start: DaySpan
    end: DaySpan | None


@lru_cache(maxsize=200_000)
def day_span(text: str | None) -> DaySpan | None:
    """The days that a text stands for; None where it tells no year, or no day of the calendar.

    >>> day_span("2013-02"), day_span("2013-02-30")
    (DaySpan(first=datetime.date(2013, 2, 1), last=datetime.date(2013, 2, 28), at=None), None)
    """
    if text is None:
        return None
    start, stroke, end = text.strip().partition("/")
    first = _one(start)
    if not stroke:
        return first
    last = _one(end)
    if first is None or last is None or last.last < first.first:
        return None
    return DaySpan(first.first, last.last)


def _one(text: str) -> DaySpan | None:
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    year, month, day = int(found["y"]), _number(found["m"]), _number(found["d"])
    if year < 1:
        return None
    try:
        if month is not None and day is not None:
            only = date(year, month, day)
            return DaySpan(only, only, _moment(only, found))
        if month is not None:
            return DaySpan(date(year, month, 1), date(year, month, _length(year, month)))
        if day is not None:
            months = [m for m in range(1, 13) if day <= _length(year, m)]
            return DaySpan(date(year, months[0], day), date(year, months[-1], day))
    except (ValueError, IndexError):
        return None
    return DaySpan(date(year, 1, 1), date(year, 12, 31))


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() else None


def _length(year: int, month: int) -> int:
    if not 1 <= month <= 12:
        raise ValueError("no month")
    return calendar.monthrange(year, month)[1]


def _moment(day: date, found: re.Match[str]) -> datetime | None:
    """The time of a day, to the minute or the second; None where the hour or minute is not known.

    Raises:
        ValueError: there is no such time.
    """
    hour, minute, second = (_number(found[part]) for part in ("h", "i", "s"))
    if hour is None:
        return None
    if hour == 24 and not minute and not second:
        return None  # the end of the day (ISO 8601), which no clock of Python shows
    at = time(hour, minute or 0, second or 0)
    return datetime.combine(day, at) if minute is not None else None
