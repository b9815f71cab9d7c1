"""Printed tables as RTF and as a workbook, read again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from remit.errors import OutputError
from remit.views.sheet_book import write_sheet_book
from remit.views.sheet_rtf import escaped, rtf_text
from remit.views.table_sheets import TableColumn, TableLine, TableSheet

SHEET = TableSheet(
    "14-5.01",
    "Adverse events {all}",
    "safety",
    ("System, term",),
    (
        TableColumn("n (%)", "x", group="New\n(N=40)"),
        TableColumn("events", "x", group="New\n(N=40)"),
        TableColumn("p"),
    ),
    (
        TableLine(("Skin",), ("4 (10.0 %)", "6", "≥0.05"), 0),
        TableLine(("=HYPERLINK(1)",), ("-1.5 to 2", "", "–"), 1),
    ),
    ("Grade \\ severity – by CTCAE 𝛼.",),
)


def test_signs_of_rtf() -> None:
    assert escaped("a{b}\\c") == r"a\{b\}\\c"
    assert escaped("≥") == r"\u8805?"
    assert escaped("–") == r"\u8211?"
    # Outside the first plane two units, each as a signed number: D835 and DEFC.
    assert escaped("𝛼") == r"\u-10187?\u-8452?"
    assert escaped("one\ntwo") == r"one\line two"
    assert escaped("a\x1b[31m") == r"a\u-3?[31m"


def plain(code: str) -> str:
    """What a reader shows of a piece of RTF."""

    def unit(found: re.Match[str]) -> str:
        return (int(found[1]) % 65536).to_bytes(2, "little").hex()

    text = re.sub(r"\\line ", " ", code)
    text = re.sub(r"\\u(-?\d+)\?", lambda found: f"<{unit(found)}>", text)
    text = re.sub(r"\\([\\{}])", lambda found: f"<{found[1].encode('utf-16-le').hex()}>", text)
    text = re.sub(r"\\[a-z]+-?\d* ?", "", text)
    text = text.replace("{", "").replace("}", "").strip()
    return re.sub(r"(?:<[0-9a-f]{4}>)+", lambda found: _letters(found[0]), text)


def _letters(code: str) -> str:
    return bytes.fromhex(code.replace("<", "").replace(">", "")).decode("utf-16-le")


def test_a_table_as_rtf() -> None:
    text = rtf_text([SHEET, SHEET], header="NCT05631717", footer="from rows.parquet")
    assert text.isascii()
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")
    rows = [part[part.index(r"\trowd") :] for part in re.split(r"\\row\b", text)[:-1]]
    cells = [[plain(cell) for cell in re.split(r"\\cell\b(?!x)", row)[:-1]] for row in rows]
    cells = [[cell.splitlines()[-1] if cell else "" for cell in row] for row in cells]
    one = [
        ["", "New (N=40)", "", ""],
        ["System, term", "n (%)", "events", "p"],
        ["Skin", "4 (10.0 %)", "6", "≥0.05"],
        ["=HYPERLINK(1)", "-1.5 to 2", "", "–"],
    ]
    assert cells == one * 2
    assert len(re.findall(r"\\page\b", text)) == 1
    assert text.count(r"\trhdr") == 4
    assert text.count(r"\clmgf") == text.count(r"\clmrg") == 2
    assert r"Adverse events \{all\}" in text


def test_tables_as_a_workbook(tmp_path: Path) -> None:
    out = write_sheet_book([SHEET, SHEET], tmp_path / "tables.xlsx")
    book = load_workbook(out)
    assert book.sheetnames == ["14-5.01", "14-5.01 2"]
    page = book["14-5.01"]
    rows = [[cell for cell in row if cell is not None] for row in page.iter_rows(values_only=True)]
    assert rows == [
        ["14-5.01 Adverse events {all}"],
        ["Population: safety"],
        ["New\n(N=40)"],
        ["System, term", "n (%)", "events", "p"],
        ["Skin", "4 (10.0 %)", "6", "≥0.05"],
        ["=HYPERLINK(1)", "-1.5 to 2", "–"],
        ["Grade \\ severity – by CTCAE 𝛼."],
    ]
    types = {cell.data_type for row in page.iter_rows() for cell in row if cell.value is not None}
    assert types == {"s"}
    assert [str(found) for found in page.merged_cells.ranges] == ["B3:C3"]
    with pytest.raises(OutputError):
        write_sheet_book([SHEET], out)
    empty = write_sheet_book([], tmp_path / "none.xlsx")
    assert load_workbook(empty).sheetnames == ["Tables"]
