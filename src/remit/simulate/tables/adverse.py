"""Rows of `adverse_event`: those of the followed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from remit.facts.tables import TABLES
from remit.simulate.calendar import ABSENT
from remit.simulate.state import DrawnCohort
from remit.simulate.tables.batches import all_of_them, batch_of, days, texts

EACH_PERSON = 1024
SEVERITIES = ("MILD", "MODERATE", "SEVERE")
ACTIONS = (
    "DOSE NOT CHANGED",
    "DOSE REDUCED",
    "DRUG INTERRUPTED",
    "DRUG WITHDRAWN",
    "NOT APPLICABLE",
)
OUTCOMES = ("RECOVERED/RESOLVED", "NOT RECOVERED/NOT RESOLVED", "UNKNOWN")
CAUSES = ("NOT RELATED", "POSSIBLE", "UNLIKELY")  # the last where it is not said


def adverse_rows(cohort: DrawnCohort) -> pa.RecordBatch:
    """The adverse events of the followed of a chunk, by person and day."""
    batches = [
        _rows(cohort, cohort.person[one.at][one.adverse.who], number)
        for number, one in enumerate(cohort.followed)
    ]
    table = pa.Table.from_batches(batches, TABLES["adverse_event"].schema)
    keys = ("person_id", "start_date", "adverse_event_id")
    ordered = table.sort_by([(key, "ascending") for key in keys]).combine_chunks().to_batches()
    return ordered[0] if ordered else pa.RecordBatch.from_pylist([], schema=table.schema)


def _rows(cohort: DrawnCohort, person: NDArray[np.int64], number: int) -> pa.RecordBatch:
    drawn = cohort.followed[number].adverse
    # Nobody is followed in two studies: a running number in the person tells her events apart.
    _, first = np.unique(drawn.who, return_index=True)
    running = np.arange(len(drawn)) - np.repeat(first, np.diff([*first, len(drawn)]))
    answers = {
        name: pa.array(value > 0, mask=value < 0)
        for name, value in (("serious", drawn.serious), ("related", drawn.related))
    }
    cause = np.where(drawn.related < 0, 2, drawn.related).astype(np.int64)
    return batch_of(
        "adverse_event",
        {
            "adverse_event_id": person * EACH_PERSON + running,
            "person_id": person,
            "adverse_event_concept_id": all_of_them(0, person),
            "start_date": days(drawn.start),
            "end_date": days(drawn.end, drawn.end == ABSENT),
            "term": pa.array(drawn.term.tolist(), pa.string()),
            "body_system": pa.array(drawn.system.tolist(), pa.string()),
            "reported_term": pa.array([text.lower() for text in drawn.term.tolist()], pa.string()),
            "severity": texts(SEVERITIES, (drawn.severity - 1).astype(np.int64)),
            "grade": pa.array(drawn.grade.astype(np.int32), mask=drawn.grade == 0),
            **answers,
            "causality": texts(CAUSES, cause),
            "action": texts(ACTIONS, drawn.action.astype(np.int64)),
            "outcome": texts(OUTCOMES, drawn.outcome.astype(np.int64)),
            "treatment_emergent": pa.array(drawn.emergent > 0),
        },
    )
