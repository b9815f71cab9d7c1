"""The files of a FHIR export, and their resources one by one: NDJSON, Bundles and single ones.

Sources: HL7 FHIR Bulk Data Access 2.0 (NDJSON, one resource a line); HL7 FHIR R4, "Bundle". Memory
holds one line, or one entry, whatever the size of a file; a Bundle that is small is read at once.
NDJSON may be read piece by piece, each beginning with a line.
"""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple, cast

from remit.errors import DatasetError
from remit.facts.intake.accounting.report import refused
from remit.facts.intake.fhir.files.fhir_elements import Element
from remit.facts.intake.fhir.files.fhir_json import (
    DOUBLED,
    LONG_NUMBER,
    LONGEST,
    BrokenJson,
    Parsed,
    document,
    fault_of,
    parsed_line,
    print_of,
    streamed,
)

LINES = (".ndjson", ".jsonl")
_WHOLE = (".json",)
PACKED = b"\x1f\x8b"
_SMALL = 32 << 20  # bytes of a Bundle that is read at once
# What a Bundle may be whose entries are the state of things; a history has what once was.
_TYPES = frozenset({"transaction", "batch", "collection", "searchset", "document"})
_DELETES = frozenset({"DELETE", "PATCH"})


class FilePiece(NamedTuple):
    """A file, or the lines of one from a byte on.

    Attributes:
        end: the byte behind the last of these lines; None for all that follow.
        line: the number of the first of them, from 1.
    """

    path: Path
    start: int = 0
    end: int | None = None
    line: int = 1


class FoundResource(NamedTuple):
    """One resource as a file has it.

    Attributes:
        url: the `fullUrl` of its entry. place: its file; at: its line, or entry, from 1.
        fault: by which rule it cannot be taken, whatever it says.
    """

    parsed: Parsed
    place: Path
    at: int
    url: str | None = None
    fault: str | None = None
    is_entry: bool = False


@dataclass(slots=True)
class FileAccount:
    """What is found out of files while they are read.

    Attributes:
        empty_entries: entries of Bundles without a resource.
        unread: files of a folder that are none of FHIR.
        matches: folder and total of a search -> the matches that its pages hold.
    """

    empty_entries: int = 0
    unread: list[str] = field(default_factory=list)
    matches: dict[tuple[Path, int], int] = field(default_factory=dict)

    def join(self, later: FileAccount) -> None:
        """Add what was found out of the files that follow."""
        self.empty_entries += later.empty_entries
        self.unread += later.unread
        for key, matches in later.matches.items():
            self.matches[key] = self.matches.get(key, 0) + matches


def find_files(sources: Sequence[Path], account: FileAccount) -> tuple[Path, ...]:
    """The files of FHIR among some files and folders, in order.

    Raises:
        DatasetError: there is no such file, or none of FHIR.
    """
    found = dict[Path, None]()
    for source in sources:
        if source.is_dir():
            for path in sorted(source.rglob("*")):
                if path.is_file() and not any(
                    part.startswith(".") for part in path.relative_to(source).parts
                ):
                    if suffix_of(path) in {*LINES, *_WHOLE}:
                        found[path] = None
                    else:
                        account.unread.append(path.name)
        elif source.is_file():
            found[source] = None
        else:
            raise refused(
                "there is no such file or folder",
                expected="FHIR R4 as Bundles (.json) or as NDJSON (.ndjson), files or folders",
                got="nothing",
                next_step="check the path; unpack an archive first",
                file=source,
            )
    if not found:
        raise refused(
            "there is no file of FHIR",
            expected="files that end in .json, .ndjson or .jsonl, also with .gz behind it",
            got=f"{len(account.unread):,} other files",
            next_step="give the folder of the export",
            file=sources[0] if sources else Path(),
        )
    return tuple(found)


def suffix_of(path: Path) -> str:
    """How the name of a file ends, without `.gz`."""
    return Path(path.name.lower().removesuffix(".gz")).suffix


def read_resources(pieces: Iterable[FilePiece], account: FileAccount) -> Iterator[FoundResource]:
    """Every resource of every piece.

    Raises:
        DatasetError: a file that cannot be read, is cut, or is none of FHIR.
    """
    for piece in pieces:
        path = piece.path
        try:
            with _opened(path) as file:
                if piece.start:
                    file.seek(piece.start)
                    yield from _of_lines(piece, file, file.readline(LONGEST), account)
                else:
                    yield from _of_file(piece, file, account)
        except BrokenJson as fault:
            raise _broken(path, None, fault) from None
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise _cut(path, "a compressed file that is cut or damaged") from None
        except OSError as fault:
            raise refused(
                "the file cannot be read",
                expected="a file that you may read",
                got=fault.strerror or type(fault).__name__,
                next_step="check its rights and the disk",
                file=path,
            ) from None


def _opened(path: Path) -> IO[bytes]:
    file = path.open("rb")
    mark = file.read(2)
    file.seek(0)
    if mark != PACKED:
        return file
    file.close()
    return cast(IO[bytes], gzip.open(path, "rb"))


def _of_file(piece: FilePiece, file: IO[bytes], account: FileAccount) -> Iterator[FoundResource]:
    path = piece.path
    head = file.readline(LONGEST)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refused(
            "the file is a text in UTF-16",
            expected="UTF-8, as FHIR asks for",
            got="UTF-16",
            next_step="save it as UTF-8",
            file=path,
        )
    head = head.removeprefix(b"\xef\xbb\xbf")
    if head.lstrip().startswith(b"<"):
        raise refused(
            "the file is XML",
            expected="JSON: Bundles, or NDJSON",
            got="XML",
            next_step="export as JSON (`_format=json`)",
            file=path,
        )
    if suffix_of(path) in LINES or _is_line(head, file):
        yield from _of_lines(piece, file, head, account, marked=file.tell() - len(head))
        return
    text = head + file.read(_SMALL - min(len(head), _SMALL))
    if len(text) < _SMALL:
        yield from _of_document(path, text, account)
        return
    file.seek(0)
    yield from _of_stream(path, file, account)


def _is_line(head: bytes, file: IO[bytes]) -> bool:
    """Whether the first line is an object by itself and others follow."""
    if not (head.startswith(b"{") and head.rstrip().endswith(b"}") and head.endswith(b"\n")):
        return False
    try:
        parsed_line(head)
    except BrokenJson:
        return False
    here = file.tell()
    more = file.read(1 << 16).strip()
    file.seek(here)
    return bool(more)


def _of_lines(
    piece: FilePiece, file: IO[bytes], head: bytes, account: FileAccount, *, marked: int = 0
) -> Iterator[FoundResource]:
    """The resources of the lines of a piece.

    Args:
        head: its first line. marked: the bytes before it that mark the file as UTF-8.
    """
    path, line, number = piece.path, head, piece.line
    left = sys.maxsize if piece.end is None else piece.end - piece.start - marked
    while line:
        if len(line) >= LONGEST:
            raise _cut(path, f"a line of more than {LONGEST >> 20} MiB")
        if not line.isspace():
            try:
                parsed = parsed_line(line)
            except BrokenJson as fault:
                raise _broken(path, number, fault) from None
            if parsed.value.get("resourceType") == "Bundle" and parsed.fault is None:
                yield from _of_bundle(path, document(line), account)
            else:
                yield FoundResource(parsed, path, number)
        left -= len(line)
        if left <= 0:
            return
        line, number = file.readline(LONGEST), number + 1


def _of_document(path: Path, text: bytes, account: FileAccount) -> Iterator[FoundResource]:
    if not text.strip():
        raise _cut(path, "an empty file")
    try:
        value = document(text)
    except RecursionError:
        raise _not_plain(path, "JSON that is nested without end") from None
    if LONG_NUMBER in value:
        raise _not_plain(path, LONG_NUMBER[1:])
    if value.get("resourceType") == "Bundle":
        yield from _of_bundle(path, value, account)
    elif "resourceType" in value:
        yield FoundResource(Parsed(value, fault_of(value), b"", print_of(value)), path, 1)
    else:
        account.unread.append(path.name)


def _of_bundle(path: Path, bundle: Element, account: FileAccount) -> Iterator[FoundResource]:
    if DOUBLED in bundle:
        raise _not_plain(path, "a Bundle in which a key stands twice")
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        raise _not_plain(path, "a Bundle whose entry is no list")
    _require_state(path, bundle)
    _count_matches(path, bundle, sum(map(_is_match, entries)), account)
    for number, entry in enumerate(entries, 1):
        yield from _of_entry(path, number, entry, account)


def _of_stream(path: Path, file: IO[bytes], account: FileAccount) -> Iterator[FoundResource]:
    """The entries of a large Bundle, one by one; what it says of itself may stand behind them."""
    said: dict[str, object] = {}
    number = matches = 0
    for name, value in streamed(file, "entry"):
        if name == "entry" and isinstance(value, dict):
            number += 1
            matches += _is_match(value)
            yield from _of_entry(path, number, value, account)
        elif name in said or name == "entry":
            raise _not_plain(path, f"a Bundle whose {name} stands twice, or is no list")
        else:
            said[name] = value
    if said.get("resourceType") != "Bundle":
        raise _not_plain(path, "a resource, or a file, of more than 32 MiB that is no Bundle")
    _require_state(path, said)
    _count_matches(path, said, matches, account)


def _of_entry(
    path: Path, number: int, entry: object, account: FileAccount
) -> Iterator[FoundResource]:
    resource = entry.get("resource") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(resource, dict):
        account.empty_entries += 1
        return
    url, request = entry.get("fullUrl"), entry.get("request")
    fault = fault_of(entry)
    if fault is None and isinstance(request, Mapping) and _method(request) in _DELETES:
        fault = "an entry that deletes or patches"
    if fault is None and entry.get("modifierExtension"):
        fault = "a modifierExtension of the entry: it may change what is said"
    parsed = Parsed(resource, fault, b"", print_of(resource) if fault is None else 0)
    yield FoundResource(
        parsed, path, number, url if isinstance(url, str) else None, fault, is_entry=True
    )


def _method(request: Mapping[str, object]) -> str:
    method = request.get("method")
    return method if isinstance(method, str) else ""


def _require_state(path: Path, bundle: Element) -> None:
    """Nothing, when a Bundle says how things are."""
    kind = bundle.get("type")
    if not isinstance(kind, str) or kind not in _TYPES:
        shown = kind if isinstance(kind, str) and kind.isascii() and len(kind) < 40 else "no text"
        raise _not_plain(path, f"a Bundle of the type {shown}")


def _is_match(entry: object) -> bool:
    search = entry.get("search") if isinstance(entry, dict) else None
    return not isinstance(search, dict) or search.get("mode") in (None, "match")


def _count_matches(path: Path, bundle: Element, matches: int, account: FileAccount) -> None:
    total = bundle.get("total")
    if bundle.get("type") == "searchset" and type(total) is int and total >= 0:
        key = (path.parent, total)
        account.matches[key] = account.matches.get(key, 0) + matches


def _not_plain(path: Path, got: str) -> DatasetError:
    return refused(
        "the file is no Bundle, NDJSON or resource of FHIR that can be read",
        expected=f"a Bundle of the type {', '.join(sorted(_TYPES))}; NDJSON; or one resource",
        got=got,
        next_step="export the current state of the resources again, or take the file away",
        file=path,
    )


def _cut(path: Path, got: str) -> DatasetError:
    return refused(
        "the file is cut or damaged: what it lacks would read as never having been",
        expected="a whole file",
        got=got,
        next_step="export or copy it again",
        file=path,
    )


def _broken(path: Path, line: int | None, fault: BrokenJson) -> DatasetError:
    return refused(
        "the file is cut or damaged: what it lacks would read as never having been",
        expected="JSON objects" if line is None else "one JSON object a line",
        got="JSON that ends too early" if fault.cut else "a text that is no JSON object",
        next_step="export or copy it again",
        file=path,
        row=line,
    )
