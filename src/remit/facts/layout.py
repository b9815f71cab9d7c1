"""How rows lie in a file of a snapshot: few bytes are read, and the same rows are the same bytes.

Each table is in reading order. Row groups hold about 100,000 rows and are cut where a code ends, so
that a reader of some codes skips the others; ids and places, which rise, are stored as differences.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from remit.facts.arrays import whole_numbers
from remit.facts.declared import declared_rows
from remit.facts.part import KINDS
from remit.facts.reading import PLACE, Kind, arranged_rows
from remit.facts.tables import FactTable

ROW_GROUP = 100_000
_LEAST = 5  # a group is cut at a code once it holds this part of a whole one


def write_rows(path: Path, table: FactTable, rows: pa.Table) -> None:
    """Write rows of a table, in any order, as one file in reading order.

    Raises:
        DatasetError: the rows are not as the table declares.
    """
    write_arranged(path, table, *arranged_rows(table, declared_rows(table, rows)))


def write_arranged(
    path: Path, table: FactTable, arranged: pa.Table, kinds: Sequence[Kind] = ()
) -> None:
    """Write rows of a table as one file: as `arranged_rows` gives them."""
    if table.name == "measurement":
        words = json.dumps([astuple(kind) for kind in kinds], ensure_ascii=False)
        arranged = arranged.replace_schema_metadata({KINDS: words.encode()})
    cuts = group_cuts(arranged, table)
    ids = [f.name for f in arranged.schema if pa.types.is_int64(f.type) or f.name == PLACE]
    plain = {f.name for f in arranged.schema if pa.types.is_boolean(f.type)}
    path.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(
        path,
        arranged.schema,
        compression="zstd",
        compression_level=1,
        store_decimal_as_integer=True,
        use_dictionary=[n for n in arranged.column_names if n not in plain and n not in ids],
        column_encoding=dict.fromkeys(ids, "DELTA_BINARY_PACKED"),
    ) as writer:
        for begin, end in pairwise(cuts):
            # One chunk a row group: else page borders, and so the bytes, follow the batches.
            group = arranged.slice(begin, end - begin).combine_chunks()
            writer.write_table(group, row_group_size=end - begin)


def group_cuts(rows: pa.Table, table: FactTable) -> list[int]:
    """Where row groups begin, and where the last ends: 0, …, the number of rows."""
    count = rows.num_rows
    ends = np.array([count])
    if table.concept is not None and table.order[0] == table.concept and count:
        codes = whole_numbers(rows[table.concept])
        ends = np.append(np.flatnonzero(np.diff(codes)) + 1, count)
    cuts = [0]
    for end in ends.tolist():
        while end - cuts[-1] > ROW_GROUP:
            cuts.append(cuts[-1] + ROW_GROUP)
        if end - cuts[-1] >= ROW_GROUP // _LEAST:
            cuts.append(end)
    return cuts if cuts[-1] == count else [*cuts, count]


def write_stream(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    """Write batches of any columns, in their order, as one file; the rows written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows, held, held_rows = 0, list[pa.RecordBatch](), 0
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
        for batch in batches:
            held.append(batch)
            held_rows += batch.num_rows
            rows += batch.num_rows
            if held_rows >= ROW_GROUP:
                table = pa.Table.from_batches(held, schema)
                whole = held_rows - held_rows % ROW_GROUP
                for start in range(0, whole, ROW_GROUP):
                    writer.write_table(table.slice(start, ROW_GROUP).combine_chunks())
                held = table.slice(whole).to_batches()
                held_rows -= whole
        if held_rows:
            writer.write_table(pa.Table.from_batches(held, schema).combine_chunks())
    return rows
