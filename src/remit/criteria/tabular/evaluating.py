"""The leaves of an expression over a sheet, as codes; Kleene logic is the compiler's.

Every comparison is exact: `comparing` for single readings, `linear` where readings meet.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from remit.criteria.compiling.logic import Codes, Verdicts, combine_codes
from remit.criteria.compiling.parts import MET_CODE, NOT_MET_CODE
from remit.criteria.tabular.columns import HIGHEST, LOWEST, MICRO, Flags, Numbers, Whole
from remit.criteria.tabular.comparing import (
    code_of,
    decided,
    factors_of,
    passes_threshold,
    reading_of,
)
from remit.criteria.tabular.linear import linear_code
from remit.criteria.tabular.sheet import (
    VISIT,
    Sheet,
    column_of_days,
    column_of_dose,
    moment_of,
)
from remit.criteria.tree import (
    AbsenceRule,
    AgeTest,
    CountTest,
    Dose,
    DoseDays,
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
    readings_of,
)
from remit.errors import ExpressionError
from remit.truth import Reason


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
            return column_of_dose(leaf.dose)
        case _:
            return ""


def check_node(node: Node, moments: Iterable[str], *, source: str) -> None:
    """Refuse an expression that a sheet cannot answer.

    Args:
        moments: the visits that the sheet will know, beside `visit`.

    Raises:
        ExpressionError: it asks for values over a span of days, for events or for a signature.
    """
    known = frozenset({"visit", *moments})
    for placed in leaves_of(node):
        if not _is_on_sheet(placed.leaf, known):
            raise ExpressionError(
                f"{placed.text!r} cannot be answered from a sheet of visits",
                expected=f"values, doses and findings at {', '.join(sorted(known))}, "
                "or the highest dose over a span between them",
                got=placed.text,
                next_step="read the fact at a visit, or name it as an item",
                place=source,
            )


def _is_on_sheet(leaf: Leaf, known: frozenset[str]) -> bool:
    match leaf:
        case ValueTest() | DoseTest() | LinearTest():
            return all(
                moment_of(reading.window) in known
                if isinstance(reading, Value)
                else _is_dose_on_sheet(reading, known)
                for reading in readings_of(leaf)
            )
        case DoseDays():
            return _is_dose_on_sheet(leaf.dose, known)
        case ValueIn():
            return moment_of(leaf.window) in known
        case CountTest(counted=Measure(absence=AbsenceRule(rule="always"))):
            return moment_of(leaf.window) in known
        case AgeTest():
            return leaf.anchor in known
        case SexIs():
            return True
        case _:
            return False


def _is_dose_on_sheet(dose: Dose, known: frozenset[str]) -> bool:
    """At a visit, or the highest over days that begin and end by visits."""
    if moment_of(dose.window) is not None:
        return moment_of(dose.window) in known
    ends = (dose.window.start, dose.window.end)
    return all(end is not None and end.anchor in known for end in ends)


def _leaf_code(leaf: Leaf, readings: _Readings) -> Codes:
    sheet = readings.sheet
    match leaf:
        case ValueTest():
            return _value_code(leaf, readings)
        case DoseTest():
            numbers = readings(leaf.dose)
            return _threshold_code(numbers, leaf.threshold, factors_of(numbers, leaf.dose))
        case DoseDays():
            numbers = sheet.numbers_at(column_of_days(leaf), VISIT)
            enough = Threshold(">=", Fraction(leaf.days))
            return _threshold_code(numbers, enough, (Fraction(1),))
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
            return linear_code(leaf, readings)
        case _:
            raise AssertionError("check_node has seen to it")


# ---- single readings -----------------------------------------------------------------------------


def _value_code(leaf: ValueTest, readings: _Readings) -> Codes:
    measure = leaf.value.measure
    moment = moment_of(leaf.value.window)
    assert moment is not None, "check_node has seen to it"
    if isinstance(leaf.test, LimitMultiple):
        return _limit_code(readings.sheet.numbers_at(measure.name, moment), leaf.test)
    numbers = readings(leaf.value)
    return _threshold_code(numbers, leaf.test, factors_of(numbers, leaf.value))


def _threshold_code(numbers: Numbers, test: Threshold, factors: tuple[Fraction, ...]) -> Codes:
    def passes(micro: Whole, operator: Operator) -> Flags:
        return passes_threshold(micro, operator, test.value, factors, numbers.unit)

    equal_low, equal_high = passes(numbers.low, "="), passes(numbers.high, "=")
    met, failed = decided(
        test.operator,
        low_above=passes(numbers.low, ">"),
        low_equal=equal_low,
        high_below=passes(numbers.high, "<"),
        high_equal=equal_high,
        numbers=numbers,
    )
    return code_of(met, failed, numbers.why)


def _limit_code(numbers: Numbers, test: LimitMultiple) -> Codes:
    """Against the record's own limit of normal; the unit cancels."""
    limit = numbers.uln if test.side == "uln" else numbers.lln
    top, bottom = test.factor.numerator, test.factor.denominator

    def sign(micro: Whole) -> Whole:
        near = np.abs(micro.astype(np.float64) * bottom) < float(HIGHEST)
        exact = np.sign(np.where(near, micro * bottom - limit * top, micro))
        return exact.astype(np.int64)

    low, high = sign(numbers.low), sign(numbers.high)
    met, failed = decided(
        test.operator,
        low_above=low > 0,
        low_equal=low == 0,
        high_below=high < 0,
        high_equal=high == 0,
        numbers=numbers,
    )
    codes = code_of(met, failed, numbers.why)
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
    return code_of(met, ((possible & np.int64(mask)) == 0) & ~open_, why)


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
        return passes_threshold(
            number, operator, leaf.number / MICRO, (Fraction(1),), np.zeros_like(numbers.unit)
        )

    met, failed = decided(
        leaf.operator,
        low_above=passes(low, ">"),
        low_equal=passes(low, "="),
        high_below=passes(high, "<"),
        high_equal=passes(high, "="),
        numbers=whole,
    )
    if leaf.operator == "=" and leaf.number.denominator > 1:
        failed = known  # no whole age is 18.5
    return code_of(met, failed, numbers.why)
