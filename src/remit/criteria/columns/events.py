"""Leaves that ask for events: whether there was one, with others at the same time, and how many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.candidates import candidates
from remit.criteria.columns.gathered import count_codes, count_of_records_codes
from remit.criteria.columns.logic import MET_CODE, NOT_MET_CODE, LeafCodes
from remit.criteria.columns.numbers import Flags
from remit.criteria.columns.picks import (
    absent_codes,
    coded_codes,
    inside,
    one_of,
    with_no_anchor,
    with_no_latest,
)
from remit.criteria.columns.records import Records
from remit.criteria.columns.rows import ROW, Rows, at_places, merged_order
from remit.criteria.columns.several_subjects import paired
from remit.criteria.columns.subjects import WindowDays
from remit.criteria.leaves import AttributeIn, CountTest, Exists
from remit.criteria.readings import Events
from remit.facts.arrays import LAST_DAY, NO_DAY, Days
from remit.facts.reading import PLACE
from remit.facts.selection import chosen, taken
from remit.truth import Reason

Whole = npt.NDArray[np.int64]
Course = Literal["episode", "chronic", "one day"]


@dataclass(frozen=True, slots=True)
class Happened:
    """Events of subjects: the days that each certainly holds and those that it may hold.

    Attributes:
        start: the first day, the earliest where it is not exactly known; `latest_start` the latest.
        certain, possible: the last day; `LAST_DAY` where it goes on.
        open: which lie on days that are not exactly known; None: none does.
    """

    subject: npt.NDArray[np.int64]
    start: Days
    latest_start: Days
    certain: Days
    possible: Days
    open: Flags | None = None

    def where(self, kept: Flags) -> Happened:
        at = np.flatnonzero(kept)
        if len(at) == len(kept):
            return self
        start, possible = self.start.take(at), self.possible.take(at)
        one_day = self.latest_start is self.start
        return Happened(
            self.subject.take(at),
            start,
            start if one_day else self.latest_start.take(at),
            possible if self.certain is self.possible else self.certain.take(at),
            possible,
            None if self.open is None else self.open.take(at),
        )

    @property
    def on_known_days(self) -> Happened:
        """Those whose days are all exactly known."""
        return self if self.open is None else self.where(~self.open)


def happened(events: Events, records: Records, span: WindowDays | None = None) -> Happened:
    """The events of a concept that the subjects' records hold.

    Args:
        span: only those that may hold a day of their subject's window; all when None.
    """
    table = records.table(events.table)
    pieces = []
    for course, piece in _alike(table, events):
        at: slice | Whole = piece
        if span is not None and table.bounds is None:
            # Before anything is made of the rows: most of them lie elsewhere.
            at = _in_span(table, piece, span, one_day=course == "one day")
        if course == "one day":
            found = _begun(table, at)
        else:
            found = _happened(table, at, chronic=course == "chronic")
        if events.routes:
            routes = at_places(table.columns["route_concept_id"], at)
            found = found.where(one_of(routes, events.routes))
        if span is not None and table.bounds is not None:
            found = found.where(_in_window(found, span, certainly=False))
        pieces.append(found)
    if len(pieces) == 1:
        return pieces[0]
    if not pieces:
        none = np.zeros(0, np.int32)
        return Happened(np.zeros(0, np.int64), none, none, none, none)
    subject = np.concatenate([piece.subject for piece in pieces])
    names = ("start", "latest_start", "certain", "possible")
    start, latest_start, certain, possible = (
        np.concatenate([getattr(piece, name) for piece in pieces]) for name in names
    )
    opened = [piece.open for piece in pieces if piece.open is not None]
    open_ = np.concatenate(opened) if opened else None
    return Happened(subject, start, latest_start, certain, possible, open_)


def _alike(table: Rows, events: Events) -> list[tuple[Course, slice]]:
    """The rows of some codes by their course; codes side by side of one course are one piece."""
    chronic, first_day = frozenset(events.chronic_ids), frozenset(events.first_day_ids)
    found: list[tuple[Course, slice]] = []
    for code, piece in table.pieces(events.ids):
        course: Course = "chronic" if code in chronic else "episode"
        course = "one day" if code in first_day else course
        if found and found[-1][0] == course and found[-1][1].stop == piece.start:
            piece = slice(found.pop()[1].start, piece.stop)
        found.append((course, piece))
    return found


def _in_span(table: Rows, piece: slice, span: WindowDays, *, one_day: bool) -> Whole:
    """The rows of a piece, of known days, that may hold a day of their subject's window."""
    subject, start = table.subject[piece], table.start[piece]
    end = start if one_day else table.end[piece]
    held = start <= span.last_of(subject)
    held &= end >= span.first_of(subject)
    at = np.flatnonzero(held)
    who = subject.take(at)
    at += piece.start
    some = np.asarray(span.first_of(who) <= span.last_of(who))
    return at if some.all() else at.compress(np.broadcast_to(some, len(at)))


def _happened(table: Rows, piece: slice | Whole, *, chronic: bool) -> Happened:
    """The events of one course."""
    subject = at_places(table.subject, piece)
    start, end = at_places(table.start, piece), at_places(table.end, piece)
    if table.bounds is None:
        certain = end if chronic else chosen(end == LAST_DAY, start, end)
        return Happened(subject, start, start, certain, end)
    days = table.bounds.take(piece)
    certain = days.end_first
    if not chronic:
        # Without an end only the first day is certain, and that is no later than its earliest.
        certain = chosen(end == LAST_DAY, days.start_first, certain)
    return Happened(subject, days.start_first, days.start_last, certain, days.end_last, days.open)


def _begun(table: Rows, piece: slice | Whole) -> Happened:
    """The events of one course, each on its first day alone."""
    subject = at_places(table.subject, piece)
    start = at_places(table.start, piece)
    if table.bounds is None:
        return Happened(subject, start, start, start, start)
    days = table.bounds.take(piece)
    first, last = days.start_first, days.start_last
    return Happened(subject, first, last, first, last, first != last)


def _in_window(found: Happened, span: WindowDays, *, certainly: bool) -> Flags:
    """Which events certainly (or possibly) hold a day of their subject's window."""
    first, last = span.first_of(found.subject), span.last_of(found.subject)
    start, end = _days_of(found, certainly=certainly)
    return (start <= last) & (end >= first) & (first <= last)


def _days_of(found: Happened, *, certainly: bool) -> tuple[Days, Days]:
    """Between which days each event lies at least, or at most.

    An event on an unknown day of a year holds no day for sure. Yet it touches a window for sure
    where its latest start and its earliest end say so, as those of a known event do.
    """
    return (found.latest_start, found.certain) if certainly else (found.start, found.possible)


def exists_codes(leaf: Exists, records: Records) -> LeafCodes:
    """Whether there was an event in the window, beside one of each other kind."""
    span = records.span(leaf.window)
    codes = absent_codes(records.doubts(leaf.absences), NOT_MET_CODE)
    if leaf.window.start is None and not leaf.overlapping:
        events = leaf.events
        if records.has_first_days(events.table):
            first = records.first_days(events.table, events.ids, routes=events.routes or None)
            return with_no_anchor(chosen(first <= span.last, np.int8(MET_CODE), codes), span)
    found = happened(leaf.events, records, span)
    others = [happened(events, records, span) for events in leaf.overlapping]
    sure = _in_window(found, span, certainly=True)
    for other in others:
        sure &= _shares_a_day(found, other, span, certainly=True)
    maybe = found.where(_possible(found, others, span)) if others else found
    codes[maybe.subject] = Reason.NO_END_DATE
    for each in (maybe, *others):
        if each.open is not None:
            on_open_day = np.zeros(len(codes), np.bool_)
            on_open_day[each.subject.compress(each.open)] = True
            codes[maybe.subject.compress(on_open_day.take(maybe.subject))] = Reason.IMPRECISE_DATE
    codes[found.subject.compress(sure)] = MET_CODE
    return with_no_anchor(codes, span)


def _possible(found: Happened, others: Sequence[Happened], span: WindowDays) -> Flags:
    """Which events of the windows may share a day with one of each other kind."""
    open_ = np.ones(len(found.subject), np.bool_)
    for other in others:
        open_ &= _shares_a_day(found, other, span, certainly=False)
    return open_


def _shares_a_day(found: Happened, other: Happened, span: WindowDays, *, certainly: bool) -> Flags:
    """Which events share a day of the window with another event of the same subject."""
    left, right = same_subject(found.subject, other.subject, len(span.first))
    start, end = _days_of(found, certainly=certainly)
    other_start, other_end = _days_of(other, certainly=certainly)
    first = np.maximum(start, span.first_of(found.subject)).take(left)
    last = np.minimum(end, span.last_of(found.subject)).take(left)
    shares = (other_start.take(right) <= last) & (other_end.take(right) >= first)
    if certainly and not (found.open is None and other.open is None):
        # Whatever their days: each touches the window, and each the other.
        shares &= _in_window(other, span, certainly=True).take(right)
    else:
        shares &= first <= last
    held = np.zeros(len(found.subject), np.bool_)
    held[left.compress(shares)] = True
    return held


def same_subject(
    subject: npt.NDArray[np.int64], other: npt.NDArray[np.int64], count: int
) -> tuple[Whole, Whole]:
    """Each row with each row of another column that is of the same subject: places in both.

    Args:
        count: of subjects.
    """
    number = np.bincount(other, minlength=count)
    if number.max(initial=0) <= 1:
        # One row a subject at most: nothing is to be ordered or repeated.
        place = np.full(count, -1, np.int64)
        place[other] = np.arange(len(other))
        right = taken(place, subject)
        left = np.flatnonzero(right >= 0)
        return left, right.take(left)
    order = None
    if (other[1:] < other[:-1]).any():
        order = np.argsort(other, kind="stable")
    begin = np.cumsum(number) - number
    left, right = paired(taken(begin, subject), taken(number, subject))
    return left, right if order is None else order.take(right)


def count_test_codes(leaf: CountTest, records: Records) -> LeafCodes:
    """How many events, or records of a measure, the window holds."""
    if not isinstance(leaf.counted, Events):
        return count_of_records_codes(leaf, records)
    span = records.span(leaf.window)
    found = happened(leaf.counted, records)
    count = len(records.subjects)
    least, most = (
        np.bincount(found.subject[_in_window(found, span, certainly=sure)], minlength=count)
        for sure in (True, False)
    )
    doubts = records.doubts(leaf.absences)
    open_ = None
    if found.open is not None:
        exact = found.on_known_days
        ends = (
            np.bincount(exact.subject[_in_window(exact, span, certainly=sure)], minlength=count)
            for sure in (True, False)
        )
        open_ = (most > least) & (most - least > -np.subtract(*ends))
    return with_no_anchor(count_codes(leaf, least, most, doubts, open_=open_), span)


def attribute_codes(leaf: AttributeIn, records: Records) -> LeafCodes:
    """The coded value that was recorded for the latest procedure of the window."""
    span = records.span(leaf.window)
    procedures = records.rows(leaf.events.table, leaf.events.ids)
    if leaf.events.routes:
        routed = one_of(procedures.columns["route_concept_id"], leaf.events.routes)
        procedures = procedures.take(np.flatnonzero(routed))
    every = procedures
    procedures = procedures.take(np.flatnonzero(inside(procedures, span)))
    count = len(records.subjects)
    latest = _latest_row(procedures, count)
    there = np.zeros(count, np.bool_)
    there[procedures.subject] = True
    values = _attributes(leaf, records, latest, there)
    codes = np.full(count, Reason.NO_DATA, np.int8)
    codes[values.subject] = coded_codes(
        values.columns["value_as_concept_id"], leaf.accepted, leaf.known
    )
    if values.bounds is not None:
        several = np.bincount(values.subject, minlength=count) > 1
        on_open = values.subject.compress(values.bounds.open_start)
        codes[on_open.compress(several.take(on_open))] = Reason.IMPRECISE_DATE
    absent = absent_codes(records.doubts(leaf.absences), NOT_MET_CODE)
    found = chosen(there, with_no_latest(codes, span), absent)
    if every.bounds is not None:
        every = every.take(_by_subject_day_and_row(every))
        open_ = candidates(every, span)
        if open_ is not None:
            found[open_.unsettled(every.subject)] = Reason.IMPRECISE_DATE
    return with_no_anchor(found, span)


def _latest_row(procedures: Rows, count: int) -> Whole:
    """The key of each subject's latest row, the highest of a day; -1 where there is none.

    Args:
        procedures: in the order of subjects and days.
    """
    subject, start, row = procedures.subject, procedures.start, procedures.columns[ROW]
    last_day = np.full(count, NO_DAY, np.int32)
    last_day[subject] = start  # the last one stays
    at = np.flatnonzero(taken(last_day, subject) == start)
    latest = np.full(count, -1, np.int64)
    who, rows = subject.take(at), np.asarray(row.take(at), np.int64)
    latest[who] = rows
    if (who[1:] == who[:-1]).any():
        np.maximum.at(latest, who, rows)
    return latest


def _by_subject_day_and_row(rows: Rows) -> npt.NDArray[np.intp]:
    keys = rows.subject, rows.start, rows.columns[ROW]
    # From the last key to the first: whether each row comes after the one before it.
    rises = np.ones(max(len(rows) - 1, 0), np.bool_)
    for key in reversed(keys):
        rises = (key[1:] > key[:-1]) | ((key[1:] == key[:-1]) & rises)
    return np.arange(len(rows)) if rises.all() else np.lexsort(keys[::-1])


def _attributes(leaf: AttributeIn, records: Records, latest: Whole, there: Flags) -> Rows:
    """The values of the chosen procedures, ordered so that the last of a subject is the latest."""
    rows = records.rows("measurement", leaf.ids)
    asked = latest.take(rows.subject)
    of_latest = there.take(rows.subject) & (rows.columns["measurement_event_id"] == asked)
    rows = rows.take(np.flatnonzero(of_latest))
    return rows.take(merged_order(rows.subject, rows.columns[PLACE]))
