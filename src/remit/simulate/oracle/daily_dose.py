"""Daily doses of many persons, and arithmetic of doses and values."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from remit.simulate.calendar import ABSENT, DayRange, Days, Flags
from remit.simulate.oracle.kleene import UNKNOWN, Answers, choose, decided
from remit.simulate.oracle.lookups import (
    COMPARE,
    UNDECIDED,
    Op,
    between,
    bits_of,
    concept_named,
    covered,
    flaw_of,
    leaf_names,
    pick_latest,
    scaled_amounts,
)
from remit.simulate.state import MICRO, NO_AMOUNT, Amounts, DoseEras, DrawnCohort
from remit.truth import Reason


@dataclass(frozen=True, slots=True)
class DailyDose:
    """A daily dose: `amount` in millionths of mg/d times `scale`; a lower bound if flawed.

    Attributes:
        flaw: UNDECIDED where the dose is exact, else the first reason why it is a lower bound.
    """

    amount: Amounts
    scale: int
    flaw: NDArray[np.int8]


def _dose_factors(name: str, eras: DoseEras, leaf: str) -> list[Fraction | None]:
    """What one written unit of a leaf counts in the dose of the class, in mg/d."""
    counts = concept_named(name).equivalents.get(leaf, Fraction(1))
    factors = concept_named(leaf).factors
    return [factors[unit.code] * counts if unit.code else None for unit in eras.units]


def dose_on(cohort: DrawnCohort, name: str, day: Days) -> DailyDose:
    """The daily dose of an ingredient, or of a class in its equivalents, on a day."""
    leaves = [leaf for leaf in leaf_names(name) if leaf in cohort.eras]
    factors = {leaf: _dose_factors(name, cohort.eras[leaf], leaf) for leaf in leaves}
    scale = lcm(*(f.denominator for found in factors.values() for f in found if f is not None))
    amount = np.zeros(cohort.size, np.int64)
    flaw = np.full(cohort.size, UNDECIDED)
    for leaf in leaf_names(name):
        if leaf not in cohort.exposures:
            continue
        given = cohort.exposures[leaf]
        taken = (given.there & (given.start <= day[:, None]) & (given.end >= day[:, None])).any(
            axis=1
        )
        if leaf in cohort.eras:
            eras = cohort.eras[leaf]
            holds = eras.there & (eras.start <= day[:, None]) & (eras.end >= day[:, None])
            whole = np.array([0 if f is None else int(f * scale) for f in factors[leaf]], np.int64)
            strange = np.array([f is None for f in factors[leaf]])
            no_dose = holds & (eras.amount == NO_AMOUNT)
            no_unit = holds & ~no_dose & strange[eras.unit]
            sound = holds & ~no_dose & ~no_unit
            amount += np.where(sound, eras.amount * whole[eras.unit], 0).sum(axis=1)
            flaw = _worse(flaw, no_unit.any(axis=1), Reason.UNIT_UNKNOWN)
            flaw = _worse(flaw, no_dose.any(axis=1), Reason.NO_DOSE)
            taken &= ~holds.any(axis=1)
        flaw = _worse(flaw, taken, Reason.NO_DOSE)
    uncovered = ~covered(cohort, between(day, day), name)
    # As in every other leaf, what a record lacks is said before what no record covers.
    flaw = _worse(flaw, uncovered & (flaw == UNDECIDED), Reason.NOT_COVERED)
    flaw = _worse(flaw, day == ABSENT, Reason.NO_ANCHOR)
    return DailyDose(amount, scale, flaw)


def _worse(flaw: NDArray[np.int8], where: Flags | np.bool_, reason: Reason) -> NDArray[np.int8]:
    return np.where(where, np.minimum(flaw, np.int8(reason)), flaw).astype(np.int8)


def _flawed(flaw: NDArray[np.int8]) -> Answers:
    return Answers(np.full(len(flaw), UNKNOWN), bits_of(flaw.astype(np.int32)))


def dose_against(cohort: DrawnCohort, name: str, day: Days, op: Op, mg_per_day: str) -> Answers:
    """A daily dose against a threshold; a lower bound decides where no greater dose changes it."""
    return compared_dose(dose_on(cohort, name, day), op, mg_per_day, known=day != ABSENT)


def compared_dose(dose: DailyDose, op: Op, mg_per_day: str, *, known: Flags) -> Answers:
    """A dose that was worked out against a threshold, where its days are known."""
    limit = Fraction(mg_per_day) * MICRO
    left, right = dose.amount * limit.denominator, int(limit.numerator) * dose.scale
    met: Flags = COMPARE[op](left, right)
    settled = met if op in {">", ">="} else ~met
    open_ = (dose.flaw != UNDECIDED) & ~settled
    return choose((~known, Reason.NO_ANCHOR), (open_, _flawed(dose.flaw)), otherwise=decided(met))


def highest_dose(cohort: DrawnCohort, name: str, window: DayRange) -> DailyDose:
    """The highest daily dose on a day of the window; flawed when it is on any day."""
    changes = [window.low]
    for leaf in leaf_names(name):
        for spells in (cohort.eras.get(leaf), cohort.exposures.get(leaf)):
            if spells is not None:
                changes += [*spells.start.T, *(spells.end.T + 1)]
    best = np.zeros(cohort.size, np.int64)
    flaw = np.full(cohort.size, UNDECIDED)
    scale = 1
    for day in _distinct(np.stack(changes, axis=1), window):
        dose = dose_on(cohort, name, np.where(window.known, day, ABSENT).astype(np.int32))
        # A window that ends before it begins has no day on which anything was taken.
        has_days = window.low <= window.high
        best, scale = np.maximum(best, np.where(has_days, dose.amount, 0)), dose.scale
        of_record = np.where((dose.flaw == Reason.NOT_COVERED) | ~has_days, UNDECIDED, dose.flaw)
        flaw = np.minimum(flaw, of_record).astype(np.int8)
    uncovered = ~covered(cohort, window, name)
    flaw = _worse(flaw, uncovered & (flaw == UNDECIDED), Reason.NOT_COVERED)
    flaw = _worse(flaw, ~window.known, Reason.NO_ANCHOR)
    return DailyDose(best, scale, flaw.astype(np.int8))


def _distinct(days: NDArray[np.int32], window: DayRange) -> list[Days]:
    """The days of each person, moved into the window and each once; the first fills what is left.

    Few of all changes of dose lie in one window, so that few days are left to look at.
    """
    low, high = window.low[:, None], np.maximum(window.high, window.low)[:, None]
    inside = np.sort(np.clip(days, low, high).astype(np.int32), axis=1)
    again = np.diff(inside, axis=1, prepend=inside[:, :1] - 1) == 0
    packed = np.sort(np.where(again, inside[:, :1], inside), axis=1)
    most = int((~again).sum(axis=1).max(initial=1))
    return list(packed[:, -most:].T)


def dose_unchanged(cohort: DrawnCohort, name: str, window: DayRange) -> Answers:
    """Whether each ingredient's daily dose is the same on each day of the window."""
    low, high = window.low[:, None], window.high[:, None]
    changed = np.zeros(cohort.size, np.bool_)
    no_dose = np.zeros(cohort.size, np.bool_)
    for leaf in leaf_names(name):
        if leaf not in cohort.exposures:
            continue
        given = cohort.exposures[leaf]
        inside = given.there & window.meets(given.start, given.end)
        if leaf in cohort.eras:
            eras = cohort.eras[leaf]
            begins = eras.there & (eras.start > low) & (eras.start <= high)
            stops = eras.there & (eras.end >= low) & (eras.end < high)
            changed |= (begins | stops).any(axis=1)
            held = eras.there & window.meets(eras.start, eras.end)
            no_dose |= (held & (eras.amount == NO_AMOUNT)).any(axis=1)
            for there, start, end in zip(eras.there.T, eras.start.T, eras.end.T, strict=True):
                shared = (given.start <= end[:, None]) & (given.end >= start[:, None])
                inside &= ~(there[:, None] & shared)
        no_dose |= inside.any(axis=1)
    return choose(
        (~window.known, Reason.NO_ANCHOR),
        (changed, False),
        (no_dose, Reason.NO_DOSE),
        (~covered(cohort, window, name), Reason.NOT_COVERED),
        otherwise=True,
    )


def exact_latest(cohort: DrawnCohort, name: str, window: DayRange) -> DailyDose:
    """The last value of the window, exact or flawed, in millionths of the concept's unit."""
    labs = cohort.labs[name]
    amount, scale = scaled_amounts(labs, concept_named(name))
    column = pick_latest(labs, window)
    at = np.maximum(column, 0)[:, None]
    bound = np.take_along_axis((labs.bound > 0) & (labs.bound < 5), at, axis=1)[:, 0]
    found = np.take_along_axis(flaw_of(labs, name), at, axis=1)[:, 0]
    found = np.where((found == UNDECIDED) & bound, np.int8(Reason.CENSORED), found)
    found = np.where(column < 0, np.int8(Reason.NO_DATA), found).astype(np.int8)
    found = np.where(window.known, found, np.int8(Reason.NO_ANCHOR)).astype(np.int8)
    return DailyDose(np.take_along_axis(amount, at, axis=1)[:, 0], scale, found)


def ratio_against(above: DailyDose, below: DailyDose, op: Op, threshold: str) -> Answers:
    """A quotient of two readings against a threshold; it needs both exact."""
    limit = Fraction(threshold)
    flaw = np.minimum(above.flaw, below.flaw)
    fine = flaw == UNDECIDED
    # a / sa  op  limit * b / sb, multiplied out
    factor_above, factor_below = limit.denominator * below.scale, limit.numerator * above.scale
    common = np.gcd(factor_above, factor_below)
    left = np.where(fine, above.amount, 0) * (factor_above // common)
    right = np.where(fine, below.amount, 1) * (factor_below // common)
    divisor_bad = fine & (below.amount <= 0)
    flaw = _worse(flaw.astype(np.int8), divisor_bad, Reason.NOT_POSITIVE)
    return choose((flaw != UNDECIDED, _flawed(flaw)), otherwise=decided(COMPARE[op](left, right)))
