"""Agreement of two judges beyond what guesses would give: Gwet's AC1 and AC2."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from scipy.special import stdtrit

from remit.analysis.methods.estimates import LEVEL, Estimate, require_level
from remit.analysis.methods.rater_agreement import NOBODY, agreement_weights, square_counts
from remit.analysis.methods.register import method

ONE_PERSON = "one person gives no interval"


@method(
    "agreement by Gwet's AC1, or AC2 with weights",
    reference="Gwet KL. Br J Math Stat Psychol 2008;61:29",
    oracle="rater_agreement",
    tolerance=1e-6,
)
def gwet_agreement(
    table: Sequence[Sequence[int]], *, weights: str = "none", level: float = LEVEL
) -> Estimate:
    """Agreement beyond what guesses would give, which a rare answer does not push to 0.

    The interval is by Student's t of n - 1, as its author has it.

    Args:
        table: every answer that can be given has its row, be it given or not.
        weights: as of `kappa`.

    Raises:
        MethodError: as `kappa`.
    """
    require_level(level)
    counts = square_counts(table)
    agreement = agreement_weights(weights, len(counts))
    n, answers = int(counts.sum()), len(counts)
    if n == 0:
        return Estimate(None, level=level, warnings=(NOBODY,))
    share = counts / n
    middle = (share.sum(axis=1) + share.sum(axis=0)) / 2
    factor = float(agreement.sum()) / (answers * (answers - 1))
    expected = factor * float((middle * (1 - middle)).sum())
    observed = float((agreement * share).sum())
    value = (observed - expected) / (1 - expected)
    if n == 1:
        return Estimate(value, level=level, warnings=(ONE_PERSON,))
    # What each cell adds to the coefficient, both through agreement and through chance.
    chance = factor * (1 - (middle[:, None] + middle[None, :]) / 2)
    part = (agreement - expected) / (1 - expected) - 2 * (1 - value) * (chance - expected) / (
        1 - expected
    )
    variance = float((share * (part - value) ** 2).sum()) / n
    half = -float(stdtrit(n - 1, (1 - level) / 2)) * sqrt(max(variance, 0.0))
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half), level)
