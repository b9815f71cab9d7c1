"""Patients of virtual trials: what would be recorded at each visit, as the adjudicator reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.numbers import (
    MICRO,
    Numbers,
    bounded_numbers,
    categories_of,
    no_numbers,
)
from remit.criteria.columns.sheet import Sheet, dose_column
from remit.criteria.dates import Moment
from remit.criteria.readings import Dose
from remit.facts.tables import FEMALE, MALE
from remit.followup.visit_scores import with_scores
from remit.instruments.inputs import Category, Inputs
from remit.instruments.scores import score_sheet
from remit.simulate.trials.asked_visits import FINDINGS, AskedVisits
from remit.simulate.trials.virtual_assumptions import VirtualAssumptions
from remit.truth import Reason
from remit.units import conversion_factor, unit_named

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
ScalarT = TypeVar("ScalarT", bound=np.generic)
GLUCOCORTICOID = "glucocorticoid"
MEASURED = frozenset({"upcr", "urine_protein_24h", "creatinine", "preflare_creatinine"})
_UNITS: Mapping[str, str | None] = {
    "upcr": "g/g",
    "urine_protein_24h": "g/d",
    "creatinine": "mg/dL",
    "preflare_creatinine": None,  # an item that is asked for in umol/L
}
MICROMOLES = float(
    conversion_factor(unit_named("mg/dL"), unit_named("umol/L"), molar_mass=Fraction("113.12"))
)


@dataclass(frozen=True, slots=True, eq=False)
class VirtualCourse:
    """The true course of some persons; arrays are (persons, visits) but those of one a person.

    Attributes:
        upcr, creatinine, steroid: as they would be measured. rescued: by this visit or before.
        seen: whether the person came. left: whether she had left before it.
    """

    upcr: Floats
    creatinine: Floats
    before: Floats
    steroid: Floats
    rescued: Flags
    seen: Flags
    left: Flags
    age: Floats
    women: Flags

    def __len__(self) -> int:
        return len(self.age)

    def persons(self, first: int, end: int) -> VirtualCourse:
        """Those from a place on, to before another."""
        return VirtualCourse(*(getattr(self, f.name)[first:end] for f in fields(self)))


def joined_courses(courses: Sequence[VirtualCourse]) -> VirtualCourse:
    """The persons of all, one after the other."""
    return VirtualCourse(
        *(np.concatenate([getattr(c, f.name) for c in courses]) for f in fields(VirtualCourse))
    )


def draw_course(
    rng: np.random.Generator,
    persons: int,
    weeks: Sequence[int],
    responding: float,
    given: VirtualAssumptions,
) -> VirtualCourse:
    """Draw persons of one arm.

    Args:
        weeks: of the visits, the baseline (0) first. responding: the share whose disease responds.
    """
    visits, at = len(weeks), np.asarray(weeks, np.float64)
    answers = rng.random(persons) < responding
    which = np.where(answers, 0, 1)
    way = 1 - 0.5 ** (at / given.weeks_to_half)
    start = given.upcr_median * np.exp(given.upcr_spread * rng.standard_normal(persons))
    start = np.maximum(start, given.upcr_least)
    left_at_plateau = (1 - np.array(given.fall))[which] * np.exp(
        given.fall_spread * rng.standard_normal(persons)
    )
    share = 1 - way * (1 - left_at_plateau[:, None])
    noise = np.exp(given.visit_spread * rng.standard_normal((persons, visits)))
    upcr = start[:, None] * np.maximum(share, 0.02) * noise
    creatinine = given.creatinine_median * np.exp(
        given.creatinine_spread * rng.standard_normal(persons)
    )
    change = np.array(given.creatinine_change)[which]
    small = np.exp(0.06 * rng.standard_normal((persons, visits)))
    course = creatinine[:, None] * (1 + way * change[:, None]) * small
    goal = np.array(given.steroid_goal)[which]
    taper = 0.5 ** (at / given.steroid_weeks_to_half)
    steroid = goal[:, None] + (given.steroid_start - goal)[:, None] * taper
    may = (~answers)[:, None] & (at > given.rescue_from)
    rescued = np.maximum.accumulate(may & (rng.random((persons, visits)) < given.rescue), axis=1)
    steroid = np.where(rescued, np.maximum(steroid, given.rescue_steroid), steroid)
    gone = (rng.random((persons, visits)) < given.leaving) & (at > 0)
    left = np.maximum.accumulate(gone, axis=1)
    seen = ~left & ((rng.random((persons, visits)) >= given.missed) | (at == 0))
    age = np.clip(given.age[0] + given.age[1] * rng.standard_normal(persons), 18, 65)
    women = rng.random(persons) < given.women
    # Quarter tablets of 5 mg are the smallest step.
    doses = np.round(steroid / 1.25) * 1.25
    before = creatinine * given.creatinine_before
    return VirtualCourse(upcr, course, before, doses, rescued, seen, left, age, women)


def drawn_sheet(course: VirtualCourse, asked: AskedVisits, given: VirtualAssumptions) -> Sheet:
    """What the adjudicator reads of some persons: one row a person and visit, as in real trials.

    Args:
        asked: which visits, and what the definitions read (`cannot_draw` is empty of it).
    """
    inputs, egfr, read = asked.inputs, asked.egfr, list(asked.read)
    visits = len(read)

    def flat(array: npt.NDArray[ScalarT]) -> npt.NDArray[ScalarT]:
        return array[:, read].reshape(-1)

    def by_person(array: npt.NDArray[ScalarT]) -> npt.NDArray[ScalarT]:
        return np.repeat(array, visits)

    seen = flat(course.seen)
    upcr = flat(course.upcr)
    values: Mapping[str, Floats] = {
        "upcr": upcr,
        "urine_protein_24h": upcr * given.protein_per_ratio,
        "creatinine": flat(course.creatinine),
        "preflare_creatinine": MICROMOLES * by_person(course.before),
    }
    wanted = inputs if egfr is None else inputs.plus(egfr.inputs)
    numbers: dict[str, Numbers] = {
        name: _measured(values[name], _UNITS[name]).unknown_where(~seen, Reason.NO_DATA)
        for name in wanted.measures
        if name in values
    }
    steroid = course.steroid
    for column, dose in inputs.doses.items():
        plainly = column == dose_column(dose.name)
        found = steroid if plainly else _highest(steroid, asked.weeks, dose)
        plain = _measured(flat(found), "mg/d")
        numbers[column] = plain.unknown_where(~seen, Reason.NOT_COVERED)
    if "age" in wanted.people:
        numbers["age"] = _measured(np.floor(by_person(course.age)), None)
    categories = {}
    if "sex" in wanted.people:
        sexes = tuple(sorted((FEMALE, MALE)))
        places = np.where(by_person(course.women), sexes.index(FEMALE), sexes.index(MALE))
        categories["sex"] = categories_of(sexes, places)
    happened = {"rescue_treatment": flat(course.rescued), "treatment_stopped": flat(course.left)}
    for name, category in inputs.categories.items():
        there = happened.get(name, np.zeros(len(seen), np.bool_))
        categories[name] = categories_of(category.known, _places(there, category))
    rows = len(seen)
    number = np.arange(rows, dtype=np.int64)
    first = number % visits == 0
    moments = {"previous": np.where(first, -1, number - 1), "baseline": number - number % visits}
    sheet = Sheet(rows, numbers, categories, moments)
    if egfr is None:
        return sheet
    empty = {name: no_numbers(rows) for name in egfr.inputs.measures if name not in numbers}
    scored = score_sheet(egfr, sheet.with_columns(numbers=empty))
    return with_scores(sheet, {"egfr": scored}, Inputs())


def cannot_draw(inputs: Inputs, scored: Sequence[str]) -> tuple[str, ...]:
    """What definitions read that no virtual patient has.

    Args:
        scored: columns that come of instruments.
    """
    lacking = [name for name in inputs.measures if name not in MEASURED and name not in scored]
    lacking += [name for name in inputs.categories if name not in FINDINGS]
    lacking += [
        column
        for column, dose in inputs.doses.items()
        if dose.name != GLUCOCORTICOID or _weeks_of(dose) is None
    ]
    lacking += list(inputs.dose_days)
    if inputs.asked:
        lacking.append("records of drugs or events between visits")
    return tuple(lacking)


def _measured(values: Floats, unit: str | None) -> Numbers:
    """As a laboratory prints: to two decimals."""
    micro = np.round(values * 100).astype(np.int64) * (MICRO // 100)
    return bounded_numbers(micro, micro, np.zeros(len(values), np.int8), unit=unit)


def _places(there: Flags, category: Category) -> npt.NDArray[np.int64]:
    known = category.known
    present = known.index(category.values["present"])
    absent = known.index(category.values["absent"])
    return np.where(there, present, absent).astype(np.int64)


def _weeks_of(dose: Dose) -> tuple[str, float] | None:
    """The anchor at which the window of a dose begins, and weeks after it; None: it is another."""
    window = dose.window
    if window.start is None or window.end != Moment("visit"):
        return None
    start = window.start
    if start == Moment("visit"):
        return "visit", 0.0
    if start.anchor not in {"visit", "baseline"} or start.offset is None or start.days:
        return None
    days = start.offset.days
    return None if days is None else (str(start.anchor), start.sign * days / 7)


def _highest(steroid: Floats, weeks: Sequence[int], dose: Dose) -> Floats:
    """The highest dose in a window that ends at each visit; between visits a taper is a line."""
    where = _weeks_of(dose)
    assert where is not None, "`cannot_draw` has seen to it"
    anchor, moved = where
    found = np.empty_like(steroid)
    for at, week in enumerate(weeks):
        begin = min(max(moved if anchor == "baseline" else week + moved, 0.0), float(week))
        before = max(place for place in range(at + 1) if weeks[place] <= begin)
        after = min(before + 1, at)
        span = weeks[after] - weeks[before]
        part = 0.0 if not span else (begin - weeks[before]) / span
        first = steroid[:, before] * (1 - part) + steroid[:, after] * part
        inside = steroid[:, after : at + 1].max(axis=1)
        found[:, at] = np.maximum(first, inside)
    return found
