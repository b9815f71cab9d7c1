"""The reference evaluator: one expression over one subject's records, in plain Python.

It is written to be read beside `docs/decisions/0002-criterion-language.md` and to be slow. The
columns evaluator must give the same truth for every subject. Which function gives the meaning of a
leaf stands in `remit.criteria.meanings`.
"""

from __future__ import annotations

from collections.abc import Callable

from remit.criteria.reference.recorded_numbers import COMPARE
from remit.criteria.tree import (
    And,
    AtLeast,
    FirstKnown,
    If,
    Node,
    Not,
    Or,
    Placed,
    Tally,
)
from remit.truth import (
    Truth,
    plain_number,
    truth_and,
    truth_at_least,
    truth_first_known,
    truth_if,
    truth_not,
    truth_or,
    truth_tally,
)


def combine(
    node: Node, truth_of: Callable[[Placed], Truth], known: dict[int, Truth] | None = None
) -> Truth:
    """The truth of a tree from the truths of its leaves.

    Args:
        known: id of a node -> its truth, where that is known; the others are added. Definitions
            share nodes, and each is worked out once.
    """
    known = {} if known is None else known

    def below(part: Node) -> Truth:
        if id(part) not in known:
            known[id(part)] = _combined(part, truth_of, below)
        return known[id(part)]

    return below(node)


def _combined(
    node: Node, truth_of: Callable[[Placed], Truth], below: Callable[[Node], Truth]
) -> Truth:
    match node:
        case Placed():
            return truth_of(node)
        case Not():
            return truth_not(below(node.part))
        case If():
            return truth_if(below(node.condition), below(node.then))
        case And():
            return truth_and([below(part) for part in node.parts])
        case Or():
            return truth_or([below(part) for part in node.parts])
        case AtLeast():
            return truth_at_least(node.minimum, [below(part) for part in node.parts])
        case FirstKnown():
            return truth_first_known([below(part) for part in node.parts])
        case Tally():
            groups = [[(points, below(part)) for points, part in group] for group in node.groups]
            passes, number = COMPARE[node.operator], plain_number(node.number)
            return truth_tally(groups, lambda total: passes(total, number))
