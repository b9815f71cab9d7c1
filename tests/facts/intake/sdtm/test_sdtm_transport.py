"""SAS transport files: layouts that hold together are read, whatever was cut or damaged is not.

The files are written by pyreadstat; that of a known layout is the one of TS-140.
"""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from remit.errors import DatasetError
from remit.facts.intake.sdtm.files import sdtm_transport
from remit.facts.intake.sdtm.files.sdtm_cells import ZEROS, number_text
from remit.facts.intake.sdtm.files.sdtm_transport import RECORD, read_transport, transport_layout
from trial_files import Rows, write_xpt

HEAD = ["STUDYID", "DOMAIN", "USUBJID", "LBSEQ", "LBORRES"]
# Rows of 4 + 2 + 2 + 8 + 5 = 21 bytes.
ROWS: Rows = [["S-01", "LB", f"P{n}", float(n), "<0.25"] for n in range(9)]


@pytest.fixture(params=[5, 8])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return write_xpt(tmp_path / "lb.xpt", "LB", HEAD, ROWS, version=request.param)


def test_both_versions_are_read_cell_by_cell(file: Path) -> None:
    table = read_transport(file)
    assert table.column_names == HEAD
    assert table.num_rows == len(ROWS)
    assert table.to_pylist()[3] == {
        "STUDYID": "S-01",
        "DOMAIN": "LB",
        "USUBJID": "P3",
        "LBSEQ": "3",
        "LBORRES": "<0.25",
    }


@pytest.mark.parametrize("at_once", [1, 2, 3, 4, 8, 9, 10])
def test_rows_read_in_pieces_are_those_read_at_once(
    file: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    whole = read_transport(file)
    monkeypatch.setattr(sdtm_transport, "_ROWS_AT_ONCE", at_once)
    assert read_transport(file).equals(whole, check_metadata=True)


def test_a_length_that_is_no_multiple_of_80_is_refused(file: Path) -> None:
    content = file.read_bytes()
    for end in range(len(content) - 1, len(content) - RECORD, -7):
        with pytest.raises(DatasetError, match=r"cut or damaged"):
            transport_layout(content[:end], place="lb.xpt")


def test_a_file_cut_at_a_record_is_refused_unless_whole_rows_are_left(file: Path) -> None:
    content = file.read_bytes()
    whole = transport_layout(content, place="lb.xpt")
    for end in range(0, len(content), RECORD):
        try:
            found = transport_layout(content[:end], place="lb.xpt")
        except DatasetError:
            continue
        # Nothing in a file of version 5 tells how many rows there were: that is for --expect.
        left = end - whole.start
        assert left % whole.width == 0 or content[end - left % whole.width : end].isspace()
        assert found.rows < whole.rows


def test_version_8_says_how_many_rows_there_are(tmp_path: Path) -> None:
    rows: Rows = [["S-0001", "LB", "P001", float(n), "9"] for n in range(8)]
    path = write_xpt(tmp_path / "lb.xpt", "LB", HEAD, rows, version=8)
    content = path.read_bytes()
    start = transport_layout(content, place="lb.xpt").start
    with pytest.raises(DatasetError, match="another number of rows"):
        transport_layout(content[:start], place="lb.xpt")


def test_names_of_columns_are_those_of_sdtm_in_any_case(tmp_path: Path) -> None:
    path = write_xpt(tmp_path / "lb.xpt", "LB", [name.lower() for name in HEAD], ROWS)
    assert read_transport(path).column_names == HEAD


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 80])
def test_short_rows_are_told_from_the_blanks_that_fill_a_record(tmp_path: Path, count: int) -> None:
    path = write_xpt(tmp_path / "x.xpt", "LB", ["A", "B"], [["x", "yz"]] * count)
    assert read_transport(path).num_rows == count


def test_what_is_left_behind_the_last_row_must_be_blanks(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-1] = ord("x")
    with pytest.raises(DatasetError, match="within a row"):
        transport_layout(bytes(content), place="lb.xpt")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"STUDYID,DOMAIN\n" * 16, "no SAS transport file"),
        (b"**COMPRESSED** **COMPRESSED** **COMPRESSED** ".ljust(160), "no SAS transport file"),
        (b"\x00" * 800, "no SAS transport file"),
    ],
)
def test_other_files_are_refused(content: bytes, said: str) -> None:
    with pytest.raises(DatasetError, match=said):
        transport_layout(content, place="x.xpt")


def test_columns_that_do_not_follow_one_another_are_refused(file: Path) -> None:
    content = bytearray(file.read_bytes())
    first = 640  # the first description of a column, and its length at bytes 4 and 5
    content[first + 4 : first + 6] = struct.pack(">h", 3)
    with pytest.raises(DatasetError, match="do not follow"):
        transport_layout(bytes(content), place="lb.xpt")


def test_two_datasets_in_one_file_are_refused(tmp_path: Path) -> None:
    one = write_xpt(tmp_path / "lb.xpt", "LB", HEAD, ROWS).read_bytes()
    two = write_xpt(tmp_path / "vs.xpt", "VS", HEAD, ROWS).read_bytes()
    rows = transport_layout(one, place="lb.xpt")
    blanks = b" " * (-(rows.start + rows.rows * rows.width) % RECORD)
    both = one[: rows.start + rows.rows * rows.width] + blanks + two[240:]
    with pytest.raises(DatasetError, match=r"several datasets|within a row"):
        transport_layout(both, place="lb.xpt")


def test_texts_of_another_coding_need_it_declared(tmp_path: Path) -> None:
    path = write_xpt(tmp_path / "ae.xpt", "AE", ["DOMAIN", "AETERM"], [["AE", "Fi~vre"]])
    path.write_bytes(path.read_bytes().replace(b"Fi~vre", "Fièvre".encode("latin-1")))
    with pytest.raises(DatasetError, match="--encoding"):
        read_transport(path)
    for coding in ("latin-1", "windows-1252", "cp1252"):
        assert read_transport(path, encoding=coding)["AETERM"].to_pylist() == ["Fièvre"]
    with pytest.raises(DatasetError, match="nobody knows this coding"):
        read_transport(path, encoding="klingon")


def test_the_zero_of_sas_is_zero_and_counted(tmp_path: Path) -> None:
    path = write_xpt(tmp_path / "lb.xpt", "LB", HEAD, [["S", "LB", "P", 7.0, "0"]])
    content = path.read_bytes()
    seven = bytes([0x41, 0x70, 0, 0, 0, 0, 0, 0])  # IBM floating point
    assert content.count(seven) == 1
    path.write_bytes(content.replace(seven, bytes([0x00, 0x10, 0, 0, 0, 0, 0, 0])))
    table = read_transport(path)
    assert table["LBSEQ"].to_pylist() == ["0"]
    assert table.schema.metadata[ZEROS] == b"1"


# The shortest decimal that stands for the double (IEEE 754) is what was printed.
@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1, "0.1"),
        (88.4, "88.4"),
        (-7.0, "-7"),
        (0.0, "0"),
        (float("nan"), None),
        (5.397605346934028e-79, "0"),
        (-5.397605346934028e-79, "0"),
        (1e-60, "1e-60"),
    ],
)
def test_a_number_is_read_as_it_was_printed(number: float, text: str | None) -> None:
    assert number_text(number) == text


def test_a_dataset_that_is_not_read_is_counted_whatever_its_coding(tmp_path: Path) -> None:
    path = write_xpt(tmp_path / "ts.xpt", "TS", ["TSVAL"], [["a~b"], ["c"]])
    path.write_bytes(path.read_bytes().replace(b"a~b", b"a\x92b"))
    assert read_transport(path).num_rows == 2


@pytest.mark.shared
def test_a_real_file_that_was_cut_is_refused_or_needs_its_rows_expected(shared: Path) -> None:
    content = (shared / "data/trials/cdisc_pilot/sdtm/dm.xpt").read_bytes()
    whole = transport_layout(content, place="dm.xpt")
    assert whole.rows == 306
    cut = content[: whole.start + 160 * whole.width]
    assert len(cut) % RECORD == 0  # 160 of 306 rows: nothing in the file tells it
    assert transport_layout(cut, place="dm.xpt").rows == 160
    for records in range(1, 60):
        part = content[: len(cut) + records * RECORD]
        if (len(part) - whole.start) % whole.width >= RECORD:
            with pytest.raises(DatasetError, match="within a row"):
                transport_layout(part, place="dm.xpt")
