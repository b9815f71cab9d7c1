"""Days that are not exactly known: between which days a record, or a birth, lies.

"2013" is a day from 1 January to 31 December 2013. The record itself carries one of these days; the
table `imprecise_date` says which others are possible. A dataset whose days are all known has no
such table, and nothing is read for it.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.facts.arrays import Days, Whole, dates_of, rows_at, texts_of, whole_numbers
from remit.facts.opened import Facts
from remit.facts.reading import Part, has_open_days
from remit.facts.tables import TABLES

NAME = "imprecise_date"
NOT_KNOWN = "(day not known)"
# What is read of it.
READ = ("person_id", "fact_table", "fact_id", "date_column", "first_date", "last_date")
BIRTH = "birth_date"  # the column that stands for year, month and day of birth

# table -> the columns of days that may be imprecise. Coverage is a claim and an anchor a named
# date: neither is said of a day that nobody knows.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "person": (BIRTH,),
    **{
        name: tuple(dict.fromkeys(day for day in (table.start, table.end) if day is not None))
        for name, table in TABLES.items()
        if table.start is not None and name != "observation_period"
    },
}


@dataclass(frozen=True, slots=True)
class UnknownDay:
    """The first and the last possible day of a date that is not exactly known.

    >>> UnknownDay(date(2013, 1, 1), date(2013, 12, 31)).words
    '2013 (day not known)'
    >>> UnknownDay(date(2013, 5, 1), date(2013, 5, 31)).words
    '2013-05 (day not known)'
    >>> UnknownDay(date(2013, 5, 1), date(2013, 6, 2)).words
    '2013-05-01 to 2013-06-02 (day not known)'
    """

    first: date
    last: date

    @property
    def words(self) -> str:
        """A year, a month or two days."""
        first, last = self.first, self.last
        said = f"{first} to {last}"
        whole = first.day == 1 and last.day == monthrange(last.year, last.month)[1]
        if whole and first.year == last.year:
            if (first.month, last.month) == (1, 12):
                said = f"{first.year:04}"
            elif first.month == last.month:
                said = f"{first.year:04}-{first.month:02}"
        return f"{said} {NOT_KNOWN}"


@dataclass(frozen=True, slots=True)
class ImpreciseDate:
    """One date of a row, of which only the first and the last possible day are known.

    Attributes:
        fact_id: the key of the row in its table; of a person or a death, the person's id.
        date_column: one of `COLUMNS[fact_table]`.
    """

    person_id: int
    fact_table: str
    fact_id: int
    date_column: str
    first_date: date
    last_date: date


def imprecise_table(rows: Iterable[ImpreciseDate]) -> pa.Table:
    """The rows as the table `imprecise_date`, numbered from 1."""
    columns: dict[str, list[object]] = {name: [] for name in TABLES[NAME].schema.names}
    for number, row in enumerate(rows, start=1):
        columns["imprecise_date_id"].append(number)
        for name in list(columns)[1:]:
            columns[name].append(getattr(row, name))
    return pa.table(columns, schema=TABLES[NAME].schema)


@dataclass(frozen=True, slots=True)
class PossibleDays:
    """The rows of one table whose day in one column is not exactly known, by their keys, ascending.

    Attributes:
        first, last: the first and the last possible day of each; shape (rows,).
    """

    row: Whole
    first: Days
    last: Days

    def widened(self, row: npt.NDArray[np.integer], first: Days, last: Days) -> tuple[Days, Days]:
        """First and last days of some rows, with those stated here in place of their own."""
        place = np.minimum(np.searchsorted(self.row, row), len(self.row) - 1)
        known = self.row[place] == row
        return (
            np.where(known, self.first[place], first),
            np.where(known, self.last[place], last),
        )


# Table -> the codes of the rows of which it is asked, all when None.
Asked: TypeAlias = Mapping[str, Collection[int] | None]


def open_days(
    source: Part | Facts, of: Asked | None = None, *, persons: Collection[int] | None = None
) -> pa.Table:
    """Rows of `imprecise_date`; a source that finds them among its rows looks at those asked for.

    Args:
        source: a dataset, or a part of one.
        of: about these rows; others may be among them. About all when None.
        persons: of these only; of all when None.
    """
    parts = source.parts if isinstance(source, Facts) else (source,)
    return pa.concat_tables(
        [
            part.open_days(of, persons=persons)
            if has_open_days(part)
            else part.rows(NAME, READ, persons=persons)
            for part in parts
        ]
    )


def possible_days(
    source: Part | Facts, of: Asked | None = None, *, persons: Collection[int] | None = None
) -> Mapping[tuple[str, str], PossibleDays]:
    """Table and column -> its rows whose day is not exactly known; empty where every day is.

    Args:
        source, of, persons: as `open_days` takes them.
    """
    rows = open_days(source, of, persons=persons)
    if rows.num_rows == 0:
        return {}
    tables, table = texts_of(rows["fact_table"])
    columns, column = texts_of(rows["date_column"])
    row = np.asarray(whole_numbers(rows["fact_id"]), np.int64)
    first, last = dates_of(rows["first_date"]), dates_of(rows["last_date"])
    found = {}
    for place, name in enumerate(tables):
        for number, day in enumerate(columns):
            at = np.flatnonzero((table == place) & (column == number))
            if len(at) and name is not None and day is not None:
                at = at[np.argsort(row[at], kind="stable")]
                found[name, day] = PossibleDays(row[at], first[at], last[at])
    return found


def stated_births(
    source: Part | Facts, *, persons: Collection[int] | None = None
) -> PossibleDays | None:
    """The possible days of birth that a dataset states beside the years; None where none are."""
    return possible_days(source, {"person": None}, persons=persons).get(("person", BIRTH))


def unknown_days(
    source: Part | Facts, of: Asked | None = None, *, persons: Collection[int] | None = None
) -> Mapping[tuple[str, int, str], UnknownDay]:
    """Table, row and column -> the days between which it lies; for a few persons' words."""
    names = ("fact_table", "fact_id", "date_column", "first_date", "last_date")
    rows = open_days(source, of, persons=persons)
    return {
        (table, row, column): UnknownDay(first, last)
        for table, row, column, first, last in zip(
            *(rows[name].to_pylist() for name in names), strict=True
        )
    }


def without_lost_rows(
    tables: Mapping[str, pa.Table], *, about: str = NAME
) -> Mapping[str, pa.Table]:
    """The tables without the imprecise dates of rows that are no longer among them.

    Whoever refuses or merges rows asks for it last.

    Args:
        about: the table whose rows tell of others, by `fact_table` and `fact_id`.
    """
    held = tables.get(about)
    if held is None:
        return tables
    names, name = texts_of(held["fact_table"])
    row = np.asarray(whole_numbers(held["fact_id"]), np.int64)
    kept = np.zeros(held.num_rows, np.bool_)
    for place, table in enumerate(names):
        if table is not None and table in tables:
            key = whole_numbers(tables[table][TABLES[table].key])
            kept |= (name == place) & np.isin(row, key)
    return {**tables, about: rows_at(held, kept)}
