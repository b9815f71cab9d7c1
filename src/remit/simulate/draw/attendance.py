"""Visits of the followed, and what came between: missed visits, dropouts, rescue, deterioration.

Three findings stand in the records, under the ids that definitions of response read. At every visit
each is recorded as present from the visit on at which the event had begun, and as absent before and
in everyone else. Few answers are missing or unusable.

How often, by true course (complete, partial, no response); invented:

- rescue (`remit.simulate.draw.treatment.RESCUED`): the glucocorticoid is raised again;
- treatment stopped: 12, 15 and 22 %, between weeks 2 and 22; what it has done fades then. Of those
  whose records have gaps, 4 in 10 leave the study with it, after the visit of week 12 that everyone
  has. They have no further visit and no further value; for most later visits the site records, on
  the planned day, that treatment has stopped;
- other deterioration: 5, 10 and 20 %, between weeks 3 and 20, for 4 to 12 weeks.

Others stay away without a word (see `draw_attendance`): nothing is recorded of that. Nobody dies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from remit.protocol import Protocol
from remit.simulate.calendar import ABSENT, Days, Flags
from remit.simulate.draw.persons import Persons
from remit.simulate.draw.plans import NO_UNIT
from remit.simulate.item_codes import ABSENT as NOT_FOUND
from remit.simulate.item_codes import (
    OTHER_DETERIORATION,
    PRESENT,
    RESCUE_TREATMENT,
    TREATMENT_STOPPED,
    UNLISTED,
)
from remit.simulate.state import NO_AMOUNT, NO_LIMIT, Labs, PlannedVisit, Setbacks

Values = NDArray[np.float64]
WEEKS = (0, 4, 8, 12, 16, 20, 24)
SURE = WEEKS.index(12)  # everyone comes then, so that everyone has some follow-up


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


def planned_visits(protocol: Protocol) -> tuple[PlannedVisit, ...]:
    """The visits that a study plans, in order of time."""
    visits = [
        PlannedVisit(
            visit.id, visit.anchor, visit.week, visit.month, protocol.visit_window_days(visit.id)
        )
        for visit in protocol.visits
    ]
    return tuple(sorted(visits, key=lambda visit: visit.weeks))


def draw_attendance(
    people: Persons,
    at: NDArray[np.int64],
    planned: Sequence[PlannedVisit],
    start: Days,
    rng: Generator,
) -> Attendance:
    """Visits near their planned days; none on or before screening, none after the data cut.

    Everyone comes every four weeks, and at the further times of the study's own plan. Visits that
    a study counts from another anchor than its first have no times of their own here.

    Args:
        start: the day of the study's first visit.
    """
    further = {
        visit.weeks: visit
        for visit in planned
        if visit.weeks not in WEEKS and visit.anchor == planned[0].anchor
    }
    plan = np.stack(
        [*(start + 7 * week for week in WEEKS), *(visit.day(start) for visit in further.values())],
        axis=1,
    )
    weeks = np.array([*WEEKS, *further])
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
    day[:, 0] = start + rng.integers(-1, 3, len(at))
    day = np.maximum(day, people.screening[at][:, None] + 1)
    missed = ~tidy[:, None] & (rng.random(shape) < np.where(weeks > 0, 0.07, 0.02))
    missed[:, SURE] = False
    stays_away = np.where(~tidy & (rng.random(len(at)) < 0.08), rng.uniform(14, 23, len(at)), 1e9)
    gone = weeks >= stays_away[:, None]
    day = np.where(missed | gone | (day > people.data_cut), ABSENT, day)
    return Attendance(tidy, weeks, plan.astype(np.int32), day.astype(np.int32))


ANSWERS = (PRESENT, NOT_FOUND, UNLISTED)
STOPPED = (0.12, 0.15, 0.22)
LEAVING = 0.4
DETERIORATED = (0.05, 0.1, 0.2)
FADING = 30.0  # weeks until a third of the effect is left
NOTED = 0.9  # of the visits after someone left


def draw_events(attendance: Attendance, course: NDArray[np.int8], rng: Generator) -> Setbacks:
    """Who stops, who leaves and who gets worse otherwise."""
    size = len(course)
    baseline = attendance.planned[:, 0]
    stops = rng.random(size) < np.array(STOPPED)[course]
    leaves = stops & ~attendance.tidy & (rng.random(size) < LEAVING)
    week = rng.uniform(np.where(leaves, WEEKS[SURE] + 1, 2), 22)
    worse = baseline + (7 * rng.uniform(3, 20, size)).astype(np.int32)
    better = worse + (7 * rng.uniform(4, 12, size)).astype(np.int32)
    worsens = rng.random(size) < np.array(DETERIORATED)[course]
    return Setbacks(
        stopped=_where(stops, baseline + (7 * week).astype(np.int32)),
        left=leaves,
        worse=_where(worsens, worse),
        better=_where(worsens, better),
    )


def _where(happens: Flags, day: NDArray[np.int32]) -> Days:
    return np.where(happens, day, ABSENT).astype(np.int32)


def without_leavers(attendance: Attendance, events: Setbacks) -> Attendance:
    """The visits that are left when those who leave come no more."""
    gone = events.left[:, None] & (attendance.planned >= events.stopped[:, None])
    return replace(attendance, day=np.where(gone, ABSENT, attendance.day).astype(np.int32))


def faded(effect: Values, attendance: Attendance, events: Setbacks) -> Values:
    """The effect of treatment at each visit, which wears off once treatment has stopped."""
    weeks = np.where(
        (events.stopped != ABSENT)[:, None],
        (attendance.planned - events.stopped[:, None]) / 7,
        0,
    )
    return np.asarray(effect * np.exp(-np.maximum(weeks, 0) / FADING))


def draw_recorded_events(
    attendance: Attendance, events: Setbacks, rescue: Days, data_cut: int, rng: Generator
) -> dict[int, Labs]:
    """What is recorded of rescue and events at each visit, and of those who left without one."""
    come, planned = attendance.came, attendance.planned
    day = np.where(come, attendance.day, planned).astype(np.int32)
    away = events.left[:, None] & (planned >= events.stopped[:, None]) & (planned <= data_cut)
    noted = away & (rng.random(day.shape) < NOTED)
    worse = _since(events.worse, day) & (day < events.better[:, None])
    found = {
        OTHER_DETERIORATION: (come, worse),
        RESCUE_TREATMENT: (come, _since(rescue, day)),
        TREATMENT_STOPPED: (come | noted, _since(events.stopped, day)),
    }
    return {
        number: _recorded(there, present, day, attendance.tidy, rng)
        for number, (there, present) in found.items()
    }


def _since(event: Days, day: Days) -> Flags:
    return np.asarray((event != ABSENT)[:, None] & (day >= event[:, None]), np.bool_)


def _recorded(there: Flags, present: Flags, day: Days, tidy: Flags, rng: Generator) -> Labs:
    untidy = np.logical_not(tidy)[:, None]
    written = rng.random(day.shape) < np.where(untidy, 0.985, 1)
    strange = untidy & (rng.random(day.shape) < 0.01)
    coded = np.where(strange, rng.choice([-1, 2], day.shape), np.where(present, 0, 1))
    second = np.full(day.shape, -1, np.int32)
    return coded_labs(there & written, day, second, coded, ANSWERS)


def coded_labs(
    there: NDArray[np.bool_],
    day: NDArray[np.int32],
    second: NDArray[np.int32],
    coded: NDArray[np.int64] | NDArray[np.int8],
    codes: tuple[int, ...],
) -> Labs:
    """Records of a coded answer."""
    shape = there.shape
    return Labs(
        there=there,
        day=day,
        second=second,
        amount=np.full(shape, NO_AMOUNT),
        unit=np.zeros(shape, np.int8),
        units=(NO_UNIT,),
        bound=np.zeros(shape, np.int8),
        high=np.full(shape, NO_LIMIT),
        low=np.full(shape, NO_LIMIT),
        coded=coded.astype(np.int8),
        codes=codes,
    )
