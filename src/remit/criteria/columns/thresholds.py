"""Numbers against thresholds and limits of normal: units, plausible sizes, and exact comparison.

A threshold is brought to the unit of the record and compared as whole millionths, so that no
comparison rounds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.logic import MET_CODE, NOT_MET_CODE, LeafCodes
from remit.criteria.columns.numbers import HIGHEST, LOWEST, MICRO, Flags, Numbers, Whole
from remit.criteria.readings import (
    DOSE_FACTORS,
    Dose,
    LimitMultiple,
    Measure,
    Operator,
    Reading,
    Threshold,
)
from remit.facts.selection import chosen, kept
from remit.truth import Reason

# ---- units and sizes -----------------------------------------------------------------------------


def usable(numbers: Numbers, measure: Measure) -> Numbers:
    """Without numbers in a unit that the concept does not convert, or of an implausible size."""
    if measure.multipliers:
        numbers = in_known_units(numbers, frozenset(code for code, _ in measure.multipliers))
    if measure.plausible is not None:
        outside = _rows_outside(numbers, *measure.plausible, factors_of(numbers, measure))
        if len(outside):
            where = np.zeros(len(numbers), np.bool_)
            where[outside] = True
            numbers = numbers.unknown_where(where, Reason.IMPLAUSIBLE)
    return numbers


def _rows_outside(
    numbers: Numbers, lowest: Fraction, highest: Fraction, factors: tuple[Fraction, ...]
) -> Whole:
    """The rows whose number lies outside two bounds.

    A bound such as <0.2 is judged by the number printed, as every record is.
    """

    def outside(printed: Whole, unit: npt.NDArray[np.int16]) -> Flags:
        _, least = _bounds_of_rows(printed, lowest, factors, unit)
        most, _ = _bounds_of_rows(printed, highest, factors, unit)
        return np.asarray((printed < least) | (printed > most), np.bool_)

    shown = numbers.low if numbers.printed is None else numbers.printed
    rows: Whole = np.flatnonzero(outside(shown, numbers.unit))
    known = (numbers.low[rows] > LOWEST) | (numbers.high[rows] < HIGHEST)
    if numbers.printed is not None:
        known |= numbers.why[rows] == np.int8(Reason.CENSORED)
    rows = rows[known]
    if numbers.printed is None and len(rows):
        low, high = numbers.low[rows], numbers.high[rows]
        rows = rows[outside(np.where(low > LOWEST, low, high), numbers.unit[rows])]
    return rows


def in_known_units(numbers: Numbers, known: Collection[str]) -> Numbers:
    """Without numbers whose unit is missing or is none of the known ones."""
    flaw = flaws_of_units(numbers.units, known).take(numbers.unit)
    if not flaw.any():
        return numbers
    flaw[numbers.nothing_recorded] = 0
    for reason in (Reason.UNIT_MISSING, Reason.UNIT_UNKNOWN):
        flawed = flaw == np.int8(reason)
        if flawed.any():
            numbers = numbers.unknown_where(flawed, reason)
    return numbers


def flaws_of_units(units: Iterable[str], known: Collection[str]) -> npt.NDArray[np.int8]:
    """Why a number in each unit says nothing, 0 where it does.

    The last two are those of the places -2 (unknown) and -1 (missing).
    """
    flaws = [0 if code in known else Reason.UNIT_UNKNOWN for code in units]
    return np.array([*flaws, Reason.UNIT_UNKNOWN, Reason.UNIT_MISSING], np.int8)


def factors_of(numbers: Numbers, read: Reading | Measure) -> tuple[Fraction, ...]:
    """For each unit of the column the factor to that of the reading; the last one is for no unit.

    The unit is the measure's, mg/d for a dose; `usable` has seen to units that have no factor.
    """
    if isinstance(read, Dose):
        return _factors(numbers.units, numbers.scale, None, 1)
    measure = read if isinstance(read, Measure) else read.measure
    return _factors(numbers.units, numbers.scale, measure.multipliers, measure.scale)


def factors_of_units(units: tuple[str, ...], measure: Measure) -> tuple[Fraction, ...]:
    """As `factors_of`, of numbers as they are recorded in some units."""
    return _factors(units, 1, measure.multipliers, measure.scale)


@lru_cache(maxsize=1024)
def _factors(
    units: tuple[str, ...],
    numbers_scale: int,
    multipliers: tuple[tuple[str, int], ...] | None,
    scale: int,
) -> tuple[Fraction, ...]:
    """The factors of some units; of doses where there are no multipliers."""
    plain = Fraction(1, numbers_scale)
    table: Mapping[str, Fraction] = DOSE_FACTORS
    if multipliers is not None:
        table = {code: Fraction(number, scale) for code, number in multipliers}
    return (*(table.get(code, Fraction(1)) * plain for code in units), plain)


# ---- exact comparison ----------------------------------------------------------------------------


def _clipped(number: int) -> int:
    return max(LOWEST + 1, min(HIGHEST - 1, number))


@lru_cache(maxsize=4096)
def bounds_of(
    threshold: Fraction, factors: tuple[Fraction, ...], *, wide: bool = False
) -> tuple[Whole, Whole]:
    """For each factor the last whole number at or below a threshold, and the first at or above.

    Args:
        wide: the numbers are beyond 64 bits, so that the bounds may be too.
    """
    bounds = [threshold * MICRO / factor for factor in factors]
    ends = [floor(bound) for bound in bounds], [ceil(bound) for bound in bounds]
    if wide:
        below, above = (np.array(end, object) for end in ends)
    else:
        below, above = (np.array([_clipped(number) for number in end], np.int64) for end in ends)
    below.flags.writeable = above.flags.writeable = False  # all who ask share them
    return below, above


def _bounds_of_rows(
    micro: Whole, threshold: Fraction, factors: tuple[Fraction, ...], unit: npt.NDArray[np.int16]
) -> tuple[Whole | np.int64, Whole | np.int64]:
    """`bounds_of` for the unit of each row; two numbers where all have one."""
    below, above = bounds_of(threshold, factors, wide=micro.dtype == object)
    at: npt.NDArray[np.integer] | np.integer = np.intp(0)
    if len(factors) > 1 and len(unit):
        # A row without a unit reads the last factor, which belongs to none.
        at = unit[0] if unit.min() == unit.max() else unit
    return below.take(at), above.take(at)


def passes(
    value: Whole, operator: Operator, below: Whole | np.int64, above: Whole | np.int64
) -> Flags:
    """Whether each exact number passes; the bounds are those of `bounds_of`."""
    match operator:
        case "<":
            found = value < above
        case "<=":
            found = value <= below
        case "=":
            found = (value >= above) & (value <= below)
        case ">=":
            found = value >= above
        case ">":
            found = value > below
    return np.asarray(found, np.bool_)


def threshold_codes(numbers: Numbers, test: Threshold, factors: tuple[Fraction, ...]) -> LeafCodes:
    """The code of each number against a constant."""
    return codes_of_thresholds(numbers, [test], factors)[0]


def codes_of_thresholds(
    numbers: Numbers, tests: Iterable[Threshold], factors: tuple[Fraction, ...]
) -> list[LeafCodes]:
    """The codes of the same numbers against some constants."""
    rows = np.flatnonzero((numbers.low != numbers.high) | (numbers.why != 0))
    bounded = (numbers.low[rows] > LOWEST) | (numbers.high[rows] < HIGHEST)
    silent, rows = rows[~bounded], rows[bounded]
    nothing = np.zeros(len(silent), np.bool_)
    unanswered = code_of(nothing, nothing, numbers.why[silent])
    found = []
    for test in tests:
        bounds = _bounds_of_rows(numbers.low, test.value, factors, numbers.unit)
        passed = passes(numbers.low, test.operator, *bounds)
        codes = np.int8(NOT_MET_CODE) - passed.view(np.int8)
        codes[silent] = unanswered
        if len(rows):
            codes[rows] = _interval_codes(numbers, rows, test, factors)
        found.append(codes)
    return found


def _interval_codes(
    numbers: Numbers, rows: Whole, test: Threshold, factors: tuple[Fraction, ...]
) -> LeafCodes:
    """Codes where something is known at most: from where both ends stand."""
    low, high, unit = numbers.low[rows], numbers.high[rows], numbers.unit[rows]
    bottom, top = low > LOWEST, high < HIGHEST
    of_low, of_high = (_bounds_of_rows(end, test.value, factors, unit) for end in (low, high))
    met, failed = decided(
        test.operator,
        low_above=bottom & passes(low, ">", *of_low),
        low_equal=bottom & passes(low, "=", *of_low),
        high_below=top & passes(high, "<", *of_high),
        high_equal=top & passes(high, "=", *of_high),
        low_open=numbers.low_open[rows],
        high_open=numbers.high_open[rows],
    )
    return code_of(met, failed, numbers.why[rows])


def decided(
    operator: Operator,
    *,
    low_above: Flags,
    low_equal: Flags,
    high_below: Flags,
    high_equal: Flags,
    low_open: Flags,
    high_open: Flags,
) -> tuple[Flags, Flags]:
    """Where every number of the interval passes, and where none does."""
    above = low_above | (low_equal & low_open)
    below = high_below | (high_equal & high_open)
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
            return low_equal & high_equal & ~low_open & ~high_open, above | below


def code_of(met: Flags, failed: Flags, why: npt.NDArray[np.int8]) -> LeafCodes:
    """Met, not met, or the reason why neither is sure (`no_data` where none is given)."""
    reason = chosen(why == 0, np.int8(Reason.NO_DATA), why)
    reason = chosen(failed, np.int8(NOT_MET_CODE), reason)
    return chosen(met, np.int8(MET_CODE), reason)


def limit_codes(numbers: Numbers, test: LimitMultiple) -> LeafCodes:
    """The code of each number against its own limit of normal; the unit cancels."""
    limit = numbers.uln if test.side == "uln" else numbers.lln
    top, bottom = test.factor.numerator, test.factor.denominator
    low = _signs(numbers.low, limit, top, bottom)
    high = low if numbers.high is numbers.low else _signs(numbers.high, limit, top, bottom)
    below, above = numbers.low > LOWEST, numbers.high < HIGHEST
    met, failed = decided(
        test.operator,
        low_above=below & (low > 0),
        low_equal=below & (low == 0),
        high_below=above & (high < 0),
        high_equal=above & (high == 0),
        low_open=numbers.low_open,
        high_open=numbers.high_open,
    )
    codes = code_of(met, failed, numbers.why)
    codes[~numbers.nothing_recorded & (limit <= 0)] = Reason.NO_REFERENCE_RANGE
    return codes


def _largest(numbers: Whole) -> int:
    """The size of the largest number, 1 at least."""
    return max(int(numbers.max(initial=1)), -int(numbers.min(initial=-1)))


def _signs(ends: Whole, limit: Whole, top: int, bottom: int) -> LeafCodes:
    """The sign of `ends - limit * top / bottom`, exact also where 64 bits do not hold a product."""
    known = (ends > LOWEST) & (ends < HIGHEST)
    number = kept(known, ends)
    largest = max(_largest(number) * bottom, _largest(limit) * top)
    if largest < HIGHEST:
        difference = number * bottom - limit * top
    else:
        difference = number.astype(object) * bottom - limit.astype(object) * top
    return np.asarray(difference > 0, np.int8) - np.asarray(difference < 0, np.int8)
