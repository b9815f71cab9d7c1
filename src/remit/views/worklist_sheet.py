"""A worklist as a workbook that prints well: a frozen header, a filter, wrapped text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from remit.errors import OutputError
from remit.output import new_file
from remit.screening.study_screenings import Screening
from remit.terminal import cell_text
from remit.views.worklist_csv import Cell, sheet_columns

MOST_ROWS = 1_048_575  # of a sheet, less its header
_WIDTHS: Mapping[str, int] = {
    "person": 14,
    "cohort": 11,
    "status": 13,
    "screening_date": 12,
    "note": 22,
    "first_reason": 48,
    "failing_count": 9,
    "failing": 18,
    "open_count": 9,
    "open": 18,
    "open_titles": 48,
    "settled_by": 48,
    "signed_by": 30,
    "was": 13,
    "change": 18,
    "changed_by": 48,
}
# What stands out: who is eligible, who is open, and who died or has no date.
_FILLS: Mapping[Cell, PatternFill] = {
    "eligible": PatternFill("solid", fgColor="DDEFE3"),
    "open": PatternFill("solid", fgColor="FFF4D1"),
}
_NOTE = PatternFill("solid", fgColor="F8D9C8")
_HEAD = PatternFill("solid", fgColor="E3E8EE")
_BOLD = Font(bold=True)
_WRAPPED = Alignment(wrap_text=True, vertical="top")


def check_rows(count: int, out: Path) -> None:
    """Nothing, when a sheet can hold so many rows: asked before the work, not after it.

    Raises:
        OutputError: it cannot.
    """
    if count > MOST_ROWS:
        raise OutputError(
            "a sheet cannot hold so many rows",
            expected=f"{MOST_ROWS:,} at most",
            got=f"{count:,}",
            next_step="write --format csv or parquet",
            place=out,
        )


def write_worklist_sheet(screening: Screening, table: pa.Table, out: Path | str) -> Path:
    """Write a worklist as the new workbook `out`.

    Sheets: `Worklist`; `Changes`, where the table says what changed since the last screening, with
    these rows only; `About`, with the study and the dataset.

    Raises:
        OutputError: `out` exists or cannot be written, or a sheet cannot hold so many rows.
    """
    out = Path(out)
    check_rows(table.num_rows, out)
    book = Workbook()
    first = book.active
    first.title = "Worklist"
    _fill(first, table)
    if "change" in table.column_names:
        changed = [place for place, word in enumerate(table["change"].to_pylist()) if word]
        _fill(book.create_sheet("Changes"), table.take(pa.array(changed, pa.int64())))
    _about(book.create_sheet("About"), screening)
    book.properties.creator = "Remit"
    with new_file(out) as beside:
        book.save(beside)
    return out


def _fill(sheet: Worksheet, table: pa.Table) -> None:
    names = table.column_names
    sheet.append(names)
    for cell in sheet[1]:
        cell.font, cell.fill, cell.alignment = _BOLD, _HEAD, _WRAPPED
    columns = sheet_columns(table)
    rows: Iterable[Sequence[Cell]] = zip(*columns, strict=True)
    for cells in rows:
        sheet.append(list(cells))
    for column, (name, values) in enumerate(zip(names, columns, strict=True), start=1):
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS.get(name, 16)
        is_date = pa.types.is_date(table.schema.field(name).type)
        for row, value in enumerate(values, start=2):
            if value is None:
                continue  # an empty cell has no style, which keeps the file small
            cell = sheet.cell(row, column)
            cell.alignment = _WRAPPED
            if is_date:
                cell.number_format = "yyyy-mm-dd"
            if name == "note":
                cell.fill = _NOTE
            elif name == "status" and value in _FILLS:
                cell.fill = _FILLS[value]
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "&P of &N"


def _about(sheet: Worksheet, screening: Screening) -> None:
    protocol, facts = screening.protocol, screening.facts
    rows = {
        "study": protocol.id,
        "title": protocol.title,
        "dataset": facts.manifest.source,
        "data reach to": facts.data_cut.isoformat(),
        "sha256 of the dataset's manifest": facts.manifest.digest,
        "persons": len(screening.person_ids),
        "note": "Not a medical device. Check each record before you act on it.",
    }
    for name, value in rows.items():
        sheet.append([name, cell_text(value) if isinstance(value, str) else value])
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 90
    for (cell,) in sheet.iter_rows(min_col=2, max_col=2):
        cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")
