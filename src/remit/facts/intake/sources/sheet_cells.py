"""The cells of sheets as a table of Arrow and back: they come out of another process so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from remit.facts.intake.sources.sheet_grid import Cell, Grid, cell_words
from remit.facts.intake.sources.sheet_parquet import MAGIC, parquet_grid
from remit.facts.intake.sources.sheet_workbook import workbook_grids

PARSER = f"{__name__}:sheets_of"
_TEXT, _NUMBER, _DAY, _MOMENT = range(4)
_SCHEMA = pa.schema(
    [
        ("grid", pa.int32()),
        ("row", pa.int64()),
        ("column", pa.int32()),
        ("kind", pa.int8()),
        ("text", pa.large_string()),
    ]
)
# What stands for a sheet itself, in place of the number of a row.
_SHEET, _HIDDEN, _NOTE = -1, -2, -3
_BATCH = 100_000


def sheets_of(path: Path, file: str) -> pa.Table:
    """The sheets of a workbook or of a Parquet file, as a table of their cells.

    Args:
        file: its name, for errors and for the grids.

    Raises:
        DatasetError: it cannot be read.
    """
    content = path.read_bytes()
    if content.startswith(MAGIC):
        return cells_table([parquet_grid(content, file=file)])
    return cells_table(workbook_grids(content, file=file))


def cells_table(grids: Iterable[Grid]) -> pa.Table:
    """Some grids as rows: one for each cell that is not empty, and some for the sheet itself."""
    batches, rows = list[pa.RecordBatch](), list[tuple[int, int, int, int, str]]()
    for row in _rows(grids):
        rows.append(row)
        if len(rows) == _BATCH:
            batches.append(_batch(rows))
            rows = []
    return pa.Table.from_batches([*batches, _batch(rows)], _SCHEMA)


def _batch(rows: list[tuple[int, int, int, int, str]]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True) if rows else ([] for _ in _SCHEMA)
    arrays = [pa.array(c, f.type) for c, f in zip(columns, _SCHEMA, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)


def _rows(grids: Iterable[Grid]) -> Iterator[tuple[int, int, int, int, str]]:
    for at, grid in enumerate(grids):
        named = grid.sheet is not None
        yield at, _SHEET, int(named), _TEXT, grid.sheet or ""
        if grid.hidden:
            yield at, _HIDDEN, 0, _TEXT, ""
        for note in grid.notes:
            yield at, _NOTE, 0, _TEXT, note
        for number, cells in grid.rows.items():
            for place, cell in enumerate(cells):
                if cell != "":
                    yield at, number, place, _kind(cell), cell_words(cell)


def _kind(cell: Cell) -> int:
    if isinstance(cell, str):
        return _TEXT
    if isinstance(cell, Decimal):
        return _NUMBER
    return _MOMENT if isinstance(cell, datetime) else _DAY


def grids_of(table: pa.Table, file: str) -> tuple[Grid, ...]:
    """The grids of a table of cells."""
    found: dict[int, Grid] = {}
    rows: dict[int, dict[int, list[Cell]]] = {}
    for batch in table.to_batches():
        columns = (column.to_pylist() for column in batch.columns)
        for at, number, place, kind, text in zip(*columns, strict=True):
            if number == _SHEET:
                found[at] = Grid(file, text if place else None, {})
                rows[at] = {}
            elif number == _HIDDEN:
                found[at] = replace(found[at], hidden=True)
            elif number == _NOTE:
                found[at] = replace(found[at], notes=(*found[at].notes, text))
            else:
                cells = rows[at].setdefault(number, [])
                cells.extend([""] * (place - len(cells)))
                cells.append(_cell(kind, text))
    return tuple(
        replace(grid, rows={number: tuple(cells) for number, cells in rows[at].items()})
        for at, grid in found.items()
    )


def _cell(kind: int, text: str) -> Cell:
    if kind == _TEXT:
        return text
    if kind == _NUMBER:
        return Decimal(text)
    return datetime.fromisoformat(text) if kind == _MOMENT else date.fromisoformat(text)
