"""An opened dataset: parts of rows, the data cut, completeness, and the one resolution of codes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from remit.errors import DatasetError
from remit.facts.codes import Codes, codes_of, occurring_codes
from remit.facts.declared import declared_rows
from remit.facts.decoded_columns import DecodedColumns
from remit.facts.dictionary import Dictionary
from remit.facts.files import OpenFile, read_parquet
from remit.facts.first_version import FirstVersionPart
from remit.facts.manifest import Manifest, TableFiles, read_manifest
from remit.facts.part import SnapshotPart, TableFile
from remit.facts.reading import Part, TablesPart
from remit.facts.tables import TABLES
from remit.facts.verification import verified_files, verified_table

Question = Callable[["Facts", int], bytes]
ANCESTRY = TABLES["concept_ancestor"].schema.names


class Closes(Protocol):
    """What is let go at the end, such as a connection."""

    def close(self) -> None: ...


class Workers(Protocol):
    """Other processes, here or on a cluster, that open the dataset themselves."""

    def answers(self, question: Question, parts: Sequence[int]) -> Iterator[bytes]:
        """The answer of each part, by its number, in the order given.

        Args:
            question: what can be sent to another process; is asked of the dataset and a number.
        """

    def then(self, step: Callable[[Facts], Facts]) -> Workers:
        """The same, that also do this with the dataset once it is open."""


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """A dataset that is open.

    Attributes:
        folder: where it lies; for tables in memory a word of where they come from.
        codes: the one resolution of codes.
        parts: each holds every row of a range of persons.
        extras: tables that are no fact table, such as the known truth of a synthetic cohort.
        files: those that are held open; none for tables in memory.
        source: where the rows live, if they are read there; closed with the facts.
        workers: who works on the parts; None where this process does.
        rules: what was said of rows that are read where they live, and of the days of screening: no
            hash of the dataset tells of these.
    """

    folder: Path
    manifest: Manifest
    codes: Codes
    parts: tuple[Part, ...]
    extras: Mapping[str, pa.Table | OpenFile]
    files: tuple[OpenFile, ...] = ()
    source: Closes | None = None
    workers: Workers | None = field(default=None, repr=False)
    rules: tuple[str, ...] = ()

    def __repr__(self) -> str:
        persons = self.manifest.tables["person"].rows if "person" in self.manifest.tables else 0
        return f"<Facts of {self.folder}: {persons:,} persons, data cut {self.data_cut}>"

    @property
    def data_cut(self) -> date:
        """The last day that the data can speak of."""
        return self.manifest.data_cut

    def under(self, dictionary: Dictionary) -> Facts:
        """The same rows, their codes read by a study's dictionary; closed with this one."""
        codes = self.codes.under(dictionary)
        return self if codes is self.codes else replace(self, codes=codes)

    def under_rule(self, said: str) -> Facts:
        """The same rows, with a rule that whoever reads a result has to see."""
        manifest = replace(self.manifest, source=f"{self.manifest.source}; {said}")
        return replace(self, manifest=manifest, rules=(*self.rules, said))

    @property
    def complete(self) -> frozenset[str]:
        """The tables in which a missing record means that nothing happened."""
        return self.manifest.complete

    def rows(
        self,
        table: str,
        columns: Sequence[str] | None = None,
        *,
        concepts: Collection[int] | None = None,
        persons: Collection[int] | None = None,
        study: str | None = None,
    ) -> pa.Table:
        """Rows of all parts, one after the other: for few rows, or few columns.

        Args:
            columns: those of the table when None.
            concepts, persons, study: as `Part.rows`.
        """
        wanted = TABLES[table].schema.names if columns is None else columns
        pieces = [
            part.rows(table, wanted, concepts=concepts, persons=persons, study=study)
            for part in self.parts
        ]
        return pa.concat_tables(pieces)

    def extra(self, name: str) -> pa.Table:
        """The rows of an extra.

        Raises:
            DatasetError: the dataset has no such extra, or its file is damaged.
        """
        held = self._extra(name)
        if isinstance(held, pa.Table):
            return held
        return read_parquet(held, lambda: pq.ParquetFile(held.source()).read())

    def path(self, name: str) -> Path:
        """Where the file of an extra lies, for other programs; `extra` reads what was verified.

        Raises:
            DatasetError: the dataset has no such extra.
        """
        held = self._extra(name)
        return held.path if isinstance(held, OpenFile) else self.folder / name

    def _extra(self, name: str) -> pa.Table | OpenFile:
        if name not in self.extras:
            raise DatasetError(
                f"the dataset has no table {name!r}",
                expected=f"one of {', '.join(sorted(self.extras)) or 'none'}",
                got=name,
                next_step="name a table of the dataset",
                place=self.folder,
            )
        return self.extras[name]

    def check_names(self) -> None:
        """Nothing, when each file's name leads to what was verified: for readers by name.

        Raises:
            DatasetError: a file was moved, replaced or changed; the message names it.
        """
        for file in self.files:
            file.check_name()

    def close(self) -> None:
        """Let the files go; this happens by itself when the facts are no longer used."""
        for file in self.files:
            file.close()
        if self.source is not None:
            self.source.close()

    def __enter__(self) -> Facts:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_facts(folder: Path | str) -> Facts:
    """The dataset in `folder`, after every file of it was verified; the files stay open.

    Raises:
        DatasetError: the folder or its manifest is missing or of another kind; a file is missing,
            was changed, or has other columns than the table. The message names the file.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    listed = [(name, entry) for name, table in manifest.tables.items() for entry in table.files]
    extras = list(manifest.extras.items())
    documents = list(manifest.documents.values())
    opened = verified_files(folder, [*(entry for _, entry in (*listed, *extras)), *documents])
    tables: dict[int, dict[str, TableFile]] = {}
    for (name, entry), file in zip(listed, opened, strict=False):
        found = verified_table(TABLES[name], file, rows=entry.rows, version=manifest.version)
        tables.setdefault(entry.part, {})[name] = found
    if len(tables) == 1:
        kept = DecodedColumns()
        tables = {
            part: {name: replace(file, decoded=kept) for name, file in files.items()}
            for part, files in tables.items()
        }
    kind = FirstVersionPart if manifest.version == 1 else SnapshotPart
    parts: tuple[Part, ...] = tuple(kind(tables[number]) for number in sorted(tables))
    others = opened[len(listed) : len(listed) + len(extras)]
    held = dict(zip(manifest.extras, others, strict=True))
    return Facts(folder, manifest, _codes(manifest, parts), parts, held, opened)


def _codes(manifest: Manifest, parts: tuple[Part, ...]) -> Codes:
    """The resolution of codes; those of an earlier version that occur are counted here."""
    occurring = manifest.codes
    if occurring is None:
        tables = {
            name: [part.rows(name, [TABLES[name].concept or ""]) for part in parts]
            for name in manifest.tables
            if TABLES[name].concept is not None
        }
        occurring = occurring_codes({name: pa.concat_tables(t) for name, t in tables.items()})
    return codes_of(
        pa.concat_tables([part.rows("concept_ancestor", ANCESTRY) for part in parts]),
        occurring=occurring,
        mapped=manifest.mapped,
        own=manifest.own_codes,
    )


def facts_in_memory(
    tables: Mapping[str, pa.Table],
    *,
    data_cut: date,
    complete: Collection[str] = (),
    mapped: Collection[str] = (),
    own_codes: Collection[str] = (),
    source: str = "in memory",
    extras: Mapping[str, pa.Table] | None = None,
) -> Facts:
    """Tables in memory as an opened dataset; a table that is not given has no row.

    Whoever hands rows over answers for them: they are not looked through for what cannot be.

    Args:
        mapped, own_codes: as `Manifest` has them.

    Raises:
        DatasetError: a table that nobody knows, or rows with other columns than declared.
    """
    for name in (*tables, *complete, *mapped, *own_codes):
        if name not in TABLES:
            raise DatasetError(
                f"nobody knows a table {name!r}",
                expected=f"one of {', '.join(TABLES)}",
                got=name,
                next_step="correct the name",
            )
    rows = {name: declared_rows(TABLES[name], table) for name, table in tables.items()}
    part = TablesPart(rows)
    manifest = Manifest(
        source=source,
        data_cut=data_cut,
        created_with="",
        seed=None,
        complete=frozenset(complete),
        tables={name: TableFiles(table.num_rows, ()) for name, table in rows.items()},
        extras={},
        checked=True,
        mapped=frozenset(mapped),
        own_codes=frozenset(own_codes),
    )
    ancestry = part.rows("concept_ancestor", ANCESTRY)
    codes = codes_of(
        ancestry, occurring=occurring_codes(rows), mapped=manifest.mapped, own=manifest.own_codes
    )
    return Facts(Path(source), manifest, codes, (part,), dict(extras or {}))
