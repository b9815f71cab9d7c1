"""Files of FHIR: Bundles, NDJSON, compressed or cut, and JSON that is no good."""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path

import pytest

from facts.intake.fhir.fhir_examples import (
    PATIENT,
    bundle,
    condition,
    lines,
    observation,
    quantity,
    read_here,
    rows_of,
    rules_of,
)
from remit.errors import DatasetError, OutputError
from remit.facts.intake.fhir.files import fhir_files

RECORDS = (PATIENT, condition(), observation(valueQuantity=quantity(1.8)))


@pytest.mark.parametrize(
    "files",
    [
        {"all.ndjson": lines(*RECORDS)},
        {"all.ndjson.gz": gzip.compress(lines(*RECORDS))},
        {"all.json": lines(*RECORDS)},  # NDJSON by another name
        {"all.jsonl": b"\xef\xbb\xbf" + lines(*RECORDS).replace(b"\n", b"\r\n")},
        {"all.json": bundle(*RECORDS)},
        {"all.json.gz": gzip.compress(bundle(*RECORDS, kind="transaction"))},
        {"1.json": bundle(*RECORDS[1:], kind="searchset"), "2.json": bundle(PATIENT)},
        {f"{n}.json": json.dumps(one, indent=2).encode() for n, one in enumerate(RECORDS)},
        {"bundles.ndjson": bundle(*RECORDS[:2]) + b"\n" + bundle(RECORDS[2]) + b"\n"},
        {"a.ndjson": lines(*RECORDS[:1]), "b.json": bundle(*RECORDS[1:])},
        {"a.ndjson": lines(*RECORDS) + b"\n   \n", "README.txt": b"hello", ".hidden.json": b"x"},
    ],
)
def test_each_form_of_an_export_is_read(tmp_path: Path, files: dict[str, bytes]) -> None:
    found = read_here(tmp_path, files=files)
    assert [len(rows_of(found, name)) for name in ("person", "condition_occurrence")] == [1, 1]
    assert len(rows_of(found, "measurement")) == 1


def test_a_large_bundle_is_read_entry_by_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read_here(tmp_path, files={"all.json": bundle(*RECORDS)})
    monkeypatch.setattr(fhir_files, "_SMALL", 64)
    found = read_here(tmp_path, files={"all.json": bundle(*RECORDS)})
    assert found.tables == whole.tables


@pytest.mark.parametrize("is_large", [False, True])
def test_a_key_that_stands_twice_leaves_its_resource_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_large: bool
) -> None:
    if is_large:
        monkeypatch.setattr(fhir_files, "_SMALL", 64)
    twice = b'"onsetDateTime": "2020-05-01", "onsetDateTime": "2010-01-01"'
    for files in ({"all.ndjson": lines(*RECORDS)}, {"all.json": bundle(*RECORDS)}):
        made = {
            name: text.replace(b'"onsetDateTime": "2020-05-01"', twice)
            for name, text in files.items()
        }
        found = read_here(tmp_path, files=made)
        assert rules_of(found, "condition_occurrence") == {"Condition: a key stands twice": 1}
        assert len(rows_of(found, "measurement")) == 1
        for path in (tmp_path / "export").iterdir():
            path.unlink()


def test_spaces_and_escapes_hide_no_key(tmp_path: Path) -> None:
    line = lines(condition()).replace(b'"id":', b'"note" : "a\\u003a", "id" :"c0" , "id":')
    found = read_here(tmp_path, files={"a.ndjson": lines(PATIENT) + line})
    assert rules_of(found, "condition_occurrence") == {"Condition: a key stands twice": 1}


@pytest.mark.parametrize("depth", [300, 5_000, 200_000])
def test_nesting_without_end_is_no_resource(tmp_path: Path, depth: int) -> None:
    deep = lines(condition()).replace(b'"2020-05-01"', b"[" * depth + b"]" * depth)
    found = read_here(tmp_path, files={"a.ndjson": lines(PATIENT) + deep})
    assert rules_of(found, "condition_occurrence") == {"Condition: nested too deeply": 1}
    with pytest.raises(DatasetError):
        read_here(tmp_path, files={"a.json": b"[" * depth})


def test_a_number_without_end_is_no_number(tmp_path: Path) -> None:
    long = lines(observation(valueQuantity=quantity(7777))).replace(b"7777", b"1" * 5000)
    found = read_here(tmp_path, files={"a.ndjson": lines(PATIENT) + long})
    assert rules_of(found, "measurement") == {"Observation: a number of more than 400 digits": 1}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.ndjson", lines(*RECORDS)[:-30]),
        ("a.json", bundle(*RECORDS)[:-30]),
        ("a.json", b""),
        ("a.json", b"   "),
        ("a.ndjson", lines(PATIENT) + b"not json\n"),
        ("a.ndjson", lines(PATIENT) + b"[1]\n"),
        ("a.ndjson", lines(PATIENT) + b'{"a": NaN}\n'),
        ("a.ndjson", lines(PATIENT) + b'{"a": "\xff"}\n'),
        ("a.ndjson.gz", gzip.compress(lines(*RECORDS))[:-20]),
        ("a.ndjson.gz", gzip.compress(lines(*RECORDS))[:60] + b"\0" * 60),
        ("a.json", b"<Bundle xmlns='http://hl7.org/fhir'/>"),
        ("a.json", lines(PATIENT).decode().encode("utf-16")),
        ("a.json", bundle(*RECORDS, kind="history")),
        ("a.json", b'{"resourceType":"Bundle","type":"collection","entry":{}}'),
        ("a.json", b'{"resourceType":"Bundle","entry":[]}'),
    ],
)
def test_a_file_that_is_cut_or_none_is_refused(tmp_path: Path, name: str, text: bytes) -> None:
    with pytest.raises(DatasetError) as refused:
        read_here(tmp_path, files={"0.ndjson": lines(PATIENT), name: text})
    assert name in str(refused.value)


@pytest.mark.parametrize("cut", [10, 200, 500, -3])
def test_a_large_bundle_that_is_cut_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    monkeypatch.setattr(fhir_files, "_SMALL", 8)
    with pytest.raises(DatasetError, match="cut or damaged"):
        read_here(tmp_path, files={"a.json": bundle(*RECORDS)[:cut]})


def test_an_entry_without_a_resource_and_a_page_that_lacks_are_told(tmp_path: Path) -> None:
    page = json.loads(bundle(*RECORDS, kind="searchset", total=5))
    page["entry"].append({"fullUrl": "urn:uuid:x"})
    found = read_here(tmp_path, files={"1.json": json.dumps(page).encode()})
    assert any("1 entries of Bundles have no resource" in note for note in found.notes)
    assert any("found 5 resources and its pages hold 4" in note for note in found.notes)


def test_an_entry_that_deletes_is_not_taken(tmp_path: Path) -> None:
    made = json.loads(bundle(*RECORDS, kind="transaction"))
    made["entry"][1]["request"] = {"method": "DELETE", "url": "Condition/c1"}
    found = read_here(tmp_path, files={"1.json": json.dumps(made).encode()})
    assert rows_of(found, "condition_occurrence") == []


def test_resources_of_other_types_are_counted(tmp_path: Path) -> None:
    found = read_here(tmp_path, {"resourceType": "Claim", "id": "x"}, {"resourceType": "Claim"})
    assert dict(found.unread) == {"Claim": ("FHIR", 2)}
    assert dict(found.source_rows) == {"Patient": 1}
    none = read_here(tmp_path, {"id": "x"}, {"resourceType": ["Patient"]})
    assert any("2 left out: no resourceType" in note for note in none.notes)


def test_a_path_that_is_not_there_or_holds_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no file of FHIR"):
        read_here(tmp_path, files={"readme.txt": b"x"})


@pytest.mark.parametrize("rows", [1, 5_000])
def test_a_full_disk_is_an_error_of_the_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no device that is always full")
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda dir: full.open("r+b"))
    many = [condition(f"c{number}") for number in range(rows)]
    with pytest.raises(OutputError, match="no room on the disk"):
        read_here(tmp_path, *many)
