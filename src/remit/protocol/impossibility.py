"""Criteria that can never be met, or never fail: slips of a study that its expressions allow.

A part is named where none of its own parts is at fault. What is concluded, and what is not, is told
in `remit.criteria.possibility`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from remit.criteria.intervals import Intervals
from remit.criteria.possibility import can_be, ways
from remit.criteria.readings import Measure, Threshold, Value
from remit.criteria.suppositions import OLDEST, plausible_of
from remit.criteria.tree import (
    AgeTest,
    And,
    AtLeast,
    CountTest,
    DoseDays,
    FirstKnown,
    If,
    Leaf,
    Node,
    Not,
    Or,
    Placed,
    Quantified,
    ValueTest,
    leaves_of,
)
from remit.criteria.window_length import most_days
from remit.errors import Place, ProtocolError
from remit.protocol.bound import BoundCriterion, BoundProtocol
from remit.protocol.schema import Criterion
from remit.truth import Status

SHOWN = 20
MOST_WAYS = 64  # of one criterion that are held against another


@dataclass(frozen=True, slots=True)
class Impossibility:
    """What is wrong with a criterion, or with two that nobody can pass together.

    Attributes:
        criteria: their ids.
        text: the part of the expression.
        what: that it can never be met, or never fail, and why.
    """

    criteria: tuple[str, ...]
    text: str
    what: str

    def __str__(self) -> str:
        return f"{' and '.join(self.criteria)}: {self.text}: {self.what}"


def impossible_criteria(bound: BoundProtocol) -> tuple[Impossibility, ...]:
    """The criteria that can never be met or never fail, and pairs that nobody can pass."""
    found = [
        Impossibility((item.criterion.id,), text, what)
        for item in bound.criteria
        if item.node is not None
        for text, what in dict.fromkeys(_faults(item.node, set()))
    ]
    named = {name for one in found for name in one.criteria}
    sound = [item for item in bound.criteria if item.node and item.criterion.id not in named]
    return (*found, *_of_pairs(sound))


def require_possible(bound: BoundProtocol) -> None:
    """Nothing, when each criterion can be met and can fail.

    Raises:
        ProtocolError: some cannot; the message names them, and the line of the first.
    """
    found = impossible_criteria(bound)
    if not found:
        return
    more = f"\n  and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    place = bound.protocol.place_of("criteria", found[0].criteria[-1], "expression")
    raise ProtocolError(
        "criteria that can never be met or never fail",
        excerpt="\n".join(f"  {one}" for one in found[:SHOWN]) + more,
        expected="criteria that somebody meets and somebody does not",
        got=f"{len(found)} that are no such criteria",
        next_step="compare these expressions with the registry's text",
        place=Place(place.source, place.line),
    )


def _faults(node: Node, seen: set[int]) -> Iterator[tuple[str, str]]:
    """The text of each part at fault, and what is wrong with it."""
    if id(node) in seen:  # named definitions are shared
        return
    seen.add(id(node))
    if isinstance(node, Placed):
        what = _fault_of(node.leaf) or _never(node)
        if what is not None:
            yield _short(node.text), what
        return
    within = [fault for part in _parts(node) for fault in _faults(part, seen)]
    yield from within
    what = None if within else _never(node)
    if what is not None:
        yield _text_of(node), what


def _parts(node: Node) -> tuple[Node, ...]:
    match node:
        case And() | Or() | AtLeast():
            return node.parts
        case FirstKnown():
            # A score that nobody records is worked out from its items.
            unread = [p for p in node.parts if isinstance(p, Placed) and _lacks_codes(p.leaf)]
            return tuple(part for part in node.parts if part not in unread or len(unread) > 1)
        case Not():
            return (node.part,)
        case If():
            return (node.condition, node.then)
        case _:  # the items of a packaged score are not the study's words
            return ()


def _never(node: Node) -> str | None:
    if not can_be(node, Status.MET):
        return "can never be met"
    if not can_be(node, Status.NOT_MET):
        return "can never fail"
    return None


def _text_of(node: Node) -> str:
    return "; ".join(list(dict.fromkeys(_short(placed.text) for placed in leaves_of(node)))[:4])


def _short(text: str) -> str:
    return " ".join(text.split())


# ---- what is wrong with a leaf by itself ---------------------------------------------------------


def _fault_of(leaf: Leaf) -> str | None:
    for window in leaf.windows:
        if most_days(window) == 0:
            return f"can never be met: no day lies {window}"
    if _lacks_codes(leaf):
        return "can never be met: no code is left, of a concept without codes or without its own"
    match leaf:
        case ValueTest(value=Value(measure=measure), test=Threshold() as test):
            return _outside(measure, test)
        case Quantified(measure=measure, test=Threshold() as test):
            return _outside(measure, test) or _too_late(leaf)
        case Quantified():
            return _too_late(leaf)
        case DoseDays():
            days = most_days(leaf.dose.window)
            if days is not None and leaf.days > days:
                return f"can never be met: the window has {days} days at most"
        case AgeTest():
            word = _never(Placed(leaf, "", 0, 0))
            return f"{word}: completed years are 0 to {OLDEST}" if word else None
        case CountTest():
            word = _never(Placed(leaf, "", 0, 0))
            return f"{word}: a count is 0 or more" if word else None
        case _:
            pass
    return None


def _lacks_codes(leaf: Leaf) -> bool:
    """Whether it reads a concept of which no code is left."""
    return any(read.ids == () for read in leaf.reads)


def _outside(measure: Measure, test: Threshold) -> str | None:
    """A threshold that no plausible value is on the other side of: all others are unknown."""
    if measure.plausible is None:
        return None
    asked, plausible = Intervals.of(test.operator, test.value), plausible_of(measure)
    low, high = (f"{float(end):g}" for end in measure.plausible)
    known = f"the plausible values are {low} to {high} {measure.unit.strip('{}')}".rstrip()
    if not asked & plausible:
        return f"can never be met: {known}"
    return None if asked.others() & plausible else f"can never fail: {known}"


def _too_late(leaf: Quantified) -> str | None:
    """A confirming record that would lie outside the window."""
    days = most_days(leaf.window)
    if leaf.gap is None or days is None or can_be(Placed(leaf, "", 0, 0), Status.MET):
        return None
    return f"can never be met: the window has {days} days at most, too few to be confirmed"


# ---- pairs ---------------------------------------------------------------------------------------


def _of_pairs(items: list[BoundCriterion]) -> Iterator[Impossibility]:
    """Criteria of one cohort that nobody can pass together."""
    for one, other in combinations(items, 2):
        first, second = one.criterion, other.criterion
        together = not first.cohorts or not second.cohorts
        if not together and not set(first.cohorts) & set(second.cohorts):
            continue
        assert one.node is not None
        assert other.node is not None
        found = ways(one.node, _passing(first), most=MOST_WAYS)
        if len(found) < MOST_WAYS and not any(
            can_be(other.node, _passing(second), supposed=way) for way in found
        ):
            text = f"{_text_of(one.node)}; {_text_of(other.node)}"
            yield Impossibility((first.id, second.id), text, "nobody can ever pass both")


def _passing(criterion: Criterion) -> Status:
    return Status.MET if criterion.kind == "inclusion" else Status.NOT_MET
