"""Writing a dataset: into a folder beside, then renamed, so that nothing half-written is ever seen.

A snapshot is written part by part, each with the rows of a range of persons; so memory does not
grow with the dataset. The same rows give the same bytes: there are no time stamps in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.arrays import Whole, rows_at, whole_numbers
from remit.facts.codes import occurring_codes
from remit.facts.declared import check_names, declared_rows
from remit.facts.files import hash_files
from remit.facts.layout import write_arranged, write_rows, write_stream
from remit.facts.manifest import (
    DataFile,
    Manifest,
    Origin,
    TableFiles,
    write_manifest,
)
from remit.facts.opened import Facts, open_facts
from remit.facts.reading import TablesPart
from remit.facts.soundness import require_sound
from remit.facts.strengths_origin import StrengthsOrigin
from remit.facts.tables import TABLES
from remit.output import new_folder

PERSONS_A_PART = 100_000
Rows: TypeAlias = pa.Table | Iterable[pa.RecordBatch]


@dataclass(frozen=True, slots=True)
class _Part:
    files: Mapping[str, DataFile]
    codes: Mapping[str, frozenset[int]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A dataset that is being written; `new_snapshot` gives one.

    Attributes:
        folder: where its files are until it is whole.
    """

    folder: Path
    _parts: list[_Part] = field(default_factory=list)
    _extras: dict[str, DataFile] = field(default_factory=dict)
    _documents: dict[str, DataFile] = field(default_factory=dict)

    def write_part(
        self, tables: Mapping[str, pa.Table], *, arranged: TablesPart | None = None
    ) -> None:
        """Write all rows of a range of persons, in any order; the persons rise with the parts.

        Args:
            tables: table name -> rows; every required table. A table of no person, such as
                `concept_ancestor`, is taken from the first part alone.
            arranged: the same rows, where something was asked of them before: then they are not
                brought into reading order once more.

        Raises:
            DatasetError: a table is missing, unknown, or not as declared.
        """
        check_names(tables, ())
        number = len(self._parts)
        files = {}
        for name, table in TABLES.items():
            if name in tables and (number == 0 or table.person is not None):
                file = f"part-{number:04d}/{name}.parquet"
                if arranged is None or table.person is None:
                    write_rows(self.folder / file, table, tables[name])
                else:
                    write_arranged(self.folder / file, table, *arranged.arranged(name))
                files[name] = self._listed(file, tables[name].num_rows)
        self._parts.append(_Part(files, occurring_codes(tables)))

    def write_extra(self, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
        """Write rows that are no facts, such as the known truth of a synthetic cohort."""
        file = f"{name}/{name}.parquet"
        rows = write_stream(self.folder / file, schema, batches)
        self._extras[name] = self._listed(file, rows)

    def write_document(self, name: str, text: str) -> None:
        """Write a JSON file `name.json` beside the rows; it is verified as they are."""
        path = self.folder / f"{name}.json"
        path.write_text(text, encoding="utf-8", newline="\n")
        self._documents[name] = self._listed(path.name, 0)

    def manifest(self, head: Manifest) -> Manifest:
        """The manifest with the files written so far."""
        tables = {}
        for name in TABLES:
            files = tuple(part.files[name] for part in self._parts if name in part.files)
            if files:
                tables[name] = TableFiles(sum(file.rows for file in files), files)
        codes = {
            name: frozenset[int]().union(*(part.codes.get(name, ()) for part in self._parts))
            for name in tables
            if TABLES[name].concept is not None
        }
        extras = {name: self._extras[name] for name in sorted(self._extras)}
        documents = {name: self._documents[name] for name in sorted(self._documents)}
        return replace(head, tables=tables, codes=codes, extras=extras, documents=documents)

    def _listed(self, file: str, rows: int) -> DataFile:
        path = self.folder / file
        return DataFile(file, rows, hash_files([path])[0], path.stat().st_size)


@contextmanager
def new_snapshot(
    out: Path | str,
    *,
    source: str,
    data_cut: date,
    complete: Collection[str] = (),
    mapped: Collection[str] = (),
    own_codes: Collection[str] = (),
    resolved: Collection[str] = (),
    vocabulary: str | None = None,
    strengths: StrengthsOrigin | None = None,
    seed: int | None = None,
    check: bool = True,
    checked: bool = False,
    origin: Origin | None = None,
) -> Iterator[Snapshot]:
    """A dataset to write part by part; it becomes the folder `out` when the block ends well.

    Args:
        source: where the data come from, in words.
        data_cut: the last day that the data can speak of.
        complete: tables in which a missing record means that nothing happened.
        mapped: tables in which a record of a concept carries one of its standard codes.
        own_codes: tables in which it carries Remit's own code, where the concept has one.
        resolved: tables whose codes were resolved against a vocabulary: they are mapped by that.
        vocabulary: its version.
        strengths: who gave the rows of `drug_strength`.
        seed: of a synthetic dataset.
        check: refuse rows that cannot be, such as a measurement before birth.
        checked: without a check: the rows are known to be sound. Else the dataset is checked each
            time before it is screened.
        origin: the dataset that this one is a rewriting of.

    Raises:
        OutputError: `out` exists or cannot be written.
        DatasetError: the data cut is no date, the source no text, or a row cannot be.
    """
    _require_date(data_cut)
    _require_text(source)
    head = Manifest(
        source=source,
        data_cut=data_cut,
        created_with=created_with(),
        seed=seed,
        complete=frozenset(complete),
        tables={},
        extras={},
        checked=checked,
        origin=origin,
        mapped=frozenset((*mapped, *resolved)),
        own_codes=frozenset(own_codes),
        resolved=frozenset(resolved),
        vocabulary=vocabulary,
        strengths=strengths,
    )
    with new_folder(Path(out)) as folder:
        snapshot = Snapshot(folder)
        yield snapshot
        manifest = snapshot.manifest(head)
        write_manifest(folder, manifest)
        if check:
            with open_facts(folder) as facts:
                require_sound(facts)
            write_manifest(folder, replace(manifest, checked=True))


def created_with() -> str:
    """What a manifest says of the program that wrote it."""
    return f"remit {version('remit-lupus')}"


def _require_text(source: object) -> None:
    """Half a character can be held in memory, but in no file."""
    got = "half a character" if isinstance(source, str) else type(source).__name__
    if not isinstance(source, str) or source.encode(errors="replace").decode() != source:
        raise DatasetError(
            "the source is no text",
            expected="words of where the data come from",
            got=got,
            next_step="write the source anew",
        )


def _require_date(data_cut: object) -> None:
    """A text or a time of day would be written and then not be read."""
    if not isinstance(data_cut, date) or isinstance(data_cut, datetime):
        raise DatasetError(
            "the data cut is no date",
            expected="a datetime.date, such as datetime.date(2026, 11, 1)",
            got=type(data_cut).__name__,
            next_step="give the last day that the data can speak of",
        )


def empty_table(name: str) -> pa.Table:
    """A table of that name without rows: what a source that has no such record gives."""
    return TABLES[name].schema.empty_table()


def write_dataset(
    out: Path | str,
    tables: Mapping[str, Rows],
    *,
    source: str,
    data_cut: date,
    complete: Sequence[str] = (),
    mapped: Collection[str] = (),
    own_codes: Collection[str] = (),
    resolved: Collection[str] = (),
    vocabulary: str | None = None,
    seed: int | None = None,
    check: bool = True,
) -> Facts:
    """Write the tables as a dataset in the folder `out` and open it.

    All rows are held in memory; `new_snapshot` writes larger ones part by part.

    Args:
        tables: table name -> its rows, in any order; every required table, empty ones too
            (`empty_table`).
        source, data_cut, complete, mapped, own_codes, resolved, vocabulary, seed, check: as for
            `new_snapshot`.

    Raises:
        OutputError: `out` exists or cannot be written.
        DatasetError: a table is missing, unknown or has other columns than declared, or a row
            cannot be.
    """
    check_names(tables, (*complete, *mapped, *own_codes, *resolved))
    held = {name: declared_rows(TABLES[name], _table(name, rows)) for name, rows in tables.items()}
    lasts = part_borders(whole_numbers(held["person"]["person_id"]))
    with new_snapshot(
        out,
        source=source,
        data_cut=data_cut,
        complete=complete,
        mapped=mapped,
        own_codes=own_codes,
        resolved=resolved,
        vocabulary=vocabulary,
        seed=seed,
        check=check,
    ) as snapshot:
        for number in range(len(lasts) + 1):
            parts = {name: _part_of(rows, lasts, number) for name, rows in held.items()}
            snapshot.write_part(parts)
    return open_facts(out)


def part_borders(persons: npt.NDArray[np.integer]) -> Whole:
    """The last person of each part but the last: a part has at most `PERSONS_A_PART`."""
    distinct = np.unique(persons).astype(np.int64)
    return distinct[PERSONS_A_PART - 1 : -1 : PERSONS_A_PART]


def _table(name: str, rows: Rows) -> pa.Table:
    if isinstance(rows, pa.Table):
        return rows
    batches = list(rows)
    return pa.Table.from_batches(batches) if batches else empty_table(name)


def _part_of(rows: pa.Table, lasts: Whole, number: int) -> pa.Table:
    """The rows of one part of those whose last persons, but that of the last part, are given."""
    if len(lasts) == 0 or "person_id" not in rows.column_names:
        return rows
    part: npt.NDArray[np.intp] = np.searchsorted(lasts, whole_numbers(rows["person_id"]))
    return rows_at(rows, part == number)
