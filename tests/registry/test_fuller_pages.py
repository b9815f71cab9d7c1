"""Other pages of the same sites: with values where the fixtures have none, and with labels."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from remit.registry import (
    AgeLimit,
    Arm,
    Location,
    Official,
    Record,
    RegistryId,
    TrialDate,
    fixture_pages,
    read_text,
)
from remit.views.json import json_of
from remit.views.json.registry_page import record_page

from .accounting import assert_lines_accounted, assert_no_personal_data


def fixture_text(stem: str) -> str:
    return next(p for p in fixture_pages() if p.stem == stem).read_text(encoding="utf-8")


def read(text: str) -> Record:
    record = read_text(text, "a page")
    assert_lines_accounted(record, text)
    assert_no_personal_data(record)
    return record


def test_trial_page_with_values() -> None:
    text = """An invented study of BCMA cells
Invented Sponsor
Status and phase
Enrolling
Phase 1
Conditions
Lupus Nephritis
SLE
Treatments
Biological: BCMA CAR-T
Study type
Interventional
Funder types
Other
Identifiers
NCT99000021
INV-21
About
A short summary.
Full description
A long description.
Enrollment
24 estimated patients
Sex
All
Ages
18 to 60 years old
Volunteers
No Healthy Volunteers
Inclusion and exclusion criteria
Inclusion Criteria:
1. SLEDAI-2K ≥ 8
Exclusion Criteria:
1. Pregnancy
Trial design
Primary purpose
Treatment
Allocation
N/A
Interventional model
Single Group Assignment
Masking
None (Open label)
24 participants in 1 patient group
BCMA group
Experimental group
Description:
One infusion
Treatment:
Biological: BCMA CAR-T
Trial contacts and locations
1
Central trial contact
Ada Placeholder, MD; Bo Placeholder
Data sourced from clinicaltrials.gov
"""
    record = read(text)
    assert record.value("status") == "Enrolling"
    assert record.value("phase") == "Phase 1"
    assert record.own_ids == (RegistryId("ClinicalTrials.gov", "NCT99000021"),)
    assert record.value("secondary_id") == "INV-21"
    assert record.value("enrolment") == 24
    lower = record.value("age_minimum")
    assert isinstance(lower, AgeLimit)
    assert (lower.value, lower.unit) == (Decimal(18), "years")
    assert [(c.kind, c.text) for c in record.criteria] == [
        ("inclusion", "SLEDAI-2K ≥ 8"),
        ("exclusion", "Pregnancy"),
    ]
    assert record.value("arm") == Arm(
        "BCMA group", "Experimental group", "One infusion", ("Biological: BCMA CAR-T",)
    )
    assert record.value("location_count") == 1
    assert "Placeholder" not in json.dumps(json_of(record_page(record)))
    assert record.unparsed == ()


def test_trial_page_whose_lists_are_all_lost() -> None:
    text = """Status and phase
Conditions
Treatments
About
A short summary.
Volunteers
Inclusion and exclusion criteria
Key Inclusion Criteria:
Key Exclusion Criteria:
Masking
448 participants in 2 patient groups, including a placebo group
Data sourced from clinicaltrials.gov
"""
    record = read(text)
    assert record.criteria == ()
    states = {f.name: f.state for f in record.fields if f.name.endswith("_criteria")}
    assert states == {"inclusion_criteria": "no_value", "exclusion_criteria": "no_value"}
    assert (record.value("enrolment"), record.value("arm_count")) == (448, 2)


def test_medpath_copy_of_another_registry() -> None:
    text = """MedPath
An invented European study
Phase 3
Conditions
Lupus Nephritis
Registration Number
EUCTR2016-999999-24-RO
Lead Sponsor
Invented Sponsor
Brief Summary
Not available
Recruitment & Eligibility
Status
Not Recruiting
Sex
All
Target Recruitment
Not specified
Inclusion Criteria
[1] ANA titer =1:80 or anti-dsDNA = 30 IU
[2] Consent
Exclusion Criteria
Not provided
Study & Design
Study Type
Interventional clinical trial
Primary Outcome Measures
NameTimeMethod
Secondary Outcome Measures
NameTimeMethod
© Copyright 2026. All Rights Reserved by MedPath
"""
    record = read(text)
    assert record.own_ids == (RegistryId("EUCTR", "2016-999999-24"),)
    assert record.value("phase") == "Phase 3"
    first = record.criteria[0]
    assert (first.number, sorted(first.flags)) == ("1", ["lossy_operator"])
    states = {f.name: f.state for f in record.fields if f.value is None}
    assert states == {
        "summary": "not_given",
        "enrolment": "not_given",
        "exclusion_criteria": "not_given",
        "primary_outcome": "no_value",
        "secondary_outcome": "no_value",
    }


def test_medpath_site_contacts_go_and_investigators_stay() -> None:
    text = fixture_text("medpath").replace(
        "Clinic of the Lakes",
        "Ada Placeholder, MD\nContact\n000-000-0000\ncontact@example.org\n"
        "Bo Placeholder, MD\nPrincipal Investigator\n\nClinic of the Lakes",
    )
    record = read(text)
    said = json.dumps(json_of(record_page(record)))
    assert "Ada" not in said
    assert record.value("official") == Official(
        "Bo Placeholder, MD", "principal investigator", None
    )
    assert record.values("location") == (
        Location("Sampleton General Hospital", "Sampleton", None, "Netherlands"),
        Location("Clinic of the Lakes", "Seedorf", None, "Switzerland"),
    )


def test_trial_table_with_its_own_number_and_a_contact() -> None:
    text = fixture_text("trial_table").replace(
        "Status | Recruiting |",
        "NCT number | NCT99000022 |\nStudy type | Interventional |\nPhase | Phase 2 |\n"
        "Contact | Ada Placeholder |\nPhone | 000-000-0000 |\nStatus | Recruiting |",
        1,
    )
    record = read(text)
    assert [i.number for i in record.own_ids] == ["NCT99000022"]
    assert record.value("phase") == "Phase 2"
    assert "Placeholder" not in json.dumps(json_of(record_page(record)))


def test_clinconnect_with_values_and_two_contacts() -> None:
    text = fixture_text("clinconnect")
    text = text.replace("Mara Exemplar\n", "Mara Exemplar\nNils Exemplar\n")
    text = text.replace("First submit\n", "First submit\nMarch 1, 2024\n")
    text = text.replace("Not reported", "May 31, 2028")
    text = (
        text.rstrip().removesuffix("Similar Trials") + "Similar Trials\nNCT99000011 Another study"
    )
    record = read(text)
    assert "Exemplar" not in json.dumps(json_of(record_page(record)))
    end = record.value("date_completion")
    assert isinstance(end, TrialDate)
    assert (end.iso, end.kind) == ("2028-05-31", "estimated")
    assert record.own_ids == ()
    assert len(record.values("similar_trials")) == 1


UMIN = fixture_text("umin")


def test_umin_with_its_labels() -> None:
    labels = {
        7: "Public title",
        8: "Acronym",
        9: "Scientific Title",
        10: "Scientific Title:Acronym",
        11: "Region",
        12: "Condition",
        16: "Narrative objectives1",
        22: "Primary outcomes",
        23: "Study type",
        24: "Age-lower limit",
        25: "Age-upper limit",
        26: "Gender",
        27: "Key inclusion criteria",
        34: "Key exclusion criteria",
        38: "Target sample size",
        79: "Recruitment status",
    }
    lines = UMIN.split("\n")
    whole = [
        part
        for n, line in enumerate(lines, start=1)
        for part in ([labels[n], "", line] if n in labels else [line])
    ]
    record, plain = read("\n".join(whole)), read(UMIN)
    names = [(f.name, f.value) for f in record.fields if f.state != "heading"]
    assert names == [(f.name, f.value) for f in plain.fields if f.state != "heading"]
    assert [c.text for c in record.criteria] == [c.text for c in plain.criteria]


def interventional() -> str:
    lines = UMIN.split("\n")
    design = [
        "Interventional",
        "Parallel",
        "Randomized",
        "Individual",
        "Open -no one is blinded",
        "Active",
        "YES",
        "NO",
        "Institution is not considered as adjustment factor.",
        "YES",
        "Central registration",
        "2",
        "Treatment",
        "Medicine |",
        "Varsolimab 200 mg every 4 weeks",
        "Usual tablets",
    ]
    criteria = [
        "1) Lupus nephritis of class III or IV",
        "2) Consent",
        "1) Pregnancy",
        "2) Dialysis",
    ]
    return "\n".join([*lines[:22], *design, *lines[23:26], *criteria, *lines[37:]])


def test_umin_interventional() -> None:
    record = read(interventional())
    assert record.value("basic_design") == "Parallel"
    assert record.value("masking") == "Open -no one is blinded"
    assert record.value("arm_count") == 2
    assert record.values("intervention") == ("Varsolimab 200 mg every 4 weeks", "Usual tablets")
    assert [(c.kind, c.text) for c in record.criteria] == [
        ("inclusion", "Lupus nephritis of class III or IV"),
        ("inclusion", "Consent"),
        ("exclusion", "Pregnancy"),
        ("exclusion", "Dialysis"),
    ]
    assert record.cohorts == ()
    assert record.value("status") == "Completed"


def test_umin_criteria_without_a_border_are_not_guessed() -> None:
    text = (
        interventional()
        .replace("1) Pregnancy", "3) Pregnancy")
        .replace("2) Dialysis", "4) Dialysis")
    )
    record = read(text)
    assert all("incomplete" in c.flags for c in record.criteria)
    assert any("exclusion criteria begin" in note for note in record.notes)


def test_umin_with_few_dates_and_no_results() -> None:
    lines = UMIN.split("\n")
    text = "\n".join(
        [*lines[:68], "Unpublished", "Open public recruiting", *lines[79:83], *lines[87:]]
    )
    record = read(text)
    assert record.value("publication_status") == "Unpublished"
    found = {f.name for f in record.fields if f.name.startswith("date_")}
    assert found == {
        "date_disclosure",
        "date_protocol_fixed",
        "date_ethics_approval",
        "date_start",
        "date_last_follow_up",
        "date_registered",
        "date_last_update",
    }


@pytest.mark.parametrize("gone", [range(39, 42), range(39, 48), range(44, 48), range(48, 57)])
def test_umin_contacts_with_rows_missing_leak_no_name_or_address(gone: range) -> None:
    lines = [line for n, line in enumerate(UMIN.split("\n"), start=1) if n not in gone]
    said = json.dumps(json_of(record_page(read("\n".join(lines)))))
    assert "Botan" not in said
    assert "Sample-cho" not in said


def test_umin_contacts_without_name_rows_are_left_out() -> None:
    lines = [
        line.replace("1st name | ", "").replace("Last name | ", "")
        for line in UMIN.split("\n")
        if not line.startswith("Middle name")
    ]
    record = read("\n".join(lines))
    said = json.dumps(json_of(record_page(record)))
    assert "Aiko" not in said
    assert "Botan" not in said
    assert record.value("enrolment") == 90
    assert record.value("status") == "Completed"


def test_officials_and_locations_have_types() -> None:
    record = read(fixture_text("clinconnect"))
    assert record.value("official") == Official(
        "Oda Fictive, Doctor", "principal investigator", "University Hospital of Valdemar"
    )
    assert record.value("location") == Location(None, "Valdemar", "Norrland", "Sweden")
