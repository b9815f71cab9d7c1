"""Persons as several subjects each, drawn for both evaluators alike.

A subject has the dates of its person, all moved by some days, or lacks one of them; days may
belong to a date, as those of a visit's window do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from remit.criteria.columns.subjects import Belonging, Subjects
from remit.criteria.reference.records import DaysOfDate, PersonRecords
from remit.facts.arrays import NO_DAY

_EPOCH = date(1970, 1, 1)
_END = (date.max - _EPOCH).days
_MOVES = [0, 0, -97, -14, 1, 30]  # days
_BELONGS = ("screening", "baseline", "visit", "previous")


@dataclass(frozen=True, slots=True)
class Drawn:
    """The same subjects as each evaluator takes them."""

    columns: Subjects
    reference: tuple[PersonRecords, ...]


def draw_subjects(
    base: Subjects, persons: Mapping[int, PersonRecords], random: np.random.Generator
) -> Drawn:
    """Each person as one to three subjects.

    Args:
        base: each person as one subject, with the dates of a study.
    """
    times = random.choice([1, 1, 2, 3], len(base))
    of = np.repeat(np.arange(len(base)), times)
    moves = random.choice(_MOVES, len(of))
    dates = {}
    for name, days in base.dates.items():
        moved = np.where(days[of] == NO_DAY, NO_DAY, np.minimum(days[of] + moves, _END))
        lost = random.random(len(of)) < 0.03
        dates[name] = np.where(lost, NO_DAY, moved).astype(np.int32)
    columns = replace(
        base,
        person=base.person[of],
        dates=dates,
        sex=base.sex[of],
        born_first=base.born_first[of],
        born_last=base.born_last[of],
        own_cuts=None if base.own_cuts is None else base.own_cuts[of],
        belonging={
            name: _drawn_days(dates[name], random)
            for name in _BELONGS
            if name in dates and random.random() < 0.5
        },
    )
    return Drawn(columns, _for_the_reference(columns, persons))


def _drawn_days(day: np.ndarray, random: np.random.Generator) -> Belonging:
    at = np.where(day == NO_DAY, 0, day)
    return Belonging(
        first=(at - random.choice([0, 3, 14, 60], len(day))).astype(np.int32),
        last=np.minimum(at + random.choice([0, 0, 3, 14, -2], len(day)), _END).astype(np.int32),
        nearest=bool(random.random() < 0.7),
        not_after=random.random(len(day)) < 0.4 if random.random() < 0.7 else None,
    )


def _for_the_reference(
    who: Subjects, persons: Mapping[int, PersonRecords]
) -> tuple[PersonRecords, ...]:
    found = []
    for place, person in enumerate(who.person.tolist()):
        anchors = {
            name: _date(days[place]) for name, days in who.dates.items() if days[place] != NO_DAY
        }
        belonging = {
            name: DaysOfDate(
                _date(days.first[place]),
                _date(days.last[place]),
                nearest=days.nearest,
                not_after=days.not_after is not None and bool(days.not_after[place]),
            )
            for name, days in who.belonging.items()
        }
        found.append(replace(persons[person], anchors=anchors, belonging=belonging))
    return tuple(found)


def _date(day: np.integer) -> date:
    return _EPOCH + timedelta(days=int(day))


def ranges(ids: Sequence[int], parts: int) -> list[tuple[int, ...]]:
    """Ids in ascending order as so many runs of about one length."""
    ordered = sorted(ids)
    return [tuple(run.tolist()) for run in np.array_split(np.array(ordered, np.int64), parts)]
