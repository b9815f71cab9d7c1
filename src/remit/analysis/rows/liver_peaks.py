"""Hy's law in a plan: the peaks of transaminases and bilirubin after baseline, as answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from remit.analysis.methods.liver_safety import HY
from remit.analysis.rows.liver_rows import liver_answers
from remit.analysis.rows.trial_answers import TrialAnswers
from remit.analysis.rows.visit_answers import NOT_EACH, Flags, Floats, VisitAnswers
from remit.criteria.columns.on_sheet import reading_on_sheet
from remit.protocol.analysis_sections import LiverVariable

QUADRANT = "quadrant"


def peak_answers(
    liver: LiverVariable, trial: TrialAnswers, blank: VisitAnswers
) -> tuple[VisitAnswers, ...]:
    """Whether each person came into the range of Hy's law, then the quadrant of each."""
    peaks, whole = zip(
        *(_peaks(name, trial, liver.at) for name in liver.transaminases), strict=True
    )
    bilirubin, always = _peaks(liver.bilirubin, trial, np.nextafter(liver.above, np.inf))
    enzyme = np.fmax.reduce(peaks)
    found = liver_answers(blank, enzyme, bilirubin, at=liver.at, above=liver.above)
    complete = always & np.logical_and.reduce(whole)
    in_range = found.known & (found.value == found.levels.index(HY))
    how = np.where(found.known & ~complete & ~in_range, NOT_EACH, found.how)
    found = replace(found, how=how, about=(QUADRANT,))
    return (
        replace(blank, value=in_range.astype(np.float64), known=found.known, how=how),
        found,
    )


def _peaks(name: str, trial: TrialAnswers, raised: float) -> tuple[Floats, Flags]:
    """The highest multiple of its record's upper limit after baseline, and whether each was known.

    Not a number where none is; shape (persons,). A value of which only a bound from below is
    known, such as > 400, stands for that bound where it is raised already, else it is not known.
    """
    quantity = trial.quantities[name]
    assert quantity.reading is not None, "a concept is read from records"
    numbers = reading_on_sheet(quantity.reading, trial.study.followed.sheet)
    exact = numbers.is_exact & (numbers.uln > 0)
    # Of whole numbers, so that three times a limit is exactly that.
    limit = np.where(numbers.uln > 0, numbers.uln * numbers.scale, 1)
    least = np.where(numbers.uln > 0, numbers.low / limit, np.nan)
    multiple = np.where(exact | (least >= raised), least, np.nan)
    rows = np.stack([trial.places_at(visit) for visit in trial.study.visits.ids[1:]])
    each = np.where(rows >= 0, multiple[np.maximum(rows, 0)], np.nan)
    return np.fmax.reduce(each), np.logical_and.reduce((rows >= 0) & exact[np.maximum(rows, 0)])
