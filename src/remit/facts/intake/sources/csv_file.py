"""Small CSV files that people write: a head, and each row with its number in the file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from remit.errors import DatasetError
from remit.facts.intake.accounting.report import refused
from remit.text_files import read_text_file

# What spreadsheets put between cells: the second is Excel's where the comma is in numbers.
SEPARATORS = (",", ";", "\t")
# Python's own reading takes weeks too: 2024-W05-3.
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: its number as a spreadsheet counts (the head is row 1), and column -> text."""

    number: int
    cells: Mapping[str, str]


def read_csv_rows(path: Path, columns: Sequence[str], *, what: str) -> Iterator[CsvRow]:
    """The rows of a small file with these columns, in any case and order; others are passed over.

    Args:
        what: the file in words, such as `the file of signatures`.

    Raises:
        DatasetError: the file cannot be read, lacks a column or has one twice, or a row has more
            cells than the head.
    """
    text = read_text_file(
        path, what=what, form="CSV", error=DatasetError, save="save the file as CSV UTF-8"
    )
    separator = max(SEPARATORS, key=lambda sign: text.partition("\n")[0].count(sign))
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    head: list[str] | None = None
    try:
        for number, cells in enumerate(lines, start=1):
            if head is None:
                head = _head(cells, columns, path, what)
            elif len(cells) > len(head) and any(cell.strip() for cell in cells[len(head) :]):
                raise refused(
                    "the row has more cells than the head",
                    expected=f"{len(head)} cells",
                    got=f"{len(cells)}",
                    next_step=f'put a text with a {separator!r} in it between "',
                    file=path,
                    row=number,
                )
            elif any(cell.strip() for cell in cells):
                padded = [*cells, *[""] * len(head)]
                yield CsvRow(number, {n: padded[head.index(n)].strip() for n in columns})
    except csv.Error as error:
        raise refused(
            f"{what} is not CSV",
            expected="rows of cells, and each quoted cell closed",
            got="a quote that is not closed, or one within a cell",
            next_step="save the table anew as CSV UTF-8",
            file=path,
        ) from error
    if head is None:
        _head([], columns, path, what)


def wrong_row(row: CsvRow, path: Path, what: str, expected: str) -> DatasetError:
    """The refusal of a row that says what cannot be; its cells are not told."""
    return refused(
        what,
        expected=expected,
        got="another" if any(row.cells.values()) else "nothing",
        next_step="correct the row",
        file=path,
        row=row.number,
    )


def day_of(row: CsvRow, column: str, path: Path) -> date:
    """The date in a cell, written as `2024-01-31`.

    Raises:
        DatasetError: it is none, or written otherwise: `03/04/2024` is two days.
    """
    text = row.cells[column]
    day = iso_day(text)
    if day is not None:
        return day
    raise refused(
        f"the cell {column} is no date",
        expected="a day such as 2024-01-31",
        got="nothing" if not text else "another text",
        next_step="write year, month and day with hyphens",
        file=path,
        row=row.number,
    )


def iso_day(text: str) -> date | None:
    """The day that is written as 2024-01-31; None where it is none, or written otherwise.

    >>> iso_day("2024-02-29"), iso_day("2024-W05-3"), iso_day("20240131")
    (datetime.date(2024, 2, 29), None, None)
    """
    if _DAY.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _head(cells: Sequence[str], columns: Sequence[str], path: Path, what: str) -> list[str]:
    head = [cell.strip().casefold() for cell in cells]
    for column in columns:
        if head.count(column) != 1:
            raise refused(
                f"{what} lacks the column {column}"
                if column not in head
                else f"{what} has the column {column} twice",
                expected=f"the columns {', '.join(columns)}",
                got=f"{len(cells)} other cells" if cells else "an empty file",
                next_step="write these names into the first row",
                file=path,
                row=1,
            )
    return head
