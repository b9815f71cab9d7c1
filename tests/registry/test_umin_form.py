"""UMIN pages with the labels of the form: a label is a border, and what is lost shifts nothing.

The pages are made in `umin_pages`; the expected value of each box stands there beside its label.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from remit.registry import AgeLimit, Official, Record, RegistryId, TrialDate, read_page, read_text
from remit.views.json import json_of
from remit.views.json.registry_page import record_page

from .accounting import assert_lines_accounted, assert_no_personal_data, assert_tokens_accounted
from .umin_pages import FORM, ISO, Entry, Layout, page, stripped, without_answer, without_label

LAYOUTS: tuple[Layout, ...] = ("blank", "compact", "bar", "tab", "bilingual")
# The form is not accepted without these, so a page that lost its labels still has them.
REQUIRED = {
    "title",
    "outcome primary",
    "sex",
    "inclusion",
    "exclusion",
    "official",
    "official_affiliation",
    "contact_affiliation",
    "ethics_committee",
    "",
}
# What only says that the page does not tell the place.
NEUTRAL = {"results_detail"}

Said = dict[str, list[str]]


def read(text: str) -> Record:
    record = read_text(text, "a page")
    assert_lines_accounted(record, text)
    assert_tokens_accounted(record, text)
    assert_no_personal_data(record)
    return record


def read_often(text: str) -> Record:
    """As `read`, for loops: what is slow to hold is held by the tests that read once."""
    record = read_text(text, "a page")
    assert_tokens_accounted(record, text)
    return record


def said(record: Record) -> Said:
    """Every stated value by the name of its field, outcomes and criteria included."""
    found: Said = {}
    for field in record.fields:
        value = field.value
        if value is None or field.state == "heading":
            continue
        text = (
            value.iso
            if isinstance(value, TrialDate)
            else str(value.value)
            if isinstance(value, AgeLimit)
            else value.name
            if isinstance(value, Official)
            else value.number
            if isinstance(value, RegistryId)
            else str(value)
        )
        found.setdefault(field.name, []).append(text)
    for outcome in record.outcomes:
        found.setdefault(f"outcome {outcome.type}", []).append(outcome.measure)
    for criterion in record.criteria:
        found.setdefault(criterion.kind, []).append(criterion.text)
    return found


def expected() -> Said:
    """What the form says, box by box; the header repeats three of its boxes."""
    found: Said = {
        "registry_id": ["UMIN000099881"],
        "receipt_number": ["R000099881"],
        "title_official": ["Invented monitoring of complement in lupus"],
        "date_disclosure": ["2021-02-03"],
        "date_last_update": ["2024-05-06"],
    }
    for entry in FORM:
        if entry.field and entry.answer:
            found.setdefault(entry.field, []).extend(values_of(entry))
    return found


def values_of(entry: Entry) -> list[str]:
    if entry.field in ISO:
        return [ISO[entry.field]]
    if entry.field == "official":
        return ["Aiko Placeholder"]
    if entry.field.startswith("age_"):
        return [entry.answer[0].split()[0]]
    if entry.field in ("inclusion", "exclusion"):
        return [line.partition(") ")[2] for line in entry.answer]
    return list(entry.answer)


WHOLE = expected()


def assert_nothing_shifted(record: Record) -> None:
    """No field holds what another box says."""
    for name, values in said(record).items():
        if name not in NEUTRAL:
            assert set(values) <= set(WHOLE.get(name, [])), name


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_value_stands_under_its_label(layout: Layout) -> None:
    record = read(page(layout=layout))
    assert said(record) == WHOLE
    assert record.notes == ()
    assert all(not criterion.flags for criterion in record.criteria)
    limit = record.value("age_maximum")
    assert isinstance(limit, AgeLimit)
    assert not limit.inclusive


@pytest.mark.parametrize("layout", ["blank", "compact", "bilingual"])
def test_a_lost_label_shifts_nothing_and_a_lost_value_is_noted(layout: Layout) -> None:
    for at, entry in enumerate(FORM):
        record = read_often(page(without_label(at), layout))
        assert_nothing_shifted(record)
        if said(record) != WHOLE:
            assert record.notes, entry.label


def test_a_lost_label_leaks_no_name() -> None:
    for at, entry in enumerate(FORM):
        if entry.section or not entry.field:
            text = str(json_of(record_page(read_often(page(without_label(at))))))
            assert "Botan" not in text, entry.label
            assert "Sample-cho" not in text, entry.label


@pytest.mark.parametrize("layout", ["blank", "bar", "tab"])
def test_a_lost_answer_leaves_the_others_where_they_are(layout: Layout) -> None:
    for at, entry in enumerate(FORM):
        found = said(read_often(page(without_answer(at), layout)))
        assert {k for k in WHOLE if found.get(k) != WHOLE[k]} <= {entry.field}, entry.label
        assert set(found) <= set(WHOLE)


@pytest.mark.parametrize(
    ("label", "answer"),
    [
        ("Key secondary outcomes", ("Adverse events", "Outcome measures")),
        ("Key secondary outcomes", ("Control",)),
        ("Interventions/Control_2", ("Control",)),
        ("Interventions/Control_1", ("Intervention",)),
        ("Narrative objectives1", ("Results",)),
        ("Results", ("Other",)),
        ("Category of Funding Organization", ("Other",)),
        ("Co-sponsor", ("Organization",)),
        ("Baseline Characteristics", ("Condition",)),
        ("Other related information", ("Registered date",)),
    ],
)
def test_a_value_that_reads_like_a_label_is_a_value(label: str, answer: tuple[str, ...]) -> None:
    at = next(k for k, entry in enumerate(FORM) if entry.label == label and entry.answer)
    record = read(page((*FORM[:at], replace(FORM[at], answer=answer), *FORM[at + 1 :])))
    found = said(record)
    others = [value for value in WHOLE[FORM[at].field] if value not in FORM[at].answer]
    assert sorted(found[FORM[at].field]) == sorted([*others, *answer])
    assert {k for k in WHOLE if found.get(k) != WHOLE[k]} <= {FORM[at].field}


def test_criteria_whose_second_label_is_lost_are_divided_by_their_numbers_and_noted() -> None:
    at = next(k for k, entry in enumerate(FORM) if entry.label == "Key exclusion criteria")
    record = read(page(without_label(at)))
    assert said(record)["exclusion"] == ["Dialysis", "Sepsis"]
    assert any("exclusion criteria is missing" in note for note in record.notes)
    numbered = replace(FORM[at], answer=("3) Dialysis", "4) Sepsis"), label="", japanese="")
    record = read(page((*FORM[:at], numbered, *FORM[at + 1 :])))
    assert all("incomplete" in criterion.flags for criterion in record.criteria)


@pytest.mark.parametrize(
    ("inclusion", "exclusion"),
    [
        (("1) SLE", "2) Who are judged able to take part", "3) Consent"), ("1) Dialysis",)),
        (("1) SLE", "2) Who meet no exclusion criterion"), ("1) Dialysis", "2) Sepsis")),
        (("(1) SLE", "(2) Exclude lupus caused by medicines"), ("(1) Dialysis", "(2) Sepsis")),
        (("１）SLE", "２）Consent"), ("１）Dialysis", "２）Sepsis")),
        (("①SLE", "②Consent"), ("①Dialysis",)),
        (("1. SLE", "a. by SLICC", "b. by ACR", "2. Consent"), ("1. Dialysis", "2. Sepsis")),
    ],
)
def test_without_labels_the_numbering_that_begins_anew_is_the_border(
    inclusion: tuple[str, ...], exclusion: tuple[str, ...]
) -> None:
    answers = {"inclusion": inclusion, "exclusion": exclusion}
    entries = [replace(e, answer=answers.get(e.field, e.answer)) for e in FORM]
    record = read(stripped(entries))
    sides = {kind: [c.source_text for c in record.criteria if c.kind == kind] for kind in answers}
    assert sides == {kind: list(lines) for kind, lines in answers.items()}
    # Whom to exclude is said on the side of those who are kept: nobody executes that.
    doubted = [c.source_text for c in record.criteria if "incomplete" in c.flags]
    assert doubted == [line for line in inclusion if "Exclude" in line]


@pytest.mark.parametrize(
    "lines",
    [
        ("SLE", "Exclude lupus caused by medicines", "Dialysis"),
        ("SLE", "Dialysis"),
        ("1) SLE", "2) Consent", "3) Dialysis", "4) Sepsis"),
        ("1) SLE", "1) Consent", "1) Dialysis"),
    ],
)
def test_without_labels_a_border_that_is_not_told_is_not_guessed(lines: tuple[str, ...]) -> None:
    answers = {"inclusion": lines, "exclusion": ()}
    record = read(stripped([replace(e, answer=answers.get(e.field, e.answer)) for e in FORM]))
    assert all("incomplete" in c.flags for c in record.criteria)
    assert any("exclusion criteria begin" in note for note in record.notes)


def test_a_page_cut_off_keeps_what_it_has() -> None:
    lines = page().split("\n")
    for end in range(10, len(lines), 7):
        assert_nothing_shifted(read_often("\n".join(lines[:end])))


def test_without_labels_every_value_that_the_order_tells_is_placed() -> None:
    record = read(stripped())
    found = said(record)
    lost = {name for name in WHOLE if found.get(name) != WHOLE[name]}
    # An issuer and an institution read alike; the affiliation is part of the official.
    assert lost == {"location", "secondary_id_issuer", "official_affiliation"}
    assert [item.text for item in record.unparsed] == ["An invented registry", "Mihon Lake Clinic"]
    assert any("not told by the page" in note for note in record.notes)


def test_without_labels_an_empty_box_shifts_nothing() -> None:
    for at, entry in enumerate(FORM):
        if entry.answer and entry.field not in REQUIRED:
            record = read_often(stripped(without_answer(at)))
            assert_nothing_shifted(record)


def test_without_labels_two_empty_boxes_shift_nothing() -> None:
    optional = [k for k, e in enumerate(FORM) if e.answer and e.field not in REQUIRED]
    for one, two in pairwise(optional):
        entries = list(without_answer(one))
        entries[two] = replace(entries[two], answer=())
        assert_nothing_shifted(read_often(stripped(entries)))


def test_numbered_outcomes_are_one_each() -> None:
    at = next(k for k, entry in enumerate(FORM) if entry.label == "Key secondary outcomes")
    answer = ("1) Flares of the skin", "2) Dose of steroids", "counted in the last month")
    record = read(page((*FORM[:at], replace(FORM[at], answer=answer), *FORM[at + 1 :])))
    assert said(record)["outcome secondary"] == [
        "Flares of the skin",
        "Dose of steroids counted in the last month",
    ]


def test_japanese_answers_are_read_where_the_page_has_no_others() -> None:
    answers = {
        "Study type": "介入/Interventional",
        "Gender": "男女両方/Male and Female",
        "Age-lower limit": "16 歳/years-old 以上/<=",
        "Recruitment status": "試験終了/Completed",
        "Date of IRB": "2021 年 01 月 12 日",
    }
    entries = [replace(e, answer=(answers[e.label],)) if e.label in answers else e for e in FORM]
    found = said(read(page(entries, "bilingual")))
    assert found["study_type"] == ["Interventional"]
    assert found["sex"] == ["Male and Female"]
    assert found["age_minimum"] == ["16"]
    assert found["status"] == ["Completed"]
    assert found["date_ethics_approval"] == ["2021-01-12"]


def test_the_japanese_wording_is_kept_beside_the_english_one() -> None:
    text = page(layout="bilingual").replace(
        "日本語\n\n英語\nComplement", "日本語\n補体\n英語\nComplement"
    )
    record = read(text)
    assert record.values("title") == ("Complement and flares",)
    assert record.value("title_in_japanese") == "補体"


LABELS_002 = {
    7: "Public title", 8: "Acronym", 9: "Scientific Title", 10: "Scientific Title:Acronym",
    11: "Region", 12: "Condition", 13: "Classification by specialty",
    14: "Classification by malignancy", 15: "Genomic information", 16: "Narrative objectives1",
    17: "Basic objectives2", 18: "Basic objectives -Others", 19: "Trial characteristics_1",
    20: "Trial characteristics_2", 21: "Developmental phase", 22: "Primary outcomes",
    23: "Study type", 24: "Age-lower limit", 25: "Age-upper limit", 26: "Gender",
    27: "Key inclusion criteria", 36: "Key exclusion criteria", 41: "Target sample size",
    42: "Name of lead principal investigator", 45: "Organization", 46: "Division name",
    47: "Zip code", 48: "Address", 49: "TEL", 50: "Email", 51: "Name of contact person",
    54: "Organization", 55: "Division name", 56: "Zip code", 57: "Address", 58: "TEL",
    59: "Email", 60: "Institute", 61: "Organization", 62: "Category of Funding Organization",
    63: "Nationality of Funding Organization", 64: "Co-sponsor", 65: "Organization",
    66: "Address", 67: "Tel", 68: "Email", 69: "Secondary IDs",
    70: "Date of disclosure of the study information", 71: "URL releasing protocol",
    72: "Publication of results", 73: "URL related to results and publications",
    74: "Number of participants that the trial has enrolled", 75: "Results",
    76: "Results date posted", 77: "Date of the first journal publication of results",
    78: "Baseline Characteristics", 79: "Participant flow", 80: "Adverse events",
    81: "Outcome measures", 82: "Recruitment status", 83: "Date of protocol fixation",
    84: "Date of IRB", 85: "Anticipated trial start date", 86: "Last follow-up date",
    87: "Date of closure to data entry", 88: "Date trial data considered complete",
    89: "Date analysis concluded", 90: "Other related information", 91: "Registered date",
    92: "Last modified on", 94: "URL(English)",
}  # fmt: skip


@pytest.mark.shared
def test_the_real_page_reads_the_same_with_its_labels_and_with_any_one_of_them_lost(
    shared: Path,
) -> None:
    path = next((shared / "pages").glob("002*"))
    lines = path.read_text(encoding="utf-8").split("\n")
    plain = said(read_page(path))

    def labelled(gone: int | None = None) -> Record:
        text = "\n".join(
            part
            for n, line in enumerate(lines, start=1)
            for part in (["", LABELS_002[n], "", line] if n in LABELS_002 and n != gone else [line])
        )
        return read_often(text)

    # The affiliation is a field of its own there, and "None" of two boxes that are empty.
    whole = said(labelled())
    assert {k for k in plain if whole.get(k) != plain[k]} == set()
    for n in LABELS_002:
        for name, values in said(labelled(n)).items():
            assert set(values) <= set(whole.get(name, [])), (n, name)
