"""All resources of some files, piece by piece, by this process or by others that it begins.

What is read of a piece hangs on the piece alone, and pieces are joined in their order: so the rows
are the same, however many processes read and whichever ends first.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path

from remit.facts.intake.fhir.files.fhir_files import FileAccount, find_files, read_resources
from remit.facts.intake.fhir.files.fhir_pieces import FhirTask, is_packed, size_of, tasks_of
from remit.facts.intake.fhir.resources.fhir_events import EVENTS, RESOURCES
from remit.facts.intake.fhir.resources.fhir_joined import PieceReader, ReadResources, ToldPiece
from remit.facts.intake.fhir.resources.fhir_resources import Shelf, put_all
from remit.facts.intake.fhir.resources.fhir_spill import Spill
from remit.facts.intake.sources.limited_copies import Reached, answers_in_order, copy_count
from remit.facts.intake.sources.limited_process import MEGABYTE, Limits

_AT_ONCE = 1 << 14  # resources whose names wait in memory
_LARGE = 8 * MEGABYTE  # of all files: below, other processes take longer to begin than to read
# Of each process that reads: memory is asked for in advance, six times as much as a resource of
# 256 MiB has bytes, and most of it never used. What is written are rows, fewer bytes than are read.
_LIMITS = Limits(memory=3072 * MEGABYTE, seconds=600, size=1 << 44)
_ALLOCATIONS = 200_000  # objects that are made before circles are looked for


def read_files(
    sources: Sequence[Path], *, scratch: Path | None = None, readers: int | None = None
) -> ReadResources:
    """What all resources of some files and folders tell.

    Args:
        scratch: the folder in which rows wait; that of the system when None.
        readers: how many processes read beside this one; 0 for none, and None for as many as are
            worth it.

    Raises:
        DatasetError: a file that cannot be read or is of another version of FHIR.
    """
    account = FileAccount()
    files = find_files(sources, account)
    if readers is None:
        readers = copy_count() if _is_large(files) else 0
    with ExitStack() as opened:
        desks = [
            PieceReader(
                number,
                opened.enter_context(Spill(EVENTS, scratch)),
                opened.enter_context(Spill(RESOURCES, scratch)),
            )
            for number in range(max(readers, 1))
        ]
        read = ReadResources(desks, account)
        with _few_collections():
            for told in _told(tasks_of(files), desks, readers):
                read.join(told)
        for desk in desks:
            desk.events.hold()
            desk.versions.hold()
        return read


def _is_large(files: Sequence[Path]) -> bool:
    """Whether other processes are worth their start, and their limits."""
    return sum(map(size_of, files)) >= _LARGE or any(map(is_packed, files))


def _told(
    tasks: Iterable[FhirTask], desks: Sequence[PieceReader], readers: int
) -> Iterator[ToldPiece]:
    """What all tasks tell, in order."""

    def work(task: FhirTask, number: int) -> Iterator[ToldPiece | Reached]:
        return _told_of(task, desks[number])

    if readers:
        yield from answers_in_order(tasks, work, count=readers, limits=_LIMITS)
        return
    for task in tasks:
        for told in work(task, 0):
            if not isinstance(told, Reached):
                yield told


def _told_of(task: FhirTask, reader: PieceReader) -> Iterator[ToldPiece | Reached]:
    """What a task tells: of many resources some at once, so that memory holds them."""
    files, shelf, found = FileAccount(), _shelf(reader), 0
    for place, piece in enumerate(task.pieces):
        yield Reached(place)
        resources = read_resources([piece], files)
        while (count := put_all(islice(resources, _AT_ONCE), shelf)) == _AT_ONCE:
            yield _taken_from(shelf, FileAccount(), reader)
            shelf, found = _shelf(reader), 0
        found += count
        if found >= _AT_ONCE:
            yield _taken_from(shelf, FileAccount(), reader)
            shelf, found = _shelf(reader), 0
    yield _taken_from(shelf, files, reader)


def _shelf(reader: PieceReader) -> Shelf:
    return Shelf(reader.events, reader.versions, reader.subjects)


def _taken_from(shelf: Shelf, files: FileAccount, reader: PieceReader) -> ToldPiece:
    shelf.reading.text = b""
    return ToldPiece(
        reader.number,
        shelf.events.cut(),
        shelf.versions.cut(),
        shelf.number,
        reader.new_subjects(),
        shelf.reading,
        shelf.patients,
        shelf.studies,
        shelf.adverse,
        shelf.account,
        files,
    )


@contextmanager
def _few_collections() -> Iterator[None]:
    """Python looks for circles of objects rarely within the block.

    What is read of a resource has none and goes with it: to look for them after each few took a
    seventh of the time.
    """
    before = gc.get_threshold()
    gc.set_threshold(_ALLOCATIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
