"""Patients of FHIR R4, the references to them, and resources that stand several times."""

from __future__ import annotations

import json
from datetime import date
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
    taken_of,
)
from remit.errors import DatasetError
from remit.facts.intake.fhir.files.fhir_references import target_of


@pytest.mark.parametrize(
    ("born", "parts"),
    [("1990-03-04", (1990, 3, 4)), ("1990-03", (1990, 3, None)), ("1990", (1990, None, None))],
)
def test_a_birth_is_told_as_far_as_it_is_known(
    tmp_path: Path, born: str, parts: tuple[object, ...]
) -> None:
    found = read_here(tmp_path, files={"p.json": lines({**PATIENT, "birthDate": born})})
    row = rows_of(found, "person")[0]
    assert (row["year_of_birth"], row["month_of_birth"], row["day_of_birth"]) == parts
    assert row["gender_concept_id"] == 8532  # OMOP: female


@pytest.mark.parametrize("born", [None, "1990-02-30", "04.03.1990", 1990])
def test_a_patient_without_a_birth_is_left_out_with_the_records(
    tmp_path: Path, born: object
) -> None:
    other = {**PATIENT, "id": "p2", "birthDate": born}
    mine = condition(subject={"reference": "Patient/p2"})
    found = read_here(tmp_path, other, mine)
    assert [row["person_id"] for row in rows_of(found, "person")] == [1]
    assert sum(rules_of(found, "person").values()) == 1
    assert rules_of(found, "condition_occurrence") == {
        "Condition: its patient is not among the data, or was left out": 1
    }


def test_a_patient_whom_nothing_names_is_left_out(tmp_path: Path) -> None:
    nameless = {name: value for name, value in PATIENT.items() if name != "id"}
    entry = {"fullUrl": "urn:uuid:", "resource": nameless}
    made = {"resourceType": "Bundle", "type": "batch", "entry": [entry, {"resource": PATIENT}]}
    found = read_here(tmp_path, files={"b.json": json.dumps(made).encode()})
    assert rules_of(found, "person") == {"Patient: a patient without an id": 1}


def test_without_a_patient_there_is_no_dataset(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no patient"):
        read_here(tmp_path, files={"c.ndjson": lines(condition())})


def test_a_death_is_a_row_on_its_day(tmp_path: Path) -> None:
    found = read_here(
        tmp_path,
        files={"p.ndjson": lines({**PATIENT, "deceasedDateTime": "2022-07-22T10:00:00-05:00"})},
    )
    assert rows_of(found, "death")[0]["death_date"] == date(2022, 7, 22)
    alive = read_here(tmp_path, files={"p.ndjson": lines({**PATIENT, "deceasedBoolean": False})})
    assert rows_of(alive, "death") == []


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/p1",
        "Patient/p1/_history/3",
        "https://clinic.example/fhir/Patient/p1",
        "urn:uuid:P1",
        "Patient?identifier=http://mrn.example%7C0815",
        "Patient?_id=p1",
    ],
)
def test_each_way_to_mean_a_patient_is_understood(tmp_path: Path, reference: str) -> None:
    patient = {**PATIENT, "identifier": [{"system": "http://mrn.example", "value": "0815"}]}
    record = condition(subject={"reference": reference})
    for resources in ((patient, record), (record, patient)):
        found = read_here(tmp_path, files={"b.json": bundle(*resources)})
        assert len(rows_of(found, "condition_occurrence")) == 1


def test_an_identifier_alone_means_the_one_patient_who_has_it(tmp_path: Path) -> None:
    mrn = {"system": "http://mrn.example", "value": "0815"}
    patient = {**PATIENT, "identifier": [mrn]}
    record = condition(subject={"identifier": mrn})
    found = read_here(tmp_path, files={"a.ndjson": lines(patient, record)})
    assert len(rows_of(found, "condition_occurrence")) == 1
    twin = {**patient, "id": "p2"}
    both = read_here(tmp_path, files={"a.ndjson": lines(patient, twin, record)})
    assert rows_of(both, "condition_occurrence") == []


def test_a_patient_within_a_resource_is_nobody(tmp_path: Path) -> None:
    inner = condition(subject={"reference": "#p"}, contained=[{**PATIENT, "id": "p"}])
    assert rows_of(read_here(tmp_path, inner), "condition_occurrence") == []


def test_what_is_about_no_patient_is_left_out(tmp_path: Path) -> None:
    found = read_here(tmp_path, observation(subject={"reference": "Group/7"}))
    assert rules_of(found, "measurement") == {
        "Observation: about no patient, but a group, a device or a place": 1
    }


def test_a_patient_who_was_merged_is_the_other_one(tmp_path: Path) -> None:
    old = {
        **PATIENT,
        "id": "old",
        "link": [{"type": "replaced-by", "other": {"reference": "Patient/p1"}}],
    }
    found = read_here(tmp_path, old, condition(subject={"reference": "Patient/old"}))
    assert len(rows_of(found, "person")) == len(rows_of(found, "condition_occurrence")) == 1


def test_targets_are_those_of_r4() -> None:
    assert target_of("urn:oid:1.2.3") == "urn:oid:1.2.3"
    assert target_of("no reference at all") is None


def test_a_copy_is_united_with_the_other(tmp_path: Path) -> None:
    files = {"1.json": bundle(PATIENT, condition()), "2.ndjson": lines(PATIENT, condition())}
    found = read_here(tmp_path, files=files)
    assert len(rows_of(found, "condition_occurrence")) == len(rows_of(found, "person")) == 1
    assert rules_of(found, "condition_occurrence") == {
        "Condition: says all of another one again": 1
    }
    assert [item.fate for item in found.left_out["condition_occurrence"]] == ["merged"]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ({"versionId": "9"}, {"versionId": "10"}),
        ({"lastUpdated": "2024-01-01T12:00:00+02:00"}, {"lastUpdated": "2024-01-01T11:00:00Z"}),
        (
            {"versionId": "7", "lastUpdated": "2024-01-01T00:00:00Z"},
            {"versionId": "3", "lastUpdated": "2024-02-01T00:00:00Z"},
        ),
    ],
)
def test_of_two_versions_the_newer_one_counts(
    tmp_path: Path, older: dict[str, str], newer: dict[str, str]
) -> None:
    one = observation(meta=older, valueQuantity=quantity(1))
    two = observation(meta=newer, valueQuantity=quantity(2))
    for resources in ((one, two), (two, one)):
        rows = rows_of(read_here(tmp_path, *resources), "measurement")
        assert [row["value_as_number"] for row in rows] == [2]


def test_of_two_that_differ_and_say_no_version_none_is_taken(tmp_path: Path) -> None:
    found = read_here(
        tmp_path,
        observation(valueQuantity=quantity(1)),
        observation(valueQuantity=quantity(2)),
    )
    assert taken_of(found, "measurement") == []
    assert list(rules_of(found, "measurement").values()) == [2]


def test_two_patients_of_one_id_stop_the_import(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="one id differ"):
        read_here(tmp_path, {**PATIENT, "birthDate": "1991"})
