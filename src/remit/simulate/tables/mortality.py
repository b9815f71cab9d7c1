"""Rows of `death`: a person who dies does so on the day of her last record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from remit.facts.arrays import NO_DAY, dates_of, whole_numbers
from remit.facts.tables import TABLES
from remit.simulate.calendar import day_of
from remit.simulate.state import DrawnCohort
from remit.simulate.tables.batches import batch_of, days


def death_rows(
    cohort: DrawnCohort, tables: Mapping[str, Sequence[pa.RecordBatch]]
) -> pa.RecordBatch:
    """The deaths of a chunk.

    Args:
        tables: all other rows of the chunk. Nothing in them changes.
    """
    last = np.full(cohort.size, NO_DAY, np.int32)
    for batches in tables.values():
        for batch in batches:
            if not batch.num_rows:
                continue
            place = whole_numbers(batch["person_id"]) - cohort.person[0]
            for field in batch.schema:
                if pa.types.is_date32(field.type):
                    np.maximum.at(last, place, dates_of(batch[field.name]))
    dies = cohort.dies & (last != NO_DAY) & (last < day_of(cohort.data_cut))
    for study in cohort.followed:
        dies[study.at] = False
    known = {"person_id": cohort.person[dies], "death_date": days(last[dies])}
    count = int(np.count_nonzero(dies))
    unsaid = {
        field.name: pa.nulls(count, field.type)
        for field in TABLES["death"].schema
        if field.name not in known
    }
    return batch_of("death", {**known, **unsaid})
