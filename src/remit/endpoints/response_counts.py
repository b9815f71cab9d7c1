"""How many have which grade at a visit, and which gate stopped the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from remit.endpoints.adjudication import Adjudication
from remit.endpoints.study_responses import StudyAdjudication


@dataclass(frozen=True, slots=True)
class ResponseCounts:
    """The persons of one visit under one definition.

    Attributes:
        grades: persons of each grade, best first.
        gates: the first gate that the best grade fails, with persons; the most frequent first.
    """

    visit: str
    grades: Mapping[str, int]
    not_assessable: int
    gates: tuple[tuple[str, int], ...]

    @property
    def n(self) -> int:
        return sum(self.grades.values()) + self.not_assessable


def count_responses(
    study: StudyAdjudication, adjudication: Adjudication, visit: str
) -> ResponseCounts:
    """The counts of one visit, as observed.

    Raises:
        ProtocolError: the visit is not planned.
    """
    rows = study.rows_at(visit)
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
    return ResponseCounts(visit, grades, int(np.count_nonzero(places < 0)), tuple(gates))
