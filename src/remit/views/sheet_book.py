"""Printed tables as a workbook: a sheet each, texts as they are printed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from remit.output import new_file
from remit.terminal import visible_text
from remit.views.table_sheets import TableSheet

LONGEST_NAME = 31  # of a sheet
_REFUSED = re.compile(r"[\[\]:*?/\\']")
_BOLD = Font(bold=True)
_CENTRED = Alignment(horizontal="center", vertical="bottom", wrap_text=True)
_LEFT = Alignment(horizontal="left", vertical="top", wrap_text=True)
_RULE = Border(bottom=Side(style="thin"))


def write_sheet_book(sheets: Sequence[TableSheet], out: Path | str) -> Path:
    """Write tables as the new workbook `out`.

    Raises:
        OutputError: `out` exists or cannot be written.
    """
    out = Path(out)
    book = Workbook()
    book.remove(book.active)
    names: list[str] = []
    for sheet in sheets:
        names.append(_name(sheet, names))
        _fill(book.create_sheet(names[-1]), sheet)
    if not sheets:
        book.create_sheet("Tables").append(["There are no tables."])
    book.properties.creator = "Remit"
    with new_file(out) as beside:
        book.save(beside)
    return out


def _name(sheet: TableSheet, taken: Sequence[str]) -> str:
    """What a sheet is called: its number or title, without what no sheet may have, once."""
    plain = _REFUSED.sub(" ", sheet.number or sheet.title).strip() or "Table"
    lower = {name.lower() for name in taken}
    name, place = plain[:LONGEST_NAME], 2
    while name.lower() in lower:
        end = f" {place}"
        name, place = plain[: LONGEST_NAME - len(end)] + end, place + 1
    return name


def _fill(page: Worksheet, sheet: TableSheet) -> None:
    title = " ".join(filter(None, (sheet.number, sheet.title)))
    _append(page, [title])
    page["A1"].font = _BOLD
    _append(page, [f"Population: {sheet.population}" if sheet.population else ""])
    stub = len(sheet.stub)
    groups = [column.group for column in sheet.columns]
    if any(groups):
        _append(page, [*[""] * stub, *groups])
        _merge(page, page.max_row, stub, groups)
    heads = [*sheet.stub, *(column.head for column in sheet.columns)]
    _append(page, heads)
    top = page.max_row
    for cell in page[top]:
        cell.font, cell.alignment, cell.border = _BOLD, _CENTRED, _RULE
    for line in sheet.lines:
        label = [*line.label, *[""] * (stub - len(line.label))]
        _append(page, [*label, *line.cells])
        for place, cell in enumerate(page[page.max_row]):
            cell.alignment = _LEFT if place < stub else _CENTRED
        if line.indent:
            page.cell(page.max_row, 1).alignment = Alignment(
                horizontal="left", vertical="top", wrap_text=True, indent=line.indent
            )
    for note in sheet.footnotes:
        _append(page, [note])
    for place in range(1, len(heads) + 1):
        page.column_dimensions[get_column_letter(place)].width = 36 if place <= stub else 18
    page.freeze_panes = page.cell(top + 1, stub + 1)
    page.print_title_rows = f"1:{top}"
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _append(page: Worksheet, texts: Sequence[str]) -> None:
    """A row of texts, none of which is a formula whatever it begins with."""
    page.append([visible_text(text) for text in texts])
    for cell in page[page.max_row]:
        if isinstance(cell.value, str):
            cell.data_type = "s"


def _merge(page: Worksheet, row: int, stub: int, groups: Sequence[str]) -> None:
    """Neighbouring columns of one group get one cell above them."""
    start = 0
    for place in range(1, len(groups) + 1):
        if place < len(groups) and groups[place] == groups[start]:
            continue
        cell = page.cell(row, stub + start + 1)
        cell.font, cell.alignment = _BOLD, _CENTRED
        if groups[start] and place - start > 1:
            page.merge_cells(
                start_row=row, end_row=row, start_column=stub + start + 1, end_column=stub + place
            )
        start = place
