"""UMIN000042298: what the criteria that hold a decision say of single people.

Each case: the criterion, what is special, the person, the verdict. Boundaries, records that mislead
and records that are missing.
"""

from __future__ import annotations

from datetime import date

import pytest
from protocol_people import coded, drug, lab, person, verdict

from remit.criteria.reference.records import PersonRecords

CASES: list[tuple[str, str, PersonRecords, str]] = [
    ("I0a", "15 today", person(born=date(2009, 6, 1)), "met"),
    ("E0b", "15 tomorrow", person(born=date(2009, 6, 2)), "met"),
    (
        "I1-1",
        "30 mg at 60 kg",
        person(drug("prednisolone", "30", 0), lab("weight", "60", "kg", 30)),
        "met",
    ),
    (
        "I1-1",
        "29.9 mg at 60 kg",
        person(drug("prednisolone", "29.9", 0), lab("weight", "60", "kg", 30)),
        "not_met",
    ),
    (
        "I1-1",
        "60 mg at 60 kg",
        person(drug("prednisolone", "60", 0), lab("weight", "60", "kg", 30)),
        "met",
    ),
    (
        "I1-1",
        "61 mg at 60 kg",
        person(drug("prednisolone", "61", 0), lab("weight", "60", "kg", 30)),
        "not_met",
    ),
    ("I1-1", "no weight", person(drug("prednisolone", "30", 0)), "unknown"),
    (
        "I1-2a",
        "a year before",
        person(
            drug("prednisolone", "40", 400, 370),
            drug("prednisolone", "10", 369),
            lab("weight", "60", "kg", 30),
        ),
        "met",
    ),
    (
        "I1-2a",
        "never so high, unsigned",
        person(drug("prednisolone", "10", 400), lab("weight", "60", "kg", 30)),
        "unknown",
    ),
    (
        "I1-2b",
        "10 mg, raised on the day",
        person(drug("prednisolone", "10", 200, 1), drug("prednisolone", "40", 0)),
        "met",
    ),
    (
        "I1-2b",
        "7.5 mg, raised on the day",
        person(drug("prednisolone", "7.5", 200, 1), drug("prednisolone", "40", 0)),
        "not_met",
    ),
    ("I3d", "9 mg", person(drug("prednisolone", "9", 200)), "met"),
    ("I3d", "10 mg", person(drug("prednisolone", "10", 200)), "not_met"),
    (
        "I3d",
        "8 mg of methylprednisolone are 10",
        person(drug("methylprednisolone", "8", 200)),
        "not_met",
    ),
    ("I3e", "moderate", person(coded("ssc_fatigue", "moderate")), "not_met"),
    ("I3f", "moderate", person(coded("ssc_fatigue", "moderate")), "not_met"),
    ("I3e", "significant", person(coded("ssc_fatigue", "significant")), "met"),
    (
        "I2d",
        "together",
        person(drug("prednisolone", "9", 200), drug("azathioprine", "50", 60)),
        "met",
    ),
    (
        "I2d",
        "one after the other",
        person(drug("prednisolone", "9", 80, 60), drug("azathioprine", "50", 40)),
        "not_met",
    ),
    ("E1b", "14.9", person(lab("egfr", "14.9", "mL/min/{1.73_m2}")), "met"),
    ("E1b", "15", person(lab("egfr", "15", "mL/min/{1.73_m2}")), "not_met"),
]


@pytest.mark.parametrize(
    ("criterion", "subject", "expected"),
    [pytest.param(c, p, e, id=f"{c}: {what}") for c, what, p, e in CASES],
)
def test_verdicts(criterion: str, subject: PersonRecords, expected: str) -> None:
    assert verdict("umin000042298", criterion, subject) == expected
