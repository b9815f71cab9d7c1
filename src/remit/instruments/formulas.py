"""Equations with powers and products: the filtration rate, from creatinine or cystatin C.

Each is one line of its paper. Input comes in the unit that the paper uses; the result is rounded to
six places, as every number of Remit is. Over a sheet, unknown is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.margins import readings_in_unit
from remit.criteria.columns.numbers import HIGHEST, LOWEST, MICRO, Numbers, bounded_numbers
from remit.criteria.columns.on_sheet import reading_on_sheet
from remit.criteria.columns.sheet import AT_VISIT, VISIT, Sheet
from remit.criteria.environment import Environment
from remit.criteria.tree import Value
from remit.facts.codes import NO_VOCABULARY
from remit.facts.dictionary import packaged_dictionary
from remit.facts.tables import FEMALE, MALE
from remit.instruments.instrument import Formula
from remit.truth import Reason

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class EquationInputs:
    """What an equation reads, shape (rows,) each; NaN where it is not known.

    Attributes:
        creatinine: in mg/dL. cystatin_c: in mg/L. height: in cm. age: in years, with its fraction.
        female: whether the person is a woman (only where the sex is known).
    """

    creatinine: Floats
    age: Floats
    female: Flags
    height: Floats
    cystatin_c: Floats

    def taken(self, rows: npt.NDArray[np.intp]) -> EquationInputs:
        """What is read of these rows."""
        return EquationInputs(*(getattr(self, part.name)[rows] for part in fields(self)))


@dataclass(frozen=True, slots=True)
class Equation:
    """An equation, the quantities that it reads, the ages for which it was made, and its paper.

    Between two of its `turns` the result rises or falls with age and does not do both.
    """

    compute: Callable[[EquationInputs], Floats]
    reads: tuple[str, ...]
    youngest: float
    oldest: float
    citation: str
    turns: tuple[float, ...] = ()


def _ckd_epi(
    x: EquationInputs,
    *,
    factor: float,
    slopes: tuple[float, float, float],
    yearly: float,
    woman: float,
) -> Floats:
    """Inker 2021 and Levey 2009 share one form: two slopes that meet at kappa."""
    kappa = np.where(x.female, 0.7, 0.9)
    low = np.where(x.female, slopes[0], slopes[1])
    ratio = x.creatinine / kappa
    rate = factor * np.minimum(ratio, 1) ** low * np.maximum(ratio, 1) ** slopes[2]
    return rate * yearly**x.age * np.where(x.female, woman, 1.0)


def ckd_epi_2021(x: EquationInputs) -> Floats:
    """CKD-EPI 2021, creatinine, without race."""
    return _ckd_epi(x, factor=142, slopes=(-0.241, -0.302, -1.200), yearly=0.9938, woman=1.012)


def ckd_epi_2009(x: EquationInputs) -> Floats:
    """CKD-EPI 2009 without the race factor."""
    return _ckd_epi(x, factor=141, slopes=(-0.329, -0.411, -1.209), yearly=0.993, woman=1.018)


def mdrd(x: EquationInputs) -> Floats:
    """MDRD with four variables for IDMS creatinine, without the race factor."""
    woman = np.where(x.female, 0.742, 1.0)
    return 175 * x.creatinine**-1.154 * x.age**-0.203 * woman


def mdrd_chinese(x: EquationInputs) -> Floats:
    """MDRD with the coefficients fitted in China."""
    return 175 * x.creatinine**-1.234 * x.age**-0.179 * np.where(x.female, 0.79, 1.0)


def japanese(x: EquationInputs) -> Floats:
    """The equation of the Japanese Society of Nephrology."""
    return 194 * x.creatinine**-1.094 * x.age**-0.287 * np.where(x.female, 0.739, 1.0)


def schwartz_bedside(x: EquationInputs) -> Floats:
    """The bedside equation of 2009."""
    return 0.413 * x.height / x.creatinine


def schwartz_original(x: EquationInputs) -> Floats:
    """The original equation: 0.45 in the first year, 0.55, and 0.70 for boys from 13."""
    boy = ~x.female & (x.age >= 13)
    k = np.where(x.age < 1, 0.45, np.where(boy, 0.70, 0.55))
    return k * x.height / x.creatinine


def ckid_u25(x: EquationInputs) -> Floats:
    """CKiD under 25, creatinine: a constant that depends on age and sex."""
    from_twelve = x.age - 12
    boy = np.where(
        x.age < 12,
        39.0 * 1.008**from_twelve,
        np.where(x.age < 18, 39.0 * 1.045**from_twelve, 50.8),
    )
    girl = np.where(
        x.age < 12,
        36.1 * 1.008**from_twelve,
        np.where(x.age < 18, 36.1 * 1.023**from_twelve, 41.4),
    )
    return np.where(x.female, girl, boy) * (x.height / 100) / x.creatinine


def ckid_u25_cystatin(x: EquationInputs) -> Floats:
    """CKiD under 25, cystatin C: a constant that depends on age and sex."""
    from_fifteen, from_twelve = x.age - 15, x.age - 12
    boy = np.where(
        x.age < 15,
        87.2 * 1.011**from_fifteen,
        np.where(x.age < 18, 87.2 * 0.960**from_fifteen, 77.1),
    )
    girl = np.where(
        x.age < 12,
        79.9 * 1.004**from_twelve,
        np.where(x.age < 18, 79.9 * 0.974**from_twelve, 68.3),
    )
    return np.where(x.female, girl, boy) / x.cystatin_c


_ADULT = ("creatinine", "age", "sex")
_CHILD = ("creatinine", "height", "age")

EQUATIONS: Mapping[str, Equation] = {
    "ckd_epi_2021": Equation(ckd_epi_2021, _ADULT, 18, 130, "Inker 2021, N Engl J Med 385:1737"),
    "ckd_epi_2009": Equation(ckd_epi_2009, _ADULT, 18, 130, "Levey 2009, Ann Intern Med 150:604"),
    "mdrd": Equation(mdrd, _ADULT, 18, 130, "Levey 2006, Ann Intern Med 145:247"),
    "mdrd_chinese": Equation(
        mdrd_chinese,
        _ADULT,
        18,
        130,
        "Ma 2006, J Am Soc Nephrol 17:2937; Wang 2021, Front Pharmacol 12:748609",
    ),
    "japanese": Equation(japanese, _ADULT, 18, 130, "Matsuo 2009, Am J Kidney Dis 53:982"),
    "schwartz_bedside": Equation(
        schwartz_bedside, _CHILD, 1, 18, "Schwartz 2009, J Am Soc Nephrol 20:629"
    ),
    "schwartz_original": Equation(
        schwartz_original,
        (*_CHILD, "sex"),
        0,
        18,
        "Schwartz 1976, Pediatrics 58:259; 1987",
        turns=(1, 13),
    ),
    "ckid_u25": Equation(
        ckid_u25, (*_CHILD, "sex"), 1, 25, "Pierce 2021, Kidney Int 99:948", turns=(12, 18)
    ),
    "ckid_u25_cystatin": Equation(
        ckid_u25_cystatin,
        ("cystatin_c", "age", "sex"),
        1,
        25,
        "Pierce 2021, Kidney Int 99:948",
        turns=(12, 15, 18),
    ),
}


# ---- over a sheet --------------------------------------------------------------------------------


def compute_formula(formula: Formula, sheet: Sheet) -> Numbers:
    """A number by an equation; unknown where an input is, or the age lies outside its range.

    Where the birth date leaves several ages, the number lies between the least and the greatest
    that they give.
    """
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
    youngest, oldest, age_why = _possible_ages(sheet)
    why = np.where(np.isnan(youngest), age_why, why).astype(np.int8)
    female = np.zeros(rows, np.bool_)
    if "sex" in equation.reads:
        column = sheet.categories_named("sex", tuple(sorted((FEMALE, MALE))))
        woman = np.int64(1 << column.ids.index(FEMALE))
        female = column.possible == woman
        known = (column.possible & (column.possible - 1)) == 0
        why = np.where(~known & (why == 0), np.int8(Reason.NO_DATA), why).astype(np.int8)
    inputs = EquationInputs(
        creatinine=read("creatinine") if "creatinine" in equation.reads else empty,
        age=youngest,
        female=female,
        height=read("height") if "height" in equation.reads else empty,
        cystatin_c=read("cystatin_c") if "cystatin_c" in equation.reads else empty,
    )
    outside = (oldest < equation.youngest) | (youngest > equation.oldest)
    why = np.where(outside & (why == 0), np.int8(Reason.IMPLAUSIBLE), why).astype(np.int8)
    # Some of the ages are those for which the equation was made, and some are not.
    across = (youngest < equation.youngest) | (oldest > equation.oldest)
    why = np.where(across & (why == 0), age_why, why).astype(np.int8)
    not_positive = ((inputs.creatinine <= 0) | (inputs.cystatin_c <= 0)) & (why == 0)
    why = np.where(not_positive, np.int8(Reason.NOT_POSITIVE), why).astype(np.int8)
    least = most = _computed(equation, inputs)
    several = np.flatnonzero((why == 0) & (youngest < oldest))
    if len(several):
        least, most = least.copy(), most.copy()
        least[several], most[several] = _between(equation, inputs.taken(several), oldest[several])
    usable = (why == 0) & np.isfinite(least) & np.isfinite(most)
    low, high = (np.round(np.where(usable, x, 0) * MICRO).astype(np.int64) for x in (least, most))
    why = np.where(usable | (why > 0), why, np.int8(Reason.IMPLAUSIBLE)).astype(np.int8)
    why = np.where(usable & (low < high), age_why, why).astype(np.int8)
    low, high = np.where(usable, low, LOWEST), np.where(usable, high, HIGHEST)
    return bounded_numbers(low, high, why, unit=formula.unit)


def _possible_ages(sheet: Sheet) -> tuple[Floats, Floats, npt.NDArray[np.int8]]:
    """The least and the greatest age at the visit, NaN where one is not bounded, and why."""
    ages = sheet.numbers_at("age", VISIT)
    bounded = (ages.low > LOWEST) & (ages.high < HIGHEST)
    each = MICRO * ages.scale
    low, high = (np.where(bounded, end / each, np.nan) for end in (ages.low, ages.high))
    return low, high, np.where(ages.why > 0, ages.why, np.int8(Reason.NO_DATA)).astype(np.int8)


def _computed(equation: Equation, inputs: EquationInputs) -> Floats:
    with np.errstate(all="ignore"):
        return equation.compute(inputs)


def _between(equation: Equation, inputs: EquationInputs, oldest: Floats) -> tuple[Floats, Floats]:
    """The least and the greatest result of the ages from `inputs.age` to `oldest`.

    The extremes lie at the ends, at a turn between them, or right before one.
    """
    ages = [inputs.age, oldest]
    for turn in equation.turns:
        ages += [np.clip(x, inputs.age, oldest) for x in (np.nextafter(turn, 0), turn)]
    found = np.stack([_computed(equation, replace(inputs, age=age)) for age in ages])
    return found.min(axis=0), found.max(axis=0)


def quantity_in_unit(name: str, sheet: Sheet) -> tuple[Numbers, Floats]:
    """A quantity at the visit: its column, and its exact numbers in the concept's own unit."""
    environment = Environment(packaged_dictionary(), frozenset({VISIT}), codes=NO_VOCABULARY)
    measure = environment.measure(packaged_dictionary().concept(name))
    reading = Value(measure, AT_VISIT)
    return reading_on_sheet(reading, sheet), readings_in_unit(reading, sheet)
