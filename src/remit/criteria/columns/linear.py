"""Readings that meet: `sum(coefficient × reading) + constant  operator  0`.

Coefficients are brought to whole numbers, and sums are exact: 64 bits where they hold every
product, the integers of Python where they do not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from math import gcd, lcm

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.logic import LeafCodes
from remit.criteria.columns.numbers import HIGHEST, LOWEST, MICRO, Flags, Numbers, Whole
from remit.criteria.columns.thresholds import code_of, decided, factors_of
from remit.criteria.leaves import LinearTest
from remit.criteria.readings import Reading
from remit.facts.selection import chosen, kept
from remit.truth import Reason

_OPEN = np.int8(99)  # above every reason: nothing is undecided


def linear_codes(leaf: LinearTest, read: Callable[[Reading], Numbers]) -> LeafCodes:
    """The code of a linear test; `read` gives the numbers of a reading."""
    columns = {reading: read(reading) for reading in leaf.readings}
    # An exact dose may be greater than what stands for no bound.
    finite = [((c.low > LOWEST) & (c.high < HIGHEST)) | c.is_exact for c in columns.values()]
    bounded = np.asarray(reduce(np.logical_and, finite), np.bool_)
    low, high = _signs(leaf, columns, bounded)
    closed = np.zeros(len(bounded), np.bool_)
    met, failed = decided(
        leaf.operator,
        low_above=bounded & (low > 0),
        low_equal=bounded & (low == 0),
        high_below=bounded & (high < 0),
        high_equal=bounded & (high == 0),
        low_open=closed,
        high_open=closed,
    )
    why = reduce(np.minimum, (chosen(c.why == 0, _OPEN, c.why) for c in columns.values()))
    codes = code_of(met, failed, kept(why != _OPEN, why))
    for divisor in leaf.divisors:
        none = bounded & np.asarray(columns[divisor].low <= 0, np.bool_)
        codes = chosen(none, np.int8(Reason.NOT_POSITIVE), codes)
    return codes


def _signs(
    leaf: LinearTest, columns: Mapping[Reading, Numbers], bounded: Flags
) -> tuple[LeafCodes, LeafCodes]:
    """The sign of the least and of the greatest value that the sum can have."""
    terms = [
        (coefficient > 0, columns[reading], _multiples(coefficient, columns[reading], reading))
        for coefficient, reading in leaf.terms
    ]
    every = [factor for _, _, factors in terms for factor in factors]
    clear = lcm(leaf.constant.denominator, *(factor.denominator for factor in every))
    shared = gcd(int(leaf.constant * clear) * MICRO, *(int(f * clear) for f in every)) or 1
    constant = int(leaf.constant * clear) * MICRO // shared
    low = high = _Sum(bounded, constant)
    inexact = False
    for rises, numbers, factors in terms:
        whole = [int(factor * clear) // shared for factor in factors]
        ends = (numbers.low, numbers.high) if rises else (numbers.high, numbers.low)
        inexact = inexact or bool((bounded & (numbers.low != numbers.high)).any())
        low = low.plus(ends[0], whole, numbers.unit)
        if inexact or high is not low:
            high = high.plus(ends[1], whole, numbers.unit)
    return low.sign(), high.sign()


def _multiples(coefficient: Fraction, numbers: Numbers, reading: Reading) -> tuple[Fraction, ...]:
    return tuple(coefficient * factor for factor in factors_of(numbers, reading))


class _Sum:
    """A sum of products a row, in 64 bits for as long as they hold it."""

    __slots__ = ("_largest", "_rows", "_total")

    def __init__(
        self, rows: Flags, constant: int, total: Whole | None = None, largest: int = 0
    ) -> None:
        self._rows = rows
        self._largest = largest or abs(constant)
        wide = self._largest >= HIGHEST
        self._total = (
            np.full(len(rows), constant, object if wide else np.int64) if total is None else total
        )

    def plus(self, micro: Whole, factors: list[int], unit: npt.NDArray[np.int16]) -> _Sum:
        """The sum with one more product: a number a row times the factor of its unit."""
        number = (
            np.where(self._rows, micro, 0) if micro.dtype == object else kept(self._rows, micro)
        )
        most = max(abs(int(number.max(initial=0))), abs(int(number.min(initial=0))))
        largest = self._largest + max(most, 1) * max(map(abs, factors))
        total = self._total
        wide = largest >= HIGHEST or total.dtype == object or number.dtype == object
        each = np.array(factors, object if wide else np.int64)
        if len(factors) > 1:
            each = each.take(unit[:1] if len(unit) and unit.min() == unit.max() else unit)
        if wide:
            number, total = number.astype(object), total.astype(object)
        return _Sum(self._rows, 0, total + number * each, largest)

    def sign(self) -> LeafCodes:
        return np.asarray(self._total > 0, np.int8) - np.asarray(self._total < 0, np.int8)
