"""A spreadsheet as columns of cells, each row under the number that the spreadsheet shows.

What a column is cannot be told where its header is empty or stands twice, so such a sheet is
refused; and nothing is read from a row that goes on beyond the headers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from remit.errors import DatasetError, Place
from remit.terminal import plain_text

# A text as it came without the spaces around it, "" where nothing is; a number or a day only where
# a workbook says that it is one.
Cell: TypeAlias = str | Decimal | date | datetime
SHOWN = 5
# One name above several columns is a title.
_BELOW = (
    "take the lines above the headers out of the sheet, or say `header = N` in the map; "
    "put quotes around a text that holds the delimiter"
)


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of one sheet as they stand, before its headers are known.

    Attributes:
        file: the name of the file, without its folder.
        sheet: the name of the sheet; None in a text file.
        rows: number of the row as a spreadsheet shows it -> its cells, from column A on; rows
            without any cell are left out.
        notes: what was seen and a person should know, such as the encoding.
        hidden: whether the workbook hides the sheet.
    """

    file: str
    sheet: str | None
    rows: Mapping[int, tuple[Cell, ...]]
    notes: tuple[str, ...] = ()
    hidden: bool = False

    @property
    def title(self) -> str:
        return self.file if self.sheet is None else f"{self.file}, sheet {self.sheet}"


@dataclass(frozen=True, slots=True)
class SheetTable:
    """One sheet: header -> its cells, one a row.

    Attributes:
        rows: the number of each row as the spreadsheet shows it.
    """

    file: str
    sheet: str | None
    title: str
    rows: tuple[int, ...]
    columns: Mapping[str, tuple[Cell, ...]]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)


def column_letters(place: int) -> str:
    """The letters of a column, the first being 0.

    >>> column_letters(0), column_letters(25), column_letters(26), column_letters(701)
    ('A', 'Z', 'AA', 'ZZ')
    """
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def sheet_table(grid: Grid, *, header: int | None = None) -> SheetTable:
    """The columns of a sheet under their headers.

    Args:
        header: the row of the headers; the first that is not empty if not given.

    Raises:
        DatasetError: no header, an empty or repeated one, or a cell beyond the last header.
    """
    if header is None:
        header = min(grid.rows, default=1)
    names = [header_text(cell) for cell in grid.rows.get(header, ())]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise refused(
            grid,
            "the sheet has no headers",
            expected="a row with a name above each column",
            got="an empty row" if grid.rows else "nothing",
            next_step="give each column a name in the first row, or say `header = N` in the map",
            row=header,
        )
    body = {number: cells for number, cells in sorted(grid.rows.items()) if number > header}
    used = _used(grid, names, body, header)
    short = [number for number, cells in body.items() if len(cells) < len(names)]
    notes = list(grid.notes)
    if short and grid.sheet is None:
        notes.append(
            f"{len(short)} rows end before the last column (first: row {short[0]}); "
            "the missing cells are read as empty"
        )
    columns = {
        names[place]: tuple(cells[place] if place < len(cells) else "" for cells in body.values())
        for place in used
    }
    return SheetTable(grid.file, grid.sheet, grid.title, tuple(body), columns, tuple(notes))


def _used(
    grid: Grid, names: list[str], body: Mapping[int, tuple[Cell, ...]], header: int
) -> list[int]:
    """The places of the columns that have a header; others must be empty."""
    for number, cells in body.items():
        for place, cell in enumerate(cells):
            if cell != "" and (place >= len(names) or not names[place]):
                raise refused(
                    grid,
                    f"cell {column_letters(place)}{number} has no header above it",
                    expected=f"a name in {column_letters(place)}{header}",
                    got="a cell under an empty header"
                    if place < len(names)
                    else f"more cells than the {len(names)} headers",
                    next_step=_BELOW
                    if len(names) == 1
                    else "name the column, empty the cell, or put quotes around a text that holds "
                    "the delimiter",
                    row=number,
                )
    first: dict[str, int] = {}
    for place, name in enumerate(names):
        if name and name in first:
            raise refused(
                grid,
                f"the header {name!r} stands twice",
                expected="a name of its own above each column",
                got=f"{column_letters(first[name])}{header} and {column_letters(place)}{header}",
                next_step="rename one of the two columns",
                row=header,
            )
        first.setdefault(name, place)
    return [place for place, name in enumerate(names) if name]


def header_text(cell: Cell) -> str:
    """A header on one line."""
    return plain_text(cell if isinstance(cell, str) else cell_words(cell))


def cell_words(cell: Cell) -> str:
    """A cell as text: days as ISO 8601 writes them, numbers as they were printed.

    >>> cell_words(date(2024, 3, 4)), cell_words(Decimal("1.80"))
    ('2024-03-04', '1.80')
    """
    if isinstance(cell, str):
        return cell
    return format(cell, "f") if isinstance(cell, Decimal) else cell.isoformat()


def without_empty(
    rows: Iterable[tuple[int, tuple[Cell, ...]]],
) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    """The rows in which some cell is not empty."""
    return ((number, cells) for number, cells in rows if any(cell != "" for cell in cells))


def refused(
    grid: Grid | SheetTable,
    what: str,
    *,
    expected: str,
    next_step: str,
    got: str | None = None,
    row: int | None = None,
) -> DatasetError:
    """The error that names the file, the sheet and the row."""
    return DatasetError(
        what, expected=expected, got=got, next_step=next_step, place=Place(grid.title, row)
    )
