"""NCT06904729: what the criteria that hold a decision say of single people.

Each case: the criterion, what is special, the person, the verdict. Boundaries, records that mislead
and records that are missing.
"""

from __future__ import annotations

from datetime import date

import pytest
from protocol_people import Part, event, lab, person, signed, verdict

from remit.criteria.reference.records import PersonRecords
from remit.facts.tables import MALE

CASES: list[tuple[str, str, PersonRecords, str]] = [
    ("I1", "18 until the 19th birthday", person(born=date(2005, 6, 2)), "met"),
    ("I1", "6 tomorrow", person(born=date(2018, 6, 2)), "not_met"),
    (
        "I5",
        "two courses, failed",
        person(
            event("mycophenolate_mofetil", 400, 200),
            event("cyclophosphamide", 190, 100),
            signed("two_courses_failed"),
        ),
        "met",
    ),
    (
        "I5",
        "two courses, unsigned",
        person(event("mycophenolate_mofetil", 400, 200), event("cyclophosphamide", 190, 100)),
        "unknown",
    ),
    ("I8b", "18 years", person(born=date(2006, 6, 1)), "not_applicable"),
    ("I8b", "17 years", person(born=date(2006, 6, 2)), "unknown"),
    ("I10", "1:80", person(lab("ana_titre", "80", "{titer}", 900)), "met"),
    ("I10", "1:40", person(lab("ana_titre", "40", "{titer}", 900)), "not_met"),
    (
        "E7",
        "diagnosed six years ago, ended",
        person(event("solid_malignancy", 2200, 2000)),
        "not_met",
    ),
    ("E7", "diagnosed six years ago, no end", person(event("solid_malignancy", 2200, None)), "met"),
    ("E10", "none", person(), "not_met"),
]


@pytest.mark.parametrize(
    ("criterion", "subject", "expected"),
    [pytest.param(c, p, e, id=f"{c}: {what}") for c, what, p, e in CASES],
)
def test_verdicts(criterion: str, subject: PersonRecords, expected: str) -> None:
    assert verdict("nct06904729", criterion, subject) == expected


def boy(*parts: Part) -> PersonRecords:
    """A boy of 10 years, 140 cm, creatinine 2.2 mg/dL: the case of which the formula decides."""
    return person(
        lab("height", "140", "cm", 20),
        lab("creatinine", "2.2", "mg/dL"),
        *parts,
        sex=MALE,
        born=date(2014, 1, 1),
    )


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("bedside_2009", "unknown"),
        ("original_one_constant", "met"),
        ("original_by_age_and_sex", "met"),
        ("reported_by_laboratory", "unknown"),
    ],
)
def test_the_schwartz_formula_decides_who_is_eligible(formula: str, expected: str) -> None:
    """26.3 by the bedside formula, 35.0 by the original one; below 30 a physician is asked."""
    assert verdict("nct06904729", "I9c", boy(), {"schwartz": formula}) == expected


def test_reduced_kidney_function_by_another_cause_is_not_eligible() -> None:
    denied = boy(signed("kidney_function_reduced_by_lupus", answer=False))
    assert verdict("nct06904729", "I9c", denied) == "not_met"
    confirmed = boy(signed("kidney_function_reduced_by_lupus"))
    assert verdict("nct06904729", "I9c", confirmed) == "met"
