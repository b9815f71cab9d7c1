"""A screening held against the truth that the generator planted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from remit.screening import Screening
from remit.truth import Status


@dataclass(frozen=True, slots=True)
class TruthComparison:
    """How a study's verdicts compare with the planted truth. All counts are person × criterion.

    Attributes:
        wrong: met or not met (or not applicable) where the truth is another answer.
        missed: unknown where the truth is known.
        other_reason: unknown, as planted, but for other reasons.
        examples: up to five (criterion, person) of these.
    """

    study: str
    pairs: int
    wrong: int
    missed: int
    other_reason: int
    examples: tuple[tuple[str, int], ...]


def compare_with_truth(screening: Screening, truth: pa.Table) -> TruthComparison:
    """Compare every verdict of a screening with the truth table of the same synthetic dataset.

    A criterion of which no truth is declared is left out: it adds no pair.

    Args:
        truth: from `read_truth`.
    """
    study = screening.protocol.id
    own = truth.filter(pc.equal(truth["study"], study))
    pairs = wrong = missed = other = 0
    examples: list[tuple[str, int]] = []
    for name, statuses in screening.statuses.items():
        rows = own.filter(pc.equal(own["criterion"], name)).sort_by("person_id")
        if not rows.num_rows:
            continue  # no truth is declared of it
        persons = rows["person_id"].to_numpy()
        assert np.array_equal(persons, screening.person_ids), f"{name}: truth of other persons"
        planted, reasons = rows["status"].to_numpy(), rows["reasons"].to_numpy()
        differs = statuses != planted
        lost = differs & (statuses == Status.UNKNOWN)
        reasoned = ~differs & (screening.reasons[name].masks != reasons)
        pairs += len(planted)
        missed += int(np.count_nonzero(lost))
        wrong += int(np.count_nonzero(differs & ~lost))
        other += int(np.count_nonzero(reasoned))
        places = np.flatnonzero(differs | reasoned)[: 5 - len(examples)]
        examples += [(name, int(persons[place])) for place in places]
    return TruthComparison(study, pairs, wrong, missed, other, tuple(examples))
