"""Leaves over a sheet: readings that were picked, written down or worked out, one row a subject.

The comparison of a reading is that of records (`thresholds`, `linear`); only where the reading
comes from differs. A leaf that asks for more than a sheet holds (an event, all records of a
window) has been answered from the records before (`Sheet.answered`), or nothing is known of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np

from remit.criteria.columns.linear import linear_codes
from remit.criteria.columns.logic import MET_CODE, NOT_MET_CODE, LeafCodes, Verdicts, combine_codes
from remit.criteria.columns.numbers import HIGHEST, LOWEST, MICRO, Bytes, Categories, Numbers
from remit.criteria.columns.sheet import (
    AT_VISIT,
    VISIT,
    Sheet,
    column_of_days,
    column_of_dose,
    moment_of,
)
from remit.criteria.columns.thresholds import (
    code_of,
    codes_of_thresholds,
    factors_of,
    in_known_units,
    limit_codes,
    threshold_codes,
    usable,
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
    LimitMultiple,
    Measure,
    Reading,
    Threshold,
    Value,
)
from remit.criteria.tree import Node, leaves_of
from remit.errors import ExpressionError
from remit.facts.selection import chosen
from remit.truth import Reason


def evaluate_sheet(node: Node, sheet: Sheet) -> Verdicts:
    """The verdict of an expression for each row of a sheet."""
    return combine_codes(node, codes_on_sheet([node], sheet))


def codes_on_sheet(nodes: Iterable[Node], sheet: Sheet) -> Mapping[Leaf, LeafCodes]:
    """The code of each distinct leaf of some expressions, shape (rows,) each."""
    return codes_of_leaves(leaves_in_order(nodes), sheet)


def leaves_in_order(nodes: Iterable[Node]) -> tuple[Leaf, ...]:
    """The distinct leaves of some expressions; those of one reading stand side by side."""
    leaves = dict.fromkeys(placed.leaf for node in nodes for placed in leaves_of(node))
    return tuple(sorted(leaves, key=_what_is_read))


_HELD = 64  # readings of a piece; a long sheet is worked on in pieces


def codes_of_leaves(leaves: Iterable[Leaf], sheet: Sheet) -> Mapping[Leaf, LeafCodes]:
    """The code of each leaf, shape (rows,); `leaves_in_order` has each reading made ready once.

    What reads one other visit is worked out at every visit, and its code is taken from that one.
    """

    held: dict[Reading, Numbers] = {}

    def read(reading: Reading) -> Numbers:
        return _held_reading(reading, sheet, held)

    codes: dict[Leaf, LeafCodes] = {}
    compared: dict[Reading, list[tuple[Leaf, str, Threshold]]] = {}
    for leaf in leaves:
        if sheet.answered and leaf in sheet.answered:
            codes[leaf] = sheet.answered[leaf]
            continue
        match leaf:
            case ValueTest(test=Threshold() as test) if moment := moment_of(leaf.value.window):
                at_visit: Reading = Value(leaf.value.measure, AT_VISIT)
                compared.setdefault(at_visit, []).append((leaf, moment, test))
            case DoseTest():
                moment = moment_of(leaf.dose.window)
                at_visit = replace(leaf.dose, window=AT_VISIT) if moment else leaf.dose
                compared.setdefault(at_visit, []).append((leaf, moment or VISIT, leaf.threshold))
            case LinearTest():
                codes[leaf] = linear_codes(leaf, read)
            case _:
                codes[leaf] = _leaf_codes(leaf, sheet)
    for reading, asked in compared.items():
        numbers, tests = read(reading), [test for _, _, test in asked]
        found = codes_of_thresholds(numbers, tests, factors_of(numbers, reading))
        for (leaf, moment, _), here in zip(asked, found, strict=True):
            codes[leaf] = sheet.codes_at(moment, here)
    return codes


def _held_reading(reading: Reading, sheet: Sheet, held: dict[Reading, Numbers]) -> Numbers:
    """A reading that was made ready before, or is now; the one that was held longest makes room.

    No function that calls itself stands in another's body: it would hold what it read, and itself,
    until Python looks for rings of unused objects.
    """
    if reading not in held:
        moment = moment_of(reading.window) or VISIT
        if moment == VISIT:
            found = reading_on_sheet(reading, sheet)
        else:
            here = _held_reading(replace(reading, window=AT_VISIT), sheet, held)
            found = here.take(sheet.rows_at(moment))
        if len(held) >= _HELD:
            del held[next(iter(held))]
        held[reading] = found
    return held[reading]


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


def _leaf_codes(leaf: Leaf, sheet: Sheet) -> LeafCodes:
    match leaf:
        case ValueTest(test=LimitMultiple() as test) if moment := moment_of(leaf.value.window):
            numbers = sheet.numbers_at(leaf.value.measure.name, VISIT)
            return sheet.codes_at(moment, limit_codes(numbers, test))
        case DoseDays():
            numbers = sheet.numbers_at(column_of_days(leaf), VISIT)
            return threshold_codes(numbers, Threshold(">=", Fraction(leaf.days)), (Fraction(1),))
        case ValueIn() if moment := moment_of(leaf.window):
            column = sheet.categories_named(leaf.name, leaf.known)
            return sheet.codes_at(moment, _membership_codes(column, leaf.accepted))
        case CountTest(counted=Measure() as measure) if moment := moment_of(leaf.window):
            why = sheet.numbers_at(measure.name, VISIT).why
            return sheet.codes_at(moment, _recorded_codes(why))
        case SexIs():
            column = sheet.categories_named("sex", leaf.known)
            return _membership_codes(column, leaf.accepted)
        case AgeTest():
            return sheet.codes_at(leaf.anchor, _age_codes(leaf, sheet))
        case _:
            return np.full(sheet.rows, Reason.NO_DATA, np.int8)


def _membership_codes(column: Categories, accepted: tuple[int, ...]) -> LeafCodes:
    everything = (1 << len(column.ids)) - 1
    size = np.min_scalar_type(-everything).type
    inside = size(sum(1 << place for place, code in enumerate(column.ids) if code in accepted))
    possible = column.possible.astype(size)
    # Where every value is possible nothing is known, and nothing is known to be one of all either.
    known = (possible != size(everything)) | (column.why == 0)
    met, failed = (possible & ~inside) == 0, (possible & inside) == 0
    return code_of(met & known, failed & known, column.why)


def _recorded_codes(why: Bytes) -> LeafCodes:
    """Whether anything was recorded, usable or not."""
    there = chosen(why == np.int8(Reason.NO_DATA), np.int8(NOT_MET_CODE), np.int8(MET_CODE))
    return chosen(why == np.int8(Reason.NO_ANCHOR), np.int8(Reason.NO_ANCHOR), there)


def _age_codes(leaf: AgeTest, sheet: Sheet) -> LeafCodes:
    """Completed years or months, from the column `age` in years."""
    numbers = sheet.numbers_at("age", VISIT)
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
