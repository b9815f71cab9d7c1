"""Drugs of FHIR R4: what is an exposure, how long, and which doses are exact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from facts.intake.fhir.fhir_examples import (
    ABOUT,
    PREDNISONE,
    RXNORM,
    coded,
    dosage,
    quantity,
    read_here,
    request,
    rows_of,
    rules_of,
    taken_of,
)

MG_D, MG_WK = 8909, 2100000990  # OMOP id of milligram per day; Remit's own of milligram per week
DAILY = {"frequency": 1, "period": 1, "periodUnit": "d"}
PREDNISONE_ID = 1551099  # OMOP id of RxNorm 8640


def eras(folder: Path, *resources: Mapping[str, object]) -> list[tuple[object, ...]]:
    return [
        (row["dose_value"], row["unit_concept_id"], row["dose_era_start_date"],
         row["dose_era_end_date"])
        for row in rows_of(read_here(folder, *resources), "dose_era")
    ]  # fmt: skip


def test_an_order_is_an_exposure_with_an_era(tmp_path: Path) -> None:
    found = read_here(tmp_path, request(dosageInstruction=[dosage(quantity(20, "mg"))]))
    drug, era = rows_of(found, "drug_exposure")[0], rows_of(found, "dose_era")[0]
    assert drug["drug_concept_id"] == era["drug_concept_id"] == PREDNISONE_ID
    assert drug["drug_exposure_start_date"] == date(2023, 1, 10)
    assert drug["drug_exposure_end_date"] == date(2023, 2, 8)  # 30 days: OHDSI Themis 57
    assert (era["dose_value"], era["unit_concept_id"]) == (Decimal(20), MG_D)


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"doNotPerform": True}, "what shall not be given (doNotPerform)"),
        ({"status": "cancelled"}, "cancelled before it was given"),
        ({"status": "draft"}, "a draft"),
        ({"status": "entered-in-error"}, "entered in error"),
        ({"status": "unknown"}, "its status is unknown"),
        ({"intent": "plan"}, "a proposal or a plan, no order"),
        ({"intent": "wish"}, "an intent that R4 lacks"),
    ],
)
def test_what_was_not_ordered_is_no_exposure(
    tmp_path: Path, more: dict[str, object], rule: str
) -> None:
    found = read_here(tmp_path, request(**more))
    assert taken_of(found, "drug_exposure") == taken_of(found, "dose_era") == []
    assert rules_of(found, "drug_exposure") == {f"MedicationRequest: {rule}": 1}


def test_a_plan_that_the_patient_reports_is_taken(tmp_path: Path) -> None:
    # US Core: a drug that somebody takes on his own has the intent `plan` and is reported.
    found = read_here(tmp_path, request(intent="plan", reportedBoolean=True))
    assert len(rows_of(found, "drug_exposure")) == 1


def test_the_days_are_those_of_the_bounds_or_of_the_supply(tmp_path: Path) -> None:
    bounds = {"start": "2023-02-01", "end": "2023-02-10"}
    repeat = {"frequency": 1, "period": 1, "periodUnit": "d", "boundsPeriod": bounds}
    once = [dosage(quantity(5, "mg"), repeat=repeat)]
    found = eras(tmp_path, request(dosageInstruction=once))
    assert found == [(Decimal(5), MG_D, date(2023, 2, 1), date(2023, 2, 10))]
    supply = {"expectedSupplyDuration": {"value": 2, "unit": "wk", "code": "wk"}}
    drug = rows_of(read_here(tmp_path, request(dispenseRequest=supply)), "drug_exposure")[0]
    assert drug["drug_exposure_end_date"] == date(2023, 1, 23)


@pytest.mark.parametrize(
    ("row", "dose"),
    [
        (dosage(quantity(10, "mg"), repeat={"frequency": 2, "period": 1, "periodUnit": "d"}), 20),
        (dosage(quantity(10, "mg"), repeat={"frequency": 1, "period": 8, "periodUnit": "h"}), 30),
        (dosage(quantity(1, "g")), 1000),
        (dosage(quantity(2.5, "mg")), Decimal("2.5")),
        # What is not the same amount on each day is no dose a day.
        (dosage(quantity(10, "mg"), repeat={"frequency": 1, "period": 2, "periodUnit": "d"}), None),
        (dosage(quantity(10, "mg"), asNeededBoolean=True), None),
        (dosage(quantity(10, "mg"), asNeededCodeableConcept={"text": "pain"}), None),
        (dosage(quantity(1, "{tablet}")), None),
        (dosage({"value": 2}), None),
        (dosage(quantity(10, "mg", comparator="<")), None),
        (
            dosage(
                quantity(10, "mg"),
                repeat={"frequency": 1, "frequencyMax": 2, "period": 1, "periodUnit": "d"},
            ),
            None,
        ),
        (
            dosage(
                quantity(10, "mg"),
                repeat={"frequency": 1, "period": 1, "periodUnit": "d", "dayOfWeek": ["mon"]},
            ),
            None,
        ),
        ({"text": "20 mg daily"}, None),
    ],
)
def test_only_a_dose_that_is_exact_is_one(
    tmp_path: Path, row: dict[str, object], dose: object
) -> None:
    found = eras(tmp_path, request(dosageInstruction=[row]))
    assert [era[0] for era in found] == [dose]
    assert [era[1] for era in found] == [None if dose is None else MG_D]


def test_a_dose_a_week_is_one(tmp_path: Path) -> None:
    weekly = {"frequency": 1, "period": 1, "periodUnit": "wk"}
    found = eras(tmp_path, request(dosageInstruction=[dosage(quantity(15, "mg"), repeat=weekly)]))
    assert found[0][:2] == (Decimal(15), MG_WK)


def test_a_taper_has_an_era_for_each_of_its_doses(tmp_path: Path) -> None:
    rows = [
        dosage(quantity(mg, "mg"), sequence=place, repeat={
            "frequency": 1, "period": 1, "periodUnit": "d",
            "boundsPeriod": {"start": start, "end": end}})
        for place, (mg, start, end) in enumerate(
            [(20, "2023-01-01", "2023-01-07"), (10, "2023-01-08", "2023-01-14")], 1)
    ]  # fmt: skip
    found = read_here(tmp_path, request(dosageInstruction=rows))
    assert [era["dose_value"] for era in rows_of(found, "dose_era")] == [20, 10]
    drug = rows_of(found, "drug_exposure")
    assert [row["drug_exposure_end_date"] for row in drug] == [date(2023, 1, 14)]


def test_instructions_side_by_side_add_up_and_others_are_unknown(tmp_path: Path) -> None:
    rows = [dosage(quantity(5, "mg"), sequence=1), dosage(quantity(5, "mg"), sequence=1)]
    assert eras(tmp_path, request(dosageInstruction=rows))[0][0] == 10
    one_after_another = [dosage(quantity(5, "mg"), sequence=n) for n in (1, 2)]
    assert eras(tmp_path, request(dosageInstruction=one_after_another))[0][0] is None


def test_tablets_count_by_the_strength_of_their_medicine(tmp_path: Path) -> None:
    medicine: dict[str, object] = {
        "resourceType": "Medication",
        "id": "med",
        "ingredient": [
            {
                "itemCodeableConcept": coded(RXNORM, PREDNISONE),
                "strength": {
                    "numerator": quantity(5, "mg"),
                    "denominator": {"value": 1, "unit": "TAB"},
                },
            }
        ],
    }
    tablets = [dosage({"value": 4, "unit": "TAB"})]
    order = request(
        medicationCodeableConcept=None,
        medicationReference={"reference": "Medication/med"},
        dosageInstruction=tablets,
    )
    orders: list[list[dict[str, object]]] = [[order, medicine], [medicine, order]]
    for resources in orders:  # in any order of files
        found = read_here(tmp_path, *resources)
        assert rows_of(found, "drug_exposure")[0]["drug_concept_id"] == PREDNISONE_ID
        assert rows_of(found, "dose_era")[0]["dose_value"] == 20
    within = {
        **order,
        "medicationReference": {"reference": "#med"},
        "contained": [medicine],
    }
    assert rows_of(read_here(tmp_path, within), "dose_era")[0]["dose_value"] == 20


def test_a_medicine_that_is_not_there_has_no_code(tmp_path: Path) -> None:
    order = request(
        medicationCodeableConcept=None, medicationReference={"reference": "Medication/gone"}
    )
    found = read_here(tmp_path, order)
    row = rows_of(found, "drug_exposure")[0]
    assert (row["drug_concept_id"], row["drug_source_value"]) == (0, "Medication/gone")
    assert [one.table for one in found.not_understood] == ["drug_exposure"]


def given(number: str, day: str, amount: object = 500, **more: object) -> dict[str, object]:
    return {
        "resourceType": "MedicationAdministration",
        "id": number,
        "status": "completed",
        **ABOUT,
        "medicationCodeableConcept": coded(RXNORM, PREDNISONE),
        "effectiveDateTime": day,
        "dosage": {"dose": quantity(amount, "mg")},
        **more,
    }


def test_what_was_given_on_a_day_adds_up(tmp_path: Path) -> None:
    found = eras(
        tmp_path,
        given("g1", "2023-03-01T08:00:00Z"),
        given("g2", "2023-03-01T20:00:00Z"),
        given("g3", "2023-03-02T08:00:00Z", 250),
    )
    assert found == [
        (Decimal(1000), MG_D, date(2023, 3, 1), date(2023, 3, 1)),
        (Decimal(250), MG_D, date(2023, 3, 2), date(2023, 3, 2)),
    ]


def test_a_day_of_which_one_dose_is_not_told_has_none(tmp_path: Path) -> None:
    found = eras(
        tmp_path,
        given("g1", "2023-03-01T08:00:00Z"),
        given("g2", "2023-03-01T20:00:00Z", dosage={"text": "as before"}),
    )
    assert [era[0] for era in found] == [None]


def test_what_was_not_given_or_not_taken_is_no_exposure(tmp_path: Path) -> None:
    found = read_here(tmp_path, given("g1", "2023-03-01", status="not-done"))
    assert rules_of(found, "drug_exposure") == {"MedicationAdministration: not done": 1}
    statement = {
        "resourceType": "MedicationStatement",
        "id": "t1",
        "status": "not-taken",
        **ABOUT,
        "medicationCodeableConcept": coded(RXNORM, PREDNISONE),
        "effectivePeriod": {"start": "2023-01-01", "end": "2023-02-01"},
    }
    assert rules_of(read_here(tmp_path, statement), "drug_exposure") == {
        "MedicationStatement: not taken": 1
    }
    taken = rows_of(read_here(tmp_path, {**statement, "status": "completed"}), "drug_exposure")
    assert taken[0]["drug_exposure_end_date"] == date(2023, 2, 1)


def test_a_duration_bounds_a_prescription(tmp_path: Path) -> None:
    """R4: `boundsDuration` is how long the timing holds; a burst of five days is no month."""
    burst = {**DAILY, "boundsDuration": {"value": 5, "unit": "d", "code": "d"}}
    found = read_here(
        tmp_path,
        request(
            dosageInstruction=[dosage(quantity(40, "mg"), repeat=burst)],
            dispenseRequest={"expectedSupplyDuration": {"value": 4, "unit": "wk", "code": "wk"}},
        ),
    )
    drug, era = rows_of(found, "drug_exposure")[0], rows_of(found, "dose_era")[0]
    assert drug["drug_exposure_end_date"] == era["dose_era_end_date"] == date(2023, 1, 14)
    assert era["dose_value"] == 40


def test_doses_of_other_durations_do_not_add_up(tmp_path: Path) -> None:
    rows = [
        dosage(
            quantity(5, "mg"),
            sequence=1,
            repeat={**DAILY, "boundsDuration": {"value": days, "unit": "d", "code": "d"}},
        )
        for days in (5, 20)
    ]
    assert eras(tmp_path, request(dosageInstruction=rows)) == [
        (None, None, date(2023, 1, 10), date(2023, 1, 29))
    ]


def test_what_was_stopped_may_have_ended_on_any_day(tmp_path: Path) -> None:
    """R4: `stopped` is halted before all was given; nobody says when."""
    supply = {"expectedSupplyDuration": {"value": 90, "unit": "d", "code": "d"}}
    found = read_here(
        tmp_path,
        request(
            status="stopped",
            dispenseRequest=supply,
            dosageInstruction=[dosage(quantity(20, "mg"))],
        ),
    )
    days = rows_of(found, "imprecise_date")
    assert [(row["fact_table"], row["date_column"]) for row in days] == [
        ("drug_exposure", "drug_exposure_end_date")
    ]
    assert [(row["first_date"], row["last_date"]) for row in days] == [
        (date(2023, 1, 10), date(2023, 4, 9))
    ]
    # On none of these days is the dose known.
    assert [row["dose_value"] for row in rows_of(found, "dose_era")] == [None]


def test_what_was_stopped_ends_with_its_bounds_where_they_are_told(tmp_path: Path) -> None:
    bounds = {**DAILY, "boundsPeriod": {"start": "2023-02-01", "end": "2023-02-10"}}
    once = [dosage(quantity(5, "mg"), repeat=bounds)]
    found = read_here(tmp_path, request(status="stopped", dosageInstruction=once))
    assert rows_of(found, "imprecise_date") == []
    assert [row["dose_value"] for row in rows_of(found, "dose_era")] == [5]


@pytest.mark.parametrize(
    ("status", "when", "is_open"),
    [
        ("stopped", {"effectivePeriod": {"start": "2020-01-01"}}, True),
        ("completed", {"effectivePeriod": {"start": "2020-01-01"}}, True),
        ("active", {"effectiveDateTime": "2020-01-01"}, True),
        ("active", {"effectivePeriod": {"start": "2020-01-01"}}, False),
        ("completed", {"effectiveDateTime": "2020-01-01"}, False),
        ("stopped", {"effectivePeriod": {"start": "2020-01-01", "end": "2020-02-01"}}, False),
    ],
)
def test_the_end_of_a_statement_is_never_guessed(
    tmp_path: Path, status: str, when: dict[str, object], is_open: bool
) -> None:
    statement = {
        "resourceType": "MedicationStatement",
        "id": "told",
        "status": status,
        "medicationCodeableConcept": coded(RXNORM, PREDNISONE),
        **ABOUT,
        **when,
    }
    found = read_here(tmp_path, statement, request())
    days = [row["first_date"] for row in rows_of(found, "imprecise_date")]
    assert days == ([date(2020, 1, 1)] if is_open else [])


# UCUM: "mo" is a month of the calendar or a twelfth of a year; never 30 days alone.
@pytest.mark.parametrize(
    ("bounds", "first", "last"),
    [
        ({"boundsDuration": {"value": 1, "code": "mo"}}, 28, 31),
        ({"boundsDuration": {"value": 6, "code": "mo"}}, 179, 186),
        ({"boundsDuration": {"value": 1, "code": "a"}}, 365, 366),
        ({"boundsDuration": {"value": 2, "code": "wk"}}, 14, 14),
        ({"boundsDuration": {"value": 72, "code": "h"}}, 3, 4),
        ({"boundsDuration": {"value": 10, "comparator": "<", "code": "d"}}, 1, 10),
        ({"boundsRange": {"low": {"value": 7, "code": "d"}, "high": {"value": 14, "code": "d"}}},
         7, 14),
        ({"boundsRange": {"low": {"value": 1, "code": "mo"}}}, 28, 3660),
        ({"boundsDuration": {"value": 3, "code": "{cycles}"}}, 1, 3660),
    ],
)  # fmt: skip
def test_how_long_an_instruction_holds_in_other_units(
    tmp_path: Path, bounds: dict[str, dict[str, object]], first: int, last: int
) -> None:
    for holder in bounds.values():
        for one in (holder, *holder.values()):
            if isinstance(one, dict) and "code" in one:
                one["system"] = "http://unitsofmeasure.org"
    taken = request(dosageInstruction=[dosage(quantity(20, "mg"), repeat={**DAILY, **bounds})])
    found = read_here(tmp_path, taken, data_cut=date(2023, 12, 31))
    (row,) = rows_of(found, "drug_exposure")
    start = date(2023, 1, 10)
    assert row["drug_exposure_end_date"] == start + timedelta(days=last - 1)
    spans = rows_of(found, "imprecise_date")
    assert [(s["first_date"], s["last_date"]) for s in spans] == (
        []
        if first == last
        else [(start + timedelta(days=first - 1), start + timedelta(days=last - 1))]
    )
    # How much was taken, up to a day that nobody knows, is not known.
    (era,) = rows_of(found, "dose_era")
    assert (era["dose_value"] is None) is (first != last)
