"""Every outcome that a study calls executable is answered by something that runs.

A response by the definitions of its parameter; a time by `time_to`; a shift by the instrument that
reports it; whatever else by expressions, which are judged at the planned visits as gates are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from remit.endpoints import definition_named, packaged_definitions
from remit.endpoints.definition import Definition, Gate, Response
from remit.endpoints.response_times import time_to
from remit.endpoints.study_responses import adjudicate_study
from remit.facts.opened import Facts
from remit.instruments.bound_instrument import bound_packaged
from remit.instruments.catalogue import packaged_instruments
from remit.instruments.scores import score_sheet
from remit.instruments.sheets import gather_sheet
from remit.instruments.shifts import shifts_of
from remit.instruments.visits import visits_in_order
from remit.protocol import Protocol, packaged_protocols, protocol_named


@dataclass(frozen=True, slots=True)
class Read:
    """What answers an outcome: expressions at each visit, over the outputs of some instruments."""

    expressions: tuple[str, ...]
    instruments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shift:
    """The worst grade after baseline beside that at baseline."""

    instrument: str


RESPONSE, TIME = "response", "time"
PLANNED = "planned"  # an analysis of the plan counts it


def values(*concepts: str) -> Read:
    """The values of some quantities at each visit."""
    return Read(tuple(f"recorded {concept}" for concept in concepts))


COUNTS = ("platelets", "leukocytes", "lymphocytes", "neutrophils", "hemoglobin")

ANSWERS: Mapping[str, Mapping[str, object]] = {
    "nct05631717": {
        "response_week_24": RESPONSE,
        "time_to_response": TIME,
        "sri_week_24": RESPONSE,
        "sledai_2k_course": Read(
            ("sledai_2k - sledai_2k at baseline <= 0", "sledai_2k >= 0"), ("sledai_2k",)
        ),
        "bilag_2004_course": Read(
            ("bilag_2004 - bilag_2004 at baseline <= 0", "bilag_renal is A"), ("bilag_2004",)
        ),
        "glucocorticoid_dose_course": Read(
            (
                "dose of glucocorticoid at visit >= 0 mg/d",
                "dose of glucocorticoid at visit - dose of glucocorticoid at baseline <= 0 mg/d",
            )
        ),
        "laboratory_changes": Shift("ctcae_v5"),
        "vital_sign_changes": PLANNED,
        "treatment_emergent_adverse_events": PLANNED,
        "serious_adverse_events": PLANNED,
    },
    "nct06167174": {
        "response_week_24": RESPONSE,
        "proteinuria_course": values("urine_protein_24h"),
        "urinalysis_course": values("urine_rbc", "urine_wbc", "urine_rbc_casts"),
        "blood_test_course": values(*COUNTS, "creatinine", "alt", "ast", "bilirubin_total"),
        "immune_index_course": values("c3", "c4", "anti_dsdna"),
        "symptom_course": Read(("sledai_2k >= 0",), ("sledai_2k",)),
        "adverse_events": PLANNED,
        "severe_adverse_events": PLANNED,
        "discontinuation_for_adverse_events": PLANNED,
    },
    "nct06904729": {
        "cytokine_release_syndrome": Read(("crs_grade >= 1",), ("crs_astct",)),
        "neurotoxicity": Read(("icans_grade >= 1",), ("icans_astct",)),
        "infections": Read(("any infection in (baseline, visit]",)),
        "cytopenia": Read(tuple(f"ctcae_{count}_grade >= 1" for count in COUNTS), ("ctcae_v5",)),
        "efficacy": RESPONSE,
        "inflammatory_course": values("il6", "ifn_gamma", "ferritin", "crp"),
    },
    "umin000042298": {"belimumab_response": RESPONSE},
}


def executable(protocol: Protocol) -> set[str]:
    return {outcome.id for outcome in protocol.outcomes if outcome.state == "executable"}


def definition_of(outcome: str, answer: Read) -> Definition:
    """A definition whose gates are the expressions that answer an outcome."""
    gates = tuple(
        Gate(id=f"part_{place}", text=text, expression=text)
        for place, text in enumerate(answer.expressions)
    )
    return Definition(
        kind="remit.response",
        version=1,
        id=outcome,
        title=outcome,
        citation="none",
        judged_at="each visit",
        missing="not_assessable",
        missing_ground="none",
        instruments=answer.instruments,
        responses=(Response(grade="R", label="read", gates=gates),),
    )


@pytest.fixture(scope="module")
def cohort(cohort_of: Callable[[int, int], Facts]) -> Facts:
    return cohort_of(2000, 1)


def test_every_executable_outcome_has_its_answer_and_no_other_has() -> None:
    """An outcome that nothing answers is not executable; its interpretation says what it needs."""
    assert set(ANSWERS) == set(packaged_protocols())
    for name, answers in ANSWERS.items():
        protocol = protocol_named(name)
        assert set(answers) == executable(protocol), name
        for outcome in protocol.outcomes:
            if outcome.state != "executable":
                assert outcome.interpretation, (name, outcome.id)


@pytest.mark.parametrize("name", ANSWERS)
def test_what_answers_an_outcome_runs(name: str, cohort: Facts) -> None:
    protocol = protocol_named(name)
    for outcome in protocol.outcomes:
        if outcome.state != "executable":
            continue
        answer = ANSWERS[name][outcome.id]
        match answer:
            case Read():
                study = adjudicate_study(protocol, cohort, (definition_of(outcome.id, answer),))
                (found,) = study.adjudications
                assert len(found.gates) == len(answer.expressions), outcome.id
            case Shift():
                assert shifts(answer.instrument, cohort), outcome.id
            case "planned":
                counting = (a for a in protocol.analyses if a.outcome == outcome.id)
                assert any(a.role == "safety" for a in counting), outcome.id
            case _:
                _check_responses(protocol, outcome.id, cohort, timed=answer == TIME)


def _check_responses(protocol: Protocol, outcome: str, cohort: Facts, *, timed: bool) -> None:
    """Every option of the outcome's parameter is a definition that judges some visit."""
    (found,) = (one for one in protocol.outcomes if one.id == outcome)
    assert found.definition is not None, outcome
    options = protocol.parameters[found.definition.parameter].options
    assert set(options) <= set(packaged_definitions()), outcome
    study = adjudicate_study(protocol, cohort, tuple(definition_named(n) for n in options))
    for adjudication in study.adjudications:
        assert (adjudication.places[study.visits.place > 0] >= 0).any(), adjudication.definition.id
        if timed:
            assert time_to(adjudication, study.visits, adjudication.grades[0])


def shifts(instrument: str, cohort: Facts) -> bool:
    """Whether the worst grades after baseline are reported for a few persons of the cohort."""
    bound = bound_packaged(instrument, cohort.codes)
    assert instrument in packaged_instruments()
    rows = cohort.rows("visit_occurrence", ["person_id", "visit_start_date"], persons=[1, 2, 3])
    visits = visits_in_order(
        rows["person_id"].to_numpy(),
        rows["visit_start_date"].to_numpy().astype("datetime64[D]"),
        days=bound.days,
    )
    scores = score_sheet(bound, gather_sheet(bound.inputs, visits, cohort))
    return bool(shifts_of(visits, scores))
