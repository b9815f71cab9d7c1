"""A worklist as CSV: text that a spreadsheet never takes for a formula, numbers as numbers.

Dates are written as ISO 8601 has them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import TypeAlias

import pyarrow as pa

from remit.terminal import cell_text

Cell: TypeAlias = str | int | date | None
# Excel reads a file as UTF-8 only where it begins so; it shows `10⁹/L` as `10â\x81¹/L` else.
MARK = "\ufeff"
_MOST_DIGITS = 15  # of a number that a spreadsheet keeps exactly


def worklist_csv(table: pa.Table) -> str:
    """The worklist as text, without the mark by which Excel knows UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.column_names)
    for cells in zip(*sheet_columns(table), strict=True):
        writer.writerow("" if cell is None else cell for cell in cells)
    return text.getvalue()


def sheet_columns(table: pa.Table) -> list[Sequence[Cell]]:
    """The columns as a spreadsheet may hold them.

    Ids of persons are numbers where every one of them is written as its number is (`0012` is not).
    """
    columns: list[Sequence[Cell]] = []
    for name in table.column_names:
        cells = table[name].to_pylist()
        if name == "person" and all(_is_number(cell) for cell in cells if cell is not None):
            columns.append([None if cell is None else int(cell) for cell in cells])
        elif pa.types.is_string(table.schema.field(name).type):
            columns.append([None if cell is None else cell_text(cell) for cell in cells])
        else:
            columns.append(cells)
    return columns


def _is_number(text: str) -> bool:
    digits = text.removeprefix("-")
    return (
        digits.isascii()
        and digits.isdigit()
        and len(digits) <= _MOST_DIGITS
        and str(int(text)) == text
    )
