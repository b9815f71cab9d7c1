"""Adjudication equals the responses that the generator planted from its own state.

The planted responses come from `remit.simulate`, which reads neither instruments nor definitions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

import pytest

import remit
from remit.facts.dataset import Dataset
from remit.simulate import read_responses, write_cohort

Key = tuple[int, str]


@pytest.fixture(scope="module", params=[1, 20261122])
def cohort(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("responses") / str(request.param)
    return write_cohort(folder, persons=2000, seed=request.param)


def _planted(cohort: Dataset) -> Mapping[tuple[str, str], dict[Key, str]]:
    found: dict[tuple[str, str], dict[Key, str]] = defaultdict(dict)
    for row in read_responses(cohort).to_pylist():
        found[row["study"], row["definition"]][row["person_id"], row["visit"]] = row["response"]
    return found


def test_every_planted_response_is_found(cohort: Dataset) -> None:
    words: Counter[str] = Counter()
    for (study, definition), planted in _planted(cohort).items():
        result = remit.adjudicate(study.lower(), cohort, definition=definition)
        adjudication = result.adjudications[0]
        visits = result.visits.visits
        found = {
            (int(person), label): word
            for person, label, word in zip(
                visits.person, visits.label, adjudication.words(adjudication.places), strict=True
            )
        }
        wrong = {key: (word, found[key]) for key, word in planted.items() if found[key] != word}
        assert not wrong, (study, definition, len(wrong), list(wrong.items())[:5])
        words.update(planted.values())
    assert min(words[word] for word in ("CR", "PR", "R", "NR", "not assessable")) > 100


def test_the_better_arm_responds_more(cohort: Dataset) -> None:
    """Planted chances of complete or partial response: 0.75 against 0.50 (remit.simulate)."""
    result = remit.adjudicate("nct05631717", cohort, definition="all")
    comparison = result.compare("week_24")
    assert len(comparison.persons) == 40
    rates = {(rate.definition, rate.arm): rate.observed.value or 0.0 for rate in comparison.rates}
    names = ("nanjing_registry", "kdigo_2024", "access", "lunar")
    better = sum(rates[name, "stem_cells"] for name in names)
    assert better > sum(rates[name, "interleukin_2"] for name in names)
    assert comparison.flips, "the definition decides who responds"
