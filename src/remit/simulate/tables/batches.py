"""Record batches from arrays of the generator's state, and their union in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from remit.facts.dictionary import packaged_dictionary
from remit.facts.tables import NUMBER, TABLES
from remit.simulate.calendar import Flags
from remit.simulate.state import NO_AMOUNT, Added, DrawnCohort, FollowedPersons, Labs


def batch_of(table: str, columns: Mapping[str, object]) -> pa.RecordBatch:
    schema = TABLES[table].schema
    arrays = []
    for field in schema:
        column = columns[field.name]
        if not isinstance(column, pa.Array):
            column = pa.array(column)
        arrays.append(column if column.type == field.type else column.cast(field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def days(day: NDArray[np.int32], empty: Flags | None = None) -> pa.Array:
    return pa.array(day.astype(np.int32), mask=empty).cast(pa.date32())


def numbers(amount: NDArray[np.int64]) -> pa.Array:
    """Decimals from millionths; empty where there is no amount."""
    words = np.stack([amount, np.where(amount < 0, -1, 0)], axis=1).astype("<i8")
    valid = pa.array(amount != NO_AMOUNT).buffers()[1]
    return pa.Array.from_buffers(NUMBER, len(amount), [valid, pa.py_buffer(words.tobytes())])


def coded_or_empty(code: NDArray[np.int32], empty: Flags) -> pa.Array:
    return pa.array(code.astype(np.int32), mask=empty)


def texts(texts: Sequence[str | None], index: NDArray[np.int64]) -> pa.Array:
    return pa.array(texts, pa.string()).take(pa.array(index))


def all_of_them(value: int, like: NDArray[np.int64]) -> NDArray[np.int32]:
    return np.full(len(like), value, np.int32)


def record_ids(
    cohort: DrawnCohort, row: NDArray[np.int64], number: int, column: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Record ids: unique in a table, and rising with the column within a person and concept."""
    ids: NDArray[np.int64] = cohort.person[row] * 1024 + number * 4 + column
    return ids


def codes_of(cohort: DrawnCohort, name: str) -> tuple[int, ...]:
    """The OMOP ids of a concept, packaged or brought by a study."""
    return cohort.own_codes.get(name) or packaged_dictionary().omop_ids(name)


def by_code(cohort: DrawnCohort, name: str, there: Flags) -> Iterator[tuple[int, Flags]]:
    """The codes of a concept, each with its share of the records: persons carry different codes."""
    codes = codes_of(cohort, name)
    turn = (cohort.person[:, None] + np.arange(there.shape[1])) % len(codes)
    for number, code in enumerate(codes):
        yield code, there & (turn == number)


def picked(there: Flags, *keys: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column of each record, ordered by person, then the keys, then column."""
    row, column = np.nonzero(there)
    ranks: list[NDArray[np.int64]] = [column]
    ranks += [key[row, column].astype(np.int64) for key in reversed(keys)]
    order = np.lexsort([*ranks, row])
    return row[order], column[order]


# Ids above all that the chunk's own records have; 8192 a person, 16 for each kind of record. Who
# has more of a kind has the others in a further block of ids.
FIRST_ID = 1 << 40
EACH_PERSON, EACH_KIND = 8192, 16


def added_ids(
    person: NDArray[np.int64], number: int, column: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Record ids: unique in a table, and rising with the column within a person and kind."""
    block, place = np.divmod(column, EACH_KIND)
    ids: NDArray[np.int64] = (
        FIRST_ID * (1 + block) + person * EACH_PERSON + number * EACH_KIND + place
    )
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
    cohort: DrawnCohort,
    rows: Callable[[DrawnCohort], Iterator[tuple[int, pa.RecordBatch]]],
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


def _alone(cohort: DrawnCohort, one: FollowedPersons) -> DrawnCohort:
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
