"""Each packaged study holds every criterion, visit and outcome of its registry entry.

The checklists are in `protocol_checklist`.
"""

from __future__ import annotations

import itertools

import pytest
from protocol_checklist import CHECKLIST, COHORTS, OPEN_QUESTIONS, OUTCOMES, VISITS

from remit.criteria.binder import bind_expression
from remit.criteria.environment import Environment
from remit.facts.codes import NO_VOCABULARY
from remit.facts.dictionary import packaged_dictionary
from remit.protocol import Protocol, packaged_protocols, protocol_named


def unfolded(protocol: Protocol, expression: str) -> str:
    """The expression with its definitions and literals written out, on one line."""
    texts = protocol.definition_texts()
    for _ in texts:
        for name, text in texts.items():
            expression = expression.replace(f"meets {name}", f"({text})")
    for name, literal in protocol.literal_texts().items():
        expression = expression.replace(f"${name}", literal)
    return " ".join(expression.split())


def test_the_four_studies_are_packaged() -> None:
    assert set(packaged_protocols()) == set(CHECKLIST)


@pytest.mark.parametrize("name", CHECKLIST)
def test_every_criterion_is_there_and_no_other(name: str) -> None:
    assert [c.id for c in protocol_named(name).criteria] == list(CHECKLIST[name])


@pytest.mark.parametrize(
    ("name", "identifier"), [(name, i) for name, entries in CHECKLIST.items() for i in entries]
)
def test_each_criterion_says_what_the_page_asks(name: str, identifier: str) -> None:
    protocol = protocol_named(name)
    criterion = protocol.criterion(identifier)
    state, *pieces = CHECKLIST[name][identifier]
    assert criterion.state == state
    assert criterion.kind == ("inclusion" if identifier.startswith("I") else "exclusion")
    expression = unfolded(protocol, criterion.expression or "")
    for piece in pieces:
        assert piece in expression


def test_each_cohort_of_the_kyoto_study_has_its_own_criteria() -> None:
    protocol = protocol_named("umin000042298")
    assert [cohort.id for cohort in protocol.cohorts] == list(COHORTS)
    for cohort, expected in COHORTS.items():
        found = {criterion.id for criterion in protocol.criteria_of(cohort)}
        assert found == expected | {"I0a", "E0a", "E0b"}


@pytest.mark.parametrize("name", VISITS)
def test_visits(name: str) -> None:
    visits = protocol_named(name).visits
    found = [("week", v.week) if v.week is not None else ("month", v.month) for v in visits]
    assert found == VISITS[name]


@pytest.mark.parametrize("name", OUTCOMES)
def test_outcomes(name: str) -> None:
    outcomes = protocol_named(name).outcomes
    assert len(outcomes) == len(OUTCOMES[name])
    assert {(outcome.type, outcome.id) for outcome in outcomes} == OUTCOMES[name]


@pytest.mark.parametrize("name", OPEN_QUESTIONS)
def test_what_the_registry_leaves_open_is_a_parameter(name: str) -> None:
    parameters = protocol_named(name).parameters
    assert OPEN_QUESTIONS[name] <= set(parameters)
    for parameter in parameters.values():
        assert len(parameter.ground.split()) >= 5


def test_lost_signs_are_confirmed_with_their_ground() -> None:
    protocol = protocol_named("nct05631717")
    confirmed = {c.id: c.confirmation for c in protocol.criteria if c.confirmation is not None}
    assert set(confirmed) == {"I2", "I3"}
    for confirmation in confirmed.values():
        assert "page 003" in confirmation.ground
    primary = protocol.outcomes[0]
    assert primary.confirmation is not None
    assert "ACCESS" in primary.confirmation.ground
    assert len(primary.confirmation.operators) == 3


def expressions_of(protocol: Protocol) -> list[tuple[str, str]]:
    named = [(c.id, c.expression) for c in protocol.criteria if c.expression is not None]
    for name, parameter in protocol.parameters.items():
        if parameter.type == "expression":
            named += [(f"{name} {option}", text) for option, text in parameter.options.items()]
    return named


@pytest.mark.parametrize("name", CHECKLIST)
def test_every_expression_binds_with_every_option(name: str) -> None:
    protocol = protocol_named(name)
    environment = Environment(
        dictionary=packaged_dictionary(),
        anchors=frozenset(protocol.anchors),
        default_window=protocol.windows.default,
        concept_windows=protocol.windows.concepts,
        definitions=protocol.definition_texts(),
        parameters=protocol.literal_texts(),
        attestations=frozenset(protocol.attestations),
        codes=NO_VOCABULARY,
    )
    for source, text in expressions_of(protocol):
        assert bind_expression(text, environment, source=source) is not None
    for concept in protocol.windows.concepts:
        assert concept in packaged_dictionary().concepts


def test_no_immunosuppressant_slips_past_the_list_of_standard_treatment() -> None:
    """Criterion I6 of NCT06167174 names the drugs outside its list one by one."""
    allowed = {"tacrolimus", "methotrexate", "azathioprine", "mycophenolate_mofetil"}
    protocol = protocol_named("nct06167174")
    outside = str(protocol.definitions["treatment_outside_standard"])
    members = {leaf.name for leaf in packaged_dictionary().leaves("immunosuppressant")}
    assert {name for name in members if f"any {name} in" in outside} == members - allowed


def test_no_two_studies_share_a_name() -> None:
    names = [{p.name, p.id.lower(), *p.aliases} for p in map(protocol_named, packaged_protocols())]
    for one, other in itertools.combinations(names, 2):
        assert not one & other


def test_a_file_is_named_by_its_study() -> None:
    for name in packaged_protocols():
        assert protocol_named(name).name == name
