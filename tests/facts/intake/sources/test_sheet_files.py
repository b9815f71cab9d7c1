"""Spreadsheets as they come: what is read, what is refused, and where it is."""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from remit.errors import DatasetError
from remit.facts.intake.sources import sheet_files, sheet_workbook
from remit.facts.intake.sources.sheet_files import read_grids
from remit.facts.intake.sources.sheet_grid import SheetTable, sheet_table
from remit.facts.intake.sources.sheet_workbook import workbook_grids

MORNING = datetime.fromisoformat("2024-03-04T08:30:00")
ROWS = "patient;Größe\nLN-007;1,68\nLN-012;1,75\n"
READ = {"patient": ("LN-007", "LN-012"), "Größe": ("1,68", "1,75")}


def _text(tmp_path: Path, content: bytes | str, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _table(path: Path, *, header: int | None = None) -> SheetTable:
    return sheet_table(read_grids([path])[0], header=header)


def _book(tmp_path: Path, fill: Callable[[Worksheet], None]) -> Path:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Labor"
    fill(sheet)
    path = tmp_path / "a.xlsx"
    book.save(path)
    return path


def _here(path: Path) -> None:
    """Read a workbook in this process, where limits are set for a test, and many take less time."""
    workbook_grids(path.read_bytes(), file=path.name)


def _rewritten(path: Path, pattern: str, new: str) -> Path:
    """The workbook with its first sheet's XML changed, as other programs write it."""
    with zipfile.ZipFile(path) as old:
        files = {name: old.read(name) for name in old.namelist()}
    xml = files["xl/worksheets/sheet1.xml"].decode()
    changed, count = re.subn(pattern, new, xml)
    assert count, xml
    files["xl/worksheets/sheet1.xml"] = changed.encode()
    with zipfile.ZipFile(path, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (ROWS.encode(), ()),
        (b"\xef\xbb\xbf" + ROWS.encode(), ()),
        (ROWS.encode("utf-16"), ("read as UTF-16",)),
        (ROWS.encode("utf-16-le"), ("read as UTF-16",)),
        (ROWS.encode("utf-16-be"), ("read as UTF-16",)),
        (ROWS.encode("cp1252"), ("no UTF-8; read as Windows-1252: look at öß in line 1",)),
        (ROWS.replace("\n", "\r\n").encode(), ()),
        (ROWS.replace("\n", "\r").encode(), ()),
        (ROWS.replace(";", "\t").encode(), ()),
        (ROWS.replace(",", ".").replace(";", ",").encode(), ()),
        (b"sep=;\r\n" + ROWS.encode(), ()),
        (ROWS.replace("\n", ";;\n").encode(), ()),
        (ROWS.replace("LN-007", '" LN-007 "').encode(), ()),
    ],
)
def test_a_text_file_is_read_in_each_of_its_ways(
    tmp_path: Path, content: bytes, note: tuple[str, ...]
) -> None:
    table = _table(_text(tmp_path, content))
    decimals = {"patient": READ["patient"], "Größe": ("1.68", "1.75")}
    assert dict(table.columns) in (READ, decimals)
    assert table.rows == (2, 3)
    assert table.notes == note


def test_rows_have_the_numbers_that_a_spreadsheet_shows(tmp_path: Path) -> None:
    # A line that orders a delimiter is no row; an empty one and one over two lines are one each.
    text = 'sep=,\npatient,comment\nP1,"two\nlines"\n\n,,\nP2,"a ""b"", c"\n'
    table = _table(_text(tmp_path, text))
    assert table.rows == (2, 5)
    assert table.columns["comment"] == ("two\nlines", 'a "b", c')


def test_rows_that_end_early_are_read_and_said(tmp_path: Path) -> None:
    table = _table(_text(tmp_path, "patient;date;value\nP1;2024-01-01\nP2;2024-01-02;3\n"))
    assert table.columns["value"] == ("", "3")
    assert "1 rows end before the last column (first: row 2)" in table.notes[0]


def test_a_delimiter_inside_the_header_is_outvoted_by_the_rows(tmp_path: Path) -> None:
    table = _table(_text(tmp_path, 'Name, Vorname;Datum\n"Muster, A";01.02.2024\nB;02.02.2024\n'))
    assert list(table.columns) == ["Name, Vorname", "Datum"]


def test_the_first_row_may_be_another(tmp_path: Path) -> None:
    path = _text(tmp_path, "Labor der Klinik\n\npatient;value\nP1;3\n")
    with pytest.raises(DatasetError, match="has no header above it"):
        _table(path)
    assert _table(path, header=3).columns == {"patient": ("P1",), "value": ("3",)}


@pytest.mark.parametrize(
    ("content", "what", "place"),
    [
        ("", "has no headers", "a.csv:1"),
        ("patient;value\nP1;3;4\n", "cell C2 has no header above it", "a.csv:2"),
        ("patient;;value\nP1;x;3\n", "cell B2 has no header above it", "a.csv:2"),
        ("patient;value;value\nP1;3;4\n", "the header 'value' stands twice", "a.csv:1"),
        ('patient;value\nP1;"3\nP2;4\n', "a quotation mark is not closed", "a.csv:3"),
        ('patient;value\nP1;"3" x\n', "a quotation mark is not closed", "a.csv:2"),
        ("a,b;c\n1,2;3\n", "what stands between the cells cannot be told", "a.csv:1"),
        (b"patient;\x81\n", "the file is no text that can be read", "a.csv:1"),
        (b"pa\x00tient;x\nP1;y\nmany more rows\n", "the file is no text", "a.csv:1"),
        (b"\xd0\xcf\x11\xe0old", "no spreadsheet that can be read", "a.csv"),
        (b"PK\x03\x04ods", "no spreadsheet that can be read", "a.csv"),
    ],
)
def test_a_damaged_text_file_is_refused_with_its_row(
    tmp_path: Path, content: bytes | str, what: str, place: str
) -> None:
    with pytest.raises(DatasetError) as refused:
        _table(_text(tmp_path, content))
    error = refused.value
    assert what in error.what
    assert str(error.place) == place
    assert error.expected
    assert error.next_step


def test_files_that_are_none_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DatasetError, match="cannot be read"):
        read_grids([tmp_path / "absent.csv"])
    with pytest.raises(DatasetError, match="a folder"):
        read_grids([tmp_path])
    path = _text(tmp_path, ROWS)
    with pytest.raises(DatasetError, match="two files have one name"):
        read_grids([path, path])
    monkeypatch.setattr(sheet_files, "MOST_BYTES", 4)
    with pytest.raises(DatasetError, match="the file is too large"):
        read_grids([path])


def test_a_workbook_keeps_days_numbers_and_texts(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["patient", "day", "time", "value", "part", "flag", 2024])
        sheet.append(["LN-007", date(2024, 3, 4), MORNING, 1.1 + 2.2, 0.5, True, " x "])
        sheet.append([7, "04.03.2024", None, 1.8, 180, "<0,2", "=1"])
        sheet["E2"].number_format = "0%"
        sheet["G3"].data_type = "s"

    table = _table(_book(tmp_path, fill))
    assert table.rows == (2, 3)
    assert table.title == "a.xlsx, sheet Labor"
    assert dict(table.columns) == {
        "patient": ("LN-007", Decimal(7)),
        "day": (date(2024, 3, 4), "04.03.2024"),
        "time": (MORNING, ""),
        "value": (Decimal("3.3"), Decimal("1.8")),  # fifteen digits, as Excel shows them
        "part": ("50%", Decimal(180)),
        "flag": ("TRUE", "<0,2"),
        "2024": ("x", "=1"),
    }


def _plain(sheet: Worksheet) -> None:
    sheet.append(["patient", "value"])
    sheet.append(["P1", 3])
    sheet.append(["P2", 4])


def test_a_workbook_that_lies_about_its_size_is_read_whole(tmp_path: Path) -> None:
    path = _rewritten(_book(tmp_path, _plain), r'<dimension ref="[^"]*"', '<dimension ref="A1"')
    assert _table(path).columns["value"] == (Decimal(3), Decimal(4))


def test_a_formula_counts_by_its_result(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        _plain(sheet)
        sheet["B3"] = "=B2+1"

    path = _book(tmp_path, fill)  # written without a result
    with pytest.raises(DatasetError) as refused:
        _table(path)
    assert refused.value.what == "formulas without a result: B3"
    assert str(refused.value.place) == "a.xlsx, sheet Labor"
    worked_out = _rewritten(path, r"(<f>B2\+1</f>)<v\s*/>", r"\1<v>4</v>")
    assert _table(worked_out).columns["value"] == (Decimal(3), Decimal(4))


def test_merged_cells_are_refused_by_name(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        _plain(sheet)
        sheet.merge_cells("A2:A3")

    with pytest.raises(DatasetError, match=r"merged cells: A2:A3"):
        _table(_book(tmp_path, fill))


def test_hidden_sheets_are_marked_and_hidden_rows_said(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        _plain(sheet)
        sheet.row_dimensions[3].hidden = True
        assert sheet.parent is not None
        other = sheet.parent.create_sheet("alt")
        other.append(["patient"])
        other.sheet_state = "hidden"

    shown, hidden = read_grids([_book(tmp_path, fill)])
    assert hidden.hidden
    assert not shown.hidden
    assert shown.notes == ("1 hidden rows are read too",)
    assert sheet_table(shown).columns["value"] == (Decimal(3), Decimal(4))


def test_an_error_of_the_spreadsheet_stays_a_text(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        _plain(sheet)
        sheet["B2"] = "#N/A"

    assert _table(_book(tmp_path, fill)).columns["value"] == ("#N/A", Decimal(4))


def test_a_workbook_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _book(tmp_path, _plain)
    with monkeypatch.context() as patch:
        patch.setattr(sheet_workbook, "MOST_UNPACKED", 100)
        with pytest.raises(DatasetError, match="the workbook is too large"):
            _here(path)
    with monkeypatch.context() as patch:
        patch.setattr(sheet_workbook, "MOST_CELLS", 3)
        with pytest.raises(DatasetError, match="the workbook is too large"):
            _here(path)
    monkeypatch.setattr(sheet_workbook, "MOST_COLUMNS", 1)
    with pytest.raises(DatasetError, match="the workbook is too large"):
        _here(path)


def test_no_damage_of_a_workbook_is_an_error_of_a_library(tmp_path: Path) -> None:
    path = _book(tmp_path, _plain)
    content = path.read_bytes()
    draw = random.Random(1)
    refused = 0
    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(3):
            damaged[draw.randrange(len(damaged))] = draw.randrange(256)
        path.write_bytes(damaged)
        try:
            _here(path)
        except DatasetError:
            refused += 1
    assert refused > 30


def test_a_damaged_workbook_is_refused(tmp_path: Path) -> None:
    path = _book(tmp_path, _plain)
    content = path.read_bytes()
    for cut in (len(content) // 2, len(content) - 30):
        path.write_bytes(content[:cut])
        with pytest.raises(DatasetError, match=r"cannot be read|no spreadsheet"):
            _table(path)
    path = _rewritten(_book(tmp_path, _plain), "</sheetData>", "")
    with pytest.raises(DatasetError, match="the workbook cannot be read"):
        _table(path)


def test_a_file_without_an_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_files, "MOST_BYTES", 1 << 20)
    path = tmp_path / "a.csv"
    path.symlink_to("/dev/zero")
    with pytest.raises(DatasetError, match="too large"):
        read_grids([path])


# ECMA-376 part 1, 18.8.31: a text in quotes is shown as it stands; [<1] says when a part holds.
@pytest.mark.parametrize(
    ("form", "read"),
    [
        ('"<"0.0', "<5"),
        (">=0", ">=5"),
        ("[<1]0.00;0", Decimal(5)),
        ("[Red]0", Decimal(5)),
        ("0%", "500%"),
        ("0.0,", "5 (shown in thousands)"),
        ('#,##0.0,,"M"', "5 (shown in thousands)"),
        ("#,##0.0", Decimal(5)),
        ('0" a, b"', Decimal(5)),
    ],
)
def test_a_sign_that_only_the_format_shows_is_read(
    tmp_path: Path, form: str, read: str | Decimal
) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["patient", "value"])
        sheet.append(["P1", 5])
        sheet["B2"].number_format = form

    assert _table(_book(tmp_path, fill)).columns["value"] == (read,)
