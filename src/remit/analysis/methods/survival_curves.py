"""Times to an event, some not seen to their end: Kaplan-Meier and restricted means.

`times` are lengths, shape (persons,); `events` say whether the event was seen at that time, or that
the person was watched up to then alone. Whoever has an event at a time is at risk at it; who is
watched no longer leaves after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from remit.analysis.methods.estimates import LEVEL, Estimate, require_level
from remit.analysis.methods.register import method
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
UNWATCHED = "nobody was watched so long"
NO_BOUNDS = "everybody had the event by then: the bounds are not defined"


Bounds = tuple[float | None, float | None, tuple[str, ...]]


def bounds_at(low: Floats, high: Floats, place: int) -> Bounds:
    """The bounds of a curve at one step, and what is to be said where one cannot be given."""
    below, above = (
        None if np.isnan(bound[place]) else float(bound[place]) for bound in (low, high)
    )
    return below, above, (() if below is not None and above is not None else (NO_BOUNDS,))


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A step function of time with its bounds, shape (steps,) each.

    Attributes:
        times: ascending, those at which anybody had an event or left.
        at_risk, events, left: how many, at each time.
        value: from each time on. low, high: its bounds, empty (NaN) where none can be given.
        level: of the bounds.
    """

    times: Floats
    at_risk: Whole
    events: Whole
    left: Whole
    value: Floats
    low: Floats
    high: Floats
    level: float

    def at(self, time: float) -> Estimate:
        """The value at a time, with a warning past the last time that anybody was watched."""
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        if place < 0:
            return Estimate(1.0, 1.0, 1.0, self.level)
        if time > self.times[-1] and self.value[-1] > 0:
            return Estimate(None, level=self.level, warnings=(UNWATCHED,))
        low, high, warnings = bounds_at(self.low, self.high, place)
        return Estimate(float(self.value[place]), low, high, self.level, warnings)

    def quantile(self, share: float = 0.5) -> Estimate:
        """When the value has fallen to 1 - share; the bounds are those of the curve.

        Brookmeyer R, Crowley J. Biometrics 1982;38:29. Of two steps that both fit, the middle.
        """
        value, low, high = (
            _first(self.times, series, 1 - share) for series in (self.value, self.low, self.high)
        )
        warnings = () if value is not None else ("the curve does not fall so far",)
        return Estimate(value, low, high, self.level, warnings)


@method(
    "survival curve (Kaplan-Meier, log-log bounds)",
    reference="Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457; bounds: Kalbfleisch JD, Prentice "
    "RL. The statistical analysis of failure time data. 1980",
    oracle="survival_curves",
    tolerance=1e-9,
)
def kaplan_meier(times: Sequence[float], events: Sequence[bool], *, level: float = LEVEL) -> Curve:
    """The share that has had no event yet; the bounds are those of log(-log) of the share.

    Raises:
        MethodError: a time is no length, or the arrays differ.
    """
    time, event = watched(times, events)
    require_level(level)
    steps, at_risk, had, left = counted(time, event)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.cumprod(1 - had / at_risk).astype(np.float64)
        variance = np.cumsum(had / (at_risk * (at_risk - had)))
        spread = np.sqrt(variance) / np.abs(np.log(value))
        half = -float(ndtri((1 - level) / 2)) * spread
        low, high = value ** np.exp(half), value ** np.exp(-half)
    whole = value == 1.0
    low, high = np.where(whole, 1.0, low), np.where(whole, 1.0, high)
    nobody = value == 0.0
    low, high = np.where(nobody, np.nan, low), np.where(nobody, np.nan, high)
    return Curve(steps, at_risk, had, left, value, low, high, level)


@method(
    "restricted mean survival time",
    reference="Irwin JO. J Hyg 1949;47:188",
    oracle="survival_curves",
    tolerance=1e-9,
)
def restricted_mean(
    times: Sequence[float], events: Sequence[bool], *, until: float, level: float = LEVEL
) -> Estimate:
    """The mean time without an event, of the time up to `until`.

    Raises:
        MethodError: as `kaplan_meier`; `until` is not positive.
    """
    found = area_under(kaplan_meier(times, events, level=level), until)
    if found is None:
        return Estimate(None, level=level, warnings=(UNWATCHED,))
    value, variance = found
    half = -float(ndtri((1 - level) / 2)) * sqrt(variance)
    return Estimate(value, value - half, value + half, level)


def area_under(curve: Curve, until: float) -> tuple[float, float] | None:
    """The area under a curve up to a time, and its variance; None past the last time watched.

    Raises:
        MethodError: the time is not positive.
    """
    if not until > 0:
        raise MethodError(
            "a mean is restricted to a positive time",
            expected="a length above 0",
            got=str(until),
            next_step="give the end of the study",
        )
    if until > curve.times[-1] and curve.value[-1] > 0:
        return None
    inside = curve.times < until
    edges = np.concatenate([[0.0], curve.times[inside], [until]])
    areas = np.diff(edges) * np.concatenate([[1.0], curve.value[inside]])
    value = float(areas.sum())
    after = value - np.cumsum(areas)[:-1]  # the area right of each step
    risk, had = curve.at_risk[inside].astype(float), curve.events[inside].astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(after > 0, after**2 * had / (risk * (risk - had)), 0.0)
    return value, float(parts.sum())


def watched(times: Sequence[float], events: Sequence[bool]) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Times and events as arrays.

    Raises:
        MethodError: they differ in number, nobody is there, or a time is no length.
    """
    time, event = np.asarray(times, np.float64), np.asarray(events)
    if time.ndim != 1 or time.shape != event.shape or not len(time):
        raise MethodError(
            "each person has a time, and an event or none",
            expected="two lists of one length, at least 1",
            got=f"{time.size} times and {event.size} events",
            next_step="give one of each for every person",
        )
    if not np.isfinite(time).all() or (time < 0).any():
        raise MethodError(
            "a time is a length from the beginning",
            expected="numbers from 0",
            got=str(time[~np.isfinite(time) | (time < 0)][0]),
            next_step="leave out persons whose time is not known, and say how many",
        )
    if event.dtype != np.bool_ and not np.isin(event, (0, 1)).all():
        raise MethodError(
            "an event was seen or it was not",
            expected="true or false",
            got=str(event[~np.isin(event, (0, 1))][0]),
            next_step="number no causes here",
        )
    return time, event.astype(np.bool_)


def counted(time: Floats, event: npt.NDArray[np.bool_]) -> tuple[Floats, Whole, Whole, Whole]:
    """The times that occur, ascending, and at each who is at risk, has an event, leaves without."""
    steps, place = np.unique(time, return_inverse=True)
    all_here = np.bincount(place, minlength=len(steps))
    had = np.bincount(place[event], minlength=len(steps))
    at_risk = np.cumsum(all_here[::-1])[::-1]
    return steps, at_risk.astype(np.int64), had.astype(np.int64), (all_here - had).astype(np.int64)


def _first(times: Floats, series: Floats, share: float) -> float | None:
    """When a falling series comes to a share; the middle where it stands on it for a while."""
    with np.errstate(invalid="ignore"):
        reached = series <= share + 1e-12
        equal = np.abs(series - share) < 1e-12
    if not reached.any():
        return None
    first = int(np.argmax(reached))
    below = reached & ~equal
    if equal[first] and below.any():
        return float(times[first] + times[int(np.argmax(below))]) / 2
    return float(times[first])
