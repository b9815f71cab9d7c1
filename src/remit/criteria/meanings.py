"""The one table that leads from a leaf to its meaning: for one subject, and over columns.

A construct of the language has a leaf that declares itself (`leaves`), a function of each
evaluator, and a row here. A test holds the table complete.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast, get_args

from remit.criteria.columns.day_hulls import asked_days
from remit.criteria.columns.doses import dose_days_codes, dose_test_codes, unchanged_codes
from remit.criteria.columns.events import attribute_codes, count_test_codes, exists_codes
from remit.criteria.columns.gathered import quantified_codes
from remit.criteria.columns.logic import LeafCodes, Verdicts, combine_codes
from remit.criteria.columns.records import Records, read_records
from remit.criteria.columns.slopes import slope_codes
from remit.criteria.columns.subjects import Subjects
from remit.criteria.columns.traits import age_codes, attested_codes, sex_codes
from remit.criteria.columns.values import linear_test_codes, value_in_codes, value_test_codes
from remit.criteria.evidence import Evidence
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
    Slope,
    Unchanged,
    ValueIn,
    ValueTest,
)
from remit.criteria.readings import Read
from remit.criteria.reference import combine
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
from remit.criteria.reference.slopes import evaluate_slope
from remit.criteria.reference.values import (
    Found,
    evaluate_age,
    evaluate_quantified,
    evaluate_sex,
    evaluate_value,
    evaluate_value_in,
)
from remit.criteria.tree import Node, leaves_of
from remit.facts.reading import Part, is_distant
from remit.truth import Truth

_LeafT = TypeVar("_LeafT")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a kind of leaf means: the truth of one subject with its records, and codes of many."""

    reference: Callable[[Leaf, PersonRecords], Found]
    columns: Callable[[Leaf, Records], LeafCodes]


def _meaning(
    kind: type[_LeafT],
    reference: Callable[[_LeafT, PersonRecords], Found],
    columns: Callable[[_LeafT, Records], LeafCodes],
) -> tuple[type, Meaning]:
    """A row of the table; a leaf only ever meets the functions of its own kind."""
    return kind, Meaning(
        cast(Callable[[Leaf, PersonRecords], Found], reference),
        cast(Callable[[Leaf, Records], LeafCodes], columns),
    )


MEANINGS: Mapping[type, Meaning] = dict(
    (
        _meaning(ValueTest, evaluate_value, value_test_codes),
        _meaning(LinearTest, evaluate_linear, linear_test_codes),
        _meaning(Quantified, evaluate_quantified, quantified_codes),
        _meaning(Slope, evaluate_slope, slope_codes),
        _meaning(CountTest, evaluate_count, count_test_codes),
        _meaning(ValueIn, evaluate_value_in, value_in_codes),
        _meaning(AttributeIn, evaluate_attribute, attribute_codes),
        _meaning(Exists, evaluate_exists, exists_codes),
        _meaning(DoseTest, evaluate_dose, dose_test_codes),
        _meaning(DoseDays, evaluate_dose_days, dose_days_codes),
        _meaning(Unchanged, evaluate_unchanged, unchanged_codes),
        _meaning(SexIs, evaluate_sex, sex_codes),
        _meaning(AgeTest, evaluate_age, age_codes),
        _meaning(Attested, evaluate_attested, attested_codes),
    )
)
LEAF_KINDS: tuple[type, ...] = get_args(Leaf)


def evaluate_leaf(leaf: Leaf, person: PersonRecords) -> Found:
    """The truth of one leaf for one subject and the records that decided it."""
    return MEANINGS[type(leaf)].reference(leaf, person)


def evaluate(
    node: Node, person: PersonRecords
) -> tuple[Truth, Mapping[Leaf, tuple[Evidence, ...]]]:
    """The truth of an expression for one subject, and each leaf's evidence."""
    found = {placed.leaf: evaluate_leaf(placed.leaf, person) for placed in leaves_of(node)}
    truth = combine(node, lambda placed: found[placed.leaf].truth)
    return truth, {leaf: item.evidence for leaf, item in found.items()}


def distinct_leaves(nodes: Iterable[Node]) -> tuple[Leaf, ...]:
    """The leaves of some trees, each once, those of one reading side by side."""
    found = dict.fromkeys(placed.leaf for node in nodes for placed in leaves_of(node))
    return tuple(sorted(found, key=_what_is_read))


def _what_is_read(leaf: Leaf) -> str:
    # So that a reading is made ready once and need not be held.
    return f"{leaf.value.measure.name} {leaf.value.window}" if isinstance(leaf, ValueTest) else ""


def codes_of_leaves(leaves: Iterable[Leaf], records: Records) -> Mapping[Leaf, LeafCodes]:
    """The code of each leaf for each subject, shape (subjects,) each."""
    return {leaf: MEANINGS[type(leaf)].columns(leaf, records) for leaf in leaves}


def evaluate_columns(
    nodes: Mapping[str, Node],
    part: Part,
    subjects: Subjects,
    *,
    complete: frozenset[str],
    persons: Collection[int] | None = None,
) -> Mapping[str, Verdicts]:
    """The verdicts of some expressions, by their names, for each subject of a part.

    Args:
        complete: tables in which a missing record means that nothing happened.
        persons: of the subjects, where they are few of the part.
    """
    asked = (asked_nodes(nodes),)
    return evaluate_for_each(asked, part, (subjects,), complete=complete, persons=persons)[0]


@dataclass(frozen=True, slots=True)
class AskedNodes:
    """The expressions of one study by their names, their leaves and what these read.

    It hangs on no part: worked out once, it serves all of them.
    """

    nodes: Mapping[str, Node]
    leaves: tuple[Leaf, ...]
    reads: tuple[Read, ...]


def asked_nodes(nodes: Mapping[str, Node]) -> AskedNodes:
    """What is to be done for some expressions in each part."""
    leaves = distinct_leaves(nodes.values())
    # Many leaves look at the same rows, above all those that leave their absence open.
    return AskedNodes(
        nodes, leaves, tuple(dict.fromkeys(read for leaf in leaves for read in leaf.reads))
    )


def evaluate_for_each(
    asked: Sequence[AskedNodes],
    part: Part,
    subjects: Sequence[Subjects],
    *,
    complete: frozenset[str],
    persons: Collection[int] | None = None,
) -> tuple[Mapping[str, Verdicts], ...]:
    """The same for several studies, each with the dates of its own; rows are fetched once.

    Args:
        subjects: of each study, the same persons in all.
    """
    reads = [read for one in asked for read in one.reads]
    days = None
    if persons is None and is_distant(part):
        days = asked_days([one.leaves for one in asked], subjects)
    records = read_records(reads, part, subjects[0], complete=complete, persons=persons, days=days)
    found = []
    for one, who in zip(asked, subjects, strict=True):
        codes = codes_of_leaves(one.leaves, records.for_subjects(who, one.reads))
        found.append({name: combine_codes(node, codes) for name, node in one.nodes.items()})
    return tuple(found)
