"""The end of a CSV stream, marked: a quotation mark that nobody closes would take in all rows.

Arrow reads what follows an open quotation mark as one cell, up to the end of the file, without a
word. So a last row is put behind the stream; where it does not come back as a row, a quote is open.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

# A number, since some columns are read as such; no id of anybody is near it.
_END = "-7046029254386353131"


class _Bytes(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class MarkedStream(io.RawIOBase):
    """A stream of CSV with one row more."""

    def __init__(self, stream: _Bytes, columns: int, separator: str) -> None:
        super().__init__()
        self._stream = stream
        self._rest = f"\n{separator.join([_END] * columns)}\n".encode()
        self._is_done = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to so many bytes; none at the end."""
        if not self._is_done:
            found = bytes(self._stream.read(size))
            if found and size >= 0:
                return found
            self._is_done = True
            if found:
                found, self._rest = found + self._rest, b""
                return found
        if size < 0:
            size = len(self._rest)
        found, self._rest = self._rest[:size], self._rest[size:]
        return found


def rows_before_end(
    batches: Iterator[pa.RecordBatch], head: Sequence[str], separator: str
) -> Iterator[pa.RecordBatch]:
    """The rows of a marked stream without the last one.

    Args:
        head: the names of all columns of the file; those of the batches are some of them.

    Raises:
        ArrowInvalid: it did not come back, or a cell holds whole rows.
    """
    held: pa.RecordBatch | None = None
    for batch in batches:
        if not batch.num_rows:
            continue
        if held is not None:
            yield _without_rows_in_cells(held, head, separator)
        held = batch
    last = None if held is None else held.column(0)[held.num_rows - 1].as_py()
    if held is None or str(last) != _END:
        raise pa.ArrowInvalid("a quotation mark is not closed")
    yield _without_rows_in_cells(held.slice(0, held.num_rows - 1), head, separator)


def _without_rows_in_cells(
    batch: pa.RecordBatch, head: Sequence[str], separator: str
) -> pa.RecordBatch:
    """The batch, if no cell has lines that are rows of the file, taken in by two stray quotes."""
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if not pa.types.is_string(column.type):
            continue
        lines = pc.match_substring(column, "\n")
        if not pc.any(lines).as_py():
            continue
        # A row has as many separators as the head; the last one is cut where the quote closes.
        counts = {len(head) - 1, head.index(name)} - {0, 1}
        for cell in column.filter(lines).to_pylist():
            for line in cell.split("\n")[1:]:
                begins = line.partition(separator)[0].strip(' "-')
                if line.count(separator) in counts and begins.isdecimal():
                    raise pa.ArrowInvalid("a cell holds rows")
    return batch
