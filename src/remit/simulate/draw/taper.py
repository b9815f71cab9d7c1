"""Glucocorticoid of the followed: a starting dose, a taper, and a rescue for some."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from remit.simulate.calendar import ABSENT, Days
from remit.simulate.draw.persons import Persons
from remit.simulate.draw.treatment import ORAL, dose_units
from remit.simulate.state import MICRO, NO_AMOUNT, DoseEras, Spells

INGREDIENT = "prednisolone"
STEPS = 7
# Doses in mg by step, four weeks each; the first is none that anyone takes before (see treatment).
# By true course: complete, partial and no response.
LADDERS: tuple[tuple[tuple[str, ...], ...], ...] = (
    (
        ("48", "20", "10", "7.5", "7.5", "5", "5"),
        ("36", "24", "15", "10", "7.5", "5", "2.5"),
        ("56", "40", "30", "20", "15", "12.5", "10"),
    ),
    (
        ("48", "36", "24", "16", "12.5", "10", "7.5"),
        ("56", "40", "30", "20", "15", "12.5", "10.000001"),
        ("36", "20", "10", "10", "7.5", "7.5", "5"),
    ),
    (
        ("48", "36", "30", "24", "20", "15", "15"),
        ("56", "48", "40", "30", "20", "15", "12.5"),
        ("36", "24", "16", "12.5", "10", "8", "8"),
    ),
)
RESCUE = ("60", "50", "40", "30")
RESCUED = (0.03, 0.08, 0.3)  # how often, by true course; invented


@dataclass(frozen=True, slots=True)
class Taper:
    """What was given: an exposure, and dose eras, neighbours of one dose joined.

    Attributes:
        rescue: the day on which the dose was raised beyond the taper, ABSENT where it never was.
    """

    exposure: Spells
    eras: DoseEras
    rescue: Days


def draw_taper(
    people: Persons, at: NDArray[np.int64], course: NDArray[np.int8], rng: Generator
) -> Taper:
    """The doses from the day after baseline on."""
    size = len(at)
    start = people.baseline[at] + 1
    # The dose changes on a visit's planned day, the day before, or some days after.
    change = rng.choice([-1, -1, 0, 2, 5], size)
    begins = np.stack(
        [start, *(start + 28 * step + change for step in range(1, STEPS))], axis=1
    ).astype(np.int32)
    last = np.minimum(start + 28 * STEPS + rng.integers(0, 40, size), people.data_cut)
    which = rng.integers(0, 3, size)
    doses = np.array([[[_micro(d) for d in ladder] for ladder in three] for three in LADDERS])
    amount = doses[course, which]
    rescue = np.full(size, ABSENT, np.int32)
    for person in np.flatnonzero(rng.random(size) < np.array(RESCUED)[course]):
        step = int(rng.integers(2, STEPS - 1))
        rescue[person] = begins[person, step]
        boost = [_micro(dose) for dose in RESCUE][: STEPS - step]
        amount[person, step : step + len(boost)] = boost
    return Taper(_exposure(start, last, size), _eras(begins, last, amount, rng), rescue)


def _micro(dose: str) -> int:
    return int(Fraction(dose) * MICRO)


def _exposure(start: Days, last: Days, size: int) -> Spells:
    shape = (size, 1)
    begin, end = start[:, None].astype(np.int32), last[:, None].astype(np.int32)
    return Spells(
        begin <= end, begin, end, np.zeros(shape, np.bool_), np.full(shape, ORAL, np.int32)
    )


def _eras(begins: Days, last: Days, amount: NDArray[np.int64], rng: Generator) -> DoseEras:
    ends = np.concatenate([begins[:, 1:] - 1, last[:, None]], axis=1)
    ends = np.minimum(ends, last[:, None])
    there = begins <= ends
    for step in range(STEPS - 1, 0, -1):
        same = there[:, step] & (amount[:, step] == amount[:, step - 1])
        ends[:, step - 1] = np.where(same, ends[:, step], ends[:, step - 1])
        there[:, step] &= ~same
    shape = begins.shape
    units = dose_units()
    unit = np.where(rng.random(shape[0]) < 0.5, 3, 0)[:, None] + np.zeros(shape, np.int8)
    # One era of some persons has no dose, a strange unit, or is not there at all.
    flawed = np.zeros(shape, np.bool_)
    place = rng.integers(0, STEPS, shape[0])
    flawed[np.arange(shape[0]), place] = rng.random(shape[0]) < 0.12
    kind = rng.integers(0, 3, shape)
    return DoseEras(
        there=there & ~(flawed & (kind == 2)),
        start=begins,
        end=ends.astype(np.int32),
        amount=np.where(flawed & (kind == 0), NO_AMOUNT, amount),
        unit=np.where(flawed & (kind == 1), len(units) - 1, unit).astype(np.int8),
        units=units,
    )
