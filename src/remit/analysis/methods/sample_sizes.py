"""Persons, power, effect: of the three each design works out the one that is left out.

So the same function plans a trial (effect and power given), judges one that was planned (effect and
persons), and says which difference a finished one could have found (persons and power).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, inf, log, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import bdtr, bdtrc, nctdtr, ndtr, ndtri, stdtrit

from remit.analysis.methods.planned_sizes import (
    EXACT,
    PlannedSize,
    check_design,
    one_open,
    solved,
    unreached,
)
from remit.analysis.methods.register import method
from remit.analysis.methods.two_arm_designs import SAW, require_shares
from remit.errors import MethodError


@method(
    "persons, power or difference of two means (t test, ANCOVA)",
    reference="Desu MM, Raghavarao D. Sample size methodology. 1990; with covariates: Borm GF, "
    "Fransen J, Lemmens WAJG. J Clin Epidemiol 2007;60:1234",
    oracle="sample_sizes",
    tolerance=1e-6,
)
def mean_design(
    *,
    deviation: float,
    n: float | None = None,
    difference: float | None = None,
    power: float | None = None,
    level: float = 0.05,
    sides: int = 2,
    ratio: float = 1.0,
    explained: float = 0.0,
) -> PlannedSize:
    """Two means, by the noncentral distribution of t.

    Args:
        deviation: within each arm. n: persons of the first arm.
        ratio: persons of the second arm for each of the first.
        explained: correlation of the answer with its baseline, where the analysis adjusts for
            it; the deviation shrinks by the root of 1 - its square.

    Raises:
        MethodError: not one of the three is left out, or a number cannot be.
    """
    check_design(level, sides, power, (deviation, ratio), 0 <= explained < 1)
    spread = deviation * sqrt(1 - explained**2)

    def chance(first: float, effect: float) -> float:
        df = first * (1 + ratio) - 2
        if df < 1:
            return 0.0
        shift = abs(effect) / spread / sqrt((1 + 1 / ratio) / first)
        edge = -float(stdtrit(df, level / sides))
        # As R has it: to differ in the other direction is no success.
        found = 1 - float(nctdtr(df, shift, edge))
        # Beyond shifts of about 37 scipy gives no number: all of the distribution lies above.
        return found if np.isfinite(found) else 1.0

    first, effect, reached = solved(
        chance, n, difference, power, least=3 / (1 + ratio), scale=spread
    )
    return PlannedSize.of(first, effect, reached, ratio, rounded=n is None)


@method(
    "persons, power or difference of two means at the last of several visits (MMRM)",
    reference="Lu K, Luo X, Chen PY. Int J Biostat 2008;4:9",
    oracle="sample_sizes",
    tolerance=1e-6,
)
def last_visit_design(
    *,
    deviation: float,
    retained: float,
    n: float | None = None,
    difference: float | None = None,
    power: float | None = None,
    level: float = 0.05,
    sides: int = 2,
    ratio: float = 1.0,
    explained: float = 0.0,
) -> PlannedSize:
    """As `mean_design`, of the persons who are seen at the last visit.

    That is the lower bound of what a mixed model has: it also learns of the last visit from the
    earlier ones of persons who left. `n` counts those who begin.

    Args:
        retained: the share of persons seen at the last visit.

    Raises:
        MethodError: as `mean_design`; the share is not above 0.
    """
    if not 0 < retained <= 1:
        raise MethodError(
            "some persons are seen at the last visit",
            expected="a share above 0, 1 at most",
            got=str(retained),
            next_step="suppose how many stay",
        )
    found = mean_design(
        deviation=deviation,
        n=None if n is None else n * retained,
        difference=difference,
        power=power,
        level=level,
        sides=sides,
        ratio=ratio,
        explained=explained,
    )
    first = found.exact / retained
    return PlannedSize.of(first, found.effect, found.power, ratio, rounded=n is None)


@method(
    "persons, power or difference of two proportions (normal)",
    reference="Fleiss JL, Levin B, Paik MC. Statistical methods for rates and proportions. 3rd ed. "
    "2003:72",
    oracle="sample_sizes",
    tolerance=1e-6,
)
def share_design(
    *,
    share_2: float,
    n: float | None = None,
    difference: float | None = None,
    power: float | None = None,
    level: float = 0.05,
    sides: int = 2,
    ratio: float = 1.0,
) -> PlannedSize:
    """Two proportions by the normal distribution; `two_arm_power` has them exactly.

    Args:
        difference: of the first arm to `share_2`; where it is worked out it is positive.

    Raises:
        MethodError: as `mean_design`; a share is none, or no share has the power.
    """
    require_shares(share_2)
    check_design(
        level, sides, power, (ratio,), difference is None or 0 <= share_2 + difference <= 1
    )
    quantile = -float(ndtri(level / sides))

    def chance(first: float, effect: float) -> float:
        one, two = share_2 + effect, share_2
        middle = (one + ratio * two) / (1 + ratio)
        null = sqrt(middle * (1 - middle) * (1 + 1 / ratio))
        other = sqrt(one * (1 - one) + two * (1 - two) / ratio)
        ahead = sqrt(first) * abs(effect) - quantile * null
        return float(ndtr(ahead / other)) if other > 0 else float(ahead > 0)

    first, effect, reached = solved(
        chance, n, difference, power, least=1e-6, scale=1 - share_2, most=1 - share_2
    )
    return PlannedSize.of(first, effect, reached, ratio, rounded=n is None)


@method(
    "persons, power or share of one arm (exact binomial)",
    reference="A'Hern RP. Stat Med 2001;20:859",
    oracle="sample_sizes",
    tolerance=1e-8,
)
def single_arm_design(
    *,
    against: float,
    n: int | None = None,
    share: float | None = None,
    power: float | None = None,
    level: float = 0.05,
    most: int = 2000,
) -> PlannedSize:
    """One proportion above `against`, by the one-sided exact test; `exact` is the answers needed.

    The fewest persons with the power; a warning says where a few more have less of it.

    Raises:
        MethodError: as `mean_design`; a share is none, or so many persons are too few.
    """
    require_shares(against)
    good = share is None or against < share <= 1
    check_design(level, 1, power, (), good and (n is None or n == int(n)))
    one_open(n, share, power)

    def needed(persons: int) -> int:
        counts = np.arange(1, persons + 1)
        fits = np.flatnonzero(bdtrc(counts - 1, persons, against) <= level)
        return int(counts[fits[0]]) if len(fits) else persons + 1

    def chance(persons: int, of: float) -> float:
        count = needed(persons)
        return 0.0 if count > persons else float(1 - bdtr(count - 1, persons, of))

    if n is not None and share is not None:
        return PlannedSize(int(n), 0, needed(int(n)), share, chance(int(n), share))
    assert power is not None
    if n is not None:
        persons = int(n)
        if needed(persons) > persons:
            raise unreached(power, 0.0)
        found = float(brentq(lambda at: chance(persons, at) - power, against, 1.0, **EXACT))
        return PlannedSize(persons, 0, needed(persons), found, chance(persons, found))
    assert share is not None
    for persons in range(1, most + 1):
        reached = chance(persons, share)
        if reached >= power:
            after = min(chance(persons + more, share) for more in range(1, 11))
            warnings = (SAW,) if after < power else ()
            return PlannedSize(persons, 0, needed(persons), share, reached, None, warnings)
    raise unreached(power, chance(most, share))


@method(
    "persons, power or odds ratio of ordered answers (proportional odds)",
    reference="Whitehead J. Stat Med 1993;12:2257",
    oracle="sample_sizes",
    tolerance=1e-6,
)
def ordinal_design(
    *,
    shares_2: Sequence[float],
    n: float | None = None,
    odds: float | None = None,
    power: float | None = None,
    level: float = 0.05,
    sides: int = 2,
    ratio: float = 1.0,
) -> PlannedSize:
    """Ordered answers, such as complete, partial and no response, with one odds ratio for all.

    Args:
        shares_2: of the answers in the second arm, the best first; their sum is 1.
        odds: ratio of the odds of the better answers, first arm against second; `effect` is it.
            Where it is worked out it is above 1.

    Raises:
        MethodError: as `mean_design`; the shares do not sum to 1.
    """
    require_shares(*shares_2)
    whole = len(shares_2) > 1 and abs(sum(shares_2) - 1) < 1e-9
    good = odds is None or (0 < odds < inf and odds != 1)
    check_design(level, sides, power, (ratio,), whole and good)
    quantile = -float(ndtri(level / sides))
    reached = np.cumsum(shares_2)[:-1]

    def chance(first: float, effect: float) -> float:
        lifted = 1 / (1 + (1 - reached) / np.maximum(reached, 1e-300) * exp(-effect))
        other = np.diff(np.concatenate([[0.0], lifted, [1.0]]))
        middle = (other + ratio * np.asarray(shares_2)) / (1 + ratio)
        persons = first * (1 + ratio)
        spread = persons * ratio / (3 * (1 + ratio) ** 2) * (1 - float((middle**3).sum()))
        return float(ndtr(abs(effect) * sqrt(spread) - quantile))

    effect = None if odds is None else log(odds)
    first, found, won = solved(chance, n, effect, power, least=1e-6, scale=1.0)
    return PlannedSize.of(first, exp(found), won, ratio, rounded=n is None)
