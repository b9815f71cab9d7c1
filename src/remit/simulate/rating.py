"""What a physician records at the visits of the followed: findings of SLEDAI-2K and BILAG-2004.

SLEDAI-2K at every visit; BILAG-2004, which is long, at those that the study plans.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from remit.simulate.measuring import NONE, Values
from remit.simulate.planting import NO_UNIT
from remit.simulate.sledai import (
    ABSENT,
    BY_LABORATORY,
    FINDINGS,
    ITEMS,
    PRESENT,
    coded_labs,
    item_id,
)
from remit.simulate.state import MICRO, NO_AMOUNT, NO_LIMIT, Labs
from remit.simulate.visiting import Attendance

# BILAG-2004 (Isenberg 2005, Rheumatology 44:902): items by their number on the form, as those that
# can reach A, those that reach B at most and those that reach C at most.
BILAG_FIRST = 2_100_002_000
BILAG_GROUPS: Mapping[str, tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = {
    "mucocutaneous": ((5, 7, 9, 11, 13), (6, 12, 14, 15), (8, 10, 16, 17, 18)),
    "neuropsychiatric": (
        (19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 31, 36),
        (30, 32, 33, 34, 35, 37, 38),
        (),
    ),
    "musculoskeletal": ((39, 41), (40, 42), (43,)),
    "cardiorespiratory": ((45, 46, 47, 49, 50, 51, 52, 53, 54, 55), (44, 48), ()),
    "gastrointestinal": ((56, 58, 61, 63, 64), (57, 59, 60, 62), ()),
    "ophthalmic": ((65, 66, 69, 72, 74, 76, 77), (67, 68, 70, 73), (71, 75)),
}
CONSTITUTIONAL = (1, 2, 3, 4)  # the first of them is pyrexia
HYPERTENSION, NEPHROTIC, SEDIMENT, NEPHRITIS = 80, 85, 88, 89
THROMBOTIC, HAEMOLYSIS, COOMBS = 95, 96, 97
EVER = range(101, 110)  # was the domain ever affected: in the order of the form's domains
FIRST_ASSESSMENT = 110
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
