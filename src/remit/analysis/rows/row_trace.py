"""A number traced to the patient-visits behind it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from remit.analysis.rows.result_row import ResultRow
from remit.analysis.rows.row_files import read_answers_of, read_rows
from remit.errors import DatasetError


@dataclass(frozen=True, slots=True)
class TraceLine:
    """The answer of one person at one visit.

    Attributes:
        value: None where she has none; `how` says why, or how it came about.
        event: of times, whether what was waited for happened.
    """

    person: str
    person_id: int
    visit: str
    arm: str
    value: float | None
    event: bool | None
    how: str


@dataclass(frozen=True, slots=True)
class RowTrace:
    """A row and all answers of its population and arms, used or not."""

    row: ResultRow
    lines: tuple[TraceLine, ...]


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
            one["value"], one["event"], one["how"],
        )
        for one in answers
        if len(one["about"]) == depth and (not arms or one["arm"] in arms)
    ]  # fmt: skip
    return RowTrace(row, tuple(lines))
