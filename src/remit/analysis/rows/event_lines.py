"""The adverse events of an analysis person by person, each with its day: what a timeline shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np
import pyarrow as pa

from remit.analysis.rows.planned_events import CountedEvents
from remit.analysis.rows.visit_answers import VisitAnswers
from remit.facts.adverse_events import YES


@dataclass(frozen=True, slots=True)
class EventLine:
    """An adverse event that counts and whose day is exactly known.

    Attributes:
        watched: days that the person was watched; None where that is not known.
        start: the day of being watched on which it began. days: how long it lasted; None where no
            end is known: it goes on, or nobody says.
        grade: 0 where it has none.
    """

    person: str
    person_id: int
    arm: str
    watched: float | None
    start: float
    days: float | None
    grade: int
    serious: bool


_KINDS = {
    "person": pa.string(), "person_id": pa.int64(), "arm": pa.string(), "watched": pa.float64(),
    "start": pa.float64(), "days": pa.float64(), "grade": pa.int64(), "serious": pa.bool_(),
}  # fmt: skip
_SCHEMA = pa.schema([(field.name, _KINDS[field.name]) for field in fields(EventLine)])


def event_lines(found: CountedEvents, watched: VisitAnswers) -> tuple[EventLine, ...]:
    """The events of an analysis, in their order; those without an exact day have no place here.

    Args:
        watched: the days that each person was watched.
    """
    place = {int(person): at for at, person in enumerate(watched.person)}
    lines = []
    for at in np.flatnonzero((found.counts == YES) & ~np.isnan(found.day)).tolist():
        who, event = place[int(found.person[at])], found.at[at]
        length = found.all.end[event] - found.all.start[event]
        days = None if np.isnat(length) else float(length.astype("timedelta64[D]").astype(int)) + 1
        lines.append(
            EventLine(
                watched.name[who],
                int(watched.person[who]),
                str(watched.arm[who]),
                float(watched.value[who]) if watched.known[who] else None,
                float(found.day[at]),
                days,
                int(found.all.grade[event]),
                bool(found.all.serious[event] == YES),
            )
        )
    return tuple(lines)


def lines_table(lines: Sequence[EventLine]) -> pa.Table:
    """Lines as a table, a column a field."""
    return pa.Table.from_pylist([asdict(line) for line in lines], schema=_SCHEMA)


def event_lines_of(table: pa.Table) -> tuple[EventLine, ...]:
    """The lines of a table that `lines_table` made."""
    return tuple(EventLine(**row) for row in table.to_pylist())
