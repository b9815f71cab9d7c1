"""Who is followed in each study, and the follow-up: arms, visits, what was found and given.

A study follows those whom it certainly lets in, then those whom it may let in. In every study the
visits have laboratory values, the global assessment, the findings of SLEDAI-2K, the items of
BILAG-2004, and whether rescue treatment was given, treatment stopped or something else got worse.
Only the followed have visits, so that a large cohort stays a table of screening values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from remit.protocol import Protocol
from remit.simulate.calendar import ABSENT, Flags
from remit.simulate.draw.attendance import (
    Attendance,
    draw_attendance,
    draw_events,
    draw_recorded_events,
    faded,
    planned_visits,
    without_leavers,
)
from remit.simulate.draw.drawn_adverse import draw_adverse_events
from remit.simulate.draw.laboratory import draw_measured_course, progress
from remit.simulate.draw.persons import HEALTHY, MADE_FOR, OF_ALL, Persons, Seeds
from remit.simulate.draw.ratings import draw_bilag_course, draw_sledai_course
from remit.simulate.draw.treatment import INGREDIENT, draw_taper
from remit.simulate.state import Added, DoseEras, DrawnCohort, FollowedPersons, Spells

# By study, who is certainly let in, and who is not certainly kept out.
Entrants = Mapping[str, tuple[Flags, Flags]]
LATER_CHUNKS = 4
FULL_COURSE, SOME_COURSE = 200, 130  # days between baseline and the data cut
# Chances of a complete, a partial and no response, by arm; invented.
RESPONSES: Mapping[str, tuple[float, float, float]] = {
    "stem_cells": (0.45, 0.3, 0.25),
    "interleukin_2": (0.22, 0.28, 0.5),
    "mycophenolate": (0.35, 0.35, 0.3),
    "cyclophosphamide": (0.3, 0.4, 0.3),
    "car_t": (0.6, 0.25, 0.15),
}
IN_ANY_ARM = (0.35, 0.35, 0.3)
INFUSED = {"infusion": "car_t_cells"}  # what is given on the day of an anchor
COVERED = 200  # days of follow-up that an observation period holds at least


def choose_followed(
    cohort: DrawnCohort,
    people: Persons,
    protocols: Sequence[Protocol],
    entrants: Entrants,
    *,
    chunk: int,
) -> dict[str, NDArray[np.int64]]:
    """Study -> the rows of its followed persons, in order. Nobody is followed in two studies.

    A study that plans no visits follows nobody. Those for which persons were made choose first, so
    that a further study changes nothing for them. In the first chunk a study follows as many as it
    means to enrol, in each later one a quarter of that: a large cohort stays a table of screening
    values in the main.
    """
    share = 1 if chunk == 0 else LATER_CHUNKS
    free = ~people.is_for(HEALTHY)
    seen = people.baseline + SOME_COURSE <= people.data_cut
    chosen = {}
    for protocol in sorted(protocols, key=lambda one: (one.id not in MADE_FOR, one.id)):
        if not protocol.visits:
            continue
        start = planned_visits(protocol)[0].anchor
        here = free & seen & (cohort.anchors[protocol.id][start] != ABSENT)
        certain, possible = entrants[protocol.id]
        fills = here & possible & ~certain & _has_nephritis(cohort, people)
        short = people.baseline + FULL_COURSE > people.data_cut
        rank = np.where(here & certain, 0, np.where(fills, 1 + short, 3))
        order = np.argsort(rank, kind="stable")
        order = order[rank[order] < 3][: protocol.target_enrolment // share]
        chosen[protocol.id] = np.sort(order).astype(np.int64)
        free[order] = False
    return chosen


def _has_nephritis(cohort: DrawnCohort, people: Persons) -> Flags:
    ill = cohort.conditions["lupus_nephritis"]
    found = (ill.there & (ill.start <= people.screening[:, None])).any(axis=1)
    return np.asarray(found, np.bool_)


def follow_persons(
    cohort: DrawnCohort,
    people: Persons,
    seeds: Seeds,
    protocols: Sequence[Protocol],
    entrants: Entrants,
) -> DrawnCohort:
    """The cohort with the follow-up of its studies. No answer at screening changes by it.

    Every record added lies after screening, every dose after baseline; no criterion looks there.
    """
    chosen = choose_followed(cohort, people, protocols, entrants, chunk=seeds.chunk)
    studies = {protocol.id: protocol for protocol in protocols}
    followed = tuple(
        _follow(studies[study], at, people, cohort, seeds) for study, at in chosen.items()
    )
    exposures, eras = dict(cohort.exposures), dict(cohort.eras)
    every = np.concatenate([np.zeros(0, np.int64), *(one.at for one in followed)])
    exposures[INGREDIENT] = _ended(exposures[INGREDIENT], people, every)
    eras[INGREDIENT] = _ended_eras(eras[INGREDIENT], people, every)
    return replace(cohort, followed=followed, exposures=exposures, eras=eras)


def _follow(
    protocol: Protocol, at: NDArray[np.int64], people: Persons, cohort: DrawnCohort, seeds: Seeds
) -> FollowedPersons:
    study, planned = protocol.id, planned_visits(protocol)
    rng, chance = seeds.stream(f"follow {study}"), seeds.stream(f"events {study}")
    arms = tuple(arm.id for arm in protocol.arms)
    arm = rng.permutation(np.arange(len(at)) % max(1, len(arms))).astype(np.int8)
    by_arm = np.array([RESPONSES.get(name, IN_ANY_ARM) for name in arms] or [IN_ANY_ARM])
    course = (rng.random(len(at))[:, None] > by_arm[arm].cumsum(axis=1)).sum(axis=1)
    course = np.minimum(course, 2).astype(np.int8)
    start = cohort.anchors[study][planned[0].anchor][at]
    attendance = draw_attendance(people, at, planned, start, rng)
    events = draw_events(attendance, course, chance)
    attendance = without_leavers(attendance, events)
    effect = faded(progress(attendance, rng), attendance, events)
    items = draw_sledai_course(attendance, course, effect, rng)
    rated = np.isin(attendance.weeks, [visit.weeks for visit in planned])
    items |= draw_bilag_course(attendance, course, effect, rng, rated=rated)
    taper = draw_taper(people, at, course, rng, weeks=float(attendance.weeks.max()))
    items |= draw_recorded_events(attendance, events, taper.rescue, people.data_cut, chance)
    exposures = {INGREDIENT: taper.exposure}
    for anchor in INFUSED.keys() & protocol.anchors.keys():
        exposures[INFUSED[anchor]] = _given_on(cohort.anchors[study][anchor][at], people)
    return FollowedPersons(
        study=study,
        planned=planned,
        arms=arms,
        arm=arm,
        course=course,
        rescue=taper.rescue,
        events=events,
        adverse=draw_adverse_events(
            arms, arm, start, events, people.data_cut, seeds.stream(f"adverse events {study}")
        ),
        measured=Added(
            at,
            0,
            draw_measured_course(
                attendance, course, effect, rng, of_all=OF_ALL.get(study, frozenset())
            ),
            items,
        ),
        visits=_on_days(attendance.day),
        exposures=exposures,
        eras={INGREDIENT: taper.eras},
        coverage=_coverage(people, cohort, attendance, at, rng),
    )


def _on_days(day: NDArray[np.int32]) -> Spells:
    there = day != ABSENT
    return Spells(there, day, day, np.zeros_like(there), np.zeros(day.shape, np.int32))


def _given_on(day: NDArray[np.int32], people: Persons) -> Spells:
    spells = _on_days(day[:, None])
    return replace(spells, there=spells.there & (spells.start <= people.data_cut))


def _coverage(
    people: Persons,
    cohort: DrawnCohort,
    attendance: Attendance,
    at: NDArray[np.int64],
    rng: Generator,
) -> Spells:
    """A further observation period over the follow-up, for most whom the others leave out.

    It begins after the last day on which any window of a criterion ends.
    """
    start = np.maximum(people.baseline, people.enrolment)[at] + 1
    last = max(COVERED, int(7 * attendance.weeks.max()) + 14)
    end = np.minimum(start + last, people.data_cut)
    own = cohort.coverage
    holds = own.there[at] & (own.start[at] <= start[:, None]) & (own.end[at] >= end[:, None])
    wanted = ~holds.any(axis=1) & (attendance.tidy | (rng.random(len(at)) < 0.75))
    wanted &= start <= end
    shape = (len(at), 1)
    return Spells(
        wanted[:, None],
        start[:, None].astype(np.int32),
        end[:, None].astype(np.int32),
        np.zeros(shape, np.bool_),
        np.zeros(shape, np.int32),
    )


def _ended(spells: Spells, people: Persons, at: NDArray[np.int64]) -> Spells:
    """The records of some persons up to the day of baseline."""
    there, end = _cut(spells.there, spells.start, spells.end, people, at)
    return replace(spells, there=there, end=end)


def _ended_eras(eras: DoseEras, people: Persons, at: NDArray[np.int64]) -> DoseEras:
    there, end = _cut(eras.there, eras.start, eras.end, people, at)
    return replace(eras, there=there, end=end)


def _cut(
    there: NDArray[np.bool_],
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    people: Persons,
    at: NDArray[np.int64],
) -> tuple[NDArray[np.bool_], NDArray[np.int32]]:
    there, end = there.copy(), end.copy()
    last = people.baseline[at][:, None]
    there[at] &= start[at] <= last
    end[at] = np.where(there[at], np.minimum(end[at], last), end[at])
    return there, end
