"""What an answer rests on: the parts of an expression that decided it, and scores' totals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from remit.criteria.reference import combine
from remit.criteria.tree import FirstKnown, If, Leaf, Node, Placed, Tally, parts_of
from remit.truth import Status, Truth


def deciding_leaves(node: Node, truths: Mapping[Leaf, Truth]) -> tuple[Placed, ...]:
    """The leaves that an answer rests on, from left to right.

    Of what fails, what failed; of what is met, what is met; of what is unknown, what is missing.
    Other leaves could change without a change of the answer.
    """
    known: dict[int, Truth] = {}

    def status(part: Node) -> Status:
        return combine(part, lambda placed: truths[placed.leaf], known).status

    # Definitions share nodes: each is gone down once.
    found: dict[Placed, None] = {}
    waiting, seen = [node], set[int]()
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, Placed):
            found[part] = None
        else:
            waiting.extend(reversed(_deciding_parts(part, status)))
    return tuple(found)


def _deciding_parts(node: Node, status: Callable[[Node], Status]) -> tuple[Node, ...]:
    parts = parts_of(node)
    match node:
        case If():
            return parts if status(node.condition) is Status.MET else (node.condition,)
        case FirstKnown():
            known = (part for part in parts if status(part) is not Status.UNKNOWN)
            first = next(known, None)
            return parts if first is None else (first,)
        case Tally() if status(node) is not Status.UNKNOWN:
            return parts  # each of them gave points, or gave none
    same = status(node)
    if len(parts) == 1:
        return parts
    return tuple(part for part in parts if status(part) is same) or parts


def leaves_by_score(node: Node) -> Iterator[tuple[Placed, str | None]]:
    """The leaves from left to right as `leaves_of`, each with the score of whose items it is one.

    A score among the items of another is one of those items. A recorded result is no item.
    """
    seen, waiting = set[int](), list[tuple[Node, str | None]]([(node, None)])
    while waiting:
        found, score = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, Placed):
            yield found, score
            continue
        below = [(part, score) for part in parts_of(found)]
        if isinstance(found, FirstKnown) and score is None and found.score is not None:
            below[1:] = [(part, found.score) for part, _ in below[1:]]
        waiting.extend(reversed(below))


@dataclass(frozen=True, slots=True)
class ScoreTotal:
    """The points that the items of a score give, at least and at most."""

    low: Fraction
    high: Fraction


def score_totals(node: Node, truths: Mapping[Leaf, Truth]) -> Mapping[str, ScoreTotal]:
    """Name of each score that is a sum of points -> its total from the items."""
    found: dict[str, ScoreTotal] = {}
    known: dict[int, Truth] = {}
    waiting, seen = [node], set[int]()
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, Tally):
            found.setdefault(part.name, _total(part, truths, known))
        waiting.extend(reversed(parts_of(part)))
    return found


def _total(tally: Tally, truths: Mapping[Leaf, Truth], known: dict[int, Truth]) -> ScoreTotal:
    low = high = Fraction(0)
    for group in tally.groups:
        answers = [
            (points, combine(part, lambda placed: truths[placed.leaf], known).status)
            for points, part in group
        ]
        sure = max(
            (points for points, status in answers if status is Status.MET), default=Fraction(0)
        )
        may = (points for points, status in answers if status is Status.UNKNOWN)
        low, high = low + sure, high + max((sure, *may))
    return ScoreTotal(low, high)
