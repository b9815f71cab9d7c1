"""The difference of two proportions with an exact interval that supposes no margin."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from remit.analysis.methods.estimates import LEVEL, Estimate, require_counts, require_level
from remit.analysis.methods.outcome_chances import largest_chance_at, scores_of_difference
from remit.analysis.methods.register import method
from remit.analysis.methods.two_proportions import EMPTY
from remit.errors import MethodError

MOST_PERSONS = 200
_STEPS = 80
# Outcomes whose scores differ by rounding alone are equally extreme.
_SAME = 1e-9


@method(
    "difference of two proportions, exact without a margin (Chan-Zhang)",
    reference="Chan ISF, Zhang Z. Biometrics 1999;55:1202",
    oracle="exact_differences",
    tolerance=1e-6,
)
def exact_difference(
    count_1: int, n_1: int, count_2: int, n_2: int, *, level: float = LEVEL
) -> Estimate:
    """The difference with the ones that neither of two exact tests of one side rejects.

    Outcomes are ordered by the score of the supposed difference; each test takes the largest
    chance over all shares. It never covers too seldom, and is wider than Miettinen's and
    Nurminen's.

    Raises:
        MethodError: a count or the level cannot be; more than 200 persons are in a group.
    """
    require_counts("two proportions", (count_1, n_1), (count_2, n_2))
    require_level(level)
    if 0 in (n_1, n_2):
        return Estimate(None, level=level, warnings=(EMPTY,))
    if max(n_1, n_2) > MOST_PERSONS:
        raise MethodError(
            "all outcomes are gone through at each difference: a group is too large",
            expected=f"{MOST_PERSONS} persons at most",
            got=f"{n_1} and {n_2}",
            next_step="take miettinen_nurminen_difference, which is near it for so many",
        )
    value = count_1 / n_1 - count_2 / n_2
    low = _bound(count_1, n_1, count_2, n_2, level)
    # The upper bound is the lower one of the second group against the first.
    high = -_bound(count_2, n_2, count_1, n_1, level)
    return Estimate(value, low, high, level)


def _bound(count_1: int, n_1: int, count_2: int, n_2: int, level: float) -> float:
    """The smallest difference that the test against larger ones does not reject."""
    tail, value = (1 - level) / 2, count_1 / n_1 - count_2 / n_2

    def off(difference: float) -> float:
        score = scores_of_difference(n_1, n_2, difference)
        region = score >= score[count_1, count_2] - _SAME
        return largest_chance_at(region, difference, near=tail) - tail

    # The p does not always rise with the difference: the first step that is not rejected counts.
    before = -1.0
    for step in np.linspace(-1, value, _STEPS)[1:]:
        if off(float(step)) > 0:
            if before == -1.0 and off(-1 + 1e-9) > 0:
                return -1.0
            start = max(before, -1 + 1e-9)
            return float(brentq(off, start, float(step), xtol=1e-12, rtol=1e-12))
        before = float(step)
    return value
