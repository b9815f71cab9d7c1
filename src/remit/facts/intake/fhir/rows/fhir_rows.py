"""Events as rows of the tables, batch by batch, once all codes and persons are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from remit.facts.arrays import Whole, arrow_of
from remit.facts.intake.fhir.resources.fhir_events import UNTIL_NOW
from remit.facts.intake.fhir.rows.fhir_batches import Batch, KnownSource, MadeRows, RowAccount
from remit.facts.intake.fhir.rows.fhir_columns import (
    TABLE_COLUMNS,
    days_column,
    last_days,
)
from remit.facts.intake.fhir.rows.fhir_meanings import TABLE_NUMBERS
from remit.facts.source_records import NAME as SOURCE
from remit.facts.source_records import source_rows
from remit.facts.tables import TABLES

_NAMES = {number: name for name, number in TABLE_NUMBERS.items()}


def table_rows_of(batch: Batch, source: KnownSource, account: RowAccount) -> Iterator[MadeRows]:
    """The rows of each table that a batch makes."""
    for number in np.unique(batch.table).tolist():
        if number == 0:
            continue
        name = _NAMES[number]
        part = batch.taken(batch.table == number)
        first = account.rows[name] + 1
        account.rows[name] += len(part)
        account.in_doubt[name] += int(part.columns["in_doubt"].sum())
        _count_unresolved(name, part, source, account)
        columns = TABLE_COLUMNS[name](part, source, account)
        table = TABLES[name]
        columns |= {
            table.key: arrow_of(np.arange(first, first + len(part)), pa.int64()),
            "person_id": arrow_of(part.person, pa.int64()),
        }
        assert table.concept is not None, "each has a code"
        assert table.start is not None, "each has a day"
        columns[table.concept] = arrow_of(part.concept, pa.int32())
        columns[table.start] = days_column(part.columns["held"])
        yield MadeRows(name, full_table(name, columns, len(part)))
        keys = np.arange(first, first + len(part))
        yield from imprecise_rows(name, part, keys, source, account)
        yield called(name, keys, part.person, part.references, account)


def full_table(name: str, columns: Mapping[str, pa.Array], rows: int) -> pa.Table:
    schema = TABLES[name].schema
    made = [
        columns[column.name] if column.name in columns else pa.nulls(rows, column.type)
        for column in schema
    ]
    return pa.Table.from_arrays(made, schema=schema)


def imprecise_rows(
    name: str, part: Batch, keys: Whole, source: KnownSource, account: RowAccount
) -> Iterator[MadeRows]:
    """The days of a table of which only a month or a year, or no end, is told."""
    columns, table = part.columns, TABLES[name]
    start, held = columns["day"], columns["held"]
    last = np.maximum(np.minimum(columns["last"], source.now), held)
    days, empty = last_days(part, source)
    begins = np.where(columns["end"] == UNTIL_NOW, days, np.maximum(columns["end"], start))
    for column, first, until, which in (
        (table.start, start, last, last != start),
        (table.end, begins, days, ~empty & (begins != days)),
    ):
        if column is None or (first is begins and column == table.start):
            continue
        at = np.flatnonzero(which)
        if len(at):
            yield imprecise(name, column, keys[at], part.person[at], first[at], until[at], account)


def imprecise(
    name: str,
    column: str,
    keys: Whole,
    person: Whole,
    first: Whole,
    last: Whole,
    account: RowAccount,
) -> MadeRows:
    """Rows of `imprecise_date`."""
    begin = account.rows["imprecise_date"] + 1
    account.rows["imprecise_date"] += len(keys)
    rows = {
        "imprecise_date_id": arrow_of(np.arange(begin, begin + len(keys)), pa.int64()),
        "person_id": arrow_of(person, pa.int64()),
        "fact_table": pa.array([name] * len(keys), pa.string()),
        "fact_id": arrow_of(keys, pa.int64()),
        "date_column": pa.array([column] * len(keys), pa.string()),
        "first_date": days_column(first),
        "last_date": days_column(last),
    }
    return MadeRows("imprecise_date", full_table("imprecise_date", rows, len(keys)))


def called(
    name: str, keys: Whole, person: Whole, references: pa.Array, account: RowAccount
) -> MadeRows:
    """Rows of `source_record`: the resources behind some rows."""
    rows = source_rows(name, keys, person, references, account.rows[SOURCE] + 1)
    account.rows[SOURCE] += rows.num_rows
    return MadeRows(SOURCE, rows)


def _count_unresolved(name: str, part: Batch, source: KnownSource, account: RowAccount) -> None:
    """Rows and persons of each code that nothing resolves."""
    strange = part.concept == 0
    if not strange.any():
        return
    place = source.meanings.places(part.columns["code"], part.columns["medication"])[strange]
    keys, counts = np.unique(place, return_counts=True)
    for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
        account.unresolved[name, key] = account.unresolved.get((name, key), 0) + count
    number = TABLE_NUMBERS[name]
    words = (place * 8 + number).astype(np.int64)
    account.pairs.append(np.unique(np.stack([words, part.person[strange]], axis=1), axis=0))
