"""Further measurements of some persons as rows, laid among those of the whole chunk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from remit.facts.dictionary import packaged_dictionary
from remit.simulate.state import Added, Labs

# Ids above all that the chunk's own records have; 8192 a person, 16 for each kind of record.
FIRST_ID = 1 << 40
EACH_PERSON, EACH_KIND = 8192, 16


def added_ids(
    person: NDArray[np.int64], number: int, column: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Record ids: unique in a table, and rising with the column within a person and kind."""
    ids: NDArray[np.int64] = FIRST_ID + person * EACH_PERSON + number * EACH_KIND + column
    return ids


def kinds_of(added: Added) -> Iterator[tuple[int, int, Labs]]:
    """Number, OMOP id and records of each kind of record."""
    number = added.first
    for name, labs in added.labs.items():
        yield number, packaged_dictionary().omop_ids(name)[0], labs
        number += 1
    for code, labs in added.items.items():
        yield number, code, labs
        number += 1


def merged(batches: Iterable[pa.RecordBatch], keys: tuple[str, ...]) -> pa.RecordBatch:
    """Batches as one, in the order of the keys."""
    table = pa.Table.from_batches(list(batches))
    table = table.sort_by([(key, "ascending") for key in keys]).combine_chunks()
    found = table.to_batches()
    return found[0] if found else pa.RecordBatch.from_pylist([], schema=table.schema)
