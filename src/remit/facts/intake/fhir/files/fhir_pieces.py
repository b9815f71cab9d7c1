"""The files of an export in pieces of about one size, which are read one by one or side by side.

NDJSON is cut where a line ends; small files come together, and each other file is a piece. The cuts
hang on the files alone: not on how many processes read them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from remit.facts.intake.fhir.files.fhir_files import LINES, PACKED, FilePiece, suffix_of
from remit.facts.intake.fhir.files.fhir_json import LONGEST

PIECE = 8 << 20  # bytes
_MANY = 2_000  # files that come together


@dataclass(frozen=True, slots=True)
class FhirTask:
    """Pieces that are read one after the other."""

    pieces: tuple[FilePiece, ...]

    def title(self, place: int) -> str:
        return self.pieces[place].path.name


def tasks_of(files: Iterable[Path]) -> Iterator[FhirTask]:
    """All of some files, in order."""
    held, size = list[FilePiece](), 0
    for path in files:
        bytes_ = size_of(path)
        if bytes_ <= PIECE:
            held.append(FilePiece(path))
            size += bytes_
            if size >= PIECE or len(held) >= _MANY:
                yield FhirTask(tuple(held))
                held, size = [], 0
            continue
        if held:
            yield FhirTask(tuple(held))
            held, size = [], 0
        for piece in _cut(path) if suffix_of(path) in LINES else [FilePiece(path)]:
            yield FhirTask((piece,))
    if held:
        yield FhirTask(tuple(held))


def size_of(path: Path) -> int:
    """The bytes of a file; 0 where nobody tells them: that is told where it is read."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def is_packed(path: Path) -> bool:
    """Whether a file is compressed, and so of any size."""
    try:
        with path.open("rb") as file:
            return file.read(len(PACKED)) == PACKED
    except OSError:
        return False


def _cut(path: Path) -> Iterator[FilePiece]:
    """The pieces of a file of lines; all in one where it cannot be read, which is told there."""
    start, line = 0, 1
    try:
        with path.open("rb") as file:
            if file.read(len(PACKED)) == PACKED:
                yield FilePiece(path)
                return
            file.seek(0)
            while (found := _lines_from(file, start)) is not None:
                end, lines = found
                yield FilePiece(path, start, end, line)
                start, line = end, line + lines
    except OSError:
        yield FilePiece(path, start, None, line)
        return
    yield FilePiece(path, start, None, line)


def _lines_from(file: IO[bytes], start: int) -> tuple[int, int] | None:
    """The byte behind the lines of a piece, and how many they are; None where the file ends."""
    end, lines = start, 0
    while text := file.read(PIECE):
        cut = text.rfind(b"\n") + 1
        if cut:
            lines += text.count(b"\n")
            end += cut
            file.seek(end)
            return end, lines
        end += len(text)
        if end - start > LONGEST:
            return None  # no line is so long: the reader of this piece says so
    return None
