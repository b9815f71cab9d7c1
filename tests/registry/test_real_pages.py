"""The five real pages, read by eye; the page line stands beside each expected value."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from remit.registry import (
    AgeLimit,
    Official,
    Record,
    SimilarTrial,
    TrialDate,
    link_records,
    read_page,
)
from remit.views.json import json_of
from remit.views.json.registry_page import record_page

from .accounting import (
    assert_lines_accounted,
    assert_no_personal_data,
    assert_text_is_of_the_page,
    assert_tokens_accounted,
)

pytestmark = pytest.mark.shared

PAGES = {
    "000_medpath.txt": "medpath",
    "001_trial_table.txt": "trial_table",
    "002_umin.txt": "umin",
    "003_clinconnect.txt": "clinconnect",
    "004_trial_page.txt": "trial_page",
}


def read(shared: Path, start: str) -> Record:
    return read_page(next((shared / "pages").glob(f"{start}*")))


def iso(record: Record, name: str) -> str:
    value = record.value(name)
    assert isinstance(value, TrialDate)
    return value.iso


@pytest.mark.parametrize(("name", "expected"), PAGES.items())
def test_each_page_is_recognised_and_every_line_accounted(
    shared: Path, name: str, expected: str
) -> None:
    path = shared / "pages" / name
    text = path.read_text(encoding="utf-8")
    record = read_page(path)
    assert record.format == expected
    assert_lines_accounted(record, text)
    assert_tokens_accounted(record, text)
    assert_text_is_of_the_page(record, text)
    assert_no_personal_data(record)


@pytest.mark.parametrize(
    ("start", "lines"),
    [
        ("000", [1, 79]),  # the site's name, the copyright
        ("001", [32]),  # "Click here to view all references"
        ("002", [93]),  # "Value"
        ("003", []),
        ("004", [44, 48, 49, 50, 51]),  # "Loading...", the site's menu
    ],
)
def test_only_boilerplate_is_unparsed(shared: Path, start: str, lines: list[int]) -> None:
    record = read(shared, start)
    assert [item.line for item in record.unparsed] == lines
    assert {item.reason for item in record.unparsed} <= {"boilerplate"}
    assert record.notes == ()


def test_medpath(shared: Path) -> None:
    record = read(shared, "000")
    assert [i.number for i in record.own_ids] == ["NCT06167174"]  # line 9
    assert record.value("sponsor") == "Chinese SLE Treatment And Research Group"  # line 11
    assert record.value("enrolment") == 100  # line 27
    assert [str(f.value) for f in record.named("status")] == ["Recruiting", "RECRUITING"]  # 5, 23
    description = record.field("description")
    assert description is not None
    assert (description.state, description.value) == ("not_given", None)  # lines 16-18
    assert [c.kind for c in record.criteria].count("inclusion") == 7  # lines 29-35
    assert [c.kind for c in record.criteria].count("exclusion") == 9  # lines 37-45
    assert all(not c.flags for c in record.criteria)
    third = record.criteria[2]
    assert third.span.first == 31
    assert r"III \ IV \ V+III \ V+IV" in third.text
    first, second, third_outcome = record.outcomes
    assert (first.type, first.measure, first.time_frame) == (
        "primary",
        "Treatment response of patients",
        "24 weeks",
    )  # line 55
    assert first.description is not None
    assert first.description.startswith("The proportion of")  # line 57
    assert (second.measure, second.time_frame) == ("Disease progression", "24 weeks")  # line 61
    assert (third_outcome.measure, third_outcome.span.first) == (
        "Adverse events during the study",
        65,
    )


def test_trial_table(shared: Path) -> None:
    record = read(shared, "001")
    assert record.own_ids == ()
    similar = [v for v in record.values("similar_trials") if isinstance(v, SimilarTrial)]
    assert len(similar) == 20  # lines 51-150
    assert (similar[0].number, similar[0].phase) == ("NCT03843125", "Phase 3")  # lines 52, 55
    assert similar[5].phase is None  # line 80 is "||"
    assert len(record.named("reference")) == 12  # lines 20-31
    completion = record.value("date_completion")
    assert isinstance(completion, TrialDate)
    assert (completion.iso, completion.precision, completion.kind) == (
        "2025-12-31",
        "day",
        "estimated",
    )  # line 7
    assert iso(record, "date_primary_completion") == "2025-06"  # line 8
    assert record.value("age_minimum") == AgeLimit(
        Decimal(18), "years", inclusive=True, text="18 Years"
    )  # line 11
    lossy = [c.text for c in record.criteria if "lossy_operator" in c.flags]
    assert len(lossy) == 2  # line 12
    assert "> 18 years old, = 65 years old" in lossy[0]
    assert lossy[1] == "SLEDAI-2K score = 6"
    assert [c.kind for c in record.criteria].count("inclusion") == 7
    assert [c.kind for c in record.criteria].count("exclusion") == 8
    assert [o.type for o in record.outcomes] == ["primary"] + ["secondary"] * 9
    assert [o.span.first for o in record.outcomes if "lossy_operator" in o.flags] == [35, 38]
    assert record.outcomes[0].time_frame == "24 Weeks"  # line 37
    assert record.outcomes[3].time_frame == "Baseline, Week 4, 8, 16, 20 and 24"  # line 42


def test_umin(shared: Path) -> None:
    record = read(shared, "002")
    assert [i.number for i in record.own_ids] == ["UMIN000042298"]  # line 1
    assert record.value("receipt_number") == "R000048284"  # line 3
    assert str(record.value("title")).startswith("A clinical research")  # line 7
    lower = record.value("age_minimum")
    assert isinstance(lower, AgeLimit)
    assert (lower.value, lower.unit, lower.inclusive) == (Decimal(15), "years", True)  # line 24
    upper = record.value("age_maximum")
    assert isinstance(upper, AgeLimit)
    assert (upper.value, upper.text) == (None, "Not applicable")  # line 25
    assert (record.value("enrolment"), record.value("enrolment_actual")) == (40, 44)  # 41, 74
    assert record.value("status") == "Completed"  # line 82
    assert [c.number for c in record.cohorts] == ["1", "2", "3", "4"]  # lines 27, 30, 32, 34
    inclusions = [
        (c.cohort, c.number, c.span.first) for c in record.criteria if c.kind == "inclusion"
    ]
    assert inclusions == [
        ("1", "1-1", 28),
        ("1", "1-2", 29),
        ("2", "1", 31),
        ("3", "1", 33),
        ("4", "1", 35),
    ]
    exclusions = [(c.cohort, c.span.first) for c in record.criteria if c.kind == "exclusion"]
    assert exclusions == [(None, 36), ("1", 37), ("2", 38), ("3", 39), ("4", 40)]
    assert record.value("sponsor") == "Kyoto University"  # line 60
    assert record.value("funder") == "GSK"  # line 61
    assert record.value("funder_nation") == "United States of America"  # line 63
    assert record.value("collaborator") == "Kobe City Medical Center General Hospital"  # line 64
    assert record.value("publication") == "https://pubmed.ncbi.nlm.nih.gov/39975549/"  # line 73
    assert {name: iso(record, name) for name in DATES_002} == DATES_002
    assert record.value("results_outcome_measures") == "SLEDAI, 6 months after treatment"  # line 81


DATES_002 = {
    "date_disclosure": "2020-10-31",  # line 5
    "date_results_posted": "2024-05-14",  # line 76
    "date_first_publication": "2025-02-05",  # line 77
    "date_protocol_fixed": "2020-10-26",  # line 83
    "date_ethics_approval": "2020-09-14",  # line 84
    "date_start": "2020-10-30",  # line 85
    "date_last_follow_up": "2022-07-31",  # line 86
    "date_data_entry_closed": "2023-01-31",  # line 87
    "date_data_complete": "2023-07-31",  # line 88
    "date_analysis_done": "2024-01-31",  # line 89
    "date_registered": "2020-10-30",  # line 91
    "date_last_update": "2025-02-25",  # line 92
}


def test_umin_keeps_the_investigator_and_drops_contacts_and_addresses(shared: Path) -> None:
    record = read(shared, "002")
    officials = [v for v in record.values("official") if isinstance(v, Official)]
    assert [(o.name, o.role) for o in officials] == [
        ("Hajime Yoshifuji", "principal investigator")  # lines 42-44
    ]
    kinds: dict[str, list[int]] = {}
    for item in record.dropped:
        kinds.setdefault(item.kind, []).append(item.line)
    assert kinds == {
        "zip": [47, 56],
        "address": [48, 57, 66],
        "telephone": [49, 58, 67],
        "email": [50, 59, 68],
        "contact_name": [51, 52, 53],
    }
    body = json.dumps(json_of(record_page(record)))
    assert "Kawahara" not in body
    assert "6068507" not in body
    assert body.count("Yoshifuji") == 2  # the value and its source text, of the investigator


def test_clinconnect(shared: Path) -> None:
    record = read(shared, "003")
    assert record.own_ids == ()
    assert iso(record, "date_first_posted") == "2022-11-20"  # line 2
    assert iso(record, "date_current_as_of") == "2025-11-14"  # line 4
    age = record.criteria[2]
    assert age.span.first == 16
    assert "age > 18 years old, ≤ 65 years old" in age.text
    assert r"\>" in age.source_text
    assert all(not c.flags for c in record.criteria)
    assert len(record.named("official")) == 9  # lines 41-67
    assert record.outcomes == ()
    assert [(d.line, d.kind) for d in record.dropped] == [(35, "contact_name")]
    assert "Jennifer" not in json.dumps(json_of(record_page(record)))
    states = {f.name: f.state for f in record.fields if f.name.startswith("date_") and not f.value}
    assert states == {
        "date_first_submitted": "no_value",  # line 69
        "date_start": "no_value",  # line 70
        "date_last_update": "no_value",  # line 71
        "date_completion": "not_given",  # lines 72-73
    }


def test_trial_page_keeps_what_was_lost_visible(shared: Path) -> None:
    record = read(shared, "004")
    incomplete = [c.span.first for c in record.criteria if "incomplete" in c.flags]
    # Refractory (15), blood (20), liver (21), coagulation (23), infectious diseases (33).
    assert incomplete == [15, 20, 21, 23, 33]
    organs = next(c for c in record.criteria if c.span.first == 19)
    children = [c.span.first for c in record.criteria if c.parent == organs.key]
    assert children == [20, 21, 22, 23, 24]
    assert record.value("enrolment") == 50  # line 43
    empty = {f.name for f in record.fields if f.state == "no_value"}
    assert {"status", "phase", "condition", "intervention", "sex", "age_minimum"} <= empty
    # Line 46: a contact, no official.
    assert "Xia Gao" not in json.dumps(json_of(record_page(record)))


def test_001_and_003_are_one_trial_and_the_others_stay_apart(shared: Path) -> None:
    records = [read(shared, start) for start in ("000", "001", "002", "003", "004")]
    trials = link_records(records)
    assert [[Path(r.source).name[:3] for r in t.records] for t in trials] == [
        ["000"],
        ["001", "003"],
        ["002"],
        ["004"],
    ]
    reversed_order = link_records(reversed(records))
    assert sorted(len(t.records) for t in reversed_order) == [1, 1, 1, 2]


def test_every_pair_has_a_decision_with_evidence(shared: Path) -> None:
    trials = link_records(read(shared, start) for start in ("000", "001", "002", "003", "004"))
    pairs = {(d.left, d.right) for trial in trials for d in trial.decisions}
    assert len(pairs) == 10
    linked = next(d for trial in trials for d in trial.decisions if d.linked)
    found = {e.field: e.similarity for e in linked.evidence}
    assert (found["title"], found["sponsor"], found["criteria"]) == (1.0, 1.0, 1.0)
    assert linked.vetoes == ()


def test_003_repairs_the_two_signs_of_001_and_nothing_else(shared: Path) -> None:
    trial = link_records([read(shared, "001"), read(shared, "003")])[0]
    repaired = [
        (c.text[:34], Path(c.repair.evidence_source).name[:3], c.repair.evidence_span.first)
        for c in trial.criteria
        if c.repair
    ]
    assert repaired == [
        ("Age: age > 18 years old, ≤ 65 year", "003", 16),
        ("SLEDAI-2K score ≥ 6", "003", 17),
    ]
    assert all(c.repair is None or c.repair.lossy_span.first == 12 for c in trial.criteria)
    assert all("lossy_operator" not in c.flags for c in trial.criteria)
    assert [m.outcome.span.first for m in trial.outcomes if m.outcome.flags] == [35, 38]
    names = [d.name for d in trial.disagreements]
    # Two lost signs; and 18 inclusive in the field (001 line 11) against "> 18" (003 line 16).
    assert names == ["criterion I2", "criterion I3", "age_minimum"]


def test_no_page_is_linked_to_a_trial_that_001_only_lists(shared: Path) -> None:
    page = read(shared, "001")
    for similar in page.values("similar_trials"):
        assert isinstance(similar, SimilarTrial)
        body = {
            "protocolSection": {
                "identificationModule": {
                    "nctId": similar.number,
                    "briefTitle": page.value("title_official"),
                },
                "sponsorCollaboratorsModule": {"leadSponsor": {"name": page.value("sponsor")}},
            }
        }
        other = _study(body)
        trials = link_records([page, other])
        assert len(trials) == 2
        assert any(v.rule == "listed_as_another_trial" for v in trials[0].decisions[0].vetoes)


def _study(body: object) -> Record:
    from remit.registry import read_text

    return read_text(json.dumps(body), "a listed trial")
