"""Which codes mean a concept in a dataset: its own, and those below them in the data's vocabulary.

This is the only place that answers it, so that no two readers of one dataset can differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from remit.facts.arrays import Days, whole_numbers
from remit.facts.tables import TABLES


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """The one resolution of codes of a dataset.

    Attributes:
        ancestors, descendants: pairs of codes, shape (pairs,), ordered by ancestor: the second
            lies below the first.
        occurring: table -> the codes that its rows carry; None where nobody counted them.
    """

    ancestors: Days
    descendants: Days
    occurring: Mapping[str, frozenset[int]] | None = None

    def ids_of(self, codes: Iterable[int]) -> tuple[int, ...]:
        """The codes and all below them, sorted.

        A code below that no row of the dataset carries may be left out, a given code never.

        >>> NO_VOCABULARY.ids_of([7, 3])
        (3, 7)
        """
        asked = sorted(set(codes))
        found = set(asked)
        first = np.searchsorted(self.ancestors, asked, side="left")
        last = np.searchsorted(self.ancestors, asked, side="right")
        for begin, end in zip(first.tolist(), last.tolist(), strict=True):
            found.update(self.descendants[begin:end].tolist())
        return tuple(sorted(found))


def codes_of(ancestry: pa.Table, *, occurring: Mapping[str, frozenset[int]] | None = None) -> Codes:
    """The resolution of codes from rows of `concept_ancestor`, in any order.

    Args:
        occurring: table -> the codes that its rows carry. Pairs whose lower code is in none of
            them are left out: a whole vocabulary has far more than any dataset carries.
    """
    above = np.asarray(whole_numbers(ancestry["ancestor_concept_id"]), np.int32)
    below = np.asarray(whole_numbers(ancestry["descendant_concept_id"]), np.int32)
    if occurring is not None and len(below):
        held = frozenset().union(*occurring.values())
        kept = np.isin(below, np.fromiter(held, np.int32, len(held)))
        above, below = above[kept], below[kept]
    order = np.argsort(above, kind="stable")
    return Codes(above[order], below[order], occurring)


def occurring_codes(tables: Mapping[str, pa.Table]) -> Mapping[str, frozenset[int]]:
    """Table -> the codes in its concept column, of each table that has one."""
    return {
        name: frozenset(np.unique(whole_numbers(rows[column])).tolist())
        for name, rows in tables.items()
        if (column := TABLES[name].concept) is not None
    }


NO_VOCABULARY = Codes(np.zeros(0, np.int32), np.zeros(0, np.int32))
