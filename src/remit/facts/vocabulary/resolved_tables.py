"""Rows of OMOP tables with their codes resolved: by a book of codes, each code asked for once.

A row's standard id stays. An id that is not standard is followed to what it means now; a row
without an id takes the meaning of its source's id, or of its source's own code. A record that
means several things is written once for each, and one whose meaning is of another domain is moved
to the table that is read for it. Tables are worked through piece by piece: first `code_keys` of
all pieces are counted, then `resolve_codes` asks the book, `new_rows` says which rows need ids, and
`resolved_rows` writes each piece.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import Whole, arrow_of, texts_of, whole_numbers
from remit.facts.dictionary import Dictionary
from remit.facts.tables import CODED, SOURCE_TEXT, TABLES
from remit.facts.vocabulary.code_book import (
    CodeBook,
)
from remit.facts.vocabulary.code_resolution import Resolution, RowCode, Target, resolve_codes
from remit.facts.vocabulary.fresh_ids import FreshIds, NewRows
from remit.facts.vocabulary.moved_rows import moved_rows, with_column

_BITS = 32
_LOW, _HALF = (1 << 32) - 1, (1 << 31) - 1


def code_keys(
    name: str, rows: pa.Table, sources: pa.ChunkedArray | None = None
) -> Counter[RowCode]:
    """The codes of rows of a table, and how many rows carry each.

    Args:
        sources: the ids of the source's codes, a row each; empty or 0 for none.
    """
    keys, place = row_codes(name, rows, sources)
    return Counter(dict(zip(keys, np.bincount(place, minlength=len(keys)).tolist(), strict=True)))


def resolved_rows(
    name: str,
    rows: pa.Table,
    resolution: Resolution,
    fresh: FreshIds,
    *,
    sources: pa.ChunkedArray | None = None,
) -> Mapping[str, pa.Table]:
    """The rows of a table under the ids that they mean, by the table in which each belongs.

    Args:
        fresh: has a plan of the `new_rows` of all rows of this table.
        sources: as `code_keys` takes them.
    """
    table = TABLES[name]
    if rows.num_rows == 0:
        return {name: rows}
    keys, place = row_codes(name, rows, sources)
    targets = [resolution.targets_of(name, key) for key in keys]
    count = np.array([len(found) for found in targets], np.int64)
    first = np.cumsum(count) - count
    flat = [target for found in targets for target in found]
    row = np.repeat(np.arange(len(place)), count[place])
    within = np.arange(len(row)) - np.repeat(np.cumsum(count[place]) - count[place], count[place])
    goes = first[place[row]] + within
    concept = np.array([target.concept for target in flat], np.int64)[goes]
    number = np.array([at for found in targets for at in _numbers(name, found)], np.int64)[goes]
    made: dict[str, pa.Table] = {}
    for other in sorted({target.table for target in flat}):
        here = np.array([target.table == other for target in flat], np.bool_)[goes]
        chosen = rows.take(arrow_of(row[here], pa.int64()))
        rows_there = chosen if other == name else moved_rows(table, TABLES[other], chosen)
        rows_there = with_column(
            rows_there, TABLES[other].concept or "", arrow_of(concept[here], pa.int32())
        )
        made[other] = _numbered(rows_there, name, other, number[here], fresh)
    return made


def new_rows(
    name: str,
    rows: pa.Table,
    resolution: Resolution,
    *,
    sources: pa.ChunkedArray | None = None,
) -> Mapping[str, NewRows]:
    """The records of rows of a table that need an id elsewhere, or one more, for `FreshIds`.

    Args:
        rows: with the columns of key and codes. sources: as `code_keys` takes them.
    """
    keys, place = row_codes(name, rows, sources)
    ids = np.asarray(whole_numbers(rows[TABLES[name].key]), np.int64)
    counts = [_new_counts(name, resolution.targets_of(name, key)) for key in keys]
    found = {}
    for other in sorted({other for count in counts for other in count}):
        count = np.array([one[other] for one in counts], np.int64)[place]
        found[other] = NewRows(ids[count > 0], count[count > 0])
    return found


def _new_counts(name: str, targets: Sequence[Target]) -> Counter[str]:
    """How many rows with new ids a record is, by table."""
    return Counter(
        target.table
        for target, number in zip(targets, _numbers(name, targets), strict=True)
        if number >= 0
    )


def _numbers(name: str, targets: Sequence[Target]) -> list[int]:
    """Which new row of its table each target of a record is; -1 for the record itself."""
    seen, found = Counter[str](), list[int]()
    for place, target in enumerate(targets):
        itself = place == 0 and target.table == name
        found.append(-1 if itself else seen[target.table])
        seen[target.table] += 0 if itself else 1
    return found


def resolved_tables(
    tables: Mapping[str, pa.Table],
    book: CodeBook,
    dictionary: Dictionary,
    *,
    sources: Mapping[str, pa.ChunkedArray] | None = None,
) -> tuple[Mapping[str, pa.Table], Resolution]:
    """All tables at once, where their rows are in memory; others come back as they are.

    `concept_ancestor` is that of the book, where it has one, and `concept_map` is added.

    Args:
        sources: table -> the ids of its source's codes.
    """
    own, fresh = sources or {}, FreshIds()
    coded = [name for name in tables if name in CODED]
    counted = {name: code_keys(name, tables[name], own.get(name)) for name in coded}
    for name in coded:
        held = whole_numbers(tables[name][TABLES[name].key])
        fresh.highest[name] = max(0, int(held.max(initial=0)))
    resolution = resolve_codes(counted, book, dictionary)
    for name in coded:
        fresh.plan(name, [new_rows(name, tables[name], resolution, sources=own.get(name))])
    pieces: dict[str, list[pa.Table]] = {}
    for name in coded:
        made = resolved_rows(name, tables[name], resolution, fresh, sources=own.get(name))
        for other, rows in made.items():
            pieces.setdefault(other, []).append(rows)
    done = {name: pa.concat_tables([_bare(rows) for rows in held]) for name, held in pieces.items()}
    for name in coded:
        done.setdefault(name, tables[name].slice(0, 0))  # all of its rows were moved
    if resolution.ancestry.num_rows:
        done["concept_ancestor"] = resolution.ancestry
    return {**tables, **done, "concept_map": resolution.concept_map}, resolution


def _bare(rows: pa.Table) -> pa.Table:
    """The rows without what their schema requires, which depends on the table they came from."""
    return rows.cast(pa.schema([pa.field(f.name, f.type) for f in rows.schema]))


def _numbered(rows: pa.Table, name: str, other: str, number: Whole, fresh: FreshIds) -> pa.Table:
    """The rows that a record is in a table, under new ids but for the record itself."""
    anew = number >= 0
    if not anew.any():
        return rows
    table = TABLES[other]
    old = np.asarray(whole_numbers(rows[table.key]), np.int64)[anew]
    ids = fresh.of(name, old, other, number[anew])
    if fresh.given is not None:
        fresh.given.append((name, old, other, ids))
    keys = np.zeros(len(anew), np.int64)
    keys[anew] = ids
    # A row whose id is empty keeps that: whoever writes it numbers it.
    column = pc.if_else(pa.array(anew, pa.bool_()), arrow_of(keys, pa.int64()), rows[table.key])
    return with_column(rows, table.key, column)


def row_codes(
    name: str, rows: pa.Table, sources: pa.ChunkedArray | None = None
) -> tuple[list[RowCode], Whole]:
    """The distinct codes of rows, and which of them each row has, shape (rows,)."""
    column = TABLES[name].concept
    assert column is not None, "only coded tables are resolved"
    concept = np.array(whole_numbers(rows[column], empty=0), np.int64)
    source = np.zeros(len(concept), np.int64)
    if sources is not None:
        source = np.array(whole_numbers(sources, empty=0), np.int64)
        source = np.where((source > 0) & (source <= _HALF), source, 0)
    packed = (concept << _BITS) | source
    texts: list[str | None] = []
    said, bare = SOURCE_TEXT.get(name), packed == 0
    if said is not None and bare.any():
        texts, number = texts_of(rows[said])
        packed = np.where(bare, -1 - np.asarray(number, np.int64), packed)
    found, place = np.unique(packed, return_inverse=True)
    keys = [
        RowCode(0, 0, texts[-1 - code] or "")
        if -len(texts) <= code < 0
        else RowCode(code >> _BITS, code & _LOW, "")
        for code in found.tolist()
    ]
    return keys, place.reshape(-1).astype(np.int64)
