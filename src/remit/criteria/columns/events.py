"""Leaves that ask for events: whether there was one, with others at the same time, and how many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
from remit.criteria.columns.rows import ROW, Rows, merged_order
from remit.criteria.columns.subjects import WindowDays
from remit.criteria.leaves import AttributeIn, CountTest, Exists
from remit.criteria.readings import Events
from remit.facts.arrays import LAST_DAY, Days
from remit.facts.reading import PLACE
from remit.facts.selection import chosen
from remit.truth import Reason

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Happened:
    """Events of subjects: the days that each certainly holds and those that it may hold.

    Attributes:
        certain, possible: the last day; `LAST_DAY` where it goes on.
    """

    subject: npt.NDArray[np.int32]
    start: Days
    certain: Days
    possible: Days

    def where(self, kept: Flags) -> Happened:
        at = np.flatnonzero(kept)
        columns = (self.subject, self.start, self.certain, self.possible)
        return Happened(*(column.take(at) for column in columns))


def happened(events: Events, records: Records) -> Happened:
    """All events of a concept that the subjects' records hold."""
    table = records.table(events.table)
    chronic = frozenset(events.chronic_ids)
    pieces = []
    for code, piece in table.pieces(events.ids):
        end = table.end[piece]
        certain = end
        if code not in chronic:
            certain = chosen(end == LAST_DAY, table.start[piece], end)
        found = Happened(table.subject[piece], table.start[piece], certain, end)
        if events.routes:
            found = found.where(one_of(table.columns["route_concept_id"][piece], events.routes))
        pieces.append(found)
    if len(pieces) == 1:
        return pieces[0]
    empty = np.zeros(0, np.int32)
    return Happened(
        *(
            np.concatenate([getattr(piece, name) for piece in pieces]) if pieces else empty
            for name in ("subject", "start", "certain", "possible")
        )
    )


def _in_window(found: Happened, span: WindowDays, *, certainly: bool) -> Flags:
    """Which events certainly (or possibly) hold a day of their subject's window."""
    first, last = span.first.take(found.subject), span.last.take(found.subject)
    end = found.certain if certainly else found.possible
    return (found.start <= last) & (end >= first) & (first <= last)


def _within(found: Happened, span: WindowDays) -> Happened:
    """The events that may hold a day of their subject's window."""
    return found.where(_in_window(found, span, certainly=False))


def exists_codes(leaf: Exists, records: Records) -> LeafCodes:
    """Whether there was an event in the window, beside one of each other kind."""
    span = records.span(leaf.window)
    found = _within(happened(leaf.events, records), span)
    sure = _in_window(found, span, certainly=True)
    open_ = np.ones(len(sure), np.bool_)
    for events in leaf.overlapping:
        other = _within(happened(events, records), span)
        sure &= _shares_a_day(found, other, span, certainly=True)
        open_ &= _shares_a_day(found, other, span, certainly=False)
    codes = absent_codes(records.doubts(leaf.absences), NOT_MET_CODE)
    codes[found.subject.compress(open_)] = Reason.NO_END_DATE
    codes[found.subject.compress(sure)] = MET_CODE
    return with_no_anchor(codes, span)


def _shares_a_day(found: Happened, other: Happened, span: WindowDays, *, certainly: bool) -> Flags:
    """Which events share a day of the window with another event of the same subject."""
    left, right = same_subject(found.subject, other.subject, len(span.first))
    end = found.certain if certainly else found.possible
    other_end = other.certain if certainly else other.possible
    first = np.maximum(found.start, span.first.take(found.subject)).take(left)
    last = np.minimum(end, span.last.take(found.subject)).take(left)
    shares = (first <= last) & (other.start.take(right) <= last) & (other_end.take(right) >= first)
    held = np.zeros(len(found.subject), np.bool_)
    held[left.compress(shares)] = True
    return held


def same_subject(
    subject: npt.NDArray[np.int32], other: npt.NDArray[np.int32], count: int
) -> tuple[Whole, Whole]:
    """Each row with each row of another column that is of the same subject: places in both.

    Args:
        count: of subjects.
    """
    order = None
    if (other[1:] < other[:-1]).any():
        order = np.argsort(other, kind="stable")
    number = np.bincount(other, minlength=count)
    begin = np.cumsum(number) - number
    left, right = paired(begin.take(subject), number.take(subject))
    return left, right if order is None else order.take(right)


def paired(begin: Whole, count: Whole) -> tuple[Whole, Whole]:
    """Each left row with each of its right ones, which stand at `begin` and after it."""
    left = np.repeat(np.arange(len(count)), count)
    within = np.arange(len(left)) - np.repeat(np.cumsum(count) - count, count)
    return left, begin.take(left) + within


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
    return with_no_anchor(count_codes(leaf, least, most, doubts), span)


def attribute_codes(leaf: AttributeIn, records: Records) -> LeafCodes:
    """The coded value that was recorded for the latest procedure of the window."""
    span = records.span(leaf.window)
    procedures = records.rows(leaf.events.table, leaf.events.ids)
    held = inside(procedures, span)
    if leaf.events.routes:
        held &= one_of(procedures.columns["route_concept_id"], leaf.events.routes)
    procedures = procedures.take(np.flatnonzero(held))
    count = len(records.subjects)
    latest = np.full(count, -1, np.int64)
    ordered = procedures.take(_by_subject_day_and_row(procedures))
    latest[ordered.subject] = ordered.columns[ROW]  # the last one stays
    there = np.zeros(count, np.bool_)
    there[procedures.subject] = True
    values = _attributes(leaf, records, latest, there)
    codes = np.full(count, Reason.NO_DATA, np.int8)
    codes[values.subject] = coded_codes(
        values.columns["value_as_concept_id"], leaf.accepted, leaf.known
    )
    absent = absent_codes(records.doubts(leaf.absences), NOT_MET_CODE)
    return with_no_anchor(chosen(there, with_no_latest(codes, span), absent), span)


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
