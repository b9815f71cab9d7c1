"""A dataset: an immutable folder of Parquet files, one a table, with a manifest of what it holds.

A dataset is verified as a whole before a row of it is read: a damaged file is refused, by name.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from remit.errors import DatasetError
from remit.facts.tables import TABLES, FactTable

KIND = "remit.facts"
VERSION = 1
MANIFEST = "manifest.json"
_AGAIN = "copy the dataset again from its source, or write it anew"


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    file: str = Field(pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*\.parquet$")
    rows: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)


class _Page(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: str
    version: int
    source: str
    data_cut: date
    created_with: str
    seed: int | None = None
    complete: tuple[str, ...] = ()
    checked: bool = False
    tables: Mapping[str, _Row]
    extras: Mapping[str, _Row] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of a dataset: its path inside the folder, its rows, hash and size."""

    file: str
    rows: int
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a dataset says of itself.

    Attributes:
        data_cut: the last day that the data can speak of.
        complete: the tables in which a missing record means that nothing happened.
        extras: files that are no fact table, such as the known truth of a synthetic cohort.
        checked: whether the rows were found sound when the dataset was written.
    """

    source: str
    data_cut: date
    created_with: str
    seed: int | None
    complete: frozenset[str]
    tables: Mapping[str, DataFile]
    extras: Mapping[str, DataFile]
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Dataset:
    """A verified dataset."""

    folder: Path
    manifest: Manifest

    @property
    def data_cut(self) -> date:
        return self.manifest.data_cut

    def path(self, table: str) -> Path:
        """The Parquet file of a table or extra.

        Raises:
            DatasetError: the dataset has no such table.
        """
        found = self.manifest.tables.get(table) or self.manifest.extras.get(table)
        if found is None:
            known = sorted({*self.manifest.tables, *self.manifest.extras})
            raise DatasetError(
                f"the dataset has no table {table!r}",
                expected=f"one of {', '.join(known)}",
                got=table,
                next_step="name a table of the dataset",
                place=self.folder,
            )
        return self.folder / found.file

    def _repr_html_(self) -> str:
        """The dataset as a notebook shows it: its source, data cut, and rows a table."""
        rows = "".join(
            f"<tr><td>{escape(name)}</td><td style='text-align:right'>{entry.rows:,}</td></tr>"
            for name, entry in self.manifest.tables.items()
        )
        head = f"{escape(self.manifest.source)}; data cut {self.data_cut}"
        return f"<p>{head}</p><table><tr><th>table</th><th>rows</th></tr>{rows}</table>"


def hash_files(paths: Iterable[Path]) -> tuple[str, ...]:
    """The sha256 of each file, as hexadecimal text, in the order given; read in threads."""

    def hashed(path: Path) -> str:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    with ThreadPoolExecutor() as pool:
        return tuple(pool.map(hashed, paths))


def open_dataset(folder: Path | str) -> Dataset:
    """The dataset in `folder`, after every file of it was verified.

    Raises:
        DatasetError: the folder or its manifest is missing or of another kind; a file is missing,
            was changed, or has other columns than the table. The message names the file.
    """
    folder = Path(folder)
    manifest = _read_manifest(folder)
    for name, table in TABLES.items():
        if table.required and name not in manifest.tables:
            raise DatasetError(
                f"the table {name} is missing",
                expected=f"an entry {name} under tables; an empty table is allowed, none is not",
                got=", ".join(manifest.tables) or "no table",
                next_step="write the dataset with this table, empty if nothing is known",
                place=folder / MANIFEST,
            )
    files = [*manifest.tables.values(), *manifest.extras.values()]
    _verify_bytes(folder, files)
    for name, entry in manifest.tables.items():
        _verify_columns(folder / entry.file, TABLES[name], rows=entry.rows)
    return Dataset(folder=folder, manifest=manifest)


def _read_manifest(folder: Path) -> Manifest:
    place = folder / MANIFEST
    if not folder.is_dir():
        raise DatasetError(
            "there is no such folder",
            expected="the folder of a dataset",
            got="a file" if folder.exists() else "nothing",
            next_step="check the path",
            place=folder,
        )
    if not place.is_file():
        raise DatasetError(
            f"the folder has no {MANIFEST}",
            expected=f"a dataset: Parquet files and {MANIFEST}",
            got="a folder without it",
            next_step="give the folder of a dataset, or import the data into one",
            place=folder,
        )
    try:
        raw = json.loads(place.read_text(encoding="utf-8"))
    except OSError as error:
        raise DatasetError(
            "the manifest cannot be read",
            expected="a file that you may read",
            got=error.strerror or type(error).__name__,
            next_step="check the permissions",
            place=place,
        ) from error
    except ValueError as error:
        raise DatasetError(
            "the manifest is not JSON",
            expected="the file as the dataset was written with",
            got=str(error),
            next_step=_AGAIN,
            place=place,
        ) from error
    head = raw if isinstance(raw, dict) else {}
    if (head.get("kind"), head.get("version")) != (KIND, VERSION):
        raise DatasetError(
            "this is not a dataset that this version reads",
            expected=f"kind {KIND}, version {VERSION}",
            got=f"kind {head.get('kind')}, version {head.get('version')}",
            next_step="give a dataset of facts, or read it with the version that wrote it",
            place=place,
        )
    try:
        page = _Page.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DatasetError(
            f"{where} of the manifest does not fit",
            expected=first["msg"].removeprefix("Value error, "),
            got="nothing" if first["type"] == "missing" else "another value",
            next_step=_AGAIN,
            place=place,
        ) from error
    for name in (*page.tables, *page.complete):
        if name not in TABLES:
            raise DatasetError(
                f"nobody knows a table {name!r}",
                expected=f"one of {', '.join(TABLES)}",
                got=name,
                next_step="correct the manifest's source and write the dataset anew",
                place=place,
            )
    return Manifest(
        source=page.source,
        data_cut=page.data_cut,
        created_with=page.created_with,
        seed=page.seed,
        complete=frozenset(page.complete),
        checked=page.checked,
        tables={name: DataFile(**row.model_dump()) for name, row in page.tables.items()},
        extras={name: DataFile(**row.model_dump()) for name, row in page.extras.items()},
    )


def _verify_bytes(folder: Path, files: Iterable[DataFile]) -> None:
    files = tuple(files)
    for entry in files:
        path = folder / entry.file
        if not path.is_file():
            raise DatasetError(
                "the file is missing",
                expected="every file that the manifest lists",
                got="nothing",
                next_step=_AGAIN,
                place=path,
            )
        size = path.stat().st_size
        if size != entry.bytes:
            raise DatasetError(
                "the file has another size than the manifest says",
                expected=f"{entry.bytes} bytes",
                got=f"{size} bytes",
                next_step=_AGAIN,
                place=path,
            )
    found = hash_files(folder / entry.file for entry in files)
    for entry, got in zip(files, found, strict=True):
        if got != entry.sha256:
            raise DatasetError(
                "the file was changed or damaged after it was written",
                expected=f"sha256 {entry.sha256}",
                got=f"sha256 {got}",
                next_step=_AGAIN,
                place=folder / entry.file,
            )


def _verify_columns(path: Path, table: FactTable, *, rows: int) -> None:
    try:
        footer = pq.read_metadata(path)
        schema = footer.schema.to_arrow_schema()
    except (pa.ArrowInvalid, OSError) as error:
        raise DatasetError("this is not a Parquet file", next_step=_AGAIN, place=path) from error
    wanted = table.schema
    for name in wanted.names:
        if name not in schema.names:
            raise DatasetError(
                f"the column {name} is missing",
                expected=f"{name}: {wanted.field(name).type}",
                next_step=f"write the table {table.name} with all its columns",
                place=path,
            )
    for name in schema.names:
        if name not in wanted.names:
            raise DatasetError(
                f"the column {name} is not expected",
                expected=f"the columns {', '.join(wanted.names)}",
                got=name,
                next_step=f"leave the column out of the table {table.name}",
                place=path,
            )
    for name in wanted.names:
        want, got = wanted.field(name), schema.field(name)
        if _type_text(got) != _type_text(want):
            raise DatasetError(
                f"the column {name} has the wrong type",
                expected=_type_text(want),
                got=_type_text(got),
                next_step="write the column with this type; nothing is converted on reading",
                place=path,
            )
    if footer.num_rows != rows:
        raise DatasetError(
            "the file has another number of rows than the manifest says",
            expected=f"{rows} rows",
            got=f"{footer.num_rows} rows",
            next_step=_AGAIN,
            place=path,
        )


def _type_text(field: pa.Field) -> str:
    # Parquet has no seconds: a timestamp of seconds is stored, and may come back, in milliseconds.
    kind = (
        "timestamp" if pa.types.is_timestamp(field.type) and field.type.tz is None else field.type
    )
    return f"{kind}, {'may be empty' if field.nullable else 'never empty'}"


def connect(dataset: Dataset, *, memory_limit: str | None = None) -> Backend:
    """An Ibis connection (DuckDB, in this process) with a view of each table of `tables.py`.

    A table that the dataset lacks is an empty one. The connection reads the dataset and its
    own temporary folder only; that folder is removed with the connection.

    Args:
        memory_limit: for example "1GB"; DuckDB's own default when None.
    """
    temporary = tempfile.mkdtemp(prefix="remit-")
    limits = {} if memory_limit is None else {"memory_limit": memory_limit}
    backend = ibis.duckdb.connect(temp_directory=temporary, **limits)
    weakref.finalize(backend, shutil.rmtree, temporary, ignore_errors=True)
    allowed = [str(dataset.folder.resolve()), temporary]
    quoted = ", ".join("'" + path.replace("'", "''") + "'" for path in allowed)
    backend.raw_sql(f"SET allowed_directories = [{quoted}]")
    backend.raw_sql("SET enable_external_access = false")
    for name, table in TABLES.items():
        if name in dataset.manifest.tables:
            backend.read_parquet(dataset.path(name).resolve(), table_name=name)
        else:
            backend.create_table(name, schema=ibis.Schema.from_pyarrow(table.schema))
    return backend


def fetch_rows(backend: Backend, table: ir.Table) -> pa.Table:
    """The rows of an expression as Arrow, straight from the engine.

    Ibis's own way loads pandas first, which takes longer than a small screening.
    """
    return backend.con.sql(backend.compile(table)).to_arrow_table()
