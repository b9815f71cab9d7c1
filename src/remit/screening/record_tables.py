"""What a later screening is held against, as Parquet files: ids, criteria and records."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from remit.facts.person_names import person_names
from remit.screening.criterion_texts import criterion_texts
from remit.screening.input_records import RECORDS, input_batches
from remit.screening.study_screenings import AT_ONCE, Screening


def write_record_tables(screening: Screening, folder: Path) -> None:
    """Write `persons.parquet`, `criteria.parquet` and `records.parquet`.

    - persons: person_id and `person`, the id as it came.
    - criteria: the id, and in `texts`, as JSON, all that the protocol says of it.
    - records: the records that the criteria read; see `input_records`.
    """
    ids, names = screening.person_ids, person_names(screening.facts)
    schema = pa.schema([("person_id", pa.int64()), ("person", pa.string())])
    with pq.ParquetWriter(folder / "persons.parquet", schema) as writer:
        for begin in range(0, max(len(ids), 1), AT_ONCE):
            some = ids[begin : begin + AT_ONCE]
            shown = pa.array(names.all_shown(some), pa.string())
            writer.write_table(pa.Table.from_arrays([pa.array(some), shown], schema=schema))
    texts = {
        item.criterion.id: json.dumps(criterion_texts(screening.protocol, item))
        for item in screening.bound.criteria
    }
    criteria = {"criterion": pa.array(list(texts)), "texts": pa.array(list(texts.values()))}
    pq.write_table(pa.table(criteria), folder / "criteria.parquet")
    with pq.ParquetWriter(folder / "records.parquet", RECORDS, compression="zstd") as writer:
        for batch in input_batches(screening):
            writer.write_table(batch)
