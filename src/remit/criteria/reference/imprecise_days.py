"""Reference meaning of days that are not exactly known.

The rules stand in `docs/decisions/0011-days-not-exactly-known.md`. A record carries a day of its
own and, where that is not exactly known, the days between which it lies. It is *surely* in a window
where each possible day of it is, *possibly* where some is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from remit.criteria.reference.records import (
    DoseRecord,
    EventRecord,
    NumberRecord,
    PersonRecords,
)
from remit.criteria.reference.spans import Days
from remit.truth import Reason, Truth, unknown

_AnyT = TypeVar("_AnyT")
_RecordT = TypeVar("_RecordT", EventRecord, DoseRecord)


def number_days(record: NumberRecord) -> Days:
    """The days on which a record of a number may lie."""
    if record.possible is None:
        return Days(record.day, record.day)
    return Days(record.possible.first, record.possible.last)


def possibly_in(days: Days, window: Days) -> bool:
    """Whether one of the days lies in a window."""
    return max(days.first, window.first) <= min(days.last, window.last)


def surely_in(days: Days, window: Days) -> bool:
    """Whether each of the days does."""
    return window.first <= days.first and days.last <= window.last


def may_count(
    open_: Sequence[tuple[Days, _AnyT]],
    exact: tuple[date, _AnyT] | None,
    window: Days,
    *,
    earliest: bool = False,
    nearest: bool = False,
) -> tuple[list[_AnyT], bool]:
    """The records of a window that may be the latest (or earliest), and whether one surely is.

    Args:
        open_: the records on unknown days that are possibly in the window.
        exact: the day of the record that counts among those on known days, and that record.
        nearest: the record nearest to a day counts; none is then left out.
    """
    surely = [days for days, _ in open_ if surely_in(days, window)]
    sure = exact is not None or bool(surely)
    if nearest:
        return [record for _, record in open_] + ([] if exact is None else [exact[1]]), sure
    if earliest:
        bars = [days.last for days in surely] + ([] if exact is None else [exact[0]])
        bar = min(bars, default=date.max)
        found = [record for days, record in open_ if max(days.first, window.first) <= bar]
        beats = exact is not None and exact[0] <= bar
    else:
        bars = [days.first for days in surely] + ([] if exact is None else [exact[0]])
        bar = max(bars, default=date.min)
        found = [record for days, record in open_ if min(days.last, window.last) >= bar]
        beats = exact is not None and exact[0] >= bar
    if exact is not None and beats:
        found.append(exact[1])
    return found, sure


def agreed(truths: Sequence[Truth]) -> Truth:
    """What all truths say; unknown where they differ.

    >>> from remit.truth import MET, NOT_MET
    >>> agreed([MET, NOT_MET]).reasons == {Reason.IMPRECISE_DATE}
    True
    """
    first = truths[0]
    return first if all(truth == first for truth in truths) else unknown(Reason.IMPRECISE_DATE)


# ---- events --------------------------------------------------------------------------


def start_days(record: EventRecord | DoseRecord) -> Days:
    """The days on which a record may begin; not after its last possible end."""
    range_ = record.possible_start
    if range_ is None:
        return Days(record.start, record.start)
    ended = record.possible_end.last if record.possible_end else record.end
    return Days(range_.first, range_.last if ended is None else min(range_.last, ended))


def end_days(record: EventRecord | DoseRecord) -> Days | None:
    """The days on which a record may end, not before its first possible start; None: no end."""
    if record.end is None:
        return None
    range_ = record.possible_end
    if range_ is None:
        return Days(record.end, record.end)
    begun = record.possible_start.first if record.possible_start else record.start
    return Days(max(range_.first, begun), range_.last)


# ---- doses ---------------------------------------------------------------------------


def has_open_doses(person: PersonRecords) -> bool:
    """Whether the day of some era or exposure is not exactly known."""
    return any(row.possible_start or row.possible_end for row in person.doses) or any(
        row.possible_start or row.possible_end for row in person.events.get("drug_exposure", ())
    )


def possible_extents(person: PersonRecords) -> Iterator[PersonRecords]:
    """The person with eras at their least and at their most, beside exposures at either.

    An exposure and an era of one drug with the same possible days come from one statement: they
    have their days together.
    """
    exposures = person.events.get("drug_exposure", ())
    stated = {_possible_days(era) for era in person.doses if _is_open(era)}
    together = [_is_open(each) and _possible_days(each) in stated for each in exposures]
    for era_days in (_least, _most):
        eras = tuple(era for each in person.doses if (era := _on_days(each, era_days)))
        for exposure_days in (_least, _most):
            taken = tuple(
                row
                for each, with_era in zip(exposures, together, strict=True)
                if (row := _on_days(each, era_days if with_era else exposure_days))
            )
            events = {**person.events, "drug_exposure": taken}
            yield replace(person, doses=eras, events=events)


def _possible_days(record: EventRecord | DoseRecord) -> tuple[int, Days, Days | None]:
    return record.concept, start_days(record), end_days(record)


def _is_open(record: EventRecord | DoseRecord) -> bool:
    _, start, end = _possible_days(record)
    return start.first != start.last or (end is not None and end.first != end.last)


def _on_days(record: _RecordT, days: Callable[[_RecordT], _Extent]) -> _RecordT | None:
    """The record on these days, as if they were known; None where they are none."""
    extent = days(record)
    if extent.last is not None and extent.first > extent.last:
        return None
    end = extent.last if extent.last is not None else record.end
    return replace(record, start=extent.first, end=end, possible_start=None, possible_end=None)


@dataclass(frozen=True, slots=True)
class _Extent:
    first: date
    last: date | None


def _least(record: EventRecord | DoseRecord) -> _Extent:
    end = end_days(record)
    return _Extent(start_days(record).last, None if end is None else end.first)


def _most(record: EventRecord | DoseRecord) -> _Extent:
    end = end_days(record)
    return _Extent(start_days(record).first, None if end is None else end.last)
