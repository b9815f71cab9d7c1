"""The known truth of every criterion of the four packaged studies, as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa

from remit.simulate import (
    truth_nct05631717,
    truth_nct06167174,
    truth_nct06904729,
    truth_umin000042298,
)
from remit.simulate.answers import Answers
from remit.simulate.state import Cohort
from remit.truth import Reason

STUDIES: Mapping[str, Mapping[str, Callable[[Cohort], Answers]]] = {
    module.STUDY: module.CRITERIA
    for module in (truth_nct05631717, truth_nct06167174, truth_nct06904729, truth_umin000042298)
}
SCHEMA = pa.schema(
    [
        pa.field("study", pa.string(), nullable=False),
        pa.field("criterion", pa.string(), nullable=False),
        pa.field("person_id", pa.int64(), nullable=False),
        pa.field("status", pa.int8(), nullable=False),
        pa.field("reasons", pa.int32(), nullable=False),
        pa.field("reason", pa.string()),
    ]
)
_WORDS = [None, *(reason.word for reason in Reason)]


def known_answers(cohort: Cohort) -> dict[tuple[str, str], Answers]:
    """The answers by study and criterion, sorted by study; in the protocol's order within it."""
    return {
        (study, criterion): answer(cohort)
        for study, criteria in STUDIES.items()
        for criterion, answer in criteria.items()
    }


def truth_rows(cohort: Cohort, known: Mapping[tuple[str, str], Answers]) -> list[pa.RecordBatch]:
    """One batch a study and criterion, its persons in order."""
    return [
        _rows(study, criterion, cohort, answers) for (study, criterion), answers in known.items()
    ]


def _rows(study: str, criterion: str, cohort: Cohort, answers: Answers) -> pa.RecordBatch:
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
        schema=SCHEMA,
    )
