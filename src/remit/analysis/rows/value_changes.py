"""Laboratory values and vital signs as answers: from which state to which, and whether that counts.

At a named visit, or at the worst of the visits after baseline at which something is recorded. A
visit of which nothing is known is passed over and told: another state there is not excluded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
import numpy.typing as npt

from remit.analysis.plan.change_rules import ChangeRule, change_rule
from remit.analysis.rows.trial_answers import TrialAnswers
from remit.analysis.rows.visit_answers import (
    NOT_ALL,
    NOT_EACH,
    OBSERVED,
    Flags,
    VisitAnswers,
    Words,
)
from remit.criteria.columns.numbers import MICRO
from remit.criteria.columns.sheet import Sheet
from remit.facts.codes import NO_VOCABULARY
from remit.instruments.bound_instrument import bind_instrument
from remit.instruments.scores import score_sheet
from remit.protocol.analysis_sections import ShiftVariable
from remit.truth import Status

SIGNIFICANT = "significant change"
NORMAL, LOW, HIGH, BOTH = "normal", "low", "high", "low and high"
STATES = (NORMAL, LOW, HIGH, BOTH)
NO_START, NO_LATER = "nothing known at baseline", "nothing known after baseline"
BETWEEN = "between states: the record does not tell them apart"
OPEN = -1
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ValueChange:
    """What one test shows of all persons; arrays (persons,), -1 where it is not known.

    Attributes:
        test: its name. levels: the states in their order.
        start, later: places in `levels`. significant: 1 or 0.
        how: how the later state came about, or why it is not known.
    """

    test: str
    levels: tuple[str, ...]
    start: Whole
    later: Whole
    significant: Whole
    how: Words


def change_answers(
    shift: ShiftVariable, trial: TrialAnswers, blank: VisitAnswers
) -> tuple[VisitAnswers, ...]:
    """Whether anything changed significantly, then each test: its shift, and whether it did.

    Args:
        blank: one a person of the trial, at one visit or at none.
    """
    visits = [blank.visit] if blank.visit else list(trial.study.visits.ids[1:])
    rows = np.stack([trial.places_at(visit) for visit in visits])
    found = tuple(_changes(shift, trial, rows))
    return (_any_of(blank, found), *(one for change in found for one in _of_test(blank, change)))


def _any_of(blank: VisitAnswers, found: tuple[ValueChange, ...]) -> VisitAnswers:
    """Whether one test changed significantly, of those that are known."""
    told = np.stack([change.significant for change in found])
    yes, no = (told == 1).any(axis=0), (told == 0).any(axis=0)
    part = np.logical_or.reduce([change.how == NOT_EACH for change in found])
    how = np.where(part, NOT_EACH, OBSERVED).astype("U200")
    how = np.where((told == OPEN).any(axis=0), NOT_ALL, how)
    how = np.where(yes, OBSERVED, np.where(no, how, _why(found[0])))
    return replace(blank, value=yes.astype(np.float64), known=yes | no, how=how)


def _why(change: ValueChange) -> Words:
    """Why it is not known of a test whether it changed."""
    found: Words = np.where(change.start == OPEN, NO_START, change.how).astype("U200")
    return found


def _of_test(blank: VisitAnswers, change: ValueChange) -> Iterator[VisitAnswers]:
    began: Words = np.array(change.levels)[np.maximum(change.start, 0)].astype("U200")
    known = (change.start != OPEN) & (change.later != OPEN)
    yield replace(
        blank,
        value=np.where(known, change.later, 0).astype(np.float64),
        known=known,
        how=_why(change),
        strata=np.where(known, began, ""),
        levels=change.levels,
        about=(change.test,),
    )
    decided = change.significant != OPEN
    part = np.where(change.how == NOT_EACH, NOT_EACH, OBSERVED)
    yield replace(
        blank,
        value=(change.significant == 1).astype(np.float64),
        known=decided,
        how=np.where(change.significant == 1, OBSERVED, np.where(decided, part, _why(change))),
        about=(change.test, SIGNIFICANT),
    )


def _changes(shift: ShiftVariable, trial: TrialAnswers, rows: Whole) -> Iterator[ValueChange]:
    """Args: rows: those of the later visits, shape (visits, persons); -1 where there is none."""
    first = trial.places_at(trial.study.visits.ids[0])
    if shift.instrument is not None:
        scores = trial.study.followed.scores[shift.instrument]
        instrument = scores.instrument
        nothing = score_sheet(bind_instrument(instrument, NO_VOCABULARY), Sheet(1)).numbers
        for test in shift.tests or tuple(instrument.shifts):
            column, none = scores.numbers[instrument.shifts[test]], nothing[instrument.shifts[test]]
            whole = (int(none.low[0]) // MICRO, int(none.high[0]) // MICRO)
            grades = np.stack([column.low // MICRO, column.high // MICRO])
            yield _grade_change(test, grades, whole, first, rows, shift.rise)
    for limits in shift.limits:
        yield _limit_change(change_rule(limits), trial, first, rows)


def _grade_change(
    test: str, grades: Whole, whole: tuple[int, int], first: Whole, rows: Whole, rise: int
) -> ValueChange:
    """The grade at baseline beside the worst of those known; grades have bounds, shape (2, n)."""
    known = (rows >= 0) & ~_nothing(grades, whole, rows)
    low, high = (np.where(known, bound[np.maximum(rows, 0)], -1).max(axis=0) for bound in grades)
    base_low, base_high = (
        np.where(first >= 0, bound[np.maximum(first, 0)], none)
        for bound, none in zip(grades, whole, strict=True)
    )
    later_known = known.any(axis=0)
    start = np.where(base_low == base_high, base_low, OPEN)
    later = np.where(later_known & (low == high), low, OPEN)
    significant = np.where(
        later_known & (low - base_high >= rise),
        1,
        np.where(later_known & (high - base_low < rise), 0, OPEN),
    )
    levels = tuple(f"grade {grade}" for grade in range(whole[0], whole[1] + 1))
    start, later = (np.where(at == OPEN, OPEN, at - whole[0]) for at in (start, later))
    return ValueChange(test, levels, start, later, significant, _how(known, later))


def _nothing(grades: Whole, whole: tuple[int, int], rows: Whole) -> Flags:
    low, high = (bound[np.maximum(rows, 0)] for bound in grades)
    return np.asarray((low == whole[0]) & (high == whole[1]), np.bool_)


def _limit_change(rule: ChangeRule, trial: TrialAnswers, first: Whole, rows: Whole) -> ValueChange:
    recorded = ~trial.study.followed.sheet.numbers[rule.of].nothing_recorded

    def said(text: str | None, at: Whole) -> tuple[Flags, Flags]:
        """Where an expression is met, and where it is not known."""
        if text is None:
            return np.zeros(at.shape, np.bool_), np.zeros(at.shape, np.bool_)
        codes = trial.at_visits[text][np.maximum(at, 0)]
        return codes == Status.MET, codes == Status.UNKNOWN

    known, there = ((at >= 0) & recorded[np.maximum(at, 0)] for at in (rows, first))
    low, high, counts = (
        _over(*said(text, rows), known) for text in (rule.low, rule.high, rule.significant)
    )
    later = np.where(known.any(axis=0) & ~low.open & ~high.open, low.yes + 2 * high.yes, OPEN)
    (is_low, open_low), (is_high, open_high) = said(rule.low, first), said(rule.high, first)
    start = np.where(there & ~open_low & ~open_high, is_low + 2 * is_high, OPEN)
    significant = np.where(counts.yes, 1, np.where(known.any(axis=0) & ~counts.open, 0, OPEN))
    return ValueChange(rule.of, STATES, start, later, significant, _how(known, later))


@dataclass(frozen=True, slots=True)
class _Over:
    """Whether something was so at a visit: for sure, or perhaps."""

    yes: Flags
    open: Flags


def _over(met: Flags, open_: Flags, known: Flags) -> _Over:
    yes = np.logical_or.reduce(met & known)
    return _Over(yes, np.logical_or.reduce(open_ & known) & ~yes)


def _how(known: Flags, later: Whole) -> Words:
    """How the later state of each person came about."""
    cases = (
        (~known.all(axis=0), NOT_EACH),
        (later == OPEN, BETWEEN),
        (~known.any(axis=0), NO_LATER),
    )
    start: Words = np.full(len(later), OBSERVED, "U200")
    return reduce(lambda how, case: np.where(case[0], case[1], how), cases, start)
