"""A screening as files: Parquet tables and a manifest, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from remit.facts.files import hash_files
from remit.output import new_folder
from remit.screening.explaining import explain_persons
from remit.screening.jsonable import screening_json
from remit.screening.running import Screening

_AT_ONCE = 500
_Row: TypeAlias = dict[str, str | int | float | date | Decimal | None]

_EVIDENCE = pa.schema(
    [
        ("person_id", pa.int64()),
        ("criterion", pa.string()),
        ("leaf", pa.string()),
        ("status", pa.string()),
        ("reason", pa.string()),
        ("table", pa.string()),
        ("row", pa.int64()),
        ("date", pa.date32()),
        ("end_date", pa.date32()),
        ("number", pa.decimal128(18, 6)),
        ("unit", pa.string()),
        ("value", pa.float64()),
        ("value_unit", pa.string()),
        ("concept_id", pa.int64()),
    ]
)


def write_screening(screening: Screening, out: Path | str, *, evidence: bool = False) -> Path:
    """Write a screening into the new folder `out`.

    The folder holds `standings.parquet` (person × cohort), `verdicts.parquet` (person × criterion),
    `summary.json` (attrition, parameters, dataset), with `evidence` also `evidence.parquet` (the
    records behind each leaf), and `manifest.json` with the hash of each.

    Raises:
        OutputError: `out` exists or cannot be written.
    """
    out = Path(out)
    with new_folder(out) as folder:
        pq.write_table(screening.standing_table(), folder / "standings.parquet")
        pq.write_table(screening.verdict_table(), folder / "verdicts.parquet")
        summary = screening_json(screening)
        summary.pop("persons", None)
        text = json.dumps(summary, indent=2, ensure_ascii=False)
        (folder / "summary.json").write_text(text, encoding="utf-8")
        if evidence:
            with pq.ParquetWriter(folder / "evidence.parquet", _EVIDENCE) as writer:
                for batch in evidence_batches(screening):
                    writer.write_batch(batch)
        files = sorted(path for path in folder.iterdir())
        manifest = {
            "kind": "remit.screening.files",
            "version": 1,
            "study": screening.protocol.id,
            "files": {
                path.name: {"sha256": digest, "bytes": path.stat().st_size}
                for path, digest in zip(files, hash_files(files), strict=True)
            },
        }
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    return out


def evidence_batches(screening: Screening) -> Iterator[pa.RecordBatch]:
    """The records behind each leaf of each criterion, one row a record; leaves without one too."""
    persons = [int(person) for person in screening.person_ids]
    for start in range(0, len(persons), _AT_ONCE):
        explained = explain_persons(screening, tuple(persons[start : start + _AT_ONCE]))
        rows: list[_Row] = []
        for explanation in explained:
            for finding in explanation.findings:
                for leaf in finding.leaves:
                    head: _Row = {
                        "person_id": explanation.person,
                        "criterion": finding.criterion.id,
                        "leaf": leaf.text,
                        "status": leaf.status.word,
                        "reason": leaf.reason.word if leaf.reason else None,
                    }
                    if not leaf.evidence:
                        rows.append(head)
                    for item in leaf.evidence:
                        rows.append(
                            {
                                **head,
                                "table": item.table,
                                "row": item.row,
                                "date": item.day,
                                "end_date": item.end,
                                "number": item.number,
                                "unit": item.unit,
                                "value": item.value,
                                "value_unit": item.value_unit,
                                "concept_id": item.code,
                            }
                        )
        yield pa.RecordBatch.from_pylist(rows, schema=_EVIDENCE)
