"""What is wrong with days that are said not to be exactly known: each rule that a row breaks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from remit.facts.engine import Engine
from remit.facts.findings import Finding, find_rows
from remit.facts.imprecise_dates import BIRTH, COLUMNS, NAME
from remit.facts.tables import TABLES

# The first and the last day that year, month and day of birth leave, as a number.
_BORN_FIRST = (
    "year_of_birth * 10000 + coalesce(month_of_birth, 1) * 100 + coalesce(day_of_birth, 1)"
)
_BORN_LAST = (
    "year_of_birth * 10000 + coalesce(month_of_birth, 12) * 100 + coalesce(day_of_birth, 31)"
)


def imprecise_findings(engine: Engine, data_cut: date) -> Iterator[Finding]:
    """The findings about `imprecise_date`."""
    if NAME not in engine.filled:
        return

    def found(rule: str, rows: str, *values: object) -> Iterator[Finding]:
        return find_rows(engine, NAME, rule, rows, *values)

    known = " or ".join(
        f"(fact_table = '{table}' and date_column = '{column}')"
        for table, columns in COLUMNS.items()
        for column in columns
    )
    yield from found("no date that may be imprecise", f"{NAME} where not ({known})")
    yield from found("first day not before the last", f"{NAME} where first_date >= last_date")
    date_of = "fact_table, fact_id, date_column"
    twice = f"select {date_of} from {NAME} group by all having count(*) > 1"
    several = f"{NAME} where ({date_of}) in ({twice})"
    yield from found("two ranges for one date", several)
    for table, columns in COLUMNS.items():
        same = f"{table} f on f.{TABLES[table].key} = i.fact_id and f.person_id = i.person_id"
        lost = f"{NAME} i anti join {same} where i.fact_table = '{table}'"
        yield from found("row unknown", lost)
        for column in columns:
            of = f"{NAME} i join {same} where fact_table = '{table}' and date_column = '{column}'"
            yield from _of_column(engine, table, column, of, data_cut)


def _of_column(
    engine: Engine, table: str, column: str, of: str, data_cut: date
) -> Iterator[Finding]:
    if column == BIRTH:
        first, last = (_number(f"i.{end}_date") for end in ("first", "last"))
        apart = f"{of} and ({last} < {_BORN_FIRST} or {first} > {_BORN_LAST})"
        yield from find_rows(engine, NAME, "apart from the birth of its person", apart)
        unborn = f"{of} and i.first_date > ?"
        yield from find_rows(engine, NAME, "born after the data cut", unborn, data_cut)
        return
    outside = (
        f"{of} and (f.{column} is null or f.{column} not between i.first_date and i.last_date)"
    )
    yield from find_rows(engine, NAME, "does not hold the record's own day", outside)
    if column == TABLES[table].start:
        late = f"{of} and i.last_date > ?"
        yield from find_rows(engine, NAME, "after the data cut", late, data_cut)
    time = f"{column.removesuffix('_date')}_datetime"
    if time in TABLES[table].schema.names:
        timed = f"{of} and f.{time} is not null"
        yield from find_rows(engine, NAME, "the record has a time of day", timed)


def _number(day: str) -> str:
    return f"(year({day}) * 10000 + month({day}) * 100 + day({day}))"
