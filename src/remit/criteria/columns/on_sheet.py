"""Leaves over a sheet: readings that were picked, written down or worked out, one row a subject.

The comparison of a reading is that of records (`thresholds`, `linear`); only where the reading
comes from differs. A leaf that asks for more than a sheet holds (an event, all records of a
window) has been answered from the records before (`Sheet.answered`), or nothing is known of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.linear import linear_codes
from remit.criteria.columns.logic import MET_CODE, NOT_MET_CODE, LeafCodes, Verdicts, combine_codes
from remit.criteria.columns.numbers import HIGHEST, LOWEST, MICRO, Numbers, Whole
from remit.criteria.columns.sheet import (
    VISIT,
    Sheet,
    column_of_days,
    column_of_dose,
    moment_of,
)
from remit.criteria.columns.thresholds import (
    code_of,
    factors_of,
    in_known_units,
    threshold_codes,
    usable,
    value_codes,
)
from remit.criteria.leaves import (
    AgeTest,
    CountTest,
    DoseDays,
    DoseTest,
    Leaf,
    LinearTest,
    SexIs,
    ValueIn,
    ValueTest,
)
from remit.criteria.readings import (
    DOSE_FACTORS,
    AbsenceRule,
    Dose,
    Measure,
    Reading,
    Threshold,
    Value,
)
from remit.criteria.tree import Node, leaves_of
from remit.errors import ExpressionError
from remit.truth import Reason


def evaluate_sheet(node: Node, sheet: Sheet) -> Verdicts:
    """The verdict of an expression for each row of a sheet."""
    return combine_codes(node, codes_on_sheet([node], sheet))


Ready = dict[Reading, tuple[Numbers | None, Numbers]]
_HELD = 64  # readings of a piece; a long sheet is worked on in pieces


def codes_on_sheet(
    nodes: Iterable[Node], sheet: Sheet, *, ready: Ready | None = None
) -> Mapping[Leaf, LeafCodes]:
    """The code of each distinct leaf of some expressions, shape (rows,) each.

    Args:
        ready: readings that were made ready for the same rows before; those whose column is still
            the same are taken, and new ones are added.
    """
    leaves = dict.fromkeys(placed.leaf for node in nodes for placed in leaves_of(node))
    # Leaves of one reading stand side by side, so that it is made ready once and need not be held.
    ordered = sorted(leaves, key=_what_is_read)
    held: Ready = {} if ready is None else ready

    def read(reading: Reading) -> Numbers:
        column = sheet.numbers.get(_column_name(reading))
        found = held.get(reading)
        if found is None or found[0] is not column:
            while len(held) >= _HELD:
                del held[next(iter(held))]
            found = held[reading] = column, reading_on_sheet(reading, sheet)
        return found[1]

    found = {leaf: _leaf_codes(leaf, sheet, read) for leaf in ordered}
    return {leaf: found[leaf] for leaf in leaves}


def _column_name(reading: Reading) -> str:
    return reading.measure.name if isinstance(reading, Value) else column_of_dose(reading)


def _what_is_read(leaf: Leaf) -> str:
    match leaf:
        case ValueTest():
            return f"{leaf.value.measure.name} {leaf.value.window}"
        case LinearTest(terms=((_, Value() as value), *_)):
            return f"{value.measure.name} {value.window}"
        case DoseTest():
            return column_of_dose(leaf.dose)
        case _:
            return ""


def reading_on_sheet(reading: Reading, sheet: Sheet) -> Numbers:
    """The numbers that a reading finds, with nothing known where the unit or the size is wrong."""
    moment = moment_of(reading.window)
    if isinstance(reading, Value):
        assert moment is not None, "is_on_sheet has seen to it"
        return usable(sheet.numbers_at(reading.measure.name, moment), reading.measure)
    numbers = sheet.numbers_at(column_of_dose(reading), moment or VISIT)
    return in_known_units(numbers, DOSE_FACTORS)


# ---- which leaves a sheet can answer by itself ---------------------------------------------------


def check_node(node: Node, moments: Iterable[str], *, source: str) -> None:
    """Refuse an expression that a filled form cannot answer.

    Args:
        moments: the visits that the form will know, beside `visit`.

    Raises:
        ExpressionError: it asks for values over a span of days, for events or for a signature.
    """
    known = frozenset({VISIT, *moments})
    for placed in leaves_of(node):
        if not is_on_sheet(placed.leaf, known):
            raise ExpressionError(
                f"{placed.text!r} cannot be answered from a sheet of visits",
                expected=f"values, doses and findings at {', '.join(sorted(known))}, "
                "or the highest dose over a span between them",
                got=placed.text,
                next_step="read the fact at a visit, or name it as an item",
                place=source,
            )


def is_on_sheet(leaf: Leaf, known: frozenset[str]) -> bool:
    """Whether a leaf reads visits, and nothing of the days between them but doses."""
    match leaf:
        case ValueTest() | DoseTest() | LinearTest():
            return all(
                moment_of(reading.window) in known
                if isinstance(reading, Value)
                else _is_dose_on_sheet(reading, known)
                for reading in leaf.readings
            ) and not (isinstance(leaf, ValueTest) and leaf.value.earliest)
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


# ---- codes ---------------------------------------------------------------------------------------


def _leaf_codes(leaf: Leaf, sheet: Sheet, read: Callable[[Reading], Numbers]) -> LeafCodes:
    if leaf in sheet.answered:
        return sheet.answered[leaf]
    match leaf:
        case ValueTest() if (moment := moment_of(leaf.value.window)) is not None:
            if isinstance(leaf.test, Threshold):
                numbers = read(leaf.value)
                return threshold_codes(numbers, leaf.test, factors_of(numbers, leaf.value))
            measure = leaf.value.measure
            return value_codes(sheet.numbers_at(measure.name, moment), measure, leaf.test)
        case DoseTest():
            numbers = read(leaf.dose)
            return threshold_codes(numbers, leaf.threshold, factors_of(numbers, leaf.dose))
        case DoseDays():
            numbers = sheet.numbers_at(column_of_days(leaf), VISIT)
            return threshold_codes(numbers, Threshold(">=", Fraction(leaf.days)), (Fraction(1),))
        case ValueIn() if (moment := moment_of(leaf.window)) is not None:
            column = sheet.categories_at(leaf.name, leaf.known, moment)
            return _membership_codes(column.ids, column.possible, column.why, leaf.accepted)
        case CountTest(counted=Measure()) if (moment := moment_of(leaf.window)) is not None:
            return _recorded_codes(leaf, sheet, moment)
        case SexIs():
            column = sheet.categories_at("sex", leaf.known, VISIT)
            return _membership_codes(column.ids, column.possible, column.why, leaf.accepted)
        case AgeTest():
            return _age_codes(leaf, sheet)
        case LinearTest():
            return linear_codes(leaf, read)
        case _:
            return np.full(sheet.rows, Reason.NO_DATA, np.int8)


def _membership_codes(
    ids: tuple[int, ...], possible: Whole, why: npt.NDArray[np.int8], accepted: tuple[int, ...]
) -> LeafCodes:
    mask = sum(1 << place for place, code in enumerate(ids) if code in accepted)
    # Where every value is possible nothing is known, and nothing is known to be one of all either.
    open_ = (possible == (1 << len(ids)) - 1) & (why > 0)
    met = ((possible & ~np.int64(mask)) == 0) & ~open_
    return code_of(met, ((possible & np.int64(mask)) == 0) & ~open_, why)


def _recorded_codes(leaf: CountTest, sheet: Sheet, moment: str) -> LeafCodes:
    """Whether anything was recorded, usable or not."""
    assert isinstance(leaf.counted, Measure), "the caller has seen to it"
    why = sheet.numbers_at(leaf.counted.name, moment).why
    there = np.where(why == Reason.NO_DATA, NOT_MET_CODE, MET_CODE)
    return np.where(why == Reason.NO_ANCHOR, np.int8(Reason.NO_ANCHOR), there).astype(np.int8)


def _age_codes(leaf: AgeTest, sheet: Sheet) -> LeafCodes:
    """Completed years or months, from the column `age` in years."""
    numbers = sheet.numbers_at("age", leaf.anchor)
    each = 1 if leaf.period == "year" else 12
    known = numbers.low > LOWEST
    low = np.where(known, np.where(known, numbers.low, 0) * each // MICRO, LOWEST)
    high = np.where(known, np.where(known, numbers.high, 0) * each // MICRO, HIGHEST)
    whole = replace(numbers, low=low, high=high, unit=np.full(len(low), -1, np.int16), units=())
    # Whole ages are held against the number itself, not against millionths of it.
    codes = threshold_codes(whole, Threshold(leaf.operator, leaf.number / MICRO), (Fraction(1),))
    if leaf.operator == "=" and leaf.number.denominator > 1:
        codes[known] = NOT_MET_CODE  # no whole age is 18.5
    return codes
