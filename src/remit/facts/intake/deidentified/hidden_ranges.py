"""Days known as a range, under pseudonyms: moved with their person, and widened over a keyed grid.

A year that is moved begins on no first of January: its ends would tell by how much. So the days of
each person are divided into stretches of a year and a day, from a day that the key chooses apart
from the shift, and a range becomes all stretches that it touches. It covers the true one, so that a
leaf may become unknown and is never decided otherwise. Two ranges that were alike stay so, and no
number of them averages the stretches away: `docs/decisions/0011-days-not-exactly-known.md`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import EMPTY, Whole, dates_of, rows_at, texts_of, whole_numbers
from remit.facts.imprecise_dates import BIRTH, COLUMNS
from remit.facts.intake.deidentified.pseudonym_key import STRETCH
from remit.facts.tables import TABLES

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class KeyedDays:
    """What the key says of the days of some persons; shape (persons,).

    Attributes:
        shifts: by how many days all days move. grids: where stretches begin, of days that moved.
        tails: how much later a range ends that went on until the data cut.
    """

    shifts: Whole
    grids: Whole
    tails: Whole

    def taken(self, places: npt.NDArray[np.integer]) -> KeyedDays:
        return KeyedDays(self.shifts[places], self.grids[places], self.tails[places])


def widened(first: Whole, last: Whole, days: KeyedDays, *, cut: int) -> tuple[Whole, Whole]:
    """The stretches that ranges touch after they moved; days since 1970.

    Args:
        cut: the data cut, before days moved: what goes on until then ends later still, since the
            cut may be known.
    """
    tail = np.where(last >= cut, days.tails, 0)
    begin, end = first + days.shifts, last + days.shifts + tail
    return begin - (begin - days.grids) % STRETCH, end + STRETCH - 1 - (end - days.grids) % STRETCH


def hidden_ranges(ranges: pa.Table, days: KeyedDays, *, cut: int) -> pa.Table:
    """Rows of `imprecise_date` whose days moved and are widened.

    Args:
        days: of the person of each row.
    """
    first, last = (dates_of(ranges[f"{end}_date"]).astype(np.int64) for end in ("first", "last"))
    begin, end = widened(first, last, days, cut=cut)
    return _with_days(_with_days(ranges, "first_date", begin), "last_date", end)


def with_own_days(name: str, rows: pa.Table, ranges: pa.Table) -> pa.Table:
    """The rows of a table, each open day of which is now one of its range.

    A day that only moved would tell what the range hides. It is the last possible one, before the
    end of the record, since a record may not begin before its person is born.

    Args:
        rows: with their days moved. ranges: those of `hidden_ranges`.
    """
    table = TABLES[name]
    for column in reversed([c for c in COLUMNS.get(name, ()) if c != BIRTH]):
        here, last = _of_rows(name, column, rows, ranges)
        if not here.any():
            continue
        day = last
        if column == table.start and table.end not in {None, table.start}:
            end = dates_of(rows[table.end]).astype(np.int64)
            no_end = pc.is_null(rows[table.end]).to_numpy(zero_copy_only=False)
            first = _of_rows(name, column, rows, ranges, "first_date")[1]
            # What went on until the data cut ends with the person's last day, before it began.
            early = here & ~no_end & (end < first)
            rows = _with_days(rows, str(table.end), np.where(early, last, end), empty=no_end)
            day = np.where(no_end | early, last, np.minimum(last, end))
        held = dates_of(rows[column]).astype(np.int64)
        empty = pc.is_null(rows[column]).to_numpy(zero_copy_only=False)
        rows = _with_days(rows, column, np.where(here, day, held), empty=empty & ~here)
    return rows


def birth_ranges(
    people: pa.Table, ranges: pa.Table, days: KeyedDays, *, cut: int
) -> tuple[pa.Table, pa.Table]:
    """Persons, and all ranges of days: a birth that is not known to the day is a range too.

    Args:
        people: with their births before they moved. days: of each person.
        ranges: those of `hidden_ranges`, of which those of births are in the place of the year.
    """
    person = whole_numbers(people["person_id"]).astype(np.int64)
    year, month, day = (
        whole_numbers(people[name]).astype(np.int64)
        for name in ("year_of_birth", "month_of_birth", "day_of_birth")
    )
    stated = _births(ranges)
    open_ = (month == EMPTY) | (day == EMPTY) | np.isin(person, stated)
    if not open_.any():
        return people, ranges
    at = np.flatnonzero(open_ & ~np.isin(person, stated))
    months = (year[at] - 1970) * 12 + np.where(month[at] == EMPTY, 0, month[at] - 1)
    length = np.where(month[at] == EMPTY, 12, 1)
    first, after = (
        (start.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64))
        for start in (months, months + length)
    )
    begin, end = widened(first, np.minimum(after - 1, cut - 1), days.taken(at), cut=cut)
    made = {
        "imprecise_date_id": pa.array(range(len(at)), pa.int64()),
        "person_id": pa.array(person[at], pa.int64()),
        "fact_table": pa.array(["person"] * len(at), pa.string()),
        "fact_id": pa.array(person[at], pa.int64()),
        "date_column": pa.array([BIRTH] * len(at), pa.string()),
        "first_date": _dates(begin),
        "last_date": _dates(end),
    }
    ranges = pa.concat_tables([ranges, pa.table(made).cast(ranges.schema)])
    here, first_day = _of_births(person, ranges)
    years = first_day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    for name, column in (
        ("year_of_birth", pa.array(np.where(here, years, year), pa.int32())),
        ("month_of_birth", pa.array(month, pa.int64(), mask=here | (month == EMPTY))),
        ("day_of_birth", pa.array(day, pa.int64(), mask=here | (day == EMPTY))),
    ):
        place = people.schema.get_field_index(name)
        field = people.schema.field(place)
        people = people.set_column(place, field, column.cast(field.type))
    return people, ranges


def has_range(name: str, column: str, rows: pa.Table, ranges: pa.Table) -> Flags:
    """Which rows of a table have no exactly known day in a column."""
    if column not in COLUMNS.get(name, ()) or not ranges.num_rows:
        return np.zeros(rows.num_rows, np.bool_)
    return _of_rows(name, column, rows, ranges)[0]


def _births(ranges: pa.Table) -> Whole:
    columns, column = texts_of(ranges["date_column"])
    here = column == columns.index(BIRTH) if BIRTH in columns else np.zeros(len(column), np.bool_)
    found: Whole = np.asarray(whole_numbers(ranges["person_id"]), np.int64)[here]
    return found


def _of_births(person: Whole, ranges: pa.Table) -> tuple[Flags, Whole]:
    """Which persons have a range of births, and its first day."""
    columns, column = texts_of(ranges["date_column"])
    at = np.flatnonzero(column == columns.index(BIRTH))
    who = whole_numbers(ranges["person_id"]).astype(np.int64)[at]
    first = dates_of(ranges["first_date"]).astype(np.int64)[at]
    order = np.argsort(who)
    place = np.minimum(np.searchsorted(who[order], person), len(who) - 1)
    return who[order][place] == person, first[order][place]


def _of_rows(
    name: str, column: str, rows: pa.Table, ranges: pa.Table, which: str = "last_date"
) -> tuple[Flags, Whole]:
    """Which rows have a range in a column, and its last day, or its first."""
    own = rows_at(
        ranges,
        _is(ranges["fact_table"], name) & _is(ranges["date_column"], column),
    )
    key = whole_numbers(rows[TABLES[name].key]).astype(np.int64)
    if not own.num_rows:
        return np.zeros(len(key), np.bool_), key
    of = whole_numbers(own["fact_id"]).astype(np.int64)
    last = dates_of(own[which]).astype(np.int64)
    order = np.argsort(of)
    place = np.minimum(np.searchsorted(of[order], key), len(of) - 1)
    return of[order][place] == key, last[order][place]


def _is(column: pa.ChunkedArray, word: str) -> Flags:
    words, number = texts_of(column)
    if word not in words:
        return np.zeros(len(number), np.bool_)
    return np.asarray(number == words.index(word), np.bool_)


def _with_days(rows: pa.Table, name: str, days: Whole, *, empty: Flags | None = None) -> pa.Table:
    place = rows.schema.get_field_index(name)
    return rows.set_column(place, rows.schema.field(place), _dates(days, empty))


def _dates(days: Whole, empty: Flags | None = None) -> pa.Array:
    return pa.array(days.astype(np.int32), pa.int32(), mask=empty).cast(pa.date32())
