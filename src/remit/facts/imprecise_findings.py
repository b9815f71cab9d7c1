"""The rules of days that are said not to be exactly known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from remit.facts.findings import Rule
from remit.facts.imprecise_dates import BIRTH, COLUMNS, NAME
from remit.facts.tables import TABLES

# The first and the last day that year, month and day of birth leave, as a number.
_BORN_FIRST = (
    "year_of_birth * 10000 + coalesce(month_of_birth, 1) * 100 + coalesce(day_of_birth, 1)"
)
_BORN_LAST = (
    "year_of_birth * 10000 + coalesce(month_of_birth, 12) * 100 + coalesce(day_of_birth, 31)"
)


def imprecise_rules(data_cut: date) -> Iterator[Rule]:
    """The rules of `imprecise_date`."""
    known = " or ".join(
        f"(fact_table = '{table}' and date_column = '{column}')"
        for table, columns in COLUMNS.items()
        for column in columns
    )
    yield Rule(NAME, "no date that may be imprecise", NAME, f"not ({known})")
    yield Rule(NAME, "first day not before the last", NAME, "first_date >= last_date")
    date_of = "fact_table, fact_id, date_column"
    twice = f"select {date_of} from {NAME} group by all having count(*) > 1"
    yield Rule(NAME, "two ranges for one date", f"(from {NAME} where ({date_of}) in ({twice}))")
    for table, columns in COLUMNS.items():
        same = f"{table} f on f.{TABLES[table].key} = i.fact_id and f.person_id = i.person_id"
        lost = f"{NAME} i anti join {same}"
        yield Rule(NAME, "row unknown", lost, f"i.fact_table = '{table}'")
        for column in columns:
            of_column = f"fact_table = '{table}' and date_column = '{column}'"
            for name, broken, values in _of_column(table, column, data_cut):
                yield Rule(NAME, name, f"{NAME} i join {same}", f"{of_column} and {broken}", values)


def _of_column(
    table: str, column: str, data_cut: date
) -> Iterator[tuple[str, str, tuple[object, ...]]]:
    """What rows that speak of a column must not be, beside the row that they speak of."""
    if column == BIRTH:
        first, last = (_number(f"i.{end}_date") for end in ("first", "last"))
        apart = f"({last} < {_BORN_FIRST} or {first} > {_BORN_LAST})"
        yield "apart from the birth of its person", apart, ()
        yield "born after the data cut", "i.first_date > ?", (data_cut,)
        return
    outside = f"(f.{column} is null or f.{column} not between i.first_date and i.last_date)"
    yield "does not hold the record's own day", outside, ()
    if column == TABLES[table].start:
        yield "after the data cut", "i.last_date > ?", (data_cut,)
    time = f"{column.removesuffix('_date')}_datetime"
    if time in TABLES[table].schema.names:
        yield "the record has a time of day", f"f.{time} is not null", ()


def _number(day: str) -> str:
    return f"(year({day}) * 10000 + month({day}) * 100 + day({day}))"
