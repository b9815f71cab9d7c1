"""How the pilot's files are read: texts that are numbers, RTF cells, and the rounding of old R."""

from __future__ import annotations

from pathlib import Path

import pytest

from remit.views.table_sheets import TableColumn, TableLine, TableSheet

from .pilot_data import number
from .published_cells import Comparison, Difference, below, held_against, rounded_by_old_r, rtf_rows


def test_the_zero_of_sas_is_zero() -> None:
    assert number("5.397605346934028e-79") == 0.0
    assert number("54.0") == 54.0
    assert number("") is None
    assert number(None) is None


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (42.65, 1, "42.6"),
        (40.25, 1, "40.2"),
        (60.55, 1, "60.5"),
        (0.15, 1, "0.1"),
        (0.25, 1, "0.2"),
        (2.5, 0, "2"),
        (97.5, 0, "98"),
        (-0.04, 1, "0.0"),
    ],
)
def test_numbers_as_r_before_4_rounded_them(value: float, digits: int, text: str) -> None:
    # By hand: 0.15 and 60.55 are stored a little below what they stand for, the others as they are.
    assert rounded_by_old_r(value, digits) == text


def test_cells_of_rtf(tmp_path: Path) -> None:
    file = tmp_path / "table.rtf"
    file.write_text(
        r"{\rtf1 {\trowd \cellx10 \cellx20 \pard\intbl\ql{\fs20 {Age}}\cell"
        r"\pard\intbl{\fs20 \b {Placebo\line (N=2)}\b0}\cell\row}"
        r"{\trowd \cellx10 \cellx20 \pard\intbl{\fs20 {Mean}}\cell\pard{\fs20 { 75.2 }}\cell\row}}",
        encoding="latin-1",
    )
    rows = rtf_rows(file)
    assert rows == [["Age", "Placebo (N=2)"], ["Mean", "75.2"]]
    assert below(rows, {1: "Placebo (N=2)"}) == [["Mean", "75.2"]]


def test_a_cell_that_differs_is_found() -> None:
    lines = (TableLine(("Mean",), ("75.2", "")), TableLine(("SD",), ("8.59", "text")))
    sheet = TableSheet("", "", "", ("",), (TableColumn("x"), TableColumn("y")), lines)
    printed = [["Mean", " 75.2 ", ""], ["", "", ""], ["SD", "8.58", "other"]]
    assert held_against(sheet, printed, labels=1) == Comparison(
        2, (Difference("SD", 0, "8.58", "8.59"),)
    )
    with pytest.raises(AssertionError):
        held_against(sheet, printed[:1], labels=1)
