"""Files held against the manifest: nothing is read of a dataset before all of it fits."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from remit.errors import DatasetError
from remit.facts.files import AGAIN, UNREADABLE, OpenFile, hashes_of, open_file
from remit.facts.manifest import DataFile
from remit.facts.part import TableFile, table_file
from remit.facts.reading import ADDED, ADDED_FIELDS
from remit.facts.tables import FactTable


def verified_files(folder: Path, entries: Iterable[DataFile]) -> tuple[OpenFile, ...]:
    """Each file of a dataset, open, after its bytes were found to be those of the manifest.

    Raises:
        DatasetError: a file is missing, or was changed.
    """
    entries = tuple(entries)
    opened = tuple(open_file(folder / entry.file) for entry in entries)
    for entry, file in zip(entries, opened, strict=True):
        if file.size != entry.bytes:
            raise DatasetError(
                "the file has another size than the manifest says",
                expected=f"{entry.bytes} bytes",
                got=f"{file.size} bytes",
                next_step=AGAIN,
                place=file.path,
            )
    for entry, file, got in zip(entries, opened, hashes_of(opened), strict=True):
        if got != entry.sha256:
            raise DatasetError(
                "the file was changed or damaged after it was written",
                expected=f"sha256 {entry.sha256}",
                got=f"sha256 {got}",
                next_step=AGAIN,
                place=file.path,
            )
        file.check_unchanged()
    return opened


def verified_table(table: FactTable, file: OpenFile, *, rows: int, version: int) -> TableFile:
    """The file of a table, after its columns were found to be those declared.

    Raises:
        DatasetError: it is no Parquet file, or has other columns or another number of rows.
    """
    try:
        footer = pq.ParquetFile(file.source()).metadata
        schema = footer.schema.to_arrow_schema()
    except UNREADABLE as error:
        raise DatasetError(
            "this is not a Parquet file", next_step=AGAIN, place=file.path
        ) from error
    _check_columns(table, _stored(table, version=version), schema, file.path)
    if footer.num_rows != rows:
        raise DatasetError(
            "the file has another number of rows than the manifest says",
            expected=f"{rows} rows",
            got=f"{footer.num_rows} rows",
            next_step=AGAIN,
            place=file.path,
        )
    return table_file(table, file, footer)


def _stored(table: FactTable, *, version: int) -> pa.Schema:
    """The columns of a table as a file of that version holds them."""
    added = [] if version == 1 else [ADDED_FIELDS[name] for name in ADDED.get(table.name, {})]
    return pa.schema([*table.schema, *added])


def _check_columns(table: FactTable, wanted: pa.Schema, schema: pa.Schema, path: Path) -> None:
    for name in wanted.names:
        if name not in schema.names:
            raise DatasetError(
                f"the column {name} is missing",
                expected=f"{name}: {wanted.field(name).type}",
                next_step=f"write the table {table.name} with all its columns",
                place=path,
            )
    for name in schema.names:
        if schema.names.count(name) > 1:
            raise DatasetError(
                f"the column {name} stands twice",
                expected=f"one column {name}",
                got=f"{schema.names.count(name)} columns of that name",
                next_step=f"write the table {table.name} with each column once",
                place=path,
            )
        if name not in wanted.names:
            raise DatasetError(
                f"the column {name} is not expected",
                expected=f"the columns {', '.join(wanted.names)}",
                got=name,
                next_step=f"leave the column out of the table {table.name}",
                place=path,
            )
    for name in wanted.names:
        want, got = _type_text(wanted.field(name)), _type_text(schema.field(name))
        if got != want:
            raise DatasetError(
                f"the column {name} has the wrong type",
                expected=want,
                got=got,
                next_step="write the column with this type; nothing is converted on reading",
                place=path,
            )


def _type_text(field: pa.Field) -> str:
    # Parquet has no seconds: a timestamp of seconds is stored, and may come back, in milliseconds.
    kind = (
        "timestamp" if pa.types.is_timestamp(field.type) and field.type.tz is None else field.type
    )
    return f"{kind}, {'may be empty' if field.nullable else 'never empty'}"
