"""Which parts of an expression decided it, for one person: the leaves, or a score of its items.

Of parts that each decide alone, one is named: one with a record before one without, then the one
whose record is the latest, then the first as written. Where only all of them together decide, all
are named, in the order in which they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from remit.criteria.evidence import Evidence
from remit.criteria.meanings import evaluate_leaf
from remit.criteria.reference import combine
from remit.criteria.reference.records import PersonRecords
from remit.criteria.reference.values import Found
from remit.criteria.tree import (
    And,
    AtLeast,
    FirstKnown,
    If,
    Leaf,
    Node,
    Not,
    Or,
    Placed,
    Tally,
    ValueIn,
    ValueTest,
    leaves_of,
)
from remit.instruments.criteria_scores import packaged_scores
from remit.truth import Status, Truth


@dataclass(frozen=True, slots=True)
class DecisiveLeaf:
    """A leaf that decided, its answer and the records behind it."""

    leaf: Leaf
    status: Status
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class DecisiveScore:
    """A score that no record holds and that its items decided.

    Attributes:
        leaf: what the criterion asks of the score.
        points: the least and the most that the items give; None for a classification.
        evidence: the records behind the items that are there.
    """

    leaf: ValueTest | ValueIn
    status: Status
    points: tuple[Fraction, Fraction] | None
    evidence: tuple[Evidence, ...]


Decider = DecisiveLeaf | DecisiveScore


class LeafTruths:
    """The truths of leaves for one person, each worked out when it is first asked for.

    Definitions share nodes, and each is gone down once. The nodes must outlive this.
    """

    def __init__(self, person: PersonRecords) -> None:
        self.person = person
        self._found: dict[Leaf, Found] = {}
        self._known: dict[int, Truth] = {}
        self._deciders: dict[int, tuple[Decider, ...]] = {}

    def found(self, leaf: Leaf) -> Found:
        if leaf not in self._found:
            self._found[leaf] = evaluate_leaf(leaf, self.person)
        return self._found[leaf]

    def truth(self, node: Node) -> Truth:
        return combine(node, lambda placed: self.found(placed.leaf).truth, self._known)

    def deciders(self, node: Node) -> tuple[Decider, ...]:
        """As `deciders_of`."""
        if id(node) not in self._deciders:
            self._deciders[id(node)] = _deciders_of(node, self)
        return self._deciders[id(node)]


def deciders_of(node: Node, truths: LeafTruths) -> tuple[Decider, ...]:
    """What decided an expression that is met or not met."""
    return truths.deciders(node)


def _deciders_of(node: Node, truths: LeafTruths) -> tuple[Decider, ...]:
    match node:
        case Placed():
            found = truths.found(node.leaf)
            return (DecisiveLeaf(node.leaf, found.truth.status, found.evidence),)
        case Not():
            return deciders_of(node.part, truths)
        case If():
            return deciders_of(node.then, truths)
        case And():
            return _of_parts(node.parts, None, truths)
        case Or():
            return _of_parts(node.parts, 1, truths)
        case AtLeast():
            return _of_parts(node.parts, node.minimum, truths)
        case FirstKnown():
            return _of_first_known(node, truths)
        case Tally():
            raise AssertionError("a tally stands beside the record of its score")


def latest(evidence: Iterable[Evidence]) -> Evidence | None:
    """The record that begins last, of those of what happened to the person."""
    dated = (item for item in evidence if item.table != "person")
    return max(dated, key=lambda item: (item.day, item.row), default=None)


def _of_parts(
    parts: tuple[Node, ...], minimum: int | None, truths: LeafTruths
) -> tuple[Decider, ...]:
    """The deciders of the parts that give the answer of at least so many; None: of all that apply.

    Nothing where none of them does: fewer parts apply than are asked for.
    """
    statuses = [truths.truth(part).status for part in parts]
    applicable = len(parts) - statuses.count(Status.NOT_APPLICABLE)
    least = applicable if minimum is None else minimum
    met = statuses.count(Status.MET) >= least
    answer, needed = (Status.MET, least) if met else (Status.NOT_MET, applicable - least + 1)
    found = [
        deciders_of(part, truths)
        for part, status in zip(parts, statuses, strict=True)
        if status is answer
    ]
    if needed == 1 and found:
        return max(found, key=_worth)
    return tuple(dict.fromkeys(decider for deciders in found for decider in deciders))


def _worth(deciders: tuple[Decider, ...]) -> tuple[bool, date]:
    record = latest(item for decider in deciders for item in decider.evidence)
    return record is not None, record.day if record is not None else date.min


def _of_first_known(node: FirstKnown, truths: LeafTruths) -> tuple[Decider, ...]:
    first = node.parts[0]
    known = next(part for part in node.parts if truths.truth(part).status is not Status.UNKNOWN)
    if known is first or not isinstance(first, Placed):
        return deciders_of(known, truths)
    leaf = first.leaf
    if isinstance(known, Tally):
        assert isinstance(leaf, ValueTest), "a tally stands for a recorded number"
    elif not (isinstance(leaf, ValueIn) and leaf.name in packaged_scores()):
        return deciders_of(known, truths)
    evidence = tuple(
        item
        for placed in leaves_of(known)
        if (found := truths.found(placed.leaf)).truth.status is Status.MET
        for item in found.evidence
    )
    points = _points(known, truths.truth) if isinstance(known, Tally) else None
    return (DecisiveScore(leaf, truths.truth(known).status, points, evidence),)


def _points(tally: Tally, truth_of: Callable[[Node], Truth]) -> tuple[Fraction, Fraction]:
    """The least and the most points: what is unknown counts, or not."""
    low = high = Fraction(0)
    for group in tally.groups:
        statuses = [(points, truth_of(part).status) for points, part in group]
        sure = max((p for p, status in statuses if status is Status.MET), default=Fraction(0))
        low += sure
        high += max([sure, *(p for p, status in statuses if status is Status.UNKNOWN)])
    return low, high
