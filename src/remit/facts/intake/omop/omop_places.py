"""Where the OMOP tables of a source lie: a folder, a zip archive, or a DuckDB file.

A table is `measurement.csv`, `MEASUREMENT.csv.gz`, `measurement.parquet`, a folder of that name
with such files, or chunks beside each other (`measurement_1.csv`, `measurement-0002.parquet`). What
is not read is found too, so that nothing is passed over in silence.
"""

from __future__ import annotations

import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from remit.errors import DatasetError
from remit.facts.engine import database_tables, is_database

_SUFFIX = re.compile(r"\.(?:csv|csv\.gz|tsv|tsv\.gz|txt|txt\.gz|parquet|pq)$", re.IGNORECASE)
_CHUNK = re.compile(r"[-_.]?(?:part|chunk)?[-_.]?[0-9]+(?:[-_.]?of[-_.]?[0-9]+)?$", re.IGNORECASE)
# What comes of an archive that is damaged: its own error, those of its parts and compressions.
BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    KeyError,
    NotImplementedError,  # a compression that `zipfile` does not know
    RuntimeError,
    ValueError,
)
_DEEPEST = 4  # folders below the one that is given
# What exports and file managers leave beside the tables.
_HIDDEN = re.compile(r"^[._]|^__MACOSX$")


@dataclass(frozen=True, slots=True)
class TablePlace:
    """One file of a table: on the disk, in an archive, or a table of a database.

    Attributes:
        path: the file, the archive or the database.
        member: the file in the archive; empty outside of one.
        relation: the table in the database, as its schema and name; empty elsewhere.
    """

    path: Path
    member: str = ""
    relation: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        """The file's own name."""
        if self.relation is not None:
            return ".".join(self.relation)
        return PurePosixPath(self.member).name or self.path.name

    @property
    def shown(self) -> Path:
        """What an error calls it."""
        if self.relation is not None:
            return self.path / self.name
        return self.path / self.member if self.member else self.path

    @property
    def is_parquet(self) -> bool:
        return self.name.casefold().endswith((".parquet", ".pq")) and self.relation is None

    @property
    def is_zipped(self) -> bool:
        return self.name.casefold().endswith(".gz")


@dataclass(frozen=True, slots=True)
class TableSource:
    """The files that hold one table.

    Attributes:
        home: the folder in which they are, as the source has it; empty for a single file.
    """

    table: str
    files: tuple[TablePlace, ...]
    home: str = ""

    @property
    def shown(self) -> str:
        if len(self.files) == 1:
            return self.files[0].name
        return f"{self.home}/" if self.home else f"{self.files[0].name}, …"


def find_tables(source: Path) -> Mapping[str, TableSource]:
    """The tables that a source holds, by their names in small letters, `person` among them.

    Raises:
        DatasetError: there is no such source, it has no person, or a table twice.
    """
    found = dict[str, TableSource]()
    for name, home, file in _places(source):
        table = _table_of(name, file)
        if table not in KNOWN and file.name.casefold().endswith((".txt", ".txt.gz")):
            continue  # a licence, or a word to the reader
        held = found.get(table)
        if held is not None and not _is_chunk(held, home, file):
            raise DatasetError(
                f"the source has the table {table} twice",
                expected="one file a table, or its chunks side by side",
                got=f"{held.shown} and {file.name}",
                next_step="move the one that does not count elsewhere",
                place=source,
            )
        files = (*(held.files if held else ()), file)
        found[table] = TableSource(table, files, home)
    if "person" not in found:
        raise DatasetError(
            "the source has no table person",
            expected="person.csv, person.csv.gz or person.parquet, in any case",
            got=", ".join(sorted(found)[:8]) or "no table",
            next_step="give the folder that holds the OMOP tables themselves",
            place=source,
        )
    return found


def _places(source: Path) -> Iterator[tuple[str, str, TablePlace]]:
    """Each file: the name of its table, the folder that it is in, and its place."""
    if source.is_dir():
        yield from _of_names(_in_folder(source), lambda name: TablePlace(source / name))
    elif source.is_file() and is_database(source):
        for schema, name in database_tables(source):
            yield name.casefold(), schema, TablePlace(source, relation=(schema, name))
    elif source.is_file() and zipfile.is_zipfile(source):
        yield from _of_names(_in_archive(source), lambda name: TablePlace(source, member=name))
    else:
        raise DatasetError(
            "there is no such folder, archive or database",
            expected="a folder or a zip archive with OMOP tables as CSV or Parquet files, or a "
            "DuckDB file",
            got="a file of another kind" if source.exists() else "nothing",
            next_step="check the path",
            place=source,
        )


def _of_names(
    names: Iterator[str], place: Callable[[str], TablePlace]
) -> Iterator[tuple[str, str, TablePlace]]:
    for name in sorted(names):
        path = PurePosixPath(name)
        if len(path.parts) > _DEEPEST or any(_HIDDEN.search(part) for part in path.parts):
            continue
        if _SUFFIX.search(path.name):
            stem = _SUFFIX.sub("", path.name).casefold()
            yield stem, "/".join(path.parts[:-1]), place(name)


def _in_folder(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.relative_to(folder).as_posix()


def _in_archive(archive: Path) -> Iterator[str]:
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
    except (OSError, *BROKEN_ARCHIVE):
        raise DatasetError(
            "the archive cannot be read",
            expected="a zip archive that is whole",
            got="one that is damaged",
            next_step="unpack it yourself, or make it anew",
            place=archive,
        ) from None
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise DatasetError(
                "the archive asks for a password",
                expected="an archive without one",
                got="a file that is encrypted",
                next_step="unpack it yourself and give the folder",
                place=archive,
            )
        if not entry.is_dir():
            yield entry.filename


def _table_of(stem: str, file: TablePlace) -> str:
    """The name of a table: that of the file without its number, or of the folder of chunks."""
    if file.relation is not None or stem in KNOWN:
        return stem
    whole = _CHUNK.sub("", stem)
    if whole in KNOWN:
        return whole
    above = PurePosixPath(file.member or file.path.as_posix()).parent.name.casefold()
    # Spark and its like write `measurement/part-00000-….parquet`, also in a folder `….parquet`.
    above = _SUFFIX.sub("", above)
    return above if above in KNOWN else stem


def _is_chunk(held: TableSource, home: str, file: TablePlace) -> bool:
    """Whether a file is one more piece of a table: of its kind, in its folder, with a number."""
    last = held.files[-1]
    same = held.home == home and last.is_parquet == file.is_parquet and file.relation is None
    plain = [_SUFFIX.sub("", place.name).casefold() for place in (last, file)]
    return same and plain[0] != plain[1] and all(stem not in KNOWN for stem in plain)


# OMOP CDM 5.3 and 5.4: all tables, of which some are read.
KNOWN = frozenset(
    name
    for names in (
        "person observation_period visit_occurrence visit_detail condition_occurrence",
        "drug_exposure procedure_occurrence device_exposure measurement observation death note",
        "note_nlp specimen fact_relationship location care_site provider payer_plan_period cost",
        "drug_era dose_era condition_era episode episode_event metadata cdm_source concept",
        "vocabulary domain concept_class concept_relationship relationship concept_synonym",
        "concept_ancestor source_to_concept_map drug_strength cohort cohort_definition",
        "cohort_attribute attribute_definition study_anchor",
    )
    for name in names.split()
)
