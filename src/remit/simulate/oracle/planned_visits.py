"""Which record counts at each planned visit of the followed, and what it says.

Of the records of a visit's days the one nearest to its planned day counts; of two as near, the
later day, then the later time, then the greater id. At baseline a day after it, when treatment has
begun, counts only where there is none before. A day belongs to the nearest planned visit, to the
earlier of two. All arrays are persons × planned visits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from remit.simulate.calendar import Birth, Days, Flags
from remit.simulate.oracle.daily_dose import (
    DailyDose,
    compared_dose,
    dose_against,
    highest_dose,
    ratio_against,
)
from remit.simulate.oracle.kleene import MET, NOT_MET, UNKNOWN, Answers
from remit.simulate.oracle.lookups import (
    UNDECIDED,
    Op,
    Side,
    against,
    against_limit,
    between,
    concept_named,
    flaw_of,
    scaled_amounts,
)
from remit.simulate.state import (
    Amounts,
    DoseEras,
    DrawnCohort,
    FollowedPersons,
    Labs,
    PlannedVisit,
    Spells,
)
from remit.truth import Reason

Kind = TypeVar("Kind", bound=np.generic)
FAR = 5_000  # days: beyond the window of any visit


@dataclass(frozen=True, slots=True)
class Plan:
    """The planned visits of the followed: `first` to `last` are the days that belong to each."""

    visits: tuple[str, ...]
    day: Days
    first: Days
    last: Days


def plan_of(visits: Sequence[PlannedVisit], baseline: Days) -> Plan:
    """The planned visits, of which the first is that of baseline, in order of time."""
    day = np.stack([visit.day(baseline) for visit in visits], axis=1)
    span = np.array([visit.span for visit in visits], np.int32)
    first, last = day - span, day + span
    middle = (day[:, :-1] + day[:, 1:]) // 2
    first[:, 1:] = np.maximum(first[:, 1:], middle + 1)
    last[:, :-1] = np.minimum(last[:, :-1], middle)
    return Plan(tuple(visit.id for visit in visits), day, first, last)


# --- the records of the followed, old and new ----------------------------------------------------


def labs_of(cohort: DrawnCohort, one: FollowedPersons, name: str) -> Labs:
    """All records of a quantity; a later column has a greater record id."""
    own = rows_of(cohort.labs[name], one.at)
    return beside(own, one.measured.labs[name]) if name in one.measured.labs else own


def item_of(cohort: DrawnCohort, one: FollowedPersons, code: int) -> Labs:
    """All records of an item of an instrument."""
    labs = one.measured.items[code]
    if code not in cohort.items.items:
        return labs
    earlier = cohort.items.items[code]
    place = np.searchsorted(cohort.items.at, one.at)
    place = np.minimum(place, len(cohort.items.at) - 1)
    has = cohort.items.at[place] == one.at
    taken = rows_of(earlier, place)
    return beside(labs, replace(taken, there=taken.there & has[:, None]))


def rows_of(labs: Labs, at: NDArray[np.int64]) -> Labs:
    """The records of some persons."""
    return replace(
        labs,
        there=labs.there[at], day=labs.day[at], second=labs.second[at], amount=labs.amount[at],
        unit=labs.unit[at], bound=labs.bound[at], high=labs.high[at], low=labs.low[at],
        coded=labs.coded[at],
    )  # fmt: skip


def beside(one: Labs, other: Labs) -> Labs:
    """The records of both, those of the second after those of the first."""
    assert (one.units, one.codes) == (other.units, other.codes)

    def both(left: NDArray[Kind], right: NDArray[Kind]) -> NDArray[Kind]:
        return np.concatenate([left, right], axis=1)

    return replace(
        one,
        there=both(one.there, other.there), day=both(one.day, other.day),
        second=both(one.second, other.second), amount=both(one.amount, other.amount),
        unit=both(one.unit, other.unit), bound=both(one.bound, other.bound),
        high=both(one.high, other.high), low=both(one.low, other.low),
        coded=both(one.coded, other.coded),
    )  # fmt: skip


def picked_at(labs: Labs, plan: Plan) -> Labs:
    """The record that counts at each visit; `there` is false where none does."""
    day = labs.day[:, None, :].astype(np.int64)
    inside = labs.there[:, None, :]
    inside = inside & (day >= plan.first[:, :, None]) & (day <= plan.last[:, :, None])
    distance = np.abs(day - plan.day[:, :, None])
    distance[:, 0] += np.where(day[:, 0] > plan.day[:, :1], FAR, 0)
    rank = ((2 * FAR - distance) * 100_000 + day) * 100_000 + labs.second[:, None, :] + 1
    rank = np.where(inside, rank * 1024 + np.arange(labs.day.shape[1]), -1)
    column = rank.argmax(axis=2)

    def take(values: NDArray[Kind]) -> NDArray[Kind]:
        return np.take_along_axis(values, column, axis=1)

    return replace(
        labs,
        there=np.asarray(inside.any(axis=2), np.bool_),
        day=take(labs.day), second=take(labs.second),
        amount=take(labs.amount), unit=take(labs.unit), bound=take(labs.bound),
        high=take(labs.high), low=take(labs.low), coded=take(labs.coded),
    )  # fmt: skip


# --- what they say ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AtVisits:
    """The followed at their planned visits."""

    cohort: DrawnCohort
    one: FollowedPersons
    plan: Plan

    def labs(self, name: str) -> Labs:
        return picked_at(labs_of(self.cohort, self.one, name), self.plan)

    def value(self, name: str, op: Op, threshold: str) -> Answers:
        """The value of each visit against a threshold."""
        labs = self.labs(name)
        return where_recorded(labs, against(labs, name, op, threshold))

    def limit(self, name: str, op: Op, side: Side) -> Answers:
        """The value of each visit against its own lower or upper limit of normal."""
        labs = self.labs(name)
        limits = labs.low if side == "low" else labs.high
        return where_recorded(labs, against_limit(labs, op, "1", limits=limits))

    def exact(self, name: str) -> DailyDose:
        """The value of each visit, exact or flawed, as one line of persons and visits."""
        labs = self.labs(name)
        amount, scale = scaled_amounts(labs, concept_named(name))
        flaw = np.where(labs.there, flaw_of(labs, name), np.int8(Reason.NO_DATA))
        bound = (labs.bound > 0) & (labs.bound < 5)
        flaw = np.where((flaw == UNDECIDED) & bound, np.int8(Reason.CENSORED), flaw)
        return DailyDose(amount.ravel(), scale, flaw.ravel().astype(np.int8))

    def ratio(self, name: str, op: Op, share: str, *, moment: str = "baseline") -> Answers:
        """The value of each visit as a share of that at baseline, or at the visit before."""
        now = self.exact(name)
        then = DailyDose(
            self._moved(now.amount, moment), now.scale, self._moved_flaw(now.flaw, moment)
        )
        return self.shaped(ratio_against(now, then, op, share))

    def _moved(self, values: Amounts, moment: str) -> Amounts:
        return earlier(values.reshape(self.plan.day.shape), moment).ravel()

    def _moved_flaw(self, flaw: NDArray[np.int8], moment: str) -> NDArray[np.int8]:
        moved = earlier(flaw.reshape(self.plan.day.shape), moment)
        if moment == "previous":
            moved[:, 0] = np.int8(Reason.NO_ANCHOR)
        return np.asarray(moved.ravel(), np.int8)

    def shaped(self, answers: Answers) -> Answers:
        shape = self.plan.day.shape
        return Answers(answers.status.reshape(shape), answers.reasons.reshape(shape))

    def dose(self, name: str, op: Op, mg_per_day: str) -> Answers:
        """The daily dose on each planned day."""
        alone = followed_alone(self.cohort, self.one)
        found = [dose_against(alone, name, day, op, mg_per_day) for day in self.plan.day.T]
        return _side_by_side(found)

    def highest_dose(self, name: str, op: Op, mg_per_day: str, *, from_day: int) -> Answers:
        """The highest daily dose from so many days after baseline to each planned day."""
        alone = followed_alone(self.cohort, self.one)
        start = self.plan.day[:, 0] + from_day
        found = []
        for day in self.plan.day.T:
            window = between(start, day)
            dose = highest_dose(alone, name, window)
            found.append(compared_dose(dose, op, mg_per_day, known=window.known))
        return _side_by_side(found)


def _side_by_side(found: list[Answers]) -> Answers:
    """Answers of single visits as one of persons and visits."""
    return Answers(
        np.stack([answers.status for answers in found], axis=1),
        np.stack([answers.reasons for answers in found], axis=1),
    )


def where_recorded(labs: Labs, records: Answers) -> Answers:
    status = np.where(labs.there, records.status, UNKNOWN).astype(np.int8)
    return Answers(status, (status == UNKNOWN).astype(np.int32) * Reason.NO_DATA.bit)


def earlier(values: NDArray[Kind], moment: str) -> NDArray[Kind]:
    """The values of baseline, or of the visit before, at each visit (its own at the first)."""
    if moment == "baseline":
        return np.repeat(values[:, :1], values.shape[1], axis=1)
    return np.concatenate([values[:, :1], values[:, :-1]], axis=1)


def at_baseline(answers: Answers) -> Answers:
    return Answers(earlier(answers.status, "baseline"), earlier(answers.reasons, "baseline"))


def sure(met: Flags, failed: Flags) -> Answers:
    """Met, not met, and unknown where neither is sure."""
    status = np.where(met, MET, np.where(failed, NOT_MET, UNKNOWN)).astype(np.int8)
    return Answers(status, (status == UNKNOWN).astype(np.int32) * Reason.NO_DATA.bit)


def followed_alone(cohort: DrawnCohort, one: FollowedPersons) -> DrawnCohort:
    """The followed with all that is known of their drugs and coverage."""
    at = one.at
    birth = Birth(cohort.birth.year[at], cohort.birth.month[at], cohort.birth.day[at])
    exposures = {name: _spells(spells, at) for name, spells in cohort.exposures.items()}
    eras = {name: _eras(found, at) for name, found in cohort.eras.items()}
    for name, spells in one.exposures.items():
        exposures[name] = _joined(exposures[name], spells)
    for name, found in one.eras.items():
        eras[name] = _joined_eras(eras[name], found)
    return replace(
        cohort,
        person=cohort.person[at],
        birth=birth,
        coverage=_joined(_spells(cohort.coverage, at), one.coverage),
        exposures=exposures,
        eras=eras,
    )


def _spells(spells: Spells, at: NDArray[np.int64]) -> Spells:
    return Spells(
        spells.there[at], spells.start[at], spells.end[at], spells.endless[at], spells.route[at]
    )


def _eras(eras: DoseEras, at: NDArray[np.int64]) -> DoseEras:
    return DoseEras(
        eras.there[at], eras.start[at], eras.end[at], eras.amount[at], eras.unit[at], eras.units
    )


def _joined(one: Spells, other: Spells) -> Spells:
    return Spells(
        np.concatenate([one.there, other.there], axis=1),
        np.concatenate([one.start, other.start], axis=1),
        np.concatenate([one.end, other.end], axis=1),
        np.concatenate([one.endless, other.endless], axis=1),
        np.concatenate([one.route, other.route], axis=1),
    )


def _joined_eras(one: DoseEras, other: DoseEras) -> DoseEras:
    assert one.units == other.units
    return DoseEras(
        np.concatenate([one.there, other.there], axis=1),
        np.concatenate([one.start, other.start], axis=1),
        np.concatenate([one.end, other.end], axis=1),
        np.concatenate([one.amount, other.amount], axis=1),
        np.concatenate([one.unit, other.unit], axis=1),
        one.units,
    )
