"""Rows that wait in a file without a name until they are asked for, and vanish with it."""

from __future__ import annotations

import io
import mmap
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

import pyarrow as pa

from remit.errors import OutputError

_ROWS = 1 << 12  # rows that become columns at once: few enough to stay in the cache
BATCH = 1 << 16  # rows that are written at once


class SpilledRows(NamedTuple):
    """Where the rows of a piece lie in the file of a `Spill`: bytes, from one on."""

    start: int
    bytes: int


class Spill:
    """Rows that wait in a file, piece by piece.

    A copy of this process may fill it: what it wrote is read here.

    Args:
        folder: where the file lies; that of the system when None.

    Raises:
        OutputError: here and where rows are added, the disk is full.
    """

    __slots__ = (
        "_batch",
        "_begin",
        "_file",
        "_held",
        "_kinds",
        "_rows",
        "_schema",
        "_waiting",
        "_writer",
    )

    def __init__(self, schema: pa.Schema, folder: Path | None) -> None:
        self._schema = schema
        self._batch: list[tuple[object, ...]] = []
        with _room():
            self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - it lives as long as this
        self._writer: pa.RecordBatchStreamWriter | None = None
        self._held: pa.Buffer | None = None
        self._kinds = [kind.type for kind in schema]
        self._waiting: list[pa.RecordBatch] = []
        self._rows = self._begin = 0

    def add(self, *rows: tuple[object, ...]) -> None:
        self._batch += rows
        if len(self._batch) >= _ROWS:
            self._flush()

    def put(self, row: tuple[object, ...]) -> None:
        """As `add`, of one row."""
        self._batch.append(row)
        if len(self._batch) >= _ROWS:
            self._flush()

    def add_batch(self, batch: pa.RecordBatch) -> None:
        self._waiting.append(batch)
        self._rows += batch.num_rows
        if self._rows >= BATCH:
            self._write()

    def cut(self) -> SpilledRows | None:
        """Write what was added since the last cut; where it lies, None for nothing."""
        self._flush()
        self._write()
        if self._writer is None:
            return None
        with _room():
            self._writer.close()
            self._file.flush()
            end = self._file.tell()
        span = SpilledRows(self._begin, end - self._begin)
        self._writer, self._begin = None, end
        return span

    def hold(self) -> None:
        """Nothing is added any more: the rows stay in the file, which goes with them."""
        with _room():
            self._file.flush()
            if self._file.seek(0, io.SEEK_END):
                held = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
                self._held = pa.py_buffer(held)
        self._file.close()

    def batches(self, span: SpilledRows) -> Iterator[pa.RecordBatch]:
        """The rows of a piece, after `hold`."""
        assert self._held is not None, "held before"
        yield from pa.ipc.open_stream(pa.BufferReader(self._held.slice(*span)))

    def table(self) -> pa.Table:
        """All rows, where none were cut before."""
        span = self.cut()
        self.hold()
        batches = [] if span is None else self.batches(span)
        return pa.Table.from_batches(batches, self._schema)

    def _flush(self) -> None:
        if self._batch:
            columns = [
                _column(values, kind)
                for values, kind in zip(zip(*self._batch, strict=True), self._kinds, strict=True)
            ]
            self.add_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))
            self._batch = []

    def _write(self) -> None:
        if self._waiting:
            whole = pa.Table.from_batches(self._waiting).combine_chunks()
            with _room():
                if self._writer is None:
                    self._writer = pa.ipc.new_stream(self._file, self._schema)
                self._writer.write_table(whole, max_chunksize=BATCH)
            self._waiting, self._rows = [], 0

    def __enter__(self) -> Spill:
        return self

    def __exit__(self, *_: object) -> None:
        # After a refusal what is left need not find room.
        with suppress(OSError):
            if self._writer is not None:
                self._writer.close()
        with suppress(OSError):
            self._file.close()


def _column(values: tuple[object, ...], kind: pa.DataType) -> pa.Array:
    """Values as a column; most columns of most batches are empty, or one number over and over."""
    first, count = values[0], len(values)
    if type(first) is str or values[-1] != first or values.count(first) < count:
        return pa.array(values, kind)
    return pa.nulls(count, kind) if first is None else pa.repeat(pa.scalar(first, kind), count)


@contextmanager
def _room() -> Iterator[None]:
    """Nothing, when the disk has room for the rows.

    Raises:
        OutputError: it has none.
    """
    try:
        yield
    except OSError as fault:
        raise OutputError(
            "the rows of the source find no room on the disk",
            expected="room for them beside the output, until it is written",
            got=fault.strerror or "a disk that is full",
            next_step="free some space, or give an output on another disk",
        ) from fault
