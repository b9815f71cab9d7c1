"""An import that is given another format says which import reads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from remit.errors import DatasetError
from remit.facts.intake.sources.source_format import likely_format, own_import_named

PATIENT = '{"resourceType": "Patient", "id": "p1"}\n'
OMOP = {"PERSON.csv": "person_id\n", "Drug_Exposure.csv.gz": ""}
SDTM = {"dm.xpt": "", "lb.xpt": ""}
JSON = {"lb.json": json.dumps({"datasetJSONVersion": "1.1.0"})}
REDCAP = {"a.csv": '"Variable / Field Name","Form Name"\n', "b.csv": "record_id\n"}


def folder_of(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (OMOP, "omop"),
        ({"Patient.ndjson": PATIENT}, "fhir"),
        (SDTM, "sdtm"),
        (JSON, "sdtm"),
        (REDCAP, "redcap"),
        ({"manifest.json": "{}", **OMOP}, "dataset"),
        ({"person.csv": ""}, None),
        ({"labs.csv": "id,date\n", "notes.json": "[]"}, None),
        ({"broken.json.gz": "no gzip"}, None),
        ({}, None),
    ],
)
def test_a_format_is_known_by_its_names_and_beginnings(
    tmp_path: Path, files: dict[str, str], found: str | None
) -> None:
    assert likely_format([folder_of(tmp_path / "in", files)]) == found


def test_a_refusal_names_the_import_that_reads_it(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "in", {"Patient.ndjson": PATIENT})
    error = DatasetError("no table person", expected="one", got="none", next_step="look")
    with (
        pytest.raises(DatasetError, match="no table person") as caught,
        own_import_named([source], "omop"),
    ):
        raise error
    assert caught.value.next_step == (
        "it looks like FHIR: remit facts import fhir FOLDER --out DATASET"
    )
    assert (caught.value.expected, caught.value.got) == ("one", "none")


@pytest.mark.parametrize("read_as", ["fhir", "omop"])
def test_a_refusal_of_what_is_that_format_stays_as_it_is(tmp_path: Path, read_as: str) -> None:
    files = {"Patient.ndjson": PATIENT} if read_as == "fhir" else {"x.csv": ""}
    source = folder_of(tmp_path / "in", files)
    with (
        pytest.raises(DatasetError) as caught,
        own_import_named([source], "fhir" if read_as == "fhir" else "omop"),
    ):
        raise DatasetError("cut", next_step="export it again")
    assert caught.value.next_step == "export it again"


def test_spreadsheets_may_be_called_as_tables_of_omop_are(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "in", OMOP)
    with (
        pytest.raises(DatasetError) as caught,
        own_import_named(sorted(source.iterdir()), "tidy"),
    ):
        raise DatasetError("a day cannot be read", next_step="correct it")
    assert caught.value.next_step == "correct it"
