"""The files of OMOP tables in a folder, and their rows batch by batch, each cell as it is written.

A table is `measurement.csv`, `MEASUREMENT.csv.gz`, `measurement.parquet`, or a folder of that name
with Parquet files. Cells of CSV stay texts here: what a text means is for `omop_values`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

from remit.errors import DatasetError
from remit.facts.intake.report import refused
from remit.facts.tables import TABLES

# What exports write for an empty cell; `NA` and `None` may be a word of a source.
EMPTY_CELLS = ("", "NULL", "null", "Null", "\\N")
VOCABULARY = ("concept",)
_BLOCK = 1 << 24  # bytes of CSV at once
_ROWS = 1 << 17  # rows of Parquet at once
# The first bytes of what is given for CSV or Parquet by mistake.
_MARKS = {
    b"PK\x03\x04": "an archive or a workbook of Excel",
    b"\xd0\xcf\x11\xe0": "a workbook of Excel",
    b"\xff\xfe": "a text in UTF-16",
    b"\xfe\xff": "a text in UTF-16",
}
_SUFFIX = re.compile(r"\.(?:csv|csv\.gz|tsv|tsv\.gz|txt|parquet|pq)$", re.IGNORECASE)
_SEPARATORS = ("\t", ",", ";", "|")


@dataclass(frozen=True, slots=True)
class TableSource:
    """The files that hold one table; more than one where a folder parts it."""

    table: str
    files: tuple[Path, ...]

    @property
    def shown(self) -> str:
        return self.files[0].name if len(self.files) == 1 else f"{self.files[0].parent.name}/"


def find_tables(folder: Path) -> Mapping[str, TableSource]:
    """The tables of OMOP that a folder holds, and `concept` where it has the vocabulary.

    Raises:
        DatasetError: there is no such folder, it has no person, or a table twice.
    """
    if not folder.is_dir():
        raise DatasetError(
            "there is no such folder",
            expected="a folder with OMOP tables as CSV or Parquet files",
            got="a file" if folder.exists() else "nothing",
            next_step="check the path; unpack an archive first",
            place=folder,
        )
    wanted = {*TABLES, *VOCABULARY}
    found: dict[str, TableSource] = {}
    for path in sorted(folder.iterdir()):
        name = _SUFFIX.sub("", path.name).casefold()
        files = _files(path)
        if name not in wanted or not files:
            continue
        if name in found:
            raise DatasetError(
                f"the folder has the table {name} twice",
                expected="one file a table",
                got=f"{found[name].shown} and {path.name}",
                next_step="move the one that does not count elsewhere",
                place=folder,
            )
        found[name] = TableSource(name, files)
    if "person" not in found:
        raise DatasetError(
            "the folder has no table person",
            expected="person.csv, person.csv.gz or person.parquet, in any case",
            got=", ".join(sorted(path.name for path in folder.iterdir())[:8]) or "an empty folder",
            next_step="give the folder that holds the OMOP tables themselves",
            place=folder,
        )
    return found


def _files(path: Path) -> tuple[Path, ...]:
    if path.is_dir():
        inside = sorted(p for p in path.rglob("*") if p.is_file() and p.name[0] not in "._")
        return tuple(p for p in inside if _is_parquet(p))
    return (path,) if _SUFFIX.search(path.name) else ()


def _is_parquet(path: Path) -> bool:
    return path.suffix.casefold() in {".parquet", ".pq"}


def read_batches(source: TableSource, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Batches of the columns that a table has, by their names in small letters.

    Raises:
        DatasetError: a file cannot be read, or names a column twice.
    """
    for path in source.files:
        failure = "a file that is damaged or of another format"
        try:
            yield from (_parquet if _is_parquet(path) else _csv)(path, frozenset(columns))
            continue
        except pa.ArrowInvalid:
            # The message quotes the row, which is a patient's: so no traceback may lead to it.
            failure = _strange(path) or (
                failure
                if _is_parquet(path)
                else "a row with more or fewer cells than the head, or text that is not UTF-8"
            )
        except (OSError, pa.ArrowException) as error:
            failure = getattr(error, "strerror", None) or failure
        raise refused(
            f"the table {source.table} cannot be read",
            expected="CSV in UTF-8 with a head, or Parquet",
            got=failure,
            next_step="export the table anew",
            file=path,
            row=None if _strange(path) else _bad_row(path),
        )


def _strange(path: Path) -> str | None:
    """What a file is by its first bytes, if they are of another format; else None."""
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError:
        return None
    if not head:
        return "an empty file"
    for mark, what in _MARKS.items():
        if head.startswith(mark):
            return what
    is_text = not _is_parquet(path) and path.suffix.casefold() != ".gz"
    return "a text in UTF-16, or a file that is no text" if is_text and b"\0" in head else None


def _parquet(path: Path, wanted: frozenset[str]) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        names = _chosen(file.schema_arrow.names, wanted, path)
        for batch in file.iter_batches(_ROWS, columns=list(names)):
            yield batch.rename_columns([names[name] for name in batch.schema.names])


def _csv(path: Path, wanted: frozenset[str]) -> Iterator[pa.RecordBatch]:
    head, separator = _head(path)
    names = _chosen(head, wanted, path)
    with (
        _opened(path) as stream,
        csv.open_csv(
            stream,
            read_options=csv.ReadOptions(block_size=_BLOCK),
            parse_options=_parsed(separator),
            convert_options=csv.ConvertOptions(
                include_columns=list(names),
                column_types=dict.fromkeys(names, pa.string()),
                null_values=list(EMPTY_CELLS),
                strings_can_be_null=True,
            ),
        ) as reader,
    ):
        for batch in reader:
            yield batch.rename_columns(list(names.values()))


def _opened(path: Path) -> pa.NativeFile:
    return pa.input_stream(path, "gzip" if path.suffix.casefold() == ".gz" else None)


def _parsed(separator: str) -> csv.ParseOptions:
    # Vocabularies are parted by tabs, and a quote in them is a quote.
    quote: str | bool = False if separator == "\t" else '"'
    return csv.ParseOptions(delimiter=separator, quote_char=quote, newlines_in_values=bool(quote))


def _chosen(head: Sequence[str], wanted: frozenset[str], path: Path) -> dict[str, str]:
    """Columns as the file writes them -> as OMOP does."""
    known = [(name, name.strip().casefold()) for name in head]
    chosen = [(name, column) for name, column in known if column in wanted]
    names = [column for _, column in chosen]
    twice = sorted({column for column in names if names.count(column) > 1})
    if twice:
        raise refused(
            f"the column {twice[0]} stands twice in the head",
            expected="each column once",
            got=f"{names.count(twice[0])} of them",
            next_step="keep the one that counts",
            file=path,
            row=1,
        )
    return dict(chosen)


def _head(path: Path) -> tuple[list[str], str]:
    """The names of the columns, and what parts them."""
    with _opened(path) as stream:
        # Arrow passes over a mark of byte order, as is done here.
        first = stream.read(1 << 16).split(b"\n", 1)[0].decode("utf-8-sig", "replace").rstrip("\r")
    separator = max(_SEPARATORS, key=first.count)
    return [name.strip().strip('"') for name in first.split(separator)], separator


def _bad_row(path: Path) -> int | None:
    """The first row with other cells than the head, as a spreadsheet counts."""
    if _is_parquet(path):
        return None
    found: list[int] = []

    def note(row: csv.InvalidRow) -> str:
        found.append(row.number or 0)
        return "skip"

    try:
        options = _parsed(_head(path)[1])
        options.invalid_row_handler = note
        # Each byte is some letter here: only the cells are counted.
        read = csv.ReadOptions(use_threads=False, encoding="latin-1")
        with (
            _opened(path) as stream,
            csv.open_csv(stream, read_options=read, parse_options=options) as reader,
        ):
            for _ in reader:
                if found:
                    break
    except (pa.ArrowException, OSError):
        return None
    return found[0] if found and found[0] else None
