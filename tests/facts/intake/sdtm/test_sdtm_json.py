"""Dataset-JSON 1.1, held against its specification (CDISC, final of 5 December 2024)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from remit.errors import DatasetError
from remit.facts.intake.sdtm.files import sdtm_json
from remit.facts.intake.sdtm.files.sdtm_cells import ZEROS
from remit.facts.intake.sdtm.files.sdtm_json import read_dataset_json
from trial_files import Rows, dataset, dataset_json, dataset_lines

HEAD = ["DOMAIN", "USUBJID", "VSSEQ"]
ROWS: Rows = [["VS", "P1", 1.0], ["VS", "P2", 2.5]]


def _written(folder: Path, found: object, name: str = "vs.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(found), encoding="utf-8")
    return path


def _refusal(path: Path) -> str:
    with pytest.raises(DatasetError) as found:
        read_dataset_json(path)
    return str(found.value)


def test_one_object_and_lines_say_the_same(tmp_path: Path) -> None:
    columns, rows = dataset("LB")
    one = read_dataset_json(_written(tmp_path, dataset_json("LB", columns, rows), "lb.json"))
    other = tmp_path / "lb.ndjson"
    for end in ("\n", "\r\n"):
        lines = [*dataset_lines("LB", columns, rows), ""]
        other.write_text(end.join(lines), encoding="utf-8", newline="")
        assert read_dataset_json(other).equals(one)
        assert one.num_rows == len(rows)


@pytest.mark.parametrize("at_once", [1, 3, 7, 8, 9])
def test_lines_read_in_pieces_are_those_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    path = tmp_path / "lb.ndjson"
    path.write_text("\n".join(dataset_lines("LB", *dataset("LB"))), encoding="utf-8")
    whole = read_dataset_json(path)
    monkeypatch.setattr(sdtm_json, "_ROWS_AT_ONCE", at_once)
    assert read_dataset_json(path).equals(whole, check_metadata=True)


def test_a_row_behind_a_blank_line_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vs.ndjson"
    head, first, second = dataset_lines("VS", HEAD, ROWS)
    path.write_text("\n".join([head, first, "", second]), encoding="utf-8")
    assert "row 2 does not fit" in _refusal(path)
    path.write_text("", encoding="utf-8")
    assert "no whole JSON" in _refusal(path)


def test_cells_are_texts_as_printed_and_empty_ones_are_none(tmp_path: Path) -> None:
    rows: Rows = [["VS", "", 5.397605346934028e-79], ["VS", None, None], ["VS", "P", 8.0]]
    table = read_dataset_json(_written(tmp_path, dataset_json("VS", HEAD, rows)))
    assert table["USUBJID"].to_pylist() == [None, None, "P"]
    assert table["VSSEQ"].to_pylist() == ["0", None, "8"]
    assert table.schema.metadata[ZEROS] == b"1"


@pytest.mark.parametrize(
    "key",
    [
        *("datasetJSONCreationDateTime", "datasetJSONVersion", "itemGroupOID"),
        *("records", "name", "label", "columns"),
    ],
)
def test_each_required_attribute_is_asked(tmp_path: Path, key: str) -> None:
    found = dataset_json("VS", HEAD, ROWS)
    del found[key]
    assert f"the attribute {key} is missing" in _refusal(_written(tmp_path, found))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"records": 0}, "another number of rows"),
        ({"records": 3}, "another number of rows"),
        ({"records": -1}, "no number of rows"),
        ({"records": "2"}, "no number of rows"),
        ({"records": True}, "no number of rows"),
        ({"rows": {}}, "rows is no list"),
        ({"rows": [["VS", "P1"], ["VS", "P2", 2.5]]}, "row 1 does not fit"),
        ({"rows": [["VS", "P1", 1, 2], ["VS", "P2", 2.5]]}, "row 1 does not fit"),
        ({"rows": [["VS", "P1", 1], {"VSSEQ": 1}]}, "row 2 does not fit"),
        ({"rows": [["VS", 7, 1], ["VS", "P2", 2.5]]}, "another type"),
        ({"rows": [["VS", "P1", "1"], ["VS", "P2", 2.5]]}, "another type"),
        ({"rows": [["VS", "P1", True], ["VS", "P2", 2.5]]}, "another type"),
        ({"rows": [["VS", "P1", [1]], ["VS", "P2", 2.5]]}, "another type"),
        ({"columns": []}, "no columns"),
        ({"columns": [{"name": "DOMAIN"}]}, "column 1 is not described"),
        ({"datasetJSONVersion": "1.0.0"}, "another version"),
        ({"datasetJSONVersion": "1.10"}, "another version"),
        ({"name": ""}, "is no text"),
        ({"clinicalData": {}}, "Dataset-JSON 1.0"),
    ],
)
def test_what_breaks_the_specification_is_refused(
    tmp_path: Path, change: dict[str, object], said: str
) -> None:
    assert said in _refusal(_written(tmp_path, dataset_json("VS", HEAD, ROWS) | change))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no whole JSON"),
        ("[]", "no Dataset-JSON"),
        ('{"rows": [', "no whole JSON"),
        ('{"records": NaN}', "no whole JSON"),
        ('{"records": 1e400}', "no whole JSON"),
    ],
)
def test_what_is_no_json_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "vs.json"
    path.write_text(text, encoding="utf-8")
    assert said in _refusal(path)


def test_a_missing_list_of_rows_is_metadata_alone(tmp_path: Path) -> None:
    found = dataset_json("VS", HEAD, [])
    del found["rows"]
    table = read_dataset_json(_written(tmp_path, found))
    assert (table.num_rows, table.column_names) == (0, HEAD)


def test_lines_with_rows_in_the_first_or_a_broken_one_are_refused(tmp_path: Path) -> None:
    found = dataset_json("VS", HEAD, ROWS)
    path = tmp_path / "vs.ndjson"
    path.write_text(json.dumps(found), encoding="utf-8")
    assert "the first line holds rows" in _refusal(path)
    head, first, _ = dataset_lines("VS", HEAD, ROWS)
    path.write_text("\n".join([head, first, "[1,"]), encoding="utf-8")
    assert "line 3 is no JSON" in _refusal(path)
    path.write_text("\n".join([head, first]), encoding="utf-8")
    assert "another number of rows" in _refusal(path)


# What the specification says of each: columns and itemGroupOID are required, rows are not, and
# records=0 without rows transfers metadata alone.
@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("testfile_01.json", "the attribute columns is missing"),
        ("testfile_02.json", "the attribute columns is missing"),
        ("testfile_03.json", None),
        ("testfile_04.json", "the attribute itemGroupOID is missing"),
        ("testfile_05.json", "another number of rows than it says"),
    ],
)
def test_the_public_test_files_are_taken_or_refused_as_specified(
    shared: Path, file: str, said: str | None
) -> None:
    path = shared / "data/trials/dataset_json" / file
    if said is None:
        assert read_dataset_json(path).num_rows == 0
    else:
        assert said in _refusal(path)
