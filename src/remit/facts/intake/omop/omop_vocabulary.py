"""What of a source's vocabulary matters for its data: names of codes, and what lies below what."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pyarrow as pa

from remit.facts.arrays import whole_numbers
from remit.facts.intake.omop.omop_files import read_batches
from remit.facts.intake.omop.omop_places import TableSource
from remit.facts.intake.omop.omop_values import typed
from remit.facts.tables import TABLES

_ABOVE, _BELOW = TABLES["concept_ancestor"].schema.names


def read_ancestry(
    source: TableSource, occurring: Collection[int], listed: Collection[int]
) -> tuple[pa.Table, int]:
    """The rows of `concept_ancestor` that can say something of the data, and how many were read.

    The whole table has some eighty million rows. Kept are those below which a code of the data
    lies, and one row of each code of the data or of a concept that has any, since that says that
    the vocabulary knows it.

    Args:
        occurring: the codes of the data. listed: those of all concepts.
    """
    held = np.array(sorted(occurring), np.int64)
    asked = np.union1d(held, np.array(sorted(listed), np.int64))
    above, below, read = list[np.ndarray](), list[np.ndarray](), 0
    heads = np.zeros(0, np.int64)
    for batch in read_batches(source, (_ABOVE, _BELOW)):
        read += batch.num_rows
        pair = [
            whole_numbers(typed(batch[name], "concept")[0], empty=0).astype(np.int64)
            if name in batch.schema.names
            else np.zeros(batch.num_rows, np.int64)
            for name in (_ABOVE, _BELOW)
        ]
        kept = np.isin(pair[1], held)
        codes, first = np.unique(pair[0], return_index=True)
        new = np.isin(codes, asked) & ~np.isin(codes, heads)
        kept[first[new]] = True
        heads = np.union1d(heads, codes[new])
        above.append(pair[0][kept])
        below.append(pair[1][kept])
    columns = [
        np.concatenate(found) if found else np.zeros(0, np.int64) for found in (above, below)
    ]
    arrays = [pa.array(column, pa.int32()) for column in columns]
    return pa.Table.from_arrays(arrays, schema=TABLES["concept_ancestor"].schema), read


def read_names(source: TableSource, codes: Collection[int]) -> Mapping[int, str]:
    """What the vocabulary calls some codes."""
    asked, names = np.array(sorted(codes), np.int64), dict[int, str]()
    for batch in read_batches(source, ("concept_id", "concept_name")):
        if not {"concept_id", "concept_name"} <= set(batch.schema.names):
            return {}
        ids = whole_numbers(typed(batch["concept_id"], "id")[0], empty=-1)
        at = np.flatnonzero(np.isin(ids, asked))
        texts = batch["concept_name"].take(pa.array(at, pa.int64())).to_pylist()
        names.update((int(code), str(text)) for code, text in zip(ids[at], texts, strict=True))
    return names
