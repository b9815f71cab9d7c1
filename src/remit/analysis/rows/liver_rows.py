"""Hy's law as answers: in which quadrant of transaminase and bilirubin each person stands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from remit.analysis.methods.liver_safety import (
    BILIRUBIN,
    CHOLESTASIS,
    HY,
    NEITHER,
    OPEN,
    TEMPLE,
    liver_quadrants,
)
from remit.analysis.rows.visit_answers import OBSERVED, Floats, VisitAnswers

QUADRANTS = (HY, CHOLESTASIS, TEMPLE, BILIRUBIN, NEITHER)


def liver_answers(
    population: VisitAnswers,
    transaminase: Floats,
    bilirubin: Floats,
    phosphatase: Floats | None = None,
    *,
    at: float = 3.0,
    above: float = 2.0,
) -> VisitAnswers:
    """The quadrant of each person, to be described as answers in words.

    Args:
        population: one a person; its values count for nothing.
        transaminase, bilirubin, phosphatase: peaks as multiples of the upper limit of normal, not a
            number where none is known; shape (persons,). Who lacks one of the first two has no
            answer, as `liver_quadrants` says.
        at, above: from where a transaminase is raised, and above what a bilirubin is.

    Raises:
        MethodError: the arrays differ in length, or a value is negative.
    """
    found = liver_quadrants(
        _or_none(transaminase),
        _or_none(bilirubin),
        phosphatase=None if phosphatase is None else _or_none(phosphatase),
        at=at,
        above=above,
    )
    known = np.array([quadrant != OPEN for quadrant in found.quadrant], np.bool_)
    # Without a phosphatase nobody can be told to have cholestasis: it is no answer.
    levels = tuple(one for one in QUADRANTS if phosphatase is not None or one != CHOLESTASIS)
    places = {quadrant: float(place) for place, quadrant in enumerate(levels)}
    return replace(
        population,
        value=np.array([places.get(quadrant, 0.0) for quadrant in found.quadrant]),
        known=known,
        how=np.where(known, OBSERVED, OPEN),
        event=None,
        unit="",
        levels=levels,
    )


def _or_none(values: Floats) -> list[float | None]:
    return [None if np.isnan(value) else value for value in values.tolist()]
