"""The leaves of an expression over a sheet, as codes; Kleene logic is the compiler's.

Every comparison is exact. A threshold is brought to the unit of the record and compared as whole
millionths. Where readings meet, floating point decides all rows that are far from equality and
rational numbers decide the rest.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from math import ceil, floor

import numpy as np
import numpy.typing as npt

from remit.criteria.compiling.logic import Codes, Verdicts, combine_codes
from remit.criteria.compiling.parts import MET_CODE, NOT_MET_CODE
from remit.criteria.tabular.columns import HIGHEST, LOWEST, MICRO, Flags, Numbers, Whole
from remit.criteria.tabular.sheet import Sheet, dose_column, moment_of
from remit.criteria.tree import (
    AbsenceRule,
    AgeTest,
    CountTest,
    DoseTest,
    Leaf,
    LimitMultiple,
    LinearTest,
    Measure,
    Node,
    Operator,
    Reading,
    SexIs,
    Threshold,
    Value,
    ValueIn,
    ValueTest,
    leaves_of,
)
from remit.errors import ExpressionError
from remit.truth import Reason

Floats = npt.NDArray[np.float64]
_OPEN = 99  # above every reason: nothing is undecided


def evaluate_sheet(node: Node, sheet: Sheet) -> Verdicts:
    """The verdict of an expression for each row of a sheet."""
    return combine_codes(node, leaf_codes([node], sheet))


def leaf_codes(nodes: Iterable[Node], sheet: Sheet) -> Mapping[Leaf, Codes]:
    """The code of each distinct leaf of some expressions, shape (rows,) each."""
    leaves = dict.fromkeys(placed.leaf for node in nodes for placed in leaves_of(node))
    readings = _Readings(sheet)
    # Leaves of one reading side by side, so that it is made ready once and need not be held.
    ordered = sorted(leaves, key=_reads)
    found = {leaf: _leaf_code(leaf, readings) for leaf in ordered}
    return {leaf: found[leaf] for leaf in leaves}


class _Readings:
    """The readings of a sheet, the last few of them held ready."""

    _HELD = 6

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self._ready: OrderedDict[Reading, Numbers] = OrderedDict()

    def __call__(self, reading: Reading) -> Numbers:
        found = self._ready.pop(reading, None)
        if found is None:
            found = reading_of(reading, self.sheet)
        self._ready[reading] = found
        if len(self._ready) > self._HELD:
            self._ready.popitem(last=False)
        return found


def _reads(leaf: Leaf) -> str:
    """What a leaf reads first, to sort by."""
    match leaf:
        case ValueTest():
            return f"{leaf.value.measure.name} {leaf.value.window}"
        case LinearTest(terms=((_, Value() as value), *_)):
            return f"{value.measure.name} {value.window}"
        case DoseTest():
            return dose_column(leaf.dose.name)
        case _:
            return ""


def check_node(node: Node, moments: Iterable[str], *, source: str) -> None:
    """Refuse an expression that a sheet cannot answer.

    Args:
        moments: the visits that the sheet will know, beside `visit`.

    Raises:
        ExpressionError: it asks for records over a span of days, for events or for a signature.
    """
    known = {"visit", *moments}
    for placed in leaves_of(node):
        readings = _windows(placed.leaf)
        if readings is None or any(moment not in known for moment in readings):
            raise ExpressionError(
                f"{placed.text!r} cannot be answered from a sheet of visits",
                expected=f"values, doses and findings at {', '.join(sorted(known))}",
                got=placed.text,
                next_step="read the fact at a visit, or name it as an item",
                place=source,
            )


def _windows(leaf: Leaf) -> tuple[str | None, ...] | None:
    match leaf:
        case ValueTest():
            return (moment_of(leaf.value.window),)
        case DoseTest():
            return (moment_of(leaf.dose.window),)
        case ValueIn():
            return (moment_of(leaf.window),)
        case LinearTest():
            readings = [reading for _, reading in leaf.terms] + list(leaf.divisors)
            return tuple(moment_of(reading.window) for reading in readings)
        case CountTest(counted=Measure(absence=AbsenceRule(rule="always"))):
            return (moment_of(leaf.window),)
        case AgeTest():
            return (leaf.anchor,)
        case SexIs():
            return ()
        case _:
            return None


def _leaf_code(leaf: Leaf, readings: _Readings) -> Codes:
    sheet = readings.sheet
    match leaf:
        case ValueTest():
            return _value_code(leaf, readings)
        case DoseTest():
            numbers = readings(leaf.dose)
            return _threshold_code(numbers, leaf.threshold, _factors(numbers, None))
        case ValueIn():
            moment = moment_of(leaf.window)
            assert moment is not None, "check_node has seen to it"
            column = sheet.categories_at(leaf.name, leaf.known, moment)
            return _membership_code(column.ids, column.possible, column.why, leaf.accepted)
        case CountTest():
            return _recorded_code(leaf, sheet)
        case SexIs():
            column = sheet.categories_at("sex", leaf.known, "visit")
            return _membership_code(column.ids, column.possible, column.why, leaf.accepted)
        case AgeTest():
            return _age_code(leaf, sheet)
        case LinearTest():
            return _linear_code(leaf, readings)
        case _:
            raise AssertionError("check_node has seen to it")


def reading_of(reading: Reading, sheet: Sheet) -> Numbers:
    """The numbers that a reading finds, with nothing known where the unit or the size is wrong."""
    moment = moment_of(reading.window)
    assert moment is not None, "check_node has seen to it"
    if isinstance(reading, Value):
        return _usable(sheet.numbers_at(reading.measure.name, moment), reading.measure)
    return sheet.numbers_at(dose_column(reading.name), moment)


# ---- units ---------------------------------------------------------------------------------------


def _usable(numbers: Numbers, measure: Measure) -> Numbers:
    """Without numbers in a unit that the concept does not convert, or of an implausible size."""
    if measure.multipliers:
        known = [code in dict(measure.multipliers) for code in numbers.units]
        # By place of the unit; the last two are those of -2 (unknown) and -1 (missing).
        flaws = [0 if ok else Reason.UNIT_UNKNOWN for ok in known]
        by_unit = np.array([*flaws, Reason.UNIT_UNKNOWN, Reason.UNIT_MISSING], np.int8)
        flaw = by_unit[numbers.unit]
        nothing = (Reason.NO_DATA, Reason.NO_VALUE, Reason.NO_ANCHOR)
        flaw[np.isin(numbers.why, nothing)] = 0
        for reason in (Reason.UNIT_MISSING, Reason.UNIT_UNKNOWN):
            if np.any(flaw == reason):
                numbers = numbers.unknown_where(flaw == reason, reason)
    if measure.plausible is not None:
        factors = _factors(numbers, measure)
        lowest, highest = measure.plausible
        # A bound such as <0.2 is judged by the number printed, as every record is.
        printed = np.where(numbers.low > LOWEST, numbers.low, numbers.high)
        outside = _passes(printed, "<", lowest, factors, numbers.unit)
        outside |= _passes(printed, ">", highest, factors, numbers.unit)
        outside &= (numbers.low > LOWEST) | (numbers.high < HIGHEST)
        if outside.any():
            numbers = numbers.unknown_where(outside, Reason.IMPLAUSIBLE)
    return numbers


def _factors(numbers: Numbers, measure: Measure | None) -> tuple[Fraction, ...]:
    """For each unit of the column the factor to the measure's unit; the last one is for no unit."""
    plain = Fraction(1, numbers.scale)
    if measure is None or not measure.multipliers:
        return (*(plain for _ in numbers.units), plain)
    table, whole = dict(measure.multipliers), measure.scale
    return (*(Fraction(table.get(code, whole), whole) * plain for code in numbers.units), plain)


def _clipped(number: int) -> int:
    return max(LOWEST + 1, min(HIGHEST - 1, number))


def _passes(
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


# ---- single readings -----------------------------------------------------------------------------


def _value_code(leaf: ValueTest, readings: _Readings) -> Codes:
    measure = leaf.value.measure
    moment = moment_of(leaf.value.window)
    assert moment is not None, "check_node has seen to it"
    if isinstance(leaf.test, LimitMultiple):
        return _limit_code(readings.sheet.numbers_at(measure.name, moment), leaf.test)
    numbers = readings(leaf.value)
    return _threshold_code(numbers, leaf.test, _factors(numbers, measure))


def _threshold_code(numbers: Numbers, test: Threshold, factors: tuple[Fraction, ...]) -> Codes:
    def passes(micro: Whole, operator: Operator) -> Flags:
        return _passes(micro, operator, test.value, factors, numbers.unit)

    equal_low, equal_high = passes(numbers.low, "="), passes(numbers.high, "=")
    met, failed = _decided(
        test.operator,
        low_above=passes(numbers.low, ">"),
        low_equal=equal_low,
        high_below=passes(numbers.high, "<"),
        high_equal=equal_high,
        numbers=numbers,
    )
    return _code(met, failed, numbers.why)


def _decided(
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


def _code(met: Flags, failed: Flags, why: npt.NDArray[np.int8]) -> Codes:
    reason = np.where(why == 0, np.int8(Reason.NO_DATA), why)
    return np.where(met, MET_CODE, np.where(failed, NOT_MET_CODE, reason)).astype(np.int8)


def _limit_code(numbers: Numbers, test: LimitMultiple) -> Codes:
    """Against the record's own limit of normal; the unit cancels."""
    limit = numbers.uln if test.side == "uln" else numbers.lln
    top, bottom = test.factor.numerator, test.factor.denominator

    def sign(micro: Whole) -> Whole:
        near = np.abs(micro.astype(np.float64) * bottom) < float(HIGHEST)
        exact = np.sign(np.where(near, micro * bottom - limit * top, micro))
        return exact.astype(np.int64)

    low, high = sign(numbers.low), sign(numbers.high)
    met, failed = _decided(
        test.operator,
        low_above=low > 0,
        low_equal=low == 0,
        high_below=high < 0,
        high_equal=high == 0,
        numbers=numbers,
    )
    codes = _code(met, failed, numbers.why)
    valued = (numbers.low > LOWEST) | (numbers.high < HIGHEST)
    return np.where(valued & (limit <= 0), np.int8(Reason.NO_REFERENCE_RANGE), codes).astype(
        np.int8
    )


def _membership_code(
    ids: tuple[int, ...], possible: Whole, why: npt.NDArray[np.int8], accepted: tuple[int, ...]
) -> Codes:
    mask = sum(1 << place for place, code in enumerate(ids) if code in accepted)
    # Where every value is possible nothing is known, and nothing is known to be one of all either.
    open_ = (possible == (1 << len(ids)) - 1) & (why > 0)
    met = ((possible & ~np.int64(mask)) == 0) & ~open_
    return _code(met, ((possible & np.int64(mask)) == 0) & ~open_, why)


def _recorded_code(leaf: CountTest, sheet: Sheet) -> Codes:
    """Whether anything was recorded, usable or not."""
    moment = moment_of(leaf.window)
    assert isinstance(leaf.counted, Measure), "check_node has seen to it"
    assert moment is not None, "check_node has seen to it"
    why = sheet.numbers_at(leaf.counted.name, moment).why
    there = np.where(why == Reason.NO_DATA, NOT_MET_CODE, MET_CODE)
    return np.where(why == Reason.NO_ANCHOR, np.int8(Reason.NO_ANCHOR), there).astype(np.int8)


def _age_code(leaf: AgeTest, sheet: Sheet) -> Codes:
    """Completed years or months, from the column `age` in years."""
    numbers = sheet.numbers_at("age", leaf.anchor)
    each = 1 if leaf.period == "year" else 12
    known = numbers.low > LOWEST
    low = np.where(known, np.where(known, numbers.low, 0) * each // MICRO, LOWEST)
    high = np.where(known, np.where(known, numbers.high, 0) * each // MICRO, HIGHEST)
    whole = replace(numbers, low=low, high=high)

    def passes(number: Whole, operator: Operator) -> Flags:
        return _passes(
            number, operator, leaf.number / MICRO, (Fraction(1),), np.zeros_like(numbers.unit)
        )

    met, failed = _decided(
        leaf.operator,
        low_above=passes(low, ">"),
        low_equal=passes(low, "="),
        high_below=passes(high, "<"),
        high_equal=passes(high, "="),
        numbers=whole,
    )
    if leaf.operator == "=" and leaf.number.denominator > 1:
        failed = known  # no whole age is 18.5
    return _code(met, failed, numbers.why)


# ---- readings that meet --------------------------------------------------------------------------


def _linear_code(leaf: LinearTest, readings: _Readings) -> Codes:
    """`sum(coefficient × reading) + constant  operator  0`."""
    needed = dict.fromkeys([*(reading for _, reading in leaf.terms), *leaf.divisors])
    columns = {reading: readings(reading) for reading in needed}
    finite = [(c.low > LOWEST) & (c.high < HIGHEST) for c in columns.values()]
    bounded = reduce(np.logical_and, finite)
    low, high = _signs(leaf, columns, bounded)
    open_ = np.zeros(readings.sheet.rows, np.bool_)
    closed = replace(next(iter(columns.values())), low_open=open_, high_open=open_)
    met, failed = _decided(
        leaf.operator,
        low_above=bounded & (low > 0),
        low_equal=bounded & (low == 0),
        high_below=bounded & (high < 0),
        high_equal=bounded & (high == 0),
        numbers=closed,
    )
    why = reduce(np.minimum, (np.where(c.why == 0, _OPEN, c.why) for c in columns.values()))
    codes = _code(met, failed, np.where(why == _OPEN, 0, why).astype(np.int8))
    for divisor in leaf.divisors:
        column = columns[divisor]
        low_divisor = bounded & (column.low <= 0)
        codes = np.where(low_divisor, np.int8(Reason.NOT_POSITIVE), codes).astype(np.int8)
    return codes


def _signs(
    leaf: LinearTest, columns: Mapping[Reading, Numbers], bounded: Flags
) -> tuple[Whole, Whole]:
    """The sign of the least and of the greatest value that the sum can have."""
    low = _sign(leaf, columns, bounded, greatest=False)
    inexact = reduce(np.logical_or, (column.low != column.high for column in columns.values()))
    if not np.any(bounded & inexact):
        return low, low
    return low, _sign(leaf, columns, bounded, greatest=True)


def _sign(
    leaf: LinearTest, columns: Mapping[Reading, Numbers], bounded: Flags, *, greatest: bool
) -> Whole:
    rows = len(bounded)
    total = np.full(rows, float(leaf.constant))
    size = np.abs(total)
    parts: list[tuple[Whole, npt.NDArray[np.int64], tuple[Fraction, ...]]] = []
    for coefficient, reading in leaf.terms:
        column = columns[reading]
        micro = column.high if (coefficient > 0) == greatest else column.low
        measure = reading.measure if isinstance(reading, Value) else None
        factors = tuple(coefficient * f / MICRO for f in _factors(column, measure))
        at = np.where(column.unit < 0, len(factors) - 1, column.unit).astype(np.int64)
        term = np.where(bounded, micro, 0) * np.array([float(f) for f in factors])[at]
        total, size = total + term, size + np.abs(term)
        parts.append((micro, at, factors))
    signs: Whole = np.sign(total).astype(np.int64)
    # Rounding of a few products and sums stays far below 1e-12 of what was added.
    for row in np.flatnonzero(bounded & (np.abs(total) <= 1e-12 * size)):
        exact = leaf.constant + sum(
            (int(micro[row]) * factors[at[row]] for micro, at, factors in parts), Fraction(0)
        )
        signs[row] = (exact > 0) - (exact < 0)
    return signs
