"""A day of each person from one column of the source, such as when she signed the consent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from remit.errors import DatasetError
from remit.facts.intake.omop.omop_files import read_batches
from remit.facts.intake.omop.omop_places import find_tables
from remit.facts.intake.omop.omop_values import typed, written_ids
from remit.facts.screening_dates import PersonDays

COLUMN_RULE = "column:"


def read_person_days(source: Path, rule: str) -> PersonDays:
    """The days of the column that a rule names, as `column:TABLE.COLUMN`.

    A person of whom no row has a day has none.

    Raises:
        DatasetError: there is no such table or column, a cell is no day, or one person has two.
    """
    table, dot, column = rule.removeprefix(COLUMN_RULE).casefold().partition(".")
    tables = find_tables(source)
    if not dot or table not in tables:
        raise _wrong(
            source,
            "the rule of screening names no table of the source",
            "column:TABLE.COLUMN, with one of " + ", ".join(sorted(tables)),
            rule,
        )
    found: dict[str, set[date]] = {}
    has_column = False
    for batch in read_batches(tables[table], ("person_id", column)):
        names = set(batch.schema.names)
        if not {"person_id", column} <= names:
            continue
        has_column = True
        for person, day in _days(batch, column, source, table).items():
            found.setdefault(person, set()).update(day)
    if not has_column:
        raise _wrong(
            source,
            f"the table {table} has no such column of persons",
            "person_id, and the column with the day",
            column,
        )
    several = sum(len(days) > 1 for days in found.values())
    if several:
        raise _wrong(
            source,
            f"persons have several days in {table}.{column}",
            "one day a person: nobody can tell on which of two they are screened",
            f"{several:,} persons with more",
        )
    if not found:
        raise _wrong(source, f"{table}.{column} has no day", "a day of some person", "none")
    return PersonDays(f"{table}.{column}", {who: min(days) for who, days in found.items()})


def _days(batch: pa.RecordBatch, column: str, source: Path, table: str) -> Mapping[str, set[date]]:
    made, unread = typed(batch[column], "date")
    if unread:
        raise _wrong(
            source,
            f"cells of {table}.{column} are no days",
            "days such as 2024-01-31, or nothing",
            f"{unread:,} other cells",
        )
    rows = pa.table({"who": written_ids(batch["person_id"]).cast(pa.string()), "day": made})
    rows = rows.filter(pc.and_(pc.is_valid(rows["who"]), pc.is_valid(rows["day"])))
    found: dict[str, set[date]] = {}
    for row in rows.group_by(["who", "day"]).aggregate([]).to_pylist():
        found.setdefault(row["who"].strip(), set()).add(row["day"])
    return found


def _wrong(source: Path, what: str, expected: str, got: str) -> DatasetError:
    return DatasetError(
        what,
        expected=expected,
        got=got,
        next_step="correct the column, or give the days in a CSV file (person, date)",
        place=source,
    )
