"""Persons, power, effect: of the three each design works out the one that is left out.

So the same function plans a trial (effect and power given), judges one that was planned (effect and
persons), and says which difference a finished one could have found (persons and power).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, exp, inf, isfinite, log, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import bdtr, bdtrc, nctdtr, ndtr, ndtri, stdtrit

from remit.analysis.methods.estimates import require_level
from remit.analysis.methods.register import method
from remit.analysis.methods.two_arm_designs import SAW, require_shares
from remit.errors import MethodError

_EXACT = {"xtol": 1e-12, "rtol": 1e-12}
MOST = 1e7


@dataclass(frozen=True, slots=True)
class PlannedSize:
    """A design with nothing left open.

    Attributes:
        n_1, n_2: persons of the arms, rounded up where they were worked out; n_2 is 0 with one arm.
        exact: persons of the first arm, or events of a time to event, before they were rounded.
        effect: in the unit of the design. power: at `exact`.
        events: of a time to event; None else.
        warnings: what whoever plans by it has to know.
    """

    n_1: int
    n_2: int
    exact: float
    effect: float
    power: float
    events: int | None = None
    warnings: tuple[str, ...] = ()


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
    _check(level, sides, power, (deviation, ratio), 0 <= explained < 1)
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
        return found if isfinite(found) else 1.0

    first, effect, reached = _solved(
        chance, n, difference, power, least=3 / (1 + ratio), scale=spread
    )
    return _planned(first, effect, reached, ratio, rounded=n is None)


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
    return _planned(first, found.effect, found.power, ratio, rounded=n is None)


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
    _check(level, sides, power, (ratio,), difference is None or 0 <= share_2 + difference <= 1)
    quantile = -float(ndtri(level / sides))

    def chance(first: float, effect: float) -> float:
        one, two = share_2 + effect, share_2
        middle = (one + ratio * two) / (1 + ratio)
        null = sqrt(middle * (1 - middle) * (1 + 1 / ratio))
        other = sqrt(one * (1 - one) + two * (1 - two) / ratio)
        ahead = sqrt(first) * abs(effect) - quantile * null
        return float(ndtr(ahead / other)) if other > 0 else float(ahead > 0)

    first, effect, reached = _solved(
        chance, n, difference, power, least=1e-6, scale=1 - share_2, most=1 - share_2
    )
    return _planned(first, effect, reached, ratio, rounded=n is None)


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
    _check(level, 1, power, (), good and (n is None or n == int(n)))
    _one_open(n, share, power)

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
            raise _unreached(power, 0.0)
        found = float(brentq(lambda at: chance(persons, at) - power, against, 1.0, **_EXACT))
        return PlannedSize(persons, 0, needed(persons), found, chance(persons, found))
    assert share is not None
    for persons in range(1, most + 1):
        reached = chance(persons, share)
        if reached >= power:
            after = min(chance(persons + more, share) for more in range(1, 11))
            warnings = (SAW,) if after < power else ()
            return PlannedSize(persons, 0, needed(persons), share, reached, None, warnings)
    raise _unreached(power, chance(most, share))


@method(
    "events, power or hazard ratio of two curves (log-rank, Cox)",
    reference="Schoenfeld DA. Biometrics 1983;39:499; Hsieh FY, Lavori PW. Control Clin Trials "
    "2000;21:552",
    oracle="sample_sizes",
    tolerance=1e-8,
)
def hazard_design(
    *,
    events: float | None = None,
    ratio_of_hazards: float | None = None,
    power: float | None = None,
    level: float = 0.05,
    sides: int = 2,
    ratio: float = 1.0,
    event_share: float = 1.0,
    explained: float = 0.0,
) -> PlannedSize:
    """Events that a ratio of hazards needs, and the persons who bring them.

    Args:
        ratio: persons of the second arm for each of the first.
        event_share: of the persons of both arms who have an event while the trial runs.
        explained: the square of the correlation of the arm with the covariates of a Cox model.

    Raises:
        MethodError: as `mean_design`; the ratio of hazards is not positive, or is 1.
    """
    good = ratio_of_hazards is None or (0 < ratio_of_hazards < inf and ratio_of_hazards != 1)
    _check(level, sides, power, (ratio, event_share), good and event_share <= 1)
    quantile = -float(ndtri(level / sides))
    spread = ratio / (1 + ratio) ** 2 * (1 - explained)

    def chance(number: float, effect: float) -> float:
        return float(ndtr(abs(effect) * sqrt(number * spread) - quantile))

    effect = None if ratio_of_hazards is None else log(ratio_of_hazards)
    number, found, reached = _solved(chance, events, effect, power, least=1e-9, scale=1.0)
    # The effect that is worked out helps: the hazard of the first arm is the smaller one.
    hazards = exp(-found) if ratio_of_hazards is None else ratio_of_hazards
    whole = ceil(number - 1e-9)
    first = ceil(whole / event_share / (1 + ratio) - 1e-9)
    second = ceil(whole / event_share / (1 + ratio) * ratio - 1e-9)
    return PlannedSize(first, second, number, hazards, reached, whole)


@method(
    "share of persons with an event (exponential times, even accrual)",
    reference="Schoenfeld DA. Biometrics 1983;39:499; Lachin JM, Foulkes MA. Biometrics "
    "1986;42:507",
    oracle="sample_sizes",
    tolerance=1e-8,
)
def event_share(
    *, hazard: float, accrual: float, follow_up: float, lost: float = 0.0
) -> PlannedSize:
    """The share, as `effect`, of persons who are seen to have an event before the trial ends.

    Args:
        hazard, lost: of the event, and of leaving, by one unit of time.
        accrual: how long persons enter, evenly. follow_up: from the last entry to the end.

    Raises:
        MethodError: a number is negative, or nothing happens.
    """
    _check(0.5, 1, None, (hazard,), min(accrual, follow_up, lost) >= 0 and accrual + follow_up > 0)
    both = hazard + lost
    left = (
        exp(-both * follow_up)
        if accrual == 0
        else (exp(-both * follow_up) - exp(-both * (accrual + follow_up))) / (both * accrual)
    )
    return PlannedSize(0, 0, 0.0, hazard / both * (1 - left), 1.0)


def _solved(
    chance: Callable[[float, float], float],
    n: float | None,
    effect: float | None,
    power: float | None,
    *,
    least: float,
    scale: float,
    most: float = inf,
) -> tuple[float, float, float]:
    """Persons, effect and power, of which one was left out; power rises with the others."""
    _one_open(n, effect, power)
    if n is not None and (not isfinite(n) or n <= 0):
        raise MethodError(
            "persons, or events, are counted",
            expected="a number above 0",
            got=str(n),
            next_step="give the persons of the first arm",
        )
    if n is not None and effect is not None:
        return n, effect, chance(n, effect)
    assert power is not None
    if effect is not None:
        known = effect
        if known == 0 or chance(MOST, known) < power:
            raise _unreached(power, chance(MOST, known))
        if chance(least, known) >= power:
            return least, known, chance(least, known)
        top = max(4.0, 2 * least)
        while chance(top, known) < power:
            top *= 2
        found = float(brentq(lambda at: chance(at, known) - power, least, top, **_EXACT))
        return found, known, chance(found, known)
    assert n is not None
    persons, top = n, min(scale, most)
    while chance(persons, top) < power and top < min(most, 1e6 * scale):
        top = min(2 * top, most)
    if chance(persons, top) < power:
        raise _unreached(power, chance(persons, top))
    found = float(brentq(lambda at: chance(persons, at) - power, 0.0, top, **_EXACT))
    return persons, found, chance(persons, found)


def _planned(
    first: float, effect: float, power: float, ratio: float, *, rounded: bool
) -> PlannedSize:
    whole = ceil if rounded else round
    return PlannedSize(
        int(whole(first - 1e-9)), int(whole(first * ratio - 1e-9)), first, effect, power
    )


def _one_open(*three: float | None) -> None:
    if sum(one is None for one in three) != 1:
        raise MethodError(
            "of persons, effect and power exactly one is worked out",
            expected="two of them given",
            got=", ".join("left out" if one is None else str(one) for one in three),
            next_step="leave out the one you ask for",
        )


def _unreached(power: float, reached: float) -> MethodError:
    return MethodError(
        "the power is not reached",
        expected=f"a power of {power}",
        got=f"{reached:.3f} at most",
        next_step="suppose a larger effect, or plan more persons",
    )


def _check(
    level: float, sides: int, power: float | None, positive: tuple[float, ...], good: object
) -> None:
    require_level(level)
    if power is not None:
        require_level(power)
    if sides not in (1, 2) or not good or not all(isfinite(x) and x > 0 for x in positive):
        raise MethodError(
            "a number of the design cannot be",
            expected="sides 1 or 2, shares from 0 to 1, deviations and ratios above 0, a ratio of "
            "hazards other than 1, a share above the one it is tested against",
            got=f"sides {sides}, {', '.join(map(str, positive))}",
            next_step="see the function for what each one means",
        )
    if power is not None and power <= level:
        raise MethodError(
            "a power exceeds the level",
            expected=f"more than {level}",
            got=str(power),
            next_step="ask for a power such as 0.8",
        )
