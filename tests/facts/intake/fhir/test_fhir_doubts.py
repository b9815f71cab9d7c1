"""What FHIR resources leave open stays open: one that cannot be taken is no sign of absence.

Source: HL7 FHIR R4. `Condition.onset[x]` and `recordedDate` are optional; "unconfirmed: there is
not sufficient diagnostic and/or clinical evidence to treat this as a confirmed condition" (value
set condition-ver-status) speaks neither for nor against it; "entered-in-error" and "refuted" do.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from facts.intake.fhir.fhir_examples import (
    ABOUT,
    PREDNISONE,
    RXNORM,
    SNOMED,
    coded,
    condition,
    dosage,
    observation,
    quantity,
    read_here,
    request,
    state,
)
from facts.intake.imported_answers import CUT, answer

ALL = ("condition_occurrence", "drug_exposure", "dose_era", "measurement", "procedure_occurrence")
LUPUS = "any sle in [screening - 1 year, screening]"
STEROID = "any prednisone in [screening - 1 year, screening]"
CREATININE = "count of creatinine in [screening - 1 year, screening] >= 1"
NO_DAY = {"onsetDateTime": None}
# Another patient's, so that the code occurs.
ELSEWHERE = condition("other", onsetDateTime="2010-01-01", abatementDateTime="2011-01-01")


def asked(folder: Path, expression: str, *resources: Mapping[str, object]) -> str:
    found = read_here(folder, *resources, data_cut=CUT)
    return answer(folder, found, expression, complete=ALL, mapped=ALL)


def test_without_a_record_the_answer_is_no(tmp_path: Path) -> None:
    assert asked(tmp_path, LUPUS, ELSEWHERE) == "not_met"
    assert asked(tmp_path, STEROID, request(authoredOn="2020-01-01")) == "not_met"


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, "unknown(imprecise_date)"),
        ({"onsetDateTime": "31/12/2023"}, "unknown(imprecise_date)"),
        ({"onsetDateTime": "2023-02-30"}, "unknown(imprecise_date)"),
        ({"onsetAge": {"value": 30, "code": "a"}}, "unknown(imprecise_date)"),
        ({"code": coded(SNOMED, "1234567")}, "unknown(code_unresolved)"),
        ({"verificationStatus": state("condition-ver-status", "refuted")}, "not_met"),
        ({"verificationStatus": state("condition-ver-status", "entered-in-error")}, "not_met"),
    ],
)
def test_a_diagnosis_without_a_day(tmp_path: Path, more: dict[str, object], wanted: str) -> None:
    assert asked(tmp_path, LUPUS, ELSEWHERE, condition("c9", **{**NO_DAY, **more})) == wanted


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"verificationStatus": state("condition-ver-status", "provisional")}, "code_unresolved"),
        ({"verificationStatus": state("condition-ver-status", "Confirmed!")}, "code_unresolved"),
        ({"clinicalStatus": state("condition-clinical", "waning")}, "code_unresolved"),
        ({"modifierExtension": [{"url": "http://x.example", "valueBoolean": True}]},
         "code_unresolved"),
        ({"code": 7}, "code_unresolved"),
        ({"code": None}, "code_unresolved"),
    ],
)  # fmt: skip
def test_a_diagnosis_in_doubt(tmp_path: Path, more: dict[str, object], wanted: str) -> None:
    sick = condition("c9", **{"onsetDateTime": "2023-06-01", **more})
    assert asked(tmp_path, LUPUS, ELSEWHERE, sick) == f"unknown({wanted})"
    # What began after the window is none of it.
    later = condition("c9", **{"onsetDateTime": "2024-05-01", **more})
    if "clinicalStatus" in more:
        assert asked(tmp_path / "later", LUPUS, ELSEWHERE, later) == "not_met"


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"authoredOn": None}, "unknown(imprecise_date)"),
        ({"authoredOn": "last spring"}, "unknown(imprecise_date)"),
        ({"status": "unknown"}, "unknown(code_unresolved)"),
        ({"status": "paused"}, "unknown(code_unresolved)"),
        ({"medicationCodeableConcept": None}, "unknown(code_unresolved)"),
        ({"status": "cancelled"}, "not_met"),
        ({"status": "entered-in-error"}, "not_met"),
        ({"doNotPerform": True}, "not_met"),
    ],
)
def test_a_drug_in_doubt(tmp_path: Path, more: dict[str, object], wanted: str) -> None:
    before = request("m0", authoredOn="2020-01-01")
    assert asked(tmp_path, STEROID, before, request("m9", **more)) == wanted
    dose = "dose of prednisone at screening <= 5 mg/d"
    found = asked(tmp_path / "dose", dose, before, request("m9", **more))
    assert (found == "met") is (wanted == "not_met")


def test_a_prescription_of_a_medicine_that_is_elsewhere(tmp_path: Path) -> None:
    undated = request(
        "m9",
        authoredOn=None,
        medicationCodeableConcept=None,
        medicationReference={"reference": "Medication/med"},
    )
    drug = {"resourceType": "Medication", "id": "med", "code": coded(RXNORM, PREDNISONE)}
    assert asked(tmp_path, STEROID, drug, undated) == "unknown(imprecise_date)"


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"effectiveDateTime": "3.2.2024"}, "unknown(imprecise_date)"),
        ({"effectiveDateTime": None}, "unknown(imprecise_date)"),
        ({"status": "entered-in-error"}, "not_met"),
        ({"status": "cancelled"}, "not_met"),
        ({"focus": [{"reference": "Patient/child"}]}, "not_met"),
    ],
)
def test_a_finding_without_a_day(tmp_path: Path, more: dict[str, object], wanted: str) -> None:
    value = {"valueQuantity": quantity(1.8)}
    before = observation("o0", effectiveDateTime="2020-01-01", **value)
    assert asked(tmp_path, CREATININE, before, observation("o9", **{**value, **more})) == wanted


def test_a_finding_whose_value_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    latest = "latest creatinine in [screening - 1 year, screening] < 2 mg/dL"
    good = observation("o1", effectiveDateTime="2023-05-01", valueQuantity=quantity(1.0))
    assert asked(tmp_path, latest, good) == "met"
    odd = observation("o2", effectiveDateTime="2023-09-01", valueQuantity=quantity("much"))
    assert asked(tmp_path / "odd", latest, good, odd).startswith("unknown(")
    both = observation(
        "o3",
        effectiveDateTime="2023-09-01",
        valueQuantity=quantity(9),
        valueString="9",
    )
    assert asked(tmp_path / "both", latest, good, both).startswith("unknown(")


# Resource.meta: the newest version is what the server says now.
@pytest.mark.parametrize(
    ("status", "wanted"),
    [("entered-in-error", "not_met"), ("refuted", "not_met"), ("confirmed", "met"),
     ("provisional", "unknown(code_unresolved)")],
)  # fmt: skip
def test_a_newer_version_takes_back_what_an_older_one_said(
    tmp_path: Path, status: str, wanted: str
) -> None:
    first = condition("c9", meta={"versionId": "1"}, onsetDateTime="2023-06-01")
    now = {**first, "meta": {"versionId": "2"},
           "verificationStatus": state("condition-ver-status", status)}  # fmt: skip
    for number, rows in enumerate([(first, now), (now, first)]):
        assert asked(tmp_path / str(number), LUPUS, ELSEWHERE, *rows) == wanted


def test_of_two_versions_that_differ_nobody_knows_which_counts(tmp_path: Path) -> None:
    first = condition("c9", onsetDateTime="2023-06-01")
    other = {**first, "onsetDateTime": "2019-06-01", "abatementDateTime": "2020-01-01"}
    assert asked(tmp_path, LUPUS, ELSEWHERE, first, other) == "unknown(code_unresolved)"


def test_a_procedure_without_a_day(tmp_path: Path) -> None:
    biopsy = {
        "resourceType": "Procedure",
        "id": "x1",
        "status": "completed",
        **ABOUT,
        "code": coded(SNOMED, "7246002"),  # biopsy of kidney
    }
    expression = "any renal_biopsy in [screening - 1 year, screening]"
    before = {**biopsy, "id": "x0", "performedDateTime": "2010-01-01"}
    assert asked(tmp_path, expression, before) == "not_met"
    assert asked(tmp_path / "open", expression, before, biopsy) == "unknown(imprecise_date)"


def test_a_visit_in_doubt_is_one_of_no_kind(tmp_path: Path) -> None:
    visit = {"resourceType": "Encounter", "id": "e1", "status": "unknown", **ABOUT,
             "class": {"code": "IMP"}, "period": {"start": "2023-06-01"}}  # fmt: skip
    found = read_here(tmp_path, visit, data_cut=CUT)
    (row,) = found.tables["visit_occurrence"].to_pylist()
    assert row["visit_concept_id"] == 0
    assert len(found.tables["imprecise_date"]) == 2


@pytest.mark.parametrize(
    "more",
    [
        {"status": "completed", "effectivePeriod": {"end": "2024-03-01"}},
        {"status": "completed", "dateAsserted": "2024-03-01"},
        {"status": "active", "dateAsserted": "2024-03-01"},
        {"status": "active", "dateAsserted": "2021-03-01"},
    ],
)
def test_a_statement_without_a_start(tmp_path: Path, more: dict[str, object]) -> None:
    """R4: `dateAsserted` is when it was said; a period without a start began nobody knows when."""
    taken = {
        "resourceType": "MedicationStatement",
        "id": "t1",
        **ABOUT,
        "medicationCodeableConcept": coded(RXNORM, PREDNISONE),
        **more,
    }
    early = "any prednisone in [screening - 3 years, screening - 2 years]"
    assert asked(tmp_path, early, taken) == "unknown(imprecise_date)"
    assert asked(tmp_path, "any prednisone in [screening - 60 years, screening]", taken) == "met"
    dose = asked(tmp_path, "dose of prednisone at screening <= 5 mg/d", taken)
    assert (dose == "met") is (more["status"] == "completed")


def test_a_period_that_tells_its_end_alone(tmp_path: Path) -> None:
    """R4 `Period`: without `start` the start of the period is not known."""
    sick = condition("c9", onsetPeriod={"end": "2023-12-01"})
    del sick["onsetDateTime"]
    assert asked(tmp_path, LUPUS, sick) == "met"
    assert asked(tmp_path, "any sle in [screening - 60 years, screening]", sick) == "met"
    early = "any sle in [screening - 3 years, screening - 2 years]"
    assert asked(tmp_path, early, sick) == "unknown(imprecise_date)"
    found = observation(effectivePeriod={"end": "2024-03-01"}, valueQuantity=quantity(1))
    del found["effectiveDateTime"]
    assert asked(tmp_path, CREATININE, found) == "unknown(imprecise_date)"


def test_an_instruction_without_a_start_holds_from_the_order_on(tmp_path: Path) -> None:
    daily = {"frequency": 1, "period": 1, "periodUnit": "d"}
    later = {**daily, "boundsPeriod": {"start": "2024-05-01", "end": "2024-05-31"}}
    two = [dosage(quantity(5, "mg"), repeat=repeat) for repeat in (daily, later)]
    order = request(authoredOn="2023-12-01", dosageInstruction=two)
    assert asked(tmp_path, STEROID, order) == "met"


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, "met"),
        ({"text": "5 mg every morning"}, "met"),
        ({"text": "1 tablet daily as needed"}, "unknown"),
        ({"text": "5 mg PRN flare"}, "unknown"),
        ({"patientInstruction": "Taper by 1 mg a week"}, "unknown"),
        ({"additionalInstruction": [{"text": "then every other day"}]}, "unknown"),
    ],
)
def test_words_take_back_that_a_dose_is_that_of_every_day(
    tmp_path: Path, more: dict[str, object], wanted: str
) -> None:
    """R4 `Dosage.text`: the whole instruction in words, where its elements cannot say it."""
    bounds = {"start": "2024-03-01", "end": "2024-04-30"}
    repeat = {"frequency": 1, "period": 1, "periodUnit": "d", "boundsPeriod": bounds}
    order = request(dosageInstruction=[dosage(quantity(5, "mg"), repeat=repeat, **more)])
    found = asked(tmp_path, "dose of prednisone at screening <= 5 mg/d", order)
    assert found.split("(")[0] == wanted


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"when": ["MORN", "EVE"]}, "unknown"),
        ({"timeOfDay": ["08:00:00", "20:00:00"]}, "unknown"),
        ({"when": ["HS"]}, "met"),
        ({"timeOfDay": ["08:00:00"]}, "met"),
    ],
)
def test_times_of_day_that_are_more_than_the_frequency(
    tmp_path: Path, more: dict[str, object], wanted: str
) -> None:
    """R4 `Timing.repeat.when`: of several events each counts; 5 mg then are 5 or 10 a day."""
    bounds = {"start": "2024-03-01", "end": "2024-04-30"}
    repeat = {"frequency": 1, "period": 1, "periodUnit": "d", "boundsPeriod": bounds, **more}
    order = request(dosageInstruction=[dosage(quantity(5, "mg"), repeat=repeat)])
    found = asked(tmp_path, "dose of prednisone at screening <= 5 mg/d", order)
    assert found.split("(")[0] == wanted


# HL7 FHIR, Condition.onset[x]: "Period is generally used to convey an imprecise onset that occurred
# within the time period".
@pytest.mark.parametrize(
    ("period", "wanted"),
    [
        ({"start": "2023-09-01", "end": "2023-10-01"}, "met"),
        ({"start": "2020-09-01", "end": "2024-05-01"}, "unknown(imprecise_date)"),
        ({"start": "2024-04-02", "end": "2024-05-01"}, "not_met"),
        ({"start": "2023-09-01"}, "met"),
        ({"end": "2024-05-01"}, "unknown(imprecise_date)"),
    ],
)
def test_a_diagnosis_began_on_some_day_of_its_period(
    tmp_path: Path, period: dict[str, str], wanted: str
) -> None:
    sick = {k: v for k, v in condition("c9", onsetPeriod=period).items() if k != "onsetDateTime"}
    assert asked(tmp_path, LUPUS, ELSEWHERE, sick) == wanted


DAILY = {"frequency": 1, "period": 1, "periodUnit": "d"}
WHOLE_YEAR = {**DAILY, "boundsPeriod": {"start": "2024-01-01", "end": "2024-12-31"}}
NINETY_DAYS = {**DAILY, "boundsDuration": quantity(90, "d")}
HIGH = "dose of prednisone at screening > 7.5 mg/d"


# R4, medicationrequest-status: on-hold, "temporarily halted"; stopped, "permanently halted, before
# all of the administrations occurred".
@pytest.mark.parametrize(
    ("status", "repeat", "wanted"),
    [
        ("active", WHOLE_YEAR, "met"),
        ("active", NINETY_DAYS, "met"),
        ("on-hold", WHOLE_YEAR, "unknown"),
        ("on-hold", NINETY_DAYS, "unknown"),
        ("on-hold", DAILY, "unknown"),
        ("stopped", NINETY_DAYS, "unknown"),
        ("stopped", WHOLE_YEAR, "met"),  # its last day is written
    ],
)
def test_an_order_that_was_halted_may_not_be_taken(
    tmp_path: Path, status: str, repeat: dict[str, object], wanted: str
) -> None:
    told = [dosage(quantity(20, "mg"), repeat=repeat)]
    order = request(authoredOn="2024-03-10", status=status, dosageInstruction=told)
    assert asked(tmp_path, HIGH, order).split("(")[0] == wanted


# SNOMED CT, route of administration values (R4, route-codes).
@pytest.mark.parametrize(
    ("route", "wanted"),
    [
        (coded(SNOMED, "26643006"), "met"),  # oral
        (coded(SNOMED, "47625008"), "met"),  # intravenous
        (coded(SNOMED, "6064005"), "unknown(no_dose)"),  # topical
        (coded(SNOMED, "46713006"), "unknown(no_dose)"),  # nasal
        ({"text": "Topical"}, "unknown(no_dose)"),
        ({"text": "by mouth"}, "met"),
    ],
)
def test_what_is_put_on_a_part_of_the_body_is_no_dose_of_the_whole(
    tmp_path: Path, route: dict[str, object], wanted: str
) -> None:
    told = [dosage(quantity(20, "mg"), repeat=WHOLE_YEAR, route=route)]
    assert asked(tmp_path, HIGH, request(dosageInstruction=told)) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("20 mg daily", "met"),
        ("Take 20mg (4 x 5 mg tablets)", "met"),
        ("take one tablet", "met"),
        ("5 mg daily", "unknown(no_dose)"),
        ("40 mg in the morning", "unknown(no_dose)"),
    ],
)
def test_words_of_another_mass_leave_no_dose(tmp_path: Path, text: str, wanted: str) -> None:
    told = [dosage(quantity(20, "mg"), repeat=WHOLE_YEAR, text=text)]
    assert asked(tmp_path, HIGH, request(dosageInstruction=told)) == wanted


# R4, dateTime: the zone is that of the clock that was read; UTC hides the day at the place.
@pytest.mark.parametrize(
    ("when", "is_told"),
    [
        ({"effectiveDateTime": "2024-03-31T23:30:00Z"}, True),
        ({"effectiveDateTime": "2024-03-31T23:30:00+00:00"}, True),
        ({"effectivePeriod": {"start": "2024-03-31T23:30:00Z"}, "effectiveDateTime": None}, True),
        ({"effectiveDateTime": "2024-03-31T23:30:00+02:00"}, False),
        ({"effectiveDateTime": "2024-03-31"}, False),
    ],
)
def test_days_of_utc_are_told(tmp_path: Path, when: dict[str, object], is_told: bool) -> None:
    taken = {"meta": {"lastUpdated": "2024-04-01T00:00:00Z"}, "valueQuantity": quantity(1)}
    found = read_here(tmp_path, observation(**taken, **when), data_cut=CUT)
    assert any("1 resources tell a time of UTC" in note for note in found.notes) is is_told
