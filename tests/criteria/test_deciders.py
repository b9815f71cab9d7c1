"""Which parts an answer rests on, and what the items of a score give."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from criteria.spec.writing import ENVIRONMENT as SPEC_ENVIRONMENT
from remit.criteria.binder import bind_expression
from remit.criteria.deciders import deciding_leaves, leaves_by_score, score_totals
from remit.criteria.parameters import with_values
from remit.criteria.tree import Leaf, leaves_of
from remit.instruments.criteria_scores import packaged_scores
from remit.truth import MET, NOT_MET, Reason, Truth, unknown

NAMES = ("a", "b", "c", "d")
ENVIRONMENT = replace(
    SPEC_ENVIRONMENT,
    attestations=frozenset(NAMES),
    scores=packaged_scores(),
    parameters={"lookback": "28 days", "limit": "0.5 g/g"},
)
WORDS = {"m": MET, "n": NOT_MET, "u": unknown(Reason.NO_DATA)}


@pytest.mark.parametrize(
    ("text", "answers", "decide"),
    [
        ("attested a and attested b and attested c", "mnn", "bc"),
        ("attested a and attested b", "mm", "ab"),
        ("attested a and attested b", "mu", "b"),
        ("attested a and attested b", "nu", "a"),
        ("attested a or attested b or attested c", "mnm", "ac"),
        ("attested a or attested b", "nn", "ab"),
        ("attested a or attested b", "nu", "b"),
        ("not (attested a and attested b)", "nm", "a"),
        ("if attested a then attested b", "mn", "ab"),
        ("if attested a then attested b", "nm", "a"),
        ("if attested a then attested b", "um", "a"),
        ("at least 2 of (attested a, attested b, attested c)", "mnm", "ac"),
        ("at least 2 of (attested a, attested b, attested c)", "nnm", "ab"),
        ("first known of (attested a, attested b)", "un", "b"),
        ("first known of (attested a, attested b)", "mn", "a"),
        ("first known of (attested a, attested b)", "uu", "ab"),
        ("(attested a and attested b) or (attested c and attested d)", "mnnm", "bc"),
        ("(attested a and attested b) or (attested c and attested d)", "mmnm", "ab"),
        ("(if attested a then attested b) and attested c", "nmm", "c"),
        ("if attested a then attested b and attested c", "mmn", "ac"),
    ],
)
def test_what_an_answer_rests_on(text: str, answers: str, decide: str) -> None:
    node = bind_expression(text, ENVIRONMENT)
    truth = dict(zip(NAMES, (WORDS[word] for word in answers), strict=False))
    truths = {placed.leaf: truth[placed.text.split()[-1]] for placed in leaves_of(node)}
    found = deciding_leaves(node, truths)
    assert "".join(placed.text.split()[-1] for placed in found) == decide


def test_leaves_know_the_score_of_whose_items_they_are() -> None:
    node = bind_expression("sledai_2k >= 6 and upcr > 0.5 g/g", ENVIRONMENT)
    found = list(leaves_by_score(node))
    assert [placed for placed, _ in found] == list(leaves_of(node))
    named = {placed.text: score for placed, score in found}
    assert named["sledai_2k >= 6"] is None
    assert named["upcr > 0.5 g/g"] is None
    assert named["seizure is present"] == "sledai_2k"
    assert sum(score == "sledai_2k" for score in named.values()) >= 24


def test_the_total_of_a_score_is_that_of_its_items() -> None:
    """SLEDAI-2K (Gladman 2002): 8 points a seizure, 2 a rash."""
    node = bind_expression("sledai_2k >= 6", ENVIRONMENT)
    said = {"seizure is present": MET, "rash is present": unknown(Reason.NO_DATA)}
    truths: dict[Leaf, Truth] = {
        placed.leaf: said.get(placed.text, NOT_MET) for placed in leaves_of(node)
    }
    total = score_totals(node, truths)["sledai_2k"]
    assert (total.low, total.high) == (Fraction(8), Fraction(10))


def test_a_part_reads_with_the_values_of_its_parameters() -> None:
    text = "any upcr in [screening - $lookback, screening] > $limit"
    (placed,) = leaves_of(bind_expression(text, ENVIRONMENT))
    assert placed.text == "any upcr in [screening - 28 days, screening] > 0.5 g/g"
    assert with_values("$lookback and $other", {"lookback": "28 days"}) == "28 days and $other"
