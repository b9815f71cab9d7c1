"""Columns of readings: what is known of one quantity or finding of each subject.

A number is an interval and a category is a set of values, because both may be known in part: a
laboratory prints `<0.2`, a score with items that nobody assessed lies between two totals. What is
known decides where it can; where it cannot, `why` is the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from remit.criteria.readings import Operator
from remit.facts.arrays import EMPTY
from remit.facts.selection import chosen, kept
from remit.truth import Reason
from remit.units import zero_of

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.int8]

ScalarT = TypeVar("ScalarT", bound=np.generic)

MICRO = 1_000_000
LOWEST, HIGHEST = -(1 << 62), 1 << 62  # no bound
_FEW = 8  # up to this part of the rows are written one by one


def _with(array: npt.NDArray[ScalarT], rows: Whole, value: int | np.bool_) -> npt.NDArray[ScalarT]:
    """The array with one value in some rows; one that stands in every row already stays so."""
    if array.strides == (0,) and array[0] == value:
        return array
    found = array.copy()
    found[rows] = value
    return found


def _chosen(where: Flags, bound: int, ends: Whole) -> Whole:
    if ends.dtype == object:  # doses beyond 64 bits
        return np.where(where, bound, ends)
    return chosen(where, np.int64(bound), ends)


@dataclass(frozen=True, slots=True)
class Numbers:
    """One number a row, in the unit in which it was recorded; every array has shape (rows,).

    Attributes:
        low, high: the bounds, in millionths of the row's unit, less the zero of that unit (32 for
            Fahrenheit, else 0), so that a factor brings them to another; equal where exact.
        low_open, high_open: whether the bound itself is left out.
        units: the units that occur, by code; `unit` points into them, -1 where none was given and
            -2 where one was given that the closed table does not know.
        why: why the number is not exact (a `Reason`), 0 where it is.
        uln, lln: the record's own limits of normal in millionths of its unit; 0 where it has none.
        row: the key of the record, -1 where there is none. `day` its date (NaT).
        scale: the bounds are so many times the number (doses in equivalents need fractions).
        printed: the number as recorded, whatever its sign says; None where `low` or `high` is it.
    """

    low: Whole
    high: Whole
    low_open: Flags
    high_open: Flags
    units: tuple[str, ...]
    unit: npt.NDArray[np.int16]
    why: Bytes
    uln: Whole
    lln: Whole
    row: Whole
    day: npt.NDArray[np.datetime64]
    scale: int = 1
    printed: Whole | None = None

    def __len__(self) -> int:
        return len(self.low)

    @property
    def nothing_recorded(self) -> Flags:
        """Where nothing is known of any number, whatever its unit."""
        none = (Reason.NO_DATA, Reason.NO_VALUE, Reason.NO_ANCHOR, Reason.NOT_COVERED)
        return np.isin(self.why, none)

    def take(self, rows: Whole) -> Numbers:
        """The numbers of these rows; -1 gives no number, for the reason `no_anchor`."""
        if len(self) == 0:
            return no_numbers(len(rows), Reason.NO_ANCHOR)
        absent = rows < 0
        at = np.where(absent, 0, rows)
        return replace(
            self,
            low=np.where(absent, LOWEST, self.low[at]),
            high=np.where(absent, HIGHEST, self.high[at]),
            low_open=_picked(self.low_open, at, absent, np.bool_(0)),
            high_open=_picked(self.high_open, at, absent, np.bool_(0)),
            unit=self.unit[at],
            why=np.where(absent, np.int8(Reason.NO_ANCHOR), self.why[at]),
            uln=_picked(self.uln, at, absent, np.int64(0)),
            lln=_picked(self.lln, at, absent, np.int64(0)),
            row=_picked(self.row, at, absent, np.int64(-1)),
            day=np.where(absent, np.datetime64("NaT"), self.day[at]),
            printed=None if self.printed is None else self.printed[at],
        )

    def unknown_where(self, where: Flags, reason: Reason) -> Numbers:
        """The same, with nothing known of some rows."""
        rows = np.flatnonzero(where)
        if len(rows) == 0:
            return self
        if len(rows) * _FEW < len(self):
            return replace(
                self,
                low=_with(self.low, rows, LOWEST),
                high=_with(self.high, rows, HIGHEST),
                low_open=_with(self.low_open, rows, np.False_),
                high_open=_with(self.high_open, rows, np.False_),
                why=_with(self.why, rows, int(reason)),
            )
        return replace(
            self,
            low=_chosen(where, LOWEST, self.low),
            high=_chosen(where, HIGHEST, self.high),
            low_open=self.low_open & ~where,
            high_open=self.high_open & ~where,
            why=chosen(where, np.int8(reason), self.why),
        )

    @property
    def is_exact(self) -> Flags:
        return np.asarray((self.low == self.high) & (self.why == 0), np.bool_)

    @property
    def values(self) -> npt.NDArray[np.float64]:
        """The exact numbers in each row's unit, NaN where none is exact: for display only."""
        return np.where(self.is_exact, self.low / (MICRO * self.scale), np.nan)


def no_numbers(rows: int, reason: Reason = Reason.NO_DATA) -> Numbers:
    """A column of which nothing is known."""
    return Numbers(
        low=same_in_all(np.int64(LOWEST), rows),
        high=same_in_all(np.int64(HIGHEST), rows),
        low_open=same_in_all(np.bool_(0), rows),
        high_open=same_in_all(np.bool_(0), rows),
        units=(),
        unit=same_in_all(np.int16(-1), rows),
        why=same_in_all(np.int8(reason), rows),
        uln=same_in_all(np.int64(0), rows),
        lln=same_in_all(np.int64(0), rows),
        row=same_in_all(np.int64(-1), rows),
        day=same_in_all(np.datetime64("NaT", "D"), rows),
    )


def joined_numbers(columns: Sequence[Numbers]) -> Numbers:
    """The rows of some columns of one reading, one after the other."""
    if len(columns) == 1:
        return columns[0]
    units = tuple(dict.fromkeys(unit for column in columns for unit in column.units))
    place = {unit: number for number, unit in enumerate(units)}
    scales = {column.scale for column in columns}
    assert len(scales) == 1, "one reading has one scale"
    known = [np.array([*(place[u] for u in c.units), -2, -1], np.int16) for c in columns]
    printed = None
    if any(column.printed is not None for column in columns):
        printed = np.concatenate([c.low if c.printed is None else c.printed for c in columns])
    return Numbers(
        low=np.concatenate([column.low for column in columns]),
        high=np.concatenate([column.high for column in columns]),
        low_open=np.concatenate([column.low_open for column in columns]),
        high_open=np.concatenate([column.high_open for column in columns]),
        units=units,
        unit=np.concatenate([k[c.unit] for k, c in zip(known, columns, strict=True)]),
        why=np.concatenate([column.why for column in columns]),
        uln=np.concatenate([column.uln for column in columns]),
        lln=np.concatenate([column.lln for column in columns]),
        row=np.concatenate([column.row for column in columns]),
        day=np.concatenate([column.day for column in columns]),
        scale=scales.pop(),
        printed=printed,
    )


def joined_categories(columns: Sequence[Categories]) -> Categories:
    """The rows of some columns of one coded value, one after the other."""
    if len(columns) == 1:
        return columns[0]
    return Categories(
        columns[0].ids,
        np.concatenate([column.possible for column in columns]),
        np.concatenate([column.why for column in columns]),
        np.concatenate([column.row for column in columns]),
        np.concatenate([column.day for column in columns]),
    )


def same_in_all(value: ScalarT, rows: int) -> npt.NDArray[ScalarT]:
    """An array that holds one value in every row and takes no memory; it cannot be written to."""
    return np.broadcast_to(value, rows)


def _picked(
    array: npt.NDArray[ScalarT], at: Whole, absent: Flags, empty: ScalarT
) -> npt.NDArray[ScalarT]:
    """Rows of an array, `empty` where absent; one value in every row stays so."""
    if array.strides == (0,) and len(array) and array[0] == empty:
        return same_in_all(empty, len(at))
    return np.where(absent, empty, array[at])


def bounded_numbers(low: Whole, high: Whole, why: Bytes, *, unit: str | None = None) -> Numbers:
    """Numbers between closed bounds, in millionths of one unit.

    Args:
        low, high: shape (rows,); `LOWEST` and `HIGHEST` stand for no bound.
        why: a `Reason` where the two differ, 0 where they are equal.
    """
    rows = len(low)
    return replace(
        no_numbers(rows),
        low=low.astype(np.int64),
        high=high.astype(np.int64),
        units=() if unit is None else (unit,),
        unit=np.full(rows, -1 if unit is None else 0, np.int16),
        why=why.astype(np.int8),
    )


def zeros_of(units: Sequence[str]) -> Whole | None:
    """The zero of each unit in millionths, and those of the places -2 and -1; None where all are 0.

    >>> zeros_of(("mg/dL",)), zeros_of(("Cel", "[degF]"))
    (None, array([       0, 32000000,        0,        0]))
    """
    zeros = [int(zero_of(code) * MICRO) for code in units]
    return np.array([*zeros, 0, 0], np.int64) if any(zeros) else None


def from_zero(
    value: npt.NDArray[np.integer], unit: npt.NDArray[np.integer], zeros: Whole | None
) -> Whole:
    """Numbers in millionths less the zeros of their units, as `zeros_of` has them."""
    whole = np.asarray(value, np.int64)
    if zeros is None:
        return whole
    return whole - kept(value != EMPTY, zeros.take(unit))


def exact_numbers(
    values: Sequence[int | Decimal | Fraction | None], *, unit: str | None = None
) -> Numbers:
    """Exact numbers of one unit; None is no record.

    Raises:
        ValueError: a value has more than six decimal places.
    """
    missing = np.array([value is None for value in values], np.bool_)
    micro = np.zeros(len(values), np.int64)
    zero = zero_of(unit) if unit is not None else 0
    for place, value in enumerate(values):
        if value is None:
            continue
        scaled = (Fraction(value) - zero) * MICRO
        if scaled.denominator != 1:
            raise ValueError("a number has more than six decimal places")
        micro[place] = scaled.numerator
    known = bounded_numbers(micro, micro, np.zeros(len(values), np.int8), unit=unit)
    return known.unknown_where(missing, Reason.NO_DATA)


@dataclass(frozen=True, slots=True)
class Categories:
    """One coded value a row, as the set of values that it may be.

    Attributes:
        ids: the OMOP ids of all values; value `ids[i]` is bit i of `possible`.
        possible: bit masks, shape (rows,); a single bit where the value is known.
        why: why more than one is possible (a `Reason`), 0 where one is known.
        row, day: the record and its date, as in `Numbers`.
    """

    ids: tuple[int, ...]
    possible: Whole
    why: Bytes
    row: Whole
    day: npt.NDArray[np.datetime64]

    def __len__(self) -> int:
        return len(self.possible)

    def take(self, rows: Whole) -> Categories:
        """The values of these rows; -1 gives none, for the reason `no_anchor`."""
        if len(self) == 0:
            return categories_of(self.ids, np.full(len(rows), -1), reason=Reason.NO_ANCHOR)
        absent = rows < 0
        at = np.where(absent, 0, rows)
        return Categories(
            self.ids,
            np.where(absent, (1 << len(self.ids)) - 1, self.possible[at]),
            np.where(absent, np.int8(Reason.NO_ANCHOR), self.why[at]),
            np.where(absent, -1, self.row[at]),
            np.where(absent, np.datetime64("NaT"), self.day[at]),
        )

    def unknown_where(self, where: Flags, reason: Reason) -> Categories:
        """The same, with nothing known of some rows."""
        return replace(
            self,
            possible=chosen(where, np.int64((1 << len(self.ids)) - 1), self.possible),
            why=chosen(where, np.int8(reason), self.why),
        )


def categories_of(
    ids: tuple[int, ...], places: npt.NDArray[np.integer], *, reason: Reason = Reason.NO_DATA
) -> Categories:
    """Known categories: each row's place in `ids`, negative where none is known."""
    assert len(ids) <= 62, "a category has at most 62 values"
    missing = places < 0
    bits = np.left_shift(np.int64(1), np.where(missing, 0, places).astype(np.int64))
    rows = len(places)
    return Categories(
        ids,
        np.where(missing, (1 << len(ids)) - 1, bits).astype(np.int64),
        np.where(missing, np.int8(reason), np.int8(0)).astype(np.int8),
        same_in_all(np.int64(-1), rows),
        same_in_all(np.datetime64("NaT", "D"), rows),
    )


def compared(left: Whole, operator: Operator, right: Whole | int) -> Flags:
    """Whether each whole number stands so to the other."""
    match operator:
        case "<":
            found = left < right
        case "<=":
            found = left <= right
        case "=":
            found = left == right
        case ">=":
            found = left >= right
        case ">":
            found = left > right
    return np.asarray(found, np.bool_)
