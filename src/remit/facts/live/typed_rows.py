"""Rows of a live source typed as an import types them; which of them can be is asked elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import whole_numbers
from remit.facts.codes import OWN
from remit.facts.intake.omop.omop_columns import (
    Reading,
    coded_by_source,
    columns_beside,
    typed_columns,
)
from remit.facts.intake.omop.omop_values import typed
from remit.facts.live.live_codes import LiveCodes
from remit.facts.live.made_tables import MadeTables
from remit.facts.live.source import READ, SourceRows, Wanted
from remit.facts.tables import FactTable
from remit.facts.vocabulary.moved_rows import SOURCE_CODES


@dataclass(frozen=True, slots=True)
class LiveRules:
    """By what rows are read.

    Attributes:
        data_cut: the last day that the data can speak of.
        own_codes: tables whose rows carry Remit's own codes; elsewhere an id of that range means
            something else to the source, and is taken for none.
        uncoded: table -> the ids of the source that count as no code.
        made: the rows of tables of Remit that are made of others.
        by_source: whether a row without a code takes that of its source's code, for a vocabulary.
        resolved: what codes mean by that vocabulary; None without one.
    """

    data_cut: date
    own_codes: frozenset[str] = frozenset()
    uncoded: Mapping[str, frozenset[int]] = field(default_factory=dict)
    made: MadeTables = field(default_factory=MadeTables)
    by_source: bool = False
    resolved: LiveCodes | None = None

    @property
    def resolved_tables(self) -> frozenset[str]:
        """The tables that have rows by what their codes mean."""
        return frozenset() if self.resolved is None else self.resolved.tables

    def with_uncoded(self, name: str, wanted: Wanted) -> Wanted:
        """Rows without a code are those too whose code means nothing in a table."""
        if wanted.concepts is None or 0 not in wanted.concepts:
            return wanted
        if self.resolved is not None and name in self.resolved.groups:
            return wanted  # each code was asked for as the source has it
        none = self.uncoded.get(name, frozenset())
        return replace(wanted, concepts=frozenset(wanted.concepts) | none)


def typed_codes(name: str, ids: Sequence[int], own_codes: Collection[str]) -> Sequence[int]:
    """The codes that ids in the concept column of a table stand for; 0 for none."""
    table = READ[name]
    column = table.concept or ""
    batch = pa.RecordBatch.from_arrays([pa.array(ids, pa.int64())], names=[column])
    rules = LiveRules(date.max, frozenset(own_codes))
    found = coded_columns(batch, table, (column,), rules)[column]
    codes: Sequence[int] = pc.fill_null(found, 0).to_pylist()
    return codes


def coded_columns(
    batch: pa.RecordBatch, table: FactTable, kept: Sequence[str], rules: LiveRules
) -> dict[str, pa.Array]:
    """Columns as an import types them; an id of Remit's own range is one where that is meant."""
    made = typed_columns(batch, table, kept, Reading())
    if rules.by_source and table.concept in made:
        made[table.concept] = coded_by_source(batch, table, made[table.concept])
    for column in table.columns:
        if column.type != "concept" or column.name not in made or table.name in rules.own_codes:
            continue
        codes = made[column.name]
        own = _own(whole_numbers(codes, empty=0))
        if own.any():
            none = pa.scalar(0 if column.required else None, codes.type)
            made[column.name] = pc.if_else(pa.array(own, pa.bool_()), none, codes)
    return made


def _own(codes: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
    return np.asarray((codes >= OWN.start) & (codes < OWN.stop), np.bool_)


def typed_rows(
    source: SourceRows, table: FactTable, kept: Sequence[str], wanted: Wanted, rules: LiveRules
) -> pa.Table:
    """Columns of rows as the types of the tables of facts; of persons, whole numbers."""
    schema = pa.schema([pa.field(name, table.schema.field(name).type) for name in kept])
    pieces = [rows for _, rows in typed_batches(source, table, kept, wanted, rules)]
    return pa.Table.from_batches(pieces, schema)


def columns_asked(
    source: SourceRows, table: FactTable, kept: Sequence[str], rules: LiveRules
) -> tuple[str, ...]:
    """The columns of a source by which some columns of a table are typed."""
    held = source.tables[table.name].columns
    asked = dict.fromkeys(kept)
    for name in kept:
        if name not in held or not held[name].filled:
            asked |= dict.fromkeys(columns_beside(table, name))
    if rules.by_source and table.concept in kept and table.name in SOURCE_CODES:
        asked |= dict.fromkeys([SOURCE_CODES[table.name]])
    return tuple(asked)


def typed_batches(
    source: SourceRows,
    table: FactTable,
    kept: Sequence[str],
    wanted: Wanted,
    rules: LiveRules,
    *,
    beside: Collection[str] = (),
) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """As `typed_rows` batch by batch, each after the columns as the source has them.

    Args:
        beside: columns of the source that are fetched too.
    """
    raw = source.rows(table.name, columns_asked(source, table, (*kept, *beside), rules), wanted)
    schema = pa.schema([pa.field(name, table.schema.field(name).type) for name in kept])
    for batch in raw.to_batches():
        made = coded_columns(batch, table, kept, rules)
        if "person_id" in kept:
            made["person_id"] = typed(batch["person_id"], "id")[0]
        yield batch, pa.RecordBatch.from_arrays([made[name] for name in kept], schema=schema)
