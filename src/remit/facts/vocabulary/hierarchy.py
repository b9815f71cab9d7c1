"""What lies above a code in a vocabulary, from its closed table or from its single steps.

Where CONCEPT_ANCESTOR has rows they are taken as they are. Else the steps of CONCEPT_RELATIONSHIP
are followed upward. Databases often carry a piece of a vocabulary, so that a step may lead to a
concept that CONCEPT lacks: what lies above that is not known, and the code is not known to be
none of a concept. Such a code has no row of itself (`ancestor_concept_id` = `descendant…`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import Whole, held, whole_numbers
from remit.facts.vocabulary.vocabulary_files import (
    Vocabulary,
    vocabulary_batches,
)

# Relationship -> whether its first concept lies above the second. OMOP builds CONCEPT_ANCESTOR of
# those that its RELATIONSHIP marks `defines_ancestry`; these are of SNOMED, LOINC and RxNorm.
STEPS: Mapping[str, bool] = {
    "Subsumes": True,
    "RxNorm inverse is a": True,
    "RxNorm ing of": True,
    "Constitutes": True,
    "Has tradename": True,
    "Has quantified form": True,
    "Available as box": True,
    "Has marketed form": True,
    "Contained in": True,
    "Is a": False,
    "RxNorm is a": False,
    "RxNorm has ing": False,
    "Consists of": False,
    "Tradename of": False,
    "Quantified form of": False,
    "Box of": False,
    "Marketed form of": False,
    "Contains": False,
}
_NUMBERS = np.zeros(0, np.int64)
_BITS = 32
_LOW = (1 << _BITS) - 1
_MOST = (1 << 31) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs of ids, shape (pairs,), ordered by the first."""

    first: Whole
    second: Whole

    def of(self, asked: Whole) -> tuple[Whole, Whole]:
        """The pairs whose first is asked: the place of it in `asked`, and the second."""
        begin = np.searchsorted(self.first, asked, side="left")
        count = np.searchsorted(self.first, asked, side="right") - begin
        place = np.repeat(np.arange(len(asked)), count)
        within = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
        return place, self.second[np.repeat(begin, count) + within]


def pairs_of(first: list[Whole], second: list[Whole]) -> Pairs:
    """Pieces of pairs of ids that OMOP can have as one, each pair once."""
    one = np.concatenate(first) if first else _NUMBERS
    other = np.concatenate(second) if second else _NUMBERS
    # One number a pair: there are millions, and numbers are sorted many times faster.
    pairs = one << _BITS | other
    pairs.sort()
    new = np.ones(len(pairs), np.bool_)
    new[1:] = pairs[1:] != pairs[:-1]
    pairs = pairs[new]
    return Pairs(pairs >> _BITS, pairs & _LOW)


def read_closed(files: Vocabulary, asked: Whole, heads: Whole) -> Pairs | None:
    """Pairs (above, below) of CONCEPT_ANCESTOR of which the lower is asked; None without rows.

    Args:
        asked, heads: ascending. Of each head that the table knows there is a pair with itself.
    """
    above, below, some = list[Whole](), list[Whole](), False
    for batch in vocabulary_batches(
        files,
        "concept_ancestor",
        descendant_concept_id=asked.tolist(),
        ancestor_concept_id=heads.tolist(),
    ):
        some = some or batch.num_rows > 0
        first, second = (ids_of_column(batch, name) for name in batch.schema.names)
        kept = held(second, asked)
        above.append(first[kept])
        below.append(second[kept])
        known = np.unique(first[held(first, heads)])
        above.append(known)
        below.append(known)
    return pairs_of(above, below) if some else None


def read_steps(files: Vocabulary) -> Pairs:
    """Pairs (below, above) of single steps of the hierarchy."""
    marked = [
        str(name)
        for batch in vocabulary_batches(files, "relationship")
        for name, defines in zip(*(batch[n].to_pylist() for n in batch.schema.names), strict=True)
        if defines == "1"
    ]
    steps = dict.fromkeys(marked, True) if marked else STEPS
    below, above = list[Whole](), list[Whole]()
    for rows in valid_relationships(files, steps):
        first, second = ids_of_column(rows, "concept_id_1"), ids_of_column(rows, "concept_id_2")
        down = [name for name, is_down in steps.items() if is_down]
        falls = whole_numbers(
            pc.is_in(rows["relationship_id"], value_set=pa.array(down, pa.string()))
        ).astype(np.bool_)
        below.append(np.where(falls, second, first))
        above.append(np.where(falls, first, second))
    return pairs_of(below, above)


def valid_relationships(files: Vocabulary, names: Collection[str]) -> Iterator[pa.RecordBatch]:
    """The rows of CONCEPT_RELATIONSHIP of some relationships between two concepts, if valid."""
    wanted = pa.array(list(names), pa.string())
    for batch in vocabulary_batches(files, "concept_relationship", relationship_id=names):
        kept = pc.and_(
            pc.is_in(batch["relationship_id"], value_set=wanted),
            pc.and_(
                pc.is_null(batch["invalid_reason"]),
                pc.not_equal(batch["concept_id_1"], batch["concept_id_2"]),
            ),
        )
        yield batch.filter(kept)


def closed_upward(steps: Pairs, asked: Whole) -> Pairs:
    """Pairs (below, above) of all that lies above the asked ids, themselves left out."""
    below, above, seen = asked, asked, _NUMBERS
    while len(below):
        place, up = steps.of(above)
        # One number a pair: each step is taken once, so that a circle ends.
        pairs = np.unique((below[place] << _BITS) | up)
        new = np.setdiff1d(pairs, seen, assume_unique=True)
        seen = np.union1d(seen, new)
        below, above = new >> _BITS, new & _LOW
    below, above = seen >> _BITS, seen & _LOW
    return Pairs(below[below != above], above[below != above])


def reached_from(pairs: Pairs, asked: Whole) -> Whole:
    """The asked ids and all that pairs lead to from them, ascending; each is looked at once."""
    seen = new = np.unique(asked)
    while len(new):
        new = np.setdiff1d(pairs.of(new)[1], seen)
        seen = np.union1d(seen, new)
    return np.asarray(seen, np.int64)


def ids_of_column(batch: pa.RecordBatch, name: str) -> Whole:
    """The ids of a column; 0 for one that is empty or none that OMOP can have."""
    ids = whole_numbers(batch[name], empty=0).astype(np.int64)
    return np.where((ids > 0) & (ids <= _MOST), ids, 0)
