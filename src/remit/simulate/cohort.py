"""Synthetic lupus cohorts of known truth, written as datasets.

The persons are drawn in chunks of a fixed size, each from its own random numbers, and written part
by part. So the same seed gives the same bytes, and memory does not grow with the cohort.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.opened import Facts, open_facts
from remit.facts.snapshot import created_with, empty_table, new_snapshot
from remit.facts.tables import CODED, TABLES
from remit.protocol import Protocol, packaged_protocols, protocol_named
from remit.simulate.calendar import Flags
from remit.simulate.draw import Seeds, draw_people, draw_screening, follow_persons
from remit.simulate.oracle import Known, known_answers
from remit.simulate.oracle.kleene import MET, NOT_MET, UNKNOWN
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

HELD_BACK = frozenset({"incomplete", "lossy_operator", "not_in_data", "not_written"})
CHUNK = 50_000
CHUNKS_A_PART = 2
VOCABULARY = "concept_ancestor"
DATA_CUT = date(2025, 6, 30)
TRUTH, ALLOCATION, RESPONSES = "truth", "allocation", "responses"
EXTRAS: Mapping[str, pa.Schema] = {
    TRUTH: TRUTH_SCHEMA,
    ALLOCATION: ALLOCATION_SCHEMA,
    RESPONSES: RESPONSE_SCHEMA,
}
Progress = Callable[[int, int], None]
Drawings: TypeAlias = Mapping[str, Sequence[pa.RecordBatch]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """The state of some persons, and the known answers of every criterion to it."""

    cohort: DrawnCohort
    known: Known


def draw_cohort(
    *,
    first: int,
    persons: int,
    seeds: Seeds,
    data_cut: date,
    protocols: Sequence[Protocol] | None = None,
) -> Drawn:
    """The state of `persons` persons, with ids from `first` on, and in which study they are."""
    studies = studies_of(protocols)
    people = draw_people(np.arange(first, first + persons, dtype=np.int64), seeds, data_cut)
    cohort = draw_screening(people, seeds, studies, data_cut)
    # Who is followed hangs on the answers; these do not change by what is added after screening.
    known = known_answers(cohort)
    entrants = {study.id: _entrants(study, known, cohort.size) for study in studies}
    return Drawn(follow_persons(cohort, people, seeds, studies, entrants), known)


def studies_of(protocols: Sequence[Protocol] | None) -> Sequence[Protocol]:
    """The given studies, or the packaged ones."""
    if protocols is None:
        return [protocol_named(name) for name in packaged_protocols()]
    ids = [protocol.id for protocol in protocols]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise DatasetError(
            "two studies of a cohort have one id",
            expected="each study once",
            got=", ".join(twice),
            next_step="give each protocol an id of its own",
        )
    return protocols


def _entrants(protocol: Protocol, known: Known, size: int) -> tuple[Flags, Flags]:
    """Who is certainly let in, by what can be known at all; and who is not certainly kept out."""
    groups = [group.id for group in protocol.cohorts] or [""]
    certain, possible = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    for group in groups:
        fits, may = np.ones(size, np.bool_), np.ones(size, np.bool_)
        for criterion in protocol.criteria:
            other = criterion.cohorts and group not in criterion.cohorts
            if other or criterion.state in HELD_BACK:
                continue
            answers = known.get((protocol.id, criterion.id))
            if answers is None:  # no truth is declared
                fits[:] = False
                continue
            failed = answers.status == (NOT_MET if criterion.kind == "inclusion" else MET)
            fits &= ~failed & (answers.status != UNKNOWN)
            may &= ~failed
        certain |= fits
        possible |= may
    return certain, possible


@dataclass(frozen=True, slots=True)
class _Chunk:
    number: int
    first: int
    persons: int


def _chunks(persons: int, seed: int) -> list[_Chunk]:
    if seed < 0:
        raise DatasetError(
            "a seed is not negative",
            expected="a whole number of 0 or more",
            got=str(seed),
            next_step="give another seed",
        )
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
    for chunk in _chunks(persons, seed):
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
) -> Facts:
    """Write a synthetic cohort as a dataset in the folder `out`, and open it.

    Args:
        persons: how many; their ids are 1 to `persons`.
        truth: also write the known answer to each criterion of which one is declared (see
            `read_truth`).
        protocols: the studies whose anchors, signatures and follow-up are written; the packaged
            ones where None.
        progress: is told the persons drawn so far and in all.

    Raises:
        DatasetError: `persons` is below 1, the seed negative, or two protocols have one id.
        OutputError: `out` exists or cannot be written.
    """
    chunks = _chunks(persons, seed)
    studies = studies_of(protocols)
    with new_snapshot(
        out,
        source=_source(persons, protocols),
        data_cut=data_cut,
        mapped=CODED,
        own_codes=CODED,
        seed=seed,
        check=False,
        checked=True,  # sound by construction, as the tests see to with check_dataset
    ) as snapshot:
        scratch = snapshot.folder / "scratch"
        scratch.mkdir()

        def rows_of(chunk: _Chunk) -> Drawings:
            drawn = _draw(chunk, seed=seed, data_cut=data_cut, protocols=studies)
            _write_extras(scratch, chunk, drawn, truth=truth)
            return cohort_rows(drawn.cohort)

        held: dict[str, list[pa.RecordBatch]] = {}
        for chunk, rows in _drawn_ahead(rows_of, chunks):
            for name, batches in rows.items():
                held.setdefault(name, []).extend(batches)
            if progress is not None:
                progress(chunk.first + chunk.persons - 1, persons)
            if chunk is chunks[-1] or chunk.number % CHUNKS_A_PART == CHUNKS_A_PART - 1:
                snapshot.write_part(_tables(held))
                held = {}
        for name in (ALLOCATION, TRUTH, RESPONSES) if truth else (ALLOCATION,):
            snapshot.write_extra(name, EXTRAS[name], _pieces(scratch, name, len(chunks)))
        shutil.rmtree(scratch)
    return open_facts(out)


def find_cohort(out: Path | str, *, persons: int, seed: int, truth: bool = True) -> Facts | None:
    """The cohort of the packaged studies that `write_cohort` would write there, if it is there.

    It is verified; None where there is no dataset, or another one.
    """
    try:
        facts = open_facts(out)
    except DatasetError:
        return None
    manifest = facts.manifest
    same = (
        manifest.seed == seed
        and manifest.source == _source(persons)
        and manifest.created_with == created_with()
        and manifest.data_cut == DATA_CUT
        and (TRUTH in manifest.extras) == truth
    )
    return facts if same else None


def _source(persons: int, protocols: Sequence[Protocol] | None = None) -> str:
    made_for = "" if protocols is None else f", for {', '.join(one.id for one in protocols)}"
    return f"synthetic lupus cohort, {persons} persons{made_for}; no person is real"


def _drawn_ahead(
    draw: Callable[[_Chunk], Drawings], chunks: Sequence[_Chunk]
) -> Iterator[tuple[_Chunk, Drawings]]:
    """Each chunk with what is drawn of it, in order; two are drawn while one is used."""
    pool = ThreadPoolExecutor(2)
    try:
        waiting = deque(pool.submit(draw, chunk) for chunk in chunks[:2])
        for number, chunk in enumerate(chunks):
            drawn = waiting.popleft().result()
            waiting.extend(pool.submit(draw, later) for later in chunks[number + 2 : number + 3])
            yield chunk, drawn
    finally:
        pool.shutdown(cancel_futures=True)  # whoever stops the job waits for no further chunk


def _tables(held: dict[str, list[pa.RecordBatch]]) -> Mapping[str, pa.Table]:
    """The rows of a part; `held` is emptied, so that they are not kept twice while written."""
    names = [name for name, table in TABLES.items() if table.required or name == VOCABULARY]
    empty = {name: empty_table(name) for name in names if name not in held}
    return empty | {
        name: pa.Table.from_batches(held.pop(name), TABLES[name].schema) for name in tuple(held)
    }


def _write_extras(scratch: Path, chunk: _Chunk, drawn: Drawn, *, truth: bool) -> None:
    """What is no fact, to a scratch file of the chunk."""
    extras: dict[str, Sequence[pa.RecordBatch]] = {ALLOCATION: [allocation_rows(drawn.cohort)]}
    if truth:
        extras[TRUTH] = truth_rows(drawn.cohort, drawn.known)
        extras[RESPONSES] = [response_rows(drawn.cohort)]
    for name, batches in extras.items():
        _write_scratch(scratch, name, chunk.number, batches)


def _scratch_file(scratch: Path, name: str, chunk: int) -> Path:
    return scratch / f"{name}.{chunk}.arrow"


def _write_scratch(scratch: Path, name: str, chunk: int, batches: Sequence[pa.RecordBatch]) -> None:
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    path = _scratch_file(scratch, name, chunk)
    with (
        pa.OSFile(str(path), "wb") as sink,
        pa.ipc.new_file(sink, EXTRAS[name], options=options) as file,
    ):
        for batch in batches:
            file.write_batch(batch)


def _pieces(scratch: Path, name: str, chunks: int) -> Iterator[pa.RecordBatch]:
    """The batches of all chunks, study by study, as if they had been drawn at once."""
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


def read_truth(dataset: Facts) -> pa.Table:
    """The known truth of a synthetic dataset.

    Returns:
        A table with the columns `study` and `criterion` (ids as in the protocol), `person_id`,
        `status` (the code of `remit.truth.Status`), `reasons` (bits of `remit.truth.Reason`, 0
        unless unknown) and `reason` (its word where it is a single one). A criterion of which no
        truth is declared is not in it.

    Raises:
        DatasetError: the dataset was written without its truth, or is not synthetic.
    """
    return dataset.extra(TRUTH)


def read_responses(dataset: Facts) -> pa.Table:
    """The known responses of the followed persons of a synthetic dataset.

    Returns:
        A table with the columns `study`, `definition`, `person_id`, `visit` (id as in the
        protocol), `response`, which is what was observed, and `imputed`, which is that after the
        definition's rules for missing values, rescue and stopped treatment. Each is a grade such as
        CR, PR or NR, `not assessable`, or `not yet due` at the data cut. Every planned visit after
        baseline is there, under each definition of `remit.simulate.oracle.known_responses`.

    Raises:
        DatasetError: the dataset was written without its truth, or is not synthetic.
    """
    return dataset.extra(RESPONSES)


def read_allocation(dataset: Facts) -> pa.Table:
    """Who is followed in which arm of a synthetic dataset: `study`, `person_id` and `arm`.

    Raises:
        DatasetError: the dataset has no such table.
    """
    return dataset.extra(ALLOCATION)
