"""The typed tree of a bound expression: frozen nodes, names resolved, units and dates checked.

Two evaluators walk this tree: `reference` (plain Python, reads like the definition) and `compiling`
(Ibis). Meaning: `docs/decisions/0002-criterion-language.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from remit.criteria.dates import Duration, Window

Operator = Literal["<", "<=", "=", ">=", ">"]

FLIPPED: Mapping[Operator, Operator] = {"<": ">", "<=": ">=", "=": "=", ">=": "<=", ">": "<"}


@dataclass(frozen=True, slots=True)
class AbsenceRule:
    """When no record may be read as "no"; `always` where the record itself is asked for."""

    rule: Literal["covered", "lookback", "explicit", "always"]
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """How the records of one value concept are read as numbers.

    A record's number times `multipliers[unit]` over `scale` is its value in `unit`. `multipliers`
    is empty for scores, counts and titres: any unit is accepted and left alone.
    `plausible` are closed bounds in `unit`.
    """

    name: str
    ids: tuple[int, ...]
    unit: str
    multipliers: tuple[tuple[str, int], ...]
    scale: int
    plausible: tuple[Fraction, Fraction] | None
    absence: AbsenceRule


@dataclass(frozen=True, slots=True)
class Events:
    """Which records are events of a concept: their table, codes, course, route and absence rule."""

    name: str
    table: str
    episode_ids: tuple[int, ...]
    chronic_ids: tuple[int, ...]
    routes: tuple[int, ...]
    absence: AbsenceRule

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(sorted({*self.episode_ids, *self.chronic_ids}))


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One drug of a dose: its codes and the factor by which its mg/d counts."""

    name: str
    ids: tuple[int, ...]
    factor: Fraction


# ---- readings: numbers of a person --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Value:
    """The latest or earliest number of a measure in a window."""

    measure: Measure
    window: Window
    earliest: bool = False


@dataclass(frozen=True, slots=True)
class Dose:
    """The daily dose in mg/d, or its highest value on a day of the window."""

    name: str
    ingredients: tuple[Ingredient, ...]
    window: Window
    absence: AbsenceRule

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(sorted({code for part in self.ingredients for code in part.ids}))


Reading = Value | Dose

# A dose era holds a daily dose: its unit is that of the dose (as in OMOP) or of the dose a day.
DOSE_FACTORS: Mapping[str, Fraction] = {
    "mg": Fraction(1),
    "mg/d": Fraction(1),
    "g": Fraction(1000),
    "g/d": Fraction(1000),
    "mg/wk": Fraction(1, 7),
}


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number stands in this relation to a constant, in the measure's canonical unit."""

    operator: Operator
    value: Fraction


@dataclass(frozen=True, slots=True)
class LimitMultiple:
    """A number stands in this relation to a multiple of the record's own limit of normal."""

    operator: Operator
    factor: Fraction
    side: Literal["uln", "lln"]


Test = Threshold | LimitMultiple


# ---- leaves: each is met, not met, or unknown for one reason ------------------------------------


@dataclass(frozen=True, slots=True)
class ValueTest:
    value: Value
    test: Test


@dataclass(frozen=True, slots=True)
class Quantified:
    """Some (or every) record in the window passes the test; `gap` asks for a confirming record."""

    measure: Measure
    window: Window
    test: Test
    every: bool = False
    gap: tuple[Duration, Duration] | None = None


@dataclass(frozen=True, slots=True)
class Exists:
    events: Events
    window: Window
    overlapping: tuple[Events, ...] = ()


@dataclass(frozen=True, slots=True)
class CountTest:
    """The number of records in the window stands in this relation to a whole number."""

    counted: Events | Measure
    window: Window
    operator: Operator
    number: Fraction


@dataclass(frozen=True, slots=True)
class ValueIn:
    """The latest coded value is one of `accepted`; `known` are all that the concept lists."""

    name: str
    ids: tuple[int, ...]
    window: Window
    earliest: bool
    accepted: tuple[int, ...]
    known: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AttributeIn:
    """A coded value recorded for the latest procedure in the window."""

    name: str
    ids: tuple[int, ...]
    events: Events
    window: Window
    accepted: tuple[int, ...]
    known: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SexIs:
    accepted: tuple[int, ...]
    known: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AgeTest:
    """Completed years (or months) on the anchor's date."""

    anchor: str
    period: Literal["year", "month"]
    operator: Operator
    number: Fraction


@dataclass(frozen=True, slots=True)
class DoseTest:
    dose: Dose
    threshold: Threshold


@dataclass(frozen=True, slots=True)
class Unchanged:
    dose: Dose


@dataclass(frozen=True, slots=True)
class DoseDays:
    """The dose passes a threshold on so many days of the window, or on so many in a row."""

    dose: Dose
    threshold: Threshold
    days: int
    consecutive: bool = False


@dataclass(frozen=True, slots=True)
class Attested:
    item: str


@dataclass(frozen=True, slots=True)
class LinearTest:
    """`sum(coefficient × reading) + constant  operator  0`; `divisors` must be above zero."""

    terms: tuple[tuple[Fraction, Reading], ...]
    constant: Fraction
    operator: Operator
    divisors: tuple[Reading, ...] = ()

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The distinct readings, those of the terms first."""
        return tuple(dict.fromkeys((*(reading for _, reading in self.terms), *self.divisors)))


Leaf = (
    ValueTest
    | Quantified
    | Exists
    | CountTest
    | ValueIn
    | AttributeIn
    | SexIs
    | AgeTest
    | DoseTest
    | Unchanged
    | DoseDays
    | Attested
    | LinearTest
)


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


def readings_of(leaf: Leaf) -> tuple[Reading, ...]:
    """The numbers of a person that a leaf compares; other leaves have none."""
    match leaf:
        case ValueTest():
            return (leaf.value,)
        case DoseTest():
            return (leaf.dose,)
        case LinearTest():
            return leaf.readings
        case _:
            return ()
