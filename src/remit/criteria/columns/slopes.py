"""The leaf that asks for a slope: least squares over all records of a window, exactly.

With days `t` and numbers `y` of `n` records the slope is `(n Σty - Σt Σy) / (n Σt² - (Σt)²)`. Its
denominator is above zero where two days differ, so that the comparison is one of whole numbers:
64 bits where they hold every product, the integers of Python where they do not.
"""

from __future__ import annotations

from math import lcm

import numpy as np

from remit.criteria.columns.logic import MET_CODE, NOT_MET_CODE, LeafCodes
from remit.criteria.columns.numbers import HIGHEST, LOWEST, MICRO, Flags, Numbers, Whole, compared
from remit.criteria.columns.picks import (
    inside,
    numbers_of,
    spread_codes,
    with_no_anchor,
    with_no_latest,
)
from remit.criteria.columns.records import Records
from remit.criteria.columns.rows import Rows
from remit.criteria.columns.thresholds import factors_of, usable
from remit.criteria.dates import DAYS_A_YEAR
from remit.criteria.leaves import Slope
from remit.truth import Reason

_NONE = np.int8(99)  # above every reason


def slope_codes(leaf: Slope, records: Records) -> LeafCodes:
    """The slope of the numbers in the window against a threshold."""
    span = records.span_of_values(leaf.window)
    rows = records.rows("measurement", leaf.measure.ids)
    found = _codes_of_held(leaf, records, rows.take(np.flatnonzero(inside(rows, span))))
    if rows.bounds is None:
        return found
    # A slope hangs on each day.
    open_ = rows.bounds.possibly_begin_in(rows.subject, span) & rows.bounds.open_start
    found[rows.subject.compress(open_)] = Reason.IMPRECISE_DATE
    return with_no_anchor(with_no_latest(found, span), span)


def _codes_of_held(leaf: Slope, records: Records, rows: Rows) -> LeafCodes:
    """The codes from the rows of the windows."""
    span, count = records.span_of_values(leaf.window), len(records.subjects)
    if not len(rows):
        return spread_codes(np.zeros(0, np.int8), rows.subject, span, count)
    numbers = usable(numbers_of(rows, records.kinds), leaf.measure)
    begin = np.flatnonzero(np.concatenate([[True], rows.subject[1:] != rows.subject[:-1]]))
    why = np.minimum.reduceat(np.where(numbers.why == 0, _NONE, numbers.why), begin)
    day = rows.start.astype(np.int64)
    length = np.diff(np.append(begin, len(day)))
    first, last = np.minimum.reduceat(day, begin), np.maximum.reduceat(day, begin)
    passes = _passes(leaf, numbers, day - np.repeat(first, length), begin, length)
    codes = np.where(passes, np.int8(MET_CODE), np.int8(NOT_MET_CODE))
    codes[first == last] = Reason.NO_DATA
    codes = np.where(why < _NONE, why, codes)
    return spread_codes(codes, rows.subject[begin], span, count)


def _passes(leaf: Slope, numbers: Numbers, day: Whole, begin: Whole, length: Whole) -> Flags:
    """Whether the slope of each run of records passes; any answer where a number is not exact."""
    factors = factors_of(numbers, leaf.measure)
    clear = lcm(*(factor.denominator for factor in factors))
    each = [int(factor * clear) for factor in factors]
    known = (numbers.low > LOWEST) & (numbers.why == 0)
    micro = np.where(known, numbers.low, 0)
    # slope * DAYS_A_YEAR / (clear * MICRO)  operator  threshold
    left = DAYS_A_YEAR.numerator * leaf.threshold.value.denominator
    right = DAYS_A_YEAR.denominator * leaf.threshold.value.numerator * clear * MICRO
    most = int(length.max())
    furthest = max(int(day.max()), 1)
    largest = int(np.abs(micro).max()) * max(map(abs, each))
    bounds = (
        2 * most * most * furthest * max(largest, 1) * left,
        2 * most * most * furthest * furthest * max(abs(right), 1),
    )
    wide = max(bounds) >= HIGHEST
    kind = np.dtype(object if wide else np.int64)
    t: Whole = day.astype(kind)
    n: Whole = length.astype(kind)
    y: Whole = micro.astype(kind) * np.array(each, kind)[numbers.unit if len(each) > 1 else 0]

    def total(of: Whole) -> Whole:
        return np.asarray(np.add.reduceat(of, begin))

    top = (n * total(t * y) - total(t) * total(y)) * left
    bottom = (n * total(t * t) - total(t) * total(t)) * right
    return compared(top, leaf.threshold.operator, bottom)
