"""Days that are not exactly known, from the rows of a dataset to the words that a person reads."""

from __future__ import annotations

import json
from datetime import date

import pytest

from remit.criteria.columns.numbers import HIGHEST, LOWEST, MICRO
from remit.instruments.bound_instrument import bound_packaged
from remit.instruments.dataset_scores import score_dataset
from remit.protocol import read_protocol_text
from remit.screening import screen_dataset
from remit.screening.explanation import explain_person
from remit.screening.study_screenings import Standing
from remit.screening.worklist import worklist_rows, worklist_table
from remit.testing import Row, small_facts, study_text
from remit.truth import Reason
from remit.views.json import json_of
from remit.views.json.explanation_page import explanation_page
from remit.views.person_answer import answer_lines
from remit.views.words import evidence_cells, standing_text

CUT = date(2024, 6, 30)
SCREENED: Row = {"anchor": "screening", "date": "2024-03-31"}
PLATELETS: Row = {"concept": "platelets", "date": "2024-03-31", "number": "40", "unit": "10*9/L"}
PLAN = read_protocol_text(study_text({"C": "platelets < 50 10*9/L"}), source="test")
RITUXIMAB = "any rituximab in [screening - 6 months, screening]"


def verdict(expression: str, *rows: Row) -> tuple[str, list[str], list[str]]:
    """The answer, its reasons, and the days of the records that are shown."""
    plan = read_protocol_text(study_text({"C": expression}), source="test")
    screening = screen_dataset(plan, small_facts([SCREENED, *rows], data_cut=CUT))
    finding = explain_person(screening, 1).findings[0]
    days = [evidence_cells(item)[2] for leaf in finding.leaves for item in leaf.evidence]
    return finding.status.word, sorted(reason.word for reason in finding.reasons), days


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ({"start": "2023", "end": "2023"},
         ("unknown", ["imprecise_date"], ["2023 (day not known) to 2023 (day not known)"])),
        ({"start": "2022", "end": "2022"}, ("not_met", [], [])),
        ({"start": "2024-01", "end": "2024-02"},
         ("met", [], ["2024-01 (day not known) to 2024-02 (day not known)"])),
        ({"start": "2023-09-20/2023-10-02", "end": "2023-10-02"},
         ("met", [], ["2023-09-20 to 2023-10-02 (day not known) to 2023-10-02"])),
    ],
)  # fmt: skip
def test_a_drug_of_a_year_or_a_month(row: Row, wanted: tuple[str, list[str], list[str]]) -> None:
    assert verdict(RITUXIMAB, {"drug": "rituximab", **row}) == wanted


def test_a_reason_is_told_in_words_and_in_json() -> None:
    plan = read_protocol_text(study_text({"C": RITUXIMAB}), source="test")
    drug: Row = {"drug": "rituximab", "start": "2023", "end": "2023"}
    screening = screen_dataset(plan, small_facts([SCREENED, drug], data_cut=CUT))
    found = explain_person(screening, 1)
    assert "the day of a record is not known, and the answer depends on it" in str(
        answer_lines(found)
    )
    (part,) = json.loads(json.dumps(json_of(explanation_page(found))))["findings"][0]["leaves"][0][
        "evidence"
    ]
    assert (part["day"], part["day_between"]) == ("2023-01-01", "2023-01-01/2023-12-31")
    assert (part["end"], part["end_between"]) == ("2023-12-31", "2023-01-01/2023-12-31")


# ---- deaths --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("died", "standing", "said"),
    [
        ("2023", Standing.NOT_ELIGIBLE, "not eligible: died: 2023 (day not known)"),
        ("2024-03", Standing.UNDETERMINED,
         "undetermined (may have died before: 2024-03 (day not known))"),
        ("2024-03-01/2024-03-30", Standing.NOT_ELIGIBLE,
         "not eligible: died: 2024-03-01 to 2024-03-30 (day not known)"),
        ("2024-03-31/2024-05-30", Standing.ELIGIBLE, "eligible"),
        ("2024-04", Standing.ELIGIBLE, "eligible"),
    ],
)  # fmt: skip
def test_a_death_on_an_unknown_day(died: str, standing: Standing, said: str) -> None:
    facts = small_facts([SCREENED, PLATELETS, {"died": died}], data_cut=CUT)
    screening = screen_dataset(PLAN, facts)
    (cohort,) = screening.cohorts
    assert cohort.count(standing) == 1
    assert standing_text(explain_person(screening, 1)) == said
    (row,) = worklist_rows(screening)
    assert row.standing is standing
    note = worklist_table(screening)["note"].to_pylist()[0]
    assert (note is None) == (standing is Standing.ELIGIBLE)


def test_who_may_have_died_is_open_and_says_so() -> None:
    facts = small_facts([SCREENED, PLATELETS, {"died": "2024-03"}], data_cut=CUT)
    screening = screen_dataset(PLAN, facts)
    assert screening.cohorts[0].steps[0].certain == 0
    assert screening.cohorts[0].steps[0].remaining == 1
    said = answer_lines(explain_person(screening, 1))
    assert said == ("Open: may have died before: 2024-03 (day not known)",)
    assert worklist_table(screening)["note"].to_pylist() == [
        "may have died before: 2024-03 (day not known)"
    ]
    assert screening.taken(screening.person_ids * 0).cohorts[0].count(Standing.UNDETERMINED) == 1


# ---- births and scores ---------------------------------------------------------------------------


def rate(birth: str) -> tuple[int, int, int]:
    creatinine: Row = {
        "concept": "creatinine", "date": "2024-03-31", "number": "1.1", "unit": "mg/dL",
    }  # fmt: skip
    facts = small_facts([{"birth": birth, "sex": "female"}, creatinine], data_cut=CUT)
    _, scores = score_dataset(bound_packaged("egfr", facts.codes), facts, at=date(2024, 3, 31))
    found = scores.numbers["egfr_ckd_epi_2021"]
    return int(found.low[0]), int(found.high[0]), int(found.why[0])


def test_stated_days_of_birth_narrow_a_filtration_rate() -> None:
    """63 completed years on 2024-03-31: born after 2023-03-31 less 63 years, up to 64 years ago."""
    low, high, why = rate("1960")
    near_low, near_high, near_why = rate("1960-04-01/1961-03-31")
    exact_low, exact_high, exact_why = rate("1960-09-30")
    assert LOWEST < low < high < HIGHEST
    assert why == near_why == Reason.IMPRECISE_BIRTH_DATE
    assert near_low < exact_low == exact_high < near_high
    assert exact_why == 0
    # 0.9938 for each year of age (Inker 2021): one year more is that much less.
    assert near_low / near_high == pytest.approx(0.9938, abs=1e-4)
    assert high - low == pytest.approx(near_high - near_low, rel=0.01)
    month_low, month_high, _ = rate("1960-09-01/1960-09-30")
    assert near_low < month_low < exact_low
    assert exact_high <= month_high < near_high
    assert month_high - month_low < (near_high - near_low) / 10
    assert near_high < 100 * MICRO


def test_a_stated_birth_decides_a_criterion_of_age() -> None:
    birth: Row = {"birth": "2005-04-01/2006-03-31", "sex": "female"}
    assert verdict("age at screening >= 18 years", birth)[0] == "met"
    assert verdict("age at screening >= 18 years", {**birth, "birth": "2006"})[:2] == (
        "unknown", ["imprecise_birth_date"],
    )  # fmt: skip


def test_a_score_does_not_take_a_record_that_may_not_count() -> None:
    at = date(2024, 3, 31)
    lab: Row = {"concept": "creatinine", "number": "1.1", "unit": "mg/dL"}
    who: Row = {"birth": "1960-01-01", "sex": "female"}
    for day, why in (
        ("2024-03-31", 0),
        ("2024-03-30/2024-03-31", 0),  # on both the record of the day
        ("2024-03-31/2024-04-01", Reason.IMPRECISE_DATE),
    ):
        facts = small_facts([who, {**lab, "date": day}], data_cut=CUT)
        _, scores = score_dataset(bound_packaged("egfr", facts.codes), facts, at=at)
        assert int(scores.numbers["egfr_ckd_epi_2021"].why[0]) == why
