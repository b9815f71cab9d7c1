"""Workbooks of Excel: their sheets as cells, and what would be lost in reading them.

Two passes over each sheet. The first reads its XML for what the cells alone do not tell: formulas
without a result, merged cells, hidden rows. The second takes the cells with openpyxl. A day is one
only where its cell is formatted as one; a number keeps the fifteen digits that Excel itself shows.
"""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from xml.etree import ElementTree

from remit.errors import DatasetError, Place
from remit.facts.intake.sources.sheet_grid import Cell, Grid, without_empty

MOST_UNPACKED = 512 * 2**20
MOST_CELLS = 10_000_000
MOST_COLUMNS = 1_000
# What only the format of a number shows: `"<"0` makes <5 of 5; `[<1]` says when a part holds.
# A comma behind the last digit shows a number as so many thousands: 1.2 for 1,200,000.
_LITERAL, _SCALED = re.compile(r'"[^"]*"'), re.compile(r"[0#?],+(?![0#?,])")
_CONDITION, _SIGN = re.compile(r"\[[^\]]*\]"), re.compile(r"[<>≤≥]=?")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
# What zipfile, expat and openpyxl raise on a damaged file.
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    RuntimeError,
    TypeError,
    ValueError,
)
_AGAIN = "open it in the spreadsheet and save it anew, or save the sheet as `CSV UTF-8`"


@dataclass(slots=True)
class _Seen:
    """What the XML of a sheet tells beside its cells."""

    unworked: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    hidden_rows: int = 0
    hidden_columns: bool = False
    cells: int = 0


def workbook_grids(content: bytes, *, file: str) -> tuple[Grid, ...]:
    """The cells of each sheet, in the order of the workbook; hidden sheets are marked.

    Raises:
        DatasetError: the file is damaged or too large, or a cell would be lost in reading it.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _check_size(archive, file)
            paths = _sheet_paths(archive)
            seen = {name: _looked_through(archive, path, file) for name, path in paths.items()}
        return tuple(_grids(content, file, seen))
    except _UNREADABLE as error:
        raise DatasetError(
            "the workbook cannot be read",
            expected="a workbook of Excel (.xlsx)",
            got=f"a damaged file ({type(error).__name__})",
            next_step=_AGAIN,
            place=Place(file),
        ) from None


def _check_size(archive: zipfile.ZipFile, file: str) -> None:
    unpacked = sum(item.file_size for item in archive.infolist())
    if unpacked > MOST_UNPACKED:
        raise _too_large(file, f"{unpacked / 2**20:,.0f} MiB unpacked", "512 MiB unpacked")


def _too_large(file: str, got: str, most: str) -> DatasetError:
    return DatasetError(
        "the workbook is too large",
        expected=f"at most {most}",
        got=got,
        next_step="save the sheets that are needed as `CSV UTF-8`, or split the file",
        place=Place(file),
    )


def _sheet_paths(archive: zipfile.ZipFile) -> dict[str, str]:
    """The name of each sheet -> its XML in the archive; sheets that are charts have none."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link for link in links}
    paths = {}
    for sheet in book.iter(f"{_MAIN}sheet"):
        link = targets[sheet.get(f"{_RELATION}id")]
        if str(link.get("Type")).endswith("/worksheet"):
            target = str(link.get("Target"))
            paths[str(sheet.get("name"))] = target[1:] if target[0] == "/" else f"xl/{target}"
    return paths


def _looked_through(archive: zipfile.ZipFile, path: str, file: str) -> _Seen:
    seen = _Seen()
    with archive.open(path) as xml:
        for _, element in ElementTree.iterparse(xml):
            if element.tag == f"{_MAIN}c":
                seen.cells += 1
                if _is_unworked(element):
                    seen.unworked.append(str(element.get("r", "?")))
            elif element.tag == f"{_MAIN}row":
                seen.hidden_rows += element.get("hidden") in {"1", "true"}
                element.clear()
            elif element.tag == f"{_MAIN}col":
                seen.hidden_columns |= element.get("hidden") in {"1", "true"}
            elif element.tag == f"{_MAIN}mergeCell":
                seen.merged.append(str(element.get("ref")))
            if seen.cells > MOST_CELLS:
                raise _too_large(file, "more cells", f"{MOST_CELLS:,} cells in a sheet")
    return seen


def _is_unworked(cell: ElementTree.Element) -> bool:
    """Whether a cell has a formula and no result; that of a text may be the empty text."""
    result = cell.find(f"{_MAIN}v")
    empty = result is None or (not result.text and cell.get("t") != "str")
    return cell.find(f"{_MAIN}f") is not None and empty


def _grids(content: bytes, file: str, seen: dict[str, _Seen]) -> Iterator[Grid]:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it does not read: charts, rules, validation
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        try:
            for sheet in book.worksheets:
                found, hidden = seen[sheet.title], sheet.sheet_state != "visible"
                if hidden:
                    yield Grid(file, sheet.title, {}, hidden=True)
                    continue
                _check_cells(found, f"{file}, sheet {sheet.title}")
                # Some programs write a size of one cell; openpyxl would read no more than that.
                sheet.reset_dimensions()
                rows = enumerate(sheet.iter_rows(), start=1)
                cells = dict(without_empty((number, _row(row, file)) for number, row in rows))
                yield Grid(file, sheet.title, cells, _notes(found))
        finally:
            book.close()


def _check_cells(seen: _Seen, title: str) -> None:
    """Nothing, when each cell holds what a person sees in it."""
    if seen.unworked:
        raise DatasetError(
            f"formulas without a result: {_some(seen.unworked)}",
            expected="a workbook that the spreadsheet saved, with the results of its formulas",
            got=f"{len(seen.unworked)} formulas that nobody has worked out",
            next_step="open it in the spreadsheet and save it, or paste the cells as values",
            place=Place(title),
        )
    if seen.merged:
        raise DatasetError(
            f"merged cells: {_some(seen.merged)}",
            expected="one value in each cell",
            got="cells that share a value, of which all but the first are empty in the file",
            next_step="unmerge them, and fill each cell with its value",
            place=Place(title),
        )


def _some(places: list[str]) -> str:
    more = f" and {len(places) - 5} more" if len(places) > 5 else ""
    return ", ".join(places[:5]) + more


def _notes(seen: _Seen) -> tuple[str, ...]:
    notes = []
    if seen.hidden_rows:
        notes.append(f"{seen.hidden_rows} hidden rows are read too")
    if seen.hidden_columns:
        notes.append("hidden columns are read too")
    return tuple(notes)


def _row(row: tuple[object, ...], file: str) -> tuple[Cell, ...]:
    if len(row) > MOST_COLUMNS:
        raise _too_large(file, f"{len(row):,} columns", f"{MOST_COLUMNS:,} columns")
    cells = [_cell(getattr(cell, "value", None), cell) for cell in row]
    while cells and cells[-1] == "":
        cells.pop()
    return tuple(cells)


def _cell(value: object, cell: object) -> Cell:
    """A cell as a text, a number or a day."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        # 1.1 + 2.2 is stored as 3.3000000000000003; Excel shows and compares fifteen digits.
        number = Decimal(format(value, ".15g"))
        shown = _CONDITION.sub("", str(getattr(cell, "number_format", "")))
        if "%" in shown:
            return f"{(number * 100).normalize():f}%"
        if sign := _SIGN.search(shown):
            return f"{sign[0]}{number:f}"
        if _SCALED.search(_LITERAL.sub("", shown)):
            return f"{number:f} (shown in thousands)"
        return Decimal(format(number, "f"))
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value.replace(tzinfo=None)
    if isinstance(value, date):
        return value
    return str(value).strip()
