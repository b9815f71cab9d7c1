"""Adjudication equals the responses that the generator planted from its own state.

The planted responses come from `remit.simulate`, which reads neither instruments nor definitions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

import pytest

import remit
from remit.analysis.comparison import compare_responses
from remit.endpoints import definition_named
from remit.endpoints.study_responses import adjudicate_study
from remit.facts.opened import Facts
from remit.protocol import protocol_named
from remit.simulate import read_responses
from remit.simulate.oracle.known_responses import DEFINITIONS

Key = tuple[int, str]
Pair = tuple[str, str]


@pytest.fixture(scope="module")
def cohort(each_cohort: Facts) -> Facts:
    return each_cohort


def _planted(cohort: Facts) -> Mapping[tuple[str, str], dict[Key, Pair]]:
    """By study and definition, the observed and the imputed answer of each person and visit."""
    found: dict[tuple[str, str], dict[Key, Pair]] = defaultdict(dict)
    for row in read_responses(cohort).to_pylist():
        pair = row["response"], row["imputed"]
        found[row["study"], row["definition"]][row["person_id"], row["visit"]] = pair
    return found


def test_every_planted_response_is_found(cohort: Facts) -> None:
    """What was observed, and what is imputed, in all studies under all planted definitions."""
    pairs: dict[str, Counter[Pair]] = defaultdict(Counter)
    studies: dict[str, set[str]] = defaultdict(set)
    definitions = tuple(definition_named(name) for name in DEFINITIONS)
    adjudicated = {
        study: adjudicate_study(protocol_named(study), cohort, definitions)
        for study in {study for study, _ in _planted(cohort)}
    }
    for (study, definition), planted in _planted(cohort).items():
        result = adjudicated[study]
        (adjudication,) = (
            found for found in result.adjudications if found.definition.id == definition
        )
        visits = result.visits.visits
        keys = zip(visits.person.tolist(), visits.label, strict=True)
        words = zip(
            adjudication.words(adjudication.places),
            adjudication.words(adjudication.imputed),
            strict=True,
        )
        found = dict(zip(keys, words, strict=True))
        wrong = {key: (pair, found[key]) for key, pair in planted.items() if found[key] != pair}
        assert not wrong, (study, definition, len(wrong), list(wrong.items())[:5])
        pairs[definition].update(planted.values())
        studies[definition].add(study)
    assert set(studies) == set(DEFINITIONS)
    assert {len(found) for found in studies.values()} == {4}
    every = sum(pairs.values(), Counter())
    seen, counted = (Counter(pair[place] for pair in every.elements()) for place in (0, 1))
    assert min(seen[word] for word in ("CR", "PR", "R", "NR", "not assessable")) > 100
    assert min(counted[word] for word in ("CR", "PR", "R", "NR")) > 100
    # Only of those to whom a definition does not apply is nothing imputed.
    assert counted["not assessable"] == pairs["bicla_tulip"]["not assessable", "not assessable"] > 0
    # Each rule of imputation decides often enough to be seen when it fails.
    trials = ("access", "bicla_tulip", "sri_4")
    assert sum(pairs[name][grade, "NR"] for name in trials for grade in ("CR", "PR", "R")) > 12
    assert min(pairs[name]["not assessable", "NR"] for name in trials) > 40
    # What is not yet due is never imputed.
    for answers in pairs.values():
        assert {pair for pair in answers if "not yet due" in pair} == {("not yet due",) * 2}
    assert pairs["nanjing_registry"]["not assessable", "NR"] > 100


def test_planted_rules_are_those_of_the_definitions(cohort: Facts) -> None:
    """Whom a definition overrules and what it does with missing answers, as its file says."""
    for name, planted in DEFINITIONS.items():
        definition = definition_named(name)
        items = {item.id: item.omop for item in definition.items}
        assert planted.overruled_by == tuple(
            items[event.expression.removesuffix(" is present")] for event in definition.intercurrent
        )
        assert (
            planted.missing
            == {
                "non_responder": "NR",
                "not_assessable": "not assessable",
            }[definition.missing]
        )
    for (_, name), planted_answers in _planted(cohort).items():
        if not DEFINITIONS[name].overruled_by:
            answered = [pair for pair in planted_answers.values() if pair[0] != "not assessable"]
            assert all(response == imputed for response, imputed in answered)


def test_the_better_arm_responds_more(cohort: Facts) -> None:
    """Planted chances of complete or partial response: 0.75 against 0.50 (remit.simulate)."""
    result = remit.adjudicate("nct05631717", cohort, definition="all")
    comparison = compare_responses(result, "week_24")
    planted = _planted(cohort)[protocol_named("nct05631717").id, next(iter(DEFINITIONS))]
    at_end = {person: pair for (person, visit), pair in planted.items() if visit == "week_24"}
    assert len(at_end) == 40
    due = {person for person, pair in at_end.items() if "not yet due" not in pair}
    assert set(comparison.persons.tolist()) == due
    rates = {(rate.definition, rate.arm): rate.observed.value or 0.0 for rate in comparison.rates}
    names = ("nanjing_registry", "kdigo_2024", "access", "lunar")
    better = sum(rates[name, "stem_cells"] for name in names)
    assert better > sum(rates[name, "interleukin_2"] for name in names)
    assert comparison.flips, "the definition decides who responds"
