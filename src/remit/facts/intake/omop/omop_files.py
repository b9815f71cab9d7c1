"""The rows of OMOP tables batch by batch, each cell as it is written.

Cells of CSV stay texts here: what a text means is for `omop_values`.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

from remit.facts.csv_ends import MarkedStream, rows_before_end
from remit.facts.engine import database_rows
from remit.facts.files import UNREADABLE
from remit.facts.intake.accounting.report import refused
from remit.facts.intake.omop.omop_places import BROKEN_ARCHIVE, TablePlace, TableSource
from remit.facts.look_ahead import taken_ahead

# What exports write for an empty cell; `NA` and `None` may be a word of a source.
EMPTY_CELLS = ("", "NULL", "null", "Null", "\\N")
_BLOCK = 1 << 24  # bytes of CSV at once
_ROWS = 1 << 17  # rows of Parquet at once
_ANY = "any"  # a column that is only counted
# The first bytes of what is given for CSV or Parquet by mistake.
_MARKS = {
    b"PK\x03\x04": "an archive or a workbook of Excel",
    b"\xd0\xcf\x11\xe0": "a workbook of Excel",
    b"\xff\xfe": "a text in UTF-16",
    b"\xfe\xff": "a text in UTF-16",
}
_SEPARATORS = ("\t", ",", ";", "|")


def read_batches(source: TableSource, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Batches of the columns that a table has, by their names in small letters.

    Raises:
        DatasetError: a file cannot be read, or names a column twice.
    """
    for path in source.files:
        if path.relation is not None:
            yield from _relation(path, frozenset(columns))
            continue
        failure = "a file that is damaged or of another format"
        try:
            yield from taken_ahead(
                (_parquet if path.is_parquet else _csv)(path, frozenset(columns))
            )
            continue
        except pa.ArrowInvalid:
            # The message quotes the row, which is a patient's: so no traceback may lead to it.
            failure = _strange(path) or (
                failure
                if path.is_parquet
                else "a row with more or fewer cells than the head, a quotation mark that is not "
                "closed, or text that is not UTF-8"
            )
        except (*UNREADABLE, *BROKEN_ARCHIVE) as error:
            failure = getattr(error, "strerror", None) or _strange(path) or failure
        raise refused(
            f"the table {source.table} cannot be read",
            expected="CSV in UTF-8 with a head, or Parquet",
            got=failure,
            next_step="export the table anew",
            file=path.shown,
            row=None if _strange(path) else _bad_row(path),
        )


def count_rows(source: TableSource) -> int:
    """The rows of a table that nothing else is read of."""
    return sum(batch.num_rows for batch in read_batches(source, ()))


def _relation(place: TablePlace, wanted: frozenset[str]) -> Iterator[pa.RecordBatch]:
    assert place.relation is not None, "a table of a database"
    with database_rows(place.path, place.relation, rows=_ROWS) as (head, read):
        names = _chosen(head, wanted, place) or {head[0]: _ANY}
        for batch in read(list(names)):
            yield batch.rename_columns([names[name] for name in batch.schema.names])


def _strange(path: TablePlace) -> str | None:
    """What a file is by its first bytes, if they are of another format; else None."""
    try:
        with _bytes_of(path) as file:
            head = file.read(64)
    except (OSError, *BROKEN_ARCHIVE):
        return None
    if not head:
        return "an empty file"
    for mark, what in _MARKS.items():
        if head.startswith(mark):
            return what
    is_text = not path.is_parquet and not path.is_zipped
    return "a text in UTF-16, or a file that is no text" if is_text and b"\0" in head else None


def _parquet(path: TablePlace, wanted: frozenset[str]) -> Iterator[pa.RecordBatch]:
    if path.member:
        raise refused(
            "a Parquet file in an archive cannot be read from there",
            expected="CSV in an archive, or Parquet in a folder",
            got="Parquet in an archive",
            next_step="unpack the archive and give the folder",
            file=path.shown,
        )
    # Arrow would keep what it read ahead until the file is closed: all of it, however large.
    with pq.ParquetFile(path.path, pre_buffer=False) as file:
        names = _chosen(file.schema_arrow.names, wanted, path)
        if not names:
            for group in range(file.num_row_groups):
                yield _nothing(file.metadata.row_group(group).num_rows)
            return
        for batch in file.iter_batches(_ROWS, columns=list(names)):
            batch.validate(full=True)  # a text that is no UTF-8 is read without a word otherwise
            yield batch.rename_columns([names[name] for name in batch.schema.names])


def _nothing(rows: int) -> pa.RecordBatch:
    """A batch of no column that is read."""
    return pa.RecordBatch.from_arrays([pa.nulls(rows)], names=[_ANY])


def _csv(path: TablePlace, wanted: frozenset[str]) -> Iterator[pa.RecordBatch]:
    head, separator = _head(path)
    names = _chosen(head, wanted, path)
    only_count = not names
    names = names or {head[0]: _ANY}
    parsed = _parsed(separator)
    with (
        _opened(path) as stream,
        csv.open_csv(
            pa.PythonFile(MarkedStream(stream, len(head), separator), mode="r")
            if parsed.quote_char
            else stream,
            read_options=csv.ReadOptions(block_size=_BLOCK),
            parse_options=parsed,
            convert_options=csv.ConvertOptions(
                include_columns=list(names),
                column_types=dict.fromkeys(names, pa.string()),
                null_values=list(EMPTY_CELLS),
                strings_can_be_null=True,
                check_utf8=not only_count,
                include_missing_columns=only_count,
            ),
        ) as reader,
    ):
        rows = iter(reader)
        for batch in rows_before_end(rows, head, separator) if parsed.quote_char else rows:
            yield batch.rename_columns(list(names.values()))


@contextmanager
def _bytes_of(path: TablePlace) -> Iterator[IO[bytes]]:
    """The bytes of a file, on the disk or in its archive."""
    if not path.member:
        with path.path.open("rb") as file:
            yield file
        return
    with zipfile.ZipFile(path.path) as archive, archive.open(path.member) as member:
        yield member


@contextmanager
def _opened(path: TablePlace) -> Iterator[pa.NativeFile]:
    compression = "gzip" if path.is_zipped else None
    if not path.member:
        with pa.input_stream(path.path, compression) as stream:
            yield stream
        return
    with _bytes_of(path) as member:
        held = pa.PythonFile(member, mode="r")
        yield pa.CompressedInputStream(held, compression) if compression else held


def _parsed(separator: str) -> csv.ParseOptions:
    # Vocabularies are parted by tabs, and a quote in them is a quote.
    quote: str | bool = False if separator == "\t" else '"'
    return csv.ParseOptions(delimiter=separator, quote_char=quote, newlines_in_values=bool(quote))


def _chosen(head: Sequence[str], wanted: frozenset[str], path: TablePlace) -> dict[str, str]:
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
            file=path.shown,
            row=1,
        )
    return dict(chosen)


def _head(path: TablePlace) -> tuple[list[str], str]:
    """The names of the columns, and what parts them."""
    with _opened(path) as stream:
        # Arrow passes over a mark of byte order, as is done here.
        first = stream.read(1 << 16).split(b"\n", 1)[0].decode("utf-8-sig", "replace").rstrip("\r")
    separator = max(_SEPARATORS, key=first.count)
    return [name.strip().strip('"') for name in first.split(separator)], separator


def _bad_row(path: TablePlace) -> int | None:
    """The first row with other cells than the head, as a spreadsheet counts."""
    if path.is_parquet:
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
    except (*UNREADABLE, *BROKEN_ARCHIVE):
        return None
    return found[0] if found and found[0] else None
