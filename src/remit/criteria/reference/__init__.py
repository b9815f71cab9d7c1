"""The reference evaluator: one expression over one person's records, in plain Python.

It is written to be read beside `docs/decisions/0002-criterion-language.md` and to be slow. The
compiler must give the same truth for every person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from remit.criteria.evidence import Evidence
from remit.criteria.reference.doses import (
    evaluate_dose,
    evaluate_dose_days,
    evaluate_linear,
    evaluate_unchanged,
)
from remit.criteria.reference.events import (
    evaluate_attested,
    evaluate_attribute,
    evaluate_count,
    evaluate_exists,
)
from remit.criteria.reference.records import PersonRecords
from remit.criteria.reference.values import (
    COMPARE,
    Found,
    evaluate_age,
    evaluate_quantified,
    evaluate_sex,
    evaluate_value,
    evaluate_value_in,
)
from remit.criteria.tree import (
    AgeTest,
    And,
    AtLeast,
    Attested,
    AttributeIn,
    CountTest,
    DoseDays,
    DoseTest,
    Exists,
    FirstKnown,
    If,
    Leaf,
    LinearTest,
    Node,
    Not,
    Or,
    Placed,
    Quantified,
    SexIs,
    Tally,
    Unchanged,
    ValueIn,
    ValueTest,
    leaves_of,
)
from remit.truth import (
    Truth,
    truth_and,
    truth_at_least,
    truth_first_known,
    truth_if,
    truth_not,
    truth_or,
    truth_tally,
)


def evaluate_leaf(leaf: Leaf, person: PersonRecords) -> Found:
    """The truth of one leaf and the records that decided it."""
    match leaf:
        case ValueTest():
            return evaluate_value(leaf, person)
        case Quantified():
            return evaluate_quantified(leaf, person)
        case Exists():
            return evaluate_exists(leaf, person)
        case CountTest():
            return evaluate_count(leaf, person)
        case ValueIn():
            return evaluate_value_in(leaf, person)
        case AttributeIn():
            return evaluate_attribute(leaf, person)
        case SexIs():
            return evaluate_sex(leaf, person)
        case AgeTest():
            return evaluate_age(leaf, person)
        case DoseTest():
            return evaluate_dose(leaf, person)
        case Unchanged():
            return evaluate_unchanged(leaf, person)
        case DoseDays():
            return evaluate_dose_days(leaf, person)
        case Attested():
            return evaluate_attested(leaf, person)
        case LinearTest():
            return evaluate_linear(leaf, person)


def combine(node: Node, truth_of: Callable[[Placed], Truth]) -> Truth:
    """The truth of a tree from the truths of its leaves."""
    match node:
        case Placed():
            return truth_of(node)
        case Not():
            return truth_not(combine(node.part, truth_of))
        case If():
            return truth_if(combine(node.condition, truth_of), combine(node.then, truth_of))
        case And():
            return truth_and([combine(part, truth_of) for part in node.parts])
        case Or():
            return truth_or([combine(part, truth_of) for part in node.parts])
        case AtLeast():
            return truth_at_least(node.minimum, [combine(part, truth_of) for part in node.parts])
        case FirstKnown():
            return truth_first_known([combine(part, truth_of) for part in node.parts])
        case Tally():
            groups = [
                [(points, combine(part, truth_of)) for points, part in group]
                for group in node.groups
            ]
            passes = COMPARE[node.operator]
            return truth_tally(groups, lambda total: passes(total, node.number))


def evaluate(
    node: Node, person: PersonRecords
) -> tuple[Truth, Mapping[Leaf, tuple[Evidence, ...]]]:
    """The truth of an expression for one person, and each leaf's evidence."""
    found = {placed.leaf: evaluate_leaf(placed.leaf, person) for placed in leaves_of(node)}
    truth = combine(node, lambda placed: found[placed.leaf].truth)
    return truth, {leaf: item.evidence for leaf, item in found.items()}
