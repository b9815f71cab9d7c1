"""Diagnoses, procedures, vaccines, visits and more of FHIR R4: what is a fact, and when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from facts.intake.fhir.fhir_examples import (
    ABOUT,
    SNOMED,
    coded,
    condition,
    quantity,
    read_here,
    rows_of,
    rules_of,
    state,
    taken_of,
)

IS = {"patient": {"reference": "Patient/p1"}}


@pytest.mark.parametrize(
    ("verified", "rule"),
    [
        ("refuted", "refuted"),
        ("entered-in-error", "entered in error"),
        ("unconfirmed", "only suspected: unconfirmed, provisional or differential"),
        ("provisional", "only suspected: unconfirmed, provisional or differential"),
        ("differential", "only suspected: unconfirmed, provisional or differential"),
    ],
)
def test_a_diagnosis_that_nobody_made_is_none(tmp_path: Path, verified: str, rule: str) -> None:
    found = read_here(
        tmp_path, condition(verificationStatus=state("condition-ver-status", verified))
    )
    assert taken_of(found, "condition_occurrence") == []
    assert rules_of(found, "condition_occurrence") == {f"Condition: {rule}": 1}


@pytest.mark.parametrize("status", [None, "confirmed"])
def test_a_diagnosis_is_a_row_with_its_code(tmp_path: Path, status: str | None) -> None:
    more = {"verificationStatus": state("condition-ver-status", status)} if status else {}
    rows = rows_of(read_here(tmp_path, condition(**more)), "condition_occurrence")
    assert [row["condition_concept_id"] for row in rows] == [257628]  # OMOP id of SLE
    assert rows[0]["condition_start_date"] == date(2020, 5, 1)
    assert rows[0]["condition_end_date"] is None
    assert rows[0]["condition_source_value"] == "55464009"


def test_an_end_is_that_of_the_abatement(tmp_path: Path) -> None:
    row = rows_of(read_here(tmp_path, condition(abatementDateTime="2021-01-31")),
                  "condition_occurrence")[0]  # fmt: skip
    assert row["condition_end_date"] == date(2021, 1, 31)


def test_a_diagnosis_without_onset_begins_when_it_was_recorded(tmp_path: Path) -> None:
    found = read_here(tmp_path, condition(onsetDateTime=None, onsetAge={"value": 30, "code": "a"},
                                          recordedDate="2022-02-02"))  # fmt: skip
    assert rows_of(found, "condition_occurrence")[0]["condition_start_date"] == date(2022, 2, 2)
    assert any("that of the record stands for it" in note for note in found.notes)
    none = read_here(tmp_path, condition(onsetDateTime=None))
    assert rules_of(none, "condition_occurrence") == {"Condition: no date": 1}


def test_a_text_is_no_code(tmp_path: Path) -> None:
    found = read_here(tmp_path, condition(code={"text": "lupus"}))
    row = rows_of(found, "condition_occurrence")[0]
    assert (row["condition_concept_id"], row["condition_source_value"]) == (0, "lupus")
    assert [one.written for one in found.not_understood] == ["lupus (a text, no code)"]


def test_a_system_has_several_names(tmp_path: Path) -> None:
    codes = [
        coded("urn:oid:2.16.840.1.113883.6.96", "55464009"),
        coded("https://snomed.info/sct/", "55464009"),
    ]
    for code in codes:
        row = rows_of(read_here(tmp_path, condition(code=code)), "condition_occurrence")[0]
        assert row["condition_concept_id"] == 257628


def test_a_code_of_another_system_is_no_code_of_this_one(tmp_path: Path) -> None:
    found = read_here(tmp_path, condition(code=coded("http://hospital.example/icd", "55464009")))
    row = rows_of(found, "condition_occurrence")[0]
    assert row["condition_concept_id"] == 0
    assert row["condition_source_value"] == "http://hospital.example/icd|55464009"


def test_codes_that_mean_two_things_are_none_and_told(tmp_path: Path) -> None:
    both = {"coding": [{"system": SNOMED, "code": "55464009"},
                       {"system": SNOMED, "code": "26843008"}]}  # fmt: skip
    # 26843008 is antiphospholipid syndrome: the dictionary reads it as another concept.
    found = read_here(tmp_path, condition(code=both))
    row = rows_of(found, "condition_occurrence")[0]
    assert row["condition_concept_id"] == 0
    assert any("mean different things" in note for note in found.notes)


@pytest.mark.parametrize(
    ("status", "rows"),
    [("completed", 1), ("stopped", 1), ("not-done", 0), ("preparation", 0), ("unknown", 0)],
)
def test_a_procedure_counts_when_it_was_done(tmp_path: Path, status: str, rows: int) -> None:
    biopsy = {
        "resourceType": "Procedure",
        "id": "x1",
        "status": status,
        **ABOUT,
        "code": coded(SNOMED, "7246002"),
        "performedPeriod": {"start": "2022-04-01T09:00:00Z", "end": "2022-04-01T10:00:00Z"},
    }
    found = read_here(tmp_path, biopsy)
    assert len(taken_of(found, "procedure_occurrence")) == rows
    assert sum(rules_of(found, "procedure_occurrence").values()) == 1 - rows


@pytest.mark.parametrize(
    ("more", "rows"), [({}, 1), ({"status": "not-done"}, 0), ({"isSubpotent": True}, 0)]
)
def test_a_vaccine_counts_when_it_was_given(
    tmp_path: Path, more: dict[str, object], rows: int
) -> None:
    vaccine = {
        "resourceType": "Immunization",
        "id": "v1",
        "status": "completed",
        **IS,
        "vaccineCode": coded("http://hl7.org/fhir/sid/cvx", "140"),
        "occurrenceDateTime": "2023-10-01",
        **more,
    }
    found = read_here(tmp_path, vaccine)
    assert len(rows_of(found, "drug_exposure")) == rows
    assert rows_of(found, "dose_era") == []
    assert sum(rules_of(found, "drug_exposure").values()) == 1 - rows


@pytest.mark.parametrize(
    ("code", "visit"), [("AMB", 9202), ("IMP", 9201), ("EMER", 9203), ("PRENC", 0)]
)
def test_the_class_of_an_encounter_is_the_kind_of_visit(
    tmp_path: Path, code: str, visit: int
) -> None:
    encounter = {
        "resourceType": "Encounter",
        "id": "e1",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": code},
        **ABOUT,
        "period": {"start": "2023-01-01T10:00:00Z", "end": "2023-01-03T10:00:00Z"},
    }
    row = rows_of(read_here(tmp_path, encounter), "visit_occurrence")[0]
    assert (row["visit_concept_id"], row["visit_end_date"]) == (visit, date(2023, 1, 3))
    planned = read_here(tmp_path, {**encounter, "status": "planned"})
    assert rules_of(planned, "visit_occurrence") == {"Encounter: planned": 1}


def test_an_allergy_is_no_exposure(tmp_path: Path) -> None:
    allergy = {
        "resourceType": "AllergyIntolerance",
        "id": "a1",
        "verificationStatus": state("allergyintolerance-verification", "confirmed"),
        **IS,
        "code": coded("http://www.nlm.nih.gov/research/umls/rxnorm", "8640"),
        "recordedDate": "2021-01-01",
    }
    found = read_here(tmp_path, allergy)
    assert rows_of(found, "drug_exposure") == []
    assert len(rows_of(found, "observation")) == 1
    refuted = {"verificationStatus": state("allergyintolerance-verification", "refuted")}
    assert rules_of(read_here(tmp_path, {**allergy, **refuted}), "observation") == {
        "AllergyIntolerance: refuted": 1
    }


def test_a_report_is_no_result_and_its_conclusion_an_answer(tmp_path: Path) -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r1",
        "status": "final",
        **ABOUT,
        "code": coded("http://loinc.org", "2160-0"),
        "effectiveDateTime": "2022-04-01",
        "conclusionCode": [coded(SNOMED, "10828004", "Positive")],
    }
    found = read_here(tmp_path, report)
    assert taken_of(found, "measurement") == []
    assert rows_of(found, "observation")[0]["value_as_concept_id"] == 9191


def test_a_result_within_a_report_is_a_result_on_its_day(tmp_path: Path) -> None:
    inner = {
        "resourceType": "Observation",
        "id": "i",
        "status": "final",
        "code": coded("http://loinc.org", "2160-0"),
        "valueQuantity": quantity(1.8),
    }
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r1",
        "status": "final",
        **ABOUT,
        "code": coded("http://loinc.org", "24323-8"),
        "effectiveDateTime": "2022-04-01",
        "contained": [inner, {**inner, "id": "j", "status": "cancelled"}],
        "result": [{"reference": "#i"}],
    }
    found = read_here(tmp_path, report)
    row = rows_of(found, "measurement")[0]
    assert (row["value_as_number"], row["measurement_date"]) == (Decimal("1.8"), date(2022, 4, 1))
    assert any("contained Observation: 1 values or parts" in note for note in found.notes)
    other = read_here(tmp_path, condition(contained=[inner]))
    assert rows_of(other, "measurement") == []
    assert any("1 resources Observation are contained" in note for note in other.notes)


def test_a_specimen_is_taken_on_its_day(tmp_path: Path) -> None:
    urine = {
        "resourceType": "Specimen",
        "id": "s1",
        **ABOUT,
        "type": coded(SNOMED, "122575003", "Urine specimen"),
        "collection": {"collectedDateTime": "2022-04-01"},
    }
    row = rows_of(read_here(tmp_path, urine), "observation")[0]
    assert row["observation_date"] == date(2022, 4, 1)
    gone = read_here(tmp_path, {**urine, "status": "unsatisfactory"})
    assert rules_of(gone, "observation") == {"Specimen: unsatisfactory": 1}


def test_who_joined_a_study_has_a_date_in_it(tmp_path: Path) -> None:
    study = {
        "resourceType": "ResearchStudy",
        "id": "st",
        "status": "active",
        "identifier": [{"value": "NCT05631717"}],
    }
    consent = {
        "resourceType": "Consent",
        "id": "co",
        "status": "active",
        **IS,
        "dateTime": "2023-05-01",
    }
    subject = {
        "resourceType": "ResearchSubject",
        "id": "su",
        "status": "on-study",
        "period": {"start": "2023-05-03"},
        "study": {"reference": "ResearchStudy/st"},
        "individual": {"reference": "Patient/p1"},
        "consent": {"reference": "Consent/co"},
    }
    found = read_here(tmp_path, subject, consent, study, condition())
    rows = [(r["study"], r["anchor"], r["anchor_date"]) for r in rows_of(found, "study_anchor")]
    assert rows == [
        ("NCT05631717", "enrolment", date(2023, 5, 3)),
        ("NCT05631717", "consent", date(2023, 5, 1)),
    ]
    year = {**subject, "period": {"start": "2023"}, "consent": None}
    lost = read_here(tmp_path, year, {**year, "id": "s2", "individual": {"reference": "Patient/x"}})
    assert rules_of(lost, "study_anchor") == {
        "ResearchSubject: no exact date": 1,
        "ResearchSubject: its patient is not among the data, or was left out": 1,
    }
    candidate = read_here(tmp_path, {**subject, "status": "candidate"}, study)
    assert rows_of(candidate, "study_anchor") == []


@pytest.mark.parametrize("name", ["modifierExtension", "implicitRules"])
def test_what_may_change_the_meaning_is_not_taken(tmp_path: Path, name: str) -> None:
    value = [{"url": "http://x.example/denied", "valueBoolean": True}] if "Ext" in name else "urn:x"
    found = read_here(tmp_path, condition(**{name: value}))
    assert taken_of(found, "condition_occurrence") == []
    assert sum(rules_of(found, "condition_occurrence").values()) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"code": [coded(SNOMED, "55464009")]},
        {"code": {"coding": {"code": "55464009"}}},
        {"subject": "Patient/p1"},
        {"onsetDateTime": 2020},
        {"code": {"coding": [{"system": 7, "code": "x"}]}},
        {"id": ["c1"]},
    ],
)
def test_an_element_of_another_type_leaves_the_resource_out(
    tmp_path: Path, more: dict[str, object]
) -> None:
    found = read_here(tmp_path, condition(**more))
    assert taken_of(found, "condition_occurrence") == []
    assert sum(rules_of(found, "condition_occurrence").values()) == 1


@pytest.mark.parametrize("word", ["Refuted", "REFUTED", "ruled-out", "entered in error"])
def test_a_verification_that_r4_lacks_makes_no_diagnosis(tmp_path: Path, word: str) -> None:
    verified = {"verificationStatus": state("condition-ver-status", word)}
    found = read_here(tmp_path, condition(**verified))
    assert taken_of(found, "condition_occurrence") == []
    rule = "Condition: a verificationStatus that R4 does not have"
    assert rules_of(found, "condition_occurrence") == {rule: 1}
