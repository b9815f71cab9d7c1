"""Rows that concern studies: anchors, signatures, who is in which arm, and the known truth."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from remit.simulate.calendar import ABSENT
from remit.simulate.oracle.kleene import Answers
from remit.simulate.oracle.known_responses import known_responses
from remit.simulate.state import DrawnCohort
from remit.simulate.tables.batches import batch_of, days, picked, texts
from remit.truth import Reason

TRUTH_SCHEMA = pa.schema(
    [
        pa.field("study", pa.string(), nullable=False),
        pa.field("criterion", pa.string(), nullable=False),
        pa.field("person_id", pa.int64(), nullable=False),
        pa.field("status", pa.int8(), nullable=False),
        pa.field("reasons", pa.int32(), nullable=False),
        pa.field("reason", pa.string()),
    ]
)
ALLOCATION_SCHEMA = pa.schema(
    [
        pa.field("study", pa.string(), nullable=False),
        pa.field("person_id", pa.int64(), nullable=False),
        pa.field("arm", pa.string(), nullable=False),
    ]
)
RESPONSE_SCHEMA = pa.schema(
    [
        pa.field("study", pa.string(), nullable=False),
        pa.field("definition", pa.string(), nullable=False),
        pa.field("person_id", pa.int64(), nullable=False),
        pa.field("visit", pa.string(), nullable=False),
        pa.field("response", pa.string(), nullable=False),
        pa.field("imputed", pa.string(), nullable=False),
    ]
)
_WORDS = [None, *(reason.word for reason in Reason)]


def anchor_rows(cohort: DrawnCohort) -> list[pa.RecordBatch]:
    batches = []
    for study in sorted(cohort.anchors):
        names = sorted(cohort.anchors[study])
        day = np.stack([cohort.anchors[study][name] for name in names], axis=1)
        row, column = picked(day != ABSENT)
        batches.append(
            batch_of(
                "study_anchor",
                {
                    "person_id": cohort.person[row],
                    "study": texts((study,), row * 0),
                    "anchor": texts(names, column),
                    "anchor_date": days(day[row, column]),
                },
            )
        )
    return batches


def attestation_rows(cohort: DrawnCohort) -> list[pa.RecordBatch]:
    batches = []
    number = 0
    each = max(1024, 4 * sum(len(items) for items in cohort.attested.values()))
    for study in sorted(cohort.attested):
        for item in sorted(cohort.attested[study]):
            given = cohort.attested[study][item]
            (row,) = np.nonzero(given.state != 0)
            state = given.state[row]
            batches.append(
                batch_of(
                    "attestation",
                    {
                        "attestation_id": cohort.person[row] * each + number * 4,
                        "person_id": cohort.person[row],
                        "study": texts((study,), row * 0),
                        "item": texts((item,), row * 0),
                        "answer": state != 2,
                        "signed_by": texts(("investigator", None), (state == 3).astype(np.int64)),
                        "signed_date": days(given.day[row]),
                    },
                )
            )
            number += 1
    return batches


def truth_rows(
    cohort: DrawnCohort, known: Mapping[tuple[str, str], Answers]
) -> list[pa.RecordBatch]:
    """One batch a study and criterion, its persons in order."""
    return [
        _rows(study, criterion, cohort, answers) for (study, criterion), answers in known.items()
    ]


def _rows(study: str, criterion: str, cohort: DrawnCohort, answers: Answers) -> pa.RecordBatch:
    zero = pa.array(np.zeros(cohort.size, np.int32))
    # A single reason is also given by its word; several stand in the mask only.
    single = np.zeros(cohort.size, np.int32)
    for number, reason in enumerate(Reason, start=1):
        single[answers.reasons == reason.bit] = number
    return pa.RecordBatch.from_arrays(
        [
            pa.array([study]).take(zero),
            pa.array([criterion]).take(zero),
            pa.array(cohort.person),
            pa.array(answers.status),
            pa.array(answers.reasons),
            pa.array(_WORDS, pa.string()).take(pa.array(single)),
        ],
        schema=TRUTH_SCHEMA,
    )


def response_rows(cohort: DrawnCohort) -> pa.RecordBatch:
    """The responses as one batch."""
    columns = list(zip(*known_responses(cohort), strict=True)) or [()] * len(RESPONSE_SCHEMA)
    arrays = [
        pa.array(column, field.type) for column, field in zip(columns, RESPONSE_SCHEMA, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=RESPONSE_SCHEMA)


def allocation_rows(cohort: DrawnCohort) -> pa.RecordBatch:
    """Who was taken into which study and arm, as one batch; `all` where a study has no arms."""
    rows = [
        (one.study, int(person), one.arms[arm] if one.arms else "all")
        for one in sorted(cohort.followed, key=lambda found: found.study)
        for person, arm in zip(cohort.person[one.at], one.arm, strict=True)
    ]
    columns = list(zip(*rows, strict=True)) or [()] * len(ALLOCATION_SCHEMA)
    arrays = [
        pa.array(column, field.type)
        for column, field in zip(columns, ALLOCATION_SCHEMA, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=ALLOCATION_SCHEMA)
