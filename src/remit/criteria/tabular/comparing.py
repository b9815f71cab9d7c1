"""Numbers of a sheet against thresholds: units, plausible sizes, and exact comparison.

A threshold is brought to the unit of the record and compared as whole millionths.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from math import ceil, floor

import numpy as np
import numpy.typing as npt

from remit.criteria.compiling.logic import Codes
from remit.criteria.compiling.parts import MET_CODE, NOT_MET_CODE
from remit.criteria.tabular.columns import HIGHEST, LOWEST, MICRO, Flags, Numbers, Whole
from remit.criteria.tabular.sheet import VISIT, Sheet, column_of_dose, moment_of
from remit.criteria.tree import DOSE_FACTORS, Dose, Measure, Operator, Reading, Value
from remit.truth import Reason


def reading_of(reading: Reading, sheet: Sheet) -> Numbers:
    """The numbers that a reading finds, with nothing known where the unit or the size is wrong."""
    moment = moment_of(reading.window)
    if isinstance(reading, Value):
        assert moment is not None, "check_node has seen to it"
        return usable(sheet.numbers_at(reading.measure.name, moment), reading.measure)
    numbers = sheet.numbers_at(column_of_dose(reading), moment or VISIT)
    return _in_known_units(numbers, DOSE_FACTORS)


def usable(numbers: Numbers, measure: Measure) -> Numbers:
    """Without numbers in a unit that the concept does not convert, or of an implausible size."""
    if measure.multipliers:
        numbers = _in_known_units(numbers, dict(measure.multipliers))
    if measure.plausible is not None:
        factors = factors_of(numbers, measure)
        lowest, highest = measure.plausible
        # A bound such as <0.2 is judged by the number printed, as every record is.
        printed = np.where(numbers.low > LOWEST, numbers.low, numbers.high)
        outside = passes_threshold(printed, "<", lowest, factors, numbers.unit)
        outside |= passes_threshold(printed, ">", highest, factors, numbers.unit)
        outside &= (numbers.low > LOWEST) | (numbers.high < HIGHEST)
        if outside.any():
            numbers = numbers.unknown_where(outside, Reason.IMPLAUSIBLE)
    return numbers


def _in_known_units(numbers: Numbers, known: Collection[str]) -> Numbers:
    """Without numbers whose unit is missing or is none of the known ones."""
    # By place of the unit; the last two are those of -2 (unknown) and -1 (missing).
    flaws = [0 if code in known else Reason.UNIT_UNKNOWN for code in numbers.units]
    by_unit = np.array([*flaws, Reason.UNIT_UNKNOWN, Reason.UNIT_MISSING], np.int8)
    flaw = by_unit[numbers.unit]
    nothing = (Reason.NO_DATA, Reason.NO_VALUE, Reason.NO_ANCHOR)
    flaw[np.isin(numbers.why, nothing)] = 0
    for reason in (Reason.UNIT_MISSING, Reason.UNIT_UNKNOWN):
        if np.any(flaw == reason):
            numbers = numbers.unknown_where(flaw == reason, reason)
    return numbers


def factors_of(numbers: Numbers, read: Reading | Measure) -> tuple[Fraction, ...]:
    """For each unit of the column the factor to that of the reading; the last one is for no unit.

    The unit is the measure's, mg/d for a dose; `usable` has seen to units that have no factor.
    """
    plain = Fraction(1, numbers.scale)
    table: Mapping[str, Fraction] = DOSE_FACTORS
    if not isinstance(read, Dose):
        measure = read if isinstance(read, Measure) else read.measure
        table = {code: Fraction(number, measure.scale) for code, number in measure.multipliers}
    return (*(table.get(code, Fraction(1)) * plain for code in numbers.units), plain)


def _clipped(number: int) -> int:
    return max(LOWEST + 1, min(HIGHEST - 1, number))


def passes_threshold(
    micro: Whole,
    operator: Operator,
    threshold: Fraction,
    factors: tuple[Fraction, ...],
    unit: npt.NDArray[np.int16],
) -> Flags:
    """Whether each number, in millionths of its own unit, stands so to a threshold."""
    bounds = [threshold * MICRO / factor for factor in factors]
    below = np.array([_clipped(floor(bound)) for bound in bounds], np.int64)
    above = np.array([_clipped(ceil(bound)) for bound in bounds], np.int64)
    low: Whole | np.int64 = below[-1]
    high: Whole | np.int64 = above[-1]
    if len(factors) > 1:
        first = int(unit[0]) if len(unit) else 0
        at: Whole | int = first if np.all(unit == first) else unit.astype(np.int64)
        # A row without a unit reads the last factor, which belongs to none.
        at = np.where(np.less(at, 0), len(factors) - 1, at)
        low, high = below[at], above[at]
    match operator:
        case ">":
            passed = micro > low
        case ">=":
            passed = micro >= high
        case "<":
            passed = micro < high
        case "<=":
            passed = micro <= low
        case "=":
            passed = (low == high) & (micro == low)
    return np.asarray(passed, np.bool_)


def decided(
    operator: Operator,
    *,
    low_above: Flags,
    low_equal: Flags,
    high_below: Flags,
    high_equal: Flags,
    numbers: Numbers,
) -> tuple[Flags, Flags]:
    """Where every number of the interval passes, and where none does."""
    above = low_above | (low_equal & numbers.low_open)
    below = high_below | (high_equal & numbers.high_open)
    at_least = low_above | low_equal
    at_most = high_below | high_equal
    match operator:
        case ">":
            return above, at_most
        case ">=":
            return at_least, below
        case "<":
            return below, at_least
        case "<=":
            return at_most, above
        case "=":
            return low_equal & high_equal, above | below


def code_of(met: Flags, failed: Flags, why: npt.NDArray[np.int8]) -> Codes:
    reason = np.where(why == 0, np.int8(Reason.NO_DATA), why)
    return np.where(met, MET_CODE, np.where(failed, NOT_MET_CODE, reason)).astype(np.int8)
