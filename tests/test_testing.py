"""The stable door for tests: rows in, verdicts, records, scores and responses out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import remit
from remit.errors import ConceptError, DatasetError, InstrumentError, OutputError, UnitError
from remit.facts.opened import Facts
from remit.registry import fixture_pages
from remit.testing import (
    Row,
    judge_visit,
    read_page_text,
    score_visit,
    small_facts,
    study_text,
    verdicts,
)

CUT = date(2024, 6, 30)
SCREENED: Row = {"anchor": "screening", "date": "2024-03-31"}


def facts_of(*rows: Row, complete: tuple[str, ...] = ()) -> Facts:
    return small_facts([SCREENED, *rows], data_cut=CUT, complete=complete)


def verdict(expression: str, *rows: Row) -> str:
    (found,) = verdicts(study_text({"C": expression}), facts_of(*rows)).values()
    return found["C"]


PLATELETS: Row = {"concept": "platelets", "date": "2024-03-31", "number": "40", "unit": "10*9/L"}


@pytest.mark.parametrize(
    ("expression", "row", "answer"),
    [
        ("platelets < 50 10*9/L", PLATELETS, "met"),
        ("platelets < 40 10*9/L", PLATELETS, "not_met"),
        ("platelets < 50 10*9/L", {**PLATELETS, "unit": None}, "unknown(unit_missing)"),
        ("platelets < 50 10*9/L", {**PLATELETS, "number": "60", "sign": "<"}, "unknown(censored)"),
        ("platelets < lln", {**PLATELETS, "low": "150"}, "met"),
        ("platelets < 50 10*9/L", {**PLATELETS, "unit": None, "unit_text": "10*9/L"}, "met"),
        ("any flare", {"concept": "flare", "date": "2024-03-20"}, "met"),
        ("any flare", {"concept": "infection", "date": "2024-03-20"}, "not_met"),
        ("any flare", {"observed": None}, "unknown(not_covered)"),
        ("any flare", {"observed": ("2024-03-20", "2024-06-30")}, "unknown(not_covered)"),
        ("pregnancy_test_urine is negative",
         {"concept": "pregnancy_test_urine", "date": "2024-03-31", "value": "negative"}, "met"),
        ("dose of glucocorticoid at screening > 20 mg/d",
         {"drug": "prednisolone", "start": "2024-03-01", "end": "2024-04-30", "dose": "25 mg/d"},
         "met"),
        ("any rituximab in [screening - 1 year, screening]",
         {"drug": "rituximab", "start": "2024-03-01"}, "met"),
        ("sex is female", {"birth": "1990"}, "met"),
        ("sex is female", {"sex": "male"}, "not_met"),
        ("age at screening >= 18 years", {"birth": "2006-03-31"}, "met"),
        ("age at screening >= 18 years", {"birth": "2006-04-01"}, "not_met"),
        ("age at screening >= 18 years", {"birth": "2006"}, "unknown(imprecise_birth_date)"),
    ],
)  # fmt: skip
def test_a_row_means_what_it_says(expression: str, row: Row, answer: str) -> None:
    assert verdict(expression, row) == answer


def test_codes_below_a_concept() -> None:
    row: Row = {"drug": 777_777, "start": "2024-03-01"}
    expression = "any rituximab in [screening - 1 year, screening]"
    below: Row = {"ancestor": "rituximab", "descendant": 777_777}
    assert verdict(expression, row) == "unknown(code_unresolved)"  # nobody knows the code
    assert verdict(expression, row, below) == "met"


def test_several_persons_and_criteria() -> None:
    facts = facts_of(
        PLATELETS,
        {**SCREENED, "person_id": 2},
        {**PLATELETS, "person_id": 2, "number": "60"},
        {"person_id": 3, "birth": "1980-01-01"},
    )
    text = study_text({"A": "platelets < 50 10*9/L", "B": "sex is female"}, kind="exclusion")
    assert verdicts(text, facts) == {
        1: {"A": "met", "B": "met"},
        2: {"A": "not_met", "B": "met"},
        3: {"A": "unknown(no_anchor)", "B": "met"},
    }


def test_a_study_of_another_name_has_its_own_dates_and_signatures() -> None:
    text = study_text({"A": "platelets < 50 10*9/L"}, study="MINE", anchors=("entry",))
    assert verdicts(text, facts_of(PLATELETS)) == {1: {"A": "unknown(no_anchor)"}}
    entry: Row = {"anchor": "entry", "date": "2024-03-31", "study": "MINE"}
    assert verdicts(text, facts_of(PLATELETS, entry)) == {1: {"A": "met"}}


def test_a_complete_table_needs_no_observation_period() -> None:
    expression = study_text({"A": "any flare"})
    facts = facts_of({"observed": None}, complete=("condition_occurrence",))
    assert verdicts(expression, facts) == {1: {"A": "not_met"}}


def test_a_packaged_study_can_be_tried() -> None:
    study = "NCT06904729"
    anchors: list[Row] = [
        {"anchor": name, "date": "2024-03-31", "study": study}
        for name in ("screening", "consent", "baseline")
    ]
    facts = small_facts(anchors, data_cut=CUT)
    screening = remit.screen(study, facts)
    assert screening.person_ids.tolist() == [1]


@pytest.mark.parametrize(
    ("row", "error", "words"),
    [
        ({"conept": "platelets"}, DatasetError, "row 2: it is of no kind"),
        ({**PLATELETS, "numer": "4"}, DatasetError, "row 2: it has no 'numer'"),
        ({"concept": "platelets"}, DatasetError, "row 2: 'date' is missing"),
        ({**PLATELETS, "date": "2024-13-01"}, DatasetError, "row 2: a value does not fit"),
        ({**PLATELETS, "number": "low"}, DatasetError, "row 2: a value does not fit"),
        ({**PLATELETS, "number": "1.12345678"}, DatasetError, "row 2: a value does not fit"),
        ({**PLATELETS, "person_id": 1.5}, DatasetError, "row 2: a value does not fit"),
        ({**PLATELETS, "id": 1 << 63}, DatasetError, "row 2: a value does not fit"),
        ({**PLATELETS, "concept": 1 << 31}, DatasetError, "row 2: a value does not fit"),
        ({**PLATELETS, "table": "person"}, DatasetError, "row 2: a value does not fit"),
        ({7: "x", "number": "4"}, DatasetError, "row 2: it is of no kind"),
        ({"birth": "1990-02-30"}, DatasetError, "row 2: a value does not fit"),
        ({"birth": "1990-02-03-04"}, DatasetError, "row 2: a value does not fit"),
        (None, DatasetError, "row 2: it is of no kind"),
        ({**PLATELETS, "unit": "wat"}, UnitError, "wat"),
        ({"concept": "platlets", "date": "2024-03-31"}, ConceptError, "platelets"),
        ({"drug": "rituximab", "start": "1980-01-01"}, DatasetError, "birth"),
    ],
)
def test_a_wrong_row_is_named(row: Row, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        facts_of(row)


def test_a_folder_is_written_once_and_opens_again(tmp_path: Path) -> None:
    folder = tmp_path / "facts"
    made = small_facts([SCREENED, PLATELETS], data_cut=CUT, folder=folder)
    assert made.manifest.tables["measurement"].rows == 1
    text = study_text({"C": "platelets < 50 10*9/L"})
    assert verdicts(text, remit.open_facts(folder)) == {1: {"C": "met"}}
    with pytest.raises(OutputError):
        small_facts([SCREENED], data_cut=CUT, folder=folder)


def test_the_text_of_a_page_is_read() -> None:
    for page in fixture_pages():
        found = read_page_text(page.read_text(encoding="utf-8"), name=str(page))
        assert found == remit.read_page(page)


def test_a_visit_is_scored() -> None:
    # SLEDAI-2K: seizure 8, arthritis 4.
    items = {"seizure": "present", "arthritis": "present"}
    assert score_visit("sledai_2k", items, unlisted="absent")["sledai_2k"] == "12"
    assert score_visit("sledai_2k", items)["sledai_2k"] == "12 to 105"


BASELINE = {"creatinine": "1 mg/dL", "upcr": "2 g/g", "dose of glucocorticoid": "20 mg/d"}


def test_a_visit_is_judged() -> None:
    now = {**BASELINE, "upcr": "0.4 g/g", "dose of glucocorticoid": "5 mg/d"}
    judged = judge_visit("nanjing_registry", BASELINE, now)
    assert (judged.response, judged.imputed) == ("CR", "CR")
    assert set(judged.gates["CR"].values()) == {"met"}
    del now["upcr"]
    open_now = judge_visit("nanjing_registry", BASELINE, now)
    assert open_now.response == "not assessable"
    assert "unknown" in open_now.gates["CR"].values()


def test_a_definition_that_asks_for_confirmation_looks_at_the_visit_before() -> None:
    dose = "highest dose of glucocorticoid in [baseline + 24 weeks, visit]"
    visits = [
        {
            "egfr_ckd_epi_2021": "90 mL/min/{1.73_m2}",
            "upcr": f"{upcr} g/g",
            "dose of glucocorticoid": "5 mg/d",
            dose: "5 mg/d",
        }
        for upcr in ("2.4", "0.71", "0.6", "0.6")
    ]
    # BLISS-LN: a ratio of at most 0.7 g/g, confirmed at the visit before.
    assert judge_visit("bliss_ln_perr", *visits[:3]).response == "NR"
    assert judge_visit("bliss_ln_perr", *visits).response == "R"


OWN = """
kind = "remit.response"
version = 1
id = "own"
title = "Own"
citation = "none"
judged_at = "any visit"
missing = "non_responder"
missing_ground = "none"

[[responses]]
grade = "R"
label = "R"
gates = [{ id = "calm", text = "t", expression = "pga <= 1" }]
"""


def test_a_definition_of_ones_own_is_judged() -> None:
    assert judge_visit(OWN, {}, {"pga": "1"}).response == "R"
    assert judge_visit(OWN, {}, {"pga": "1.1"}).gates == {"R": {"calm": "not_met"}}
    missing = judge_visit(OWN, {}, {})
    assert (missing.response, missing.imputed) == ("not assessable", "NR")
    with pytest.raises(InstrumentError, match="no visit to judge"):
        judge_visit(OWN)
