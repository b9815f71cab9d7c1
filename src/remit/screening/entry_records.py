"""The records that may date a person by an entry event, each in an observation period.

They are numbers: the place of the person among those of the part, the day, and the place of the
period. What is asked of them beside comes later (`entry_days`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.criteria.columns.several_subjects import paired
from remit.criteria.columns.subjects import places_of
from remit.facts.arrays import LAST_DAY, NO_DAY, Days, Whole, dates_of, order_of, whole_numbers
from remit.facts.imprecise_dates import possible_days
from remit.facts.reading import Part
from remit.facts.selection import taken
from remit.facts.tables import TABLES
from remit.protocol.bound import BoundEntryEvents
from remit.protocol.protocol_sections import EntryRule
from remit.truth import Status

_PERIOD = ("person_id", "observation_period_start_date", "observation_period_end_date")
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ObservedPeriods:
    """The observation periods of some persons, in the order of persons and days.

    Attributes:
        begin, end: shape (periods,).
        first, count: where those of each person begin, and how many there are; shape (persons,).
    """

    begin: Days
    end: Days
    first: Whole
    count: Whole


@dataclass(frozen=True, slots=True)
class EntryRecords:
    """Records that may date persons, each in one observation period; shape (records,).

    Attributes:
        place: of the person among those of the part. period: among the periods of the part.
        fits: `Status` codes: whether the record's day is known, and what is asked of it holds.
    """

    place: Whole
    day: Days
    period: Whole
    fits: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.place)

    def at(self, kept: npt.NDArray[np.integer] | Flags) -> EntryRecords:
        """Some of them."""
        at = np.flatnonzero(kept) if kept.dtype == np.bool_ else kept
        return EntryRecords(
            self.place.take(at), self.day.take(at), self.period.take(at), self.fits.take(at)
        )


def joined(found: Sequence[EntryRecords]) -> EntryRecords:
    """Records of several events as one."""
    if len(found) == 1:
        return found[0]
    return EntryRecords(
        np.concatenate([each.place for each in found]),
        np.concatenate([each.day for each in found]),
        np.concatenate([each.period for each in found]),
        np.concatenate([each.fits for each in found]),
    )


def periods_of(part: Part, ids: Whole) -> ObservedPeriods:
    """The observation periods of the persons of a part.

    Args:
        ids: of all its persons, ascending.
    """
    rows = part.rows("observation_period", _PERIOD)
    place = places_of(ids, whole_numbers(rows[_PERIOD[0]]))
    begin, end = dates_of(rows[_PERIOD[1]]), dates_of(rows[_PERIOD[2]])
    # They lie in the order of persons and first days: most have one, and none is moved.
    rising = (place[1:] == place[:-1]) & (begin[1:] > begin[:-1])
    if not ((place[1:] > place[:-1]) | rising).all():
        order = order_of(place, begin, end)
        place, begin, end = place.take(order), begin.take(order), end.take(order)
    known = int(np.searchsorted(place, 0))
    count = np.bincount(place[known:], minlength=len(ids))
    return ObservedPeriods(begin[known:], end[known:], np.cumsum(count) - count, count)


def entry_records(
    item: BoundEntryEvents, entry: EntryRule, part: Part, ids: Whole, periods: ObservedPeriods
) -> EntryRecords:
    """The records of a concept that begin inside an observation period, each with that period."""
    table = TABLES[item.events.table]
    assert table.start is not None
    stated = possible_days(part, {table.name: item.events.ids}).get((table.name, table.start))
    names = ["person_id", table.start]
    names += [table.key] if stated is not None else []
    names += ["route_concept_id"] if item.events.routes else []
    rows = part.rows(table.name, names, concepts=item.events.ids)
    if item.events.routes:
        routes = whole_numbers(rows["route_concept_id"], empty=0)
        rows = rows.filter(pa.array(np.isin(routes, item.events.routes)))
    place = places_of(ids, whole_numbers(rows["person_id"]))
    first = last = dates_of(rows[table.start])
    if stated is not None:
        first, last = stated.widened(whole_numbers(rows[table.key]), first, last)
    sure = first == last
    if len(place) and place.min() < 0:
        place, first, last, sure = _kept(place >= 0, place, first, last, sure)
    if item.first_ever:
        opens, closes = (_least(days, place, len(ids)) for days in (first, last))
        # The earliest begins no later than `closes`; where none may begin before, it does so then.
        sure &= (first == closes) & (opens == closes)
        place, first, last, sure = _kept(first <= closes, place, first, last, sure)
    return _in_periods(place, first, last, sure, entry, periods)


def _kept(
    kept: Flags, place: Whole, first: Days, last: Days, sure: Flags
) -> tuple[Whole, Days, Days, Flags]:
    at = np.flatnonzero(kept)
    earliest = first.take(at)
    return place.take(at), earliest, earliest if first is last else last.take(at), sure.take(at)


def _least(days: Days, place: Whole, persons: int) -> Days:
    """The earliest day of each record's person; shape (records,)."""
    least = np.full(persons, LAST_DAY, np.int32)
    np.minimum.at(least, place, days)
    return least.take(place)


def _in_periods(
    place: Whole, first: Days, last: Days, sure: Flags, entry: EntryRule, periods: ObservedPeriods
) -> EntryRecords:
    """Records and the observation periods in which they may begin, with the days asked around."""
    opens = _within_calendar(periods.begin.astype(np.int64) + entry.observed_before)
    closes = _within_calendar(periods.end.astype(np.int64) - entry.observed_after)
    observed = np.flatnonzero(periods.count)
    begin = periods.first.take(observed)
    # Most are observed once; who never is has a period that ends before it begins.
    first_opens = np.full(len(periods.count), LAST_DAY, np.int32)
    first_closes = np.full(len(periods.count), NO_DAY, np.int32)
    first_opens[observed], first_closes[observed] = opens.take(begin), closes.take(begin)
    inside = (first <= taken(first_closes, place)) & (last >= taken(first_opens, place))
    record = np.flatnonzero(inside)
    period = periods.first.take(place.take(record))
    again = periods.count > 1
    if again.any():
        of = np.flatnonzero(again.take(place))
        who = place.take(of)
        which, other = paired(periods.first.take(who) + 1, periods.count.take(who) - 1)
        which = of.take(which)
        inside = (first.take(which) <= closes.take(other)) & (last.take(which) >= opens.take(other))
        record = np.concatenate([record, which.compress(inside)])
        period = np.concatenate([period, other.compress(inside)])
    place, first_day = place.take(record), first.take(record)
    if first is last and sure.all():
        # Inside on its one day.
        return EntryRecords(place, first_day, period, np.full(len(place), Status.MET, np.int8))
    last_day = last.take(record)
    certain = (first_day >= opens.take(period)) & (last_day <= closes.take(period))
    certain &= sure.take(record)
    # One whose day is not known counts for the earliest that it may be, or for the latest.
    day = last_day if entry.counts == "last" else first_day
    fits = np.where(certain, np.int8(Status.MET), np.int8(Status.UNKNOWN))
    return EntryRecords(place, day, period, fits)


def _within_calendar(days: Whole) -> Days:
    return np.clip(days, NO_DAY, LAST_DAY).astype(np.int32)
