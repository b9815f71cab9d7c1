"""How many have which grade at a visit, and which gate stopped the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.endpoints.adjudication import WAITING, Adjudication


@dataclass(frozen=True, slots=True)
class ResponseCounts:
    """The persons of one visit under one definition.

    Attributes:
        grades: persons of each grade, best first.
        not_due: persons whose visit was not yet due at the data cut; they are not among the `n`.
        gates: the first gate that the best grade fails, with persons; the most frequent first.
    """

    visit: str
    grades: Mapping[str, int]
    not_assessable: int
    gates: tuple[tuple[str, int], ...]
    not_due: int = 0

    @property
    def n(self) -> int:
        return sum(self.grades.values()) + self.not_assessable


def count_responses(
    adjudication: Adjudication, visit: str, rows: npt.NDArray[np.int64]
) -> ResponseCounts:
    """The counts of one visit, as observed.

    Args:
        rows: those of the visit, one a person; stand-ins may be repeated.
    """
    waiting = adjudication.places[rows] == WAITING
    rows = rows[~waiting]
    places = adjudication.places[rows]
    grades = {
        grade: int(np.count_nonzero(places == place))
        for place, grade in enumerate(adjudication.grades)
    }
    best = adjudication.grades[0]
    failing = adjudication.first_failing(best)[rows]
    tally = [
        (gate, int(np.count_nonzero(failing == at)))
        for at, gate in enumerate(adjudication.gate_ids(best))
    ]
    gates = sorted(((gate, count) for gate, count in tally if count), key=lambda item: -item[1])
    open_, not_due = int(np.count_nonzero(places < 0)), int(np.count_nonzero(waiting))
    return ResponseCounts(visit, grades, open_, tuple(gates), not_due)
