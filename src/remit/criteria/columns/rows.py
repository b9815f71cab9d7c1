"""The rows of one table for some subjects: columns in the order code, subject, place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.day_bounds import DayBounds, bounds_of_rows, exact_bounds, joined_bounds
from remit.criteria.columns.subjects import Subjects, places_of
from remit.facts.arrays import (
    EMPTY,
    LAST_DAY,
    Days,
    among,
    dates_of,
    order_of,
    times_of,
    whole_numbers,
)
from remit.facts.imprecise_dates import PossibleDays
from remit.facts.reading import ADDED, PLACE, Part
from remit.facts.tables import FactTable

Array = npt.NDArray[np.integer]
IntegerT = TypeVar("IntegerT", bound=np.integer)
Flags = npt.NDArray[np.bool_]
ROW = "row"  # stands for the key of a table
NEVER = np.iinfo(np.int32).max  # a day after all others


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table, ordered by code, subject and day (measurements: place).

    Attributes:
        codes: the distinct codes, ascending; those of `codes[i]` are rows `edges[i]` to
            `edges[i + 1]`.
        subject: the place of the subject of each row, shape (rows,).
        start, end: the first and the last day; `LAST_DAY` where no end is recorded.
        columns: further columns by name; `EMPTY` (concepts: 0) where there is no value.
        bounds: between which days each row lies; None where every day is exactly known.
    """

    codes: Array
    edges: npt.NDArray[np.int64]
    subject: npt.NDArray[np.int64]
    start: Days
    end: Days
    columns: Mapping[str, Array]
    bounds: DayBounds | None = None

    def __len__(self) -> int:
        return len(self.subject)

    @property
    def days(self) -> DayBounds:
        """Between which days each row lies, also where these are one."""
        return exact_bounds(self.start, self.end) if self.bounds is None else self.bounds

    def pieces(self, ids: Collection[int]) -> Iterator[tuple[int, slice]]:
        """The codes among some that occur, each with its rows."""
        if len(ids) < len(self.codes):
            asked = np.array(sorted(set(ids)), np.int64)
            place = np.minimum(np.searchsorted(self.codes, asked), len(self.codes) - 1)
            found = place[self.codes[place] == asked].tolist()
        else:
            found = np.flatnonzero(among(self.codes, ids)).tolist()
        for place in found:
            yield int(self.codes[place]), slice(int(self.edges[place]), int(self.edges[place + 1]))

    def of(self, ids: Collection[int]) -> Rows:
        """The rows of some codes as one, ordered by subject and day (measurements: place)."""
        pieces = [piece for _, piece in self.pieces(ids)]
        if len(pieces) == 1:
            return self._taken(pieces[0])
        if not pieces:
            return self._taken(slice(0, 0))
        at = np.concatenate([np.arange(piece.start, piece.stop) for piece in pieces])
        order = self.columns.get(PLACE, self.start)
        return self._taken(at[merged_order(self.subject[at], order[at])])

    def first_days(
        self, ids: Collection[int], count: int, *, routed: Callable[[Array], Flags] | None = None
    ) -> Days:
        """The first day on which a row of some codes begins, of each subject; `NEVER` without one.

        Args:
            count: of subjects.
            routed: by which routes of a drug rows count; by any when None.
        """
        found = np.full(count, NEVER, np.int32)
        for _, piece in self.pieces(ids):
            subject, start = self.subject[piece], self.start[piece]
            if routed is not None:
                at = np.flatnonzero(routed(self.columns["route_concept_id"][piece]))
                subject, start = subject.take(at), start.take(at)
            begins = np.append(True, subject[1:] != subject[:-1])[: len(subject)]
            at = np.flatnonzero(begins)
            who = subject.take(at)
            found[who] = np.minimum(found.take(who), start.take(at))
        return found

    def take(self, at: npt.NDArray[np.integer]) -> Rows:
        """Some rows of one code or of several that stand as one."""
        return self._taken(at)

    def where(self, kept: npt.NDArray[np.bool_]) -> Rows:
        """The rows that are kept, still parted by their codes."""
        held = np.concatenate([[0], np.cumsum(kept)])
        chosen = self._taken(np.flatnonzero(kept))
        return replace(chosen, edges=held[self.edges])

    def between(self, start: Days, end: Days) -> Rows:
        """The rows on other days, which count as known; without those that would hold no day."""
        return replace(self, start=start, end=end, bounds=None).where(start <= end)

    def _taken(self, at: slice | npt.NDArray[np.integer]) -> Rows:
        start = at_places(self.start, at)
        return Rows(
            self.codes,
            np.zeros(0, np.int64),
            at_places(self.subject, at),
            start,
            start if self.end is self.start else at_places(self.end, at),
            {name: at_places(column, at) for name, column in self.columns.items()},
            None if self.bounds is None else self.bounds.take(at),
        )


def at_places(
    column: npt.NDArray[IntegerT], at: slice | npt.NDArray[np.integer]
) -> npt.NDArray[IntegerT]:
    return column[at] if isinstance(at, slice) else column.take(at)


def rows_of_blocks(blocks: Sequence[Rows], ids: Collection[int]) -> Rows:
    """The rows of some codes as one, from blocks that were read with other columns each."""
    found = [rows for block in blocks if len(rows := block.of(ids))]
    if len(found) == 1:
        return found[0]
    if not found:
        nothing = [block.of(()) for block in blocks]
        columns = {name: column for rows in nothing for name, column in rows.columns.items()}
        return replace(nothing[0], columns=columns)
    names = frozenset.intersection(*(frozenset(rows.columns) for rows in found))
    subject = np.concatenate([rows.subject for rows in found])
    columns = {name: np.concatenate([rows.columns[name] for rows in found]) for name in names}
    start = np.concatenate([rows.start for rows in found])
    end = np.concatenate([rows.end for rows in found])
    bounds = None
    if any(rows.bounds is not None for rows in found):
        bounds = joined_bounds([rows.days for rows in found])
    joined = replace(
        found[0], subject=subject, start=start, end=end, columns=columns, bounds=bounds
    )
    return joined.take(merged_order(subject, columns.get(PLACE, start)))


def merged_order(subject: npt.NDArray[np.int64], place: Array) -> npt.NDArray[np.int64]:
    """The order by subject and place of rows that are a few runs in that order, end to end.

    A stable sort of one word a row merges such runs; a sort by two keys begins anew.
    """
    key = (subject << 32) + place
    return np.argsort(key, kind="stable")


def read_rows(
    part: Part,
    table: FactTable,
    ids: Iterable[int] | None,
    columns: Iterable[str],
    who: Subjects,
    *,
    persons: Collection[int] | None = None,
    imprecise: Mapping[tuple[str, str], PossibleDays] | None = None,
) -> Rows:
    """The rows of some codes for some subjects, each of another person.

    Args:
        ids: codes of the table's concept column; every row when None.
        columns: beside person, days and code; `row` is the table's key.
        persons: of the subjects, where they are few of the part.
        imprecise: table and column -> the rows whose day is not exactly known.
    """
    columns = tuple(columns)
    named = _named(table, columns)
    wide = {of: days for of, days in (imprecise or {}).items() if of[0] == table.name}
    found = part.rows(
        table.name,
        sorted(columns_asked(table, columns, imprecise=wide)),
        concepts=None if ids is None else frozenset(ids),
        persons=persons,
    )
    subject, at = _subjects_of(whole_numbers(found["person_id"]), who)

    def column(name: str) -> Array:
        values = _column(table, name, found[name])
        return values if at is None else values[at]

    start = dates_of(found[table.start]) if table.start else np.zeros(found.num_rows, np.int32)
    if table.end in (None, table.start):
        end = start
    else:
        end = dates_of(found[table.end], empty=LAST_DAY)
    if at is not None:
        start, end = start[at], end[at]
    bounds = bounds_of_rows(table, column(table.key), start, end, wide) if wide else None
    code = column(table.concept) if table.concept else np.zeros(len(subject), np.int32)
    rows = Rows(
        np.zeros(0, np.int64),
        np.zeros(0, np.int64),
        subject,
        start,
        end,
        {name: column(source) for name, source in named.items()},
        bounds,
    )
    return _by_code(rows, code)


def _named(table: FactTable, columns: Iterable[str]) -> Mapping[str, str]:
    """What columns are called here -> in the table."""
    named = {name: table.key if name == ROW else name for name in columns}
    return named | {PLACE: PLACE} if table.name == "measurement" else named


def columns_asked(
    table: FactTable, columns: Iterable[str], *, imprecise: Collection[tuple[str, str]] = ()
) -> frozenset[str]:
    """The columns of a table that `read_rows` asks for; see there."""
    key = table.key if any(name == table.name for name, _ in imprecise) else None
    roles = (table.concept, table.start, table.end, key)
    named = _named(table, columns).values()
    return frozenset({"person_id", *named, *(name for name in roles if name is not None)})


def _column(table: FactTable, name: str, column: object) -> Array:
    kind = next((c.type for c in table.columns if c.name == name), None)
    if kind == "datetime":
        return times_of(column)
    if kind == "date":
        return dates_of(column, empty=LAST_DAY)
    concept = kind == "concept" or name in ADDED.get(table.name, {})
    return whole_numbers(column, empty=0 if concept else EMPTY)


def _subjects_of(
    person: Array, who: Subjects
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64] | None]:
    """The subject of each row, and which rows these are; None: all of them, in order."""
    place = places_of(who.person, person)
    if len(place) == 0 or place.min() >= 0:
        return place, None
    at = np.flatnonzero(place >= 0)
    return place.take(at), at


def _by_code(rows: Rows, code: Array) -> Rows:
    """The rows with the places of their codes; brought into order where they are not."""
    run = code[1:] != code[:-1]
    if (code[1:] < code[:-1]).any():
        order = order_of(code, rows.subject)  # stable: within a subject the order stays
        rows, code = rows.take(order), code[order]
        run = code[1:] != code[:-1]
    edges = np.concatenate([[0], np.flatnonzero(run) + 1, [len(code)]]).astype(np.int64)
    if len(code) == 0:
        return replace(rows, edges=np.zeros(1, np.int64))
    return replace(rows, codes=code[edges[:-1]], edges=edges)
