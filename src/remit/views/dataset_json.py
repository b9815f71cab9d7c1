"""Analysis datasets as CDISC Dataset-JSON 1.1: metadata, then a list a row.

Source: CDISC Dataset-JSON Specification 1.1 (final, 5 December 2024). Numeric dates are dates in
ISO 8601 whose `targetDataType` is integer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib.metadata import version

import orjson

from remit.analysis.datasets.dataset_columns import AnalysisDataset, DatasetColumn
from remit.terminal import json_visible
from remit.views.transport_files import text_width

_TYPES: Mapping[str, str] = {
    "text": "string",
    "integer": "integer",
    "float": "float",
    "date": "date",
}
_ROWS_AT_ONCE = 50_000


def dataset_json(
    dataset: AnalysisDataset, *, study: str, made: datetime, originator: str
) -> Iterable[bytes]:
    """A dataset as the pieces of a Dataset-JSON file.

    Args:
        study: the id of the study. made: the time that the file bears.
    """
    stamp = made.isoformat(timespec="seconds")
    head = {
        "datasetJSONCreationDateTime": stamp,
        "datasetJSONVersion": "1.1.0",
        "fileOID": f"{study}.{dataset.name}",
        "dbLastModifiedDateTime": stamp,
        "originator": originator,
        "sourceSystem": {"name": "Remit", "version": version("remit-lupus")},
        "studyOID": study,
        "metaDataVersionOID": f"MDV.{study}",
        "metaDataRef": "define.xml",
        "itemGroupOID": f"IG.{dataset.name}",
        "records": dataset.rows.num_rows,
        "name": dataset.name,
        "label": dataset.label,
        "columns": [_column(dataset, column) for column in dataset.columns],
    }
    yield _escaped(orjson.dumps(head)[:-1]) + b',"rows":[\n'
    first = True
    for batch in dataset.rows.to_batches(max_chunksize=_ROWS_AT_ONCE):
        cells = [values.to_pylist() for values in batch.columns]
        lines = [orjson.dumps(row) for row in zip(*cells, strict=True)]
        if lines:
            yield (b"" if first else b",\n") + _escaped(b",\n".join(lines))
            first = False
    yield b"\n]}\n"


def _escaped(text: bytes) -> bytes:
    """JSON whose texts act on no terminal that prints them."""
    return json_visible(text.decode()).encode()


def _column(dataset: AnalysisDataset, column: DatasetColumn) -> dict[str, str | int]:
    found: dict[str, str | int] = {
        "itemOID": f"IT.{dataset.name}.{column.name}",
        "name": column.name,
        "label": column.label,
        "dataType": _TYPES[column.kind],
    }
    if column.kind == "text":
        found["length"] = text_width(dataset.rows[column.name])
    if column.kind == "date":
        found |= {"targetDataType": "integer", "displayFormat": "DATE9."}
    if column.name in dataset.keys:
        found["keySequence"] = dataset.keys.index(column.name) + 1
    return found
