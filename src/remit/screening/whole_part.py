"""Parts of a screening laid side by side as they come: none lies in memory beside the whole.

Arrays of a part are small, and memory that held them is not given back: kept until all parts are
there, they take as much as the result again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.logic import LeafCodes
from remit.screening.attrition import Flags, Step, added_steps
from remit.screening.column_room import ColumnRoom
from remit.screening.masks import Kinds
from remit.screening.screened_parts import ScreenedPart, StudyPart

_ID = 8  # bytes of the id of a person
ScalarT = TypeVar("ScalarT", bound=np.generic)


@dataclass(slots=True)
class _Study:
    """What a study finds of the persons so far, each array with room for more."""

    died: Flags
    room: ColumnRoom
    statuses: dict[str, LeafCodes] = field(default_factory=dict)
    reasons: dict[str, Kinds] = field(default_factory=dict)
    standings: list[LeafCodes] = field(default_factory=list)
    steps: list[tuple[Step, ...]] = field(default_factory=list)
    may_have_died: Flags | None = None


def whole_part(
    parts: Iterable[ScreenedPart], *, room: int, criteria: Sequence[int]
) -> ScreenedPart:
    """All parts as one.

    Args:
        room: persons for whom there is room from the start; more may come.
        criteria: how many each study has.
    """
    ids = np.empty(0, np.int64)
    count = 0
    with ColumnRoom(room * (_ID + 2 * sum(criteria))) as place:
        found = [_Study(np.empty(0, np.bool_), place) for _ in criteria]
        for part in parts:
            for held, study in zip(found, part.studies, strict=True):
                _add(held, study, count, room)
            ids = _laid(ids, count, part.person_ids, place, room=room)
            count += len(part.person_ids)
            place.let_go()
    return ScreenedPart(ids[:count], tuple(_study(held, count) for held in found))


def _add(held: _Study, study: StudyPart, begin: int, room: int) -> None:
    held.died = _laid(held.died, begin, study.died, held.room, room=room)
    for name, codes in study.statuses.items():
        column = held.statuses.get(name, np.empty(0, np.int8))
        held.statuses[name] = _laid(column, begin, codes, held.room, room=room)
    for name, places in study.reasons.items():
        kinds: Kinds = held.reasons.get(name, np.empty(0, np.uint8))
        held.reasons[name] = _laid(kinds, begin, places, held.room, room=room)
    if study.may_have_died is not None:
        before = np.empty(0, np.bool_) if held.may_have_died is None else held.may_have_died
        held.may_have_died = _laid(before, begin, study.may_have_died, held.room, room=room)
    for number, (standings, steps) in enumerate(study.cohorts):
        if number == len(held.standings):
            held.standings.append(np.empty(0, np.int8))
            held.steps.append(steps)
        else:
            held.steps[number] = added_steps([held.steps[number], steps])
        held.standings[number] = _laid(
            held.standings[number], begin, standings, held.room, room=room
        )


def _study(held: _Study, count: int) -> StudyPart:
    may_have = held.may_have_died
    if may_have is not None and len(may_have) < count:
        may_have = np.append(may_have, np.zeros(count - len(may_have), np.bool_))
    return StudyPart(
        {name: codes[:count] for name, codes in held.statuses.items()},
        {name: places[:count] for name, places in held.reasons.items()},
        held.died[:count],
        tuple(
            (standings[:count], steps)
            for standings, steps in zip(held.standings, held.steps, strict=True)
        ),
        None if may_have is None else may_have[:count],
    )


def _laid(
    column: npt.NDArray[ScalarT],
    begin: int,
    values: npt.NDArray[ScalarT],
    place: ColumnRoom,
    *,
    room: int,
) -> npt.NDArray[ScalarT]:
    """A column with more values from a place on; a longer or wider one where it has no room.

    Args:
        room: persons for whom a new one has room.
    """
    end = begin + len(values)
    kind = np.promote_types(column.dtype, values.dtype)
    if len(column) < end or column.dtype != kind:
        # Where nobody knows how many come, doubling copies each a few times only.
        long = room if end <= room else max(end, 2 * len(column) if begin else end)
        wider = cast(npt.NDArray[ScalarT], place.column(long, kind))
        held = column[:begin]
        wider[: len(held)] = held
        column = wider
    column[begin:end] = values
    return column
