"""Events by the time that persons were watched: rates, their ratio and their difference.

Times are sums over persons in any unit; a rate is of one unit of it, or of `per` of them.
"""

from __future__ import annotations

from math import inf, isfinite, sqrt

from scipy.optimize import brentq
from scipy.special import bdtr, bdtrc, betaincinv, chdtri, ndtr, ndtri

from remit.analysis.methods.estimates import LEVEL, Estimate, Significance, require_level
from remit.analysis.methods.register import method
from remit.errors import MethodError

UNWATCHED = "nobody was watched: no rate is defined"
NO_EVENT = "no event was seen in either group: nothing can be compared"
NO_SECOND = "no event was seen in the second group: the ratio has no upper bound"


@method(
    "rate of events with its exact interval (Poisson)",
    reference="Garwood F. Biometrika 1936;28:437",
    oracle="event_rates",
    tolerance=1e-9,
)
def event_rate(events: int, time: float, *, per: float = 1.0, level: float = LEVEL) -> Estimate:
    """Events by time, such as by 100 person-years with `per` 100.

    Raises:
        MethodError: a count, the time or the level cannot be.
    """
    _check((events, time))
    require_level(level)
    if time == 0:
        return Estimate(None, level=level, warnings=(UNWATCHED,))
    tail = (1 - level) / 2
    low = 0.0 if events == 0 else float(chdtri(2 * events, 1 - tail)) / 2
    high = float(chdtri(2 * events + 2, tail)) / 2
    return Estimate(events / time * per, low / time * per, high / time * per, level)


@method(
    "ratio of two rates with its exact interval",
    reference="Przyborowski J, Wilenski H. Biometrika 1940;31:313; Clopper CJ, Pearson ES. "
    "Biometrika 1934;26:404",
    oracle="event_rates",
    tolerance=1e-9,
)
def rate_ratio(
    events_1: int, time_1: float, events_2: int, time_2: float, *, level: float = LEVEL
) -> Estimate:
    """The first rate by the second; the bounds suppose the sum of events as it is.

    Raises:
        MethodError: as `event_rate`.
    """
    _check((events_1, time_1), (events_2, time_2))
    require_level(level)
    if 0 in (time_1, time_2):
        return Estimate(None, level=level, warnings=(UNWATCHED,))
    n = events_1 + events_2
    if n == 0:
        return Estimate(None, level=level, warnings=(NO_EVENT,))
    tail, scale = (1 - level) / 2, time_2 / time_1
    low = 0.0 if events_1 == 0 else float(betaincinv(events_1, events_2 + 1, tail))
    high = 1.0 if events_2 == 0 else float(betaincinv(events_1 + 1, events_2, 1 - tail))
    value = inf if events_2 == 0 else events_1 / events_2 * scale
    upper = inf if events_2 == 0 else high / (1 - high) * scale
    warnings = (NO_SECOND,) if events_2 == 0 else ()
    return Estimate(value, low / (1 - low) * scale, upper, level, warnings)


@method(
    "exact test of two rates",
    reference="Przyborowski J, Wilenski H. Biometrika 1940;31:313",
    oracle="event_rates",
    tolerance=1e-9,
)
def rate_test(events_1: int, time_1: float, events_2: int, time_2: float) -> Significance:
    """Twice the smaller tail of the first group's events, their sum being given, 1 at most.

    Raises:
        MethodError: as `event_rate`.
    """
    _check((events_1, time_1), (events_2, time_2))
    if 0 in (time_1, time_2):
        return Significance(None, warnings=(UNWATCHED,))
    n = events_1 + events_2
    if n == 0:
        return Significance(None, warnings=(NO_EVENT,))
    share = time_1 / (time_1 + time_2)
    above = 1.0 if events_1 == 0 else float(bdtrc(events_1 - 1, n, share))
    return Significance(min(1.0, 2 * min(above, float(bdtr(events_1, n, share)))))


@method(
    "difference of two rates (Miettinen-Nurminen)",
    reference="Miettinen O, Nurminen M. Stat Med 1985;4:213",
    oracle="event_rates",
    tolerance=1e-7,
)
def rate_difference(
    events_1: int,
    time_1: float,
    events_2: int,
    time_2: float,
    *,
    per: float = 1.0,
    level: float = LEVEL,
) -> Estimate:
    """The first rate less the second, with the interval by inverting the score test.

    Raises:
        MethodError: as `event_rate`.
    """
    _check((events_1, time_1), (events_2, time_2))
    require_level(level)
    if 0 in (time_1, time_2):
        return Estimate(None, level=level, warnings=(UNWATCHED,))
    seen = events_1 / time_1 - events_2 / time_2
    z = -float(ndtri((1 - level) / 2))

    def off(difference: float, wanted: float) -> float:
        return _score(events_1, time_1, events_2, time_2, difference) - wanted

    # The score falls as the supposed difference rises: walk out until it has passed the quantile.
    step = (sqrt(events_1 + 1) / time_1 + sqrt(events_2 + 1) / time_2) * max(z, 1.0)

    def bound(sign: float) -> float:
        end = seen - sign * step
        while sign * off(end, sign * z) < 0:
            end = seen + 2 * (end - seen)
        return float(brentq(lambda d: off(d, sign * z), end, seen, xtol=1e-15, rtol=1e-13))

    low, high = bound(1.0), bound(-1.0)
    return Estimate(seen * per, low * per, high * per, level)


@method(
    "test of two rates by their score",
    reference="Miettinen O, Nurminen M. Stat Med 1985;4:213",
    oracle="event_rates",
    tolerance=1e-9,
)
def rate_score_test(events_1: int, time_1: float, events_2: int, time_2: float) -> Significance:
    """Whether two rates differ; the statistic is z.

    Raises:
        MethodError: as `event_rate`.
    """
    _check((events_1, time_1), (events_2, time_2))
    if 0 in (time_1, time_2):
        return Significance(None, warnings=(UNWATCHED,))
    if events_1 + events_2 == 0:
        return Significance(None, warnings=(NO_EVENT,))
    z = _score(events_1, time_1, events_2, time_2, 0.0)
    return Significance(2 * float(ndtr(-abs(z))), z)


def _score(x_1: int, t_1: float, x_2: int, t_2: float, difference: float) -> float:
    """How many standard errors the seen difference lies above a supposed one."""
    seen = x_1 / t_1 - x_2 / t_2 - difference
    if seen == 0:
        return 0.0
    # The likeliest second rate solves t r² + half r - x_2 difference = 0.
    t = t_1 + t_2
    half = t * difference - x_1 - x_2
    root = sqrt(max(half * half + 4 * t * x_2 * difference, 0.0))
    second = (root - half) / (2 * t)
    second = max(second, 0.0, -difference)
    variance = max(second + difference, 0.0) / t_1 + second / t_2
    return seen / sqrt(variance) if variance > 0 else 1e9 if seen > 0 else -1e9


def _check(*pairs: tuple[int, float]) -> None:
    for events, time in pairs:
        if events < 0 or not isfinite(time) or time < 0 or (events and time == 0):
            raise MethodError(
                "a rate is of a count of events and the time that persons were watched",
                expected="a count from 0 and a time above 0",
                got=f"{events} events in {time}",
                next_step="sum the times of all persons, those without an event as well",
            )
