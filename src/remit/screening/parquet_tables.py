"""The tables of a screening as Parquet files: standings, verdicts and the records behind them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from remit.criteria.leaves import Leaf
from remit.criteria.meanings import evaluate_leaf
from remit.criteria.reference.values import Found
from remit.criteria.tree import leaves_of
from remit.facts.person_names import person_names, with_person
from remit.screening.criterion_records import criterion_records
from remit.screening.study_screenings import Screening

_AT_ONCE = 5_000  # persons
_Row: TypeAlias = tuple[str | int | float | date | Decimal | None, ...]

_EVIDENCE = pa.schema(
    [
        ("person_id", pa.int64()),
        ("person", pa.string()),
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
_NO_RECORD = (None,) * (len(_EVIDENCE) - 6)


def write_tables(screening: Screening, folder: Path, *, evidence: bool) -> None:
    """Write `standings.parquet`, `verdicts.parquet` and, if asked, `evidence.parquet`."""
    names = person_names(screening.facts)
    for pieces, file in (
        (screening.standing_pieces(), "standings.parquet"),
        (screening.verdict_pieces(), "verdicts.parquet"),
    ):
        first = with_person(next(pieces), names)
        with pq.ParquetWriter(folder / file, first.schema) as writer:
            writer.write_table(first)
            for piece in pieces:
                writer.write_table(with_person(piece, names))
    if evidence:
        with pq.ParquetWriter(folder / "evidence.parquet", _EVIDENCE) as writer:
            for batch in evidence_batches(screening):
                writer.write_batch(batch)


def evidence_batches(screening: Screening) -> Iterator[pa.RecordBatch]:
    """The records behind each leaf of each criterion, one row a record; leaves without one too.

    What a criterion says twice in the same words of the same record stands once.
    """
    leaves: dict[Leaf, int] = {}
    placed = {
        item.criterion.id: tuple(
            dict.fromkeys(
                (leaf.text, leaves.setdefault(leaf.leaf, len(leaves)))
                for leaf in leaves_of(item.node)
            )
        )
        for item in screening.bound.criteria
        if item.node is not None
    }
    asked, names = tuple(leaves), person_names(screening.facts)
    count = len(screening.person_ids)
    for start in range(0, count, _AT_ONCE):
        whose = np.zeros(count, np.bool_)
        whose[start : start + _AT_ONCE] = True
        rows: list[_Row] = []
        for records, _ in criterion_records(screening, dict.fromkeys(placed, whose)):
            who = (records.person, names.shown(records.person))
            found = [evaluate_leaf(leaf, records) for leaf in asked]
            person = [
                row
                for criterion, of_criterion in placed.items()
                for text, place in of_criterion
                for row in _rows(who, criterion, text, found[place])
            ]
            rows.extend(dict.fromkeys(person))
        columns = zip(*rows, strict=True) if rows else ((),) * len(_EVIDENCE)
        arrays = [
            pa.array(column, field.type) for column, field in zip(columns, _EVIDENCE, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=_EVIDENCE)


def _rows(who: tuple[int, str], criterion: str, text: str, found: Found) -> Iterator[_Row]:
    """The rows of one leaf, in the order of `_EVIDENCE`."""
    reason = next((reason.word for reason in found.truth.reasons), None)
    head = (*who, criterion, text, found.truth.status.word, reason)
    if not found.evidence:
        yield (*head, *_NO_RECORD)
    for item in found.evidence:
        yield (
            *head,
            item.table,
            item.row,
            item.day,
            item.end,
            item.number,
            item.unit,
            item.value,
            item.value_unit,
            item.code,
        )
