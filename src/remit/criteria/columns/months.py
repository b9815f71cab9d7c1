"""Calendar months over columns of days; days are whole numbers since 1 January 1970."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from remit.facts.arrays import Days
from remit.facts.selection import taken

# Nearly all days of patients lie here; those months are worked out once.
_FIRST, _LAST = -25_567, 47_481  # 1 January 1900, 31 December 2099
_FIRST_MONTH, _LAST_MONTH = -840, 1_571  # January 1900, December 2100


@cache
def _calendar() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    return _month_and_day(np.arange(_FIRST, _LAST + 1, dtype=np.int32))


def month_and_day(days: Days) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The month of each day, counted from January 1970, and its place in the month from 0."""
    if len(days) and days.min() >= _FIRST and days.max() <= _LAST:
        month, place = _calendar()
        at = days - np.int64(_FIRST)
        return taken(month, at), taken(place, at)
    return _month_and_day(days)


def _month_and_day(days: Days) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    return months.astype(np.int64), (dates - months.astype("datetime64[D]")).astype(np.int64)


def moved_by_months(days: Days, months: int) -> Days:
    """Days moved by calendar months; a day that a month does not have is its last one.

    >>> moved_by_months(np.array(["2024-08-31"], "datetime64[D]").astype(np.int32), -6)
    array([19782], dtype=int32)
    """
    low = int(days.min(initial=0))
    # Few days occur: each is worked out once.
    every = np.arange(low, int(days.max(initial=0)) + 1, dtype=np.int32)
    if len(every) > 4 * len(days):
        return _moved(days, months)
    return taken(_moved(every, months), days - np.int64(low))


def _moved(days: Days, months: int) -> Days:
    month, place = month_and_day(days)
    target = month + months
    first = first_days(target)
    length = first_days(target + 1) - first
    return np.asarray(first + np.minimum(place, length - 1), np.int32)


def first_days(months: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The first day of each month, counted from January 1970.

    >>> first_days(np.array([0, 1])).tolist()
    [0, 31]
    """
    if len(months) and months.min() >= _FIRST_MONTH and months.max() <= _LAST_MONTH:
        return taken(_beginnings(), months - _FIRST_MONTH)
    return _first_days(months)


@cache
def _beginnings() -> npt.NDArray[np.int64]:
    return _first_days(np.arange(_FIRST_MONTH, _LAST_MONTH + 1))


def _first_days(months: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def years_lived(birth: Days, day: Days, *, parts: int) -> npt.NDArray[np.int64]:
    """Completed years and the part of the running one, in so many parts of a year.

    A year of age of someone born on 29 February begins on 1 March of a common year.
    """
    month, place = month_and_day(birth)
    years = completed_months(birth, day) // 12

    def birthday(year: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return first_days(month + 12 * year) + place

    begun, ends = birthday(years), birthday(years + 1)
    return years * parts + (day - begun) * parts // (ends - begun)


def completed_months(birth: Days, day: Days) -> npt.NDArray[np.int64]:
    """Whole months lived on a day."""
    born_month, born_place = month_and_day(birth)
    month, place = month_and_day(day)
    return month - born_month - (place < born_place)
