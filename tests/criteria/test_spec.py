"""Every spec row, by both evaluators, and with a visit as subject."""

from __future__ import annotations

from functools import cache

import pytest

from criteria.spec.catalogue import CHAPTERS
from criteria.spec.running import answer_specs
from criteria.spec.writing import Spec
from remit.truth import Truth

ROWS = [
    pytest.param(chapter, number, spec, id=f"{chapter}-{number}: {spec.note}")
    for chapter, constructs in CHAPTERS.items()
    for number, spec in enumerate(spec for item in constructs for spec in item.specs)
]


@cache
def _answers(chapter: str) -> list[tuple[Truth, Truth, Truth]]:
    return answer_specs([spec for item in CHAPTERS[chapter] for spec in item.specs])


@pytest.mark.parametrize(("chapter", "number", "spec"), ROWS)
def test_both_evaluators_give_the_answer_of_the_page(chapter: str, number: int, spec: Spec) -> None:
    reference, columns, visit = _answers(chapter)[number]
    records = "\n".join(f"  {fact.says}" for fact in spec.facts)
    asked = f"{spec.expression}\n{records}\nshould be {spec.answer}: {spec.note}"
    assert reference == spec.truth, f"reference: {reference}\n{asked}"
    assert columns == spec.truth, f"columns: {columns}\n{asked}"
    assert visit == spec.truth, f"columns, at one visit of a person who has three: {visit}\n{asked}"


def test_the_24_constructs_of_eligibility_pages_are_served() -> None:
    served = {number for items in CHAPTERS.values() for item in items for number in item.numbers}
    # 24, the underspecified criterion, is no expression: the page's last chapter.
    assert served == set(range(1, 24))
