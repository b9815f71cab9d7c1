"""Readings that meet: `sum(coefficient × reading) + constant  operator  0` over a sheet.

Floating point decides all rows that are far from equality and rational numbers decide the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import reduce

import numpy as np
import numpy.typing as npt

from remit.criteria.compiling.logic import Codes
from remit.criteria.tabular.columns import HIGHEST, LOWEST, MICRO, Flags, Numbers, Whole
from remit.criteria.tabular.comparing import code_of, decided, factors_of
from remit.criteria.tree import LinearTest, Reading
from remit.truth import Reason

_OPEN = 99  # above every reason: nothing is undecided


def linear_code(leaf: LinearTest, read: Callable[[Reading], Numbers]) -> Codes:
    """The code of a linear test for each row; `read` gives the numbers of a reading."""
    columns = {reading: read(reading) for reading in leaf.readings}
    finite = [(c.low > LOWEST) & (c.high < HIGHEST) for c in columns.values()]
    bounded = reduce(np.logical_and, finite)
    low, high = _signs(leaf, columns, bounded)
    open_ = np.zeros(len(bounded), np.bool_)
    closed = replace(next(iter(columns.values())), low_open=open_, high_open=open_)
    met, failed = decided(
        leaf.operator,
        low_above=bounded & (low > 0),
        low_equal=bounded & (low == 0),
        high_below=bounded & (high < 0),
        high_equal=bounded & (high == 0),
        numbers=closed,
    )
    why = reduce(np.minimum, (np.where(c.why == 0, _OPEN, c.why) for c in columns.values()))
    codes = code_of(met, failed, np.where(why == _OPEN, 0, why).astype(np.int8))
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
        factors = tuple(coefficient * f / MICRO for f in factors_of(column, reading))
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
