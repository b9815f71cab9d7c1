"""The visits of the followed: planned days, days on which they came, missed visits, dropouts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from remit.protocol import Protocol
from remit.simulate.answers import Days, Flags
from remit.simulate.calendar import ABSENT, add_months
from remit.simulate.people import People

WEEKS = (0, 4, 8, 12, 16, 20, 24)
SURE = WEEKS.index(12)  # everyone comes then, so that everyone has some follow-up
# Further times of a study's own plan.
MONTHS: Mapping[str, tuple[int, ...]] = {"UMIN000042298": (3, 6)}


@dataclass(frozen=True, slots=True)
class Attendance:
    """When the followed came: persons × visits.

    Attributes:
        tidy: persons whose records have no gap and no flaw.
        weeks: weeks since baseline of each planned visit, with a fraction.
        planned: the planned day of each visit.
        day: the day of the visit, ABSENT where there was none.
    """

    tidy: Flags
    weeks: NDArray[np.float64]
    planned: Days
    day: Days

    @property
    def came(self) -> Flags:
        return np.asarray(self.day != ABSENT, np.bool_)


def weeks_of(protocol: Protocol) -> list[float]:
    """The weeks since baseline of the visits that a study plans, with a fraction."""
    return [
        _in_weeks(visit.month or 0) if visit.week is None else visit.week
        for visit in protocol.visits
    ]


def _in_weeks(months: int) -> float:
    return 13.0 * months / 3


def draw_attendance(
    people: People, at: NDArray[np.int64], study: str, rng: Generator
) -> Attendance:
    """Visits near their planned days; none on or before screening, none after the data cut."""
    baseline = people.baseline[at]
    planned = [baseline + 7 * week for week in WEEKS]
    planned += [add_months(baseline, months) for months in MONTHS.get(study, ())]
    plan = np.stack(planned, axis=1)
    weeks = np.array([*WEEKS, *(_in_weeks(months) for months in MONTHS.get(study, ()))])
    shape = plan.shape
    late = weeks > 12
    shift = np.where(late, rng.integers(-6, 7, shape), rng.integers(-3, 4, shape))
    edge = np.where(late, 14, 7) * rng.choice([-1, 1], shape)
    # On the last day of the window, and now and then beyond it.
    beyond = edge + np.sign(edge) * rng.integers(0, 2, shape)
    tidy = rng.random(len(at)) < 0.3
    strays = ~tidy[:, None] & (rng.random(shape) < 0.06)
    strays[:, SURE] = False
    shift = np.where(strays, beyond, shift)
    day = plan + shift
    day[:, 0] = baseline + rng.integers(-1, 3, len(at))
    day = np.maximum(day, people.screening[at][:, None] + 1)
    missed = ~tidy[:, None] & (rng.random(shape) < np.where(weeks > 0, 0.07, 0.02))
    missed[:, SURE] = False
    stays_away = np.where(~tidy & (rng.random(len(at)) < 0.08), rng.uniform(14, 23, len(at)), 1e9)
    gone = weeks >= stays_away[:, None]
    day = np.where(missed | gone | (day > people.data_cut), ABSENT, day)
    return Attendance(tidy, weeks, plan.astype(np.int32), day.astype(np.int32))
