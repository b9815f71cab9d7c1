"""A file of printed numbers, refereed: YAML, CSV, or a table as it was pasted."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from remit.analysis.referee.pasted_tables import pasted_table
from remit.analysis.referee.printed_rows import PrintedTable
from remit.analysis.referee.refereed_tables import Refereed, referee_tables
from remit.analysis.referee.table_trees import METHODS, tables_of
from remit.analysis.referee.trees import Cell, Tree, yaml_tree
from remit.errors import Place, PrintedTableError
from remit.text_files import read_text_file

YAML, SHEETS = frozenset({".yaml", ".yml", ".json"}), frozenset({".csv", ".tsv"})
LONGEST = 4_000_000  # characters
# Columns of a sheet that speak of the table.
_OF_TABLE = ("kind", "trial", "citation", *METHODS)


def referee_file(path: Path | str) -> Refereed:
    """The ruling on every printed number of a file.

    Args:
        path: YAML (`.yaml`, `.yml`, `.json`), a sheet (`.csv`, `.tsv`), or else a pasted table.

    Raises:
        PrintedTableError: the file cannot be read, or a number of it in two ways.
    """
    path = Path(path)
    text = read_text_file(
        path,
        what="the file of printed numbers",
        form="YAML, CSV or pasted text",
        error=PrintedTableError,
    )
    if len(text) > LONGEST:
        raise PrintedTableError(
            "the file is larger than a published table",
            expected=f"at most {LONGEST:,} characters",
            got=f"{len(text):,}",
            next_step="give the table alone",
            place=Place(str(path)),
        )
    return referee_tables(printed_tables(text, path=path), source=path.name)


def printed_tables(text: str, *, path: Path) -> Sequence[PrintedTable]:
    """The tables of a text, read as the name of its file says."""
    source, form = str(path), path.suffix.lower()
    if form in YAML:
        return tables_of(yaml_tree(text, source=source), source=source)
    if form in SHEETS:
        return tables_of(sheet_tree(text, source=source), source=source)
    return (pasted_table(text, name=path.stem, source=source),)


def sheet_tree(text: str, *, source: str) -> Tree:
    """A sheet as the tree that YAML would give: a table for each `id`, a row for each line.

    Raises:
        PrintedTableError: a head stands twice, or a row has another number of cells.
    """
    first = text.lstrip("\n").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    head: list[str] = []
    tables: dict[tuple[str, ...], dict[str, Tree]] = {}
    rows: dict[tuple[str, ...], list[Tree]] = {}
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not head:
                head = _head(cells, source, reader.line_num)
                continue
            if len(cells) != len(head):
                raise _uneven(len(head), len(cells), source, reader.line_num)
            row = {
                name: Cell(cell.strip(), reader.line_num)
                for name, cell in zip(head, cells, strict=True)
                if cell.strip()
            }
            told = {name: row.pop(name) for name in ("id", *_OF_TABLE) if name in row}
            key = tuple(cell.text for cell in told.values())
            tables.setdefault(key, dict(told))
            rows.setdefault(key, []).append(row)
    except csv.Error as found:
        raise PrintedTableError(
            "the sheet cannot be read",
            expected="CSV with quotes that end",
            got=str(found),
            next_step="mend that line",
            place=Place(source, reader.line_num),
        ) from found
    return {"checks": [{**told, "rows": rows[key]} for key, told in tables.items()]}


def _head(cells: Sequence[str], source: str, line: int) -> list[str]:
    names = [cell.strip() for cell in cells]
    twice = sorted({name for name in names if names.count(name) > 1 and name})
    if twice or "" in names:
        raise PrintedTableError(
            "the heads of the columns are not one name each",
            expected="a name for each column, such as x_act, n_act, p",
            got=f"twice: {', '.join(twice)}" if twice else "a column without a name",
            next_step="name each column once",
            place=Place(source, line),
        )
    return names


def _uneven(head: int, cells: int, source: str, line: int) -> PrintedTableError:
    return PrintedTableError(
        "a row has another number of cells than the head",
        expected=f"{head} cells",
        got=str(cells),
        next_step="fill merged cells; put a cell with a comma into quotes",
        place=Place(source, line),
    )
