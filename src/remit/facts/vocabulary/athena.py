"""A vocabulary of OMOP as a book of codes: what a code means, and what lies above it.

A code whose concept is standard means that. One that is not is followed to what it is mapped to
("Maps to", perhaps several), or to what replaced it ("Concept replaced by"), until that is
standard. What the vocabulary cannot say, the dictionary's own list of codes may. The tables are
read once a question, batch by batch; pairs of "Maps to" are kept, some four million in all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import Whole, held
from remit.facts.dictionary import Dictionary
from remit.facts.tables import TABLES
from remit.facts.vocabulary.code_book import (
    MISLABELLED,
    NO_MEANING,
    CodeMeaning,
    How,
    ListedCodes,
    SourceCode,
    formed_codes,
)
from remit.facts.vocabulary.hierarchy import (
    Pairs,
    closed_upward,
    ids_of_column,
    pairs_of,
    reached_from,
    read_closed,
    read_steps,
    valid_relationships,
)
from remit.facts.vocabulary.vocabulary_concepts import (
    LOCAL_ABOVE,
    VocabularyConcept,
    agreed,
    concept_rows,
    id_numbers,
    meaning_of,
    preferred,
)
from remit.facts.vocabulary.vocabulary_files import (
    UNKNOWN_VERSION,
    Vocabulary,
    find_vocabulary,
    stated_version,
    vocabulary_batches,
)

MAPS_TO, REPLACED_BY = "Maps to", "Concept replaced by"


@dataclass(frozen=True, slots=True)
class AthenaVocabulary:
    """The vocabulary of some files, and the dictionary whose codes it is asked for.

    Attributes:
        dictionary: its listed ids are among the heads of every `ancestry`.
    """

    files: Vocabulary
    dictionary: Dictionary = field(repr=False)

    @property
    def version(self) -> str:
        """As the row `None` of its VOCABULARY says, which is of the whole."""
        return stated_version(vocabulary_batches(self.files, "vocabulary")) or UNKNOWN_VERSION

    def meanings(
        self, codes: Collection[SourceCode]
    ) -> Mapping[SourceCode, tuple[CodeMeaning, ...]]:
        """As `CodeBook.meanings`."""
        formed = formed_codes(codes)
        asked = frozenset(code for code in formed.values() if code is not None)
        rows: dict[SourceCode, list[VocabularyConcept]] = {}
        for row in self.rows_of(asked):
            rows.setdefault(SourceCode(row.vocabulary, row.code), []).append(row)
        by_id = self.meanings_of_ids([row.concept for found in rows.values() for row in found])
        said = self._said_by_site(asked)
        listed = ListedCodes(self.dictionary).meanings(asked)
        found = {
            code: said.get(code)
            or agreed([by_id[row.concept] for row in preferred(rows.get(code, ()))])
            or listed[code]
            for code in asked
        }
        return {code: (MISLABELLED,) if key is None else found[key] for code, key in formed.items()}

    def meanings_of_ids(self, concepts: Collection[int]) -> Mapping[int, tuple[CodeMeaning, ...]]:
        """As `CodeBook.meanings_of_ids`."""
        asked = id_numbers(concepts)
        maps_to, replaced = _mappings(self.files)
        known = self.concepts(self._reached(asked).tolist())
        found: dict[int, tuple[CodeMeaning, ...]] = {}
        for code in asked.tolist():
            targets, how = _standard_targets(code, known, maps_to, replaced)
            if targets:
                found[code] = tuple(meaning_of(target, how, known) for target in targets)
            elif code in self.dictionary.listed:
                found[code] = (meaning_of(code, "listed", known),)
            else:
                found[code] = (NO_MEANING,)
        return {code: found.get(code, (NO_MEANING,)) for code in concepts}

    def codes_of_ids(self, concepts: Collection[int]) -> Mapping[int, SourceCode]:
        """As `CodeBook.codes_of_ids`."""
        listed = ListedCodes(self.dictionary).codes_of_ids(concepts)
        known = self.concepts(concepts)
        return {
            **listed,
            **{code: SourceCode(row.vocabulary, row.code) for code, row in known.items()},
        }

    def concepts(self, concepts: Collection[int]) -> Mapping[int, VocabularyConcept]:
        """What CONCEPT says of some ids; those that it lacks are left out."""
        asked, known = frozenset(id_numbers(concepts).tolist()), _looked_up(self.files)
        if not asked <= known.keys():
            # The file is long: what the next questions are about is looked for on the same way.
            more = np.union1d(id_numbers(asked), self._reached(id_numbers(self.dictionary.listed)))
            found: dict[int, VocabularyConcept | None] = dict.fromkeys(more.tolist())
            for batch in vocabulary_batches(self.files, "concept", concept_id=more.tolist()):
                kept = held(ids_of_column(batch, "concept_id"), more)
                if kept.any():
                    found.update((row.concept, row) for row in concept_rows(batch, kept))
            known.update(found)
        return {code: row for code in asked if (row := known[code]) is not None}

    def _reached(self, asked: Whole) -> Whole:
        """The ids and all that they are mapped to, or were replaced by."""
        maps_to, replaced = _mappings(self.files)
        reached = np.union1d(reached_from(maps_to, asked), reached_from(replaced, asked))
        # What replaced a code may be mapped in its turn.
        return reached_from(maps_to, reached)

    def rows_of(self, codes: Collection[SourceCode]) -> tuple[VocabularyConcept, ...]:
        """The rows of CONCEPT that bear some codes, as the vocabulary writes them."""
        asked = {code for code in codes if code.vocabulary}
        texts = pa.array(sorted({code.code for code in asked}), pa.string())
        found: list[VocabularyConcept] = []
        for batch in (
            vocabulary_batches(self.files, "concept", concept_code=texts.to_pylist())
            if asked
            else ()
        ):
            kept = np.asarray(pc.is_in(batch["concept_code"], value_set=texts))
            found += [
                row
                for row in (concept_rows(batch, kept) if kept.any() else ())
                if SourceCode(row.vocabulary, row.code) in asked
            ]
        return tuple(found)

    def ancestry(self, concepts: Collection[int]) -> pa.Table:
        """As `CodeBook.ancestry`; the dictionary's codes that the vocabulary knows are in it.

        A code of the dictionary that is not standard any more stands above all that lies below
        what it is mapped to, or was replaced by.
        """
        asked, listed = id_numbers(concepts), id_numbers(self.dictionary.listed)
        heads = np.union1d(asked, listed)
        pairs = read_closed(self.files, asked, heads)
        if pairs is None:
            pairs = self._followed(asked, heads)
        pairs = _with_older_codes(pairs, self._older_codes(listed))
        arrays = [pa.array(ids, pa.int32()) for ids in (pairs.first, pairs.second)]
        return pa.Table.from_arrays(arrays, schema=TABLES["concept_ancestor"].schema)

    def _older_codes(self, listed: Whole) -> Mapping[int, int]:
        """The dictionary's codes that another one stands for now, of the same vocabulary.

        What a code of another vocabulary is mapped to may be wider, and what is mapped to two is
        neither of them alone.
        """
        meanings = self.meanings_of_ids(listed.tolist())
        now = {
            code: found[0].concept
            for code, found in meanings.items()
            if len(found) == 1 and found[0].how in {"maps_to", "replaced"}
        }
        rows = self.concepts({*now, *now.values()})
        return {
            code: target
            for code, target in now.items()
            if code in rows
            and (target not in rows or rows[code].vocabulary == rows[target].vocabulary)
            and (target in rows or meanings[code][0].how == "replaced")
        }

    def strengths(self, concepts: Collection[int]) -> Iterator[pa.RecordBatch]:
        """As `CodeBook.strengths`; numbers are texts, as they are printed."""
        asked = id_numbers(concepts).tolist()
        return vocabulary_batches(self.files, "drug_strength", drug_concept_id=asked)

    def _followed(self, asked: Whole, heads: Whole) -> Pairs:
        """Pairs (above, below) by the single steps of the hierarchy."""
        closed = closed_upward(read_steps(self.files), asked)
        known = self.concepts(np.union1d(heads, closed.second).tolist())
        there = id_numbers(known)
        cut = np.unique(closed.first[~held(closed.second, there)])
        sure = [
            code
            for code in heads.tolist()
            if code in known
            and known[code].is_standard
            and (code not in asked or _is_placed(known[code], closed, cut))
        ]
        itself = id_numbers(sure)
        return pairs_of([closed.second, itself], [closed.first, itself])

    def _said_by_site(
        self, codes: Collection[SourceCode]
    ) -> Mapping[SourceCode, tuple[CodeMeaning, ...]]:
        """What SOURCE_TO_CONCEPT_MAP says of codes; nothing of one on which it disagrees."""
        asked = frozenset(codes)
        said: dict[SourceCode, dict[str, set[int]]] = {}
        for batch in vocabulary_batches(
            self.files, "source_to_concept_map", source_code={code.code for code in asked}
        ):
            rows = batch.filter(pc.is_null(batch["invalid_reason"]))
            for text, system, target in zip(
                rows["source_code"].to_pylist(),
                rows["source_vocabulary_id"].to_pylist(),
                ids_of_column(rows, "target_concept_id").tolist(),
                strict=True,
            ):
                # A source's own code is asked for without a vocabulary.
                for key in (SourceCode(system or "", text or ""), SourceCode("", text or "")):
                    if target and key in asked:
                        said.setdefault(key, {}).setdefault(system or "", set()).add(target)
        agreed = {
            key: next(iter(systems.values()))
            for key, systems in said.items()
            if len({frozenset(targets) for targets in systems.values()}) == 1
        }
        known = self.concepts({target for targets in agreed.values() for target in targets})
        return {
            key: tuple(meaning_of(target, "local", known) for target in sorted(targets))
            for key, targets in agreed.items()
        }


def open_vocabulary(place: Path | str, dictionary: Dictionary) -> AthenaVocabulary:
    """The vocabulary in a folder or a zip archive; or what a CONCEPT.csv alone says, of any name.

    Raises:
        ConceptError: there is none.
    """
    return AthenaVocabulary(find_vocabulary(Path(place)), dictionary)


@lru_cache(maxsize=2)
def _mappings(files: Vocabulary) -> tuple[Pairs, Pairs]:
    """Pairs (code, what it is mapped to), and pairs (code, what replaced it)."""
    found: dict[str, tuple[list[Whole], list[Whole]]] = {
        MAPS_TO: ([], []),
        REPLACED_BY: ([], []),
    }
    for rows in valid_relationships(files, found):
        for name, (first, second) in found.items():
            of_it = rows.filter(pc.equal(rows["relationship_id"], name))
            first.append(ids_of_column(of_it, "concept_id_1"))
            second.append(ids_of_column(of_it, "concept_id_2"))
    return pairs_of(*found[MAPS_TO]), pairs_of(*found[REPLACED_BY])


@lru_cache(maxsize=2)
def _looked_up(files: Vocabulary) -> dict[int, VocabularyConcept | None]:
    """What CONCEPT said of the ids that it was asked for so far; None where it lacks one."""
    return {}


def _standard_targets(
    code: int, known: Mapping[int, VocabularyConcept], maps_to: Pairs, replaced: Pairs
) -> tuple[tuple[int, ...], How]:
    """The standard ids that an id stands for, and how; none where nothing leads to one."""
    row = known.get(code)
    if row is not None and row.is_standard:
        return (code,), "standard"
    here = np.array([code], np.int64)
    followed = replaced.of(here)[1].tolist()
    how: How = "maps_to"
    if code > LOCAL_ABOVE:
        how = "local"
    elif followed and (row is None or row.invalid is not None):
        how = "replaced"
    for leads in (maps_to.of(here)[1].tolist(), followed):
        targets = _ends(leads, known, maps_to, replaced, code)
        if targets:
            return tuple(sorted(targets)), how
    return (), "none"


def _ends(
    codes: Collection[int],
    known: Mapping[int, VocabularyConcept],
    maps_to: Pairs,
    replaced: Pairs,
    start: int,
) -> frozenset[int]:
    """The standard ids that targets lead to; one that CONCEPT lacks is believed to be such.

    Each id is looked at once, so that circles and long chains end.
    """
    found, seen, open_codes = set[int](), {0, start}, list(codes)
    while open_codes:
        code = open_codes.pop()
        if code in seen:
            continue
        seen.add(code)
        row = known.get(code)
        if row is None or row.is_standard:
            found.add(code)
            continue
        here = np.array([code], np.int64)
        open_codes += maps_to.of(here)[1].tolist() or replaced.of(here)[1].tolist()
    return frozenset(found)


def _is_placed(row: VocabularyConcept, closed: Pairs, cut: Whole) -> bool:
    """Whether it is known of a code what it is none of.

    A test of the laboratory and an ingredient are what they are; any other code needs the steps
    above it, all of which have to be there.
    """
    if row.domain == "Measurement" or row.kind == "Ingredient":
        return True
    here = np.array([row.concept], np.int64)
    return len(closed.of(here)[1]) > 0 and not held(here, cut).any()


def _with_older_codes(pairs: Pairs, now: Mapping[int, int]) -> Pairs:
    """The pairs (above, below), and those of codes that another one stands for now."""
    above, below = [pairs.first], [pairs.second]
    for code, target in now.items():
        reached = pairs.of(id_numbers([target]))[1]
        under = np.union1d(reached, id_numbers([target, code]))
        above.append(np.full(len(under), code, np.int64))
        below.append(under)
    return pairs_of(above, below)
