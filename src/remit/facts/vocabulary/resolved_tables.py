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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import Whole, arrow_of, texts_of, whole_numbers
from remit.facts.dictionary import Dictionary
from remit.facts.tables import CODED, SOURCE_TEXT, TABLES
from remit.facts.vocabulary.code_book import (
    NO_MEANING,
    CodeBook,
    CodeMeaning,
    How,
    SourceCode,
)
from remit.facts.vocabulary.concept_map import MappedCode, concept_map_rows
from remit.facts.vocabulary.fresh_ids import FreshIds, NewRows
from remit.facts.vocabulary.moved_rows import moved_rows, with_column

TABLE_OF_DOMAIN: Mapping[str, str] = {
    "Condition": "condition_occurrence",
    "Drug": "drug_exposure",
    "Procedure": "procedure_occurrence",
    "Measurement": "measurement",
    "Observation": "observation",
}
MOVABLE = frozenset(TABLE_OF_DOMAIN.values())
_BITS = 32
_LOW, _HALF = (1 << 32) - 1, (1 << 31) - 1


@dataclass(frozen=True, slots=True, order=True)
class RowCode:
    """What a row says of its code.

    Attributes:
        concept: the id in its concept column; 0 for none.
        source: the id of the source's code; 0 for none. It speaks where `concept` is 0.
        text: the source's own code; empty where the row has an id.
    """

    concept: int
    source: int
    text: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where a record goes, under which id."""

    table: str
    concept: int


@dataclass(frozen=True, slots=True, eq=False)
class Resolution:
    """What the codes of a source mean.

    Attributes:
        targets: table -> code of its rows -> where such a row goes; the first is the record itself.
        rows: table -> how a code came to its meaning -> rows.
        moved: (from, to) -> rows. added: table -> rows that stand for a second meaning.
        left: (from, to) -> rows of the first that are in the second alone.
        ancestry, concept_map: the rows of these tables.
        version: of the vocabulary; None without one.
        mapped: the tables that may be declared mapped, since a vocabulary resolved their codes.
    """

    targets: Mapping[str, Mapping[RowCode, tuple[Target, ...]]]
    rows: Mapping[str, Mapping[How, int]]
    moved: Mapping[tuple[str, str], int]
    left: Mapping[tuple[str, str], int]
    added: Mapping[str, int]
    ancestry: pa.Table
    concept_map: pa.Table
    version: str | None
    mapped: frozenset[str]

    def targets_of(self, name: str, code: RowCode) -> tuple[Target, ...]:
        """Where rows of a table with a code go; one that nobody asked for stays as it is."""
        return self.targets[name].get(code, (Target(name, code.concept),))


def code_keys(
    name: str, rows: pa.Table, sources: pa.ChunkedArray | None = None
) -> Counter[RowCode]:
    """The codes of rows of a table, and how many rows carry each.

    Args:
        sources: the ids of the source's codes, a row each; empty or 0 for none.
    """
    keys, place = row_codes(name, rows, sources)
    return Counter(dict(zip(keys, np.bincount(place, minlength=len(keys)).tolist(), strict=True)))


def resolve_codes(
    counted: Mapping[str, Mapping[RowCode, int]], book: CodeBook, dictionary: Dictionary
) -> Resolution:
    """What the codes of all rows mean.

    Args:
        counted: table -> `code_keys` of all its rows.
    """
    keys = [key for codes in counted.values() for key in codes]
    ids = {key.concept for key in keys} | {key.source for key in keys}
    by_id = book.meanings_of_ids(ids - {0})
    texts = book.meanings({SourceCode("", key.text) for key in keys if key.text})
    meanings = {key: _meanings_of(key, by_id, texts) for key in set(keys)}
    means = {m.concept for found in meanings.values() for m in found} - {0}
    ancestry = book.ancestry(means | {key.concept for key in keys})
    read = _reading_tables(dictionary, ancestry)
    targets: dict[str, dict[RowCode, tuple[Target, ...]]] = {}
    hows: dict[str, Counter[How]] = {}
    moved, left, added = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[str]()
    for name, codes in counted.items():
        targets[name], hows[name] = {}, Counter()
        for key, count in codes.items():
            found = meanings[key]
            hows[name][found[0].how] += count
            targets[name][key] = whereto = _targets_of(name, key, found, read)
            if whereto[0].table != name:
                left[name, whereto[0].table] += count
            for number, target in enumerate(whereto):
                if target.table != name:
                    moved[name, target.table] += count
                elif number:
                    added[name] += count
    version = book.version
    return Resolution(
        targets,
        hows,
        moved,
        left,
        added,
        ancestry,
        _map_of(meanings, dictionary, book),
        version,
        frozenset() if version is None else frozenset(counted),
    )


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


def _meanings_of(
    key: RowCode,
    by_id: Mapping[int, tuple[CodeMeaning, ...]],
    texts: Mapping[SourceCode, tuple[CodeMeaning, ...]],
) -> tuple[CodeMeaning, ...]:
    """What a row's code means: as its id says, else that of the source, else its own code."""
    if key.concept:
        # An id that nobody knows stays, and tells whoever looks what it was.
        return _told(by_id[key.concept]) or (CodeMeaning(key.concept, "none"),)
    of_source = _told(by_id[key.source]) if key.source else ()
    return of_source or (texts[SourceCode("", key.text)] if key.text else (NO_MEANING,))


def _told(meanings: tuple[CodeMeaning, ...]) -> tuple[CodeMeaning, ...]:
    return tuple(meaning for meaning in meanings if meaning.concept)


def _targets_of(
    name: str, key: RowCode, meanings: tuple[CodeMeaning, ...], read: Mapping[int, frozenset[str]]
) -> tuple[Target, ...]:
    """Where rows with a code go; a dose or a visit stays what it is."""
    if name not in MOVABLE:
        alone = meanings[0].concept if len(meanings) == 1 else key.concept
        return (Target(name, alone),)
    found = [
        Target(_home(name, meaning, read.get(meaning.concept, frozenset())), meaning.concept)
        for meaning in meanings
    ]
    found.sort(key=lambda target: target.table != name)  # the record itself stays where it can
    return tuple(dict.fromkeys(found))


def _home(name: str, meaning: CodeMeaning, read: frozenset[str]) -> str:
    """The table of a record: where the dictionary reads it, else that of its domain."""
    if meaning.domain is None or name in read:
        return name
    other = TABLE_OF_DOMAIN.get(meaning.domain, name)
    if read and other not in read:
        return min(read & MOVABLE) if len(read & MOVABLE) == 1 else name
    return other


def _reading_tables(dictionary: Dictionary, ancestry: pa.Table) -> Mapping[int, frozenset[str]]:
    """Id -> the tables in which concepts of the dictionary read it."""
    tables: dict[int, set[str]] = {}
    for concept in dictionary.concepts.values():
        for code in dictionary.omop_ids(concept.name):
            tables.setdefault(code, set()).add(concept.table)
    found = {code: set(names) for code, names in tables.items()}
    for above, below in _listed_pairs(ancestry, tables):
        found.setdefault(below, set()).update(tables[above])
    return {code: frozenset(names) for code, names in found.items()}


def _listed_pairs(ancestry: pa.Table, listed: Mapping[int, object]) -> Iterator[tuple[int, int]]:
    above, below = (whole_numbers(ancestry[name]) for name in ancestry.column_names)
    kept = np.isin(above, np.array(sorted(listed), np.int64))
    yield from zip(above[kept].tolist(), below[kept].tolist(), strict=True)


def _map_of(
    meanings: Mapping[RowCode, tuple[CodeMeaning, ...]],
    dictionary: Dictionary,
    book: CodeBook,
) -> pa.Table:
    """The map of all codes of the source, and of the dictionary's as the vocabulary has them."""
    said = [(key.concept or key.source, found) for key, found in meanings.items()]
    said += [
        (key.source, tuple(replace(meaning, how="local") for meaning in found))
        for key, found in meanings.items()
        if key.concept and key.source != key.concept
    ]
    if book.version is not None:
        said += book.meanings_of_ids(dictionary.listed).items()
    written = book.codes_of_ids({code for code, _ in said} - {0})
    codes = [
        MappedCode(written.get(code, SourceCode("OMOP", str(code))), found, code)
        for code, found in said
        if code
    ]
    codes += [
        MappedCode(SourceCode("", key.text), found) for key, found in meanings.items() if key.text
    ]
    return concept_map_rows(codes)
