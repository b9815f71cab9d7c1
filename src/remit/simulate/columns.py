"""Columns of the fact tables from arrays of the generator's state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from remit.facts.dictionary import packaged_dictionary
from remit.facts.tables import NUMBER, TABLES
from remit.simulate.answers import Flags
from remit.simulate.state import NO_AMOUNT, Cohort


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
    cohort: Cohort, row: NDArray[np.int64], number: int, column: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Record ids: unique in a table, and rising with the column within a person and concept."""
    ids: NDArray[np.int64] = cohort.person[row] * 1024 + number * 4 + column
    return ids


def by_code(cohort: Cohort, name: str, there: Flags) -> Iterator[tuple[int, Flags]]:
    """The codes of a concept, each with its share of the records: persons carry different codes."""
    codes = packaged_dictionary().omop_ids(name)
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
