"""The worklist as CSV and as a workbook: safe text, true numbers, ISO dates, a page that prints."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from remit.cli import main
from remit.errors import OutputError
from remit.facts.opened import Facts
from remit.protocol import read_protocol_text
from remit.screening import screen_dataset
from remit.screening.study_screenings import Screening
from remit.screening.worklist import COLUMNS, worklist_table
from remit.testing import Row, small_facts, study_text
from remit.views.worklist_csv import worklist_csv
from remit.views.worklist_sheet import MOST_ROWS, write_worklist_sheet
from screening.named_facts import named_facts

CUT = date(2024, 12, 31)
# How cells become formulas or run commands (OWASP, CSV Injection).
FORMULAS = ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1+1"]


def rows_of(*numbers: int) -> list[Row]:
    """Persons whose platelets are too low."""
    rows: list[Row] = [
        {"birth": "1990-06-15"},
        {"anchor": "screening", "date": "2024-06-01"},
        {"concept": "platelets", "date": "2024-05-20", "number": "42", "unit": "10*9/L"},
    ]
    return [{"person_id": number, **row} for number in numbers for row in rows]


def screened(facts: Facts) -> Screening:
    text = study_text({"A": "platelets >= 50 10*9/L"})
    return screen_dataset(read_protocol_text(text, source="test"), facts)


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.mark.parametrize("name", FORMULAS)
def test_no_id_is_taken_for_a_formula(name: str, tmp_path: Path) -> None:
    facts = named_facts(rows_of(1, 2), {1: name, 2: "P2"}, data_cut=CUT, folder=tmp_path / "facts")
    screening = screened(facts)
    table = worklist_table(screening)
    told = {row["person"] for row in read_csv(worklist_csv(table))} - {"P2"}
    (cell,) = told
    assert cell[0] == "'" or not cell.startswith(("=", "+", "-", "@", "\uff1d"))
    out = write_worklist_sheet(screening, table, tmp_path / "list.xlsx")
    sheet = load_workbook(out)["Worklist"]
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not [c for c in cells if c.data_type == "s" and c.value.startswith(("=", "+", "@"))]


def test_numbers_stay_numbers_and_dates_dates(tmp_path: Path) -> None:
    screening = screened(small_facts(rows_of(7, -3), data_cut=CUT))
    table = worklist_table(screening)
    first = read_csv(worklist_csv(table))[0]
    # A negative whole number is a number, not a formula.
    assert (first["person"], first["screening_date"]) == ("-3", "2024-06-01")
    assert first["failing_count"] == "1"
    out = write_worklist_sheet(screening, table, tmp_path / "list.xlsx")
    sheet = load_workbook(out)["Worklist"]
    cells = dict(zip(COLUMNS.names, sheet[2], strict=True))
    assert (cells["person"].value, cells["person"].data_type) == (-3, "n")
    assert cells["screening_date"].value.date() == date(2024, 6, 1)
    assert cells["screening_date"].number_format == "yyyy-mm-dd"
    assert (cells["failing_count"].value, cells["open_count"].value) == (1, 0)
    assert cells["first_reason"].value == "A: Platelet count 42 10⁹/L, 2024-05-20"


def test_ids_of_digits_that_are_no_numbers_keep_their_zeros(tmp_path: Path) -> None:
    names = {1: "0012", 2: "13"}
    facts = named_facts(rows_of(1, 2), names, data_cut=CUT, folder=tmp_path / "facts")
    screening = screened(facts)
    out = write_worklist_sheet(screening, worklist_table(screening), tmp_path / "list.xlsx")
    sheet = load_workbook(out)["Worklist"]
    assert [sheet["A2"].value, sheet["A3"].value] == ["0012", "13"]


def test_the_sheet_can_be_worked_with_and_printed(tmp_path: Path) -> None:
    screening = screened(small_facts(rows_of(1, 2), data_cut=CUT))
    out = write_worklist_sheet(screening, worklist_table(screening), tmp_path / "list.xlsx")
    book = load_workbook(out)
    assert book.sheetnames == ["Worklist", "About"]
    sheet = book["Worklist"]
    assert [cell.value for cell in sheet[1]] == COLUMNS.names
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:M3")
    assert sheet.print_title_rows == "$1:$1"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth) == ("landscape", 1)
    assert sheet.page_setup.fitToHeight == 0
    assert sheet["F2"].alignment.wrap_text
    assert sheet.column_dimensions["F"].width > 40
    about = {row[0]: row[1] for row in book["About"].iter_rows(values_only=True)}
    assert (about["study"], about["data reach to"]) == ("TEST", "2024-12-31")
    with pytest.raises(OutputError):
        write_worklist_sheet(screening, worklist_table(screening), out)


def test_of_nobody_there_is_a_header(tmp_path: Path) -> None:
    screening = screened(small_facts([], data_cut=CUT))
    assert worklist_csv(worklist_table(screening)) == ",".join(COLUMNS.names) + "\n"
    out = write_worklist_sheet(screening, worklist_table(screening), tmp_path / "list.xlsx")
    assert load_workbook(out)["Worklist"].max_row == 1


def test_more_rows_than_a_sheet_has_are_refused(tmp_path: Path) -> None:
    screening = screened(small_facts([], data_cut=CUT))
    table = pa.table({"person": pa.nulls(MOST_ROWS + 1, pa.string())})
    with pytest.raises(OutputError, match="so many rows"):
        write_worklist_sheet(screening, table, tmp_path / "list.xlsx")


def test_the_command_prints_and_writes_the_same(small_cohort: Facts, tmp_path: Path) -> None:
    words = ("screen", "nct06167174", "--facts", small_cohort.folder, "--format", "csv")
    printed = run(*words)
    assert printed.exit_code == 0
    out = tmp_path / "list.csv"
    assert run(*words, "--out", out).exit_code == 0
    written = out.read_bytes()
    # Excel takes a file for UTF-8 only where it begins with the mark; a pipe must not begin so.
    assert written.startswith(b"\xef\xbb\xbf")
    assert written.decode("utf-8-sig") == printed.output
    rows = read_csv(printed.output)
    assert len(rows) == 400
    rank = ["eligible", "open", "not eligible"]
    assert sorted(rows, key=lambda row: rank.index(row["status"])) == rows
    again = run(*words, "--out", out)
    assert (again.exit_code != 0, "exists" in again.output) == (True, True)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--format", "xlsx"), "--format xlsx needs --out FILE"),
        (("--format", "csv", "--smallest", 5), "--smallest cannot hide them"),
        (("--format", "xlsx", "--smallest", 5, "--out", "x.xlsx"), "--smallest cannot hide them"),
    ],
)
def test_what_cannot_be_is_refused(
    small_cohort: Facts, more: tuple[object, ...], message: str
) -> None:
    result = run("screen", "nct06167174", "--facts", small_cohort.folder, *more)
    assert (result.exit_code, message in result.output) == (2, True)


@pytest.mark.parametrize("mark", ["\ufffe", "\uffff", "\x0b", "\U0001fffe"])
def test_no_id_damages_the_workbook(mark: str, tmp_path: Path) -> None:
    """XML 1.0, production 2 [Char]: U+FFFE and U+FFFF are none; a workbook with them is damaged."""
    name = {1: f"P{mark}1"}
    screening = screened(named_facts(rows_of(1), name, data_cut=CUT, folder=tmp_path / "facts"))
    out = write_worklist_sheet(screening, worklist_table(screening), tmp_path / "list.xlsx")
    assert load_workbook(out)["Worklist"]["A2"].value in {"P\ufffd1", "P 1"}
