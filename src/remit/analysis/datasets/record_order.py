"""The rows of a dataset with several records a person: in order, and numbered within her."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from remit.analysis.datasets.column_values import whole_values
from remit.analysis.datasets.dataset_columns import DatasetColumn

NUMBER = DatasetColumn(
    "ASEQ", "Analysis Sequence Number", "integer", "Derived",
    "The number of the record within the subject, in the order of the keys.",
)  # fmt: skip


def numbered(tables: Sequence[pa.Table], keys: Sequence[str]) -> pa.Table:
    """The rows of some tables by their keys, missing ones first, with ASEQ filled in."""
    rows = pa.concat_tables(tables)
    # An empty text stands before all others, as a missing one does in SAS.
    texts = {name: pa.types.is_string(rows.schema.field(name).type) for name in keys}
    order = pa.table({n: pc.fill_null(rows[n], "") if texts[n] else rows[n] for n in keys})
    rows = rows.take(pc.sort_indices(order, sort_keys=[(name, "ascending") for name in keys]))
    place = rows.column_names.index(NUMBER.name)
    return rows.set_column(place, NUMBER.name, _numbers(rows["USUBJID"]))


def _numbers(persons: pa.ChunkedArray) -> pa.Array:
    """1, 2, 3 and so on within each person, whose rows stand together."""
    codes = persons.combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
    place = np.arange(len(codes))
    begins = np.concatenate([[True], codes[1:] != codes[:-1]]) if len(codes) else place > 0
    start = np.maximum.accumulate(np.where(begins, place, 0)) if len(codes) else place
    return whole_values(place - start + 1)
