"""Recorded numbers against a threshold, as printed: one comparison a row.

What the unit and the sign of a record say is worked out once for each kind of record; the rows are
compared with whole numbers. `thresholds` gives the same codes for numbers of any origin.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.logic import NOT_MET_CODE, LeafCodes
from remit.criteria.columns.numbers import HIGHEST, LOWEST, Whole, zeros_of
from remit.criteria.columns.picks import EXACT, Kinds, numbers_of
from remit.criteria.columns.rows import Rows
from remit.criteria.columns.thresholds import (
    bounds_of,
    code_of,
    decided,
    factors_of_units,
    flaws_of_units,
    limit_codes,
    passes,
)
from remit.criteria.readings import LimitMultiple, Measure, Operator, Threshold
from remit.facts.arrays import EMPTY
from remit.facts.reading import KIND
from remit.facts.selection import chosen
from remit.truth import Reason


@dataclass(frozen=True, slots=True)
class Printed:
    """Numbers as the records print them; arrays have shape (rows,).

    Attributes:
        value: in millionths of the row's unit; `EMPTY` where there is none.
        kind: the place of the row's kind among `kinds`.
    """

    value: Whole
    kind: npt.NDArray[np.integer]
    kinds: Kinds


@dataclass(frozen=True, slots=True)
class _Scale:
    """For each kind: the threshold and the plausible bounds, and what records of it say.

    Attributes:
        below, above: the last whole number at or below the threshold, the first at or above.
        least, most: the closed plausible bounds.
        flaw: why a record of this kind says nothing, 0 where it does.
    """

    below: Whole
    above: Whole
    least: Whole
    most: Whole
    flaw: npt.NDArray[np.int8]


def printed_in(rows: Rows, kinds: Kinds, at: npt.NDArray[np.int64] | None = None) -> Printed:
    """What rows of `measurement` print; those at some places, or all."""
    value, kind = np.asarray(rows.columns["value_as_number"], np.int64), rows.columns[KIND]
    return (
        Printed(value, kind, kinds) if at is None else Printed(value.take(at), kind.take(at), kinds)
    )


def codes_of_rows(
    rows: Rows, kinds: Kinds, measure: Measure, test: Threshold | LimitMultiple
) -> LeafCodes:
    """The code of each row against a constant, or against its own limit of normal."""
    if isinstance(test, LimitMultiple):
        return limit_codes(numbers_of(rows, kinds), test)
    return printed_codes(printed_in(rows, kinds), measure, test)


def printed_codes(printed: Printed, measure: Measure, test: Threshold) -> LeafCodes:
    """The code of each number against a constant."""
    value, kind, kinds = printed.value, printed.kind, printed.kinds
    if len(value) == 0:
        return np.zeros(0, np.int8)
    scale = _scale_of(kinds, measure, test.value)
    at: npt.NDArray[np.integer] | np.integer = kind
    if kind.min() == kind.max():
        at = kind[0]  # one kind of record: its bounds are two numbers
    below, above = scale.below.take(at), scale.above.take(at)
    codes = np.int8(NOT_MET_CODE) - passes(value, test.operator, below, above).view(np.int8)
    odd = np.asarray((value < scale.least.take(at)) | (value > scale.most.take(at)), np.bool_)
    special = (kinds.sign != EXACT) | (scale.flaw != 0)
    if special.any():
        odd |= special.take(at)
    rows = np.flatnonzero(odd)
    if len(rows):
        found = _codes_of_odd(value.take(rows), kind.take(rows), kinds, scale, test.operator)
        codes[rows] = found
    return codes


def _codes_of_odd(
    value: Whole,
    kind: npt.NDArray[np.integer],
    kinds: Kinds,
    scale: _Scale,
    operator: Operator,
) -> LeafCodes:
    """Codes of rows without a value, of an unusable unit or size, or with a sign."""
    position = (value >= scale.above[kind]).astype(np.intp) + (value > scale.below[kind])
    codes = _codes_of_signs(operator)[kinds.sign[kind], position]
    outside = (value < scale.least[kind]) | (value > scale.most[kind])
    codes = chosen(outside, np.int8(Reason.IMPLAUSIBLE), codes)
    flaw = scale.flaw[kind]
    codes = chosen(flaw == 0, codes, flaw)
    return chosen(value == EMPTY, np.int8(Reason.NO_VALUE), codes)


@lru_cache(maxsize=5)
def _codes_of_signs(operator: Operator) -> LeafCodes:
    """What a printed number says by its sign and by where it stands, shape (signs, 3).

    The signs are those of `picks.Kinds`; the number stands below, at or above the threshold.
    """
    sign, position = np.divmod(np.arange(18), 3)
    bottom, top = np.isin(sign, (0, 3, 4)), np.isin(sign, (0, 1, 2))
    met, failed = decided(
        operator,
        low_above=bottom & (position == 2),
        low_equal=bottom & (position == 1),
        high_below=top & (position == 0),
        high_equal=top & (position == 1),
        low_open=sign == 4,
        high_open=sign == 1,
    )
    codes = code_of(met, failed, np.full(18, Reason.CENSORED, np.int8)).reshape(6, 3)
    codes.flags.writeable = False  # all who ask share it
    return codes


def _scale_of(kinds: Kinds, measure: Measure, threshold: Fraction) -> _Scale:
    units = kinds.units
    factors = factors_of_units(units, measure)
    below, above = bounds_of(threshold, factors)
    flaw = np.zeros(len(units) + 2, np.int8)
    if measure.multipliers:
        flaw = flaws_of_units(units, {code for code, _ in measure.multipliers})
    least = np.full(len(factors), LOWEST + 1)  # EMPTY lies below
    most = np.full(len(factors), HIGHEST)
    if measure.plausible is not None:
        _, least = bounds_of(measure.plausible[0], factors)
        most, _ = bounds_of(measure.plausible[1], factors)
    if (zeros := zeros_of(units)) is not None:
        # What is printed is compared as it stands: the bounds go to where the unit's zero is.
        below, above, least, most = (ends + zeros[:-1] for ends in (below, above, least, most))
    # Where no unit is known at all, that of -2 has no place of its own; its flaw decides.
    unit = np.maximum(kinds.unit, -1)
    return _Scale(below[unit], above[unit], least[unit], most[unit], flaw[kinds.unit])
