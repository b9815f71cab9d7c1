"""Where rows with a code belong, and under which codes: worked out once for all of a source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from remit.facts.arrays import whole_numbers
from remit.facts.dictionary import Dictionary
from remit.facts.vocabulary.code_book import (
    NO_MEANING,
    CodeBook,
    CodeMeaning,
    How,
    SourceCode,
)
from remit.facts.vocabulary.concept_map import MappedCode, concept_map_rows

TABLE_OF_DOMAIN: Mapping[str, str] = {
    "Condition": "condition_occurrence",
    "Drug": "drug_exposure",
    "Procedure": "procedure_occurrence",
    "Measurement": "measurement",
    "Observation": "observation",
}
MOVABLE = frozenset(TABLE_OF_DOMAIN.values())


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


def resolve_codes(
    counted: Mapping[str, Mapping[RowCode, int]], book: CodeBook, dictionary: Dictionary
) -> Resolution:
    """What the codes of all rows mean.

    Args:
        counted: table -> `code_keys` of all its rows.
    """
    keys = [key for codes in counted.values() for key in codes]
    meanings = meanings_of_keys(keys, book)
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


def meanings_of_keys(
    keys: Collection[RowCode], book: CodeBook
) -> Mapping[RowCode, tuple[CodeMeaning, ...]]:
    """What the codes of rows mean; several meanings where a book maps one to several."""
    ids = {key.concept for key in keys} | {key.source for key in keys}
    by_id = book.meanings_of_ids(ids - {0})
    texts = book.meanings({SourceCode("", key.text) for key in keys if key.text})
    return {key: _meanings_of(key, by_id, texts) for key in set(keys)}


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
