"""Whether an expression can be met at all, and whether it can fail, of whomever it is asked.

Facts are supposed leaf by leaf, see `suppositions`. What is supposed of one reading in one window
holds together; from one reading nothing is concluded to another. So "cannot" is sure, and "can" is
not. Unknown is left out: it makes nothing met that facts could not.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from remit.criteria.intervals import Intervals
from remit.criteria.suppositions import NOTHING, Supposed, opposite, with_leaf
from remit.criteria.tree import And, AtLeast, FirstKnown, If, Node, Not, Or, Placed, Tally
from remit.truth import Status

MOST_STEPS = 2_000


class _StepsError(Exception):
    """So many ways to suppose facts that not all are tried."""


def can_be(node: Node, answer: Status, *, supposed: Supposed = NOTHING) -> bool:
    """Whether some facts give this answer, met or not met; True where too many ways are to try."""
    return bool(ways(node, answer, supposed=supposed, most=1))


def ways(
    node: Node, answer: Status, *, supposed: Supposed = NOTHING, most: int
) -> tuple[Supposed, ...]:
    """Up to so many ways to give an answer, beside what is supposed already."""
    steps = iter(range(MOST_STEPS))
    found: list[Supposed] = []
    try:
        for way in _ways(node, answer, supposed, steps):
            found.append(way)
            if len(found) >= most:
                break
    except (_StepsError, RecursionError):
        return (*found, supposed)
    return tuple(found)


def _ways(
    node: Node, answer: Status, supposed: Supposed, steps: Iterator[int]
) -> Iterator[Supposed]:
    if next(steps, None) is None:
        raise _StepsError
    met = answer is Status.MET
    match node:
        case Placed():
            found = with_leaf(node.leaf, answer, supposed)
            if found is not None:
                yield found
        case Not():
            yield from _ways(node.part, opposite(answer), supposed, steps)
        case And() | Or():
            parts = tuple({id(part): part for part in node.parts}.values())
            least = len(parts) if isinstance(node, And) == met else 1
            yield from _together(parts, least, answer, supposed, steps)
        case AtLeast():
            least = node.minimum if met else len(node.parts) - node.minimum + 1
            yield from _together(node.parts, least, answer, supposed, steps)
        case If():
            # Where the condition fails it is not applicable, which lets a whole be either.
            for way in _ways(node.condition, Status.MET, supposed, steps):
                yield from _ways(node.then, answer, way, steps)
            yield from _ways(node.condition, Status.NOT_MET, supposed, steps)
        case FirstKnown():
            for part in node.parts:
                yield from _ways(part, answer, supposed, steps)
        case Tally():
            # Its items are those of a packaged score: they are not looked into here.
            points = [[worth for worth, _ in group] for group in node.groups]
            low = sum((min(Fraction(0), *group) for group in points), Fraction(0))
            high = sum((max(Fraction(0), *group) for group in points), Fraction(0))
            wanted = Intervals.of(node.operator, node.number)
            if (wanted if met else wanted.others()) & Intervals.between(low, high):
                yield supposed


def _together(
    parts: tuple[Node, ...],
    least: int,
    answer: Status,
    supposed: Supposed,
    steps: Iterator[int],
) -> Iterator[Supposed]:
    """The ways in which so many of the parts give the answer."""
    if least <= 0:
        yield supposed
    elif least <= len(parts):
        for way in _ways(parts[0], answer, supposed, steps):
            yield from _together(parts[1:], least - 1, answer, way, steps)
        yield from _together(parts[1:], least, answer, supposed, steps)
