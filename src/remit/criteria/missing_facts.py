"""The fewest missing facts that would give an expression an answer.

`settlers` tells which single facts would decide a criterion either way. Where no single one does,
or an answer is wanted, this tells how many are needed at least, and what each would have to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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
    ways = (_fewest(node, answer, truths), _fewest_idle(node, truths))
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


def _fewest(node: Node, answer: Status, truths: Truths) -> _Facts | None:
    """The facts that give a node the answer: nothing needed is `()`, None is impossible."""
    match node:
        case Placed():
            status = truths[node.leaf].status
            if status is Status.UNKNOWN:
                return (MissingFact(node, answer),)
            return () if status is answer else None
        case Not():
            return _fewest(node.part, _opposite(answer), truths)
        case And():
            return _of_parts(node.parts, len(node.parts), answer, truths)
        case Or():
            return _of_parts(node.parts, 1, answer, truths)
        case AtLeast():
            return _of_parts(node.parts, node.minimum, answer, truths)
        case If():
            condition = _fewest(node.condition, Status.MET, truths)
            return _together((condition, _fewest(node.then, answer, truths)))
        case FirstKnown():
            return _of_first_known(node, answer, truths)
        case Tally():
            status = combine(node, lambda placed: truths[placed.leaf]).status
            return () if status is answer else None


def _fewest_idle(node: Node, truths: Truths) -> _Facts | None:
    """The facts by which a node would not apply."""
    if isinstance(node, If):
        return _smallest(
            (
                _fewest(node.condition, Status.NOT_MET, truths),
                _fewest_idle(node.then, truths),
            )
        )
    if isinstance(node, Not):
        return _fewest_idle(node.part, truths)
    return None


def _of_parts(
    parts: tuple[Node, ...], minimum: int, answer: Status, truths: Truths
) -> _Facts | None:
    """So many of the parts with the answer; of `all of them`, those that do not apply are none."""
    needed = minimum if answer is Status.MET else len(parts) - minimum + 1
    ways = [_fewest(part, answer, truths) for part in parts]
    if needed == len(parts):
        idle = (_fewest_idle(part, truths) for part in parts)
        return _together(_smallest(pair) for pair in zip(ways, idle, strict=True))
    possible = sorted((way for way in ways if way is not None), key=len)
    return _together(possible[:needed]) if len(possible) >= needed else None


def _of_first_known(node: FirstKnown, answer: Status, truths: Truths) -> _Facts | None:
    """What is known decides; else the first that could be known: a recorded result, say."""
    for part in node.parts:
        status = combine(part, lambda placed: truths[placed.leaf]).status
        if status is not Status.UNKNOWN:
            return () if status is answer else None
    return _smallest(_fewest(part, answer, truths) for part in node.parts)
