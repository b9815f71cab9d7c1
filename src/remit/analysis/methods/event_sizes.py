"""Events, power or ratio of hazards: the one that is left out, and how many have an event."""

from __future__ import annotations

from math import ceil, exp, inf, log, sqrt

from scipy.special import ndtr, ndtri

from remit.analysis.methods.estimates import Estimate
from remit.analysis.methods.planned_sizes import PlannedSize, check_design, solved
from remit.analysis.methods.register import method


@method(
    "events, power or hazard ratio of two curves (log-rank, Cox)",
    reference="Schoenfeld DA. Biometrics 1983;39:499; Hsieh FY, Lavori PW. Control Clin Trials "
    "2000;21:552",
    oracle="event_sizes",
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
    good = good and event_share <= 1 and 0 <= explained < 1
    check_design(level, sides, power, (ratio, event_share), good)
    quantile = -float(ndtri(level / sides))
    spread = ratio / (1 + ratio) ** 2 * (1 - explained)

    def chance(number: float, effect: float) -> float:
        return float(ndtr(abs(effect) * sqrt(number * spread) - quantile))

    effect = None if ratio_of_hazards is None else log(ratio_of_hazards)
    number, found, reached = solved(chance, events, effect, power, least=1e-9, scale=1.0)
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
    oracle="event_sizes",
    tolerance=1e-8,
)
def event_share(*, hazard: float, accrual: float, follow_up: float, lost: float = 0.0) -> Estimate:
    """The share of persons who are seen to have an event before the trial ends; no interval.

    Args:
        hazard, lost: of the event, and of leaving, by one unit of time.
        accrual: how long persons enter, evenly. follow_up: from the last entry to the end.

    Raises:
        MethodError: a number is negative, or nothing happens.
    """
    check_design(
        0.5, 1, None, (hazard,), min(accrual, follow_up, lost) >= 0 and accrual + follow_up > 0
    )
    both = hazard + lost
    left = (
        exp(-both * follow_up)
        if accrual == 0
        else (exp(-both * follow_up) - exp(-both * (accrual + follow_up))) / (both * accrual)
    )
    return Estimate(hazard / both * (1 - left))
