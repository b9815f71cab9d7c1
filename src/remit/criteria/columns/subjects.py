"""Subjects: persons with named dates, and the windows that their dates open.

A person at screening is a subject; each of her visits is another. Days are whole numbers since
1 January 1970, `NO_DAY` where a subject has no such date.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.criteria.columns.months import moved_by_months
from remit.criteria.dates import Duration, Moment, Window
from remit.errors import DatasetError
from remit.facts.arrays import LAST_DAY, NO_DAY, Days, Whole, dates_of, texts_of, whole_numbers
from remit.facts.imprecise_dates import stated_births
from remit.facts.person_cuts import last_days
from remit.facts.reading import Part, knows_dates
from remit.facts.selection import chosen, kept, taken

Flags = npt.NDArray[np.bool_]
_EPOCH = date(1970, 1, 1).toordinal()
_END_OF_CALENDAR = np.int32(date.max.toordinal() - _EPOCH)
_DENSE = 8  # ids so many times as far apart as there are of them are looked up in a list
PERSON_COLUMNS = (
    "person_id",
    "gender_concept_id",
    "year_of_birth",
    "month_of_birth",
    "day_of_birth",
)


@dataclass(frozen=True, slots=True)
class WindowDays:
    """The days of a window for each subject, closed; empty (`first > last`) where it has none.

    Attributes:
        missing: where a date that the window hangs on is not there; None where it always is.
        nearest_to: the day to which the record that counts is nearest; None: the latest counts.
        not_after: where a later day than that counts only for want of another.
        after_cut: where the window ends later than the data can speak of; None: nowhere.
    """

    first: Days
    last: Days
    missing: Flags | None = None
    nearest_to: Days | None = None
    not_after: Flags | None = None
    after_cut: Flags | None = None

    def first_of(self, subject: Whole) -> Days | np.int32:
        """The first day for each row, by the place of its subject; one number if all have it."""
        return _of_rows(self.first, subject)

    def last_of(self, subject: Whole) -> Days | np.int32:
        """The last day for each row, as `first_of`."""
        return _of_rows(self.last, subject)


def _of_rows(days: Days, subject: Whole) -> Days | np.int32:
    same = days.strides == (0,) and len(days) > 0
    return np.int32(days[0]) if same else taken(days, subject)


@dataclass(frozen=True, slots=True)
class Belonging:
    """The days that belong to a named date, such as the window of a planned visit.

    Attributes:
        first, last: the days from which its values may come; shape (subjects,).
        nearest: whether the record nearest to the date counts, in place of the latest.
        not_after: where a later day than the date counts only for want of another (a baseline comes
            from before treatment); None: nowhere.
    """

    first: Days
    last: Days
    nearest: bool = False
    not_after: Flags | None = None


@dataclass(frozen=True, slots=True)
class Subjects:
    """Persons with named dates; every array has shape (subjects,).

    Attributes:
        person: ids, never falling. A person may be several subjects.
        dates: name -> day.
        belonging: name -> the days that belong to that date; a date without an entry is one day.
        sex: OMOP gender ids. `born_first`, `born_last`: the first and the last possible birthday.
        study: whose signatures count.
        data_cut: the last day that the data can speak of.
        own_cuts: the same of each subject, where it is not one day for all; None: it is.
    """

    person: Whole
    dates: Mapping[str, Days]
    sex: npt.NDArray[np.integer]
    born_first: Days
    born_last: Days
    study: str
    data_cut: date
    belonging: Mapping[str, Belonging] = field(default_factory=dict)
    own_cuts: Days | None = None

    def __len__(self) -> int:
        return len(self.person)

    def day(self, moment: Moment) -> Days:
        """The day that a moment means for each subject; `NO_DAY` where it has no such date."""
        return day_of(moment, self.dates, count=len(self))

    def span(self, window: Window) -> WindowDays:
        """The days of a window."""
        cut = self.data_cut.toordinal() - _EPOCH
        span = span_of_dates(window, self.dates, count=len(self), last_day=cut)
        after = span.last > cut
        if self.own_cuts is not None and window.end is not None:
            after |= span.last > self.own_cuts
        return _with_cut(span, after)

    def span_of_values(self, window: Window) -> WindowDays:
        """The days from which values are read: at a date, the days that belong to it."""
        whole = window.start if window.start == window.end else None
        if whole is None or whole.offset is not None or window.start_open or window.end_open:
            return self.span(window)
        belongs = self.belonging.get(whole.anchor) if isinstance(whole.anchor, str) else None
        if belongs is None:
            return self.span(window)
        day = self.day(whole)
        found = _with_missing(belongs.first, belongs.last, day == NO_DAY)
        if not belongs.nearest:
            return found
        return replace(found, nearest_to=day, not_after=belongs.not_after)


def day_of(moment: Moment, dates: Mapping[str, Days], *, count: int) -> Days:
    """The day that a moment means, from named dates; `NO_DAY` where there is no such date."""
    if isinstance(moment.anchor, date):
        days = np.full(count, moment.anchor.toordinal() - _EPOCH, np.int32)
    else:
        found = dates.get(moment.anchor)
        days = np.full(count, NO_DAY, np.int32) if found is None else found
    if moment.offset is None:
        return days
    found = moved(days, moment.offset, moment.sign)
    if moment.days == 0:
        return found
    return moved(found, Duration(abs(moment.days), "day"), 1 if moment.days > 0 else -1)


def span_of_dates(
    window: Window, dates: Mapping[str, Days], *, count: int, last_day: int
) -> WindowDays:
    """The days of a window, from named dates.

    Args:
        last_day: where a window without an end ends: the data cut.
    """
    # One day for all takes no memory, and is not looked up for each row.
    first = np.broadcast_to(np.int32(NO_DAY), count)
    last = np.broadcast_to(np.int32(last_day), count)
    missing = np.zeros(count, np.bool_)
    if window.start is not None:
        start = day_of(window.start, dates, count=count)
        missing |= start == NO_DAY
        first = np.minimum(start + np.int32(window.start_open), _END_OF_CALENDAR)
    if window.end is not None:
        end = day_of(window.end, dates, count=count)
        missing |= end == NO_DAY
        last = end - np.int32(window.end_open)
    return _with_missing(first, last, missing)


def _with_missing(first: Days, last: Days, missing: Flags) -> WindowDays:
    if not missing.any():
        return WindowDays(first, last)
    return WindowDays(
        chosen(missing, np.int32(LAST_DAY), first),
        chosen(missing, np.int32(NO_DAY), last),
        missing,
    )


def _with_cut(span: WindowDays, after_cut: Flags) -> WindowDays:
    return replace(span, after_cut=after_cut) if after_cut.any() else span


def moved(days: Days, offset: Duration, sign: int) -> Days:
    """Days moved by a duration; months and the calendar clip to their end, no day stays none."""
    there = days != NO_DAY
    if offset.days is not None:
        found = days + np.int32(sign * offset.days)
    else:
        found = moved_by_months(kept(there, days), sign * offset.months)
    return chosen(there, np.minimum(found, _END_OF_CALENDAR), np.int32(NO_DAY))


def births(persons: pa.Table) -> tuple[Days, Days]:
    """The first and the last day on which each person may have been born.

    Raises:
        DatasetError: a birth is on no day of the calendar. Files are checked before; rows that are
            handed over in memory are not.
    """
    year, month, written = (whole_numbers(persons[name], empty=0) for name in PERSON_COLUMNS[2:])
    # An empty month or day was read as 0; one that is told as 0 is none.
    told = [persons[name].null_count for name in PERSON_COLUMNS[3:]]
    zeros = [np.count_nonzero(month == 0), np.count_nonzero(written == 0)]
    # Without a month the day says nothing either.
    day = np.where(month == 0, month.dtype.type(0), written)
    sound = zeros == told and _within(year, 1, 9999) and _within(month, 0, 12)
    sound = sound and _within(day, 0, 31)
    if sound:
        first, last = _possible_birthdays(year, month, day)
        sound = bool((first <= last).all())
    if not sound:
        raise DatasetError(
            "a person's date of birth is on no day of the calendar",
            expected="a year from 1 to 9999, with a month and a day that it has, or empty ones",
            got="another date",
            next_step="correct it at its source; `remit facts check` names the rows of a dataset",
        )
    return first, last


def _within(values: npt.NDArray[np.integer], least: int, most: int) -> bool:
    return len(values) == 0 or (least <= int(values.min()) and int(values.max()) <= most)


def _possible_birthdays(
    year: npt.NDArray[np.integer], month: npt.NDArray[np.integer], day: npt.NDArray[np.integer]
) -> tuple[Days, Days]:
    """The first and the last; a day that its month has not gives a first one after the last."""
    if len(year) == 0:
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    # The days on which the months of these few years begin are looked up, not worked out for each.
    low, high = int(year.min()), int(year.max())
    months = np.arange(12 * (high - low + 1) + 1) + 12 * (low - 1970)
    begins = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int32)
    place = (year - low) * 12 + np.maximum(month, 1) - 1
    end = begins.take(place + np.where(month == 0, 12, 1)) - np.int32(1)
    first = begins.take(place) + np.maximum(day, 1).astype(np.int32) - np.int32(1)
    return first, np.where((day > 0) & (first <= end), first, end)


@dataclass(frozen=True, slots=True)
class PersonsOfPart:
    """The persons of a part by their ids, ascending, with sex and possible birthdays.

    Attributes:
        own_cuts: the last day that the data can speak of each; None: that of the dataset.
    """

    ids: Whole
    sex: npt.NDArray[np.integer]
    born_first: Days
    born_last: Days
    own_cuts: Days | None = None


def persons_of(part: Part, *, persons: Collection[int] | None = None) -> PersonsOfPart:
    """The persons of a part; these only, or all when None."""
    people = part.rows("person", PERSON_COLUMNS, persons=persons)
    ids = np.asarray(whole_numbers(people["person_id"]), np.int64)
    born_first, born_last = births(people)
    stated = stated_births(part, persons=persons)
    if stated is not None:
        # Closer than the year, or across two of them.
        born_first, born_last = stated.widened(ids, born_first, born_last)
    return PersonsOfPart(
        ids,
        whole_numbers(people["gender_concept_id"], empty=0),
        born_first,
        born_last,
        last_days(part, ids, persons=persons),
    )


def study_subjects(
    part: Part,
    *,
    study: str,
    data_cut: date,
    persons: Collection[int] | None = None,
    known: PersonsOfPart | None = None,
) -> Subjects:
    """Every person of a part as a subject, with the named dates of a study.

    Args:
        persons: these only; all when None.
        known: the persons, where they were read before.
    """
    who = persons_of(part, persons=persons) if known is None else known
    dates = None
    if persons is None and knows_dates(part):
        dates = part.days_of(study, who.ids)
    if dates is None:
        dates = {
            name: _last_day(len(who.ids), places_of(who.ids, person), day)
            for name, (person, day) in _anchors(part, study, persons).items()
        }
    return Subjects(
        who.ids,
        dates,
        who.sex,
        who.born_first,
        who.born_last,
        study,
        data_cut,
        own_cuts=who.own_cuts,
    )


def places_of(sorted_ids: Whole, ids: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """The place of each id among sorted ones, -1 where it is not there."""
    size = len(sorted_ids)
    if size == 0:
        return np.full(len(ids), -1, np.int64)
    # In Python's integers: hashed ids lie further apart than 64 bits hold.
    width = int(sorted_ids[-1]) - int(sorted_ids[0]) + 1
    if width <= _DENSE * size:
        place = np.asarray(ids - sorted_ids[0], np.int64)
        if len(place) and (place.min() < 0 or place.max() >= width):
            place = np.where((place < 0) | (place >= width), -1, place)
        if width == size:
            return place
        # Some ids between the first and the last are missing: each is looked up; -1 is the end.
        at = np.full(width + 1, -1, np.int64)
        at[sorted_ids - sorted_ids[0]] = np.arange(size)
        return taken(at, place)
    place = np.minimum(np.searchsorted(sorted_ids, ids), size - 1)
    return np.where(sorted_ids[place] == ids, place, -1).astype(np.int64)


def _last_day(count: int, place: npt.NDArray[np.int64], day: Days) -> Days:
    days = np.full(count, NO_DAY, np.int32)
    if len(place) and place.min() < 0:
        known = np.flatnonzero(place >= 0)
        place, day = place.take(known), day.take(known)
    if (place[1:] > place[:-1]).all():
        days[place] = day  # one day a person, in the order of persons: nearly always
    else:
        np.maximum.at(days, place, day)
    return days


def _anchors(
    part: Part, study: str, persons: Collection[int] | None
) -> Mapping[str, tuple[Whole, Days]]:
    """Anchor -> persons and their days, of one study."""
    rows = part.rows(
        "study_anchor", ("person_id", "anchor", "anchor_date"), persons=persons, study=study
    )
    names, name = texts_of(rows["anchor"])
    person, day = whole_numbers(rows["person_id"]), dates_of(rows["anchor_date"])
    edges = np.concatenate([[0], np.flatnonzero(name[1:] != name[:-1]) + 1, [len(name)]])
    if len(edges) > len(names):
        order = np.argsort(name, kind="stable")
        person, day, name = person.take(order), day.take(order), name.take(order)
        edges = np.searchsorted(name, np.arange(len(names)))
    # Those of one name lie one after the other, as snapshots have them.
    return {
        text: (np.asarray(person[begin:end], np.int64), day[begin:end])
        for begin, end in pairwise(edges.tolist())
        if begin < end and (text := names[name[begin]]) is not None
    }
