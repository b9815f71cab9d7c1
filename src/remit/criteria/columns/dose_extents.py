"""Doses whose first or last day is not exactly known: the extents that they may have.

An amount rises with the days that eras hold, and the doubt about it with the days that exposures
hold and eras do not. So four extents bound all others: eras at their least and at their most,
beside exposures at either. What all four answer, every choice of days answers. An exposure
and an era that were made of one statement have their days together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.logic import LeafCodes
from remit.criteria.columns.records import Records
from remit.criteria.columns.rows import Rows
from remit.criteria.readings import Dose
from remit.truth import Reason

Flags = npt.NDArray[np.bool_]
_TABLES = ("dose_era", "drug_exposure")
_Which = Literal["least", "most"]
_ENDS: Mapping[_Which, tuple[str, str]] = {
    "least": ("start_last", "end_first"),
    "most": ("start_first", "end_last"),
}


def possible_extents(records: Records) -> tuple[Records, ...]:
    """The records with each of the four extents; as they are where every day is known."""
    if all(rows.bounds is None for name in _TABLES for rows in records.tables.get(name, ())):
        return (records,)
    return records.once("extents", lambda: _extents(records))


def _extents(records: Records) -> tuple[Records, ...]:
    eras, exposures = (records.table(name) for name in _TABLES)
    together = _with_an_era(exposures, eras)
    return tuple(
        records.with_tables(
            {
                "dose_era": _on_days(eras, eras_at),
                "drug_exposure": _on_days(exposures, exposures_at, others=(together, eras_at)),
            }
        )
        for eras_at in _ENDS
        for exposures_at in _ENDS
    )


def _on_days(rows: Rows, which: _Which, *, others: tuple[Flags, _Which] | None = None) -> Rows:
    """The rows with the days that each holds for sure, or with those that it may hold.

    Args:
        others: rows for which the other is asked.
    """
    days = rows.bounds
    if days is None:
        return rows
    start, end = (getattr(days, name) for name in _ENDS[which])
    if others is not None:
        where, of = others
        start, end = (
            np.where(where, getattr(days, name), own)
            for name, own in zip(_ENDS[of], (start, end), strict=True)
        )
    return rows.between(start, end)


def _with_an_era(exposures: Rows, eras: Rows) -> Flags:
    """Which exposures on open days have an era of the drug with the same possible days.

    Both come from one statement: they begin and end together, whichever their days are.
    """
    found = np.zeros(len(exposures), np.bool_)
    if exposures.bounds is not None and eras.bounds is not None:
        known = {key for _, key in _open_keys(eras)}
        found[[place for place, key in _open_keys(exposures) if key in known]] = True
    return found


def _open_keys(rows: Rows) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The place of each row on open days, with its code, subject and possible days."""
    days = rows.days
    at = np.flatnonzero(days.open)
    code = np.repeat(rows.codes, np.diff(rows.edges))
    columns = (code, rows.subject, *(getattr(days, part.name) for part in fields(days)))
    keys = zip(*(column[at].tolist() for column in columns), strict=True)
    return zip(at.tolist(), keys, strict=True)


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
            first, last = span.first_of(subject), span.last_of(subject)
            of = days.take(piece)
            for begin, end, from_, until in (
                (of.start_first, of.start_last, first + 1, last),
                (of.end_first, of.end_last, first, last - 1),
            ):
                may[subject.compress(np.maximum(begin, from_) <= np.minimum(end, until))] = True
                sure[subject.compress((begin >= from_) & (end <= until))] = True
    return sure, may
