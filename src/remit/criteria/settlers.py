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
    known: dict[int, Truth] = {}
    if combine(node, lambda placed: truths[placed.leaf], known).status is not Status.UNKNOWN:
        return ()
    resting: dict[int, frozenset[Leaf]] = {}
    _leaves_below(node, resting)
    found = []
    seen: set[Leaf] = set()
    for placed in leaves_of(node):
        leaf = placed.leaf
        if leaf in seen or truths[leaf].status is not Status.UNKNOWN:
            continue
        seen.add(leaf)
        # Nodes that do not rest on the leaf stay as they are.
        kept = {part: truth for part, truth in known.items() if leaf not in resting[part]}
        if_met, if_not = (_status_with(node, truths, kept, leaf, to) for to in (MET, NOT_MET))
        if if_met is not Status.UNKNOWN or if_not is not Status.UNKNOWN:
            found.append(Settler(leaf, placed.text, if_met, if_not))
    return tuple(found)


def _status_with(
    node: Node, truths: Mapping[Leaf, Truth], kept: Mapping[int, Truth], leaf: Leaf, answer: Truth
) -> Status:
    changed = {**truths, leaf: answer}
    return combine(node, lambda placed: changed[placed.leaf], {**kept}).status


def _leaves_below(node: Node, resting: dict[int, frozenset[Leaf]]) -> frozenset[Leaf]:
    """The leaves of a node; into `resting` those of each node below it too, by its id."""
    if id(node) not in resting:
        resting[id(node)] = (
            frozenset({node.leaf})
            if isinstance(node, Placed)
            else frozenset().union(*(_leaves_below(part, resting) for part in parts_of(node)))
        )
    return resting[id(node)]
