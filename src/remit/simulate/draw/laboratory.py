"""What is measured in the synthetic persons: one plan a concept, and courses for the followed.

The figures are invented. A course goes with the true response of its person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from remit.facts.dictionary import packaged_dictionary
from remit.simulate.calendar import Flags
from remit.simulate.draw.attendance import Attendance, Values
from remit.simulate.draw.persons import (
    BACKGROUND,
    BELIMUMAB,
    HEALTHY,
    RESTED,
    TIRED,
    Persons,
    Seeds,
)
from remit.simulate.draw.plans import LabPlan, draw_codes, draw_labs, written_units
from remit.simulate.state import MICRO, NO_AMOUNT, NO_LIMIT, Labs

CALM = (BELIMUMAB, TIRED, RESTED, HEALTHY)
COUNTS = (("10*9/L", 0), ("10*3/uL", 0), ("/uL", 0))
PROTEIN = (("g/dL", 1), ("g/L", 0))
CELLS = (("10*9/L", 1), ("10*3/uL", 1))
BLOOD_FAT = (("mg/dL", 0), ("mmol/L", 2))
PLANS = (
    LabPlan(
        "upcr", 0.7, 0.8, 0.7, (1.1, 4.0), (1.0, 0.5), (("g/g", 2), ("mg/g", 0), ("mg/mmol", 1)),
        records=4, good_for=((CALM, (0.05, 0.3)),),
    ),
    LabPlan(
        "urine_protein_24h", 0.9, 0.8, 0.7, (1.2, 5.0), (1.0,), (("g/d", 2), ("mg/d", 0), ("g", 2)),
        often=0.8, records=4, good_for=((CALM, (0.05, 0.3)),),
    ),
    LabPlan(
        "creatinine", 0.95, 0.3, 0.1, (0.5, 0.95), (1.2,), (("mg/dL", 2), ("umol/L", 1)),
        (0.5, 1.1), often=0.85, records=4, kidney=0.6,
    ),
    LabPlan(
        "egfr", 75, 0.25, -0.1, (60, 120), (15, 30), (("mL/min/{1.73_m2}", 0),), records=4,
        kidney=-0.7,
    ),
    LabPlan("height", 158, 0.1, 0, (150, 172), (), (("cm", 0), ("m", 2)), often=0.8),
    LabPlan("weight", 58, 0.2, 0, (50, 62), (), (("kg", 1), ("g", 0)), often=0.8),
    LabPlan(
        "platelets", 180, 0.5, -0.3, (150, 340), (50, 100), COUNTS, (100, 300), records=4,
    ),
    LabPlan("alt", 26, 0.3, 0, (8, 35), (), (("U/L", 0),), (5, 40), liver=0.5),
    LabPlan("ast", 24, 0.3, 0, (8, 35), (), (("U/L", 0),), (5, 40), liver=0.5),
    LabPlan(
        "bilirubin_total", 0.6, 0.6, 0, (0.2, 0.9), (), (("mg/dL", 2), ("umol/L", 1)), (0.1, 1.1),
    ),
    LabPlan("cholesterol_total", 210, 0.3, 0.1, (120, 190), (), BLOOD_FAT, (90, 200)),
    LabPlan("triglycerides", 150, 0.5, 0.1, (60, 140), (), BLOOD_FAT, (40, 150)),
    LabPlan("ldl_cholesterol", 120, 0.3, 0.05, (60, 120), (), BLOOD_FAT, (40, 130), often=0.12),
    LabPlan(
        "c3", 82, 0.2, -0.25, (45, 78), (), (("mg/dL", 0), ("g/L", 2)), (80, 170), records=4,
        good_for=((CALM, (95, 150)),),
    ),
    LabPlan(
        "c4", 15, 0.3, -0.3, (4, 11), (), (("mg/dL", 0), ("g/L", 2)), (12, 40), records=4,
        good_for=((CALM, (16, 30)),),
    ),
    LabPlan(
        "anti_dsdna", 30, 1.0, 0.9, (30, 200), (), (("[IU]/mL", 1), ("[IU]/L", 0)), (0, 15),
        records=4, good_for=((CALM, (2, 12)),),
    ),
    LabPlan("crp", 4, 1.0, 0.2, (0.3, 3.0), (), (("mg/L", 1), ("mg/dL", 2)), (0, 5), records=4),
    LabPlan(
        "sledai_2k", 6, 0.5, 0.5, (8, 18), (6, 8), (("{score}", 0),), records=4,
        good_for=((CALM, (0, 4)),),
    ),
    LabPlan("acr_1997", 4.6, 0.3, 0, (5, 9), (4,), (("{score}", 0),)),
    LabPlan("ecog", 1.1, 0.6, 0.2, (0, 2), (2,), (("{score}", 0),)),
    LabPlan("ana_titre", 220, 1.3, 0.2, (160, 1280), (80,), (("{titer}", 0),)),
    LabPlan("leukocytes", 6, 0.35, -0.15, (4, 9), (), CELLS, (3.5, 9.5), often=0.35),
    LabPlan("neutrophils", 4, 0.4, 0, (2, 6), (), CELLS, (1.8, 6.3), often=0.12),
    LabPlan("lymphocytes", 1.3, 0.5, -0.3, (1, 3), (), CELLS, (1.1, 3.2), often=0.12),
    LabPlan("hemoglobin", 12, 0.15, -0.08, (11, 15), (), PROTEIN, (11.5, 15), often=0.35),
    LabPlan("albumin_serum", 3.6, 0.2, -0.15, (3.0, 4.5), (), PROTEIN, (4, 5.5), often=0.3),
    LabPlan("urine_rbc", 6, 1.0, 0.7, (0, 20), (5,), (("/[HPF]", 0),), often=0.3),
    LabPlan("urine_wbc", 5, 0.9, 0.4, (0, 20), (5,), (("/[HPF]", 0),), often=0.3),
    LabPlan("cd19_b_cells", 150, 0.8, 0, (80, 400), (), (("/uL", 0),), often=0.12),
    LabPlan("pga", 1.2, 0.6, 0.4, (0.5, 2), (), (("{score}", 1),), often=0.3),
    LabPlan("systolic_bp", 124, 0.12, 0.05, (105, 135), (), (("mm[Hg]", 0),), often=0.35),
    LabPlan("diastolic_bp", 78, 0.12, 0.05, (65, 85), (), (("mm[Hg]", 0),), often=0.35),
    LabPlan("body_temperature", 36.7, 0.01, 0.003, (36.2, 37.2), (), (("Cel", 1),), often=0.12),
)  # fmt: skip
COMPLETE, PARTIAL, NONE = 0, 1, 2
AGAIN = 2  # further columns: second records of the day of some visit
OUTLIER = 300
# Each stands at or beside these at some visits: thresholds of responses and of items.
EDGES = {
    "upcr": (0.5, 0.5, 3),
    "urine_protein_24h": (0.5,),
    "creatinine": (1.2,),
    "urine_rbc": (5,),
    "urine_wbc": (5,),
    "body_temperature": (38,),
    "platelets": (100, 50),
    "leukocytes": (3,),
}
SHARES = {
    "upcr": (0.5, 0.7, 0.75),
    "urine_protein_24h": (0.5, 0.7, 0.75),
    "creatinine": (0.7, 1.25, 1.3),
}
_PLAN_NAMED = {plan.name: plan for plan in PLANS}


def draw_measured(people: Persons, seeds: Seeds) -> dict[str, Labs]:
    """All measured concepts, and the coded ones, in the persons."""
    dictionary = packaged_dictionary()
    labs = {
        plan.name: draw_labs(
            people, seeds.stream(f"lab {plan.name}"), plan, dictionary.concept(plan.name)
        )
        for plan in PLANS
    }
    lupus = ~people.is_for(HEALTHY, BACKGROUND)
    tired = np.where(people.is_for(TIRED), 3 + people.person % 2, 0)
    first = np.zeros(people.size, np.int64)
    for name, chances, good in (
        ("slicc_2012", (0.7, 0.3), np.where(lupus, 0, 1)),
        ("eular_acr_2019", (0.7, 0.3), np.where(lupus, 0, 1)),
        ("pregnancy_test_urine", (0.4, 0.6), first + 1),
        ("pregnancy_test_serum", (0.4, 0.6), first + 1),
        ("ssc_fatigue", (0.3, 0.2, 0.2, 0.15, 0.15), tired),
        ("cd19_expression", (0.75, 0.25), first),
    ):
        concept = dictionary.concept(name)
        often = 0.35 if name in {"ssc_fatigue", "cd19_expression"} else 0.5
        labs[name] = draw_codes(
            people, seeds.stream(f"code {name}"), concept, chances=chances, good=good, often=often
        )
        if name.startswith("pregnancy"):
            labs[name].there[~people.female] = False
    return labs


@dataclass(frozen=True, slots=True)
class Course:
    """How one quantity runs: from `start`, by true response to an end or by a factor.

    Attributes:
        start, spread: median at baseline and standard deviation of its logarithm.
        ends: where it goes in a complete, partial and no response; as a share of the start
            (`relative`) or as a value.
        noise: standard deviation of the logarithm from visit to visit.
        often: the share of persons in whom it is measured, and of visits at which it is.
    """

    name: str
    start: float
    spread: float
    ends: tuple[float, float, float]
    noise: float
    relative: bool = False
    often: tuple[float, float] = (1.0, 0.97)


COURSES = (
    Course("upcr", 2.2, 0.5, (0.25, 0.36, 0.95), 0.14, often=(0.9, 0.96)),
    Course("urine_protein_24h", 2.4, 0.5, (0.28, 0.36, 0.95), 0.14, often=(0.5, 0.85)),
    Course("creatinine", 0.95, 0.35, (0.85, 0.88, 1.15), 0.06, relative=True),
    Course("urine_rbc", 14, 0.8, (2, 4, 12), 0.35),
    Course("urine_wbc", 8, 0.7, (2.5, 4, 8), 0.35),
    Course("c3", 62, 0.2, (102, 85, 64), 0.06),
    Course("c4", 9, 0.3, (20, 14, 9), 0.08),
    Course("anti_dsdna", 90, 0.9, (9, 25, 85), 0.2),
    Course("platelets", 170, 0.35, (230, 210, 165), 0.1),
    Course("leukocytes", 5, 0.35, (6, 5.5, 4.6), 0.12),
    Course("neutrophils", 3.6, 0.3, (4.2, 4.0, 3.4), 0.12, often=(0.9, 0.97)),
    Course("lymphocytes", 1.1, 0.35, (1.5, 1.3, 1.05), 0.12, often=(0.9, 0.97)),
    Course("hemoglobin", 11.2, 0.12, (12.8, 12.2, 11), 0.03),
    Course("body_temperature", 36.8, 0.008, (36.6, 36.6, 36.7), 0.006),
    Course("albumin_serum", 3.0, 0.15, (4.1, 3.7, 3.0), 0.04),
    Course("systolic_bp", 128, 0.1, (122, 124, 132), 0.05),
    Course("diastolic_bp", 80, 0.1, (76, 78, 83), 0.05),
    Course("height", 160, 0.05, (1, 1, 1), 0.002, relative=True, often=(0.3, 0.9)),
    Course("pga", 1.7, 0.25, (0.3, 0.7, 1.6), 0.12),
)


def progress(attendance: Attendance, rng: Generator) -> Values:
    """How much of its effect the treatment has had at each visit, from 0 to 1."""
    size = len(attendance.tidy)
    time = rng.uniform(4, 11, size)[:, None]
    return np.asarray(1 - np.exp(-attendance.weeks[None, :] / time))


def draw_measured_course(
    attendance: Attendance,
    course: NDArray[np.int8],
    effect: Values,
    rng: Generator,
    *,
    of_all: frozenset[str] = frozenset(),
) -> dict[str, Labs]:
    """The records of every quantity; severity of disease at the start goes through all of them.

    Args:
        of_all: what is measured in every person; other quantities are not in some.
    """
    severity = rng.normal(0, 1, len(course))
    found = {}
    for one in COURSES:
        asked = replace(one, often=(1.0, one.often[1])) if one.name in of_all else one
        found[one.name] = _records(asked, attendance, course, effect, severity, rng)
    return found


def _values(
    one: Course, course: NDArray[np.int8], effect: Values, severity: Values, rng: Generator
) -> Values:
    """True values at the visits, in the concept's unit."""
    size = len(course)
    own = 0.6 * severity + 0.8 * rng.normal(0, 1, size)
    falling = one.ends[COMPLETE] > one.ends[NONE]
    start = one.start * np.exp(one.spread * (-own if falling else own))
    end = np.array(one.ends)[course] * np.exp(0.25 * one.spread * rng.normal(0, 1, size))
    share = one.name in {"upcr", "urine_protein_24h"} and not one.relative
    # A partial or missing response is a share of the start, a complete one is a level.
    level = np.where(course == COMPLETE, end, end * start) if share else end
    level = end * start if one.relative else level
    log = np.log(start)[:, None] + effect * (np.log(level) - np.log(start))[:, None]
    return np.asarray(np.exp(log + rng.normal(0, one.noise, effect.shape)))


def _records(
    one: Course,
    attendance: Attendance,
    course: NDArray[np.int8],
    effect: Values,
    severity: Values,
    rng: Generator,
) -> Labs:
    plan = _PLAN_NAMED[one.name]
    concept = packaged_dictionary().concept(one.name)
    size, visits = attendance.day.shape
    value = _values(one, course, effect, severity, rng)
    of_visit = np.concatenate(
        [np.tile(np.arange(visits), (size, 1)), rng.integers(0, visits, (size, AGAIN))], axis=1
    )
    person = np.arange(size)[:, None]
    shape = of_visit.shape
    untidy = np.logical_not(attendance.tidy)[:, None]
    asked = rng.random((size,)) < one.often[0]
    there = asked[:, None] & (rng.random(shape) < np.where(untidy, one.often[1], 1))
    there[:, visits:] = asked[:, None] & untidy & (rng.random((size, AGAIN)) < 0.08)
    there &= attendance.came[person, of_visit]
    again = np.exp(rng.normal(0, 0.1 if plan.name != "body_temperature" else 0.005, shape))
    again[:, :visits] = 1
    count = len(plan.units)
    usual = rng.choice(count, (size,), p=(0.7, 0.3) if count == 2 else _most_first(count))
    unit = np.repeat(usual[:, None], shape[1], axis=1)
    unit = np.where(untidy & (rng.random(shape) < 0.12), rng.integers(0, count, shape), unit)
    exact, low, high = _printed(plan, value[person, of_visit] * again, unit, rng)
    amount = _at_edges(one.name, exact, unit, plan, rng, untidy)
    unit = np.where(rng.random(shape) < 0.15, unit + count, unit)
    flaw = np.where(untidy & (rng.random(shape) < 0.08), rng.integers(0, 6, shape), -1)
    if concept.kind == "quantity":
        unit = np.where(flaw == 1, 2 * count, unit)
        unit = np.where(flaw == 2, 2 * count + rng.integers(1, 4, shape), unit)
    else:
        unit = np.where(rng.random(shape) < 0.5, 2 * count, unit)
    amount = np.where(flaw == 3, amount * OUTLIER, amount)
    bound = np.where(flaw == 4, 1, 0)
    hour = rng.choice([7, 8, 8, 12], shape) * 3600
    return Labs(
        there=there,
        day=attendance.day[person, of_visit],
        second=np.where(rng.random(shape) < 0.5, -1, hour).astype(np.int32),
        amount=np.where(flaw == 0, NO_AMOUNT, amount),
        unit=unit.astype(np.int8),
        units=written_units(plan),
        bound=bound.astype(np.int8),
        high=np.where(flaw == 5, NO_LIMIT, high),
        low=np.where(flaw == 5, NO_LIMIT, low),
        coded=np.full(shape, -1, np.int8),
        codes=(0,),
    )


def _most_first(count: int) -> Values:
    weights = 0.4 ** np.arange(count)
    return np.asarray(weights / weights.sum())


def _per_unit(plan: LabPlan) -> tuple[Values, NDArray[np.int64]]:
    """What one unit of the concept is in each written unit, and the last decimal in millionths."""
    concept = packaged_dictionary().concept(plan.name)
    plain = concept.kind in {"titre", "score"}
    each = [1.0 if plain else 1 / float(concept.factors[code]) for code, _ in plan.units]
    return np.array(each), np.array([MICRO // 10**n for _, n in plan.units], np.int64)


def _printed(
    plan: LabPlan, value: Values, unit: NDArray[np.int64], rng: Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Numbers as printed and their lower and upper limit, in millionths of the written unit."""
    each, last = _per_unit(plan)

    def in_unit(number: Values | float) -> NDArray[np.int64]:
        whole = np.rint(number * each[unit] * MICRO / last[unit]).astype(np.int64)
        return np.asarray(whole * last[unit])

    nothing = np.full(unit.shape, NO_LIMIT)
    amount = np.maximum(in_unit(value), last[unit] if plan.name != "pga" else 0)
    if plan.name == "pga":
        amount = np.minimum(amount, 3 * MICRO)
    if plan.normal is None:
        return amount, nothing, nothing
    low, high = in_unit(plan.normal[0]), in_unit(plan.normal[1])
    # On the limit itself, which is normal, now and then.
    at_limit = rng.random(unit.shape) < 0.04
    side = low if plan.name in {"c3", "c4"} else high
    return np.where(at_limit, side, amount), low, high


def _at_edges(
    name: str,
    amount: NDArray[np.int64],
    unit: NDArray[np.int64],
    plan: LabPlan,
    rng: Generator,
    untidy: Flags,
) -> NDArray[np.int64]:
    """Some numbers moved onto a threshold or a share of the baseline, or one decimal beside."""
    each, last = _per_unit(plan)
    shape = unit.shape
    beside = last[unit] * rng.integers(-1, 2, shape)
    if name in EDGES:
        edge = rng.choice(EDGES[name], shape) * each[unit] * MICRO
        edge = np.rint(edge / last[unit]).astype(np.int64) * last[unit] + beside
        amount = np.where(untidy & (rng.random(shape) < 0.07), edge, amount)
    if name in SHARES:
        first = amount[:, :1]
        share = np.rint(rng.choice(SHARES[name], shape) * first / last[unit]).astype(np.int64)
        share = share * last[unit] + beside
        chance = (rng.random(shape) < 0.09) & (unit == unit[:, :1]) & untidy
        chance[:, 0] = False
        amount = np.where(chance, np.maximum(share, last[unit]), amount)
    return amount
