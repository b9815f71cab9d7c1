"""One dataset has one resolution of codes: criterion, score, dose and response agree on a record.

The kinds of fault are those of decision 6: descendants of a code reached the criteria and nothing
else, and a window of months shared its first day with one of days.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

import remit
from remit.criteria.environment import Environment
from remit.endpoints import definition_named
from remit.endpoints.study_responses import adjudicate_study
from remit.facts.codes import NO_VOCABULARY
from remit.facts.dictionary import packaged_dictionary
from remit.facts.opened import Facts
from remit.instruments.bound_instrument import bound_packaged
from remit.instruments.dataset_scores import score_dataset
from remit.instruments.exposure import drug_exposure
from remit.protocol import protocol_named
from remit.screening import explain_person, screen_dataset
from remit.testing import Row, small_facts, study_text, verdicts
from remit.truth import Status

PLATELETS_BELOW, PREDNISONE_BELOW = 3_999_001, 3_999_002
DAY = "2024-03-31"
SCREENED = date(2024, 3, 31)


@pytest.fixture(scope="module")
def facts() -> Facts:
    """A count of 40 and an era of 20 mg, each coded below the concept that the dictionary lists."""
    return small_facts(
        [
            {"ancestor": "platelets", "descendant": PLATELETS_BELOW},
            {"ancestor": "prednisone", "descendant": PREDNISONE_BELOW},
            {
                "concept": PLATELETS_BELOW,
                "table": "measurement",
                "date": DAY,
                "number": "40",
                "unit": "10*9/L",
            },
            {"drug": PREDNISONE_BELOW, "start": "2024-01-01", "end": "2024-06-01", "dose": "20 mg"},
            {"anchor": "screening", "date": DAY},
        ],
        data_cut=date(2024, 6, 30),
    )


def test_a_criterion_meets_what_lies_below_its_concept(facts: Facts) -> None:
    study = study_text(
        {
            "low": "platelets < 100 10*9/L",
            "dose": "dose of glucocorticoid at screening >= 20 mg/d",
            "more": "dose of glucocorticoid at screening > 20 mg/d",
            "score": "sledai_2k >= 1",
        }
    )
    found = verdicts(study, facts)[1]
    assert found == {"low": "met", "dose": "met", "more": "not_met", "score": "met"}


def test_a_score_reads_the_same_record(facts: Facts) -> None:
    bound = bound_packaged("sledai_2k", facts.codes)
    _, scores = score_dataset(bound, facts, at=date(2024, 3, 31))
    assert scores.findings["thrombocytopenia"].verdict.statuses[0] == Status.MET
    # Bound without the data's vocabulary the record would not be seen.
    plain = bound_packaged("sledai_2k", NO_VOCABULARY)
    _, blind = score_dataset(plain, facts, at=date(2024, 3, 31))
    assert blind.findings["thrombocytopenia"].verdict.statuses[0] == Status.UNKNOWN


def test_a_dose_reads_the_same_era(facts: Facts) -> None:
    (found,) = drug_exposure("glucocorticoid", facts, at=date(2024, 3, 31), lookback=28)
    assert found.daily == 20
    assert found.cumulative == 20 * 28


def test_an_explanation_shows_the_same_record(facts: Facts) -> None:
    text = study_text({"low": "platelets < 100 10*9/L"})
    from remit.protocol import read_protocol_text

    screening = screen_dataset(read_protocol_text(text, source="study.toml"), facts)
    (finding,) = explain_person(screening, 1).findings
    (leaf,) = finding.leaves
    assert [record.value for record in leaf.evidence] == [40.0]


@pytest.mark.parametrize(
    ("window", "inside"),
    [
        ("3 months", "2023-12-31"),  # from the last day of December on
        ("90 days", "2024-01-01"),
        ("91 days", "2023-12-31"),
        ("1 month", "2024-02-29"),  # a day that February does not have is its last
        ("30 days", "2024-03-01"),
        ("1 year", "2023-03-31"),
        ("52 weeks", "2023-04-02"),
    ],
)
def test_months_and_days_are_what_they_say(window: str, inside: str) -> None:
    """The first day that a window holds, and the day before it, in a protocol that mixes units."""
    first = date.fromisoformat(inside)
    before = date.fromordinal(first.toordinal() - 1)
    lab = {"concept": "platelets", "number": "40", "unit": "10*9/L"}
    made = small_facts(
        [
            {**lab, "person_id": 1, "date": first.isoformat()},
            {**lab, "person_id": 2, "date": before.isoformat()},
            *({"anchor": "screening", "date": DAY, "person_id": person} for person in (1, 2)),
        ],
        data_cut=date(2024, 6, 30),
    )
    study = study_text(
        {
            "asked": f"latest platelets in [screening - {window}, screening] < 100 10*9/L",
            **{
                f"other{number}": f"latest platelets in [screening - {other}, screening] > 1 10*9/L"
                for number, other in enumerate(("3 months", "90 days", "1 month", "30 days"))
            },
        }
    )
    found = verdicts(study, made)
    assert [found[person]["asked"] for person in (1, 2)] == ["met", "unknown(no_data)"]


def test_a_parameter_set_in_days_beside_months(small_cohort: Facts) -> None:
    """`--set laboratory_lookback="90 days"`: the two evaluators agree on every person explained."""
    protocol = remit.open_protocol("nct06904729", laboratory_lookback="90 days")
    screening = screen_dataset(protocol, small_cohort)
    for person in (1, 2, 3, 50, 399):
        assert explain_person(screening, person).person == person


TRIAL = protocol_named("NCT05631717")
ENTRY = "2024-01-10"


def _followed(*, below: bool) -> Facts:
    """Proteinuria that falls under prednisone; the codes are those listed, or lie below them."""
    ratio, drug = ("upcr", "prednisone") if not below else (3_999_003, PREDNISONE_BELOW)
    rows: list[Row] = [{"anchor": name, "date": ENTRY, "study": TRIAL.id} for name in TRIAL.anchors]
    rows += [
        {"ancestor": "upcr", "descendant": 3_999_003},
        {"ancestor": "prednisone", "descendant": PREDNISONE_BELOW},
        {"drug": drug, "start": "2023-12-01", "end": "2024-12-31", "dose": "5 mg"},
    ]
    for day, number in ((ENTRY, "2.4"), ("2024-04-03", "0.3"), ("2024-07-10", "0.3")):
        row: Row = {"concept": ratio, "date": day, "number": number, "unit": "g/g"}
        rows.append({**row, "table": "measurement"} if below else row)
        rows.append({"concept": "egfr", "date": day, "number": "95", "unit": "mL/min/{1.73_m2}"})
    return small_facts(rows, data_cut=date(2025, 6, 30))


def test_a_response_reads_the_same_records() -> None:
    definitions = (definition_named("kdigo_2024"),)
    listed, below = (
        adjudicate_study(TRIAL, _followed(below=is_below), definitions, arms={1: "treated"})
        for is_below in (False, True)
    )
    for one, other in zip(listed.adjudications, below.adjudications, strict=True):
        assert (one.places == other.places).all()
        assert (one.places >= 0).any(), "some visit is judged"


def test_what_a_concept_excludes_is_in_no_path(facts: Facts) -> None:
    dictionary = packaged_dictionary()
    named = dict(dictionary.concepts)
    for name, code in (("platelets", PLATELETS_BELOW), ("prednisone", PREDNISONE_BELOW)):
        named[name] = replace(named[name], excludes=(code,))
    without = facts.under(replace(dictionary, concepts=named))
    _, scores = score_dataset(bound_packaged("sledai_2k", without.codes), without, at=SCREENED)
    assert scores.findings["thrombocytopenia"].verdict.statuses[0] == Status.UNKNOWN
    (dose,) = drug_exposure("glucocorticoid", without, at=SCREENED, lookback=28)
    assert dose.daily == 0
    environment = Environment(without.codes.dictionary, frozenset(), codes=without.codes)
    concept = environment.dictionary.concept("platelets")
    assert PLATELETS_BELOW not in environment.measure(concept).ids
