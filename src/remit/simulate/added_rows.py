"""Further measurements of some persons as rows, laid among those of the whole chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from remit.facts.dictionary import packaged_dictionary
from remit.simulate.state import Added, Cohort, Followed, Labs

# Ids above all that the chunk's own records have; 8192 a person, 16 for each kind of record.
FIRST_ID = 1 << 40
EACH_PERSON, EACH_KIND = 8192, 16


def added_ids(
    person: NDArray[np.int64], number: int, column: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Record ids: unique in a table, and rising with the column within a person and kind."""
    ids: NDArray[np.int64] = FIRST_ID + person * EACH_PERSON + number * EACH_KIND + column
    return ids


def kinds_of(added: Added) -> Iterator[tuple[int, int, Labs]]:
    """Number, OMOP id and records of each kind of record."""
    number = added.first
    for name, labs in added.labs.items():
        yield number, packaged_dictionary().omop_ids(name)[0], labs
        number += 1
    for code, labs in added.items.items():
        yield number, code, labs
        number += 1


def merged(batches: Iterable[pa.RecordBatch], keys: tuple[str, ...]) -> pa.RecordBatch:
    """Batches as one, in the order of the keys."""
    table = pa.Table.from_batches(list(batches))
    table = table.sort_by([(key, "ascending") for key in keys]).combine_chunks()
    found = table.to_batches()
    return found[0] if found else pa.RecordBatch.from_pylist([], schema=table.schema)


def with_followed(
    cohort: Cohort,
    rows: Callable[[Cohort], Iterator[tuple[int, pa.RecordBatch]]],
    order: tuple[str, ...],
) -> list[pa.RecordBatch]:
    """The batches of a table by code, with the rows of those who are followed among the rest."""
    found = {code: [batch] for code, batch in rows(cohort)}
    for one in cohort.followed:
        for code, batch in rows(_alone(cohort, one)):
            if batch.num_rows:
                found[code].append(_other_ids(batch))
    return [
        batches[0] if len(batches) == 1 else merged(batches, order)
        for _, batches in sorted(found.items())
    ]


def _alone(cohort: Cohort, one: Followed) -> Cohort:
    """The followed as persons who have nothing but their follow-up."""
    return replace(
        cohort,
        person=cohort.person[one.at],
        coverage=one.coverage,
        visits={"outpatient_visit": one.visits},
        exposures=one.exposures,
        eras=one.eras,
        followed=(),
    )


def _other_ids(batch: pa.RecordBatch) -> pa.RecordBatch:
    ids = pc.add(batch.column(0), FIRST_ID)
    return batch.set_column(0, batch.schema.field(0), ids)
