"""Drugs of the synthetic persons: exposures and dose eras, steady, changed and badly recorded.

The followed have a glucocorticoid of their own: a starting dose, a taper, and a rescue for some.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from remit.simulate.calendar import ABSENT, Days, Flags
from remit.simulate.draw.persons import (
    BELIMUMAB,
    CAR_T,
    HEALTHY,
    INDUCTION,
    MULTI_OMICS,
    NANJING,
    RELAPSE,
    RESTED,
    TIRED,
    Persons,
    Seeds,
)
from remit.simulate.draw.plans import SpellPlan, draw_spells, near_edges
from remit.simulate.state import MICRO, NO_AMOUNT, DoseEras, Spells, WrittenUnit
from remit.units import unit_named

INTRAVENOUS, ORAL = 4171047, 4132161
WEEKLY = np.array([7_500_000, 10_000_000, 15_000_000, 15_000_001], np.int64)
GIVEN = {
    "rituximab": SpellPlan(0.08, 700, 0, near=0.5),
    "obinutuzumab": SpellPlan(0.02, 500, 0, near=0.5),
    "belimumab": SpellPlan(0.07, 500, 120, near=0.5),
    "infliximab": SpellPlan(0.01, 300, 0),
    "etanercept": SpellPlan(0.01, 300, 60),
    "adalimumab": SpellPlan(0.01, 300, 60),
    "tocilizumab": SpellPlan(0.01, 300, 0),
    "tofacitinib": SpellPlan(0.02, 300, 90),
    "baricitinib": SpellPlan(0.01, 300, 90),
    "amoxicillin": SpellPlan(0.06, 120, 10),
    "ceftriaxone": SpellPlan(0.06, 120, 10),
    "levofloxacin": SpellPlan(0.05, 120, 10),
    "meropenem": SpellPlan(0.03, 120, 14),
    "sulfamethoxazole": SpellPlan(0.05, 300, 200),
    "aciclovir": SpellPlan(0.04, 120, 10),
    "entecavir": SpellPlan(0.02, 500, 400),
    "fluconazole": SpellPlan(0.03, 120, 14),
    "isoniazid": SpellPlan(0.02, 300, 180),
    "mmr_vaccine": SpellPlan(0.03, 200, 0, near=0.6),
    "varicella_vaccine": SpellPlan(0.03, 200, 0, near=0.6),
    "yellow_fever_vaccine": SpellPlan(0.02, 200, 0, near=0.6),
    "zoster_live_vaccine": SpellPlan(0.04, 200, 0, near=0.6),
    "car_t_cells": SpellPlan(0.04, 900, 0, near=0.3),
}
OTHER_UNIT = WrittenUnit(2_000_000_001, None, None)  # a site's own id, known to nobody else
INGREDIENT = "prednisolone"
STEPS = 7
# Doses in mg by step, four weeks each; the first is none that anyone takes before (see DOSED).
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
class DosePlan:
    """A drug given in courses: its chance, its daily doses in mg, thresholds among them."""

    name: str
    chance: float
    doses: tuple[str, ...]


DOSED = (
    DosePlan(
        "prednisone", 0.3, ("5", "7.5", "10", "10.000001", "15", "20", "20.000001", "25", "60")
    ),
    DosePlan(
        "prednisolone",
        0.3,
        ("5", "9.9", "10", "10.1", "20", "25", "28.9", "29", "30", "40", "58", "60"),
    ),
    DosePlan("methylprednisolone", 0.08, ("4", "8", "15.9", "16", "16.1", "40")),
    DosePlan("dexamethasone", 0.02, ("1.5", "3", "3.000001", "4")),
    DosePlan("hydrocortisone", 0.02, ("20", "40", "79.9", "80", "100")),
    DosePlan("mycophenolate_mofetil", 0.3, ("500", "999.9", "1000", "1000.1", "1500", "2000")),
    DosePlan("mycophenolic_acid", 0.02, ("360", "720", "1440")),
    DosePlan("cyclophosphamide", 0.08, ("50", "100")),
    DosePlan("azathioprine", 0.1, ("50", "99.9", "100", "100.1", "150")),
    DosePlan("methotrexate", 0.06, ("1.071428", "2.142857", "2.142858", "2.857142")),
    DosePlan("tacrolimus", 0.1, ("2", "3.9", "4", "4.1", "6")),
    DosePlan("ciclosporin", 0.02, ("100", "150")),
    DosePlan("voclosporin", 0.01, ("31.6", "47.4")),
    DosePlan("leflunomide", 0.02, ("10", "20")),
    DosePlan("iguratimod", 0.01, ("50",)),
    DosePlan("tripterygium", 0.01, ("60",)),
    DosePlan("hydroxychloroquine", 0.5, ("200", "300", "400")),
)


def dose_units() -> tuple[WrittenUnit, ...]:
    """mg/d, g/d, mg/wk, plain mg (which OMOP means as mg a day), and a unit nobody knows."""
    known = [unit_named(code) for code in ("mg/d", "g/d", "mg/wk")]
    a_day = WrittenUnit(unit_named("mg").omop_ids[0], None, "mg/d")
    return (
        *(WrittenUnit(unit.omop_ids[0], None, unit.code) for unit in known),
        a_day,
        OTHER_UNIT,
    )


def draw_treatment(people: Persons, seeds: Seeds) -> tuple[dict[str, Spells], dict[str, DoseEras]]:
    """Drug exposures and dose eras by ingredient."""
    exposures: dict[str, Spells] = {}
    eras: dict[str, DoseEras] = {}
    for dosed in DOSED:
        rng = seeds.stream(f"drug {dosed.name}")
        exposures[dosed.name], eras[dosed.name] = draw_course(people, rng, dosed)
    for name, plan in GIVEN.items():
        rng = seeds.stream(f"drug {name}")
        spells = draw_spells(people, rng, plan)
        shape = spells.there.shape
        route = rng.choice([INTRAVENOUS, ORAL, 0], shape, p=(0.4, 0.4, 0.2)).astype(np.int32)
        exposures[name] = Spells(
            spells.there & ~people.is_for(HEALTHY)[:, None],
            spells.start,
            spells.end,
            spells.endless,
            route,
        )
    _give_clean_car_t(people, exposures["belimumab"])
    return exposures, eras


def draw_course(people: Persons, rng: Generator, plan: DosePlan) -> tuple[Spells, DoseEras]:
    """Two eras, the exposures below them, and a third exposure that may have no era."""
    size = people.size
    taken = (rng.random(size) < plan.chance) & ~people.is_for(HEALTHY) & ~people.clean
    begin = people.screening - rng.integers(10, 900, size)
    edge = near_edges(people, rng, (size, 2))
    begin = np.where(rng.random(size) < 0.35, edge[:, 0], begin)
    begin = np.maximum(begin, people.born + 1)
    change = begin + rng.integers(5, 400, size)
    change = np.where(rng.random(size) < 0.35, edge[:, 1], change)
    change = np.maximum(change, begin + 1)
    two = taken & (rng.random(size) < 0.45) & (change < people.data_cut - 2)
    pause = np.where(rng.random(size) < 0.25, rng.integers(1, 60, size), 0)
    again = np.minimum(change + pause, people.data_cut)
    final = np.where(
        rng.random(size) < 0.7,
        people.screening + rng.integers(15, 200, size),
        people.screening - rng.integers(0, 200, size),
    )
    stop = near_edges(people, rng, (size, 1))[:, 0]
    final = np.where(rng.random(size) < 0.15, stop, final)
    start = np.stack([begin, again], axis=1)
    end = np.stack([np.where(two, change - 1, final), final], axis=1)
    end = np.minimum(np.maximum(end, start), people.data_cut)
    doses = np.array([_micro(dose) for dose in plan.doses], np.int64)
    first = rng.integers(0, len(doses), size)
    other = (first + rng.integers(1, max(2, len(doses)), size)) % len(doses)
    amount = doses[np.stack([first, other], axis=1)]
    if len(doses) == 1:
        amount[:, 1] *= 2
    units = dose_units()
    unit = np.where(rng.random(size) < 0.5, 3, 0)[:, None] + np.zeros((size, 2), np.int8)
    in_grams = (rng.random((size, 2)) < 0.1) & (amount % 1000 == 0)
    amount, unit = np.where(in_grams, amount // 1000, amount), np.where(in_grams, 1, unit)
    weekly = (plan.name == "methotrexate") & (rng.random((size, 2)) < 0.7)
    amount = np.where(weekly, WEEKLY[(first[:, None] + np.arange(2)) % len(WEEKLY)], amount)
    unit = np.where(weekly, 2, unit)
    there = np.stack([taken, two], axis=1)
    flawed = rng.random((size, 2))
    # Two neighbouring eras differ (OMOP), so at most one of the two has no dose.
    flawed[:, 1] = np.where(flawed[:, 0] < 0.05, 1.0, flawed[:, 1])
    amount = np.where(flawed < 0.05, NO_AMOUNT, amount)
    unit = np.where((flawed >= 0.05) & (flawed < 0.1), len(units) - 1, unit)
    clean_there, clean_start, clean_end, clean_amount = _clean_course(people, plan.name)
    clean = people.clean[:, None]
    there = np.where(clean, clean_there, there)
    start = np.where(clean, clean_start, start).astype(np.int32)
    end = np.where(clean, clean_end, end).astype(np.int32)
    amount = np.where(clean, clean_amount, amount)
    unit = np.where(clean, 0, unit).astype(np.int8)
    # Some exposures have no era: the prescription is there, the dose is not.
    lone = rng.random((size, 2)) < np.where(clean, 0.0, 0.08)
    eras = DoseEras(there & ~lone, start, end, amount, unit, units)
    spells = Spells(there, start, end, np.zeros_like(there), np.full(there.shape, ORAL, np.int32))
    return spells, eras


def _micro(dose: str) -> int:
    whole, _, rest = dose.partition(".")
    return int(whole) * MICRO + int(rest.ljust(6, "0"))


def _clean_course(people: Persons, name: str) -> tuple[Flags, np.ndarray, np.ndarray, np.ndarray]:
    """What a clean person takes: the drugs that the study asks for, in one or two exact eras."""
    size = people.size
    there = np.zeros((size, 2), np.bool_)
    start = np.stack([people.screening - 300, people.screening - 100], axis=1)
    start = np.maximum(start, (people.born + 1)[:, None])
    end = np.stack([people.screening - 101, people.screening + 30], axis=1)
    amount = np.full((size, 2), 5 * MICRO, np.int64)
    odd = people.person % 2 == 1
    if name == "prednisolone":
        steady = people.is_for(NANJING, BELIMUMAB) | (people.is_for(MULTI_OMICS) & odd)
        there[:, 1] = steady | (people.is_for(TIRED, RESTED) & odd)
        amount[:, 1] = np.where(people.is_for(MULTI_OMICS), 20, 7) * MICRO
        induced = people.is_for(INDUCTION)
        there[induced, 1] = True
        start[induced, 1] = people.baseline[induced] - people.person[induced] % 4
        end[induced, 1] = people.baseline[induced] + 30
        amount[induced, 1] = 40 * MICRO
        relapsed = people.is_for(RELAPSE)
        there[relapsed] = True
        start[relapsed, 0] = np.maximum(people.relapse[relapsed] - 700, people.born[relapsed] + 1)
        end[relapsed, 0] = people.relapse[relapsed] - 500
        start[relapsed, 1] = people.relapse[relapsed] - 499
        end[relapsed, 1] = people.relapse[relapsed] + 20
        amount[relapsed] = np.array([40, 10]) * MICRO
    elif name == "mycophenolate_mofetil":
        there[:, 1] = people.is_for(NANJING) | (people.is_for(MULTI_OMICS) & odd)
        there[:, 0] = people.is_for(CAR_T)
        amount[:, 1] = np.where(people.is_for(MULTI_OMICS), 1000, 1500) * MICRO
        amount[:, 0] = 1000 * MICRO
    elif name == "azathioprine":
        there[:, 1] = people.is_for(BELIMUMAB)
        amount[:, 1] = 100 * MICRO
    elif name == "hydroxychloroquine":
        there[:, 1] = ~people.is_for(HEALTHY)
        amount[:, 1] = 200 * MICRO
    return there, start, end, amount


def _give_clean_car_t(people: Persons, belimumab: Spells) -> None:
    # Two courses of standard treatment that failed: mycophenolate above, belimumab here.
    given = people.clean & people.is_for(CAR_T)
    belimumab.there[given, 0] = True
    belimumab.start[given, 0] = np.maximum(people.screening - 400, people.born + 1)[given]
    belimumab.end[given, 0] = np.maximum(people.screening - 380, people.born + 1)[given]


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
    people: Persons,
    at: NDArray[np.int64],
    course: NDArray[np.int8],
    rng: Generator,
    *,
    weeks: float = 0,
) -> Taper:
    """The doses from the day after baseline on; the last is taken for so many weeks at least."""
    size = len(at)
    start = people.baseline[at] + 1
    # The dose changes on a visit's planned day, the day before, or some days after.
    change = rng.choice([-1, -1, 0, 2, 5], size)
    begins = np.stack(
        [start, *(start + 28 * step + change for step in range(1, STEPS))], axis=1
    ).astype(np.int32)
    planned = max(28 * STEPS, int(7 * weeks))
    last = np.minimum(start + planned + rng.integers(0, 40, size), people.data_cut)
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
