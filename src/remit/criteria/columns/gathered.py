"""Leaves that ask all records of a measure: some, every, twice, how many."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.coverage import SHIFT
from remit.criteria.columns.logic import MET_CODE, NOT_MET_CODE, LeafCodes
from remit.criteria.columns.numbers import Flags, Whole, compared
from remit.criteria.columns.picks import absent_codes, inside, with_no_anchor
from remit.criteria.columns.printed import codes_of_rows
from remit.criteria.columns.records import Records
from remit.criteria.columns.rows import Rows
from remit.criteria.dates import Duration
from remit.criteria.leaves import CountTest, Quantified
from remit.criteria.readings import Operator
from remit.facts.selection import chosen
from remit.truth import Reason

_NONE = np.int8(99)  # above every reason


def quantified_codes(leaf: Quantified, records: Records) -> LeafCodes:
    """Some (or every) record in the window passes, or a pair that confirms each other."""
    span = records.span_of_values(leaf.window)
    rows = records.rows("measurement", leaf.measure.ids)
    bounds = rows.bounds
    if bounds is None:
        return _codes_of_held(leaf, records, rows.take(np.flatnonzero(inside(rows, span))))
    possible = bounds.possibly_begin_in(rows.subject, span)
    known = possible & ~bounds.open_start
    open_ = rows.take(np.flatnonzero(possible & bounds.open_start))
    if leaf.gap is not None:
        return _pairs_on_open_days(leaf, records, rows.take(np.flatnonzero(known)), open_)
    surely = known | (possible & bounds.surely_begin_in(rows.subject, span))
    least, most = (
        _codes_of_held(leaf, records, rows.take(np.flatnonzero(held)))
        for held in (surely, possible)
    )
    return np.where(least == most, least, np.int8(Reason.IMPRECISE_DATE)).astype(np.int8)


def _pairs_on_open_days(leaf: Quantified, records: Records, known: Rows, open_: Rows) -> LeafCodes:
    """Pairs of records on known days, where others lie on open ones: these may make or unmake one.

    A pair on known days stays one. Records that fail add nothing to a "no".
    """
    codes = _codes_of_held(leaf, records, known)
    count = len(codes)
    failing = codes_of_rows(open_, records.kinds, leaf.measure, leaf.test) == NOT_MET_CODE
    open_to_all = _any_of(open_.subject, count)
    may_pass = _any_of(open_.subject.compress(~failing), count)
    missing = records.span_of_values(leaf.window).missing
    settled = (codes == MET_CODE) | ~open_to_all | ((codes == NOT_MET_CODE) & ~may_pass)
    if missing is not None:
        settled |= missing
    return np.where(settled, codes, np.int8(Reason.IMPRECISE_DATE)).astype(np.int8)


def _codes_of_held(leaf: Quantified, records: Records, rows: Rows) -> LeafCodes:
    """The codes from the rows of the windows."""
    span = records.span_of_values(leaf.window)
    codes = codes_of_rows(rows, records.kinds, leaf.measure, leaf.test)
    count = len(records.subjects)
    recorded = _any_of(rows.subject, count)
    why = np.full(count, _NONE, np.int8)
    undecided = np.flatnonzero(codes > NOT_MET_CODE)
    np.minimum.at(why, rows.subject.take(undecided), codes.take(undecided))
    doubts = records.doubts(leaf.absences)
    met, failed = codes == MET_CODE, codes == NOT_MET_CODE
    if leaf.gap is None:
        decisive, otherwise = (failed, MET_CODE) if leaf.every else (met, NOT_MET_CODE)
        decided = NOT_MET_CODE if leaf.every else MET_CODE
        found = absent_codes(doubts, otherwise)
        found = chosen(recorded, found, np.int8(Reason.NO_DATA))
        found = chosen(why < _NONE, why, found)
        found[rows.subject.compress(decisive)] = decided
        return with_no_anchor(found, span)
    pair, alone = _confirmed(rows.subject, rows.start, met, leaf.gap, count)
    found = absent_codes(doubts, NOT_MET_CODE)
    found = chosen(alone, np.int8(Reason.UNCONFIRMED), found)
    found = chosen(recorded, found, np.int8(Reason.NO_DATA))
    found = chosen(why < _NONE, why, found)
    found = chosen(pair, np.int8(MET_CODE), found)
    return with_no_anchor(found, span)


def _any_of(subject: npt.NDArray[np.int64], count: int) -> Flags:
    found = np.zeros(count, np.bool_)
    found[subject] = True
    return found


def _confirmed(
    subject: npt.NDArray[np.int64],
    day: npt.NDArray[np.int32],
    passes: Flags,
    gap: tuple[Duration, Duration],
    count: int,
) -> tuple[Flags, Flags]:
    """Who has two passing records so far apart; who has one that no record could confirm."""
    shortest, longest = gap[0].days, gap[1].days
    assert shortest is not None, "binding allows days and weeks only"
    assert longest is not None, "binding allows days and weeks only"
    key = (subject << SHIFT) + day
    key.sort()
    of_passing = (subject[passes] << SHIFT) + day[passes]
    order = np.argsort(of_passing, kind="stable")
    of_passing, who = of_passing[order], subject[passes][order]

    def between(keys: npt.NDArray[np.int64], first: int, last: int) -> npt.NDArray[np.int64]:
        return np.searchsorted(keys, of_passing + last, "right") - np.searchsorted(
            keys, of_passing + first, "left"
        )

    itself = int(shortest == 0)
    confirms = between(of_passing, -longest, -shortest) > itself
    others = between(key, -longest, -shortest) + between(key, shortest, longest) - 2 * itself
    return _any_of(who[confirms], count), _any_of(who[others == 0], count)


def count_of_records_codes(leaf: CountTest, records: Records) -> LeafCodes:
    """How many records of a measure the window holds."""
    span = records.span_of_values(leaf.window)
    rows = records.rows("measurement", leaf.counted.ids)
    number = _number_of(rows, inside(rows, span), records)
    doubts = records.doubts(leaf.absences)
    bounds = rows.bounds
    if bounds is None:
        return with_no_anchor(count_codes(leaf, number, number, doubts), span)
    possible = bounds.possibly_begin_in(rows.subject, span)
    surely = possible & bounds.surely_begin_in(rows.subject, span)
    least, most = (_number_of(rows, held, records) for held in (surely, possible))
    return with_no_anchor(count_codes(leaf, least, most, doubts, open_=most > least), span)


def _number_of(rows: Rows, held: Flags, records: Records) -> npt.NDArray[np.int64]:
    return np.bincount(rows.subject.compress(held), minlength=len(records.subjects))


def count_codes(
    leaf: CountTest,
    least: npt.NDArray[np.int64],
    most: npt.NDArray[np.int64],
    doubts: LeafCodes,
    *,
    open_: Flags | None = None,
) -> LeafCodes:
    """Codes of a number between `least` and `most`, without limit where absence is in doubt.

    Args:
        open_: where days that are not exactly known set the two apart.
    """
    covered = doubts == 0
    low, high = _compared(least, leaf), _compared(most, leaf)
    if leaf.operator in {">", ">="}:
        met, failed = low, covered & ~high
    elif leaf.operator in {"<", "<="}:
        met, failed = covered & high, ~low
    else:
        met = covered & low & high
        apart = _compared(least, leaf, ">") | (covered & _compared(most, leaf, "<"))
        # No whole number is 1.5; and one that lies between two possible ones is none of them.
        failed = apart | (leaf.number.denominator > 1)
    found = chosen((most > least) | covered, np.int8(Reason.NO_END_DATE), doubts)
    if open_ is not None:
        found = chosen(open_, np.int8(Reason.IMPRECISE_DATE), found)
    found = chosen(failed, np.int8(NOT_MET_CODE), found)
    return chosen(met, np.int8(MET_CODE), found)


def _compared(number: Whole, leaf: CountTest, operator: Operator | None = None) -> Flags:
    scaled = number * leaf.number.denominator
    return compared(scaled, operator or leaf.operator, leaf.number.numerator)
