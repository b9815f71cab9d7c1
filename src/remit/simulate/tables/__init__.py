"""Rows of OMOP tables from the state of a chunk of persons.

`clinical` has the rows of what happened to people, `study_tables` those of studies: anchors,
signatures, allocation and the known truth. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from remit.simulate.state import DrawnCohort
from remit.simulate.tables.adverse import adverse_rows
from remit.simulate.tables.batches import with_followed
from remit.simulate.tables.clinical import (
    ERA_ORDER,
    EXPOSURE_ORDER,
    PERIOD_ORDER,
    VISIT_ORDER,
    condition_rows,
    era_rows,
    exposure_rows,
    measurement_rows,
    period_rows,
    person_rows,
    procedure_rows,
    visit_rows,
)
from remit.simulate.tables.mortality import death_rows
from remit.simulate.tables.study_tables import anchor_rows, attestation_rows


def cohort_rows(cohort: DrawnCohort) -> dict[str, list[pa.RecordBatch]]:
    """For each table its batches, always the same number in the same order of code or study.

    The first batches of all chunks, laid end to end, then the second ones and so on, are the table
    in the order that `remit.facts.tables` declares.
    """
    rows = {
        "person": [person_rows(cohort)],
        "observation_period": with_followed(cohort, period_rows, PERIOD_ORDER),
        "visit_occurrence": with_followed(cohort, visit_rows, VISIT_ORDER),
        "condition_occurrence": _in_order(condition_rows(cohort)),
        "drug_exposure": with_followed(cohort, exposure_rows, EXPOSURE_ORDER),
        "dose_era": with_followed(cohort, era_rows, ERA_ORDER),
        "procedure_occurrence": _in_order(procedure_rows(cohort)),
        "measurement": _in_order(measurement_rows(cohort)),
        "study_anchor": anchor_rows(cohort),
        "attestation": attestation_rows(cohort),
    }
    rows["death"] = [death_rows(cohort, rows)]
    # A cohort of which nobody is followed says nothing of adverse events.
    return rows | ({"adverse_event": [adverse_rows(cohort)]} if cohort.followed else {})


def _in_order(keyed: Iterator[tuple[int, pa.RecordBatch]]) -> list[pa.RecordBatch]:
    found = dict(keyed)
    return [found[code] for code in sorted(found)]
