"""What some leaves read of one part, for some subjects: fetched once, then asked often."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.candidates import candidates
from remit.criteria.columns.coverage import Periods, Stretches, covered_by, merged, periods_of
from remit.criteria.columns.numbers import Bytes, Flags, Numbers
from remit.criteria.columns.picks import (
    Kinds,
    earliest,
    ending_in_latest,
    kinds_as_columns,
    latest,
    numbers_of,
)
from remit.criteria.columns.printed import Printed, printed_in
from remit.criteria.columns.rows import ROW, Rows, columns_asked, read_rows, rows_of_blocks
from remit.criteria.columns.subjects import Subjects, WindowDays
from remit.criteria.dates import Window
from remit.criteria.readings import FIRST_OF_SITES, Read, Value, WindowAbsence
from remit.facts.asked_days import AskedDays
from remit.facts.imprecise_dates import possible_days
from remit.facts.reading import Block, Part, at_hand
from remit.facts.selection import chosen, kept
from remit.facts.tables import TABLES
from remit.truth import Reason

_T = TypeVar("_T")
_HELD = 6
_PERIODS = "observation_period"


@dataclass(frozen=True, slots=True)
class Records:
    """The rows of one part for some subjects.

    What several leaves ask for is worked out once: `_rows` keeps what hangs on the records alone
    (the rows of a measure), `_known` what hangs on dates too (a window, its coverage), and
    `_recent` the few readings that were used last. One thread uses it.

    Attributes:
        tables: the rows of each, without observation periods: these are read when a leaf asks.
        persons: of the subjects, where they are few of the part; all when None.
    """

    subjects: Subjects
    part: Part
    tables: Mapping[str, tuple[Rows, ...]]
    kinds: Kinds
    complete: frozenset[str]
    persons: Collection[int] | None = None
    _rows: dict[object, Rows] = field(default_factory=dict, repr=False, compare=False)
    _stretches: dict[object, Stretches] = field(default_factory=dict, repr=False, compare=False)
    _periods: dict[None, Periods] = field(default_factory=dict, repr=False, compare=False)
    _known: dict[object, object] = field(default_factory=dict, repr=False, compare=False)
    _recent: OrderedDict[object, object] = field(
        default_factory=OrderedDict, repr=False, compare=False
    )

    def once(self, key: object, work_out: Callable[[], _T]) -> _T:
        """What `work_out` gives, kept under a key."""
        if key not in self._known:
            self._known[key] = work_out()
        return cast(_T, self._known[key])

    def lately(self, key: object, work_out: Callable[[], _T]) -> _T:
        """The same, of large things: the last few only are kept."""
        if key in self._recent:
            self._recent.move_to_end(key)
        else:
            self._recent[key] = work_out()
            if len(self._recent) > _HELD:
                self._recent.popitem(last=False)
        return cast(_T, self._recent[key])

    def span(self, window: Window) -> WindowDays:
        """The days of a window for each subject."""
        return self.once(("span", window), lambda: self.subjects.span(window))

    def span_of_values(self, window: Window) -> WindowDays:
        """The days from which values are read: at a date, those that belong to it."""
        return self.once(("values", window), lambda: self.subjects.span_of_values(window))

    def table(self, name: str) -> Rows:
        """All rows of a table that is read as one."""
        (rows,) = self.tables[name]
        return rows

    def rows(self, table: str, ids: tuple[int, ...]) -> Rows:
        """The rows of some codes as one, ordered by subject and time."""
        key = table, ids
        if key not in self._rows:
            self._rows[key] = rows_of_blocks(self.tables[table], ids)
        return self._rows[key]

    def stretches(self, table: str, ids: tuple[int, ...]) -> Stretches:
        """Subject, first and last day of what the rows of some codes make up, seams closed."""
        key = table, ids
        if key not in self._stretches:
            rows = self.rows(table, ids)
            self._stretches[key] = merged(rows.subject, rows.start, rows.end)
        return self._stretches[key]

    def periods(self) -> Periods:
        """The observation periods of the subjects."""
        if None not in self._periods:
            rows = read_rows(
                self.part, TABLES[_PERIODS], None, (), self.subjects, persons=self.persons
            )
            stretches = merged(rows.subject, rows.start, rows.end)
            self._periods[None] = periods_of(stretches, len(self.subjects))
        return self._periods[None]

    def for_subjects(self, subjects: Subjects, reads: Iterable[Read] | None = None) -> Records:
        """The same records for the same persons with other dates.

        Args:
            reads: of another study, whose own units count then; those of before when None.
        """
        kinds = self.kinds
        if reads is not None:
            kinds = kinds_as_columns(self.part.kinds, _own_units(reads))
        return replace(self, subjects=subjects, kinds=kinds, _known={}, _recent=OrderedDict())

    def with_tables(self, tables: Mapping[str, Rows]) -> Records:
        """The same subjects with other rows of some tables."""
        return replace(
            self,
            tables={**self.tables, **{name: (rows,) for name, rows in tables.items()}},
            _rows={},
            _stretches={},
            _known={},
            _recent=OrderedDict(),
        )

    def printed(self, value: Value) -> tuple[npt.NDArray[np.int64], Printed]:
        """Rows of a reading by their subjects, the last of each counting, and what these print."""
        return self.lately(("printed", value), lambda: self._print(value))

    def _print(self, value: Value) -> tuple[npt.NDArray[np.int64], Printed]:
        rows = self.rows("measurement", value.measure.ids)
        span = self.span_of_values(value.window)
        at = earliest(rows, span) if value.earliest else ending_in_latest(rows, span)
        return rows.subject.take(at), printed_in(rows, self.kinds, at)

    def picked(self, value: Value) -> tuple[Rows, Numbers]:
        """The rows that count for a reading, at most one a subject, and their numbers."""
        return self.lately(("picked", value), lambda: self._pick(value))

    def _pick(self, value: Value) -> tuple[Rows, Numbers]:
        rows = self.rows("measurement", value.measure.ids)
        span = self.span_of_values(value.window)
        rows = rows.take(earliest(rows, span) if value.earliest else latest(rows, span))
        return rows, numbers_of(rows, self.kinds)

    def unsettled(self, value: Value) -> Flags | None:
        """For whom it is not known which record counts for a reading; None where every day is."""
        rows = self.rows("measurement", value.measure.ids)
        open_ = candidates(rows, self.span_of_values(value.window), first=value.earliest)
        return None if open_ is None else open_.unsettled(rows.subject)

    def doubts(self, absences: Sequence[WindowAbsence]) -> Bytes:
        """Why the absence of records may not be read as "no" (a `Reason`), 0 where it may."""
        found = self._doubt(absences[0])
        for absence in absences[1:]:
            found = chosen(found == 0, self._doubt(absence), found)
        return found

    def _doubt(self, absence: WindowAbsence) -> Bytes:
        rule, table = absence.rule, absence.table
        key = ("doubt", absence.window, rule, table)
        return self.once(key, lambda: self._doubt_of(absence))

    def _doubt_of(self, absence: WindowAbsence) -> Bytes:
        uncovered = kept(~self._covered(absence), np.int8(Reason.NOT_COVERED))
        rule = absence.rule
        if rule.carried and not (rule.unresolved or rule.unrouted or rule.misplaced):
            return uncovered
        unresolved = np.full(len(self.subjects), Reason.CODE_UNRESOLVED, np.int8)
        if rule.carried:
            unresolved = kept(self._has_unresolved(absence), np.int8(Reason.CODE_UNRESOLVED))
        return chosen(uncovered == 0, unresolved, uncovered)

    def _has_unresolved(self, absence: WindowAbsence) -> Flags:
        """Whose rows of the window carry a code that leaves open whether something was there."""
        found = np.zeros(len(self.subjects), np.bool_)
        span = self._span_of(absence)
        rule = absence.rule
        for block in self.tables[absence.table]:
            for ids, unrouted in (
                (rule.unresolved, False), (rule.unrouted, True), (rule.misplaced, False),
            ):  # fmt: skip
                for _, piece in block.pieces(ids):
                    subject = block.subject[piece]
                    first, last = span.first_of(subject), span.last_of(subject)
                    # Without an end it may hold any later day.
                    days = block.days
                    held = (days.start_first[piece] <= last) & (days.end_last[piece] >= first)
                    held &= first <= last
                    if unrouted:
                        route = block.columns["route_concept_id"][piece]
                        held &= (route <= 0) | (route >= FIRST_OF_SITES)
                    found[subject.compress(held)] = True
        return found

    def _covered(self, absence: WindowAbsence) -> Flags:
        """Whose records of the window are all there."""
        if self.subjects.own_cuts is None:
            return self._covered_for_all(absence)
        return self._covered_for_all(absence) & ~self.after_own_cut(self._span_of(absence))

    def after_own_cut(self, span: WindowDays) -> Flags:
        """Whose window goes on after what the data can speak of her, if not of the dataset."""
        own = self.subjects.own_cuts
        if own is None:
            return np.zeros(len(self.subjects), np.bool_)
        return np.asarray(span.last > own, np.bool_)

    def _covered_for_all(self, absence: WindowAbsence) -> Flags:
        """As `_covered`, of the data cut of the dataset."""
        rule, table = absence.rule, absence.table
        if rule.rule == "always":
            return np.ones(len(self.subjects), np.bool_)
        if rule.rule == "explicit":
            return np.zeros(len(self.subjects), np.bool_)
        span = self._span_of(absence)
        if table in self.complete:
            covered = np.ones(len(self.subjects), np.bool_)
        else:
            covered = self.once(
                ("covered", absence.window, rule.rule, rule.days, table == "measurement"),
                lambda: covered_by(self.periods(), span, rule, self.subjects),
            )
        return covered if span.after_cut is None else covered & ~span.after_cut

    def _span_of(self, absence: WindowAbsence) -> WindowDays:
        # A record in another table than its concept's own is an event, wherever it lies.
        values = absence.table == "measurement" and absence.rule.rule != "always"
        return self.span_of_values(absence.window) if values else self.span(absence.window)


def read_records(
    reads: Iterable[Read],
    part: Part,
    subjects: Subjects,
    *,
    complete: frozenset[str],
    with_keys: bool = False,
    persons: Collection[int] | None = None,
    days: AskedDays | None = None,
) -> Records:
    """Fetch what some leaves read, each table once for each set of columns.

    Args:
        reads: as the leaves declare them.
        complete: tables in which a missing record means that nothing happened.
        persons: of the subjects, where they are few of the part; rows of others are not fetched.
        with_keys: also the key of each measurement, to name the record behind a reading.
        days: rows of other days need not come; they may when None.
    """
    reads = tuple(reads)
    needs = _blocks(reads, with_keys=with_keys)
    part = at_hand(
        part,
        {
            name: [(ids, columns_asked(TABLES[name], columns)) for ids, columns in blocks]
            for name, blocks in needs.items()
        },
        persons=persons,
        days=days,
    )
    wide = possible_days(
        part, {name: _codes(blocks) for name, blocks in needs.items()}, persons=persons
    )
    tables = {
        name: tuple(
            read_rows(part, TABLES[name], ids, columns, subjects, persons=persons, imprecise=wide)
            for ids, columns in blocks
        )
        for name, blocks in needs.items()
        if name != _PERIODS
    }
    kinds = kinds_as_columns(part.kinds, _own_units(reads))
    return Records(subjects, part, tables, kinds, complete, persons)


def _codes(blocks: Iterable[Block]) -> frozenset[int] | None:
    """The codes of some blocks; None for all."""
    found = frozenset[int]()
    for ids, _ in blocks:
        if ids is None:
            return None
        found |= ids
    return found


def _own_units(reads: Iterable[Read]) -> frozenset[str]:
    return frozenset(unit for read in reads for unit in read.own_units)


def _blocks(reads: Iterable[Read], *, with_keys: bool) -> Mapping[str, list[Block]]:
    """For each table the codes that are read with the same columns, and those columns.

    Few leaves need the limits of normal of few measures: nobody fetches them for all. Other tables
    are small and are read as one.
    """
    every: dict[str, set[str]] = {_PERIODS: set()}
    of_code: dict[int, set[str]] = {}
    codes: dict[str, set[int] | None] = {_PERIODS: None}
    for read in reads:
        if read.table == "attestation":
            continue
        if read.table == "measurement" and read.ids is not None:
            for code in read.ids:
                of_code.setdefault(code, set()).update(read.columns)
            continue
        every.setdefault(read.table, set()).update(read.columns)
        if read.ids is None:
            codes[read.table] = None
        elif (wanted := codes.setdefault(read.table, set())) is not None:
            wanted.update(read.ids)
    blocks: dict[str, list[Block]] = {}
    for name, columns in every.items():
        ids = codes[name]
        blocks[name] = [(None if ids is None else frozenset(ids), frozenset(columns))]
    grouped: dict[frozenset[str], set[int]] = {}
    for code, columns in of_code.items():
        grouped.setdefault(frozenset(columns | ({ROW} if with_keys else set())), set()).add(code)
    if grouped:
        blocks["measurement"] = [(frozenset(ids), columns) for columns, ids in grouped.items()]
    return blocks
