"""The tables of a screening as Parquet files: standings, verdicts and the records behind them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from remit.screening.explanation import explain_persons
from remit.screening.study_screenings import Screening

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


def write_tables(screening: Screening, folder: Path, *, evidence: bool) -> None:
    """Write `standings.parquet`, `verdicts.parquet` and, if asked, `evidence.parquet`."""
    pq.write_table(screening.standing_table(), folder / "standings.parquet")
    pq.write_table(screening.verdict_table(), folder / "verdicts.parquet")
    if evidence:
        with pq.ParquetWriter(folder / "evidence.parquet", _EVIDENCE) as writer:
            for batch in evidence_batches(screening):
                writer.write_batch(batch)


def evidence_batches(screening: Screening) -> Iterator[pa.RecordBatch]:
    """The records behind each leaf of each criterion, one row a record; leaves without one too."""
    persons = [int(person) for person in screening.person_ids]
    for start in range(0, len(persons), _AT_ONCE):
        these = tuple(persons[start : start + _AT_ONCE])
        explained = explain_persons(screening, these, settle=False)
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
