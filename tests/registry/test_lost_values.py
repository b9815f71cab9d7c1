"""A label gives its own value or nothing, and what no label holds is left unparsed.

The pages are the invented ones with lines taken out, put in or moved.
"""

from __future__ import annotations

import json

import pytest

from remit.registry import AgeLimit, Arm, Location, Record, RegistryId, fixture_pages, read_text
from remit.registry.pages.lines import short_answer
from remit.registry.text.places import read_location, split_companies, split_names
from remit.registry.text.privacy import scrub_line
from remit.registry.text.written_values import (
    english_part,
    read_age,
    read_count,
    read_sex,
    read_umin_age,
    read_volunteers,
)

from .accounting import assert_lines_accounted, assert_tokens_accounted

PAGES = {page.stem: page.read_text(encoding="utf-8") for page in fixture_pages()}


def read(text: str) -> Record:
    record = read_text(text, "a page")
    assert_lines_accounted(record, text)
    assert_tokens_accounted(record, text)
    return record


def unparsed(record: Record) -> list[str]:
    return [item.text for item in record.unparsed if item.reason == "not_understood"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("240", 240), ("1,200", 1200), ("50 estimated patients", 50), ("24 participants", 24),
        ("100 (Anticipated)", 100), ("４０", 40), ("40名", 40), ("60 |", 60),
        ("1. Age", None), ("1.5", None), ("Group 1:50;Group 2:50;", None), ("18 Years", None),
        ("2 mg/day", None), ("-5", None), ("²", None), ("9" * 5000, None), ("", None),
    ],
)  # fmt: skip
def test_counts(text: str, count: int | None) -> None:
    assert read_count(text) == count


@pytest.mark.parametrize(
    "text",
    [
        "All", "Both", "Female", "Male and Female", "Females only", "Both males and females",
        "男女両方/Male and Female",
    ],
)  # fmt: skip
def test_sexes(text: str) -> None:
    assert read_sex(text) == english_part(text)


@pytest.mark.parametrize("text", ["240", "18 Years", "1. Age", "Recruiting", "Allergy", ""])
def test_what_is_no_sex(text: str) -> None:
    assert read_sex(text) is None


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("No", False), ("No Healthy Volunteers", False), ("no", False), ("False", False),
        ("Yes", True), ("Accepts Healthy Volunteers", True), ("Healthy Volunteers", True),
        ("240", None), ("", None), ("Not specified", None),
    ],
)  # fmt: skip
def test_volunteers(text: str, accepted: bool | None) -> None:
    assert read_volunteers(text) is accepted


def test_no_and_no_healthy_volunteers_agree() -> None:
    from remit.registry import link_records

    table = read_text(PAGES["trial_table"], "table")
    words = PAGES["clinconnect"].replace(
        "Gender\n", "Healthy volunteers\nNo Healthy Volunteers\nGender\n"
    )
    (trial,) = link_records([table, read_text(words, "words")])
    assert table.value("healthy_volunteers") is False
    assert "healthy_volunteers" not in [item.name for item in trial.disagreements]


def test_ages_beyond_a_life_and_without_end() -> None:
    assert read_age("240") is None
    assert read_age("1" * 5000) is None
    row = read_umin_age("20歳以上")
    assert row is not None
    assert (row[0], str(row[1].value), row[1].inclusive) == ("minimum", "20", True)
    row = read_umin_age("75 歳/years-old 未満/>")
    assert row is not None
    assert (row[0], row[1].inclusive) == ("maximum", False)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Korea, Republic of", ("Korea, Republic of",)),
        ("China, Korea, Republic of, Japan", ("China", "Korea, Republic of", "Japan")),
        ("Iran, Islamic Republic of,", ("Iran, Islamic Republic of", "")),
        ("Tanzania, United Republic of, Taiwan, Province of China",
         ("Tanzania, United Republic of", "Taiwan, Province of China")),
        ("Denver, CO, United States", ("Denver", "CO", "United States")),
        ("Boston, MA, US", ("Boston", "MA", "US")),
    ],
)  # fmt: skip
def test_a_country_with_a_comma_is_one_country(text: str, parts: tuple[str, ...]) -> None:
    assert split_names(text) == parts


def test_places_and_companies_with_commas() -> None:
    assert read_location("Seoul, Korea, Republic of") == Location(
        None, "Seoul", None, "Korea, Republic of"
    )
    assert split_companies("Example Pharma, Inc., Example Bio, Ltd., Example University") == (
        "Example Pharma, Inc.", "Example Bio, Ltd.", "Example University",
    )  # fmt: skip
    record = read(PAGES["trial_table"].replace("Sweden,", "Sweden, Korea, Republic of,"))
    assert record.values("country") == ("Sweden", "Korea, Republic of")


def test_medpath_labels_whose_value_is_lost_give_nothing() -> None:
    text = PAGES["medpath"].replace("Sex\nFemale\nTarget Recruitment\n240\n", "Sex\n240\n")
    record = read(text)
    assert record.value("sex") is None
    assert record.value("enrolment") is None
    assert unparsed(record) == ["240"]
    text = PAGES["medpath"].replace("Target Recruitment\n240\nInclusion Criteria\n",
                                    "Target Recruitment\n")  # fmt: skip
    record = read(text)
    assert record.value("enrolment") is None
    assert "1. Women aged 20 to 55 years." in unparsed(record)
    assert all(c.kind == "exclusion" for c in record.criteria)


def test_medpath_lines_after_an_answer_are_no_part_of_it() -> None:
    text = PAGES["medpath"].replace("RECRUITING\n", "RECRUITING\nFollow us\n")
    record = read(text)
    assert "RECRUITING" in record.values("status")
    assert unparsed(record) == ["Follow us"]


@pytest.mark.parametrize(
    ("label", "name"),
    [("Sex", "sex"), ("Volunteers", "healthy_volunteers"), ("Masking", "masking"),
     ("Enrollment", "enrolment")],
)  # fmt: skip
def test_trial_page_labels_whose_value_is_lost_give_nothing(label: str, name: str) -> None:
    lost = "1. Age 18-60 years old;"
    record = read(PAGES["trial_page"].replace(f"{label}\n", f"{label}\n{lost}\n", 1))
    field = next(f for f in record.named(name) if f.text == label)
    assert (field.value, field.state) == (None, "no_value")
    assert unparsed(record) == [lost]


@pytest.mark.parametrize(
    ("row", "name"),
    [("Enrollment | 1. Age |", "enrolment"), ("Gender | 128 |", "sex"),
     ("Est. completion date | Recruiting |", "date_completion"),
     ("Accepts healthy volunteers | 18 Years |", "healthy_volunteers")],
)  # fmt: skip
def test_table_rows_whose_value_is_another_s_give_nothing(row: str, name: str) -> None:
    label = row.partition("|")[0]
    lines = [row if line.startswith(label) else line for line in PAGES["trial_table"].split("\n")]
    record = read("\n".join(lines))
    assert record.value(name) is None
    assert unparsed(record) == [row]


def test_table_rows_of_an_unknown_label_are_left_unparsed() -> None:
    text = PAGES["trial_table"].replace(
        "Status | Recruiting |",
        "Sponsor's own label | something |\nAnother | runs on\nto here |\nStatus | Recruiting |", 1,
    )  # fmt: skip
    record = read(text)
    assert unparsed(record) == [
        "Sponsor's own label | something |",
        "Another | runs on",
        "to here |",
    ]
    assert len(record.values("summary")) == 1
    assert record.value("status") == "Recruiting"


def test_umin_header_rows_of_an_unknown_label_are_left_unparsed() -> None:
    text = PAGES["umin"].replace(
        "Receipt number", "An unknown label | something |\nReceipt number", 1
    )
    record = read(text)
    assert "An unknown label | something |" in unparsed(record)
    assert str(record.value("receipt_number")).startswith("R")


@pytest.mark.parametrize("said", ["YES", "Yes", "N/A", "None", "not applicable"])
def test_an_answer_is_no_secondary_id(said: str) -> None:
    table = PAGES["trial_table"].replace("Status |", f"Secondary IDs | {said} |\nStatus |", 1)
    page = PAGES["trial_page"].replace("About\n", f"Identifiers\nNCT99000021\n{said}\nAbout\n", 1)
    umin = (
        PAGES["umin"].replace("\nNO\n2023", f"\n{said}\n2023") if said == "YES" else PAGES["umin"]
    )
    study = json.loads(PAGES["ctgov_v2"])
    study["protocolSection"]["identificationModule"]["secondaryIdInfos"] = [{"id": said}]
    study["protocolSection"]["identificationModule"]["orgStudyIdInfo"] = {"id": said}
    for text in (table, page, umin, json.dumps(study)):
        record = read_text(text, "a page")
        assert record.values("secondary_id") == ()
        assert record.named("secondary_id")


def test_arm_tables_of_the_mirror_become_arms() -> None:
    text = PAGES["trial_table"].replace(
        "Country | Name | City | State |",
        "Arm/Group | Type | Description | Intervention/treatment |\n---|---|---|---|\n"
        "Tozalimab | Experimental | Monthly for a year | Tozalimab; Mycophenolate |\n"
        "Usual care | No Intervention | | |\nCountry | Name | City | State |", 1,
    )  # fmt: skip
    record = read(text)
    assert record.values("arm") == (
        Arm("Tozalimab", "Experimental", "Monthly for a year", ("Tozalimab", "Mycophenolate")),
        Arm("Usual care", "No Intervention", None, ()),
    )
    assert record.values("intervention") == ()


ARMS = """Interventions
Device: Urine panel UP-7
Drug: Tozalimab
Arm && Interventions
GroupInterventionDescription
Panel groupUrine panel UP-7A sample every month
Tozalimab groupDrug: TozalimabOne infusion a month
No treatment
"""


def test_arm_tables_of_medpath_become_arms() -> None:
    text = PAGES["medpath"].replace("Interventions\nDevice: Urine panel UP-7\n", ARMS)
    record = read(text)
    assert record.values("arm") == (
        Arm("Panel group", None, "A sample every month", ("Urine panel UP-7",)),
        Arm("Tozalimab group", None, "One infusion a month", ("Drug: Tozalimab",)),
        Arm("No treatment", None, None, ()),
    )


SECOND_LAYOUT = """Urine Protein Panels as Early Signs of Renal Flare in Lupus
Phase 2
- Conditions
- Lupus Nephritis
- Interventions
- Device: Urine panel UP-7
- Registration Number
- NCT99000002
- Lead Sponsor
- Kidney Foundation of Sampleton
- Brief Summary
A panel of seven proteins is measured every month.
- Detailed Description
Not available
Recruitment & Eligibility
- Status
- Recruiting
- Sex
- Female
- Target Recruitment
- 240
Inclusion Criteria
1. Women aged 20 to 55 years
2. Proteinuria < 0.5 g/day
Exclusion Criteria
1. Kidney transplant
Study & Design
- Study Type
- Interventional
- Study Design
- Not specified
- Primary Outcome Measures
Name Time Method Lead time of the panel 24 months Days between the raised panel and the flare
- Secondary Outcome Measures
Name Time Method Sensitivity of the panel 12 months Share of flares Number of visits 24 months
- Arm && Interventions
Group Intervention Description Panel group Device: Urine panel UP-7 A sample every month
Trial Locations
- Locations (1)
Sampleton General Hospital
🇳🇱Sampleton, Netherlands
"""


def test_the_second_layout_of_medpath() -> None:
    record = read(SECOND_LAYOUT)
    assert record.format == "medpath"
    assert record.own_ids == (RegistryId("ClinicalTrials.gov", "NCT99000002"),)
    expected = {
        "title": "Urine Protein Panels as Early Signs of Renal Flare in Lupus",
        "phase": "Phase 2",
        "condition": "Lupus Nephritis",
        "sponsor": "Kidney Foundation of Sampleton",
        "status": "Recruiting",
        "sex": "Female",
        "enrolment": 240,
        "summary": "A panel of seven proteins is measured every month.",
    }
    assert {name: record.value(name) for name in expected} == expected
    states = {f.name: f.state for f in record.fields if f.state == "not_given"}
    assert states == {"description": "not_given", "study_design": "not_given"}
    assert [(c.kind, c.text) for c in record.criteria] == [
        ("inclusion", "Women aged 20 to 55 years"),
        ("inclusion", "Proteinuria < 0.5 g/day"),
        ("exclusion", "Kidney transplant"),
    ]
    primary, secondary = record.outcomes
    assert (primary.measure, primary.time_frame, primary.description) == (
        "Lead time of the panel",
        "24 months",
        "Days between the raised panel and the flare",
    )
    # Two times on one line do not tell where the columns begin.
    assert secondary.time_frame is None
    assert len([note for note in record.notes if "run together" in note]) == 2
    assert record.value("arm") == Arm(
        "Panel group", None, "A sample every month", ("Device: Urine panel UP-7",)
    )
    assert record.values("location") == (
        Location("Sampleton General Hospital", "Sampleton", None, "Netherlands"),
    )


def test_the_second_layout_without_its_headings_gives_no_criterion() -> None:
    text = SECOND_LAYOUT.replace("Inclusion Criteria\n", "").replace("Exclusion Criteria\n", "")
    record = read(text)
    assert record.value("enrolment") == 240
    assert record.criteria == ()
    assert "1. Kidney transplant" in unparsed(record)


@pytest.mark.parametrize("name", ["medpath", "clinconnect", "trial_page", "trial_table"])
def test_lists_that_stand_twice_have_keys_of_their_own(name: str) -> None:
    record = read("\n".join([PAGES[name]] * 3))
    assert len({c.key for c in record.criteria}) == len(record.criteria)
    many = read_text("\n".join([PAGES[name]] * 100), "a page")
    assert many.criteria
    assert unparsed(many)


def test_short_answers() -> None:
    assert short_answer("Not yet recruiting") == "Not yet recruiting"
    assert [short_answer(text) for text in ("240", "2. SLE", "- item", "[1] ANA", "")] == [None] * 5


def test_a_label_alone_is_no_address() -> None:
    for text in ("Zip code", "Postal code", "〒", "P.O. Box"):
        assert scrub_line(text) == (text, ())
    for text in ("Zip code 000-0000", "〒000-0000", "P.O. Box 12, Example"):
        assert scrub_line(text)[1]


def test_an_age_group_without_its_value() -> None:
    record = read(PAGES["trial_page"].replace("Ages\n", "Ages\n18 to 60 years old\nAll day\n", 1))
    limit = record.value("age_minimum")
    assert isinstance(limit, AgeLimit)
    assert str(limit.value) == "18"
    assert unparsed(record) == ["All day"]
