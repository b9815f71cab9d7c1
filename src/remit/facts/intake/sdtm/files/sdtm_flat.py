"""SDTM datasets that somebody saved as CSV or Parquet: the columns of SDTM, each cell a text."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from remit.errors import DatasetError
from remit.facts.intake.sdtm.files.sdtm_cells import (
    is_tiny,
    not_of_coding,
    number_text,
    plain_zero,
    text_table,
)
from remit.facts.intake.sources.csv_file import SEPARATORS
from remit.facts.intake.sources.sheet_parquet import world_times


def read_sdtm_csv(path: Path, *, shown: str = "", encoding: str = "utf-8") -> pa.Table:
    """The rows of a CSV file whose head names the columns; the dataset is called as the file.

    Raises:
        DatasetError: the file is no CSV, of another coding, or a row does not fit the head.
    """
    place = shown or path.name
    try:
        text = path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode(encoding)
    except UnicodeDecodeError:
        raise not_of_coding(encoding, place) from None
    except LookupError:
        raise _refused("nobody knows this coding of text", "utf-8", encoding, place) from None
    separator = max(SEPARATORS, key=text.partition("\n")[0].count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = [row for row in lines if row]
    except csv.Error:
        raise _refused(
            "the file is not CSV", "rows of cells, each quote closed", "an open quote", place
        ) from None
    if not rows:
        raise _refused("the file is empty", "a head of SDTM columns", "no row", place)
    head = [cell.strip().upper() for cell in rows[0]]
    for number, row in enumerate(rows, start=1):
        if len(row) != len(head):
            raise _refused(
                f"row {number:,} does not fit the head",
                f"{len(head)} cells",
                f"{len(row)}",
                place,
            )
    _require_once(head, place)
    body = [[plain_zero(cell) for cell in row] for row in rows[1:]]
    zeros = sum(map(_changed, rows[1:], body))
    columns = [[row[at] for row in body] for at in range(len(head))]
    return text_table(_stem(place), head, columns, zeros=zeros)


def read_sdtm_parquet(path: Path, *, shown: str = "") -> pa.Table:
    """The rows of a Parquet file; the dataset is called as the file.

    Raises:
        DatasetError: it is no Parquet, or a column is neither text, number nor date.
    """
    place = shown or path.name
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError):
        raise _refused(
            "this is no whole Parquet file", "a Parquet file", "other bytes", place
        ) from None
    head = [name.upper() for name in table.column_names]
    _require_once(head, place)
    zeros, columns = 0, []
    for name, column in zip(head, table.columns, strict=True):
        if pa.types.is_floating(column.type):
            values = column.to_pylist()
            zeros += sum(1 for cell in values if cell is not None and is_tiny(cell))
            columns.append([None if cell is None else number_text(cell) for cell in values])
            continue
        if world_times(column):
            raise _refused(
                f"the column {name} has times of UTC, which may be another day at the place",
                "days, or times as the clock at the place showed them",
                str(column.type),
                place,
            )
        if pa.types.is_timestamp(column.type):
            columns.append(_days(column))
            continue
        try:
            cells = column.cast(pa.string()).to_pylist()
        except pa.ArrowException:
            raise _refused(
                f"the column {name} cannot be read",
                "texts, numbers or dates",
                str(column.type),
                place,
            ) from None
        plain = [None if cell is None else plain_zero(cell) for cell in cells]
        zeros += _changed(cells, plain)
        columns.append(plain)
    return text_table(_stem(place), head, columns, zeros=zeros)


def _days(column: pa.ChunkedArray) -> list[str | None]:
    """Days and times as SDTM writes them; days alone where each time is that of midnight."""
    unit = pa.timestamp("us", column.type.tz)
    found = column.cast(unit, safe=False).to_pylist()
    bare = all(moment is None or moment.time() == time() for moment in found)
    form = "%Y-%m-%d" if bare else "%Y-%m-%dT%H:%M:%S"
    return [None if moment is None else moment.strftime(form) for moment in found]


def _changed(before: Sequence[str | None], after: Sequence[str | None]) -> int:
    return sum(a != b for a, b in zip(before, after, strict=True))


def _stem(place: str) -> str:
    return Path(place).stem.upper()


def _require_once(head: list[str], place: str) -> None:
    twice = sorted({name for name in head if head.count(name) > 1 or not name})
    if twice:
        raise _refused("a column stands twice, or has no name", "each once", twice[0], place)


def _refused(what: str, expected: str, got: str, place: str) -> DatasetError:
    return DatasetError(
        what,
        expected=expected,
        got=got,
        next_step="save the dataset anew, or give the XPT or Dataset-JSON that it came from",
        place=place,
    )
