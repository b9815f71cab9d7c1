"""The adverse events of the followed, drawn from the plan of their arm: random numbers of its own.

Nothing else that is drawn changes by them. A patient has each term of her arm's plan with its
chance, sometimes twice. Of those whose treatment stopped some have an event for which it was
withdrawn, up to a week before it stopped; nobody else has one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from remit.simulate.calendar import ABSENT, Days
from remit.simulate.draw.adverse_plans import ArmPlan, EventPlan, plan_of
from remit.simulate.state import DrawnEvents, Setbacks

NOT_SAID = -1
BEFORE = 0.04  # chance of an event in the fortnight before treatment
LATER = 168  # days: the chances of the plans are those of so long a follow-up
_PRIOR = EventPlan(
    "Headache", "Nervous system disorders", BEFORE, days=(-14, -1), related=0.0, again=0.0
)
NOT_CHANGED, REDUCED, INTERRUPTED, WITHDRAWN, NONE_GIVEN = range(5)
RESOLVED, OPEN, UNSAID = range(3)


def draw_adverse_events(
    arms: Sequence[str],
    arm: NDArray[np.int8],
    start: Days,
    events: Setbacks,
    data_cut: int,
    rng: Generator,
) -> DrawnEvents:
    """The events of the followed of one study.

    Args:
        arms: names; `arm` is the place of each of the followed in it, 0 where there are none.
        start: the first day of treatment. events: what else came between.
        rng: read by nothing else.
    """
    last = np.minimum(start + LATER, data_cut)
    last = np.where(events.left, np.minimum(last, events.stopped), last)
    found = []
    for number, name in enumerate(arms or ("",)):
        here = np.flatnonzero(arm == number) if arms else np.arange(len(start))
        plan = plan_of(name)
        for event in (_PRIOR, *plan.events):
            has = here[rng.random(len(here)) < event.chance]
            twice = has[rng.random(len(has)) < event.again]
            for who in (has, twice):
                found.append(_drawn(event, plan, who, start, last, rng))
        found += _withdrawn(plan, here, start, events.stopped, last, rng)
    return _joined(found)


def _drawn(
    event: EventPlan,
    plan: ArmPlan,
    who: NDArray[np.int64],
    start: Days,
    last: Days,
    rng: Generator,
) -> DrawnEvents:
    low, high = event.days
    room = np.minimum(start[who] + high, last[who]) - (start[who] + low)
    begin = start[who] + low + np.floor(rng.random(len(who)) * np.maximum(room + 1, 1))
    action = rng.choice([NOT_CHANGED, REDUCED, INTERRUPTED], len(who), p=(0.85, 0.07, 0.08))
    if not plan.stopping or event.days[0] < 0:
        action[:] = NONE_GIVEN
    return _events(event, who, begin, action, start, last, rng)


def _withdrawn(
    plan: ArmPlan,
    here: NDArray[np.int64],
    start: Days,
    stopped: Days,
    last: Days,
    rng: Generator,
) -> list[DrawnEvents]:
    """The events for which treatment was withdrawn, of some of those whose treatment stopped."""
    if not plan.stopping:
        return []
    stops = here[stopped[here] != ABSENT]
    stops = stops[rng.random(len(stops)) < plan.withdrawn]
    which = rng.integers(0, len(plan.stopping), len(stops))
    found = []
    for number, event in enumerate(plan.stopping):
        who = stops[which == number]
        begin = np.maximum(stopped[who] - rng.integers(0, 8, len(who)), start[who] + 1)
        action = np.full(len(who), WITHDRAWN)
        found.append(_events(event, who, begin, action, start, np.maximum(last, stopped), rng))
    return found


def _events(
    event: EventPlan,
    who: NDArray[np.int64],
    begin: NDArray[np.floating] | NDArray[np.integer],
    action: NDArray[np.integer],
    start: Days,
    last: Days,
    rng: Generator,
) -> DrawnEvents:
    size, begin = len(who), begin.astype(np.int32)
    grade = 1 + rng.choice(len(event.grades), size, p=event.grades)
    end = begin + rng.geometric(0.08, size)
    outcome = np.where(rng.random(size) < 0.03, UNSAID, RESOLVED)
    outcome = np.where((end > last[who]) | (rng.random(size) < 0.05), OPEN, outcome)
    serious = (grade >= 3) & (rng.random(size) < 0.6) | (grade == 4)
    related = rng.random(size) < event.related
    unsure = rng.random(size)
    return DrawnEvents(
        who=who,
        term=np.full(size, event.term),
        system=np.full(size, event.system),
        start=begin,
        end=np.where(outcome == RESOLVED, end, ABSENT).astype(np.int32),
        # Some sheets have the severity alone, do not say whether it was serious, or doubt.
        severity=np.minimum(grade, 3).astype(np.int8),
        grade=np.where(unsure < 0.05, 0, grade).astype(np.int8),
        serious=np.where((unsure >= 0.05) & (unsure < 0.07), NOT_SAID, serious).astype(np.int8),
        related=np.where(unsure > 0.94, NOT_SAID, related).astype(np.int8),
        emergent=(begin > start[who]).astype(np.int8),
        action=action.astype(np.int8),
        outcome=outcome.astype(np.int8),
    )


def _joined(found: Sequence[DrawnEvents]) -> DrawnEvents:
    """All events, by person and day."""
    columns = {
        field.name: np.concatenate([getattr(one, field.name) for one in found])
        for field in fields(DrawnEvents)
    }
    order = np.lexsort((columns["term"], columns["start"], columns["who"]))
    return DrawnEvents(**{name: column[order] for name, column in columns.items()})
