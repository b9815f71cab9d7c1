"""Rows that cannot be, left out and counted before a dataset is written.

The rules are those of `remit facts check`, which would refuse the dataset: a record before birth,
after the data cut, that ends before it starts, or of nobody. But what has no day that can be
happened: it stays, on any day (`undated_rows`). What is not about a whole row is mended and said: a
time that lies on another day than its date is no time, and nobody is watched beyond the data cut.

An import of many persons asks part by part, and says what no part can say alone: whether an id
stands for several rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from remit.errors import DatasetError
from remit.facts.arrays import EMPTY, NO_DAY, Whole, dates_of, rows_at, whole_numbers
from remit.facts.imprecise_dates import COLUMNS
from remit.facts.imprecise_dates import NAME as DATES
from remit.facts.intake.accounting.report import SHOWN, LeftOut, joined_left_out
from remit.facts.intake.rows.known_grades import with_known_grades
from remit.facts.intake.rows.row_keys import latest_two
from remit.facts.intake.rows.undated_rows import (
    OpenRows,
    opened_rows,
    ranges_of,
    undated_notes,
    without_ranges,
)
from remit.facts.reading import DAY_MS
from remit.facts.tables import TABLES, FactTable

Flags = npt.NDArray[np.bool_]
_EPOCH = date(1970, 1, 1).toordinal()
_FIRST, _LAST = 1 - _EPOCH, date.max.toordinal() - _EPOCH
_YEAR = 366
# Tables whose `key` does not tell their rows apart.
_NO_KEY = frozenset({"concept_ancestor", "study_anchor"})
# What is mended: table -> how many rows.
_TIMES = "{rows} times lie on another day than their date: the date counts, the time does not"
_WATCHED = "{rows} periods went on after the data cut: they end with it"
_ENDLESS = "{rows} records have no last day: it is their first"
_NUMBERED = "{key} is empty or stands for several rows: numbered anew"
_MONTHS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int64)


@dataclass(frozen=True, slots=True)
class PossibleRows:
    """The rows that can be, and what was left out.

    Attributes:
        left_out: by table.
        mended: table and what was done -> how many rows.
        undated: by table, rows that stay although they have no day that can be.
        ranges: of `imprecise_date`, numbered from 1: the possible days of these rows.
    """

    tables: Mapping[str, pa.Table]
    left_out: Mapping[str, tuple[LeftOut, ...]]
    mended: Mapping[tuple[str, str], int] = field(default_factory=dict)
    undated: Mapping[str, tuple[LeftOut, ...]] = field(default_factory=dict)
    ranges: pa.Table = field(default_factory=TABLES[DATES].schema.empty_table)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was mended, a sentence each."""
        return (*undated_notes(self.undated), *mended_notes(self.mended))


def mended_notes(mended: Mapping[tuple[str, str], int]) -> tuple[str, ...]:
    """What was mended, a sentence for each table and kind."""
    return tuple(
        f"{table}: {what.format(rows=f'{rows:,}', key=TABLES[table].key)}"
        for (table, what), rows in mended.items()
    )


def possible_rows(
    tables: Mapping[str, pa.Table],
    *,
    data_cut: date,
    numbers: Mapping[str, int] | None = None,
    unique: Collection[str] = (),
) -> PossibleRows:
    """The rows of some tables that can be, and those that were, on a day that nobody can read.

    Args:
        tables: with the columns and types of `TABLES`, `person` among them; here a person or a
            first day may be empty, and an empty last day of a record with an end is its first.
            All rows of each person.
        numbers: the tables whose rows are numbered anew -> the last number that is taken; found
            out of the rows when None, which are all then.
        unique: tables of which no row stands twice, as whoever hands them over knows; their columns
            beside those of person, days, key and time may be left out.

    Raises:
        DatasetError: a person, or a death, stands twice with two stories.
    """
    cut = data_cut.toordinal() - _EPOCH
    found, left = dict[str, pa.Table](), dict[str, tuple[LeftOut, ...]]()
    mended = Counter[tuple[str, str]]()
    people, again = once(TABLES["person"], tables["person"])
    people, gone = _possible_persons(people, cut)
    found["person"], left["person"] = people, (*again, *gone)
    born, undated, why = _births(people), dict[str, OpenRows](), dict[str, tuple[LeftOut, ...]]()
    for name, rows in tables.items():
        if name == "person":
            continue
        table = TABLES[name]
        rows, again = (rows, ()) if name in unique else once(table, rows)
        rows, gone, opened = _possible(table, rows, born, cut)
        if opened is not None:
            undated[name], why[name] = opened
            rows = opened_rows(table, rows, undated[name])
        found[name], left[name] = _mended(table, rows, cut, mended), (*again, *gone)
    if DATES in found:
        for name, days in undated.items():
            found[DATES] = without_ranges(found[DATES], TABLES[name], found[name], days)
    _number_rows(found, mended, _same_keys(found) if numbers is None else numbers)
    ranges = ranges_of({name: (found[name], days) for name, days in undated.items()})
    left_out = {name: items for name, items in left.items() if items}
    return PossibleRows(found, left_out, mended, why, ranges)


@dataclass(frozen=True, slots=True)
class LastDay:
    """The latest first day of a record.

    Attributes:
        table: of that record.
        before: the day before it that any record has; None where all are of one day.
    """

    day: date
    table: str
    before: date | None

    @property
    def is_far_off(self) -> bool:
        """Whether no other day of the data is within a year of it, as of a slip in the year."""
        return self.before is not None and (self.day - self.before).days > _YEAR


def last_day(tables: Mapping[str, pa.Table]) -> LastDay | None:
    """The latest first day of a record and its table; None where there is no record.

    Last days say nothing: 2099-12-31 stands for no end.
    """
    return last_of(
        {
            name: latest_two(dates_of(rows[start].drop_null()))
            for name, rows in tables.items()
            if (start := TABLES[name].start) is not None
        }
    )


def last_of(days: Mapping[str, tuple[int, ...]]) -> LastDay | None:
    """The latest day and its table, from the last two first days of each table."""
    found = [(name, two[0]) for name, two in days.items() if two]
    if not found:
        return None
    name, latest = max(found, key=lambda one: one[1])
    before = max((day for two in days.values() for day in two if day < latest), default=NO_DAY)
    return LastDay(_calendar(latest), name, None if before == NO_DAY else _calendar(before))


def _calendar(day: int) -> date:
    return date.fromordinal(min(max(day, _FIRST), _LAST) + _EPOCH)


def _births(people: pa.Table) -> tuple[Whole, Whole]:
    """Persons, ascending, and the first day on which each may have been born."""
    person = whole_numbers(people["person_id"]).astype(np.int64)
    order = np.argsort(person)
    year, month, day = _birth_parts(people)
    months = (year - 1970) * 12 + np.where(month == EMPTY, 1, month) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    born = first + np.where(day == EMPTY, 1, day) - 1
    return person[order], born[order]


def _birth_parts(people: pa.Table) -> tuple[Whole, Whole, Whole]:
    year, month, day = (
        whole_numbers(people[name]).astype(np.int64)
        for name in ("year_of_birth", "month_of_birth", "day_of_birth")
    )
    return year, month, day


def _possible_persons(rows: pa.Table, cut: int) -> tuple[pa.Table, tuple[LeftOut, ...]]:
    year, month, day = _birth_parts(rows)
    calendar = (month >= 1) & (month <= 12)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    length = _MONTHS[np.where(calendar, month, 1)] + ((month == 2) & leap)
    no_month, no_day = month == EMPTY, day == EMPTY
    right_day = no_day | ((day >= 1) & (day <= np.where(no_month, 31, length)))
    right = (year >= 1) & (year <= 9999) & (no_month | calendar) & right_day
    born = year * 10000 + np.where(no_month, 1, month) * 100 + np.where(no_day, 1, day)
    last = date.fromordinal(cut + _EPOCH)
    late = born > last.year * 10000 + last.month * 100 + last.day
    rules = (
        ("no person", whole_numbers(rows["person_id"]) == EMPTY),
        ("no year of birth", year == EMPTY),
        ("impossible birth date", ~right),
        ("born after the data cut", late),
    )
    return _left_out(rows, TABLES["person"], rules)[:2]


def _possible(
    table: FactTable, rows: pa.Table, born: tuple[Whole, Whole], cut: int
) -> tuple[pa.Table, tuple[LeftOut, ...], tuple[OpenRows, tuple[LeftOut, ...]] | None]:
    """The rows that stay, what is left out, and which of the rows have no day, and why."""
    if table.person is None:
        return rows, (), None
    person = whole_numbers(rows[table.person]).astype(np.int64)
    rules = [("no person", person == EMPTY)]
    place = np.searchsorted(born[0], person)
    inside = np.minimum(place, max(len(born[0]) - 1, 0))
    known = born[0][inside] == person if len(born[0]) else np.zeros(len(person), np.bool_)
    rules.append(("person unknown", ~known))
    if table.name == "attestation":
        rules.append(("after the data cut", dates_of(rows["signed_date"]) > cut))
    if table.name == "study_anchor":
        rules += [(f"no {name}", _empty(rows[name])) for name in ("study", "anchor", "anchor_date")]
        rules.append(("on no day of the calendar", ~on_calendar(dates_of(rows["anchor_date"]))))
    if table.start is None:
        return (*_left_out(rows, table, rules)[:2], None)
    start = dates_of(rows[table.start])
    birth = born[1][inside] if len(born[0]) else np.zeros(len(person), np.int64)
    days = [
        ("no date", start == NO_DAY),
        ("on no day of the calendar", ~on_calendar(start)),
        ("before birth", known & (start < birth)),
    ]
    if table.end is not None and table.end != table.start:
        end = dates_of(rows[table.end])
        ended = end != NO_DAY
        days.append(("end before start", ended & (end < start)))
        days.append(("ends on no day of the calendar", ended & (end > _LAST)))
    late = ("after the data cut", start > cut)
    if table.name not in COLUMNS:
        return (*_left_out(rows, table, [*rules, *days[:3], late, *days[3:]])[:2], None)
    undated = known & np.logical_or.reduce([wrong for _, wrong in days])
    if not undated.any():
        return (*_left_out(rows, table, [*rules, late])[:2], None)
    _, why, _ = _left_out(rows, table, [(reason, wrong & undated) for reason, wrong in days])
    kept, items, stays = _left_out(rows, table, [*rules, (late[0], late[1] & ~undated)])
    return kept, items, (OpenRows(undated[stays], birth[stays], cut), why)


def on_calendar(days: npt.NDArray[np.integer]) -> Flags:
    """Which days a calendar of years 1 to 9999 has."""
    return np.asarray((days >= _FIRST) & (days <= _LAST), np.bool_)


def _empty(column: pa.ChunkedArray) -> Flags:
    return whole_numbers(column.is_null()).astype(np.bool_)


def _left_out(
    rows: pa.Table, table: FactTable, rules: Iterable[tuple[str, Flags]]
) -> tuple[pa.Table, tuple[LeftOut, ...], Flags]:
    """The rows that break no rule, and which these are; of several the first counts."""
    kept, items = np.ones(rows.num_rows, np.bool_), list[LeftOut]()
    for reason, breaks in rules:
        gone = breaks & kept
        count = int(np.count_nonzero(gone))
        if count:
            first = rows[table.key].take(pa.array(np.flatnonzero(gone)[:SHOWN])).to_pylist()
            shown = tuple("(none)" if key is None else str(key) for key in first)
            items.append(LeftOut(reason, count, shown))
            kept &= ~gone
    return (rows if kept.all() else rows_at(rows, kept)), joined_left_out(items), kept


def _mended(
    table: FactTable, rows: pa.Table, cut: int, mended: Counter[tuple[str, str]]
) -> pa.Table:
    if table.start is None:
        return rows
    rows = with_known_grades(table, _with_ends(table, rows, mended), mended)
    moment = f"{table.start.removesuffix('_date')}_datetime"
    if moment in rows.column_names:
        time = whole_numbers(rows[moment]).astype(np.int64)
        other = (time != EMPTY) & (time // DAY_MS != dates_of(rows[table.start]))
        if other.any():
            mended[table.name, _TIMES] += int(np.count_nonzero(other))
            rows = _set(rows, moment, pc.if_else(_arrow(other), None, rows[moment]))
    if table.name == "observation_period":
        late = dates_of(rows["observation_period_end_date"]) > cut
        if late.any():
            mended[table.name, _WATCHED] += int(np.count_nonzero(late))
            day = pa.scalar(date.fromordinal(cut + _EPOCH), pa.date32())
            column = "observation_period_end_date"
            rows = _set(rows, column, pc.if_else(_arrow(late), day, rows[column]))
    return rows


def _with_ends(table: FactTable, rows: pa.Table, mended: Counter[tuple[str, str]]) -> pa.Table:
    """An empty last day is the first, where a table must have one."""
    end = table.end
    if end is None or end == table.start or table.schema.field(end).nullable:
        return rows
    empty = rows[end].null_count
    if empty:
        mended[table.name, _ENDLESS] += empty
        rows = _set(rows, end, pc.coalesce(rows[end], rows[table.start]))
    return rows


def _set(rows: pa.Table, name: str, column: pa.ChunkedArray) -> pa.Table:
    place = rows.schema.get_field_index(name)
    return rows.set_column(place, rows.schema.field(place), column)


def _arrow(flags: Flags) -> pa.Array:
    return pa.array(flags, pa.bool_())


def once(table: FactTable, rows: pa.Table) -> tuple[pa.Table, tuple[LeftOut, ...]]:
    """Rows without those that say all of another row again.

    Raises:
        DatasetError: two rows of what a person has once differ: nobody can tell which is right.
    """
    keys = rows[table.key]
    if table.name in _NO_KEY or _distinct(keys):
        return rows, ()
    counts = pc.value_counts(keys.combine_chunks())
    many = counts.filter(pc.greater(counts.field("counts"), 1)).field("values").drop_null()
    twice = pc.is_in(keys, value_set=many)
    doubled = rows.filter(twice)
    once = doubled.group_by(doubled.column_names, use_threads=False).aggregate([])
    once = once.select(rows.column_names).cast(rows.schema)
    if table.key == table.person and once.num_rows > len(many):
        raise DatasetError(
            f"rows of {table.name} tell two stories of one person",
            expected="one row a person, or rows that say the same",
            got=f"{once.num_rows:,} different rows of {len(many):,} persons",
            next_step="keep the rows that are right",
            place=table.name,
        )
    again = doubled.num_rows - once.num_rows
    shown = tuple(str(key) for key in many.to_pylist()[:SHOWN])
    left = (LeftOut("says all of another row again", again, shown, fate="merged"),) if again else ()
    return pa.concat_tables([rows.filter(pc.invert(twice)), once]), left


def is_numbered(table: FactTable) -> bool:
    """Whether the rows of a table have ids of their own."""
    return table.key != table.person and table.name not in _NO_KEY


def _same_keys(tables: Mapping[str, pa.Table]) -> Mapping[str, int]:
    """The tables whose ids do not tell their rows apart."""
    found = {}
    for name, rows in tables.items():
        keys = rows[TABLES[name].key]
        if is_numbered(TABLES[name]) and (keys.null_count or not _distinct(keys)):
            found[name] = 0
    return found


def _number_rows(
    tables: dict[str, pa.Table], mended: Counter[tuple[str, str]], numbers: Mapping[str, int]
) -> None:
    """Ids that stand for several rows or none become numbers of ours, after those taken."""
    for name in (name for name in tables if name in numbers):
        rows, begin = tables[name], numbers[name] + 1
        mended[name, _NUMBERED] += rows.num_rows
        keys = pa.chunked_array([pa.array(range(begin, begin + rows.num_rows), pa.int64())])
        tables[name] = _set(rows, TABLES[name].key, keys)
        if name == "procedure_occurrence" and "measurement" in tables:
            # What a measurement belongs to is told by the old ids.
            measured = tables["measurement"]
            none = pa.chunked_array([pa.nulls(measured.num_rows, pa.int64())])
            tables["measurement"] = _set(measured, "measurement_event_id", none)


def _distinct(keys: pa.ChunkedArray) -> bool:
    if keys.null_count:
        return False
    found = whole_numbers(keys)
    if (found[1:] > found[:-1]).all():
        return True
    found = np.sort(found)
    return bool((found[1:] != found[:-1]).all())
