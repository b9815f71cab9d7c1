"""What changed between two readings of a trial: a real record, edited in known ways."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from remit.errors import PageError
from remit.registry import Record, read_text
from remit.registry.trials.reading_changes import (
    AFTER_START,
    MAYBE_AFTER,
    SIZE,
    WHAT,
    WHO,
    ReadingChange,
    reading_changes,
)

Study = dict[str, Any]
CRITERIA = "\n".join(
    [
        "Inclusion Criteria:",
        "",
        "* Age 18 to 65 years",
        "* SLEDAI-2K of at least 6 at screening",
        "* Urine protein/creatinine ratio >= 1.0 g/g",
        "",
        "Exclusion Criteria:",
        "",
        "* Dialysis within 3 months",
        "* Pregnancy",
    ]
)


def study() -> Study:
    return {
        "protocolSection": {
            "identificationModule": {"nctId": "NCT99000041", "briefTitle": "Invented"},
            "statusModule": {
                "overallStatus": "RECRUITING",
                "startDateStruct": {"date": "2024-03-01", "type": "ACTUAL"},
                "completionDateStruct": {"date": "2026-06", "type": "ESTIMATED"},
                "lastUpdatePostDateStruct": {"date": "2025-01-10", "type": "ACTUAL"},
            },
            "designModule": {"enrollmentInfo": {"count": 60, "type": "ESTIMATED"}},
            "conditionsModule": {"conditions": ["Lupus Nephritis", "SLE"]},
            "eligibilityModule": {"eligibilityCriteria": CRITERIA, "minimumAge": "18 Years"},
            "outcomesModule": {
                "primaryOutcomes": [{"measure": "Complete renal response", "timeFrame": "Week 24"}],
                "secondaryOutcomes": [{"measure": "Time to flare", "timeFrame": "52 weeks"}],
            },
        }
    }


def record(body: Study) -> Record:
    return read_text(json.dumps(body, indent=1), "study.json")


def changed(edit: Callable[[Study], None]) -> tuple[ReadingChange, ...]:
    newer = study()
    edit(newer["protocolSection"])
    return reading_changes(record(study()), record(newer))


def told(changes: tuple[ReadingChange, ...]) -> list[tuple[str, str | None, str | None, str]]:
    return [(c.name, c.before, c.after, c.matters) for c in changes]


def test_nothing_changes_by_case_order_or_the_day_of_the_reading() -> None:
    def edit(body: Study) -> None:
        body["statusModule"]["lastUpdatePostDateStruct"]["date"] = "2025-09-09"
        body["statusModule"]["overallStatus"] = "Recruiting"
        body["conditionsModule"]["conditions"].reverse()

    assert changed(edit) == ()


def test_a_number_of_a_criterion() -> None:
    def edit(body: Study) -> None:
        text = CRITERIA.replace("at least 6", "at least 8")
        body["eligibilityModule"]["eligibilityCriteria"] = text

    before = "SLEDAI-2K of at least 6 at screening"
    after = "SLEDAI-2K of at least 8 at screening"
    assert told(changed(edit)) == [("inclusion", before, after, WHO)]


def test_a_sign_changes_and_a_lost_one_does_not() -> None:
    def edit(body: Study) -> None:
        text = CRITERIA.replace(">= 1.0", "> 1.0")
        body["eligibilityModule"]["eligibilityCriteria"] = text

    def lose(body: Study) -> None:
        body["eligibilityModule"]["eligibilityCriteria"] = CRITERIA.replace(">= 1.0", "= 1.0")

    (found,) = changed(edit)
    assert (found.before, found.after) == (
        "Urine protein/creatinine ratio >= 1.0 g/g",
        "Urine protein/creatinine ratio > 1.0 g/g",
    )
    assert changed(lose) == ()


@pytest.mark.parametrize(
    ("before", "after"), [("* Dialysis", "* No dialysis"), ("active or", "active and")]
)
def test_one_small_word_of_a_long_criterion(before: str, after: str) -> None:
    """Nearly all letters are the same, and the criterion says the opposite, or less."""
    long = CRITERIA.replace(
        "Dialysis within 3 months",
        "Dialysis within 3 months, active or latent tuberculosis, or another infection that needed"
        " treatment in hospital or by infusions within 3 months before the screening visit",
    )
    older, newer = study(), study()
    for body, text in ((older, long), (newer, long.replace(before, after))):
        body["protocolSection"]["eligibilityModule"]["eligibilityCriteria"] = text
    (found,) = reading_changes(record(older), record(newer))
    assert (found.part, found.name, found.matters) == ("criterion", "exclusion", WHO)


def test_a_criterion_that_went_one_that_came_and_one_that_changed_sides() -> None:
    def edit(body: Study) -> None:
        text = CRITERIA.replace("* Age 18 to 65 years\n", "* Pregnancy\n")
        text = text.removesuffix("* Pregnancy") + "* Live vaccine within 30 days"
        body["eligibilityModule"]["eligibilityCriteria"] = text

    assert sorted(told(changed(edit)), key=str) == sorted(
        [
            ("inclusion", "Age 18 to 65 years", None, WHO),
            ("exclusion -> inclusion", "Pregnancy", "Pregnancy", WHO),
            ("exclusion", None, "Live vaccine within 30 days", WHO),
        ],
        key=str,
    )


@pytest.mark.parametrize(
    ("start", "why"),
    [
        ("2024-03-01", AFTER_START.format(WHAT, "2024-03-01")),
        ("2025-06-01", WHAT),
        (None, MAYBE_AFTER.format(WHAT)),
        ("2025-01", MAYBE_AFTER.format(WHAT)),
    ],
)
def test_a_primary_outcome_and_whether_the_trial_had_begun(start: str | None, why: str) -> None:
    older, newer = study(), study()
    for body in (older, newer):
        status = body["protocolSection"]["statusModule"]
        if start is None:
            del status["startDateStruct"]
        else:
            status["startDateStruct"]["date"] = start
    outcomes = newer["protocolSection"]["outcomesModule"]
    outcomes["primaryOutcomes"][0]["timeFrame"] = "Week 52"
    assert told(reading_changes(record(older), record(newer))) == [
        ("primary", "Complete renal response; Week 24", "Complete renal response; Week 52", why)
    ]


def test_a_primary_outcome_that_became_secondary() -> None:
    def edit(body: Study) -> None:
        outcomes = body["outcomesModule"]
        first = outcomes["primaryOutcomes"].pop()
        outcomes["primaryOutcomes"], outcomes["secondaryOutcomes"] = (
            outcomes["secondaryOutcomes"],
            [first],
        )

    why = AFTER_START.format(WHAT, "2024-03-01")
    names = {(name, matters) for name, _, _, matters in told(changed(edit))}
    assert names == {("primary -> secondary", why), ("secondary -> primary", why)}


def test_size_dates_and_state() -> None:
    def edit(body: Study) -> None:
        body["designModule"]["enrollmentInfo"] = {"count": 44, "type": "ACTUAL"}
        body["statusModule"]["completionDateStruct"] = {"date": "2026-06", "type": "ACTUAL"}
        body["statusModule"]["overallStatus"] = "COMPLETED"
        body["conditionsModule"]["conditions"].append("Nephritis")
        body["eligibilityModule"]["minimumAge"] = "16 Years"

    assert sorted(told(changed(edit)), key=str) == sorted(
        [
            ("status", "RECRUITING", "COMPLETED", ""),
            ("date_completion", "2026-06 (estimated)", "2026-06 (actual)", ""),
            ("enrolment", "60", "44", SIZE),
            ("enrolment_kind", "ESTIMATED", "ACTUAL", ""),
            ("condition", None, "Nephritis", ""),
            ("age_minimum", "18 years, inclusive", "16 years, inclusive", WHO),
        ],
        key=str,
    )


def test_two_trials_are_refused() -> None:
    other = study()
    other["protocolSection"]["identificationModule"]["nctId"] = "NCT99000042"
    with pytest.raises(PageError, match="two trials"):
        reading_changes(record(study()), record(other))


def test_trials_of_two_registries_are_one_only_where_a_record_says_so() -> None:
    isrctn = {"isrctn": "99000052", "trialDescription": {"title": "Invented"}}
    other = read_text(json.dumps(isrctn), "b.json")
    with pytest.raises(PageError, match="neither of which names the other"):
        reading_changes(record(study()), other)
    linked = isrctn | {"externalRefs": {"clinicalTrialsGovNumber": "NCT99000041"}}
    reading_changes(record(study()), read_text(json.dumps(linked), "b.json"))


@pytest.mark.shared
def test_a_real_record_and_itself_differ_in_nothing(shared: Path) -> None:
    folder = shared / "data" / "registry" / "ctrdata-demo"
    for path in sorted(folder.glob("CTGOV2_*.json"))[-2:]:
        body = path.read_text(encoding="utf-8")
        assert reading_changes(read_text(body, "a"), read_text(body, "b")) == ()


@pytest.mark.shared
def test_pages_of_two_forms_are_compared_in_what_both_say(shared: Path) -> None:
    """The two pages of NCT05631717: one says `=` where the other says `>=` or `<=`."""
    older = (shared / "pages" / "001_trial_table.txt").read_text(encoding="utf-8")
    newer = (shared / "pages" / "003_clinconnect.txt").read_text(encoding="utf-8")
    found = reading_changes(read_text(older, "001"), read_text(newer, "003"))
    assert not [c for c in found if c.part == "criterion" and c.before and c.after]
    assert {c.part for c in found} <= {"criterion", "field"}
