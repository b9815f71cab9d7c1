"""NCT05631717: what the criteria that hold a decision say of single people.

Each case: the criterion, what is special, the person, the verdict. Boundaries, records that mislead
and records that are missing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from protocol_people import coded, drug, event, lab, person, signed, verdict

from remit.criteria.reference.records import PersonRecords
from remit.facts.tables import MALE

CASES: list[tuple[str, str, PersonRecords, str]] = [
    ("I2", "18 and a half", person(born=date(2005, 12, 1)), "not_met"),
    ("I2", "19 today", person(born=date(2005, 6, 1)), "met"),
    ("I2", "65 until the 66th birthday", person(born=date(1958, 6, 2)), "met"),
    ("I2", "66 today", person(born=date(1958, 6, 1)), "not_met"),
    ("I3", "6 points", person(lab("sledai_2k", "6", "{score}")), "met"),
    ("I3", "5 points", person(lab("sledai_2k", "5", "{score}")), "not_met"),
    (
        "I1",
        "counted on the day of allocation",
        person(lab("acr_1997", "4", "{score}", 0)),
        "unknown",
    ),
    ("I1", "counted the day before", person(lab("acr_1997", "4", "{score}", 1)), "met"),
    ("I4", "ratio exactly 1.0, no collection", person(lab("upcr", "1.0", "g/g")), "unknown"),
    ("I4", "ratio above", person(lab("upcr", "1.01", "g/g")), "met"),
    (
        "I4",
        "both at the limit",
        person(lab("upcr", "1.0", "g/g"), lab("urine_protein_24h", "1.0", "g/d")),
        "not_met",
    ),
    ("I5", "not fertile", person(signed("fertile", answer=False)), "not_applicable"),
    ("I6a", "a man", person(sex=MALE), "not_applicable"),
    ("I6a", "no test", person(signed("childbearing_age")), "unknown"),
    (
        "I6a",
        "positive",
        person(signed("childbearing_age"), coded("pregnancy_test_urine", "positive")),
        "not_met",
    ),
    (
        "I6a",
        "negative 8 days ago",
        person(signed("childbearing_age"), coded("pregnancy_test_urine", "negative", 8)),
        "unknown",
    ),
    (
        "I6a",
        "negative 7 days ago",
        person(signed("childbearing_age"), coded("pregnancy_test_urine", "negative", 7)),
        "met",
    ),
    ("E1a", "rituximab 168 days ago", person(event("rituximab", 168, 168)), "met"),
    ("E1a", "rituximab 169 days ago", person(event("rituximab", 169, 169)), "not_met"),
    (
        "E1b",
        "raised 6 weeks ago",
        person(
            drug("mycophenolate_mofetil", "1000", 200, 43),
            drug("mycophenolate_mofetil", "2000", 42),
        ),
        "met",
    ),
    ("E1b", "the same for 200 days", person(drug("mycophenolate_mofetil", "1000", 200)), "not_met"),
    ("E1b", "none taken", person(), "not_met"),
    ("E4a", "hepatitis B years ago, no end", person(event("hepatitis_b", 1500, None)), "met"),
    ("E4a", "zoster six weeks ago", person(event("herpes_zoster", 60, 42)), "not_met"),
    ("E4b", "onychomycosis", person(event("onychomycosis", 20, 5)), "not_met"),
    (
        "E4b",
        "pneumonia, not severe",
        person(event("pneumonia", 20, 5), signed("severe_or_recurrent_infection", answer=False)),
        "not_met",
    ),
    ("E4b", "pneumonia, unsigned", person(event("pneumonia", 20, 5)), "unknown"),
    (
        "E4c",
        "in hospital, drip",
        person(
            event("pneumonia", 20, 10),
            event("inpatient_stay", 20, 12),
            replace(event("ceftriaxone", 19, 13), route=4171047),
        ),
        "met",
    ),
    (
        "E4c",
        "in hospital, route not recorded",
        person(
            event("pneumonia", 20, 10),
            event("inpatient_stay", 20, 12),
            event("ceftriaxone", 19, 13),
        ),
        "unknown",
    ),
    ("E4c", "at home", person(event("pneumonia", 20, 10)), "not_met"),
    (
        "E4d",
        "onychomycosis, treated",
        person(event("onychomycosis", 10, 2), drug("fluconazole", "100", 10, 2)),
        "not_met",
    ),
    (
        "E4d",
        "urinary infection, treated",
        person(event("urinary_tract_infection", 10, 2), drug("ciprofloxacin", "500", 8, 3)),
        "met",
    ),
    ("E6a", "zoster vaccine", person(event("zoster_live_vaccine", 20, 20)), "not_met"),
    ("E6a", "measles vaccine", person(event("mmr_vaccine", 20, 20)), "met"),
    ("E7a", "basal-cell carcinoma", person(event("basal_cell_carcinoma", 900, None)), "not_met"),
    ("E7a", "breast cancer long ago, ended", person(event("solid_malignancy", 1500, 1200)), "met"),
    (
        "E7b",
        "excised",
        person(event("basal_cell_carcinoma", 900, None), event("bcc_excision", 880, 880)),
        "not_met",
    ),
    (
        "E7b",
        "two carcinomas, one excision",
        person(
            event("basal_cell_carcinoma", 900, None),
            event("basal_cell_carcinoma", 300, None),
            event("bcc_excision", 880, 880),
        ),
        "unknown",
    ),
    ("E7b", "no excision recorded", person(event("basal_cell_carcinoma", 900, None)), "unknown"),
    (
        "E7b",
        "no excision recorded, denied",
        replace(
            person(
                event("basal_cell_carcinoma", 900, None),
                signed("basal_cell_carcinoma_cured", answer=False),
            ),
            complete=frozenset({"procedure_occurrence"}),
        ),
        "met",
    ),
]


@pytest.mark.parametrize(
    ("criterion", "subject", "expected"),
    [pytest.param(c, p, e, id=f"{c}: {what}") for c, what, p, e in CASES],
)
def test_verdicts(criterion: str, subject: PersonRecords, expected: str) -> None:
    assert verdict("nct05631717", criterion, subject) == expected


def test_an_18_year_old_of_the_nanjing_study_hangs_on_the_parameter() -> None:
    subject = person(born=date(2005, 12, 1))
    assert verdict("nct05631717", "I2", subject, {"age_limits": "from_18th_birthday"}) == "met"
