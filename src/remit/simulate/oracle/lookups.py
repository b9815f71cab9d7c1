"""What many persons' records say in a window: the language's readings of the generator's state.

Each function follows one line of the language page. Record by record first, then over the records.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import lcm
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from remit.facts.concept import Concept
from remit.facts.dictionary import packaged_dictionary
from remit.simulate.calendar import ABSENT, DayRange, Days, Flags, add_months, completed_years
from remit.simulate.oracle.kleene import MET, NOT_MET, UNKNOWN, Answers, choose, decided
from remit.simulate.state import MICRO, NO_AMOUNT, NO_LIMIT, Amounts, DrawnCohort, Labs, Signatures
from remit.truth import Reason

Op = Literal["<", "<=", ">", ">="]
LIMIT = 2**62
UNDECIDED = np.int8(99)  # greater than every reason


@cache
def concept_named(name: str) -> Concept:
    return packaged_dictionary().concept(name)


@cache
def leaf_names(name: str) -> tuple[str, ...]:
    return tuple(leaf.name for leaf in packaged_dictionary().leaves(name))


def on(cohort: DrawnCohort, study: str, anchor: str, *, days: int = 0, months: int = 0) -> Days:
    """The day of an anchor, moved; ABSENT where the anchor has no date."""
    day = cohort.anchors[study][anchor]
    known = day != ABSENT
    moved = add_months(np.where(known, day, 0).astype(np.int32), months) if months else day
    return np.where(known, moved + days, ABSENT).astype(np.int32)


def between(low: Days, high: Days) -> DayRange:
    """The window from one day to another, both counted."""
    return DayRange(low, high, (low != ABSENT) & (high != ABSENT))


def until(cohort: DrawnCohort, high: Days) -> DayRange:
    """The window with an open start, up to a day: no record lies before birth."""
    return DayRange(cohort.birth.earliest, high, high != ABSENT)


def covered(cohort: DrawnCohort, window: DayRange, concept: str) -> Flags:
    """Where the absence of a record of the concept may be read as "no"."""
    absence = concept_named(concept).absence
    if absence.rule == "explicit":
        return np.zeros(cohort.size, np.bool_)
    # A window never begins before birth: the first day that an imprecise birth date allows.
    low = np.maximum(window.low, cohort.birth.earliest)
    if absence.rule == "lookback":
        assert absence.days is not None
        low = np.maximum(low, window.high - absence.days + 1)
    periods = cohort.coverage
    start = np.where(periods.there, periods.start, np.int32(2**30))
    reach: Days = low - 1
    for column in np.argsort(start, axis=1).T:
        picked = np.take_along_axis(start, column[:, None], axis=1)[:, 0]
        ended = np.take_along_axis(periods.end, column[:, None], axis=1)[:, 0]
        reach = np.where(picked <= reach + 1, np.maximum(reach, ended), reach)
    return np.asarray(reach >= window.high, np.bool_)


# --- one record: its comparison with a threshold ------------------------------------------------


def _factors(labs: Labs, concept: Concept) -> list[Fraction | None]:
    """The factor of each written unit to the concept's own; None where there is none."""
    return [
        concept.factors.get(unit.code) if unit.code is not None else None for unit in labs.units
    ]


def scaled_amounts(labs: Labs, concept: Concept) -> tuple[Amounts, int]:
    """The amounts in the concept's unit, times MICRO and the returned whole number."""
    if concept.kind in {"titre", "score"}:
        return labs.amount, 1
    factors = _factors(labs, concept)
    scale = lcm(*(factor.denominator for factor in factors if factor is not None))
    whole = np.array([0 if f is None else int(f * scale) for f in factors], np.int64)
    amount = np.where(labs.amount == NO_AMOUNT, 0, labs.amount)
    assert int(np.abs(amount).max(initial=0)) * int(whole.max(initial=1)) < LIMIT
    return amount * whole[labs.unit], scale


def flaw_of(labs: Labs, name: str) -> NDArray[np.int8]:
    """Why each record cannot be used as a number: a reason, or UNDECIDED where it can."""
    concept = concept_named(name)
    found = np.full(labs.there.shape, UNDECIDED)
    amount, scale = scaled_amounts(labs, concept)
    if concept.plausible is not None:
        low, high = (int(Fraction(bound) * MICRO * scale) for bound in concept.plausible)
        found[(amount < low) | (amount > high)] = Reason.IMPLAUSIBLE
    if concept.kind == "quantity":
        unusable = np.array([factor is None for factor in _factors(labs, concept)])
        unnamed = np.array([unit.omop is None and unit.text is None for unit in labs.units])
        found[unusable[labs.unit]] = Reason.UNIT_UNKNOWN
        found[unnamed[labs.unit]] = Reason.UNIT_MISSING
    found[labs.amount == NO_AMOUNT] = Reason.NO_VALUE
    return found


COMPARE = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}


def _with_bounds(
    labs: Labs, left: Amounts, op: Op, right: Amounts | int, found: NDArray[np.int8]
) -> Answers:
    """Compare; a bound (`<`, `<=`, `>=`, `>` are 1 to 4) decides when all that it allows agree."""
    met = COMPARE[op](left, right)
    below, above = (labs.bound == 1) | (labs.bound == 2), (labs.bound == 3) | (labs.bound == 4)
    strict = (labs.bound == 1) | (labs.bound == 4)
    # All values below v lie below t when v < t; when v = t, if the bound is strict or t counts.
    asks_low = op in {"<", "<="}
    tie = strict | (op in {"<=", ">"})
    all_below = np.where(tie, left <= right, left < right)
    tie = strict | (op in {">=", "<"})
    all_above = np.where(tie, left >= right, left > right)
    met = np.where(below, asks_low, np.where(above, not asks_low, met))
    censored = (below & ~all_below) | (above & ~all_above)
    found = np.where((found == UNDECIDED) & censored, np.int8(Reason.CENSORED), found)
    return _recorded(met, found)


def _recorded(met: Flags, found: NDArray[np.int8]) -> Answers:
    open_ = found != UNDECIDED
    status = np.where(open_, UNKNOWN, np.where(met, MET, NOT_MET)).astype(np.int8)
    return Answers(status, np.where(open_, found, 0).astype(np.int32))


def against(labs: Labs, name: str, op: Op, threshold: str) -> Answers:
    """Each record against a threshold in the concept's unit. `reasons` holds reasons, not bits."""
    amount, scale = scaled_amounts(labs, concept_named(name))
    limit = Fraction(threshold) * MICRO * scale
    assert limit.denominator == 1
    return _with_bounds(labs, amount, op, int(limit), flaw_of(labs, name))


def against_limit(labs: Labs, op: Op, multiple: str, *, limits: Amounts) -> Answers:
    """Each record against a multiple of its own limit of normal. `reasons` holds reasons."""
    times = Fraction(multiple)
    found = np.full(labs.there.shape, UNDECIDED)
    found[limits == NO_LIMIT] = Reason.NO_REFERENCE_RANGE
    found[labs.amount == NO_AMOUNT] = Reason.NO_VALUE
    amount = np.where(found == UNDECIDED, labs.amount, 0) * times.denominator
    limit = np.where(found == UNDECIDED, limits, 0) * times.numerator
    return _with_bounds(labs, amount, op, limit, found)


def against_code(labs: Labs, name: str, *answers: str) -> Answers:
    """Each coded record against one answer or several. `reasons` holds reasons."""
    values = concept_named(name).values
    wanted = {values[answer].omop for answer in answers}
    return against_codes(labs, wanted, {value.omop for value in values.values()})


def against_codes(labs: Labs, wanted: set[int], listed: set[int]) -> Answers:
    """Each coded record against some of the ids that are listed. `reasons` holds reasons."""
    found = np.full(labs.there.shape, UNDECIDED)
    unlisted = np.array([code not in listed for code in labs.codes])
    found[unlisted[labs.coded]] = Reason.CODE_UNKNOWN
    found[labs.coded < 0] = Reason.NO_VALUE
    return _recorded(np.array([code in wanted for code in labs.codes])[labs.coded], found)


# --- over the records of a window ---------------------------------------------------------------


def bits_of(reason: NDArray[np.int32]) -> NDArray[np.int32]:
    """The bit of each reason; of UNDECIDED nothing that is used."""
    shift = (reason - int(Reason.NO_ANCHOR)).clip(0, 30)
    return np.asarray(np.left_shift(np.ones_like(shift), shift), np.int32)


def pick_latest(labs: Labs, window: DayRange) -> NDArray[np.int64]:
    """The column of the last record in the window (day, time, id), -1 where there is none."""
    inside = labs.there & window.holds(labs.day)
    rank = (labs.day.astype(np.int64) * 100_000 + labs.second + 1) * 64
    rank = np.where(inside, rank + np.arange(labs.day.shape[1]), -LIMIT)
    return np.where(inside.any(axis=1), rank.argmax(axis=1), -1)


def latest(labs: Labs, window: DayRange, records: Answers) -> Answers:
    """The answer of the last record in the window."""
    column = pick_latest(labs, window)
    at = np.maximum(column, 0)[:, None]
    status = np.take_along_axis(records.status, at, axis=1)[:, 0]
    reason = np.take_along_axis(records.reasons, at, axis=1)[:, 0]
    own = Answers(status, np.where(status == UNKNOWN, bits_of(reason), 0).astype(np.int32))
    return choose((~window.known, Reason.NO_ANCHOR), (column < 0, Reason.NO_DATA), otherwise=own)


def some(cohort: DrawnCohort, name: str, labs: Labs, window: DayRange, records: Answers) -> Answers:
    """Whether any record of the window satisfies."""
    inside = labs.there & window.holds(labs.day)
    met = (inside & (records.status == MET)).any(axis=1)
    open_ = inside & (records.status == UNKNOWN)
    first = np.where(open_, records.reasons, UNDECIDED).min(axis=1).astype(np.int32)
    return choose(
        (~window.known, Reason.NO_ANCHOR),
        (met, True),
        (open_.any(axis=1), Answers(np.full(cohort.size, UNKNOWN), bits_of(first))),
        (~inside.any(axis=1), Reason.NO_DATA),
        (~covered(cohort, window, name), Reason.NOT_COVERED),
        otherwise=False,
    )


def confirmed(
    cohort: DrawnCohort, name: str, window: DayRange, records: Answers, *, apart: tuple[int, int]
) -> Answers:
    """Whether two records of the window satisfy and lie so many days apart."""
    labs = cohort.labs[name]
    inside = labs.there & window.holds(labs.day)
    met = inside & (records.status == MET)
    open_ = inside & (records.status == UNKNOWN)
    gap = np.abs(labs.day[:, :, None].astype(np.int64) - labs.day[:, None, :])
    near = (gap >= apart[0]) & (gap <= apart[1]) & inside[:, :, None] & inside[:, None, :]
    near &= ~np.eye(labs.day.shape[1], dtype=np.bool_)
    pair = (near & met[:, :, None] & met[:, None, :]).any(axis=(1, 2))
    alone = (met & ~near.any(axis=2)).any(axis=1)
    first = np.where(open_, records.reasons, UNDECIDED).min(axis=1).astype(np.int32)
    return choose(
        (~window.known, Reason.NO_ANCHOR),
        (pair, True),
        (open_.any(axis=1), Answers(np.full(cohort.size, UNKNOWN), bits_of(first))),
        (~inside.any(axis=1), Reason.NO_DATA),
        (alone, Reason.UNCONFIRMED),
        (~covered(cohort, window, name), Reason.NOT_COVERED),
        otherwise=False,
    )


def attested(cohort: DrawnCohort, study: str, item: str) -> Answers:
    """A signed answer; unknown until somebody signs."""
    given: Signatures = cohort.attested[study][item]
    unsigned = (given.state == 0) | (given.state == 3)
    return choose((unsigned, Reason.NEEDS_ATTESTATION), otherwise=decided(given.state == 1))


def age_between(cohort: DrawnCohort, day: Days, low: str, high: str) -> Answers:
    """Whether `low` and `high` hold of the completed years on a day: ">= 16", "<= 60", or ""."""

    def holds(born: Days) -> Flags:
        years = completed_years(born, np.maximum(day, born))
        met = np.ones(cohort.size, np.bool_)
        for bound in (low, high):
            if bound:
                op, number = bound.split()
                met &= COMPARE[op](years, int(number))
        return met

    oldest, youngest = holds(cohort.birth.earliest), holds(cohort.birth.latest)
    return choose(
        (day == ABSENT, Reason.NO_ANCHOR),
        (oldest != youngest, Reason.IMPRECISE_BIRTH_DATE),
        otherwise=decided(oldest),
    )


Side = Literal["low", "high"]
