"""Absence in data as a hospital hands them over: which members and which routes could be seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from remit.facts.dictionary import packaged_dictionary
from remit.facts.tables import CODED
from remit.testing import small_facts, study_text, verdicts

SCREENING = {"anchor": "screening", "date": "2024-03-31"}
CONDITIONS, DRUGS = ("condition_occurrence",), ("drug_exposure",)


def _verdict(
    expression: str,
    *rows: Mapping[str, object],
    mapped: tuple[str, ...] = (),
    own_codes: tuple[str, ...] = (),
) -> str:
    facts = small_facts(
        [SCREENING, *rows], data_cut=date(2024, 6, 30), mapped=mapped, own_codes=own_codes
    )
    return verdicts(study_text({"asked": expression}), facts)[1]["asked"]


@pytest.mark.parametrize(
    ("exception", "other"),
    [("basal_cell_carcinoma", "solid_malignancy"), ("onychomycosis", "pneumonia")],
)
def test_that_only_the_exception_occurs_does_not_carry_the_rest(exception: str, other: str) -> None:
    name = "malignancy" if other == "solid_malignancy" else "infection"
    asked = f"any {name} except {exception} in [screening - 1 year, screening]"
    seen = {"concept": exception, "date": "2024-03-01", "end": "2024-03-09"}
    assert _verdict(asked, seen) == "unknown(code_unresolved)"
    elsewhere = {"concept": other, "date": "2024-05-01", "person_id": 2}
    assert _verdict(asked, seen, elsewhere) == "not_met"


def test_a_member_that_only_our_codes_name_has_to_be_carried_too() -> None:
    """Nobody else writes those codes: its takers are coded as Remit does not know."""
    asked = "any immunosuppressant in [screening - 1 year, screening]"
    tacrolimus = {"drug": "tacrolimus", "start": "2024-05-01", "person_id": 2}
    iguratimod = {"drug": "iguratimod", "start": "2024-05-01", "person_id": 2}
    assert _verdict(asked, mapped=DRUGS) == "unknown(code_unresolved)"
    assert _verdict(asked, tacrolimus, mapped=DRUGS) == "unknown(code_unresolved)"
    assert _verdict(asked, tacrolimus, own_codes=DRUGS) == "not_met"
    assert _verdict(asked, tacrolimus, iguratimod) == "not_met"
    alone = "any tacrolimus in [screening - 1 year, screening]"
    assert _verdict(alone, mapped=DRUGS) == "not_met"


@pytest.mark.parametrize("route", [4171047, 4170113, 4171884])
def test_a_line_into_a_vein_is_intravenous(route: int) -> None:
    """A hospital's PICC and peripheral lines: OHDSI/MIMIC 3b2b1ca, gcpt_drug_route.csv."""
    asked = "any iv_antibiotic in [screening - 4 weeks, screening]"
    given = {"drug": "vancomycin", "start": "2024-03-20", "route": route}
    assert _verdict(asked, given) == "met"


@pytest.mark.parametrize("route", [None, 0, 2_000_002_037])
def test_a_drug_of_no_known_route_may_be_by_that_one(route: int | None) -> None:
    asked = "any iv_antibiotic in [screening - 4 weeks, screening]"
    given = {"drug": "vancomycin", "start": "2024-03-20", "route": route}
    assert _verdict(asked, given) == "unknown(code_unresolved)"
    assert _verdict(asked, {**given, "route": 4132161}) == "not_met"
    assert _verdict(f"not ({asked})", given) == "unknown(code_unresolved)"
    overlapping = "any infection in [screening - 4 weeks, screening] overlapping iv_antibiotic"
    ill = {"concept": "pneumonia", "date": "2024-03-18", "end": "2024-03-22"}
    assert _verdict(overlapping, given, ill) == "unknown(code_unresolved)"


def test_a_site_may_have_given_away_an_id_that_we_use_for_findings() -> None:
    asked = "any malignancy in [screening - 1 year, screening]"
    row = {"concept": 2_100_543_210, "date": "2024-03-20", "table": "condition_occurrence"}
    assert _verdict(asked, row, mapped=CONDITIONS) == "unknown(code_unresolved)"
    assert _verdict(asked, row, mapped=CONDITIONS, own_codes=CONDITIONS) == "not_met"


@pytest.mark.parametrize(
    ("asked", "code", "table"),
    [
        ("any infection in W", "sepsis", "observation"),
        ("any malignancy in W", "solid_malignancy", "procedure_occurrence"),
        ("any b_cell_depletion in W", "rituximab", "dose_era"),
        ("any malignancy in W", "solid_malignancy", "measurement"),
        ("count of sepsis in W >= 1", "sepsis", "observation"),
        ("any infection in W overlapping rituximab", "rituximab", "observation"),
    ],
)
def test_a_code_in_another_table_than_its_own_is_no_absence(
    asked: str, code: str, table: str
) -> None:
    row = {"concept": code, "table": table, "date": "2024-03-01"}
    known = {"mapped": tuple(CODED), "own_codes": tuple(CODED)}
    inside = asked.replace("W", "[screening - 2 months, screening]")
    assert _verdict(inside, row, **known) == "unknown(code_unresolved)"
    assert _verdict(inside, {**row, "date": "2023-03-01"}, **known) == "not_met"
    assert _verdict(inside, {**row, "person_id": 2}, **known) == "not_met"


def test_a_vocabulary_without_the_concept_says_nothing_of_it() -> None:
    """It knows the row's code, but not what lies below rituximab."""
    asked = "any rituximab in [screening - 1 year, screening]"
    row = {"drug": 777_777, "start": "2024-03-01"}
    itself = {"ancestor": 777_777, "descendant": 777_777}
    assert _verdict(asked, row, itself, mapped=DRUGS) == "unknown(code_unresolved)"
    known = {"ancestor": "rituximab", "descendant": 888_888}
    assert _verdict(asked, row, itself, known, mapped=DRUGS) == "not_met"
    below = {"ancestor": "rituximab", "descendant": 777_777}
    assert _verdict(asked, row, itself, below, mapped=DRUGS) == "met"


def test_a_class_is_known_when_each_member_is() -> None:
    asked = "any b_cell_depletion in [screening - 1 year, screening]"
    row = {"drug": 777_777, "start": "2024-03-01"}
    itself = {"ancestor": 777_777, "descendant": 777_777}
    one = {"ancestor": "rituximab", "descendant": "rituximab"}
    assert _verdict(asked, row, itself, one, mapped=DRUGS) == "unknown(code_unresolved)"
    dictionary = packaged_dictionary()
    every = [
        {"ancestor": leaf.name, "descendant": leaf.name}
        for leaf in dictionary.leaves("b_cell_depletion")
    ]
    assert _verdict(asked, row, itself, *every, mapped=DRUGS) == "not_met"


def test_a_lasting_member_of_a_class_stays_lasting_below_an_episode() -> None:
    """A code of hepatitis C is a viral infection too, which may be over; hepatitis C lasts."""
    row = {"concept": 777_777, "table": "condition_occurrence", "date": "2015-01-01"}
    above = [
        {"ancestor": name, "descendant": 777_777} for name in ("viral_infection", "hepatitis_c")
    ]
    asked = "any NAME in [screening - 28 days, screening]"
    for name in ("infection", "hepatitis_c"):
        assert _verdict(asked.replace("NAME", name), row, *above) == "met"
    alone = _verdict(asked.replace("NAME", "viral_infection"), row, *above)
    assert alone == "unknown(no_end_date)"
