"""Observations: numbers, signs, units, limits, answers, parts. Rules: HL7 FHIR R4, Observation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from facts.intake.fhir.fhir_examples import (
    LOINC,
    PATIENT,
    SNOMED,
    coded,
    lines,
    observation,
    quantity,
    read_here,
    rows_of,
    rules_of,
    state,
    taken_of,
)
from remit.errors import DatasetError
from remit.facts.intake.fhir.resources import fhir_resources
from remit.facts.intake.fhir.resources.fhir_events import FhirReading
from remit.facts.intake.fhir.resources.fhir_observations import any_events, plain_event
from remit.facts.tables import OPERATORS

SIGNS = {sign: code for code, sign in OPERATORS.items()}
MG_DL = 8840  # OMOP: milligram per deciliter
TITER = 8525  # OMOP: titer


def one(folder: Path, **more: object) -> dict[str, object]:
    """The only measurement of an observation."""
    rows = rows_of(read_here(folder, observation(**more)), "measurement")
    assert len(rows) == 1
    return dict(rows[0])


def test_a_quantity_is_a_number_with_its_unit_on_the_day_of_the_clock_there(tmp_path: Path) -> None:
    row = one(tmp_path, effectiveDateTime="2023-02-03T23:30:00-05:00", valueQuantity=quantity(1.8))
    assert row["measurement_concept_id"] == 3016723  # OMOP id of LOINC 2160-0
    assert row["measurement_date"] == date(2023, 2, 3)
    assert str(row["measurement_datetime"]) == "2023-02-03 23:30:00"
    assert (row["value_as_number"], row["unit_concept_id"]) == (Decimal("1.8"), MG_DL)
    assert row["operator_concept_id"] is None


@pytest.mark.parametrize("sign", ["<", "<=", ">=", ">"])
def test_a_comparator_stands_as_the_sign_of_the_number(tmp_path: Path, sign: str) -> None:
    row = one(tmp_path, valueQuantity=quantity(0.2, comparator=sign))
    assert row["operator_concept_id"] == SIGNS[sign]


def test_a_comparator_that_r4_does_not_have_takes_no_number(tmp_path: Path) -> None:
    found = read_here(tmp_path, observation(valueQuantity=quantity(5, comparator="ad")))
    assert rules_of(found, "measurement") == {
        "Observation: a comparator of value that R4 does not have": 1
    }


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("1.80", "1.8"),
        ("0.1234565", "0.123457"),  # rounded to odd
        ("0.50000049", "0.500001"),  # never onto a limit of five decimals
        ("100000000000.000001", "100000000000.000001"),  # no double holds it
        ("165.12345678901234", "165.123457"),
        ("1e-3", "0.001"),
    ],
)
@pytest.mark.parametrize("is_bundle", [False, True])
def test_no_digit_is_lost_that_the_table_holds(
    tmp_path: Path, text: str, held: str, is_bundle: bool
) -> None:
    line = lines(observation(valueQuantity=quantity(7777))).replace(b"7777", text.encode())
    file = {"all.ndjson": lines(PATIENT) + line}
    if is_bundle:
        entries = b",".join(b'{"resource": %s}' % part for part in (lines(PATIENT), line))
        file = {"b.json": b'{"resourceType":"Bundle","type":"batch","entry":[%s]}' % entries}
    row = rows_of(read_here(tmp_path, files=file), "measurement")[0]
    assert row["value_as_number"] == Decimal(held)


def test_a_number_that_nothing_holds_leaves_the_observation_out(tmp_path: Path) -> None:
    line = lines(observation(valueQuantity=quantity(7777))).replace(b"7777", b"1e400")
    found = read_here(tmp_path, files={"all.ndjson": lines(PATIENT) + line})
    assert rules_of(found, "measurement") == {
        "Observation: value is a number beyond what the tables hold": 1
    }


def test_a_code_and_a_word_that_are_two_units_are_none(tmp_path: Path) -> None:
    wrong = {**quantity(100), "unit": "umol/L"}
    found = read_here(tmp_path, observation(valueQuantity=wrong))
    row = rows_of(found, "measurement")[0]
    assert row["unit_concept_id"] is None
    assert row["unit_source_value"] == "mg/dL or umol/L"
    assert any("two units" in note for note in found.notes)


def test_a_unit_without_ucum_is_the_word_of_the_source(tmp_path: Path) -> None:
    row = one(
        tmp_path, valueQuantity={"value": 1.8, "unit": "mg/dl", "system": "urn:x", "code": "7"}
    )
    assert (row["unit_concept_id"], row["unit_source_value"]) == (MG_DL, "mg/dl")


def test_limits_are_those_of_the_one_range_in_the_unit_of_the_value(tmp_path: Path) -> None:
    normal = {"low": quantity(0.5), "high": quantity(1.1)}
    row = one(tmp_path, valueQuantity=quantity(1.8), referenceRange=[normal])
    assert (row["range_low"], row["range_high"]) == (Decimal("0.5"), Decimal("1.1"))
    other = {"low": quantity(44, "umol/L"), "high": quantity(97, "umol/L")}
    row = one(tmp_path, valueQuantity=quantity(1.8), referenceRange=[other])
    assert (row["range_low"], row["range_high"]) == (None, None)


def test_of_several_ranges_only_the_normal_one_of_everybody_counts(tmp_path: Path) -> None:
    sexes = [
        {"low": quantity(0.5), "appliesTo": [{"text": "women"}]},
        {"low": quantity(0.7), "appliesTo": [{"text": "men"}]},
    ]
    assert one(tmp_path, valueQuantity=quantity(1), referenceRange=sexes)["range_low"] is None
    both = [*sexes, {"low": quantity(0.6), "type": state("referencerange-meaning", "normal")}]
    row = one(tmp_path, valueQuantity=quantity(1), referenceRange=both)
    assert row["range_low"] == Decimal("0.6")


def test_words_are_read_as_a_spreadsheet_has_them(tmp_path: Path) -> None:
    assert one(tmp_path, valueString="<0.2")["operator_concept_id"] == SIGNS["<"]
    titre = one(tmp_path, valueString="1:80")
    assert (titre["value_as_number"], titre["unit_concept_id"]) == (Decimal(80), TITER)
    both = one(tmp_path, valueString=">= 1.5 mg/dL")
    assert (both["value_as_number"], both["unit_concept_id"]) == (Decimal("1.5"), MG_DL)
    word = one(tmp_path, valueString="neg")
    assert (word["value_as_number"], word["value_source_value"]) == (None, "neg")
    comma = one(tmp_path, valueString="1,8")
    assert comma["value_as_number"] is None


def test_a_titre_is_a_ratio_of_one_in_so_many(tmp_path: Path) -> None:
    row = one(tmp_path, valueRatio={"numerator": {"value": 1}, "denominator": {"value": 160}})
    assert (row["value_as_number"], row["unit_concept_id"]) == (Decimal(160), TITER)
    other = one(tmp_path, valueRatio={"numerator": {"value": 3}, "denominator": {"value": 7}})
    assert (other["value_as_number"], other["value_source_value"]) == (None, "3:7")
    per = {"numerator": quantity(30, "mg"), "denominator": quantity(1, "g")}
    quotient = one(tmp_path, valueRatio=per)
    assert (quotient["value_as_number"], quotient["unit_source_value"]) == (Decimal(30), "mg/g")


def test_a_range_of_one_end_is_a_bound_and_of_two_no_number(tmp_path: Path) -> None:
    low = one(tmp_path, valueRange={"low": quantity(5)})
    assert (low["value_as_number"], low["operator_concept_id"]) == (Decimal(5), SIGNS[">="])
    both = one(tmp_path, valueRange={"low": quantity(5), "high": quantity(10)})
    assert (both["value_as_number"], both["value_source_value"]) == (None, "5-10")


def test_an_answer_is_a_code_or_none_that_is_known(tmp_path: Path) -> None:
    positive = one(tmp_path, valueCodeableConcept=coded(SNOMED, "10828004", "Positive"))
    assert (positive["value_as_concept_id"], positive["value_source_value"]) == (9191, "Positive")
    strange = one(tmp_path, valueCodeableConcept=coded("http://lab.example", "X"))
    assert strange["value_as_concept_id"] == 0
    assert one(tmp_path, valueBoolean=False)["value_as_concept_id"] == 4188540  # OMOP: No
    flag = one(tmp_path, interpretation=[state("v3-ObservationInterpretation", "NEG")])
    assert flag["value_as_concept_id"] == 9189


def test_a_reason_for_no_value_is_no_value(tmp_path: Path) -> None:
    absent = one(tmp_path, dataAbsentReason=state("data-absent-reason", "error"))
    assert (absent["value_as_number"], absent["value_as_concept_id"]) == (None, None)
    coded_so = one(tmp_path, valueCodeableConcept=state("data-absent-reason", "unknown"))
    assert coded_so["value_as_concept_id"] is None
    found = read_here(
        tmp_path, observation(dataAbsentReason=state("data-absent-reason", "not-performed"))
    )
    assert rules_of(found, "measurement") == {"Observation: not performed": 1}


@pytest.mark.parametrize(
    ("status", "rule"),
    [
        ("entered-in-error", "entered in error"),
        ("cancelled", "cancelled"),
        ("registered", "registered: no result yet"),
        ("unknown", "its status is unknown"),
        ("draft", "a status that R4 does not have"),
        (None, "a status that R4 does not have"),
    ],
)
def test_what_is_no_result_is_left_out_and_counted(
    tmp_path: Path, status: str | None, rule: str
) -> None:
    found = read_here(tmp_path, observation(status=status, valueQuantity=quantity(1)))
    assert rules_of(found, "measurement") == {f"Observation: {rule}": 1}


def test_a_preliminary_result_is_taken_and_told(tmp_path: Path) -> None:
    found = read_here(tmp_path, observation(status="preliminary", valueQuantity=quantity(1)))
    assert len(rows_of(found, "measurement")) == 1
    assert any("1 preliminary" in note for note in found.notes)


def test_each_part_is_a_row_and_a_panel_none(tmp_path: Path) -> None:
    parts = [
        {"code": coded(LOINC, "8480-6"), "valueQuantity": quantity(120, "mm[Hg]")},
        {"code": coded(LOINC, "8462-4"), "valueQuantity": quantity(80, "mm[Hg]")},
    ]
    found = read_here(tmp_path, observation(code=coded(LOINC, "85354-9"), component=parts))
    ids = [row["measurement_concept_id"] for row in rows_of(found, "measurement")]
    assert ids == [3004249, 3012888]  # OMOP ids of LOINC 8480-6 and 8462-4
    both = read_here(tmp_path, observation(valueQuantity=quantity(1), component=parts))
    assert len(rows_of(both, "measurement")) == 3
    panel = read_here(tmp_path, observation(hasMember=[{"reference": "Observation/o2"}]))
    assert list(rules_of(panel, "measurement").values()) == [1]


def test_a_part_that_cannot_be_read_is_counted_and_the_others_stay(tmp_path: Path) -> None:
    parts = [
        {"code": coded(LOINC, "8480-6"), "valueQuantity": quantity(120, "mm[Hg]")},
        {"code": coded(LOINC, "8462-4"), "valueQuantity": [80]},
    ]
    found = read_here(tmp_path, observation(code=coded(LOINC, "85354-9"), component=parts))
    assert len(taken_of(found, "measurement")) == 1
    assert any("valueQuantity is not an object" in note for note in found.notes)


def test_what_is_found_on_somebody_else_is_not_the_patients(tmp_path: Path) -> None:
    found = read_here(
        tmp_path, observation(focus=[{"reference": "Group/twins"}], valueQuantity=quantity(1))
    )
    assert rows_of(found, "measurement") == []


def test_two_values_side_by_side_are_none(tmp_path: Path) -> None:
    found = read_here(tmp_path, observation(valueQuantity=quantity(1), valueString="2"))
    assert rules_of(found, "measurement") == {"Observation: value[x] stands twice": 1}


def test_a_disease_with_an_answer_is_no_diagnosis(tmp_path: Path) -> None:
    found = read_here(tmp_path, observation(code=coded(SNOMED, "55464009"), valueBoolean=False))
    assert rows_of(found, "condition_occurrence") == []
    row = rows_of(found, "observation")[0]
    assert row["observation_concept_id"] == 257628  # OMOP id of SLE
    assert row["value_as_concept_id"] == 4188540


def test_a_sign_is_kept_where_the_table_has_no_column_for_it(tmp_path: Path) -> None:
    social = [state("observation-category", "social-history")]
    found = read_here(
        tmp_path,
        observation(
            code=coded(LOINC, "11367-0"),
            category=social,
            valueQuantity=quantity(5, "{pack}", comparator="<"),
        ),
    )
    row = rows_of(found, "observation")[0]
    assert (row["value_as_number"], row["value_source_value"]) == (None, "<5")


@pytest.mark.parametrize("day", ["2023-02-30", "03/04/2023", "2023-2-3", "2023-02-03T25:00:00Z", 7])
def test_a_day_of_no_calendar_leaves_it_out(tmp_path: Path, day: object) -> None:
    found = read_here(tmp_path, observation(effectiveDateTime=day, valueQuantity=quantity(1)))
    assert taken_of(found, "measurement") == []
    assert sum(rules_of(found, "measurement").values()) == 1


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"referenceRange": [{"low": quantity(0.5), "high": quantity(1.1)}]},
        {"category": [state("observation-category", "survey")]},
        {"valueQuantity": quantity(5)},
        {"valueQuantity": {"value": 5}},
        {"hasMember": [{"reference": "Observation/o2"}], "interpretation": [], "note": []},
        {"effectiveDateTime": "2023"},
        {"effectiveDateTime": "2023-02-03"},
    ],
)
def test_the_shortest_way_reads_what_the_whole_one_reads(more: dict[str, object]) -> None:
    found = FhirReading()
    resource = observation(**{"valueQuantity": quantity(1.8), **more})
    assert [plain_event(resource, found)] == list(any_events(resource, found))


@pytest.mark.parametrize(
    "more",
    [
        {"status": "preliminary"},
        {"valueString": "1"},
        {"component": []},
        {"effectiveDateTime": "2023-13"},
        {"valueQuantity": quantity(1, comparator="<")},
        {"valueQuantity": quantity(0.12345678)},
        {"valueQuantity": quantity(True)},
        {"code": {}},
    ],
)
def test_the_shortest_way_leaves_the_rest_to_the_whole_one(more: dict[str, object]) -> None:
    resource = observation(**{"valueQuantity": quantity(1.8), **more})
    assert plain_event(resource, FhirReading()) is None


# What stands in a result beside its number, or in place of what most have.
ODD: tuple[dict[str, object], ...] = (
    {},
    {"meta": {"versionId": "2", "lastUpdated": "2023-02-04T00:00:00Z"}},
    {"meta": {"versionId": 2}},
    {"meta": "none"},
    {"meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/Observation|4.0.1"]}},
    {"id": ""},
    {"id": 7},
    {"id": "o" * 201},
    {"subject": {"reference": "Patient/p2"}},
    {"subject": {"reference": "Group/g1"}},
    {"subject": {"reference": 7}},
    {"subject": []},
    {"modifierExtension": []},
    {"modifierExtension": [{"url": "http://clinic.example/not"}]},
    {"implicitRules": "http://clinic.example/rules"},
    {"contained": [{"resourceType": "Observation", "id": "inner"}]},
    {"focus": [{"reference": "Device/d1"}]},
    {"status": "entered-in-error"},
    {"status": 7},
    {"effectiveDateTime": "2023-02-30"},
    {"effectiveDateTime": 2023},
    {"effectiveDateTime": None},
    {"code": {}},
    {"code": {"coding": [{"system": LOINC, "code": 7}]}},
    {"code": []},
    {"category": {}},
    {"category": [state("observation-category", "survey"), {}]},
    {"category": [{"coding": "laboratory"}]},
    {"valueQuantity": {"value": "1.8"}},
    {"valueQuantity": quantity(1e15)},
    {"valueQuantity": {**quantity(1.8), "system": 7}},
    {"valueQuantity": []},
    {"referenceRange": [{"low": quantity(0.5)}, {"high": quantity(1.1)}]},
    {"referenceRange": [{"low": quantity("low")}]},
)


@pytest.mark.parametrize("more", ODD)
def test_a_result_is_put_as_the_whole_way_puts_it(
    more: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = {"valueQuantity": quantity(1.8)}
    # The patient is met before: then a result may go the shortest way.
    sent = [observation(f"before{n}", **usual) for n in range(2)]
    sent += [observation("odd", **{**usual, **more}), observation("odd", **usual)]
    short = read_here(tmp_path / "short", *sent)
    monkeypatch.setattr(fhir_resources, "is_plain_shape", lambda names: False)
    whole = read_here(tmp_path / "whole", *sent)
    assert short.tables == whole.tables
    assert (short.left_out, short.notes) == (whole.left_out, whole.notes)
    assert (short.reads, short.not_understood) == (whole.reads, whole.not_understood)


@pytest.mark.parametrize(
    "more",
    [
        {"comments": "as STU3 has them"},
        {"triggeredBy": []},
        {"meta": {"profile": ["http://hl7.org/fhir/3.0/StructureDefinition/Observation"]}},
    ],
)
def test_a_result_of_another_version_is_refused_after_others_too(
    more: dict[str, object], tmp_path: Path
) -> None:
    usual = {"valueQuantity": quantity(1.8)}
    with pytest.raises(DatasetError, match="another version of FHIR"):
        read_here(tmp_path, observation("o1", **usual), observation("o2", **usual, **more))


def test_a_value_beside_a_reason_for_none_is_none(tmp_path: Path) -> None:
    """R4, obs-6: a reason stands only where there is no value."""
    reason = {"coding": [{"code": "error"}]}
    rows = rows_of(
        read_here(
            tmp_path,
            observation(valueQuantity=quantity(0.8), dataAbsentReason=reason),
            observation("o2", valueString="0.8 mg/dL", dataAbsentReason=reason),
        ),
        "measurement",
    )
    assert [row["value_as_number"] for row in rows] == [None, None]
