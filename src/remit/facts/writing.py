"""Writing a dataset: into a folder beside, then renamed, so that nothing half-written is ever seen.

The same rows give the same bytes: no time stamps, fixed row groups, one chunk a row group.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from remit.errors import DatasetError
from remit.facts.checking import require_sound
from remit.facts.dataset import KIND, MANIFEST, VERSION, DataFile, Dataset, hash_files, open_dataset
from remit.facts.tables import TABLES, FactTable
from remit.output import new_folder

ROW_GROUP = 250_000
Rows: TypeAlias = pa.Table | Iterable[pa.RecordBatch]


def empty_table(name: str) -> pa.Table:
    """A table of that name without rows: what a source that has no such record gives."""
    return TABLES[name].schema.empty_table()


def write_rows(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    """Write the batches, in order, as one Parquet file; the rows written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = 0
    held: list[pa.RecordBatch] = []
    held_rows = 0
    with pq.ParquetWriter(
        path, schema, compression="zstd", compression_level=1, store_decimal_as_integer=True
    ) as writer:

        def flush(*, all_of_it: bool) -> None:
            nonlocal held, held_rows
            table = pa.Table.from_batches(held, schema)
            start = 0
            while held_rows - start >= ROW_GROUP or (all_of_it and start < held_rows):
                # One chunk a row group: else page borders, and so the bytes, follow the batches.
                group = table.slice(start, ROW_GROUP).combine_chunks()
                writer.write_table(group, row_group_size=ROW_GROUP)
                start += group.num_rows
            held = table.slice(start).to_batches()
            held_rows = table.num_rows - start

        for batch in batches:
            held.append(batch)
            held_rows += batch.num_rows
            rows += batch.num_rows
            if held_rows >= ROW_GROUP:
                flush(all_of_it=False)
        flush(all_of_it=True)
    return rows


def table_batches(table: FactTable, rows: Rows) -> Iterator[pa.RecordBatch]:
    """The rows of a fact table as batches of its schema, in its order.

    A table is brought into order here; a stream of batches must come in order and is checked.

    Raises:
        DatasetError: other columns or types, an empty required value, or batches out of order.
    """
    if isinstance(rows, pa.Table):
        rows = _checked(table, rows)
        keys = [(name, "ascending") for name in dict.fromkeys((*table.order, table.key))]
        yield from rows.sort_by(keys).to_batches()
        return
    last: pa.Table | None = None
    for batch in rows:
        if batch.num_rows == 0:
            continue
        checked = _checked(table, pa.Table.from_batches([batch]))
        joined = checked if last is None else pa.concat_tables([last, checked])
        if not _in_order(joined, table.order):
            raise DatasetError(
                f"the rows of {table.name} are not in order",
                expected=f"rows ordered by {', '.join(table.order)}",
                next_step="order the rows before they are written, or give them as one table",
            )
        last = checked.slice(checked.num_rows - 1)
        yield from checked.to_batches()


def _checked(table: FactTable, rows: pa.Table) -> pa.Table:
    wanted = table.schema
    for field in wanted:
        if field.name not in rows.column_names:
            raise DatasetError(
                f"{table.name} lacks the column {field.name}",
                expected=f"the columns {', '.join(wanted.names)}",
                next_step="add the column, empty where nothing is known",
            )
        got = rows.schema.field(field.name).type
        if got != field.type:
            raise DatasetError(
                f"the column {field.name} of {table.name} has the wrong type",
                expected=str(field.type),
                got=str(got),
                next_step="convert the column before it is written",
            )
        if not field.nullable and rows[field.name].null_count:
            raise DatasetError(
                f"the column {field.name} of {table.name} has empty values",
                expected="a value in every row",
                got=f"{rows[field.name].null_count} empty",
                next_step="fill the column or leave those rows out",
            )
    extra = [name for name in rows.column_names if name not in wanted.names]
    if extra:
        raise DatasetError(
            f"{table.name} has columns nobody knows: {', '.join(extra)}",
            expected=f"the columns {', '.join(wanted.names)}",
            next_step="leave these columns out",
        )
    return rows.select(wanted.names).cast(wanted)


def _in_order(rows: pa.Table, order: Sequence[str]) -> bool:
    size = rows.num_rows - 1
    if size < 1:
        return True
    # Lexicographic: the first column that differs must rise; worked from the last column back.
    rising = pa.scalar(value=True)
    for name in reversed(order):
        here, following = rows[name].slice(0, size), rows[name].slice(1)
        rising = pc.or_(pc.less(here, following), pc.and_(pc.equal(here, following), rising))
    return bool(pc.all(rising).as_py())


def write_dataset(
    out: Path | str,
    tables: Mapping[str, Rows],
    *,
    source: str,
    data_cut: date,
    complete: Sequence[str] = (),
    seed: int | None = None,
    check: bool = True,
) -> Dataset:
    """Write the tables as a dataset in the folder `out` and open it.

    Args:
        tables: table name -> its rows; every required table, empty ones too (`empty_table`).
        source: where the data come from, in words.
        data_cut: the last day that the data can speak of.
        complete: tables in which a missing record means that nothing happened.
        seed: of a synthetic dataset.
        check: refuse rows that cannot be, such as a measurement before birth. Without it the
            dataset is checked each time before it is screened.

    Raises:
        OutputError: `out` exists or cannot be written.
        DatasetError: a table is missing, unknown or has other columns than declared, or a row
            cannot be.
    """
    out = Path(out)
    _check_names(tables, complete)
    with new_folder(out) as folder:
        rows = {}
        for name in TABLES:
            if name in tables:
                batches = table_batches(TABLES[name], tables[name])
                rows[name] = write_rows(folder / f"{name}.parquet", TABLES[name].schema, batches)
        for checked in (False, True) if check else (False,):
            if checked:
                require_sound(open_dataset(folder))
            write_manifest(
                folder,
                rows,
                source=source,
                data_cut=data_cut,
                complete=complete,
                seed=seed,
                checked=checked,
            )
    return open_dataset(out)


def _check_names(tables: Mapping[str, Rows], complete: Sequence[str]) -> None:
    unknown = [name for name in (*tables, *complete) if name not in TABLES]
    if unknown:
        raise DatasetError(
            f"nobody knows a table {unknown[0]!r}",
            expected=f"one of {', '.join(TABLES)}",
            got=unknown[0],
            next_step="correct the name",
        )
    missing = [name for name, table in TABLES.items() if table.required and name not in tables]
    if missing:
        raise DatasetError(
            f"the table {missing[0]} is missing",
            expected="all required tables of remit.facts.tables",
            next_step="give the table; an empty one says that the source has no such record",
        )


def write_manifest(
    folder: Path,
    rows: Mapping[str, int],
    *,
    source: str,
    data_cut: date,
    complete: Sequence[str] = (),
    seed: int | None = None,
    checked: bool = False,
) -> None:
    """Write the manifest of the Parquet files in `folder`.

    Args:
        rows: name -> rows written. A name of `TABLES` is the file `name.parquet`; any other is an
            extra, the file `name/name.parquet`.
    """
    files = {
        name: f"{name}.parquet" if name in TABLES else f"{name}/{name}.parquet" for name in rows
    }
    hashes = hash_files(folder / file for file in files.values())
    entries = {
        name: DataFile(file, rows[name], sha256, (folder / file).stat().st_size)
        for (name, file), sha256 in zip(files.items(), hashes, strict=True)
    }
    as_rows = {
        name: {"file": e.file, "rows": e.rows, "sha256": e.sha256, "bytes": e.bytes}
        for name, e in entries.items()
    }
    page = {
        "kind": KIND,
        "version": VERSION,
        "source": source,
        "data_cut": data_cut.isoformat(),
        "created_with": f"remit {version('remit-lupus')}",
        "seed": seed,
        "complete": sorted(complete),
        "checked": checked,
        "tables": {name: row for name, row in as_rows.items() if name in TABLES},
        "extras": {name: row for name, row in as_rows.items() if name not in TABLES},
    }
    text = json.dumps(page, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
