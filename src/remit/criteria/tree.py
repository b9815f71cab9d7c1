"""The typed tree of a bound expression: frozen nodes over leaves; names resolved, units checked.

Two evaluators walk this tree: `reference` (plain Python, one subject, with evidence; it reads like
the definition) and `columns` (numpy, all subjects at once). Meaning:
`docs/decisions/0002-criterion-language.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from remit.criteria.leaves import (
    AgeTest,
    Attested,
    AttributeIn,
    CountTest,
    DoseDays,
    DoseTest,
    Exists,
    Leaf,
    LinearTest,
    Quantified,
    SexIs,
    Unchanged,
    ValueIn,
    ValueTest,
)
from remit.criteria.readings import (
    DOSE_FACTORS,
    FLIPPED,
    AbsenceRule,
    Dose,
    Events,
    Ingredient,
    LimitMultiple,
    Measure,
    Operator,
    Read,
    Reading,
    Test,
    Threshold,
    Value,
    WindowAbsence,
)

__all__ = [
    "DOSE_FACTORS",
    "FLIPPED",
    "AbsenceRule",
    "AgeTest",
    "And",
    "AtLeast",
    "Attested",
    "AttributeIn",
    "CountTest",
    "Dose",
    "DoseDays",
    "DoseTest",
    "Events",
    "Exists",
    "FirstKnown",
    "If",
    "Ingredient",
    "Leaf",
    "LimitMultiple",
    "LinearTest",
    "Measure",
    "Node",
    "Not",
    "Operator",
    "Or",
    "Placed",
    "Quantified",
    "Read",
    "Reading",
    "SexIs",
    "Tally",
    "Test",
    "Threshold",
    "Unchanged",
    "Value",
    "ValueIn",
    "ValueTest",
    "WindowAbsence",
    "depth_of",
    "leaves_of",
    "parts_of",
    "shared_nodes",
]

# ---- boolean structure ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class And:
    """Every part that applies holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Some part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of its part; unknown stays unknown."""

    part: Node


@dataclass(frozen=True, slots=True)
class AtLeast:
    """So many of the parts hold, of those that apply."""

    minimum: int
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class If:
    """What is asked where a condition holds; not applicable where it does not."""

    condition: Node
    then: Node


@dataclass(frozen=True, slots=True)
class Placed:
    """A leaf and where it stands in the expression's text (start, end).

    Attributes:
        text: what stands there, each parameter with its value: 28 days, not `$lookback`.
    """

    leaf: Leaf
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FirstKnown:
    """The first part that is not unknown: a recorded finding before one derived from values.

    Attributes:
        score: whose recorded result is the first part and whose items are behind the second; None
            where the expression itself lists the parts.
    """

    parts: tuple[Node, ...]
    score: str | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """A score in relation to a number: the points of what is met, the highest of each group.

    A group of one part gives that part's points. A part that is unknown may count or not.
    """

    name: str
    groups: tuple[tuple[tuple[Fraction, Node], ...], ...]
    operator: Operator
    number: Fraction


Node = And | Or | Not | AtLeast | If | FirstKnown | Tally | Placed


def parts_of(node: Node) -> tuple[Node, ...]:
    """The nodes directly below a node, from left to right."""
    match node:
        case Placed():
            return ()
        case Not():
            return (node.part,)
        case If():
            return node.condition, node.then
        case Tally():
            return tuple(part for group in node.groups for _, part in group)
        case _:
            return node.parts


def leaves_of(node: Node) -> Iterator[Placed]:
    """The placed leaves of a tree from left to right; those of a shared node stand once."""
    seen, waiting = set[int](), [node]
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, Placed):
            yield found
        waiting.extend(reversed(parts_of(found)))


def shared_nodes(node: Node) -> frozenset[int]:
    """The ids of the nodes with parts to which several ways lead, such as a definition named twice.

    Whoever goes down a tree goes down these once, and keeps what was found.
    """
    seen, shared, waiting = set[int](), set[int](), [node]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Placed):
            continue
        if id(found) in seen:
            shared.add(id(found))
            continue
        seen.add(id(found))
        waiting.extend(parts_of(found))
    return frozenset(shared)


def depth_of(node: Node) -> int:
    """How many nodes lie one in another, at most."""
    depths: dict[int, int] = {}
    waiting = [node]
    while waiting:
        found = waiting[-1]
        parts = parts_of(found)
        missing = [part for part in parts if id(part) not in depths]
        if missing:
            waiting.extend(missing)
            continue
        depths[id(found)] = 1 + max((depths[id(part)] for part in parts), default=0)
        waiting.pop()
    return depths[id(node)]
