"""The quantities of a patient's page: one series each, in one unit, with what bounds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import inf, isnan

import numpy as np

from remit.criteria.columns.margins import bounds_in_unit
from remit.criteria.columns.numbers import Numbers
from remit.criteria.columns.sheet import AT_VISIT, Sheet, dose_column
from remit.criteria.environment import Environment
from remit.criteria.tree import AbsenceRule, Dose, Reading, Value
from remit.endpoints.patient_course import CourseVisit, Point, Series
from remit.endpoints.study_responses import StudyAdjudication
from remit.facts.codes import NO_VOCABULARY
from remit.facts.dictionary import packaged_dictionary
from remit.instruments.cards import number_text
from remit.truth import Reason
from remit.units import unit_text

# Instruments whose numbers are among the quantities of every page.
SERIES_SCORES = ("egfr", "pga")
GLUCOCORTICOID = "glucocorticoid"
_VALUES: Mapping[str, str] = {
    "upcr": "Urine protein/creatinine ratio",
    "urine_protein_24h": "Urine protein in 24 hours",
    "creatinine": "Serum creatinine",
    "c3": "Complement C3",
    "c4": "Complement C4",
    "anti_dsdna": "Anti-dsDNA antibody",
}


def value_series(
    study: StudyAdjudication, rows: np.typing.NDArray[np.intp], visits: tuple[CourseVisit, ...]
) -> tuple[tuple[Series, ...], tuple[str, ...]]:
    """The quantities that every page has, and the labels of those that nothing here reads."""
    environment = Environment(packaged_dictionary(), frozenset({"visit"}), codes=NO_VOCABULARY)
    concepts = packaged_dictionary().concepts
    wanted: list[tuple[str, str, str, Reading]] = []
    for name, label in _VALUES.items():
        measure = environment.measure(concepts[name])
        wanted.append((name, label, measure.unit, Value(measure, AT_VISIT)))
        if name == "creatinine":
            wanted.append(_egfr(study, rows, environment))
    dose = Dose(GLUCOCORTICOID, (), AT_VISIT, AbsenceRule("covered"))
    wanted.append((dose_column(GLUCOCORTICOID), "Prednisone-equivalent dose", "mg/d", dose))
    pga = environment.measure(concepts["pga"])
    wanted.append(("pga", "Physician global assessment (0 to 3)", pga.unit, Value(pga, AT_VISIT)))
    series, unread = [], []
    for name, label, unit, reading in wanted:
        sheet = _sheet_with(study, name)
        if sheet is None:
            unread.append(label)
            continue
        bounds = bounds_in_unit(reading, sheet)
        points = tuple(
            point_of(
                bounds.numbers, int(row), visit, bounds.low[row], bounds.high[row],
                lln=bounds.lln[row], uln=bounds.uln[row], unit=unit, scale=_scale_of(reading),
            )
            for row, visit in zip(rows, visits, strict=True)
        )  # fmt: skip
        series.append(Series(name, label, unit_text(unit), name in _VALUES, points))
    return tuple(series), tuple(unread)


def _egfr(
    study: StudyAdjudication, rows: np.typing.NDArray[np.intp], environment: Environment
) -> tuple[str, str, str, Reading]:
    """The reported rate where more visits have it than creatinine gives; never both mixed."""
    measure = environment.measure(packaged_dictionary().concepts["egfr"])
    computed = replace(measure, name="egfr_ckd_epi_2021")
    known = {}
    for name in (measure.name, computed.name):
        sheet = _sheet_with(study, name)
        known[name] = 0 if sheet is None else int(np.sum(sheet.numbers[name].is_exact[rows]))
    if known[measure.name] > known[computed.name]:
        return measure.name, "eGFR as reported", measure.unit, Value(measure, AT_VISIT)
    return computed.name, "eGFR (CKD-EPI 2021)", measure.unit, Value(computed, AT_VISIT)


def _scale_of(reading: Reading) -> tuple[float, float] | None:
    """The ends of the scale of a score."""
    if not isinstance(reading, Value) or reading.measure.multipliers:
        return None
    span = reading.measure.plausible
    return None if span is None else (float(span[0]), float(span[1]))


def _sheet_with(study: StudyAdjudication, name: str) -> Sheet | None:
    """The sheet that has a column of numbers: what definitions read goes first."""
    scored = [scores.sheet for scores in study.followed.scores.values()]
    sheets = (study.followed.sheet, *scored)
    return next((sheet for sheet in sheets if name in sheet.numbers), None)


def point_of(
    numbers: Numbers,
    row: int,
    visit: CourseVisit,
    low: float,
    high: float,
    *,
    lln: float = float("nan"),
    uln: float = float("nan"),
    unit: str = "",
    scale: tuple[float, float] | None = None,
) -> Point:
    """What is known of one row, with its bounds in the unit of the series."""
    at = numbers.day[row]
    shift = 0 if np.isnat(at) else (at.item() - visit.day).days
    place = int(numbers.unit[row])
    foreign = place >= 0 and numbers.units[place] != unit
    why = int(numbers.why[row])
    # That a dose is not negative, or a score within its scale, tells nothing.
    if why and ((high == inf and low <= 0) or (scale is not None and (low, high) == scale)):
        low, high = -inf, inf
    return Point(
        float(low),
        float(high),
        bool(numbers.low_open[row]),
        bool(numbers.high_open[row]),
        visit.days + shift,
        Reason(why) if why else None,
        number_text(numbers, row) if foreign and unit else "",
        None if isnan(lln) else float(lln),
        None if isnan(uln) else float(uln),
    )
