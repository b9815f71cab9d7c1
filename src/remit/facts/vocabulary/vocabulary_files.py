"""The files of a vocabulary: an Athena download, or the vocabulary tables of an OMOP database.

A table is `CONCEPT.csv` in any case of its name, parted by tabs (Athena, which quotes nothing) or
commas, perhaps `.gz`, or `concept.parquet`; the files lie in a folder or in one zip archive. They
have up to a hundred million rows: each question reads them batch by batch and keeps what it needs.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq

from remit.errors import ConceptError, Place
from remit.facts.csv_ends import MarkedStream, rows_before_end

# The columns that are read of each table; those in the second tuple may be missing.
COLUMNS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "concept": (
        ("concept_id", "concept_name", "domain_id", "vocabulary_id", "concept_code"),
        ("concept_class_id", "standard_concept", "invalid_reason"),
    ),
    "concept_relationship": (
        ("concept_id_1", "concept_id_2", "relationship_id"),
        ("invalid_reason",),
    ),
    "concept_ancestor": (("ancestor_concept_id", "descendant_concept_id"), ()),
    "drug_strength": (
        ("drug_concept_id", "ingredient_concept_id"),
        (
            "amount_value",
            "amount_unit_concept_id",
            "numerator_value",
            "numerator_unit_concept_id",
            "denominator_value",
            "denominator_unit_concept_id",
            "box_size",
            "valid_end_date",
            "invalid_reason",
        ),
    ),
    "relationship": (("relationship_id", "defines_ancestry"), ()),
    "source_to_concept_map": (
        ("source_code", "source_vocabulary_id", "target_concept_id"),
        ("invalid_reason",),
    ),
    "vocabulary": (("vocabulary_id", "vocabulary_version"), ()),
}
_IDS = frozenset(
    {
        "concept_id",
        "concept_id_1",
        "concept_id_2",
        "ancestor_concept_id",
        "descendant_concept_id",
        "drug_concept_id",
        "ingredient_concept_id",
        "target_concept_id",
    }
)
UNKNOWN_VERSION = "of an unknown version"
_SUFFIX = re.compile(r"\.(?:csv|csv\.gz|tsv|tsv\.gz|txt|parquet)$", re.IGNORECASE)
_EMPTY = ("", "NULL", "null", "\\N")
_HEAD = 1 << 16  # bytes in which the head of a CSV file ends
_BLOCK = 1 << 22  # bytes of CSV at once
_ROWS = 1 << 17  # rows of Parquet at once
_AGAIN = "download the vocabulary again from athena.ohdsi.org, or export the tables anew"


@dataclass(frozen=True, slots=True, eq=False)
class VocabularyFiles:
    """Where the tables of a vocabulary lie.

    Each is its own: what was read of one tells nothing of files that lie at its place later.

    Attributes:
        place: the folder, or the zip archive.
        files: table -> its file, or its name within the archive.
    """

    place: Path
    files: tuple[tuple[str, str], ...]

    def __contains__(self, table: str) -> bool:
        return any(name == table for name, _ in self.files)

    def file_of(self, table: str) -> str:
        """The name of a table's file."""
        return dict(self.files)[table]


def find_vocabulary(place: Path) -> VocabularyFiles:
    """The tables of a vocabulary in a folder or a zip archive; CONCEPT must be there.

    Another file is taken for CONCEPT alone.

    Raises:
        ConceptError: there is no such place, it holds no CONCEPT, or a table twice.
    """
    found: dict[str, str] = {}
    if place.is_file() and place.suffix.casefold() != ".zip":
        return VocabularyFiles(place, (("concept", place.name),))
    names = _names(place)
    for name in names:
        table = _SUFFIX.sub("", name.rsplit("/", 1)[-1]).casefold()
        if table not in COLUMNS or not _SUFFIX.search(name) or "__MACOSX" in name:
            continue
        if table in found:
            raise ConceptError(
                f"the vocabulary has the table {table} twice",
                expected="one file a table",
                got=f"{found[table]} and {name}",
                next_step="move the one that does not count elsewhere",
                place=place,
            )
        found[table] = name
    if "concept" not in found:
        raise ConceptError(
            "this is no vocabulary of OMOP",
            expected="a folder or a zip archive with CONCEPT.csv and CONCEPT_RELATIONSHIP.csv",
            got=", ".join(names[:6]) or "an empty folder",
            next_step="give the unpacked download of athena.ohdsi.org, or the folder with the "
            "vocabulary tables of your database",
            place=place,
        )
    return VocabularyFiles(place, tuple(sorted(found.items())))


def _names(place: Path) -> list[str]:
    if place.is_dir():
        return sorted(path.name for path in place.iterdir() if path.is_file())
    if not place.is_file():
        raise ConceptError(
            "there is no such vocabulary",
            expected="a folder with CONCEPT.csv, or a zip archive of one",
            got="nothing",
            next_step="check the path",
            place=place,
        )
    try:
        with zipfile.ZipFile(place) as archive:
            return sorted(archive.namelist())
    except (OSError, zipfile.BadZipFile):
        raise _unreadable(place, "an archive that is damaged or no zip") from None


class VocabularySource(Protocol):
    """The tables of a vocabulary elsewhere, such as in a database."""

    @property
    def place(self) -> Path:
        """Where they are, in words."""

    def __contains__(self, table: str) -> bool: ...

    def __hash__(self) -> int: ...

    def batches(
        self, table: str, asked: Mapping[str, Collection[int | str]]
    ) -> Iterator[pa.RecordBatch]:
        """The rows of a table of which a column has one of the asked values; or more rows."""


Vocabulary: TypeAlias = VocabularyFiles | VocabularySource


def stated_version(batches: Iterable[pa.RecordBatch]) -> str | None:
    """The version of the whole, as the row `None` of a table VOCABULARY says it; None without it.

    Args:
        batches: rows of VOCABULARY.
    """
    for batch in batches:
        held = ("vocabulary_id", "vocabulary_version")
        if not set(held) <= set(batch.schema.names):
            continue
        for name, version in zip(*(batch[column].to_pylist() for column in held), strict=True):
            if name == "None" and version:
                return str(version)
    return None


def vocabulary_batches(
    files: Vocabulary,
    table: str,
    **asked: Collection[int | str],
) -> Iterator[pa.RecordBatch]:
    """The rows of a table, batch by batch: ids as int64, all else as text; no row if it is absent.

    A column that may be missing is empty then.

    Args:
        asked: column -> values, of which whoever asks needs no other rows; files give all of them.

    Raises:
        ConceptError: a file is damaged or lacks a column.
    """
    if table not in files:
        return
    if not isinstance(files, VocabularyFiles):
        yield from files.batches(table, asked)
        return
    name = files.file_of(table)
    shown = files.place if files.place.is_file() else files.place / name
    failure = "a file that is damaged or of another format"
    try:
        if name.casefold().endswith(".parquet"):
            with _opened(files.place, name) as stream:
                yield from _parquet(stream, table, shown)
            return
        with _opened(files.place, name) as stream:
            first = bytes(stream.read(_HEAD))
        with _opened(files.place, name) as stream:
            yield from _csv(stream, table, shown, first)
        return
    except pa.ArrowInvalid:
        failure = (
            "a row with more or fewer cells than the head, a quotation mark that is not closed, or "
            "an id that is no whole number"
        )
    except (zipfile.BadZipFile, zlib.error, EOFError):
        failure = "an archive that is damaged"
    except (OSError, pa.ArrowException) as error:
        failure = getattr(error, "strerror", None) or failure
    raise _unreadable(shown, failure, table)


def _unreadable(place: Path, got: str, table: str = "") -> ConceptError:
    what = f"the table {table} of the vocabulary" if table else "the vocabulary"
    return ConceptError(
        f"{what} cannot be read",
        expected="CSV in UTF-8 with a head, or Parquet, whole",
        got=got,
        next_step=_AGAIN,
        place=Place(str(place)),
    )


@contextmanager
def _opened(place: Path, name: str) -> Iterator[pa.NativeFile]:
    if place.is_file() and place.suffix.casefold() == ".zip":
        with zipfile.ZipFile(place) as archive, archive.open(name) as member:
            if name.casefold().endswith(".parquet"):
                yield pa.BufferReader(member.read())
            else:
                yield _unpacked(pa.PythonFile(member, mode="r"), name)
        return
    path = place if place.is_file() else place / name
    if name.casefold().endswith(".parquet"):
        with pa.memory_map(str(path)) as file:
            yield file
        return
    with pa.OSFile(str(path)) as file:
        yield _unpacked(file, name)


def _unpacked(stream: pa.NativeFile, name: str) -> pa.NativeFile:
    return pa.CompressedInputStream(stream, "gzip") if name.casefold().endswith(".gz") else stream


def _parquet(stream: pa.NativeFile, table: str, place: Path) -> Iterator[pa.RecordBatch]:
    # Arrow would keep what it read ahead until the file is closed.
    with pq.ParquetFile(stream, pre_buffer=False) as file:
        names = _chosen(file.schema_arrow.names, table, place)
        for batch in file.iter_batches(_ROWS, columns=list(names)):
            held = batch.rename_columns([names[name] for name in batch.schema.names])
            columns = {name: _cast(held[name], name) for name in held.schema.names}
            yield _whole(pa.RecordBatch.from_pydict(columns), table)


def _cast(column: pa.Array, name: str) -> pa.Array:
    """A column as it comes from CSV: an empty text is an empty cell."""
    if name in _IDS:
        return column.cast(pa.int64())
    text = column.cast(pa.string())
    return pc.if_else(pc.is_in(text, value_set=pa.array(_EMPTY)), pa.scalar(None, text.type), text)


def _csv(stream: pa.NativeFile, table: str, place: Path, first: bytes) -> Iterator[pa.RecordBatch]:
    head_line, _, rest = first.partition(b"\n")
    line = head_line.decode("utf-8-sig", "replace").rstrip("\r")
    separator = max("\t,;|", key=line.count)
    head = [name.strip().strip('"') for name in line.split(separator)]
    names = _chosen(head, table, place)
    if not rest.strip():
        return  # a head alone
    # An Athena download quotes nothing: a quotation mark in it is text.
    quoted = separator != "\t" or '"' in line
    marked = MarkedStream(stream, len(head), separator)
    with csv.open_csv(
        pa.PythonFile(marked, mode="r") if quoted else stream,
        read_options=csv.ReadOptions(block_size=_BLOCK, column_names=head, skip_rows=1),
        parse_options=csv.ParseOptions(
            delimiter=separator,
            quote_char='"' if quoted else False,
            newlines_in_values=quoted,
        ),
        convert_options=csv.ConvertOptions(
            include_columns=list(names),
            column_types={
                name: pa.int64() if column in _IDS else pa.string()
                for name, column in names.items()
            },
            null_values=list(_EMPTY),
            strings_can_be_null=True,
        ),
    ) as reader:
        rows = iter(reader)
        for batch in rows_before_end(rows, head, separator) if quoted else rows:
            yield _whole(batch.rename_columns(list(names.values())), table)


def whole_batch(batch: pa.RecordBatch, table: str) -> pa.RecordBatch:
    """Rows of another program in the columns and types of a table."""
    return _whole(
        pa.RecordBatch.from_pydict({n: _cast(batch[n], n) for n in batch.schema.names}), table
    )


def _whole(batch: pa.RecordBatch, table: str) -> pa.RecordBatch:
    """The batch with all columns of the table in their order."""
    needed, optional = COLUMNS[table]
    columns = {
        name: batch[name]
        if name in batch.schema.names
        else pa.nulls(batch.num_rows, pa.int64() if name in _IDS else pa.string())
        for name in (*needed, *optional)
    }
    return pa.RecordBatch.from_pydict(columns)


def _chosen(head: Sequence[str], table: str, place: Path) -> dict[str, str]:
    """Columns as the file writes them -> as OMOP does."""
    needed, optional = COLUMNS[table]
    known = [(name, name.strip().casefold()) for name in head]
    chosen = {name: column for name, column in known if column in (*needed, *optional)}
    missing = [column for column in needed if column not in chosen.values()]
    if missing or len(set(chosen.values())) < len(chosen):
        raise ConceptError(
            f"this is not the table {table.upper()} of OMOP",
            expected=f"the columns {', '.join(needed)}, each once",
            got=f"without {', '.join(missing)}" if missing else "a column twice",
            next_step=_AGAIN,
            place=Place(str(place), 1),
        )
    return chosen
