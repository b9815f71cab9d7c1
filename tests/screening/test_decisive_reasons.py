"""Why a person is not eligible, in words: each expected line is written by hand from the rows."""

from __future__ import annotations

from datetime import date

import pytest

from remit.facts.opened import Facts
from remit.protocol import packaged_protocols, protocol_named, read_protocol_text
from remit.screening import screen_dataset
from remit.screening.decisive_reasons import decisive_reasons
from remit.screening.explanation import explain_persons
from remit.testing import Row, small_facts, study_text

CUT = date(2024, 12, 31)
SCREENED: Row = {"anchor": "screening", "date": "2024-06-01"}
HASHIMOTO = 135215  # OMOP id of SNOMED CT 21983002, Hashimoto thyroiditis


def reasons(criteria: dict[str, str], rows: list[Row], *, kind: str = "inclusion") -> list[str]:
    text = study_text(criteria, kind="exclusion" if kind == "exclusion" else "inclusion")
    facts = small_facts([SCREENED, *rows], data_cut=CUT)
    found = decisive_reasons(screen_dataset(read_protocol_text(text, source="test"), facts))
    return [reason.words for reason in found.values()]


def number(concept: str, day: str, value: str, unit: str, **more: object) -> Row:
    return {"concept": concept, "date": day, "number": value, "unit": unit, **more}


@pytest.mark.parametrize(
    ("kind", "expression", "rows", "expected"),
    [
        (
            "exclusion",
            "any other_autoimmune_disease in [.., screening]",
            [{"concept": HASHIMOTO, "date": "2023-05-04", "table": "condition_occurrence"}],
            "C: Hashimoto thyroiditis, 2023-05-04",
        ),
        (  # of several records that each exclude, the latest
            "exclusion",
            "any rituximab in [.., screening] or any belimumab in [.., screening]",
            [
                {"drug": "rituximab", "start": "2022-03-01"},
                {"drug": "belimumab", "start": "2024-01-09"},
                {"drug": "rituximab", "start": "2023-11-30"},
            ],
            "C: Belimumab, 2024-01-09",
        ),
        (
            "inclusion",
            "upcr >= 0.5 g/g",
            [number("upcr", "2024-05-20", "0.31", "g/g")],
            "C: Urine protein/creatinine ratio 0.31 g/g, 2024-05-20",
        ),
        (  # the number stands as it was recorded
            "inclusion",
            "upcr >= 0.5 g/g",
            [number("upcr", "2024-05-20", "310", "mg/g", sign="<")],
            "C: Urine protein/creatinine ratio <310 mg/g, 2024-05-20",
        ),
        (
            "inclusion",
            "any lupus_nephritis in [.., screening]",
            [],
            "C: no record of Lupus nephritis up to 2024-06-01",
        ),
        (
            "inclusion",
            "any renal_biopsy in [screening - 6 months, screening]",
            [{"concept": "renal_biopsy", "date": "2023-01-02"}],
            "C: no record of Renal biopsy from 2023-12-01 to 2024-06-01",
        ),
        (
            "exclusion",
            "alt > 1.5 * uln",
            [number("alt", "2024-05-30", "92", "U/L", high="40")],
            "C: Alanine aminotransferase 92 U/L (upper limit 40), 2024-05-30",
        ),
        (  # of records none of which passes, the one nearest to the threshold
            "inclusion",
            "any urine_protein_24h in [screening - 90 days, screening] > 1 g/d",
            [
                number("urine_protein_24h", "2024-04-01", "0.4", "g/d"),
                number("urine_protein_24h", "2024-04-20", "0.9", "g/d"),
                number("urine_protein_24h", "2024-05-20", "0.6", "g/d"),
            ],
            "C: Urine protein in 24 hours 0.9 g/d, 2024-04-20",
        ),
        (  # one above, none that confirms it: the one that failed to
            "inclusion",
            "any urine_protein_24h in [screening - 90 days, screening] > 1 g/d "
            "confirmed within [1 day, 14 days]",
            [
                number("urine_protein_24h", "2024-05-01", "1.4", "g/d"),
                number("urine_protein_24h", "2024-05-10", "0.7", "g/d"),
            ],
            "C: Urine protein in 24 hours 0.7 g/d, 2024-05-10",
        ),
        (  # both had to fail: both are told
            "inclusion",
            "upcr > 1 g/g or urine_protein_24h > 1 g/d",
            [
                number("upcr", "2024-05-20", "0.8", "g/g"),
                number("urine_protein_24h", "2024-05-22", "0.9", "g/d"),
            ],
            "C: Urine protein/creatinine ratio 0.8 g/g, 2024-05-20 "
            "and Urine protein in 24 hours 0.9 g/d, 2024-05-22",
        ),
        (  # one of both is enough: a record before an absence
            "inclusion",
            "any lupus_nephritis in [.., screening] and platelets >= 50 10*9/L",
            [number("platelets", "2024-05-20", "42", "10*9/L")],
            "C: Platelet count 42 10⁹/L, 2024-05-20",
        ),
        (
            "inclusion",
            "ana_titre >= 1:80",
            [number("ana_titre", "2024-05-20", "40", "{titer}")],
            "C: Antinuclear antibody titre 1:40, 2024-05-20",
        ),
        (
            "inclusion",
            "sledai_2k >= 6",
            [{"concept": "sledai_2k", "date": "2024-05-20", "number": "4"}],
            "C: SLEDAI-2K total score 4, 2024-05-20",
        ),
        (
            "inclusion",
            "16 years <= age at screening <= 60 years",
            [{"birth": "1950-06-02"}],
            "C: age 73 years, 2024-06-01",
        ),
        ("inclusion", "sex is female", [{"sex": "male"}], "C: sex: male"),
        (
            "inclusion",
            "pregnancy_test_urine is negative",
            [{"concept": "pregnancy_test_urine", "date": "2024-05-30", "value": "positive"}],
            "C: Urine pregnancy test: positive, 2024-05-30",
        ),
        (
            "inclusion",
            "ln_class of latest renal_biopsy in [.., screening] is one of {III, IV}",
            [
                {"id": 7, "concept": "renal_biopsy", "date": "2024-02-01"},
                {"concept": "ln_class", "date": "2024-02-03", "value": "V", "of": 7},
            ],
            "C: Lupus nephritis class (ISN/RPS): class V, 2024-02-03",
        ),
        (
            "inclusion",
            "dose of glucocorticoid at screening <= 20 mg/d",
            [{"drug": "prednisone", "start": "2024-05-02", "end": "2024-07-01", "dose": "30 mg/d"}],
            "C: Systemic glucocorticoid 30 mg/d, 2024-05-02",
        ),
        (
            "exclusion",
            "not dose of immunosuppressant unchanged in [screening - 12 weeks, screening]",
            [
                {
                    "drug": "azathioprine",
                    "start": "2023-05-02",
                    "end": "2024-05-12",
                    "dose": "50 mg/d",
                },
                {
                    "drug": "azathioprine",
                    "start": "2024-05-13",
                    "end": "2024-07-12",
                    "dose": "100 mg/d",
                },
            ],
            "C: Azathioprine 100 mg/d began, 2024-05-13",
        ),
        (
            "inclusion",
            "dose of prednisolone at screening / weight >= 0.5 mg/kg/d",
            [number("weight", "2024-05-30", "60", "kg")],
            "C: no record of Prednisolone on 2024-06-01",
        ),
        (
            "exclusion",
            "count of flare in [screening - 12 months, screening] >= 2",
            [
                {"concept": "flare", "date": "2023-08-01", "end": "2023-08-20"},
                {"concept": "flare", "date": "2024-03-01", "end": "2024-03-20"},
            ],
            "C: 2 records of Lupus flare, 2024-03-01",
        ),
        (
            "exclusion",
            "any infection in [screening - 4 weeks, screening] overlapping antiviral",
            [
                {"concept": "herpes_zoster", "date": "2024-05-20", "end": "2024-05-30"},
                {"drug": "aciclovir", "start": "2024-05-21", "end": "2024-05-28"},
            ],
            "C: Herpes zoster with Antiviral drug, 2024-05-20",
        ),
    ],
)
def test_the_reason_is_told_in_words(
    kind: str, expression: str, rows: list[Row], expected: str
) -> None:
    assert reasons({"C": expression}, rows, kind=kind) == [expected]


def test_a_signature_is_told_with_what_was_signed() -> None:
    rows: list[Row] = [
        {"anchor": "screening", "date": "2024-06-01", "study": "NCT06167174"},
        {"attested": "consent", "answer": False, "date": "2024-05-28", "study": "NCT06167174"},
    ]
    screening = screen_dataset(protocol_named("nct06167174"), small_facts(rows, data_cut=CUT))
    reason = decisive_reasons(screening)[1, None]
    # The rows hold no biopsy either, and that criterion comes first.
    assert reason.words == "I3: no record of Renal biopsy from 2023-12-01 to 2024-06-01"
    assert reason.failing[0] == "I3"
    assert "I7" in reason.failing


def test_the_first_failing_criterion_in_the_order_of_the_protocol_decides() -> None:
    criteria = {"B": "platelets >= 50 10*9/L", "A": "upcr >= 0.5 g/g", "O": "crp < 5 mg/L"}
    rows = [
        number("platelets", "2024-05-20", "42", "10*9/L"),
        number("upcr", "2024-05-20", "0.31", "g/g"),
    ]
    facts = small_facts([SCREENED, *rows], data_cut=CUT)
    protocol = read_protocol_text(study_text(criteria), source="test")
    (reason,) = decisive_reasons(screen_dataset(protocol, facts)).values()
    assert (reason.criterion, reason.failing) == ("B", ("B", "A"))
    (cause,) = reason.causes
    assert (cause.title, cause.value) == ("Platelet count", "42 10⁹/L")
    assert (cause.day, cause.table, cause.row) == (date(2024, 5, 20), "measurement", 1)


def test_who_is_eligible_or_open_has_no_reason() -> None:
    rows = [number("platelets", "2024-05-20", "80", "10*9/L"), {**SCREENED, "person_id": 2}]
    assert reasons({"B": "platelets >= 50 10*9/L"}, rows) == []


def test_who_died_before_is_told_as_died() -> None:
    rows: list[Row] = [number("platelets", "2024-02-20", "80", "10*9/L"), {"died": "2024-03-01"}]
    assert reasons({"B": "any platelets in [.., screening] > 50 10*9/L"}, rows) == [
        "died on 2024-03-01"
    ]


def test_a_score_that_nobody_recorded_is_told_by_its_items() -> None:
    # All 24 items were looked at; arthritis alone is present, and gives 4 points (Gladman 2002,
    # J Rheumatol 29:288).
    arthritis, present, absent = 2100001009, 2100000901, 2100000902
    rows: list[Row] = [
        {
            "concept": code,
            "date": "2024-05-22" if code == arthritis else "2024-05-25",
            "value": present if code == arthritis else absent,
        }
        for code in range(2100001001, 2100001025)
    ]
    assert reasons({"S": "sledai_2k >= 6"}, rows) == [
        "S: SLEDAI-2K total score 4 from its items, 2024-05-22"
    ]


def test_each_cohort_has_its_own_reason() -> None:
    study = protocol_named("umin000042298")
    rows: list[Row] = [
        {"anchor": name, "date": "2024-06-01", "study": study.id}
        for name in ("consent", "screening")
    ]
    rows += [
        {"birth": "1980-01-01"},
        {"concept": "sle", "date": "2020-01-01"},
        {"attested": "refused", "answer": False, "date": "2024-05-01", "study": study.id},
        {"concept": "ssc_fatigue", "date": "2024-05-25", "value": "none"},
        number("c3", "2024-05-20", "100", "mg/dL", low="80"),
        number("c4", "2024-05-20", "20", "mg/dL", low="10"),
        number("anti_dsdna", "2024-05-20", "5", "[IU]/mL", high="15"),
        number("crp", "2024-05-20", "1", "mg/L", high="5"),
    ]
    found = decisive_reasons(screen_dataset(study, small_facts(rows, data_cut=CUT)))
    words = {cohort: reason.words for (_, cohort), reason in found.items()}
    assert words["3-fatigue"] == (
        "I3e: Fatigue item of the SLE Symptom Checklist: none, 2024-05-25"
    )
    assert words["4"].startswith("E4b: ")
    assert "3-none" not in words


def test_nobody_is_asked_of_an_empty_dataset() -> None:
    facts = small_facts([], data_cut=CUT)
    protocol = read_protocol_text(study_text({"B": "platelets >= 50 10*9/L"}), source="test")
    assert decisive_reasons(screen_dataset(protocol, facts)) == {}


@pytest.mark.parametrize("name", packaged_protocols())
def test_the_records_told_are_among_those_of_the_explanation(
    name: str, small_cohort: Facts
) -> None:
    """Another path to the same evidence: every criterion explained, with all records."""
    screening = screen_dataset(protocol_named(name), small_cohort)
    found = decisive_reasons(screening, tuple(range(1, 101)))
    persons = tuple(sorted({person for person, _ in found}))
    explained = {
        one.person: {finding.criterion.id: finding for finding in one.findings}
        for one in explain_persons(screening, persons)
    }
    assert found
    for (person, _), reason in found.items():
        if reason.died is not None:
            continue
        finding = explained[person][reason.criterion]
        assert finding.passes is False
        failing = (name for name, one in explained[person].items() if one.passes is False)
        assert set(reason.failing) <= set(failing)
        records = {(e.table, e.row) for leaf in finding.leaves for e in leaf.evidence}
        told = {(cause.table, cause.row) for cause in reason.causes if cause.row is not None}
        assert told <= records
        assert reason.causes
