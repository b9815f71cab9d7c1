"""Rows of a live source as an import would have written them: typed, and only those that can be.

What an import does to all rows before it writes them is done here to the rows that are read, by the
same functions. So a verdict over a database is that over an import of the same tables.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from remit.errors import DatasetError
from remit.facts.arrays import arrow_of, distinct, order_of, whole_numbers
from remit.facts.codes import OWN
from remit.facts.intake.dose_overlaps import disjoint_eras
from remit.facts.intake.impossible_rows import once, possible_rows
from remit.facts.intake.omop_tables import Reading, columns_beside, typed_columns
from remit.facts.intake.omop_values import typed
from remit.facts.live.source import Source, Wanted
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
class LiveRules:
    """By what rows are read.

    Attributes:
        data_cut: the last day that the data can speak of.
        own_codes: tables whose rows carry Remit's own codes; elsewhere an id of that range means
            something else to the source, and is taken for none.
        uncoded: table -> the ids of the source that count as no code.
    """

    data_cut: date
    own_codes: frozenset[str] = frozenset()
    uncoded: Mapping[str, frozenset[int]] = field(default_factory=dict)


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


def read_people(source: Source, wanted: Wanted, rules: LiveRules) -> pa.Table:
    """The rows of `person` that can be, ascending."""
    table = TABLES["person"]
    rows = _typed(source, table, table.schema.names, wanted, rules)
    found = possible_rows({"person": rows}, data_cut=rules.data_cut).tables["person"]
    return found.take(arrow_of(order_of(whole_numbers(found["person_id"])), pa.int64()))


def read_possible(
    source: Source,
    name: str,
    columns: Collection[str],
    wanted: Wanted,
    people: pa.Table,
    rules: LiveRules,
) -> pa.Table:
    """Rows of a table that can be, with the columns behind some of its own; in any order.

    Args:
        people: the persons whose rows are read.

    Raises:
        DatasetError: an id stands for several rows, so that nobody can tell which counts.
    """
    table = TABLES[name]
    kept = columns_behind(table, columns)
    if wanted.concepts is not None and 0 in wanted.concepts:
        none = rules.uncoded.get(name, frozenset())
        wanted = replace(wanted, concepts=frozenset(wanted.concepts) | none)
    rows = _typed(source, table, kept, wanted, rules)
    if name not in _NO_KEY and not _keys_are_sound(source, table, rows):
        # To tell what stands twice from two rows, all columns are held against each other.
        rows = _typed(source, table, table.schema.names, wanted, rules)
        rows = once(table, rows)[0].select(list(kept))
        if not _distinct_keys(rows, table):
            raise DatasetError(
                f"{table.key} of {name} is empty or stands for several rows",
                expected="an id for each row, by which two records of one moment are ordered",
                got="rows that differ and have one id, or none",
                next_step="import the tables, which numbers them: remit facts import omop",
                place=source.shown,
            )
    possible = possible_rows(
        {"person": people, name: rows}, data_cut=rules.data_cut, unique=(name,)
    )
    found = possible.tables[name]
    return disjoint_eras(found).eras if name == "dose_era" else found


def _keys_are_sound(source: Source, table: FactTable, rows: pa.Table) -> bool:
    column = source.tables[table.name].columns.get(table.key)
    if column is not None and column.filled and column.unique:
        return True
    return _distinct_keys(rows, table)


def _distinct_keys(rows: pa.Table, table: FactTable) -> bool:
    keys = rows[table.key]
    return keys.null_count == 0 and len(distinct(whole_numbers(keys))) == len(keys)


def typed_codes(name: str, ids: Sequence[int], own_codes: Collection[str]) -> Sequence[int]:
    """The codes that ids in the concept column of a table stand for; 0 for none."""
    table = TABLES[name]
    column = table.concept or ""
    batch = pa.RecordBatch.from_arrays([pa.array(ids, pa.int64())], names=[column])
    found = _typed_columns(batch, table, (column,), own_codes)[column]
    codes: Sequence[int] = found.to_pylist()
    return codes


def _typed_columns(
    batch: pa.RecordBatch, table: FactTable, kept: Sequence[str], own_codes: Collection[str]
) -> dict[str, pa.Array]:
    """Columns as an import types them; an id of Remit's own range is one where that is meant."""
    made = typed_columns(batch, table, kept, Reading())
    for column in table.columns:
        if column.type != "concept" or column.name not in made or table.name in own_codes:
            continue
        codes = made[column.name]
        own = _own(whole_numbers(codes, empty=0))
        if own.any():
            none = pa.scalar(0 if column.required else None, codes.type)
            made[column.name] = pc.if_else(pa.array(own, pa.bool_()), none, codes)
    return made


def _own(codes: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
    return np.asarray((codes >= OWN.start) & (codes < OWN.stop), np.bool_)


def _typed(
    source: Source, table: FactTable, kept: Sequence[str], wanted: Wanted, rules: LiveRules
) -> pa.Table:
    """Columns of rows as the types of the tables of facts; of persons, whole numbers."""
    held = source.tables[table.name].columns
    asked = dict.fromkeys(kept)
    for name in kept:
        if name not in held or not held[name].filled:
            asked |= dict.fromkeys(columns_beside(table, name))
    raw = source.rows(table.name, tuple(asked), wanted)
    schema = pa.schema([pa.field(name, table.schema.field(name).type) for name in kept])
    pieces = []
    for batch in raw.to_batches():
        made = _typed_columns(batch, table, kept, rules.own_codes)
        if "person_id" in kept:
            made["person_id"] = typed(batch["person_id"], "id")[0]
        pieces.append(pa.RecordBatch.from_arrays([made[name] for name in kept], schema=schema))
    return pa.Table.from_batches(pieces, schema)
