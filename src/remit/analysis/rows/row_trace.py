"""A number traced to the patient-visits behind it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from remit.analysis.rows.event_statistics import NO_SYSTEM, NO_TERM
from remit.analysis.rows.result_row import ResultRow
from remit.analysis.rows.row_files import read_answers_of, read_events_of, read_rows
from remit.errors import DatasetError


@dataclass(frozen=True, slots=True)
class TraceLine:
    """The answer of one person at one visit.

    Attributes:
        value: None where she has none; `how` says why, or how it came about.
        event: of times, whether what was waited for happened.
        answer: the value in words, where it has some; stratum: where the person began, or what
            parts the persons.
    """

    person: str
    person_id: int
    visit: str
    arm: str
    value: float | None
    event: bool | None
    how: str
    answer: str | None = None
    stratum: str | None = None


@dataclass(frozen=True, slots=True)
class TracedEvent:
    """An adverse event behind a number.

    Attributes:
        begins: the first day on which it may have begun.
        day: of being watched; None where it is not exactly known.
        counts: None where it is not known whether it does; `why` says what is not.
    """

    person: str
    person_id: int
    arm: str
    body_system: str | None
    term: str | None
    begins: str | None
    day: float | None
    grade: int | None
    serious: bool | None
    counts: bool | None
    why: str | None


@dataclass(frozen=True, slots=True)
class RowTrace:
    """A row and all answers of its population and arms, used or not.

    Attributes:
        events: of a number of adverse events, those of its part, and those that may be of it.
    """

    row: ResultRow
    lines: tuple[TraceLine, ...]
    events: tuple[TracedEvent, ...] = ()


def trace_row(folder: Path, name: str) -> RowTrace:
    """The answers behind a row of a folder of results.

    Raises:
        DatasetError: the folder is none of results, or has no such row; the nearest are given.
    """
    rows = {row.id: row for row in read_rows(folder)}
    if name not in rows:
        near = difflib.get_close_matches(name, rows, n=3, cutoff=0.3)
        raise DatasetError(
            f"there is no row {name!r}",
            expected=f"such as {', '.join(near)}" if near else f"one of {len(rows)} rows",
            got=name,
            next_step="take an id from rows.csv",
            place=folder,
        )
    row = rows[name]
    arms = {row.arm, row.versus} - {""}
    answers = [
        one
        for one in read_answers_of(folder).to_pylist()
        if one["analysis"] == row.analysis
        and (not row.visit or one["visit"] == row.visit)
        and tuple(one["about"]) == row.part[: len(one["about"])]
    ]
    # Of a part that has answers of its own, those; else those of the whole.
    depth = max((len(one["about"]) for one in answers), default=0)
    lines = [
        TraceLine(
            one["person"], one["person_id"], one["visit"], one["arm"],
            one["value"], one["event"], one["how"], one["answer"], one["stratum"],
        )
        for one in answers
        if len(one["about"]) == depth and (not arms or one["arm"] in arms)
    ]  # fmt: skip
    events = _events_of(row, folder, arms)
    if row.part and any(one["analysis"] == row.analysis for one in _all_events(folder)):
        lines = [_with_events(line, events) for line in lines]
    return RowTrace(row, tuple(lines), events)


def _with_events(line: TraceLine, events: Sequence[TracedEvent]) -> TraceLine:
    """A person with how many events of a part she had, in place of whether she had any."""
    own = [one for one in events if one.person_id == line.person_id]
    open_ = sum(one.counts is None for one in own)
    how = f"and {open_} of which it is not known whether they count" if open_ else "events"
    return replace(line, value=float(len(own) - open_), how=how)


def _all_events(folder: Path) -> list[dict[str, Any]]:
    table = read_events_of(folder)
    return [] if table is None else table.to_pylist()


def _events_of(row: ResultRow, folder: Path, arms: set[str]) -> tuple[TracedEvent, ...]:
    names = [field.name for field in fields(TracedEvent)]
    return tuple(
        TracedEvent(**{name: _plain(one[name]) for name in names})
        for one in _all_events(folder)
        if one["analysis"] == row.analysis
        and (not arms or one["arm"] in arms)
        and (one["body_system"] or NO_SYSTEM, one["term"] or NO_TERM)[: len(row.part)] == row.part
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
