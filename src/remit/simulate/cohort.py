"""Synthetic lupus cohorts of known truth, written as datasets.

The persons are drawn in chunks of a fixed size, each from its own random numbers. So the same seed
gives the same bytes, however many are drawn at a time, and memory does not grow with the cohort.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from remit.errors import DatasetError
from remit.facts.dataset import Dataset, open_dataset
from remit.facts.tables import TABLES
from remit.facts.writing import empty_table, table_batches, write_manifest, write_rows
from remit.output import new_folder
from remit.protocol import Protocol
from remit.simulate.draw import Seeds
from remit.simulate.drawn import Drawn, draw_cohort, studies_of
from remit.simulate.state import DrawnCohort
from remit.simulate.tables import cohort_rows
from remit.simulate.tables.study_tables import (
    ALLOCATION_SCHEMA,
    RESPONSE_SCHEMA,
    TRUTH_SCHEMA,
    allocation_rows,
    response_rows,
    truth_rows,
)

CHUNK = 50_000
DATA_CUT = date(2025, 6, 30)
TRUTH, ALLOCATION, RESPONSES = "truth", "allocation", "responses"
EXTRAS: Mapping[str, pa.Schema] = {
    TRUTH: TRUTH_SCHEMA,
    ALLOCATION: ALLOCATION_SCHEMA,
    RESPONSES: RESPONSE_SCHEMA,
}
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Chunk:
    number: int
    first: int
    persons: int


def _chunks(persons: int) -> list[_Chunk]:
    if persons < 1:
        raise DatasetError(
            "a cohort needs persons",
            expected="1 person or more",
            got=str(persons),
            next_step="give another number of persons",
        )
    return [
        _Chunk(number, first + 1, min(CHUNK, persons - first))
        for number, first in enumerate(range(0, persons, CHUNK))
    ]


def _draw(
    chunk: _Chunk, *, seed: int, data_cut: date, protocols: Sequence[Protocol] | None
) -> Drawn:
    return draw_cohort(
        first=chunk.first,
        persons=chunk.persons,
        seeds=Seeds(seed, chunk.number),
        data_cut=data_cut,
        protocols=protocols,
    )


def simulate_cohort(
    *,
    persons: int,
    seed: int,
    data_cut: date = DATA_CUT,
    protocols: Sequence[Protocol] | None = None,
) -> Iterator[DrawnCohort]:
    """The state of the persons 1 to `persons`, chunk by chunk.

    Args:
        protocols: as for `write_cohort`.

    >>> [cohort.size for cohort in simulate_cohort(persons=3, seed=1)]
    [3]
    """
    for chunk in _chunks(persons):
        yield _draw(chunk, seed=seed, data_cut=data_cut, protocols=protocols).cohort


def write_cohort(
    out: Path | str,
    *,
    persons: int,
    seed: int,
    data_cut: date = DATA_CUT,
    truth: bool = True,
    protocols: Sequence[Protocol] | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """Write a synthetic cohort as a dataset in the folder `out`, and open it.

    Args:
        persons: how many; their ids are 1 to `persons`.
        truth: also write the known answer to each criterion of which one is declared (see
            `read_truth`).
        protocols: the studies whose anchors, signatures and follow-up are written; the packaged
            ones where None.
        progress: is told the persons drawn so far and in all.

    Raises:
        DatasetError: `persons` is below 1, or two protocols have one id.
        OutputError: `out` exists or cannot be written.
    """
    out = Path(out)
    chunks = _chunks(persons)
    studies = studies_of(protocols)
    with new_folder(out) as folder:
        scratch = folder / "scratch"
        scratch.mkdir()

        def draw_to_scratch(chunk: _Chunk) -> int:
            drawn = _draw(chunk, seed=seed, data_cut=data_cut, protocols=studies)
            cohort = drawn.cohort
            for name, batches in cohort_rows(cohort).items():
                _write_scratch(scratch, name, chunk.number, TABLES[name].schema, batches)
            extras = {ALLOCATION: [allocation_rows(cohort)]}
            if truth:
                extras[TRUTH] = truth_rows(cohort, drawn.known)
                extras[RESPONSES] = [response_rows(cohort)]
            for name, batches in extras.items():
                _write_scratch(scratch, name, chunk.number, EXTRAS[name], batches)
            return chunk.persons

        done = 0
        with ThreadPoolExecutor(2) as pool:
            for size in pool.map(draw_to_scratch, chunks):
                done += size
                if progress is not None:
                    progress(done, persons)
            # The largest first, so that the others are written beside it.
            names = ["measurement", *([TRUTH, RESPONSES] if truth else []), ALLOCATION]
            names += [name for name in TABLES if name not in names]
            found = pool.map(lambda name: _write_final(folder, name, len(chunks)), names)
            rows = dict(zip(names, found, strict=True))
        shutil.rmtree(scratch)
        write_manifest(
            folder,
            rows,
            source=f"synthetic lupus cohort, {persons} persons; no person is real",
            data_cut=data_cut,
            seed=seed,
            checked=True,  # sound by construction, as the tests see to with check_dataset
        )
    return open_dataset(out)


def _scratch_file(scratch: Path, name: str, chunk: int) -> Path:
    return scratch / f"{name}.{chunk}.arrow"


def _write_scratch(
    scratch: Path, name: str, chunk: int, schema: pa.Schema, batches: Sequence[pa.RecordBatch]
) -> None:
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    path = _scratch_file(scratch, name, chunk)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema, options=options) as file:
        for batch in batches:
            file.write_batch(batch)


def _write_final(folder: Path, name: str, chunks: int) -> int:
    """Lay the pieces of all chunks end to end, code by code, as one file; the rows written."""
    target = folder / (f"{name}.parquet" if name in TABLES else f"{name}/{name}.parquet")
    if name in EXTRAS:
        pieces = _pieces(folder / "scratch", name, chunks)
        return write_rows(target, EXTRAS[name], pieces)
    table = TABLES[name]
    if not _scratch_file(folder / "scratch", name, 0).exists():
        return write_rows(target, table.schema, empty_table(name).to_batches())
    pieces = _pieces(folder / "scratch", name, chunks)
    return write_rows(target, table.schema, table_batches(table, pieces))


def _pieces(scratch: Path, name: str, chunks: int) -> Iterator[pa.RecordBatch]:
    with ExitStack() as stack:
        readers = []
        for chunk in range(chunks):
            source = stack.enter_context(
                pa.memory_map(str(_scratch_file(scratch, name, chunk)), "r")
            )
            readers.append(pa.ipc.open_file(source))
        for number in range(readers[0].num_record_batches if readers else 0):
            for reader in readers:
                yield reader.get_batch(number)


def read_truth(dataset: Dataset) -> pa.Table:
    """The known truth of a synthetic dataset.

    Returns:
        A table with the columns `study` and `criterion` (ids as in the protocol), `person_id`,
        `status` (the code of `remit.truth.Status`), `reasons` (bits of `remit.truth.Reason`, 0
        unless unknown) and `reason` (its word where it is a single one). A criterion of which no
        truth is declared is not in it.

    Raises:
        DatasetError: the dataset was written without its truth, or is not synthetic.
    """
    return pq.read_table(dataset.path(TRUTH))


def read_responses(dataset: Dataset) -> pa.Table:
    """The known responses of the followed persons of a synthetic dataset.

    Returns:
        A table with the columns `study`, `definition`, `person_id`, `visit` (id as in the
        protocol), `response`, which is what was observed, and `imputed`, which is that after the
        definition's rules for missing values, rescue and stopped treatment. Each is a grade such as
        CR, PR or NR, or `not assessable`. Every planned visit after baseline is there, under each
        definition of `remit.simulate.oracle.known_responses`.

    Raises:
        DatasetError: the dataset was written without its truth, or is not synthetic.
    """
    return pq.read_table(dataset.path(RESPONSES))


def read_allocation(dataset: Dataset) -> pa.Table:
    """Who is followed in which arm of a synthetic dataset: `study`, `person_id` and `arm`.

    Raises:
        DatasetError: the dataset has no such table.
    """
    return pq.read_table(dataset.path(ALLOCATION))
