"""What some leaves read of one part, for some subjects: fetched once, then asked often."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
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
    one_of,
)
from remit.criteria.columns.printed import Printed, printed_in
from remit.criteria.columns.read_blocks import (
    PERIODS,
    blocks_of,
    codes_of_blocks,
    own_units,
)
from remit.criteria.columns.rows import (
    Array,
    Rows,
    columns_asked,
    read_rows,
    rows_of_blocks,
)
from remit.criteria.columns.several_subjects import (
    RepeatedTables,
    SeveralSubjects,
    people_of,
    several_subjects,
)
from remit.criteria.columns.subjects import Subjects, WindowDays
from remit.criteria.dates import Window
from remit.criteria.readings import FIRST_OF_SITES, Read, Value, WindowAbsence
from remit.facts.arrays import Days
from remit.facts.asked_days import AskedDays
from remit.facts.imprecise_dates import possible_days
from remit.facts.reading import Part, at_hand
from remit.facts.selection import chosen, kept, taken
from remit.facts.tables import TABLES
from remit.truth import Reason

_T = TypeVar("_T")
_HELD = 6
UNSAID = (0,)  # routes: none that anybody knows


@dataclass(frozen=True, slots=True)
class Records:
    """The rows of one part for some subjects.

    What several leaves ask for is worked out once: `_rows` keeps what hangs on the records alone
    (the rows of a measure), `_known` what hangs on dates too (a window, its coverage), and
    `_recent` the few readings that were used last. One thread uses it.

    Attributes:
        tables: the rows of each, without observation periods: these are read when a leaf asks.
        own_units: units beside the closed table that the study of the leaves brings.
        persons: of the subjects, where they are few of the part; all when None.
        several: which subjects each person is; None where each is one.
        people: the rows of the persons themselves, where these are several subjects.
    """

    subjects: Subjects
    part: Part
    tables: Mapping[str, tuple[Rows, ...]]
    own_units: frozenset[str]
    complete: frozenset[str]
    persons: Collection[int] | None = None
    several: SeveralSubjects | None = None
    people: Records | None = None
    _first: dict[object, Days] = field(default_factory=dict, repr=False, compare=False)
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

    @property
    def kinds(self) -> Kinds:
        """What the numbers in the column `kind` of measurements stand for."""
        return self.once("kinds", lambda: kinds_as_columns(self.part.kinds, self.own_units))

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
            if self.people is not None and self.several is not None:
                self._rows[key] = self.several.rows(self.people.rows(table, ids))
            else:
                self._rows[key] = rows_of_blocks(self.tables[table], ids)
        return self._rows[key]

    def has_first_days(self, table: str) -> bool:
        """Whether `first_days` may be asked of a table: it is read as one, its days are known."""
        tables = self.tables if self.people is None else self.people.tables
        return len(tables[table]) == 1 and tables[table][0].bounds is None

    def first_days(
        self,
        table: str,
        ids: tuple[int, ...] | frozenset[int],
        *,
        routes: tuple[int, ...] | None = None,
    ) -> Days:
        """The first day on which a record of some codes begins, of each subject.

        It is all that a window without a beginning asks: a record that begins by its end, and
        whatever ends after its beginning, holds a day of it.

        Args:
            table: one that `has_first_days`.
            routes: by which records of a drug count, `UNSAID` for those that name none; by any when
                None.
        """
        key = table, ids, routes
        if key not in self._first:
            if self.people is not None and self.several is not None:
                found = self.people.first_days(table, ids, routes=routes)
                self._first[key] = taken(found, self.several.person)
            else:
                (rows,) = self.tables[table]
                count = len(self.subjects)
                self._first[key] = rows.first_days(ids, count, routed=_routed(routes))
        return self._first[key]

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
            who = self.subjects
            if self.several is not None:
                who = people_of(who, self.several)
            rows = read_rows(self.part, TABLES[PERIODS], None, (), who, persons=self.persons)
            periods = periods_of(merged(rows.subject, rows.start, rows.end), len(who))
            several = self.several
            self._periods[None] = periods if several is None else several.periods(periods)
        return self._periods[None]

    def for_subjects(self, subjects: Subjects, reads: Iterable[Read] | None = None) -> Records:
        """The same records for the same persons with other dates.

        Args:
            reads: of another study, whose own units count then; those of before when None.
        """
        own = self.own_units if reads is None else own_units(reads)
        return replace(self, subjects=subjects, own_units=own, _known={}, _recent=OrderedDict())

    def with_tables(self, tables: Mapping[str, Rows]) -> Records:
        """The same subjects with other rows of some tables."""
        return replace(
            self,
            tables={**self.tables, **{name: (rows,) for name, rows in tables.items()}},
            people=None,
            _first={},
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
        asked = (rule.unresolved, None), (rule.unrouted, UNSAID), (rule.misplaced, None)
        if absence.window.start is None and self.has_first_days(absence.table):
            for ids, routes in asked:
                if ids:
                    found |= self.first_days(absence.table, ids, routes=routes) <= span.last
            return found
        for block in self.tables[absence.table]:
            for ids, routes in asked:
                for _, piece in block.pieces(ids):
                    subject = block.subject[piece]
                    first, last = span.first_of(subject), span.last_of(subject)
                    # Without an end it may hold any later day.
                    days = block.days
                    held = (days.start_first[piece] <= last) & (days.end_last[piece] >= first)
                    held &= first <= last
                    if routes is not None:
                        held &= _unsaid(block.columns["route_concept_id"][piece])
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
    needs = blocks_of(reads, with_keys=with_keys)
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
        part, {name: codes_of_blocks(blocks) for name, blocks in needs.items()}, persons=persons
    )
    several = several_subjects(subjects)
    who = subjects if several is None else people_of(subjects, several)
    tables = {
        name: tuple(
            read_rows(part, TABLES[name], ids, columns, who, persons=persons, imprecise=wide)
            for ids, columns in blocks
        )
        for name, blocks in needs.items()
        if name != PERIODS
    }
    found = Records(who, part, tables, own_units(reads), complete, persons)
    if several is None:
        return found
    repeated = RepeatedTables(tables, several)
    return replace(found, subjects=subjects, tables=repeated, several=several, people=found)


def _routed(routes: tuple[int, ...] | None) -> Callable[[Array], Flags] | None:
    """By which routes the records of a drug count; by any when None."""
    if routes is None:
        return None
    return _unsaid if routes == UNSAID else partial(one_of, ids=routes)


def _unsaid(route: Array) -> Flags:
    """Which records do not say by which route a drug was taken."""
    return np.asarray((route <= 0) | (route >= FIRST_OF_SITES), np.bool_)
