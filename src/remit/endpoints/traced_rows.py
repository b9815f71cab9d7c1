"""The records behind each response as rows of one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from remit.endpoints.study_responses import StudyAdjudication
from remit.endpoints.visit_traces import TracedResponse, trace_responses
from remit.facts.person_names import person_names

_AT_ONCE = 500  # persons
_Row: TypeAlias = dict[str, str | int | float | date | Decimal | None]

TRACED = pa.schema(
    [
        ("person_id", pa.int64()),
        ("person", pa.string()),
        ("visit", pa.string()),
        ("definition", pa.string()),
        ("part", pa.string()),
        ("grade", pa.string()),
        ("gate", pa.string()),
        ("leaf", pa.string()),
        ("status", pa.string()),
        ("reason", pa.string()),
        ("compared", pa.float64()),
        ("threshold", pa.float64()),
        ("compared_unit", pa.string()),
        ("name", pa.string()),
        ("table", pa.string()),
        ("row", pa.int64()),
        ("date", pa.date32()),
        ("end_date", pa.date32()),
        ("sign", pa.string()),
        ("number", pa.decimal128(18, 6)),
        ("unit", pa.string()),
        ("value", pa.float64()),
        ("value_unit", pa.string()),
        ("concept_id", pa.int64()),
    ]
)


def traced_batches(
    study: StudyAdjudication, visits: Sequence[str], *, persons: Sequence[int] | None = None
) -> Iterator[pa.RecordBatch]:
    """The records behind each leaf of each gate, one row a record; leaves without one too.

    Args:
        persons: these only; everyone followed when None.

    Returns:
        Batches of the schema `TRACED`; `compared` is the number that is held against `threshold`.
    """
    names = person_names(study.followed.facts)
    everyone = np.unique(study.visits.visits.person).tolist() if persons is None else persons
    for start in range(0, len(everyone), _AT_ONCE):
        some = everyone[start : start + _AT_ONCE]
        rows = [
            row
            for found in trace_responses(study, visits, persons=some)
            for row in _rows(found, names.shown(found.person))
        ]
        yield pa.RecordBatch.from_pylist(rows, schema=TRACED)


def _rows(traced: TracedResponse, person: str) -> Iterator[_Row]:
    for gate in traced.gates:
        for leaf in gate.leaves:
            head: _Row = {
                "person_id": traced.person,
                "person": person,
                "visit": traced.visit,
                "definition": traced.definition,
                "part": gate.part,
                "grade": gate.grade or None,
                "gate": gate.id,
                "leaf": leaf.text,
                "status": leaf.status.word,
                "reason": leaf.reason.word if leaf.reason else None,
                "compared": leaf.value,
                "threshold": leaf.threshold,
                "compared_unit": leaf.unit,
            }
            if not leaf.records:
                yield head
            for record in leaf.records:
                item = record.evidence
                yield {
                    **head,
                    "name": record.name,
                    "table": item.table,
                    "row": item.row,
                    "date": item.day,
                    "end_date": item.end,
                    "sign": record.sign or None,
                    "number": item.number,
                    "unit": item.unit,
                    "value": item.value,
                    "value_unit": item.value_unit,
                    "concept_id": item.code,
                }
