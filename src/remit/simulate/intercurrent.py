"""Rescue, stopped treatment and other deterioration of the followed, and what is recorded of them.

Three findings stand in the records, under the ids that definitions of response read. At every visit
each is recorded as present from the visit on at which the event had begun, and as absent before and
in everyone else. Few answers are missing or unusable.

How often, by true course (complete, partial, no response); invented:

- rescue (`remit.simulate.tapering.RESCUED`): the glucocorticoid is raised again;
- treatment stopped: 12, 15 and 22 %, between weeks 2 and 22; what it has done fades then. Of those
  whose records have gaps, 4 in 10 leave the study with it, after the visit of week 12 that everyone
  has. They have no further visit and no further value; for most later visits the site records, on
  the planned day, that treatment has stopped;
- other deterioration: 5, 10 and 20 %, between weeks 3 and 20, for 4 to 12 weeks.

Others stay away without a word (see `remit.simulate.visiting`): nothing is recorded of that. Nobody
dies.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from remit.simulate.answers import Days, Flags
from remit.simulate.calendar import ABSENT
from remit.simulate.measuring import Values
from remit.simulate.planting import UNLISTED
from remit.simulate.sledai import ABSENT as NOT_FOUND
from remit.simulate.sledai import PRESENT, coded_labs
from remit.simulate.state import Events, Labs
from remit.simulate.visiting import SURE, WEEKS, Attendance

OTHER_DETERIORATION, RESCUE_TREATMENT, TREATMENT_STOPPED = (
    2_100_003_001,
    2_100_003_003,
    2_100_003_004,
)
ANSWERS = (PRESENT, NOT_FOUND, UNLISTED)
STOPPED = (0.12, 0.15, 0.22)
LEAVING = 0.4
DETERIORATED = (0.05, 0.1, 0.2)
FADING = 30.0  # weeks until a third of the effect is left
NOTED = 0.9  # of the visits after someone left


def draw_events(attendance: Attendance, course: NDArray[np.int8], rng: Generator) -> Events:
    """Who stops, who leaves and who gets worse otherwise."""
    size = len(course)
    baseline = attendance.planned[:, 0]
    stops = rng.random(size) < np.array(STOPPED)[course]
    leaves = stops & ~attendance.tidy & (rng.random(size) < LEAVING)
    week = rng.uniform(np.where(leaves, WEEKS[SURE] + 1, 2), 22)
    worse = baseline + (7 * rng.uniform(3, 20, size)).astype(np.int32)
    better = worse + (7 * rng.uniform(4, 12, size)).astype(np.int32)
    worsens = rng.random(size) < np.array(DETERIORATED)[course]
    return Events(
        stopped=_where(stops, baseline + (7 * week).astype(np.int32)),
        left=leaves,
        worse=_where(worsens, worse),
        better=_where(worsens, better),
    )


def _where(happens: Flags, day: NDArray[np.int32]) -> Days:
    return np.where(happens, day, ABSENT).astype(np.int32)


def without_leavers(attendance: Attendance, events: Events) -> Attendance:
    """The visits that are left when those who leave come no more."""
    gone = events.left[:, None] & (attendance.planned >= events.stopped[:, None])
    return replace(attendance, day=np.where(gone, ABSENT, attendance.day).astype(np.int32))


def faded(effect: Values, attendance: Attendance, events: Events) -> Values:
    """The effect of treatment at each visit, which wears off once treatment has stopped."""
    weeks = np.where(
        (events.stopped != ABSENT)[:, None],
        (attendance.planned - events.stopped[:, None]) / 7,
        0,
    )
    return np.asarray(effect * np.exp(-np.maximum(weeks, 0) / FADING))


def draw_recorded_events(
    attendance: Attendance, events: Events, rescue: Days, data_cut: int, rng: Generator
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
