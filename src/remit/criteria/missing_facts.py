"""The fewest missing facts that would give an expression an answer.

`settlers` tells which single facts would decide a criterion either way. Where no single one does,
or an answer is wanted, this tells how many are needed at least, and what each would have to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from remit.criteria.reference import combine
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
    leaves_of,
)
from remit.truth import MET, NOT_MET, Status, Truth

Truths = Mapping[Leaf, Truth]


@dataclass(frozen=True, slots=True)
class MissingFact:
    """An unknown leaf and what it would have to be; UNKNOWN where any answer may do."""

    placed: Placed
    wanted: Status


def fewest_missing(node: Node, truths: Truths, *, answer: Status) -> tuple[MissingFact, ...]:
    """The fewest unknown leaves that would give an unknown expression an answer.

    Not applicable counts as the answer too: a conditional criterion that does not apply lets in.

    Args:
        answer: met or not met.

    Returns:
        As many as needed, those as written first where as few of others would do; all unknown
        leaves where the parts of an expression hang together so that no smaller set was found;
        nothing where no fact gives this answer.
    """
    search = _Search(truths)
    ways = (_fewest(node, answer, search), _fewest_idle(node, search))
    found = _smallest(ways)
    if found is None:
        return ()
    given = {fact.placed.leaf: MET if fact.wanted is Status.MET else NOT_MET for fact in found}
    status = combine(node, lambda placed: given.get(placed.leaf, truths[placed.leaf])).status
    if status in {answer, Status.NOT_APPLICABLE}:
        return found
    unknown = {
        placed.leaf: placed
        for placed in leaves_of(node)
        if truths[placed.leaf].status is Status.UNKNOWN
    }
    return tuple(MissingFact(placed, Status.UNKNOWN) for placed in unknown.values())


_Facts = tuple[MissingFact, ...]


@dataclass(frozen=True, slots=True)
class _Search:
    """What was found of the nodes of a tree: definitions share them, and each is gone down once."""

    truths: Truths
    known: dict[int, Truth] = field(default_factory=dict)
    ways: dict[tuple[int, Status], _Facts | None] = field(default_factory=dict)
    idle: dict[int, _Facts | None] = field(default_factory=dict)

    def status(self, node: Node) -> Status:
        return combine(node, lambda placed: self.truths[placed.leaf], self.known).status


def _opposite(answer: Status) -> Status:
    return Status.NOT_MET if answer is Status.MET else Status.MET


def _smallest(ways: Iterable[_Facts | None]) -> _Facts | None:
    """The way with the fewest facts, the first of several; None where there is none."""
    return min((way for way in ways if way is not None), key=len, default=None)


def _together(parts: Iterable[_Facts | None]) -> _Facts | None:
    found: dict[Leaf, MissingFact] = {}
    for part in parts:
        if part is None:
            return None
        for fact in part:
            found.setdefault(fact.placed.leaf, fact)
    return tuple(found.values())


def _fewest(node: Node, answer: Status, search: _Search) -> _Facts | None:
    """The facts that give a node the answer: nothing needed is `()`, None is impossible."""
    key = (id(node), answer)
    if key not in search.ways:
        search.ways[key] = _fewest_below(node, answer, search)
    return search.ways[key]


def _fewest_below(node: Node, answer: Status, search: _Search) -> _Facts | None:
    match node:
        case Placed():
            status = search.truths[node.leaf].status
            if status is Status.UNKNOWN:
                return (MissingFact(node, answer),)
            return () if status is answer else None
        case Not():
            return _fewest(node.part, _opposite(answer), search)
        case And():
            return _of_parts(node.parts, len(node.parts), answer, search)
        case Or():
            return _of_parts(node.parts, 1, answer, search)
        case AtLeast():
            return _of_parts(node.parts, node.minimum, answer, search)
        case If():
            condition = _fewest(node.condition, Status.MET, search)
            return _together((condition, _fewest(node.then, answer, search)))
        case FirstKnown():
            return _of_first_known(node, answer, search)
        case Tally():
            status = search.status(node)
            return () if status is answer else None


def _fewest_idle(node: Node, search: _Search) -> _Facts | None:
    """The facts by which a node would not apply."""
    if id(node) not in search.idle:
        search.idle[id(node)] = _fewest_idle_below(node, search)
    return search.idle[id(node)]


def _fewest_idle_below(node: Node, search: _Search) -> _Facts | None:
    if isinstance(node, If):
        return _smallest(
            (
                _fewest(node.condition, Status.NOT_MET, search),
                _fewest_idle(node.then, search),
            )
        )
    if isinstance(node, Not):
        return _fewest_idle(node.part, search)
    return None


def _of_parts(
    parts: tuple[Node, ...], minimum: int, answer: Status, search: _Search
) -> _Facts | None:
    """So many of the parts with the answer; of `all of them`, those that do not apply are none."""
    needed = minimum if answer is Status.MET else len(parts) - minimum + 1
    ways = [_fewest(part, answer, search) for part in parts]
    if needed == len(parts):
        idle = (_fewest_idle(part, search) for part in parts)
        return _together(_smallest(pair) for pair in zip(ways, idle, strict=True))
    possible = sorted((way for way in ways if way is not None), key=len)
    return _together(possible[:needed]) if len(possible) >= needed else None


def _of_first_known(node: FirstKnown, answer: Status, search: _Search) -> _Facts | None:
    """What is known decides; else the first that could be known: a recorded result, say."""
    for part in node.parts:
        status = search.status(part)
        if status is not Status.UNKNOWN:
            return () if status is answer else None
    return _smallest(_fewest(part, answer, search) for part in node.parts)
