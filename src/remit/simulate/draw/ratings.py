"""What a physician records: items of SLEDAI-2K at screening and at visits, BILAG-2004 at visits.

BILAG-2004, which is long, is rated at those visits only that the study plans.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from remit.simulate.draw.attendance import Attendance, Values, coded_labs
from remit.simulate.draw.laboratory import NONE
from remit.simulate.draw.persons import HEALTHY, Persons, Seeds
from remit.simulate.draw.plans import NO_UNIT
from remit.simulate.item_codes import (
    ABSENT,
    BILAG_FIRST,
    BILAG_GROUPS,
    BY_LABORATORY,
    CONSTITUTIONAL,
    COOMBS,
    EVER,
    FINDINGS,
    FIRST_ASSESSMENT,
    HAEMOLYSIS,
    HYPERTENSION,
    ITEMS,
    NEPHRITIS,
    NEPHROTIC,
    PRESENT,
    SEDIMENT,
    THROMBOTIC,
    item_id,
)
from remit.simulate.state import MICRO, NO_AMOUNT, NO_LIMIT, Added, Labs

# How often a person has anything in the domain at baseline.
AFFECTED = {
    "mucocutaneous": 0.45,
    "neuropsychiatric": 0.06,
    "musculoskeletal": 0.45,
    "cardiorespiratory": 0.12,
    "gastrointestinal": 0.04,
    "ophthalmic": 0.03,
}


def _eased(course: NDArray[np.int8], effect: Values, rng: Generator) -> NDArray[np.bool_]:
    """Where a finding of the baseline has gone by a visit."""
    most = np.array([0.97, 0.75, 0.25])[course]
    leaves = rng.random(len(course)) / np.maximum(most, 0.01)
    return np.asarray(effect >= leaves[:, None])


def draw_sledai_course(
    attendance: Attendance, course: NDArray[np.int8], effect: Values, rng: Generator
) -> dict[int, Labs]:
    """The findings at each visit; of those that the laboratory decides, a few."""
    shape = attendance.day.shape
    untidy = np.logical_not(attendance.tidy)[:, None]
    sheet = attendance.came & (~untidy | (rng.random(shape) > 0.03))
    second = np.full(shape, -1, np.int32)
    items = {}
    for name, (_, often) in ITEMS.items():
        has = rng.random((shape[0],)) < min(0.8, 1.3 * often)
        flares = (rng.random(shape) < 0.03) & (course == NONE)[:, None] & (often > 0.03)
        present = (has[:, None] & ~_eased(course, effect, rng)) | flares
        coded = np.where(present, 0, 1)
        coded = np.where(untidy & (rng.random(shape) < 0.015), 2, coded)
        coded = np.where(untidy & (rng.random(shape) < 0.006), rng.choice([-1, 3], shape), coded)
        written = rng.random(shape) < np.where(untidy, 0.995, 1)
        if name in BY_LABORATORY:
            # Recorded where the physician knows better: not due to lupus, mostly.
            written = untidy & (rng.random(shape) < 0.04)
            coded = np.where(rng.random(shape) < 0.7, 2, coded)
        items[item_id(name)] = coded_labs(sheet & written, attendance.day, second, coded, FINDINGS)
    return items


def draw_bilag_course(
    attendance: Attendance,
    course: NDArray[np.int8],
    effect: Values,
    rng: Generator,
    *,
    rated: NDArray[np.bool_],
) -> dict[int, Labs]:
    """Every recorded item at each visit: codes 0 to 4, findings, and the history of each domain.

    Args:
        rated: the visits at which it is rated.
    """
    shape = attendance.day.shape
    untidy = np.logical_not(attendance.tidy)[:, None]
    sheet = attendance.came & rated & (~untidy | (rng.random(shape) > 0.03))
    codes = {number: np.zeros(shape, np.int64) for number in (*range(1, 78), THROMBOTIC)}
    _affect(codes, CONSTITUTIONAL, 0.2, course, effect, rng)
    for domain, groups in BILAG_GROUPS.items():
        for group, part in zip(groups, (0.3, 0.45, 0.25), strict=True):
            _affect(codes, group, AFFECTED[domain] * part, course, effect, rng)
    items = {
        BILAG_FIRST + number: _grades(sheet, untidy, attendance, code, rng)
        for number, code in codes.items()
    }
    findings = {
        HYPERTENSION: 0.02,
        NEPHROTIC: 0.2,
        SEDIMENT: 0.35,
        NEPHRITIS: 0.3,
        HAEMOLYSIS: 0.03,
        COOMBS: 0.05,
        **dict.fromkeys(EVER, 0.5),
    }
    for number, often in findings.items():
        has = (rng.random((shape[0],)) < often)[:, None] & np.ones(shape, np.bool_)
        if number not in EVER:
            has = has & ~_eased(course, effect, rng)
        written = sheet & (rng.random(shape) < np.where(untidy, 0.997, 1))
        items[BILAG_FIRST + number] = coded_labs(
            written,
            attendance.day,
            np.full(shape, -1, np.int32),
            np.where(has, 0, 1),
            (PRESENT, ABSENT),
        )
    # That nothing came before is recorded at the first visit; later it shows.
    there = sheet & (np.arange(shape[1]) == 0)
    present = np.zeros(shape, np.int64)
    items[BILAG_FIRST + FIRST_ASSESSMENT] = coded_labs(
        there, attendance.day, np.full(shape, -1, np.int32), present, (PRESENT, ABSENT)
    )
    return dict(sorted(items.items()))


def _affect(
    codes: dict[int, NDArray[np.int64]],
    group: tuple[int, ...],
    chance: float,
    course: NDArray[np.int8],
    effect: Values,
    rng: Generator,
) -> None:
    """Give some persons one item of a group, which eases with the treatment or comes anew."""
    if not group:
        return
    size, visits = effect.shape
    item = rng.integers(0, len(group), (size,))
    has = rng.random((size,)) < chance
    gone = _eased(course, effect, rng)
    nearly = _eased(course, np.minimum(1, 1.3 * effect), rng)
    own = np.where(gone, 0, np.where(nearly, 1, rng.integers(2, 5, (size, 1))))
    comes = rng.random((size,)) < np.array([0.01, 0.02, 0.05])[course]
    since = rng.integers(1, visits, (size,))
    later = np.arange(visits)[None, :] - since[:, None]
    anew = np.where(later == 0, 4, np.where(later > 0, 2, 0))
    own = np.where(has[:, None], own, np.where(comes[:, None], anew, 0))
    for place, number in enumerate(group):
        codes[number] = np.where((item == place)[:, None], own, codes[number])


def _grades(
    sheet: NDArray[np.bool_],
    untidy: NDArray[np.bool_],
    attendance: Attendance,
    code: NDArray[np.int64],
    rng: Generator,
) -> Labs:
    shape = sheet.shape
    written = sheet & (rng.random(shape) < np.where(untidy, 0.9985, 1))
    return Labs(
        there=written,
        day=attendance.day,
        second=np.full(shape, -1, np.int32),
        amount=np.where(untidy & (rng.random(shape) < 0.0005), NO_AMOUNT, code * MICRO),
        unit=np.zeros(shape, np.int8),
        units=(NO_UNIT,),
        bound=np.zeros(shape, np.int8),
        high=np.full(shape, NO_LIMIT),
        low=np.full(shape, NO_LIMIT),
        coded=np.full(shape, -1, np.int8),
        codes=(0,),
    )


# Items take many rows. So that a large cohort stays mostly laboratory values, a chunk has few.
MOST_WITH_ITEMS = 1500
SHARE_WITH_ITEMS = 0.6
FIRST_NUMBER = 400  # of the record ids


def draw_items(people: Persons, seeds: Seeds, totals: Labs) -> tuple[Labs, Added]:
    """The totals, and the items that some persons have in their place or beside them."""
    rng = seeds.stream("sledai items")
    candidates = np.flatnonzero(totals.there[:, 0] & ~people.is_for(HEALTHY))
    count = min(MOST_WITH_ITEMS, round(SHARE_WITH_ITEMS * len(candidates)))
    at = np.sort(rng.permutation(candidates)[:count])
    clean = people.clean[at]
    # Beside the items some keep their total, usable or not; most have the items only.
    kept = rng.random(count) < 0.25
    comment = kept & ~clean & (rng.random(count) < 0.5)
    there, amount = totals.there.copy(), totals.amount.copy()
    there[at[~kept]] = False
    amount[at[comment]] = NO_AMOUNT
    day, second = totals.day[at][:, :3], totals.second[at][:, :3]
    shape = day.shape
    # The sheet of a visit: all items, nearly; of what the laboratory decides, some.
    sheet = rng.random(shape) < np.array([1.0, 0.12, 0.08])
    items = {}
    for name, (_, often) in ITEMS.items():
        filled = 0.25 if name in BY_LABORATORY else 0.985
        written = rng.random(shape) < np.where(clean, max(filled, 0.25), filled)[:, None]
        written |= clean[:, None] & (name not in BY_LABORATORY)
        chance = np.clip(often * np.exp(0.7 * people.activity[at]), 0, 0.9)[:, None]
        coded = np.where(rng.random(shape) < chance, 0, 1)
        if name in BY_LABORATORY:
            coded = np.where(clean[:, None], 0, coded)
        unusable = ~clean[:, None] & (rng.random(shape) < 0.02)
        coded = np.where(~clean[:, None] & (rng.random(shape) < 0.03), 2, coded)
        coded = np.where(unusable, rng.choice([-1, 3], shape), coded)
        items[item_id(name)] = coded_labs(sheet & written, day, second, coded, FINDINGS)
    return replace(totals, there=there, amount=amount), Added(at, FIRST_NUMBER, {}, items)
