"""What the codes of a dataset leave open: concepts that it cannot carry, rows that nobody can read.

Both make absence unknown (`code_unresolved`), so whoever reads a screening has to see them first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from remit.criteria.tree import leaves_of
from remit.facts.arrays import whole_numbers
from remit.facts.opened import Facts
from remit.facts.tables import TABLES
from remit.protocol.bound import BoundProtocol


@dataclass(frozen=True, slots=True)
class UncarriedConcept:
    """A concept of which no code occurs, in a table not declared to carry codes of its kind.

    Attributes:
        criteria: the ids of those that ask for its absence.
    """

    concept: str
    table: str
    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnresolvedRows:
    """The rows of a table with a code that nobody knows.

    Attributes:
        codes: how many different ones. `rows` and `persons`: how many carry one.
        criteria: the ids of those that ask the table for absence.
    """

    table: str
    codes: int
    rows: int
    persons: int
    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodeGaps:
    """What a dataset's codes leave open of one protocol; empty where nothing is."""

    concepts: tuple[UncarriedConcept, ...]
    tables: tuple[UnresolvedRows, ...]

    def __bool__(self) -> bool:
        return bool(self.concepts or self.tables)


NO_GAPS = CodeGaps((), ())


def find_code_gaps(bound: BoundProtocol, facts: Facts) -> CodeGaps:
    """What the codes of a dataset leave open of the criteria of a protocol.

    Args:
        bound: the protocol, bound to the codes of these facts.
    """
    concepts: dict[tuple[str, str], dict[str, None]] = {}
    tables: dict[str, dict[str, None]] = {}
    codes: dict[str, frozenset[int]] = {}
    for item in bound.criteria:
        if item.node is None:
            continue
        for placed in leaves_of(item.node):
            for absence in placed.leaf.absences:
                if not absence.rule.carried:
                    named = concepts.setdefault((absence.concept, absence.table), {})
                    named[item.criterion.id] = None
                if absence.rule.unresolved:
                    tables.setdefault(absence.table, {})[item.criterion.id] = None
                    # One concept leaves more codes open than another that the vocabulary knows.
                    known = codes.get(absence.table, frozenset())
                    codes[absence.table] = known | absence.rule.unresolved
    return CodeGaps(
        tuple(
            UncarriedConcept(concept, table, tuple(criteria))
            for (concept, table), criteria in concepts.items()
        ),
        tuple(
            _unresolved_rows(table, codes[table], tuple(criteria), facts)
            for table, criteria in tables.items()
        ),
    )


def _unresolved_rows(
    table: str, codes: frozenset[int], criteria: tuple[str, ...], facts: Facts
) -> UnresolvedRows:
    rows = persons = 0
    for part in facts.parts:
        # No person is in two parts.
        found = part.rows(table, ("person_id",), concepts=codes)
        rows += found.num_rows
        persons += len(np.unique(whole_numbers(found["person_id"])))
    return UnresolvedRows(table, len(codes), rows, persons, criteria)


def concepts_by_table(gaps: CodeGaps) -> Mapping[str, tuple[str, ...]]:
    """Table -> the concepts that it cannot carry, in the order of the tables of OMOP."""
    return {
        table: found
        for table in TABLES
        if (found := tuple(item.concept for item in gaps.concepts if item.table == table))
    }
