"""A dataset of version 1 written anew, as the parts of the present version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from remit.errors import DatasetError
from remit.facts.arrays import Whole, rows_at, whole_numbers
from remit.facts.files import OpenFile
from remit.facts.first_version import FirstVersionPart
from remit.facts.manifest import VERSION, Origin
from remit.facts.opened import Facts, open_facts
from remit.facts.part import TableFile
from remit.facts.snapshot import Snapshot, new_snapshot, part_borders
from remit.facts.tables import TABLES


def upgrade_dataset(folder: Path | str, out: Path | str) -> Facts:
    """Write a dataset of version 1 anew into the folder `out`, with the same rows, and open it.

    Each file is read once, and its rows are sorted by parts on the disk: memory does not grow with
    the dataset.

    Raises:
        DatasetError: the dataset cannot be read, or is of the present version already.
        OutputError: `out` exists or cannot be written.
    """
    folder = Path(folder)
    with open_facts(folder) as facts:
        old = facts.manifest
        if old.version == VERSION:
            raise DatasetError(
                f"the dataset is of version {VERSION} already",
                expected="a dataset of version 1",
                next_step="use it as it is",
                place=folder,
            )
        with new_snapshot(
            out,
            source=old.source,
            data_cut=old.data_cut,
            complete=old.complete,
            mapped=old.mapped,
            own_codes=old.own_codes,
            seed=old.seed,
            check=False,
            checked=old.checked,
            origin=Origin(old.version, old.digest, old.created_with),
        ) as snapshot:
            _write_parts(facts, snapshot)
            for name in old.extras:
                held = facts.extras[name]
                assert isinstance(held, OpenFile), "a dataset in a folder holds files"
                reader = pq.ParquetFile(held.source(), pre_buffer=False)  # batch by batch
                snapshot.write_extra(name, reader.schema_arrow, reader.iter_batches())
                held.check_unchanged()
    return open_facts(out)


def _write_parts(facts: Facts, snapshot: Snapshot) -> None:
    persons = facts.rows("person", ["person_id"])["person_id"]
    lasts = part_borders(whole_numbers(persons))
    (old,) = facts.parts
    assert isinstance(old, FirstVersionPart), "version 1 has one part"
    scratch = snapshot.folder / "scratch"
    scratch.mkdir()
    for name, file in old.files.items():
        _scatter(scratch, name, file, lasts)
    for number in range(len(lasts) + 1):
        tables = {
            name: _gathered(_piece(scratch, name, number))
            for name in old.files
            if _piece(scratch, name, number).exists()
        }
        snapshot.write_part(tables)
        for name in tables:
            _piece(scratch, name, number).unlink()
    scratch.rmdir()


def _piece(scratch: Path, name: str, number: int) -> Path:
    return scratch / f"{name}.{number}.arrow"


def _scatter(scratch: Path, name: str, file: TableFile, lasts: Whole) -> None:
    """Lay the rows of a file into one scratch file a part, row group by row group."""
    schema = TABLES[name].schema
    parts = range(len(lasts) + 1 if TABLES[name].person else 1)
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with ExitStack() as stack:
        writers = [
            stack.enter_context(
                pa.ipc.new_file(str(_piece(scratch, name, number)), schema, options=options)
            )
            for number in parts
        ]
        for rows in _groups(file, schema.names):
            if len(writers) == 1:
                writers[0].write_table(rows)
                continue
            part = np.searchsorted(lasts, whole_numbers(rows["person_id"]))
            for number in np.unique(part).tolist():
                writers[number].write_table(rows_at(rows, part == number))


def _groups(file: TableFile, columns: Sequence[str]) -> Iterator[pa.Table]:
    for group in range(file.footer.num_row_groups):
        yield file.read(columns, groups=[group])


def _gathered(piece: Path) -> pa.Table:
    with pa.OSFile(str(piece), "rb") as source:
        return pa.ipc.open_file(source).read_all()
