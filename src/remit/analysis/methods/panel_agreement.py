"""Agreement of several judges beyond chance: Fleiss' kappa and Gwet's AC1.

Ratings stand in rows of persons and columns of judges; None is a person whom a judge did not judge.
Who has one rating alone tells of how often answers are given, and of no agreement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from remit.analysis.methods.estimates import LEVEL, Estimate, require_level
from remit.analysis.methods.rater_agreement import ONE_ANSWER
from remit.analysis.methods.register import method
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
Ratings = Sequence[Sequence[object | None]]
NOBODY_TWICE = "nobody was judged by two judges"
ONE_PERSON = "one person gives no interval"


@method(
    "kappa of several judges (Fleiss)",
    reference="Fleiss JL. Psychol Bull 1971;76:378; interval: Gwet KL. Handbook of inter-rater "
    "reliability. 4th ed. 2014",
    oracle="panel_agreement",
    tolerance=1e-6,
)
def fleiss_kappa(ratings: Ratings, *, level: float = LEVEL) -> Estimate:
    """Agreement of pairs of judges beyond that of answers drawn as often as all judges give them.

    Raises:
        MethodError: rows differ in length, or there are fewer than two judges.
    """
    shares, pairs = _by_person(ratings, None)

    def chance(middle: Floats) -> tuple[float, Floats]:
        return float((middle**2).sum()), shares @ middle

    return _beyond(shares, pairs, chance, level)


@method(
    "agreement of several judges by Gwet's AC1",
    reference="Gwet KL. Br J Math Stat Psychol 2008;61:29",
    oracle="panel_agreement",
    tolerance=1e-6,
)
def panel_gwet_agreement(
    ratings: Ratings, *, answers: Sequence[object] | None = None, level: float = LEVEL
) -> Estimate:
    """Agreement of pairs of judges beyond what guesses would give.

    Args:
        answers: all that can be given; those that were given when None.

    Raises:
        MethodError: as `fleiss_kappa`; a rating is none of the answers.
    """
    shares, pairs = _by_person(ratings, answers)
    number = shares.shape[1]

    def chance(middle: Floats) -> tuple[float, Floats]:
        if number < 2:
            return 0.0, np.zeros(len(shares))
        each = (1 - shares) @ middle / (number - 1)
        return float((middle * (1 - middle)).sum()) / (number - 1), each

    return _beyond(shares, pairs, chance, level)


def _by_person(ratings: Ratings, answers: Sequence[object] | None) -> tuple[Floats, Floats]:
    """Of each person with a rating the shares of answers, and the share of pairs that agree.

    Returns:
        Shapes (persons, answers) and (persons,); the second is NaN where no pair judged.
    """
    judges = {len(row) for row in ratings}
    if len(judges) != 1 or min(judges) < 2:
        raise MethodError(
            "each person has a rating or None of each judge",
            expected="rows of one length, of two judges at least",
            got=f"{len(ratings)} rows of length {sorted(judges)}",
            next_step="give None where a judge did not judge",
        )
    given = sorted({str(one) for row in ratings for one in row if one is not None})
    known = given if answers is None else [str(one) for one in answers]
    if not set(given) <= set(known):
        raise MethodError(
            "a rating is one of the answers",
            expected=", ".join(known),
            got=", ".join(sorted(set(given) - set(known))),
            next_step="name every answer that can be given",
        )
    counts = np.array(
        [
            [sum(str(one) == name for one in row if one is not None) for name in known]
            for row in ratings
        ],
        np.float64,
    ).reshape(len(ratings), len(known))
    counts = counts[counts.sum(axis=1) > 0]
    number = counts.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        pairs = (counts * (counts - 1)).sum(axis=1) / (number * (number - 1))
        return counts / number[:, None], pairs


def _beyond(
    shares: Floats,
    pairs: Floats,
    chance: Callable[[Floats], tuple[float, Floats]],
    level: float,
) -> Estimate:
    """The coefficient with its interval by Student's t, of how much each person adds to it."""
    require_level(level)
    judged = ~np.isnan(pairs)
    if not judged.any():
        return Estimate(None, level=level, warnings=(NOBODY_TWICE,))
    expected, each = chance(shares.mean(axis=0))
    if expected >= 1 - 1e-12:
        return Estimate(None, level=level, warnings=(ONE_ANSWER,))
    value = (float(pairs[judged].mean()) - expected) / (1 - expected)
    n = len(pairs)
    if n == 1:
        return Estimate(value, level=level, warnings=(ONE_PERSON,))
    weight = n / int(judged.sum())
    own = np.where(judged, weight * (np.nan_to_num(pairs) - expected), 0.0) / (1 - expected)
    part = own - 2 * (1 - value) * (each - expected) / (1 - expected)
    variance = float(((part - value) ** 2).sum()) / (n * (n - 1))
    half = -float(stdtrit(n - 1, (1 - level) / 2)) * sqrt(variance)
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half), level)
