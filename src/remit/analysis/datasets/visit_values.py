"""What is known of each quantity at each visit: the values behind ADLB, ADVS, ADQS and ADDOSE."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.analysis.rows.trial_answers import TrialAnswers
from remit.criteria.columns.margins import Bounds, bounds_in_unit, readings_in_unit
from remit.criteria.columns.numbers import HIGHEST, LOWEST, MICRO, Numbers
from remit.criteria.columns.sheet import AT_VISIT, Sheet, dose_column
from remit.criteria.tree import Value
from remit.endpoints.patient_course import Point
from remit.facts.concept import Concept
from remit.instruments.bound_instrument import bound_packaged
from remit.truth import Reason

LABORATORY, VITAL_SIGNS, SCORES, DOSES = "ADLB", "ADVS", "ADQS", "ADDOSE"
# The units in which what is no laboratory value is measured: bodies, blood pressure, temperature.
_OF_BODIES = frozenset({"kg", "cm", "mm[Hg]", "Cel"})
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class VisitValues:
    """One quantity at all visits of a trial; every array has a row a visit.

    Attributes:
        dataset: where its records stand. name: as plans call it. unit: of UCUM; may be empty.
        recorded: whether it was recorded then or could be worked out; visits of laboratory values
            without a record are no records.
        value: not a number where it is not exactly known; `text` then says what is known.
        low, high: limits of normal of the record, not a number where it has none.
        indicator: the place in `INDICATORS`, -1 where it is unknown.
        record: the key in the table `measurement`; -1 where the value is worked out.
        day: of the record, the planned day where there is none.
    """

    dataset: str
    name: str
    label: str
    unit: str
    recorded: npt.NDArray[np.bool_]
    value: Floats
    text: tuple[str | None, ...]
    why: npt.NDArray[np.int8]
    low: Floats
    high: Floats
    indicator: npt.NDArray[np.int64]
    record: npt.NDArray[np.int64]
    day: npt.NDArray[np.datetime64]
    source: str

    @property
    def is_known_somewhere(self) -> bool:
        """Whether any visit has a value, or a record that is not exactly known."""
        return bool(np.isfinite(self.value).any() or (self.record >= 0).any())

    def reasons(self) -> list[str | None]:
        """Why each value is not exactly known; None where it is."""
        unknown = np.isnan(self.value)
        words = {code: Reason(code).word for code in np.unique(self.why[self.why > 0]).tolist()}
        return [
            words.get(code, "unknown") if here else None
            for code, here in zip(self.why.tolist(), unknown.tolist(), strict=True)
        ]


INDICATORS = ("LOW", "NORMAL", "HIGH")


@dataclass(frozen=True, slots=True)
class _About:
    """What the values of one quantity share."""

    dataset: str
    name: str
    label: str
    unit: str
    source: str


def visit_values(trial: TrialAnswers) -> tuple[VisitValues, ...]:
    """Every quantity that a trial has read or worked out at its visits, each once."""
    found: dict[str, VisitValues] = {}
    for one in (*_outputs(trial), *_readings(trial)):
        found.setdefault(one.name, one)
    return tuple(found.values())


def _outputs(trial: TrialAnswers) -> Iterator[VisitValues]:
    """The totals and other numbers of the scores that were worked out."""
    followed = trial.study.followed
    for name, scores in followed.scores.items():
        formulas = {formula.id: formula.unit for formula in scores.instrument.formulas}
        for output in scores.numbers:
            title = scores.instrument.title
            label = title if output == name else f"{title}: {output}"
            about = _About(
                LABORATORY if output in formulas else SCORES,
                output,
                label,
                formulas.get(output, ""),
                f"Worked out by Remit's instrument {name}: {scores.instrument.citation}.",
            )
            yield _of_score(trial, about, followed.sheet.numbers[output])


def _of_score(trial: TrialAnswers, about: _About, numbers: Numbers) -> VisitValues:
    rows, whole = len(numbers), MICRO * numbers.scale
    bounds = Bounds(
        np.where(numbers.low > LOWEST, numbers.low / whole, -np.inf),
        np.where(numbers.high < HIGHEST, numbers.high / whole, np.inf),
        numbers.low_open,
        numbers.high_open,
        np.full(rows, np.nan),
        np.full(rows, np.nan),
        numbers,
    )
    value = np.where(numbers.is_exact, bounds.low, np.nan)
    return _values(trial, about, bounds, value, np.ones(rows, np.bool_))


def _readings(trial: TrialAnswers) -> Iterator[VisitValues]:
    """Laboratory values, vital signs, recorded scores, and the doses of drugs."""
    followed = trial.study.followed
    concepts = trial.study.protocol.dictionary.concepts
    for name, (reading, sheet) in _measured(trial).items():
        concept = concepts[name]
        source = "The record that counts at the visit, brought to one unit."
        about = _About(_dataset_of(concept), name, concept.label, reading.measure.unit, source)
        bounds = bounds_in_unit(reading, sheet)
        value = readings_in_unit(reading, sheet)
        yield _values(trial, about, bounds, value, bounds.numbers.row >= 0)
    for column, dose in followed.needs.inputs.doses.items():
        if column != dose_column(dose.name):
            continue  # of days before the visit: no value of the visit itself
        source = "The doses recorded for the planned day, added up in equivalents."
        label = f"Daily dose of {dose.name.replace('_', ' ')}"
        about = _About(DOSES, column, label, "mg/d", source)
        bounds = bounds_in_unit(dose, followed.sheet)
        value = readings_in_unit(dose, followed.sheet)
        yield _values(trial, about, bounds, value, np.ones(len(value), np.bool_))


def _measured(trial: TrialAnswers) -> Mapping[str, tuple[Value, Sheet]]:
    """Each concept that was read at visits, and the sheet that holds it."""
    followed = trial.study.followed
    concepts = trial.study.protocol.dictionary.concepts
    sheets = [(followed.needs.inputs.measures, followed.sheet)]
    for name in followed.needs.instruments:
        bound = bound_packaged(name, followed.facts.codes)
        sheets.append((bound.inputs.measures, followed.scores[name].sheet))
    found: dict[str, tuple[Value, Sheet]] = {}
    for measures, sheet in sheets:
        for name, measure in measures.items():
            if name in concepts and name in sheet.numbers:
                found.setdefault(name, (Value(measure, AT_VISIT), sheet))
    return found


def _dataset_of(concept: Concept) -> str:
    if concept.kind == "score":
        return SCORES
    bodily = concept.unit is not None and concept.unit.code in _OF_BODIES
    return VITAL_SIGNS if bodily else LABORATORY


def _values(
    trial: TrialAnswers,
    about: _About,
    bounds: Bounds,
    value: Floats,
    recorded: npt.NDArray[np.bool_],
) -> VisitValues:
    numbers = bounds.numbers
    exact = numbers.is_exact
    planned = trial.study.visits.visits.day
    # Compared in the record's own unit, in whole millionths: no rounding decides.
    plain = exact & (numbers.scale == 1)
    below = plain & (numbers.lln > 0) & (numbers.low < numbers.lln)
    above = plain & (numbers.uln > 0) & (numbers.low > numbers.uln)
    within = plain & ((numbers.lln > 0) | (numbers.uln > 0))
    return VisitValues(
        about.dataset,
        about.name,
        about.label,
        "" if about.unit.startswith("{") else about.unit,
        np.asarray(recorded, np.bool_),
        value,
        _texts(bounds, exact),
        np.asarray(numbers.why, np.int8),
        bounds.lln,
        bounds.uln,
        np.where(below, 0, np.where(above, 2, np.where(within, 1, -1))).astype(np.int64),
        np.asarray(numbers.row, np.int64),
        np.where(np.isnat(numbers.day), planned, numbers.day).astype("datetime64[D]"),
        about.source,
    )


def _texts(bounds: Bounds, exact: npt.NDArray[np.bool_]) -> tuple[str | None, ...]:
    """What is known of numbers that are not exact: a bound or two, None where there is none."""
    texts: list[str | None] = [None] * len(exact)
    for row in np.flatnonzero(~exact).tolist():
        point = Point(
            float(bounds.low[row]), float(bounds.high[row]),
            bool(bounds.low_open[row]), bool(bounds.high_open[row]), 0, Reason.NO_DATA,
        )  # fmt: skip
        if point.is_known:
            texts[row] = point.text
    return tuple(texts)
