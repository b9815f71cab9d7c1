"""Rows of CONCEPT: what a vocabulary says of one id, and which of several is meant."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from remit.facts.arrays import Whole, rows_at
from remit.facts.vocabulary.code_book import (
    NO_MEANING,
    CodeMeaning,
    How,
)

LOCAL_ABOVE = 2_000_000_000  # OMOP leaves the ids above to whoever needs one


@dataclass(frozen=True, slots=True)
class VocabularyConcept:
    """A row of CONCEPT.

    Attributes:
        standard: whether records may carry it.
        invalid: `U` for replaced, `D` for deleted; None for a valid one.
    """

    concept: int
    name: str
    domain: str
    vocabulary: str
    code: str
    kind: str | None
    standard: bool
    invalid: str | None

    @property
    def is_standard(self) -> bool:
        """Whether records carry it today."""
        return self.standard and self.invalid is None


def meaning_of(code: int, how: How, known: Mapping[int, VocabularyConcept]) -> CodeMeaning:
    row = known.get(code)
    return CodeMeaning(code, how, row.domain, row.name) if row else CodeMeaning(code, how)


def preferred(rows: Sequence[VocabularyConcept]) -> Sequence[VocabularyConcept]:
    """The valid ones of rows that bear one code; all where none is."""
    return [row for row in rows if row.invalid is None] or rows


def agreed(found: Sequence[tuple[CodeMeaning, ...]]) -> tuple[CodeMeaning, ...]:
    """The meanings of rows that bear one code, if they say the same; else none: never a guess."""
    said = [meanings for meanings in found if meanings != (NO_MEANING,)]
    alike = {frozenset(meaning.concept for meaning in meanings) for meanings in said}
    return said[0] if len(alike) == 1 else ()


def concept_rows(
    batch: pa.RecordBatch, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> Iterator[VocabularyConcept]:
    for row in rows_at(pa.Table.from_batches([batch]), kept).to_pylist():
        yield VocabularyConcept(
            concept=row["concept_id"] or 0,
            name=row["concept_name"] or "",
            domain=row["domain_id"] or "",
            vocabulary=row["vocabulary_id"] or "",
            code=row["concept_code"] or "",
            kind=row["concept_class_id"],
            standard=row["standard_concept"] == "S",
            invalid=row["invalid_reason"],
        )


def id_numbers(ids: Collection[int]) -> Whole:
    """Ids that OMOP can have, ascending."""
    return np.array(sorted({code for code in ids if 0 < code < 1 << 31}), np.int64)
