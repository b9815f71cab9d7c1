"""The fewest missing facts that would let a person pass: sizes counted by hand."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.criteria.leaves import Attested
from remit.criteria.missing_facts import fewest_missing
from remit.criteria.reference import combine
from remit.criteria.tree import And, AtLeast, If, Leaf, Node, Not, Or, Placed, leaves_of
from remit.truth import MET, NOT_MET, Reason, Status, Truth, unknown

OPEN = unknown(Reason.NEEDS_ATTESTATION)


def leaf(name: str) -> Placed:
    return Placed(Attested(name), name, 0, 1)


A, B, C = leaf("a"), leaf("b"), leaf("c")


def names(node: Node, truths: dict[str, Truth], answer: Status = Status.MET) -> str:
    known: dict[Leaf, Truth] = {Attested(name): truth for name, truth in truths.items()}
    facts = fewest_missing(node, known, answer=answer)
    return " ".join(
        f"{'' if fact.wanted is Status.MET else 'not-'}{fact.placed.text}" for fact in facts
    )


@pytest.mark.parametrize(
    ("node", "truths", "answer", "expected"),
    [
        (And((A, B)), {"a": OPEN, "b": OPEN}, Status.MET, "a b"),
        (And((A, B)), {"a": OPEN, "b": OPEN}, Status.NOT_MET, "not-a"),
        (And((A, B)), {"a": MET, "b": OPEN}, Status.MET, "b"),
        (Or((A, B)), {"a": OPEN, "b": OPEN}, Status.MET, "a"),
        (Or((A, B)), {"a": NOT_MET, "b": OPEN}, Status.NOT_MET, "not-b"),
        (Not(A), {"a": OPEN}, Status.MET, "not-a"),
        (AtLeast(2, (A, B, C)), {"a": MET, "b": OPEN, "c": OPEN}, Status.MET, "b"),
        (AtLeast(2, (A, B, C)), {"a": OPEN, "b": OPEN, "c": OPEN}, Status.NOT_MET, "not-a not-b"),
        # What does not apply lets in: one answer is enough, where the rest would take two.
        (If(A, B), {"a": OPEN, "b": OPEN}, Status.MET, "not-a"),
        (If(A, B), {"a": MET, "b": OPEN}, Status.MET, "b"),
        # The same fact asked twice is one fact.
        (And((A, Or((A, B)))), {"a": OPEN, "b": OPEN}, Status.MET, "a"),
    ],
)
def test_the_fewest_facts(
    node: Node, truths: dict[str, Truth], answer: Status, expected: str
) -> None:
    assert names(node, truths, answer) == expected


def test_nothing_lets_in_where_a_known_fact_keeps_out() -> None:
    assert names(And((A, B)), {"a": NOT_MET, "b": OPEN}) == ""


def nodes() -> st.SearchStrategy[Node]:
    """Trees in which each leaf stands once: there the smallest set is exact."""

    shapes = [
        lambda p, q, r: And((p, Or((q, r)))),
        lambda p, q, r: Or((And((p, q)), r)),
        lambda p, q, r: AtLeast(2, (p, Not(q), r)),
        lambda p, q, r: Not(Or((p, And((q, r))))),
        lambda p, q, r: And((If(p, q), r)),
        lambda p, q, r: If(p, Or((q, r))),
    ]
    return st.sampled_from(shapes).map(lambda shape: shape(A, B, C))


def combined(node: Node, truths: Mapping[Leaf, Truth]) -> Truth:
    return combine(node, lambda placed: truths[placed.leaf])


@settings(max_examples=200, deadline=None)
@given(
    node=nodes(),
    truths=st.tuples(*[st.sampled_from([MET, NOT_MET, OPEN])] * 3),
    answer=st.sampled_from([Status.MET, Status.NOT_MET]),
)
def test_no_smaller_set_does_it(node: Node, truths: tuple[Truth, ...], answer: Status) -> None:
    """Every assignment of the unknown leaves is tried: another way to the same number."""
    known: dict[Leaf, Truth] = {
        placed.leaf: truth for placed, truth in zip((A, B, C), truths, strict=True)
    }
    leaves = [placed.leaf for placed in leaves_of(node)]
    unknown_leaves = [one for one in leaves if known[one].status is Status.UNKNOWN]
    if combined(node, known).status is not Status.UNKNOWN:
        return
    passing = {answer, Status.NOT_APPLICABLE}
    sizes = []
    for choice in product([None, MET, NOT_MET], repeat=len(unknown_leaves)):
        given_ = {
            one: truth
            for one, truth in zip(unknown_leaves, choice, strict=True)
            if truth is not None
        }
        found = combined(node, known | given_)
        if found.status in passing:
            sizes.append(len(given_))
    facts = fewest_missing(node, known, answer=answer)
    assert len(facts) == min(sizes, default=0)
