"""What would settle an unknown criterion: the single facts that alone would decide it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from remit.criteria.reference import combine
from remit.criteria.tree import Leaf, Node, Placed, leaves_of, parts_of
from remit.truth import MET, NOT_MET, Status, Truth


@dataclass(frozen=True, slots=True)
class Settler:
    """An unknown leaf and what the whole criterion would be if that leaf alone were known.

    Attributes:
        text: the leaf as written.
        if_met, if_not_met: the criterion's status then; UNKNOWN where more is missing.
    """

    leaf: Leaf
    text: str
    if_met: Status
    if_not_met: Status


def find_settlers(node: Node, truths: Mapping[Leaf, Truth]) -> tuple[Settler, ...]:
    """The unknown leaves that would, each alone, settle an unknown criterion.

    Returns:
        Nothing when the criterion is known; also nothing when no single fact is enough.
    """
    # A leaf is long to compare; so each has a number, and is found by the node in which it stands.
    numbers: dict[Leaf, int] = {}
    at: dict[int, int] = {}
    truth_at: dict[int, Truth] = {}
    for placed in leaves_of(node):
        at[id(placed)] = numbers.setdefault(placed.leaf, len(numbers))
        truth_at[id(placed)] = truths[placed.leaf]
    known: dict[int, Truth] = {}
    if combine(node, lambda placed: truth_at[id(placed)], known).status is not Status.UNKNOWN:
        return ()
    resting: dict[int, frozenset[int]] = {}
    _leaves_below(node, at, resting)

    def status_with(leaf: int, answer: Truth, kept: Mapping[int, Truth]) -> Status:
        def truth_of(placed: Placed) -> Truth:
            return answer if at[id(placed)] == leaf else truth_at[id(placed)]

        return combine(node, truth_of, {**kept}).status

    found = []
    seen: set[int] = set()
    for placed in leaves_of(node):
        leaf = at[id(placed)]
        if leaf in seen or truth_at[id(placed)].status is not Status.UNKNOWN:
            continue
        seen.add(leaf)
        # Nodes that do not rest on the leaf stay as they are.
        kept = {part: truth for part, truth in known.items() if leaf not in resting[part]}
        if_met, if_not = (status_with(leaf, to, kept) for to in (MET, NOT_MET))
        if if_met is not Status.UNKNOWN or if_not is not Status.UNKNOWN:
            found.append(Settler(placed.leaf, placed.text, if_met, if_not))
    return tuple(found)


def _leaves_below(
    node: Node, at: Mapping[int, int], resting: dict[int, frozenset[int]]
) -> frozenset[int]:
    """The leaves of a node, by number; into `resting` those of each node below it too, by its id.

    Args:
        at: id of the node of a leaf -> number of the leaf.
    """
    if id(node) not in resting:
        resting[id(node)] = (
            frozenset({at[id(node)]})
            if isinstance(node, Placed)
            else frozenset().union(*(_leaves_below(part, at, resting) for part in parts_of(node)))
        )
    return resting[id(node)]
