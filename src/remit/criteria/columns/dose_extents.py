"""Doses whose first or last day is not exactly known: the extents that they may have.

An amount rises with the days that eras hold, and the doubt about it with the days that exposures
hold and eras do not. So four extents bound all others: eras at their least and at their most,
beside exposures at either. What all four answer, every choice of days answers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.logic import LeafCodes
from remit.criteria.columns.records import Records
from remit.criteria.columns.rows import Rows
from remit.criteria.readings import Dose
from remit.truth import Reason

Flags = npt.NDArray[np.bool_]
_TABLES = ("dose_era", "drug_exposure")


def possible_extents(records: Records) -> tuple[Records, ...]:
    """The records with each of the four extents; as they are where every day is known."""
    if all(rows.bounds is None for name in _TABLES for rows in records.tables.get(name, ())):
        return (records,)
    return records.once("extents", lambda: _extents(records))


def _extents(records: Records) -> tuple[Records, ...]:
    eras, exposures = (records.table(name) for name in _TABLES)
    return tuple(
        records.with_tables(dict(zip(_TABLES, (era, exposure), strict=True)))
        for era in _least_and_most(eras)
        for exposure in _least_and_most(exposures)
    )


def _least_and_most(rows: Rows) -> tuple[Rows, Rows]:
    """The rows with the days that each holds for sure, and with those that it may hold."""
    days = rows.bounds
    if days is None:
        return rows, rows
    return (
        rows.between(days.start_last, days.end_first),
        rows.between(days.start_first, days.end_last),
    )


def agreed_codes(found: Sequence[LeafCodes]) -> LeafCodes:
    """The code that all extents give; unknown where they differ."""
    first, *others = found
    for other in others:
        first = np.where(first == other, first, np.int8(Reason.IMPRECISE_DATE)).astype(np.int8)
    return first


def changes_in(dose: Dose, records: Records) -> tuple[Flags, Flags]:
    """Whose dose changes within the window for sure, and whose may; shape (subjects,) each.

    A change lies on no day that all extents share: an era may begin between two days neither of
    which lies in the window.
    """
    span, table = records.span(dose.window), records.table("dose_era")
    sure, may = (np.zeros(len(records.subjects), np.bool_) for _ in range(2))
    days = table.days
    for part in dose.ingredients:
        for _, piece in table.pieces(part.ids):
            subject = table.subject[piece]
            first, last = span.first.take(subject), span.last.take(subject)
            of = days.take(piece)
            for begin, end, from_, until in (
                (of.start_first, of.start_last, first + 1, last),
                (of.end_first, of.end_last, first, last - 1),
            ):
                may[subject.compress(np.maximum(begin, from_) <= np.minimum(end, until))] = True
                sure[subject.compress((begin >= from_) & (end <= until))] = True
    return sure, may
