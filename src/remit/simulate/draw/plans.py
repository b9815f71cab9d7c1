"""Records by plan: days at the edges of windows, numbers at thresholds, and mess."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from remit.facts.concept import Concept
from remit.simulate.calendar import Days
from remit.simulate.draw.persons import Persons, within_life
from remit.simulate.item_codes import UNLISTED
from remit.simulate.state import MICRO, NO_AMOUNT, NO_LIMIT, Labs, Spells, WrittenUnit
from remit.units import unit_named

NO_UNIT = WrittenUnit(None, None, None)
UNKNOWN_TEXT = WrittenUnit(None, "mg/TV", None)
UNKNOWN_ID = WrittenUnit(2_000_000_001, None, None)  # a site's own id
UNKNOWN_BOTH = WrittenUnit(0, "arb. units", None)


@dataclass(frozen=True, slots=True)
class LabPlan:
    """How one measured concept is drawn.

    Attributes:
        centre, spread: median and standard deviation of the logarithm, in the concept's unit.
        loading, kidney, liver: how far latent disease activity, and latent organ damage, move the
            logarithm.
        good: the range for clean persons.
        thresholds: numbers in the concept's unit on and beside which values are planted.
        units: unit codes as written, each with its number of decimals, the first the most frequent.
        normal: lower and upper limit of normal in the concept's unit; None: none is printed.
        often: chance of a recent record.
        records: 2 (recent, older) or 4 (and after screening, and a second one on the recent day).
        good_for: other good ranges, for persons made for some studies.
    """

    name: str
    centre: float
    spread: float
    loading: float
    good: tuple[float, float]
    thresholds: tuple[float, ...]
    units: tuple[tuple[str, int], ...]
    normal: tuple[float, float] | None = None
    often: float = 0.62
    records: int = 2
    good_for: tuple[tuple[tuple[int, ...], tuple[float, float]], ...] = ()
    kidney: float = 0.0
    liver: float = 0.0


def written_units(plan: LabPlan) -> tuple[WrittenUnit, ...]:
    """The ways in which the records of a plan may name their unit; the last four are mess."""
    known = [unit_named(code) for code, _ in plan.units]
    coded = [
        WrittenUnit(unit.omop_ids[0] if unit.omop_ids else None, unit.code, unit.code)
        for unit in known
    ]
    as_text = [
        WrittenUnit(0, unit.spellings[0] if unit.spellings else unit.code, unit.code)
        for unit in known
    ]
    return (*coded, *as_text, NO_UNIT, UNKNOWN_TEXT, UNKNOWN_ID, UNKNOWN_BOTH)


def near_edges(people: Persons, rng: Generator, shape: tuple[int, int]) -> Days:
    """Days on, one before or one after the edge of some look-back."""
    edges = people.edges
    picked = np.take_along_axis(edges, rng.integers(0, edges.shape[1], shape), axis=1)
    return (picked + rng.integers(-1, 2, shape)).astype(np.int32)


def draw_record_days(people: Persons, rng: Generator, records: int) -> Days:
    """Days of the recent, older, later and repeated record (which is on the recent day)."""
    size = people.size
    recent = people.screening - rng.integers(0, 29, size)
    edge = near_edges(people, rng, (size, 2))
    recent = np.where(rng.random(size) < 0.25, edge[:, 0], recent)
    recent = np.where(
        rng.random(size) < 0.1, people.screening - rng.integers(29, 200, size), recent
    )
    recent = np.where(people.clean, people.screening - rng.integers(0, 7, size), recent)
    gap = rng.choice([1, 2, 5, 7, 10, 13, 14, 15, 20, 60, 150], size)
    older = recent - np.where(people.clean, np.minimum(gap, 14), gap)
    older = np.where(~people.clean & (rng.random(size) < 0.15), edge[:, 1], older)
    after = people.screening + rng.integers(1, 29, size)
    days = np.stack([recent, older, after, recent][:records], axis=1)
    return within_life(people, days)


def draw_labs(people: Persons, rng: Generator, plan: LabPlan, concept: Concept) -> Labs:
    """The records of one quantity, titre or score."""
    day = draw_record_days(people, rng, plan.records)
    shape = day.shape
    chance = np.array([plan.often, 0.35 * plan.often, 0.2, 0.1][: plan.records])
    there = rng.random(shape) < chance
    there[:, :2] |= people.clean[:, None] & (plan.records == 4)
    there[:, 0] |= people.clean
    unit_count = len(plan.units)
    units = written_units(plan)
    usual = rng.choice(unit_count, people.size, p=_falling(unit_count))
    unit = np.repeat(usual[:, None], plan.records, axis=1)
    unit = np.where(rng.random(shape) < 0.1, rng.integers(0, unit_count, shape), unit)
    amount, high, low = _draw_amounts(people, rng, plan, concept, unit)
    unit = np.where(rng.random(shape) < 0.15, unit + unit_count, unit)
    messy = ~people.clean[:, None] & (rng.random(shape) < 0.16)
    kind = np.where(messy, rng.choice(6, shape, p=(0.2, 0.14, 0.2, 0.12, 0.12, 0.22)), -1)
    if concept.kind == "quantity":
        unit = np.where(kind == 1, 2 * unit_count, unit)
        unit = np.where(kind == 2, 2 * unit_count + rng.integers(1, 4, shape), unit)
    else:
        unit = np.where(rng.random(shape) < 0.5, 2 * unit_count, unit)
    amount = np.where(kind == 3, _implausible(concept, plan, unit, rng), amount)
    if plan.normal is None:
        high = np.full(shape, NO_LIMIT)
        low = np.full(shape, NO_LIMIT)
    unlimited = (kind == 4) | (~people.clean[:, None] & (rng.random(shape) < 0.05))
    bound = np.where(kind == 5, rng.choice([1, 1, 2, 3, 4, 4], shape), 0)
    bound = np.where((bound == 0) & (rng.random(shape) < 0.03), 5, bound)
    return Labs(
        there=there,
        day=day,
        second=_draw_seconds(rng, shape),
        amount=np.where(kind == 0, NO_AMOUNT, amount),
        unit=unit.astype(np.int8),
        units=units,
        bound=bound.astype(np.int8),
        high=np.where(unlimited, NO_LIMIT, high),
        low=np.where(unlimited, NO_LIMIT, low),
        coded=np.full(shape, -1, np.int8),
        codes=(0,),
    )


def _falling(count: int) -> NDArray[np.float64]:
    weights = 0.45 ** np.arange(count)
    return np.asarray(weights / weights.sum())


def _draw_seconds(rng: Generator, shape: tuple[int, ...]) -> Days:
    # Few distinct times, so that two records of one day also meet in their time.
    hour = rng.choice([7, 8, 8, 12, 18], shape) * 3600
    return np.where(rng.random(shape) < 0.5, -1, hour).astype(np.int32)


def _draw_amounts(
    people: Persons, rng: Generator, plan: LabPlan, concept: Concept, unit: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Numbers as printed and their limits of normal, in millionths of the written unit."""
    shape = unit.shape
    latent = (
        plan.loading * people.activity + plan.kidney * people.kidney + plan.liver * people.liver
    )
    course = (latent + rng.normal(0, plan.spread, people.size))[:, None]
    value = plan.centre * np.exp(course + rng.normal(0, 0.25 * plan.spread, shape))
    lowest, highest = _good_range(people, plan)
    good = lowest + (highest - lowest) * rng.random(shape)
    value = np.where(people.clean[:, None], good, value)
    factors = [_factor(concept, code) for code, _ in plan.units]
    per_unit = np.array([1 / float(factor) for factor in factors])[unit]
    tens = np.array([10**decimals for _, decimals in plan.units], np.int64)[unit]
    printed = np.rint(value * per_unit * tens).astype(np.int64)
    if concept.kind == "titre":
        printed = 10 * 2 ** np.rint(np.log2(np.maximum(value, 10) / 10)).astype(np.int64)
    if plan.thresholds:
        threshold = rng.choice(plan.thresholds, shape)
        at_edge = ~people.clean[:, None] & (rng.random(shape) < 0.25)
        edge = np.rint(threshold * per_unit * tens).astype(np.int64) + rng.integers(-1, 2, shape)
        printed = np.where(at_edge, np.maximum(edge, 0), printed)
    last = MICRO // tens
    low, high = plan.normal or (0.0, 0.0)
    jitter = rng.choice([1.0, 1.0, 1.1], (people.size, 1))
    low_limit = np.rint(low * per_unit * tens).astype(np.int64) * last
    high_limit = np.rint(high * jitter * per_unit * tens).astype(np.int64) * last
    amount = printed * last
    if plan.normal is not None:
        # Values at a multiple of the person's own limit, and one last decimal beside.
        multiple = rng.choice([1.0, 1.5, 2.0], shape)
        at_limit = ~people.clean[:, None] & (rng.random(shape) < 0.12)
        beside = np.rint(multiple * high_limit).astype(np.int64) + last * rng.integers(-1, 2, shape)
        amount = np.where(at_limit, beside, amount)
    return amount, high_limit, low_limit


def _good_range(people: Persons, plan: LabPlan) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    low, high = (np.full((people.size, 1), bound) for bound in plan.good)
    for kinds, other in plan.good_for:
        fits = people.is_for(*kinds)
        low[fits], high[fits] = other
    return low, high


def _factor(concept: Concept, code: str) -> Fraction:
    return Fraction(1) if concept.kind in {"titre", "score"} else concept.factors[code]


def _implausible(
    concept: Concept, plan: LabPlan, unit: NDArray[np.int64], rng: Generator
) -> NDArray[np.int64]:
    """A number beyond the plausible range whatever its unit, at its end or one beside."""
    assert concept.plausible is not None
    highest = float(concept.plausible[1])
    factors = [float(_factor(concept, code)) for code, _ in plan.units]
    table = np.array([*factors, *factors, *([min(factors)] * 4)])
    limit = np.rint(highest / table[unit]).astype(np.int64)
    beyond = rng.choice([-1, 0, 1, 1, 5, 100], unit.shape)
    return np.asarray((limit + beyond) * MICRO, np.int64)


def draw_codes(
    people: Persons,
    rng: Generator,
    concept: Concept,
    *,
    chances: tuple[float, ...],
    good: NDArray[np.int64],
    often: float = 0.7,
) -> Labs:
    """The records of one category.

    Args:
        chances: of the concept's answers, in its order.
        good: for clean persons, the index of the answer.
    """
    day = draw_record_days(people, rng, 4)
    shape = day.shape
    there = rng.random(shape) < np.array([often, 0.25 * often, 0.15, 0.08])
    there[:, 0] |= people.clean
    own = tuple(value.omop for value in concept.values.values())
    coded = rng.choice(len(own), shape, p=chances)
    coded = np.where(rng.random(shape) < 0.05, len(own), coded)
    coded = np.where(rng.random(shape) < 0.05, -1, coded)
    coded = np.where(people.clean[:, None], good[:, None], coded)
    return Labs(
        there=there,
        day=day,
        second=_draw_seconds(rng, shape),
        amount=np.full(shape, NO_AMOUNT),
        unit=np.zeros(shape, np.int8),
        units=(NO_UNIT,),
        bound=np.zeros(shape, np.int8),
        high=np.full(shape, NO_LIMIT),
        low=np.full(shape, NO_LIMIT),
        coded=coded.astype(np.int8),
        codes=(*own, UNLISTED),
    )


@dataclass(frozen=True, slots=True)
class SpellPlan:
    """How records with a start and an end are drawn.

    Attributes:
        chance: of each of the two records.
        back: the earliest start, in days before screening.
        lasts: the longest duration in days.
        endless: the chance that no end is recorded.
        near: the chance that start or end lies on or beside the edge of a look-back.
    """

    chance: float
    back: int
    lasts: int
    endless: float = 0.0
    near: float = 0.4


def draw_spells(people: Persons, rng: Generator, plan: SpellPlan) -> Spells:
    """Up to two records a person; none for clean persons."""
    size = people.size
    shape = (size, 2)
    there = rng.random(shape) < np.array([plan.chance, 0.3 * plan.chance])
    there &= ~people.clean[:, None]
    start = people.screening[:, None] + rng.integers(-plan.back, 21, shape)
    lasting = rng.integers(0, plan.lasts + 1, shape)
    edge = near_edges(people, rng, shape)
    which = rng.random(shape)
    start = np.where(which < plan.near / 2, edge, start)
    start = np.where((which >= plan.near / 2) & (which < plan.near), edge - lasting, start)
    start = within_life(people, start)
    end = np.clip(start + lasting, start, people.data_cut)
    endless = rng.random(shape) < plan.endless
    return Spells(
        there=there,
        start=start,
        end=end.astype(np.int32),
        endless=endless,
        route=np.zeros(shape, np.int32),
    )
