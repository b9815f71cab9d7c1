"""The sheets of a map, found in the files: each field of each row as a cell."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from remit.errors import DatasetError, Place
from remit.facts.intake.sources.sheet_files import read_grids
from remit.facts.intake.sources.sheet_grid import Cell, Grid, SheetTable, refused, sheet_table
from remit.facts.intake.tidy.tidy_map import ColumnUse, MappedSheet, TidyMap


@dataclass(frozen=True, slots=True)
class TidySheet:
    """A sheet of the map with its rows."""

    map: MappedSheet
    table: SheetTable

    @property
    def title(self) -> str:
        return self.table.title

    def use(self, field: str) -> ColumnUse:
        """Where a field comes from; an empty text for all rows where the map has none."""
        return self.map.use(field) or ColumnUse(always="")

    def cells(self, field: str) -> Sequence[Cell]:
        """The cells of a field, one a row."""
        use = self.use(field)
        if use.column is None:
            return (use.always or "",) * len(self.table)
        return self.table.columns[use.column]

    def rows(self, *fields: str) -> Iterator[tuple[int, tuple[Cell, ...]]]:
        """The number of each row, and its cells of the fields."""
        return zip(self.table.rows, zip(*map(self.cells, fields), strict=True), strict=True)

    def unread(self) -> tuple[str, ...]:
        """The columns that no field comes from."""
        used = {self.use(field).column for field in self.map.columns}
        return tuple(name for name in self.table.columns if name not in used)


def mapped_sheets(
    files: Iterable[Path], tidy_map: TidyMap, *, place: Path
) -> tuple[TidySheet, ...]:
    """The sheets of the map in its order; those that hold nothing are left out.

    Args:
        place: the file of the map, for errors.

    Raises:
        DatasetError: a sheet that the map does not name, or one that no file has; a column that is
            not there; or a file that cannot be read.
    """
    said = {t.file: t.delimiter for t in tidy_map.table if t.delimiter is not None}
    grids = read_grids(files, delimiters=said)
    visible = {(grid.file, grid.sheet): grid for grid in grids}
    named = {(table.file, table.sheet) for table in tidy_map.table}
    for grid in grids:
        if (grid.file, grid.sheet) not in named and not grid.hidden and grid.rows:
            raise refused(
                grid,
                "the map does not say what this sheet holds",
                expected="a [[table]] for each sheet",
                next_step=f'add one; with `holds = "nothing"` it is left out ({place})',
            )
    found = []
    for table in tidy_map.table:
        if table.holds == "nothing":
            continue
        at = visible.get((table.file, table.sheet))
        if at is None:
            raise _absent(table, grids, place)
        if at.hidden:
            raise refused(
                at,
                "the sheet is hidden",
                expected="a sheet that whoever hands it over can see",
                next_step="unhide it in the spreadsheet, or take it out of the map",
            )
        found.append(_matched(table, at, place))
    return tuple(found)


def _absent(table: MappedSheet, grids: Iterable[Grid], place: Path) -> DatasetError:
    titles = [grid.title for grid in grids]
    title = table.file if table.sheet is None else f"{table.file}, sheet {table.sheet}"
    return DatasetError(
        f"the map names {title}, which was not given",
        expected=", ".join(titles) or "a file of the map",
        got="nothing of that name",
        next_step="give all files of the map, or take the [[table]] out of it",
        place=Place(str(place)),
    )


def _matched(table: MappedSheet, grid: Grid, place: Path) -> TidySheet:
    sheet = TidySheet(table, sheet_table(grid, header=table.header))
    for field in table.columns:
        column = sheet.use(field).column
        if column is not None and column not in sheet.table.columns:
            names = list(sheet.table.columns)
            near = difflib.get_close_matches(column, names, n=1)
            raise refused(
                grid,
                f"the map reads {field} from the column {column!r}, which the sheet lacks",
                expected=", ".join(names),
                next_step=f"write {near[0]!r} in {place}" if near else f"correct {place}",
                row=table.header or min(grid.rows, default=1),
            )
    return sheet
