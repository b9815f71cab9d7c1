"""NCT06167174: what the criteria that hold a decision say of single people.

Each case: the criterion, what is special, the person, the verdict. Boundaries, records that mislead
and records that are missing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from protocol_people import Part, coded, drug, event, lab, person, signed, verdict

from remit.criteria.reference.records import PersonRecords
from remit.facts.tables import MALE

CASES: list[tuple[str, str, PersonRecords, str]] = [
    ("I1", "60 until the 61st birthday", person(born=date(1963, 6, 2)), "met"),
    ("I1", "61 today", person(born=date(1963, 6, 1)), "not_met"),
    ("I1", "16 today", person(born=date(2008, 6, 1)), "met"),
    ("I1", "16 tomorrow", person(born=date(2008, 6, 2)), "not_met"),
    (
        "I5",
        "two, 14 days apart",
        person(
            lab("urine_protein_24h", "1.1", "g/d", 1), lab("urine_protein_24h", "1.2", "g/d", 15)
        ),
        "met",
    ),
    (
        "I5",
        "two, 15 days apart",
        person(
            lab("urine_protein_24h", "1.1", "g/d", 1), lab("urine_protein_24h", "1.2", "g/d", 16)
        ),
        "unknown",
    ),
    (
        "I5",
        "one at exactly 1 g",
        person(
            lab("urine_protein_24h", "1.0", "g/d", 1), lab("urine_protein_24h", "1.2", "g/d", 8)
        ),
        "not_met",
    ),
    ("I5", "one only", person(lab("urine_protein_24h", "1.2", "g/d", 8)), "unknown"),
    (
        "I5",
        "two of the same day",
        person(
            lab("urine_protein_24h", "1.2", "g/d", 8), lab("urine_protein_24h", "1.4", "g/d", 8)
        ),
        "unknown",
    ),
    (
        "I5",
        "in milligrams",
        person(
            lab("urine_protein_24h", "1100", "mg/d", 1), lab("urine_protein_24h", "1200", "mg/d", 9)
        ),
        "met",
    ),
    ("I5", "none", person(), "unknown"),
    ("I6", "no drug ever, not covered from birth, unsigned", person(), "unknown"),
    ("I6", "no drug ever, signed for", person(signed("never_treated")), "met"),
    (
        "I6",
        "no drug now, signed as treated before",
        person(signed("never_treated", answer=False)),
        "unknown",
    ),
    ("I6", "20 mg prednisone, unchanged", person(drug("prednisone", "20", 90)), "met"),
    ("I6", "20.5 mg prednisone", person(drug("prednisone", "20.5", 90)), "not_met"),
    (
        "I6",
        "16 mg methylprednisolone is 20 mg",
        person(drug("methylprednisolone", "16", 90)),
        "met",
    ),
    (
        "I6",
        "17 mg methylprednisolone is more",
        person(drug("methylprednisolone", "17", 90)),
        "not_met",
    ),
    (
        "I6",
        "lowered ten days ago",
        person(drug("prednisone", "30", 90, 11), drug("prednisone", "20", 10)),
        "not_met",
    ),
    ("I6", "begun a month and a day ago", person(drug("prednisone", "10", 32)), "met"),
    ("I6", "begun a month ago to the day", person(drug("prednisone", "10", 31)), "not_met"),
    (
        "I6",
        "stopped everything two months ago",
        person(drug("prednisone", "10", 400, 60)),
        "not_met",
    ),
    ("I6", "tacrolimus 4 mg alone", person(drug("tacrolimus", "4", 90)), "met"),
    ("I6", "tacrolimus 5 mg", person(drug("tacrolimus", "5", 90)), "not_met"),
    ("I6", "methotrexate 15 mg a week", person(drug("methotrexate", "2.142857", 90)), "met"),
    ("I6", "methotrexate 17.5 mg a week", person(drug("methotrexate", "2.5", 90)), "not_met"),
    ("I6", "azathioprine 100 mg", person(drug("azathioprine", "100", 90)), "met"),
    ("I6", "mycophenolate 1 g", person(drug("mycophenolate_mofetil", "1000", 90)), "met"),
    ("I6", "mycophenolate 1.5 g", person(drug("mycophenolate_mofetil", "1500", 90)), "not_met"),
    (
        "I6",
        "leflunomide beside prednisone",
        person(drug("prednisone", "10", 90), drug("leflunomide", "10", 90)),
        "not_met",
    ),
    (
        "I6",
        "belimumab beside prednisone",
        person(drug("prednisone", "10", 90), event("belimumab", 20, 20)),
        "not_met",
    ),
    ("I6", "dose not recorded", person(event("prednisone", 90, 0)), "unknown"),
    (
        "E1a",
        "scleroderma years ago, no end",
        person(event("systemic_sclerosis", 1500, None)),
        "met",
    ),
    ("E1a", "none recorded", person(), "not_met"),
    ("E2b", "haemorrhage half a year ago", person(event("alveolar_haemorrhage", 180, 170)), "met"),
    ("E2e", "no record", person(), "unknown"),
    (
        "E2e",
        "no record, denied",
        person(signed("other_severe_organ_involvement", answer=False)),
        "not_met",
    ),
    ("E3a", "a man", person(sex=MALE), "not_applicable"),
    ("E3a", "pregnant today", person(event("pregnancy", 60, -200)), "met"),
    ("E3a", "never pregnant", person(), "not_met"),
    ("E3a", "coded at a visit, unsigned", person(event("pregnancy", 60, 60)), "unknown"),
    (
        "E3a",
        "coded at a visit, over",
        person(event("pregnancy", 60, 60), signed("pregnant_now", answer=False)),
        "not_met",
    ),
    (
        "E3a",
        "coded at a visit, still",
        person(event("pregnancy", 60, 60), signed("pregnant_now")),
        "met",
    ),
    ("E3b", "no pregnancy in two years", person(), "not_met"),
    ("E3b", "birth half a year ago", person(event("pregnancy", 460, 180)), "unknown"),
    (
        "E4",
        "pneumonia on an antibiotic",
        person(event("pneumonia", 5, 1), drug("amoxicillin", "1500", 4, 1)),
        "met",
    ),
    ("E4", "pneumonia without a drug", person(event("pneumonia", 5, 1)), "unknown"),
    (
        "E4",
        "an antibiotic without infection",
        person(drug("sulfamethoxazole", "400", 90)),
        "not_met",
    ),
    (
        "E4",
        "treated a month ago",
        person(event("pneumonia", 40, 30), drug("amoxicillin", "1500", 40, 30)),
        "not_met",
    ),
    (
        "E4",
        "antibiotic before the infection",
        person(
            event("pneumonia", 3, 1),
            drug("amoxicillin", "1500", 9, 7),
            signed("infection_needs_treatment", answer=False),
        ),
        "not_met",
    ),
    ("E6", "49.9", person(lab("platelets", "49.9", "10*9/L")), "met"),
    ("E6", "exactly 50", person(lab("platelets", "50", "10*9/L")), "not_met"),
    ("E6", "29 days old", person(lab("platelets", "40", "10*9/L", 29)), "unknown"),
    ("E7a", "exactly 1.5 times", person(lab("alt", "60", "U/L", uln="40")), "not_met"),
    ("E7a", "above 1.5 times", person(lab("alt", "60.1", "U/L", uln="40")), "met"),
    ("E7a", "no limit printed", person(lab("alt", "400", "U/L")), "unknown"),
    (
        "E8b",
        "triglycerides high, cholesterol unknown",
        person(lab("triglycerides", "400", "mg/dL", uln="150")),
        "met",
    ),
    (
        "E8b",
        "cholesterol normal, triglycerides unknown",
        person(lab("cholesterol_total", "150", "mg/dL", uln="200")),
        "unknown",
    ),
]


@pytest.mark.parametrize(
    ("criterion", "subject", "expected"),
    [pytest.param(c, p, e, id=f"{c}: {what}") for c, what, p, e in CASES],
)
def test_verdicts(criterion: str, subject: PersonRecords, expected: str) -> None:
    assert verdict("nct06167174", criterion, subject) == expected


@pytest.mark.parametrize(
    ("biopsies", "expected"),
    [
        ([(10, "III+V")], "met"),
        ([(10, "V")], "not_met"),
        ([(10, "V"), (100, "IV")], "not_met"),
        ([(200, "IV")], "not_met"),
    ],
)
def test_the_latest_biopsy_decides(biopsies: list[tuple[int, str]], expected: str) -> None:
    parts: list[Part] = []
    for days, lupus_class in biopsies:
        row = 900 + days
        parts.append(replace(event("renal_biopsy", days, days), row=row))
        parts.append(coded("ln_class", lupus_class, days, event=row))
    for study, criterion in (("nct06167174", "I3"), ("nct06904729", "I3a")):
        assert verdict(study, criterion, person(*parts)) == expected
