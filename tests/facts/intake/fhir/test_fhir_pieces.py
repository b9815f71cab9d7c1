"""An export in pieces: the same rows, counts and errors as in one, by however many processes."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import pytest

from facts.intake.fhir.fhir_examples import (
    ABOUT,
    CREATININE,
    LOINC,
    PATIENT,
    RXNORM,
    SNOMED,
    Json,
    bundle,
    coded,
    condition,
    lines,
    observation,
    quantity,
    request,
    rows_of,
    rules_of,
    taken_of,
    written,
)
from facts.intake.fhir.fhir_mutants import mutant
from remit.errors import DatasetError, OutputError, RemitError
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.dataset.handed_over import IntakeChoices, SourceTables
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.fhir.fhir_tables import read_fhir
from remit.facts.intake.fhir.files import fhir_files, fhir_pieces
from remit.facts.intake.fhir.files.fhir_files import FileAccount, FilePiece, FoundResource
from remit.facts.intake.fhir.resources import fhir_joined, fhir_piece_readers
from remit.facts.intake.rows.row_store import row_store
from remit.facts.intake.sources import limited_copies
from remit.facts.vocabulary.code_book import ListedCodes

ALONE = 0  # processes beside this one
linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has copies")
EACH = [ALONE, pytest.param(1, marks=linux), pytest.param(2, marks=linux)]


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of a line or two."""
    monkeypatch.setattr(fhir_pieces, "PIECE", 300)


def read(source: Path, *, readers: int = ALONE) -> SourceTables:
    dictionary = packaged_dictionary()
    return read_fhir([source], book=ListedCodes(dictionary), dictionary=dictionary, readers=readers)


def told(source: Path, *, readers: int = ALONE) -> Mapping[str, object] | str:
    """All that a reading hands over, or its error."""
    try:
        found = read(source, readers=readers)
    except RemitError as error:
        return str(error)
    return {one.name: getattr(found, one.name) for one in fields(found) if one.name != "stored"}


def varied() -> Mapping[str, bytes]:
    """An export in which codes, persons, medicines and versions come again in later pieces."""
    dice = random.Random(7)
    persons: list[Json] = [
        {
            **PATIENT,
            "id": f"p{number}",
            "identifier": [{"system": "http://mrn.example", "value": str(number)}],
        }
        for number in range(6)
    ]
    records = list[Json]()
    for number in range(120):
        person = dice.randrange(7)  # the last is a stranger
        subject = dice.choice(
            [
                f"Patient/p{person}",
                f"urn:uuid:p{person}",
                f"http://h.example/fhir/Patient/p{person}",
                f"Patient?identifier=http://mrn.example|{person}",
            ]
        )
        about = {"subject": {"reference": subject}}
        name = f"n{dice.randrange(90)}"
        code = coded(LOINC, dice.choice([CREATININE, "777-3", "no code"]), dice.choice("ABC"))
        meta = {"meta": {"versionId": str(dice.randrange(3))}} if dice.random() < 0.3 else {}
        more = {**about, **meta}
        records.append(
            dice.choice(
                [
                    observation(name, code=code, valueQuantity=quantity(number / 10), **more),
                    observation(name, valueString=dice.choice(["1:80", "odd", "3 mg/dL"]), **more),
                    observation(name, valueCodeableConcept=coded(SNOMED, "10828004"), **more),
                    observation(name, effectiveDateTime="2023-02", valueInteger=3, **more),
                    {**observation(name, **more), "status": "unknown"},
                    condition(name, **more),
                    {**condition(name, **more), "code": {"text": 7, **coded(SNOMED, "55464009")}},
                    {
                        **request(name, **more),
                        "medicationCodeableConcept": None,
                        "medicationReference": {"reference": f"Medication/{dice.randrange(5)}"},
                    },
                    {"resourceType": "Claim", "id": name},
                    {"resourceType": "Medication", "id": "3", "code": coded(RXNORM, "8640")},
                ]
            )
        )
    whole = [*records, *persons]
    dice.shuffle(whole)
    text = lines(*whole[:60]).replace(b"\n", b"\n\n", 5).replace(b"\n", b"\r\n", 9)
    return {
        "a.ndjson": text,
        "b.ndjson.gz": gzip.compress(lines(*whole[60:80])),
        "c.json": bundle(*[one for one in whole[80:100] if one["resourceType"] != "Claim"]),
        "d.json": lines(*whole[100:110]),
        "e.ndjson": b"\xef\xbb\xbf" + lines(*whole[110:]).rstrip(),
        "f.ndjson": b"",
        "notes.txt": b"none of FHIR",
    }


@pytest.mark.parametrize("readers", EACH)
@pytest.mark.parametrize("size", [1, 300, 5_000])
@pytest.mark.parametrize("at_once", [1, 7, 1 << 14])
def test_all_that_is_told_is_that_of_one_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, readers: int, size: int, at_once: int
) -> None:
    source = written(tmp_path / "export", varied())
    whole = told(source)
    assert isinstance(whole, dict)
    assert len(whole["tables"]) >= 8  # most ways of reading are in it
    monkeypatch.setattr(fhir_pieces, "PIECE", size)
    monkeypatch.setattr(fhir_piece_readers, "_AT_ONCE", at_once)
    assert told(source, readers=readers) == whole


@pytest.mark.parametrize("number", range(60))
def test_damaged_exports_are_told_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    name, text = mutant(number)
    source = written(tmp_path / "export", {name: text})
    whole = told(source)
    monkeypatch.setattr(fhir_pieces, "PIECE", 200)
    assert told(source) == whole


def bytes_of(folder: Path) -> Mapping[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@linux
@pytest.mark.parametrize("slow", ["first", "last"])
def test_the_dataset_is_byte_for_byte_that_of_one_process_whichever_ends_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slow: str
) -> None:
    monkeypatch.setattr(fhir_pieces, "PIECE", 2_000)
    source = written(tmp_path / "export", varied())
    real = fhir_files.read_resources

    def slowed(pieces: Iterable[FilePiece], account: FileAccount) -> Iterator[FoundResource]:
        for piece in pieces:
            even = piece.start // 2_000 % 2 == 0
            time.sleep(0.03 if even == (slow == "first") else 0)
            yield from real([piece], account)

    dictionary = packaged_dictionary()
    made = list[Mapping[str, bytes]]()
    for readers in (1, 2):
        if readers == 2:
            monkeypatch.setattr(fhir_piece_readers, "read_resources", slowed)
        out = tmp_path / str(readers)
        with row_store(out) as store:
            found = read_fhir(
                [source],
                book=ListedCodes(dictionary),
                dictionary=dictionary,
                store=store,
                readers=readers,
            )
            facts, _ = write_intake(out, found, IntakeChoices("an export"))
            facts.close()
        made.append(bytes_of(out))
    assert made[0] == made[1]


def test_batches_of_rows_end_alike_whatever_the_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days not exactly known and names at the source are numbered batch by batch."""
    source = written(tmp_path / "export", varied())
    monkeypatch.setattr(fhir_joined, "BATCH", 5)
    whole = told(source)
    monkeypatch.setattr(fhir_pieces, "PIECE", 1)
    assert told(source) == whole


def test_the_resources_of_strangers_are_counted_once_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their events may be many; the batch in which they come ends behind them."""
    monkeypatch.setattr(fhir_joined, "BATCH", 3)
    parts = [{"code": coded(LOINC, "8480-6"), "valueQuantity": quantity(120, "mm[Hg]")}] * 4
    nobody = {"subject": {"reference": "Patient/nobody"}, "component": parts}
    records = [observation(f"o{number}", **nobody) for number in range(5)]
    found = read(written(tmp_path, {"a.ndjson": lines(PATIENT, *records)}))
    told_ = "Observation: its patient is not among the data, or was left out"
    assert rules_of(found, "measurement") == {told_: 5}


# HL7 FHIR R4, Resource.meta: of two versions the one that was updated later is the newer one.
@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("readers", EACH[::2])
@pytest.mark.parametrize("newer_first", [False, True])
def test_a_newer_version_retires_an_older_one_of_another_piece(
    tmp_path: Path, *, readers: int, newer_first: bool
) -> None:
    versions = [
        observation(
            "o1",
            valueQuantity=quantity(value),
            meta={"lastUpdated": f"2024-01-0{day}T00:00:00Z", "versionId": str(day)},
        )
        for day, value in ((1, 1.1), (2, 2.2))
    ]
    between = [observation(f"b{number}", valueQuantity=quantity(9)) for number in range(8)]
    ordered = versions[::-1] if newer_first else versions
    text = lines(ordered[0], *between, ordered[1], PATIENT)
    found = read(written(tmp_path, {"a.ndjson": text}), readers=readers)
    values = [float(str(row["value_as_number"])) for row in taken_of(found, "measurement")]
    assert sorted(values) == [2.2, *[9.0] * 8]
    assert rules_of(found, "measurement") == {"Observation: an older version of another one": 1}


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("readers", EACH[::2])
def test_copies_and_references_meet_across_pieces(tmp_path: Path, readers: int) -> None:
    drug = {"resourceType": "Medication", "id": "m", "code": coded(RXNORM, "8640", "prednisone")}
    asked = {
        **request("r1"),
        "medicationCodeableConcept": None,
        "medicationReference": {"reference": "Medication/m"},
    }
    between = [condition(f"c{number}") for number in range(8)]
    text = lines(asked, between[0], *between, drug, PATIENT)
    found = read(written(tmp_path, {"a.ndjson": text}), readers=readers)
    assert len(rows_of(found, "condition_occurrence")) == 8
    assert rules_of(found, "condition_occurrence") == {
        "Condition: says all of another one again": 1
    }
    (exposure,) = rows_of(found, "drug_exposure")
    assert exposure["drug_source_value"] == "8640 prednisone"


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("readers", EACH[::2])
def test_a_code_is_called_by_its_first_name_in_the_source(tmp_path: Path, readers: int) -> None:
    sent = [
        observation(f"o{number}", code=coded("http://lab.example", "K1", f"name {number}"))
        for number in range(9)
    ]
    found = read(written(tmp_path, {"a.ndjson": lines(PATIENT, *sent)}), readers=readers)
    (unknown,) = found.not_understood
    assert (unknown.name, unknown.rows) == ("name 0", 9)


def test_a_name_of_another_type_leaves_its_resource_out_wherever_it_stands(tmp_path: Path) -> None:
    """R4: CodeableConcept.text and Coding.display are strings; so in the first and in the last."""
    bad = [
        {**coded(SNOMED, "55464009"), "text": 7},
        {"coding": [{"system": SNOMED, "code": "55464009", "display": ["SLE"]}]},
    ]
    sent = [condition("c1"), *(condition(f"b{n}", code=code) for n, code in enumerate(bad))]
    for ordered in (sent, sent[::-1]):
        found = read(written(tmp_path, {"a.ndjson": lines(PATIENT, *ordered)}))
        assert len(taken_of(found, "condition_occurrence")) == 1
        assert rules_of(found, "condition_occurrence") == {
            "Condition: text is not a text": 1,
            "Condition: display is not a text": 1,
        }


def test_a_reference_that_is_none_means_nobody_wherever_it_stands(tmp_path: Path) -> None:
    """R4, references: a search names its parameter, as `identifier=`."""
    person = {**PATIENT, "identifier": [{"system": "http://mrn.example", "value": "1"}]}
    by_identifier = {"identifier": {"system": "http://mrn.example", "value": "1"}}
    sent = [
        condition("c1", subject=by_identifier),
        condition("c2", subject={"reference": "Patient?http://mrn.example|1"}),
    ]
    for ordered in (sent, sent[::-1]):
        found = read(written(tmp_path, {"a.ndjson": lines(person, *ordered)}))
        assert len(rows_of(found, "condition_occurrence")) == 1
        assert rules_of(found, "condition_occurrence") == {
            "Condition: a reference to a patient that is none of FHIR": 1
        }


def test_each_resource_of_a_day_of_utc_is_told(tmp_path: Path) -> None:
    sent = [
        observation(f"o{n}", effectiveDateTime="2024-03-31T23:30:00Z", valueQuantity=quantity(n))
        for n in range(5)
    ]
    found = read(written(tmp_path, {"a.ndjson": lines(PATIENT, *sent)}))
    assert any("5 resources tell a time of UTC" in note for note in found.notes)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("readers", EACH)
@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (b"not json\n", "a.ndjson:43: the file is cut or damaged"),
        (
            b'{"resourceType":"Observation","comments":1,"status":"final"}\n',
            "a.ndjson:43: the data",
        ),
        (b'{"resourceType": "Bundle", "type": "history"}\n', "a.ndjson: the file is no Bundle"),
    ],
)
def test_a_bad_line_is_told_by_its_number(
    tmp_path: Path, readers: int, bad: bytes, said: str
) -> None:
    records = [condition(f"c{number}") for number in range(60)]
    text = lines(PATIENT, *records[:40]) + b"\n" + bad + lines(*records[40:]) + b"worse\n"
    with pytest.raises(DatasetError) as raised:
        read(written(tmp_path, {"a.ndjson": text, "b.ndjson": b"<xml>"}), readers=readers)
    assert said in str(raised.value)


@pytest.mark.parametrize("readers", EACH[::2])
def test_a_resource_without_a_name_is_told_by_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, readers: int
) -> None:
    monkeypatch.setattr(fhir_pieces, "PIECE", 1)
    nameless = {**ABOUT, "resourceType": "Condition", "code": coded(SNOMED, "55464009")}
    source = written(tmp_path, {"a.ndjson": lines(PATIENT, *[condition()] * 8, nameless)})
    left = read(source, readers=readers).left_out["condition_occurrence"]
    assert [one.examples for one in left if one.examples] == [("a.ndjson:10",)]


@pytest.mark.parametrize("readers", EACH[::2])
def test_a_line_without_end_is_refused_and_a_long_one_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, readers: int
) -> None:
    monkeypatch.setattr(fhir_pieces, "PIECE", 64)
    monkeypatch.setattr(fhir_files, "LONGEST", 5_000)
    monkeypatch.setattr(fhir_pieces, "LONGEST", 5_000)
    long = lines(condition("c1", note=[{"text": "x" * 4_000}]))
    source = written(tmp_path, {"a.ndjson": lines(PATIENT) + long + lines(condition("c2"))})
    assert len(rows_of(read(source, readers=readers), "condition_occurrence")) == 2
    source = written(tmp_path, {"a.ndjson": lines(PATIENT) + long.replace(b"x", b"xx")})
    with pytest.raises(DatasetError, match="a line of more than"):
        read(source, readers=readers)
    source = written(tmp_path, {"a.ndjson": lines(PATIENT) + b"x" * 20_000})
    with pytest.raises(DatasetError, match="a line of more than"):
        read(source, readers=readers)


@pytest.mark.parametrize(
    "text", [b"", b"\n", b"\n\n\n", b"{}", b"{}\n", b"{}\n\n{}", b"\n{}\n" * 9, b"ab\n" * 50]
)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_pieces_are_whole_lines_and_no_byte_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: bytes, size: int
) -> None:
    monkeypatch.setattr(fhir_pieces, "PIECE", size)
    path = written(tmp_path, {"a.ndjson": text}) / "a.ndjson"
    pieces = [piece for task in fhir_pieces.tasks_of([path]) for piece in task.pieces]
    assert pieces[0].start == 0
    assert pieces[-1].end in {None, len(text)}
    for one, following in pairwise(pieces):
        assert one.end == following.start
        assert text[: following.start].endswith(b"\n")
        assert text[: following.start].count(b"\n") == following.line - 1


def test_many_small_files_come_together(tmp_path: Path) -> None:
    records = [PATIENT, *(condition(f"c{number}") for number in range(40))]
    source = written(
        tmp_path, {f"{n:03}.json": json.dumps(one).encode() for n, one in enumerate(records)}
    )
    assert len(list(fhir_pieces.tasks_of(sorted(source.iterdir())))) == 1
    assert len(rows_of(read(source), "condition_occurrence")) == 40


@linux
@pytest.mark.usefixtures("small_pieces")
def test_a_reader_that_is_killed_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fhir_files.read_resources

    def killed(pieces: Iterable[FilePiece], account: FileAccount) -> Iterator[FoundResource]:
        for piece in pieces:
            if piece.start > 2_000:
                os.kill(os.getpid(), signal.SIGKILL)
            yield from real([piece], account)

    monkeypatch.setattr(fhir_piece_readers, "read_resources", killed)
    records = [condition(f"c{number}") for number in range(60)]
    source = written(tmp_path / "export", {"a.ndjson": lines(PATIENT, *records)})
    with pytest.raises(DatasetError, match="signal 9") as raised:
        read(source, readers=2)
    assert str(raised.value.place) == "a.ndjson"
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


@linux
@pytest.mark.parametrize("rows", [1, 5_000])
def test_a_full_disk_is_an_error_of_the_output_in_a_reader_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no device that is always full")
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda dir: full.open("r+b"))
    many = [condition(f"c{number}") for number in range(rows)]
    source = written(tmp_path, {"a.ndjson": lines(PATIENT, *many)})
    with pytest.raises(OutputError, match="no room on the disk"):
        read(source, readers=2)


@linux
def test_other_processes_read_what_is_large_or_compressed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[int]()
    real = limited_copies.answers_in_order

    def noted(*args: object, count: int, **more: object) -> object:
        asked.append(count)
        made: Callable[..., object] = real
        return made(*args, count=count, **more)

    monkeypatch.setattr(fhir_piece_readers, "answers_in_order", noted)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    alone = [threading.main_thread()]  # other tests leave threads of Spark and Dask behind
    monkeypatch.setattr(threading, "enumerate", lambda: alone)
    text, dictionary = lines(PATIENT, condition()), packaged_dictionary()
    for files, processes in (
        ({"a.ndjson": text}, []),
        ({"a.ndjson.gz": gzip.compress(text)}, [2]),
        ({"a.ndjson": text + b"\n" * (8 << 20)}, [2]),
    ):
        asked.clear()
        source = written(tmp_path / str(len(files)) / next(iter(files)), files)
        found = read_fhir([source], book=ListedCodes(dictionary), dictionary=dictionary)
        assert len(rows_of(found, "condition_occurrence")) == 1
        assert asked == processes
