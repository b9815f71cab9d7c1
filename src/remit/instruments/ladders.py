"""A grade from a ladder: the first rung whose expression is met, with unknown kept.

Where a rung is unknown its grade is possible and the search goes on. What comes out is the set of
grades that are possible; one alone is the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.logic import Verdicts
from remit.criteria.columns.numbers import Categories, categories_of
from remit.truth import Reason, Status


@dataclass(frozen=True, slots=True)
class Climbed:
    """The grades of a ladder, and what each rung said.

    Attributes:
        grades: possible grades a row; `ids` are in the order of the ladder's grades.
        rungs: the verdict of each rung's expression, in order.
    """

    grades: Categories
    rungs: tuple[Verdicts, ...]


def climb(
    rungs: Sequence[tuple[str, Verdicts]], *, otherwise: str, ids: Mapping[str, int]
) -> Climbed:
    """The grade of each row.

    Args:
        rungs: grade and verdict from the top; a rung that does not apply is passed over.
        otherwise: the grade where no rung is met.
        ids: grade -> its OMOP id.
    """
    order = tuple(ids)
    rows = len(rungs[0][1].statuses)
    possible = np.zeros(rows, np.int64)
    reasons = np.zeros(rows, np.int32)
    searching = np.ones(rows, np.bool_)
    for grade, verdict in rungs:
        bit = np.int64(1 << order.index(grade))
        open_ = searching & (verdict.statuses == Status.UNKNOWN)
        met = searching & (verdict.statuses == Status.MET)
        possible |= np.where(open_ | met, bit, np.int64(0))
        reasons |= np.where(open_, verdict.reasons, np.int32(0))
        searching &= ~met
    possible |= np.where(searching, np.int64(1 << order.index(otherwise)), np.int64(0))
    single = (possible & (possible - 1)) == 0
    why = np.where(single, np.int8(0), first_reason(reasons))
    column = categories_of(tuple(ids.values()), np.full(rows, -1))
    column = replace(column, possible=possible, why=why.astype(np.int8))
    return Climbed(column, tuple(verdict for _, verdict in rungs))


def first_reason(masks: npt.NDArray[np.int32]) -> npt.NDArray[np.int8]:
    """The first reason of each mask; `no_data` where it is empty."""
    return _first_of_each_mask()[masks]


@cache
def _first_of_each_mask() -> npt.NDArray[np.int8]:
    every = np.arange(1 << len(Reason), dtype=np.int32)
    found = np.full(len(every), Reason.NO_DATA, np.int8)
    for reason in sorted(Reason, reverse=True):
        found[(every & reason.bit) > 0] = reason
    return found
