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
    "leaves_of",
]

# ---- boolean structure ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Node


@dataclass(frozen=True, slots=True)
class AtLeast:
    minimum: int
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class If:
    condition: Node
    then: Node


@dataclass(frozen=True, slots=True)
class Placed:
    """A leaf and where it stands in the expression's text (start, end)."""

    leaf: Leaf
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FirstKnown:
    """The first part that is not unknown: a recorded finding before one derived from values."""

    parts: tuple[Node, ...]


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


def leaves_of(node: Node) -> Iterator[Placed]:
    """The placed leaves of a tree from left to right."""
    if isinstance(node, Placed):
        yield node
    elif isinstance(node, Not):
        yield from leaves_of(node.part)
    elif isinstance(node, If):
        yield from leaves_of(node.condition)
        yield from leaves_of(node.then)
    elif isinstance(node, Tally):
        for group in node.groups:
            for _, part in group:
                yield from leaves_of(part)
    else:
        for part in node.parts:
            yield from leaves_of(part)
