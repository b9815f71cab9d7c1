"""Rows of a live source as an import would have written them: typed, and only those that can be.

What an import does to all rows before it writes them is done here to the rows that are read, by the
same functions. So a verdict over a database is that over an import of the same tables.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.arrays import arrow_of, distinct, order_of, whole_numbers
from remit.facts.intake.rows.dose_overlaps import disjoint_eras
from remit.facts.intake.rows.impossible_rows import once, possible_rows
from remit.facts.live.coded_rows import coded_rows
from remit.facts.live.made_rows import made_rows
from remit.facts.live.source import Question, SourceRows, Wanted
from remit.facts.live.typed_rows import LiveRules, columns_asked, typed_rows
from remit.facts.reading import ADDED, KIND
from remit.facts.tables import TABLES, FactTable

# What tells which rows can be, and in which order they count.
_KIND_COLUMNS = (
    "operator_concept_id",
    "unit_concept_id",
    "unit_source_value",
    "value_source_value",
)
# Tables whose rows are told apart by all that they say, or of which days are added up.
_WHOLE = frozenset({"dose_era", "study_anchor", "attestation", "imprecise_date"})
_NO_KEY = frozenset({"concept_ancestor", "study_anchor"})


@dataclass(frozen=True, slots=True)
class LiveRows:
    """Rows of a table.

    Attributes:
        ranges: of `imprecise_date`, about those of these rows that have no day that can be.
    """

    rows: pa.Table
    ranges: pa.Table


def columns_behind(table: FactTable, columns: Collection[str]) -> tuple[str, ...]:
    """The columns of a table that say what some of its columns are when they are read."""
    named = {*columns} - {*ADDED.get(table.name, {})}
    named |= {name for name in (table.person, table.concept, table.start, table.end) if name}
    named.add(table.key)
    if table.name == "measurement":
        named.add("measurement_datetime")
        if KIND in columns:
            named.update(_KIND_COLUMNS)
    if table.name in _WHOLE:
        named.update(table.schema.names)
    return tuple(name for name in table.schema.names if name in named)


def read_people(source: SourceRows, wanted: Wanted, rules: LiveRules) -> pa.Table:
    """The rows of `person` that can be, ascending."""
    table = TABLES["person"]
    rows = typed_rows(source, table, table.schema.names, wanted, rules)
    found = possible_rows({"person": rows}, data_cut=rules.data_cut).tables["person"]
    return found.take(arrow_of(order_of(whole_numbers(found["person_id"])), pa.int64()))


def question_of(
    source: SourceRows, name: str, columns: Collection[str], wanted: Wanted, rules: LiveRules
) -> Question | None:
    """What `read_possible` asks of the source; None where it asks otherwise, or not at all."""
    if name not in source.tables or name in rules.resolved_tables:
        return None
    kept = columns_behind(TABLES[name], columns)
    asked = columns_asked(source, TABLES[name], kept, rules)
    return asked, rules.with_uncoded(name, wanted)


def read_possible(
    source: SourceRows,
    name: str,
    columns: Collection[str],
    wanted: Wanted,
    people: pa.Table,
    rules: LiveRules,
) -> LiveRows:
    """Rows of a table that can be, with the columns behind some of its own; in any order.

    A row that happened on a day that nobody can read is among them, as in an import.

    Args:
        people: the persons whose rows are read.

    Raises:
        DatasetError: an id stands for several rows, so that nobody can tell which counts.
    """
    table = TABLES[name]
    kept = columns_behind(table, columns)
    if rules.resolved is not None and name in rules.resolved.tables:
        rows = coded_rows(
            name,
            kept,
            wanted,
            rules.resolved,
            lambda table, columns, asked: sound_rows(source, table, columns, asked, rules),
        )
    elif name in source.tables:
        rows = sound_rows(source, table, kept, wanted, rules)
    else:
        fields = [pa.field(column, table.schema.field(column).type) for column in kept]
        rows = pa.schema(fields).empty_table()
    if name in rules.made.tables:
        made = made_rows(source, name, wanted, rules).select(list(kept))
        rows = pa.concat_tables([rows, made.cast(rows.schema)])
    possible = possible_rows(
        {"person": people, name: rows}, data_cut=rules.data_cut, unique=(name,)
    )
    found = possible.tables[name]
    rows = disjoint_eras(found, data_cut=rules.data_cut).eras if name == "dose_era" else found
    return LiveRows(rows, possible.ranges)


def sound_rows(
    source: SourceRows, table: FactTable, kept: Sequence[str], wanted: Wanted, rules: LiveRules
) -> pa.Table:
    """Columns of rows of a table of the source, each row once.

    Raises:
        DatasetError: an id stands for several rows.
    """
    asked = rules.with_uncoded(table.name, wanted)
    rows = typed_rows(source, table, kept, asked, rules)
    if table.name in _NO_KEY or _keys_are_sound(source, table, rows):
        return rows
    # To tell what stands twice from two rows, all columns are held against each other.
    rows = typed_rows(source, table, table.schema.names, asked, rules)
    rows = once(table, rows)[0].select(list(kept))
    if not _distinct_keys(rows, table):
        raise DatasetError(
            f"{table.key} of {table.name} is empty or stands for several rows",
            expected="an id for each row, by which two records of one moment are ordered",
            got="rows that differ and have one id, or none",
            next_step="import the tables, which numbers them: remit facts import omop",
            place=source.shown,
        )
    return rows


def has_sound_keys(source: SourceRows, table: FactTable) -> bool:
    """Whether the source sees to it that each row of one of its tables has a key of its own."""
    column = source.tables[table.name].columns.get(table.key)
    return column is not None and column.filled and column.unique


def _keys_are_sound(source: SourceRows, table: FactTable, rows: pa.Table) -> bool:
    return has_sound_keys(source, table) or _distinct_keys(rows, table)


def _distinct_keys(rows: pa.Table, table: FactTable) -> bool:
    keys = rows[table.key]
    return keys.null_count == 0 and len(distinct(whole_numbers(keys))) == len(keys)
