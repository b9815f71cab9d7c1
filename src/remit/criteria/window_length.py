"""How long a window can be, whatever day its named date falls on."""

from __future__ import annotations

from datetime import date

from remit.criteria.dates import Duration, Moment, Window

# The shortest and the longest month; a sum of months lies between the sums of these.
SHORTEST, LONGEST = 28, 31


def most_days(window: Window) -> int | None:
    """The days of a window at most, 0 where none can lie in it; None where nothing limits them.

    >>> most_days(Window(Moment("screening"), Moment("screening")))
    1
    >>> month = Duration(1, "month")
    >>> first, last = Moment("screening", month, -1, -1), Moment("screening", month, -1)
    >>> most_days(Window(first, last))
    2
    """
    start, end = window.start, window.end
    if start is None or end is None:
        return None
    between = _most_between(start, end)
    if between is None:
        return None
    return max(0, between + 1 - window.start_open - window.end_open)


def _most_between(start: Moment, end: Moment) -> int | None:
    """The days from one moment to another, at most; None where they have no date in common."""
    if isinstance(start.anchor, date) and isinstance(end.anchor, date):
        apart = (end.anchor - start.anchor).days
    elif start.anchor == end.anchor:
        apart = 0
    else:
        return None
    if apart == 0 and _months(start) is not None and _months(end) is not None:
        months = (_months(end) or 0) - (_months(start) or 0)
        return months * (LONGEST if months > 0 else SHORTEST) + end.days - start.days
    return apart + _most(end) - _least(start)


def _months(moment: Moment) -> int | None:
    if moment.offset is None:
        return 0
    return moment.sign * moment.offset.months if moment.offset.days is None else None


def _most(moment: Moment) -> int:
    moved = moment.sign * _days(moment.offset, LONGEST if moment.sign > 0 else SHORTEST)
    return moved + moment.days


def _least(moment: Moment) -> int:
    moved = moment.sign * _days(moment.offset, SHORTEST if moment.sign > 0 else LONGEST)
    return moved + moment.days


def _days(offset: Duration | None, month: int) -> int:
    if offset is None:
        return 0
    return offset.days if offset.days is not None else offset.months * month
