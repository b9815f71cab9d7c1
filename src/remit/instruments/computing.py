"""Equations over a sheet: inputs in the unit of the paper, unknown kept."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from remit.criteria.dates import Moment, Window
from remit.criteria.environment import Environment
from remit.criteria.tabular import Numbers, Sheet
from remit.criteria.tabular.columns import HIGHEST, LOWEST, MICRO, bounded_numbers
from remit.criteria.tabular.comparing import reading_of
from remit.criteria.tabular.margins import readings_in_unit
from remit.criteria.tabular.sheet import VISIT
from remit.criteria.tree import Value
from remit.facts.dictionary import packaged_dictionary
from remit.facts.tables import FEMALE, MALE
from remit.instruments.formulas import EQUATIONS, EquationInputs
from remit.instruments.schema import Formula
from remit.truth import Reason

Floats = npt.NDArray[np.float64]


def compute_formula(formula: Formula, sheet: Sheet) -> Numbers:
    """A number by an equation; unknown where an input is, or the age lies outside its range."""
    equation = EQUATIONS[formula.equation]
    rows = sheet.rows
    why = np.zeros(rows, np.int8)

    def read(name: str) -> Floats:
        nonlocal why
        numbers, values = quantity_in_unit(name, sheet)
        missing = np.isnan(values)
        reason = np.where(numbers.why > 0, numbers.why, np.int8(Reason.NO_DATA))
        why = np.where(missing & (why == 0), reason, why).astype(np.int8)
        return values

    empty = np.full(rows, np.nan)
    age = read("age") if "age" in equation.reads else empty
    female = np.zeros(rows, np.bool_)
    if "sex" in equation.reads:
        column = sheet.categories_at("sex", tuple(sorted((FEMALE, MALE))), "visit")
        woman = np.int64(1 << column.ids.index(FEMALE))
        female = column.possible == woman
        known = (column.possible & (column.possible - 1)) == 0
        why = np.where(~known & (why == 0), np.int8(Reason.NO_DATA), why).astype(np.int8)
    inputs = EquationInputs(
        creatinine=read("creatinine") if "creatinine" in equation.reads else empty,
        age=age,
        female=female,
        height=read("height") if "height" in equation.reads else empty,
        cystatin_c=read("cystatin_c") if "cystatin_c" in equation.reads else empty,
    )
    outside = (age < equation.youngest) | (age > equation.oldest)
    why = np.where(outside & (why == 0), np.int8(Reason.IMPLAUSIBLE), why).astype(np.int8)
    not_positive = ((inputs.creatinine <= 0) | (inputs.cystatin_c <= 0)) & (why == 0)
    why = np.where(not_positive, np.int8(Reason.NOT_POSITIVE), why).astype(np.int8)
    with np.errstate(all="ignore"):
        computed = equation.compute(inputs)
    usable = (why == 0) & np.isfinite(computed)
    micro = np.round(np.where(usable, computed, 0) * MICRO).astype(np.int64)
    why = np.where(usable | (why > 0), why, np.int8(Reason.IMPLAUSIBLE)).astype(np.int8)
    low, high = np.where(usable, micro, LOWEST), np.where(usable, micro, HIGHEST)
    return bounded_numbers(low, high, why, unit=formula.unit)


def quantity_in_unit(name: str, sheet: Sheet) -> tuple[Numbers, Floats]:
    """A quantity at the visit: its column, and its exact numbers in the concept's own unit."""
    if name == "age":
        numbers = sheet.numbers_at("age", VISIT)
        return numbers, numbers.values
    environment = Environment(packaged_dictionary(), frozenset({VISIT}))
    moment = Moment(VISIT)
    measure = environment.measure(packaged_dictionary().concept(name))
    reading = Value(measure, Window(moment, moment))
    return reading_of(reading, sheet), readings_in_unit(reading, sheet)
