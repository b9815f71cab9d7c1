"""How far a value lies from the threshold that decides a leaf: for people to read, in floats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.numbers import HIGHEST, LOWEST, MICRO, Numbers
from remit.criteria.columns.on_sheet import reading_on_sheet
from remit.criteria.columns.sheet import VISIT, Sheet, column_of_days
from remit.criteria.columns.thresholds import factors_of
from remit.criteria.tree import (
    DoseDays,
    DoseTest,
    Leaf,
    LinearTest,
    Reading,
    Threshold,
    Value,
    ValueTest,
)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Margin:
    """A leaf's value and threshold at each visit.

    Attributes:
        value: shape (rows,), NaN where it is not known exactly. `threshold` is the same for all.
        unit: of both.
    """

    value: npt.NDArray[np.float64]
    threshold: float
    unit: str

    @property
    def distance(self) -> npt.NDArray[np.float64]:
        """Value less threshold."""
        return self.value - self.threshold


def margin_of(leaf: Leaf, sheet: Sheet) -> Margin | None:
    """The margin of a leaf; None where it compares no number with one threshold.

    A quotient of two readings of one quantity (`creatinine / creatinine at baseline <= 125 %`) is
    shown in percent, a difference in the unit of the quantity. None also for what was answered from
    records, as the sheet does not hold its number.
    """
    if leaf in sheet.answered:
        return None
    match leaf:
        case ValueTest(value=value, test=Threshold() as test):
            return Margin(readings_in_unit(value, sheet), float(test.value), value.measure.unit)
        case DoseTest():
            values = readings_in_unit(leaf.dose, sheet)
            return Margin(values, float(leaf.threshold.value), "mg/d")
        case DoseDays():
            numbers = sheet.numbers_at(column_of_days(leaf), VISIT)
            return Margin(numbers.values, float(leaf.days), "d")
        case LinearTest():
            return _linear_margin(leaf, sheet)
        case _:
            return None


def _linear_margin(leaf: LinearTest, sheet: Sheet) -> Margin | None:
    readings = [reading for _, reading in leaf.terms]
    units = {r.measure.unit if isinstance(r, Value) else "mg/d" for r in readings}
    if len(units) > 1:
        return None
    first = leaf.terms[0][0]
    if leaf.constant:
        total = sum(
            float(factor / first) * readings_in_unit(reading, sheet)
            for factor, reading in leaf.terms
        )
        return Margin(np.asarray(total), float(-leaf.constant / first), units.pop())
    if len(leaf.terms) == 2:
        (_, top), (second, bottom) = leaf.terms
        divisor = readings_in_unit(bottom, sheet)
        ratio = readings_in_unit(top, sheet) / np.where(divisor > 0, divisor, np.nan)
        return Margin(100 * ratio, float(-100 * second / first), "%")
    return None


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is known of a reading at each visit, in its canonical unit; every array is (rows,).

    Attributes:
        low, high: equal where the number is exact, infinite where there is no bound.
        low_open, high_open: whether the bound itself is left out.
        lln, uln: the record's own limits of normal, NaN where it has none.
        numbers: the column that was read, with nothing known where it cannot be used.
    """

    low: Floats
    high: Floats
    low_open: npt.NDArray[np.bool_]
    high_open: npt.NDArray[np.bool_]
    lln: Floats
    uln: Floats
    numbers: Numbers


def bounds_in_unit(reading: Reading, sheet: Sheet) -> Bounds:
    """The bounds of a reading at each visit, for people to read."""
    numbers = reading_on_sheet(reading, sheet)
    each, whole = _factors(reading, numbers), MICRO * numbers.scale
    limits = [np.where(at > 0, at * each / MICRO, np.nan) for at in (numbers.lln, numbers.uln)]
    return Bounds(
        np.where(numbers.low > LOWEST, numbers.low * each / whole, -np.inf),
        np.where(numbers.high < HIGHEST, numbers.high * each / whole, np.inf),
        numbers.low_open,
        numbers.high_open,
        limits[0],
        limits[1],
        numbers,
    )


def readings_in_unit(reading: Reading, sheet: Sheet) -> Floats:
    """The exact numbers of a reading in its canonical unit, NaN elsewhere; shape (rows,)."""
    numbers = reading_on_sheet(reading, sheet)
    return np.asarray(numbers.values * _factors(reading, numbers), np.float64)


def _factors(reading: Reading, numbers: Numbers) -> Floats:
    """The factor from each row's unit to the canonical one."""
    factors = factors_of(numbers, reading)
    each = np.array([float(factor * numbers.scale) for factor in factors])
    at = np.where(numbers.unit < 0, len(factors) - 1, numbers.unit)
    return np.asarray(each[at], np.float64)
