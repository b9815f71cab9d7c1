"""Days as numbers (days since 1970-01-01), calendar months, ages and windows, for many persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Days = NDArray[np.int32]
ABSENT = np.int32(-(2**30))  # a day that is not there
EPOCH = date(1970, 1, 1)


def day_of(day: date) -> int:
    """The number of a day.

    >>> day_of(date(1970, 1, 2))
    1
    """
    return (day - EPOCH).days


def add_months(day: Days, months: int) -> Days:
    """The day so many calendar months on, or back, clipped to the end of a short month.

    >>> from datetime import timedelta
    >>> march = np.array([day_of(date(2025, 3, 31))], np.int32)
    >>> EPOCH + timedelta(days=int(add_months(march, -1)[0]))
    datetime.date(2025, 2, 28)
    """
    dates = day.astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    in_month = (dates - month.astype("datetime64[D]")).astype(np.int64)
    target = month + months
    first, following = target.astype("datetime64[D]"), (target + 1).astype("datetime64[D]")
    length = (following - first).astype(np.int64)
    moved = first + np.minimum(in_month, length - 1)
    return np.asarray(moved.astype(np.int64), np.int32)


def parts_of(day: Days) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Year, month (from 1) and day of the month (from 1)."""
    dates = day.astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    year = dates.astype("datetime64[Y]").astype(np.int32) + 1970
    return (
        year,
        month.astype(np.int32) % 12 + 1,
        (dates - month.astype("datetime64[D]")).astype(np.int32) + 1,
    )


def from_parts(year: Days, month: Days, day: Days) -> Days:
    """The day of a year, month and day of the month."""
    months = (year.astype(np.int64) - 1970) * 12 + month - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return np.asarray(first + day - 1, np.int32)


@dataclass(frozen=True, slots=True)
class Birth:
    """Recorded births: month and day are 0 where they are not recorded."""

    year: NDArray[np.int32]
    month: NDArray[np.int32]
    day: NDArray[np.int32]

    @property
    def earliest(self) -> Days:
        return from_parts(self.year, np.maximum(self.month, 1), np.maximum(self.day, 1))

    @property
    def latest(self) -> Days:
        month = np.where(self.month == 0, 12, self.month).astype(np.int32)
        first = from_parts(self.year, month, np.ones_like(month))
        last = add_months(first, 1) - 1
        return np.where(self.day == 0, last, self.earliest).astype(np.int32)


def completed_years(born: Days, on: Days) -> NDArray[np.int32]:
    """Completed years of age on a day; born on 29 February, a year ends on 1 March."""
    year, month, day = parts_of(on)
    birth_year, birth_month, birth_day = parts_of(born)
    before = (month < birth_month) | ((month == birth_month) & (day < birth_day))
    return np.asarray(year - birth_year - before, np.int32)


@dataclass(frozen=True, slots=True)
class DayRange:
    """A closed range of days for each person; `known` is false where its anchor has no date."""

    low: Days
    high: Days
    known: Flags

    def holds(self, day: Days) -> Flags:
        """Which of the days (persons × records) lie in it."""
        return self.meets(day, day)

    def meets(self, start: Days, end: Days) -> Flags:
        """Which of the spells (persons × records) share a day with it."""
        shared: Flags = (start <= self.high[:, None]) & (end >= self.low[:, None])
        return shared
