"""A grade from a ladder: the first rung whose expression is met, with unknown kept.

Where a rung is unknown its grade is possible and the search goes on. What comes out is the set of
grades that are possible; one alone is the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from remit.criteria.columns.logic import Verdicts, first_reasons
from remit.criteria.columns.numbers import Categories, same_in_all
from remit.facts.selection import kept
from remit.truth import Status


def climb(
    rungs: Sequence[tuple[str, Verdicts]], *, otherwise: str, ids: Mapping[str, int]
) -> Categories:
    """The grades that are possible at each row; `ids` are in the order of the ladder's grades.

    Args:
        rungs: grade and verdict from the top; a rung that does not apply is passed over.
        otherwise: the grade where no rung is met.
        ids: grade -> its OMOP id.
    """
    bits = {grade: 1 << place for place, grade in enumerate(ids)}
    size = np.min_scalar_type(-sum(bits.values())).type  # grades are few: a byte holds their bits
    rows = len(rungs[0][1].statuses)
    possible = np.zeros(rows, size)
    reasons = np.zeros(rows, np.int32)
    searching = np.ones(rows, np.bool_)
    for grade, verdict in rungs:
        met = searching & (verdict.statuses == Status.MET)
        open_ = searching & (verdict.statuses == Status.UNKNOWN)
        possible |= kept(met | open_, size(bits[grade]))
        reasons |= kept(open_, verdict.reasons)
        searching &= ~met
    possible |= kept(searching, size(bits[otherwise]))
    several = (possible & (possible - size(1))) != 0
    return Categories(
        tuple(ids.values()),
        possible.astype(np.int64),
        first_reasons(several, reasons),
        same_in_all(np.int64(-1), rows),
        same_in_all(np.datetime64("NaT", "D"), rows),
    )
