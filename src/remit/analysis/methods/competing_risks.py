"""Times to one of several events that shut each other out: cumulative incidence, Gray's test.

`causes` number the events from 1; 0 is a person watched up to then alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from remit.analysis.methods.estimates import LEVEL, Estimate, Significance, require_level
from remit.analysis.methods.quadratic_forms import chi_square_of
from remit.analysis.methods.register import method
from remit.analysis.methods.survival_curves import UNWATCHED, bounds_at, counted, watched
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
NO_EVENT = "no event of the cause was seen while two groups were at risk: nothing can be compared"


@dataclass(frozen=True, slots=True, eq=False)
class IncidenceCurve:
    """A rising step function of time with its bounds, shape (steps,) each.

    Attributes:
        times: ascending, those at which anybody had an event or left.
        at_risk, events, others, left: how many, at each time; `others` had another event.
        value: from each time on. error: its standard error. low, high: its bounds, empty (NaN)
            where none can be given.
        level: of the bounds.
    """

    times: Floats
    at_risk: Whole
    events: Whole
    others: Whole
    left: Whole
    value: Floats
    error: Floats
    low: Floats
    high: Floats
    level: float

    def at(self, time: float) -> Estimate:
        """The value at a time, with a warning past the last time that anybody was watched."""
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        if place < 0:
            return Estimate(0.0, 0.0, 0.0, self.level)
        if time > self.times[-1] and self.left[-1] > 0:
            return Estimate(None, level=self.level, warnings=(UNWATCHED,))
        low, high, warnings = bounds_at(self.low, self.high, place)
        return Estimate(float(self.value[place]), low, high, self.level, warnings)


@method(
    "cumulative incidence with competing risks (Aalen-Johansen)",
    reference="Aalen OO, Johansen S. Scand J Stat 1978;5:141; variance: Gray RJ. Ann Stat "
    "1988;16:1141",
    oracle="competing_risks",
    tolerance=1e-9,
)
def cumulative_incidence(
    times: Sequence[float], causes: Sequence[int], *, cause: int = 1, level: float = LEVEL
) -> IncidenceCurve:
    """The share that has had the event of one cause; bounds by log(-log) of the share.

    Raises:
        MethodError: as `kaplan_meier`; a cause is no number from 0.
    """
    require_level(level)
    time, which = _watched(times, causes)
    steps, at_risk, had, left = counted(time, which > 0)
    own = np.bincount(np.searchsorted(steps, time[which == cause]), minlength=len(steps))
    risk, all_, ours = at_risk.astype(float), had.astype(float), own.astype(float)
    before = np.concatenate([[1.0], np.cumprod(1 - all_ / risk)[:-1]])
    value = np.cumsum(before * ours / risk)
    spread = np.sqrt(np.maximum(_variance(risk, all_, ours, before, value), 0.0))
    z = -float(ndtri((1 - level) / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        half = z * spread / np.abs(value * np.log(value))
        low, high = value ** np.exp(half), value ** np.exp(-half)
    bare = (value <= 0) | (value >= 1)
    low, high = (np.where(bare, np.where(value <= 0, 0.0, np.nan), one) for one in (low, high))
    others = (had - own).astype(np.int64)
    return IncidenceCurve(
        steps, at_risk, own.astype(np.int64), others, left, value, spread, low, high, level
    )


def _variance(risk: Floats, all_: Floats, own: Floats, before: Floats, value: Floats) -> Floats:
    """Of the incidence at each time: an event at u moves it by 1 - (F(t) - F(u)) / S(u).

    Events of one time are drawn without replacement, as Gray has it.
    """
    after = before * (1 - all_ / risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(after > 0, 1 / after, 0.0)
    found = np.zeros(len(risk))
    for events, jump in ((own, 1.0), (all_ - own, 0.0)):
        with np.errstate(divide="ignore", invalid="ignore"):
            ties = np.where(events > 1, 1 - (events - 1) / (risk - 1), 1.0)
        size = before**2 * ties * events / risk**2
        size = size if jump else np.where(after > 0, size, 0.0)
        pull = jump + share * value
        # (pull - share F(t))² summed over all times up to t, by powers of F(t).
        squares, products, shares = (
            np.cumsum(size * one) for one in (pull**2, pull * share, share**2)
        )
        found += squares - 2 * value * products + value**2 * shares
    return found


@method(
    "test of cumulative incidences (Gray), stratified",
    reference="Gray RJ. Ann Stat 1988;16:1141",
    oracle="competing_risks",
    tolerance=1e-8,
)
def gray_test(
    times: Sequence[float],
    causes: Sequence[int],
    groups: Sequence[object],
    *,
    cause: int = 1,
    strata: Sequence[object] | None = None,
    rho: float = 0.0,
) -> Significance:
    """Whether the groups differ in how many come to have the event of a cause, and when.

    Args:
        rho: events weigh the share without the event of the cause, to this power.

    Raises:
        MethodError: the lists differ in length, a time is no length, a cause no number from 0.
    """
    time, which = _watched(times, causes)
    names = sorted({str(group) for group in groups})
    if len(groups) != len(time) or (strata is not None and len(strata) != len(time)):
        raise MethodError(
            "each person has a group, and a stratum where there are strata",
            expected=f"{len(time)} of each",
            got=f"{len(groups)} groups, {len(time if strata is None else strata)} strata",
            next_step="give one for every person",
        )
    kind = np.where(which == 0, 0, np.where(which == cause, 1, 2))
    group = np.array([names.index(str(one)) for one in groups])
    layer = np.zeros(len(time), np.int64)
    if strata is not None:
        layer = np.unique([str(one) for one in strata], return_inverse=True)[1]
    over, variance = np.zeros(len(names)), np.zeros((len(names), len(names)))
    for one in np.unique(layer):
        here = layer == one
        some, more = _of_stratum(time[here], kind[here], group[here], len(names), rho)
        over, variance = over + some, variance + more
    tested = chi_square_of(over, variance)
    return Significance(*tested) if tested else Significance(None, df=0.0, warnings=(NO_EVENT,))


def _of_stratum(
    time: Floats, kind: Whole, group: Whole, number: int, rho: float
) -> tuple[Floats, Floats]:
    """The scores of the groups in a stratum, and their variance.

    Section 3 of the paper: each group's hazard of the subdistribution against that of all; the
    persons at risk of a group count as many as would be, had nobody left or had another event.
    """
    steps, place = np.unique(time, return_inverse=True)
    own, other, gone = (np.zeros((len(steps), number)) for _ in range(3))
    for table, some in ((own, kind == 1), (other, kind == 2), (gone, kind >= 0)):
        np.add.at(table, (place[some], group[some]), 1)
    risk = np.cumsum(gone[::-1], axis=0)[::-1]
    score, variance = np.zeros(number), np.zeros((number, number))
    free, incidence = np.ones(number), np.zeros(number)  # of each group, just before a time
    all_before = 0.0  # the incidence of all groups together
    drift = np.zeros((number, number))
    square, cross = np.zeros(number), np.zeros((number, number))
    for at, mine, others in zip(risk, own, other, strict=True):
        n_own, n_other = float(mine.sum()), float(others.sum())
        if not n_own and not n_other:
            continue
        there = at > 0
        whole = np.where(there, at / np.where(there, free, 1.0), 0.0)
        subjects = whole * (1 - incidence)
        after = np.where(there, free * (at - mine - others) / np.where(there, at, 1), free)
        incidence = incidence + np.where(there, free * mine / np.where(there, at, 1), 0.0)
        total, weight = float(whole.sum()), (1 - all_before) ** rho
        all_after = all_before + n_own / total
        share = weight * (np.diag(whole) - np.outer(whole, whole) / total)
        drift = drift + share * n_own / (total * (1 - all_before))
        score += np.where(there, weight * (mine - n_own * subjects / subjects.sum()), 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            left = np.where(after > 0, (1 - all_after) / after, 0.0)
        if n_own:
            of_own = np.where(after > 0, 1 - left, 1.0)
            ties = 1 - (n_own - 1) / (total * free - 1) if n_own > 1 else np.ones(number)
            size = np.where(there, ties * free * n_own / (total * np.where(there, at, 1)), 0.0)
            pull = share - of_own * drift  # row: of which score; column: through which group
            variance += (pull * size) @ pull.T
            cross += pull * of_own * size
            square += of_own**2 * size
        if n_other:
            some = there & (others > 0) & (after > 0)
            ties = np.where(others > 1, 1 - (others - 1) / np.where(at > 1, at - 1, 1), 1.0)
            size = np.where(some, ties * free**2 * others / np.where(there, at, 1) ** 2, 0.0)
            pull = left * drift
            variance += (pull * size) @ pull.T
            cross -= pull * left * size
            square += left**2 * size
        free, all_before = after, all_after
    variance += (drift * square) @ drift.T + drift @ cross.T + cross @ drift.T
    return score, variance


def _watched(times: Sequence[float], causes: Sequence[int]) -> tuple[Floats, Whole]:
    which = np.asarray(causes)
    whole = which.dtype.kind in "iub" and not (which < 0).any()
    if which.ndim != 1 or not (whole or not which.size):
        raise MethodError(
            "a cause is a number",
            expected="whole numbers: 0 for none, 1, 2 … for the events",
            got=str(list(causes)[:5]),
            next_step="number the causes",
        )
    time, _ = watched(times, (which > 0).tolist())
    return time, which.astype(np.int64)
