"""One followed person over the visits of a study: values, scores and responses, ready to draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import inf, isnan

import numpy as np

from remit.criteria.columns.margins import bounds_in_unit
from remit.criteria.columns.numbers import MICRO, Categories, Numbers
from remit.criteria.columns.sheet import Sheet, dose_column
from remit.criteria.dates import Moment, Window
from remit.criteria.environment import Environment
from remit.criteria.tree import AbsenceRule, Dose, Reading, Value
from remit.endpoints.course import (
    CourseVisit,
    GradeStrip,
    OrganPoints,
    PatientCourse,
    Point,
    ResponseCell,
    ResponseStrip,
    ScoreStack,
    Series,
)
from remit.endpoints.grounds import gate_word
from remit.endpoints.study_responses import StudyAdjudication
from remit.facts.codes import NO_VOCABULARY
from remit.facts.dictionary import packaged_dictionary
from remit.instruments.cards import number_text
from remit.instruments.catalogue import packaged_instruments
from remit.instruments.points import group_points
from remit.truth import Reason
from remit.units import unit_text

# What a course reads beside what the definitions do.
COURSE_SCORES = ("sledai_2k", "bilag_2004", "egfr", "pga")
GLUCOCORTICOID = "glucocorticoid"
_AT_VISIT = Window(Moment("visit"), Moment("visit"))
_VALUES: Mapping[str, str] = {
    "upcr": "Urine protein/creatinine ratio",
    "urine_protein_24h": "Urine protein in 24 hours",
    "creatinine": "Serum creatinine",
    "c3": "Complement C3",
    "c4": "Complement C4",
    "anti_dsdna": "Anti-dsDNA antibody",
}


def patient_course(study: StudyAdjudication, person: int) -> PatientCourse:
    """The course of one person who is followed in a study.

    Raises:
        ValueError: the person is not followed.
    """
    visits = study.visits.visits
    rows = np.flatnonzero(visits.person == person)
    if len(rows) == 0:
        raise ValueError(f"person {person} is not followed in {study.protocol.id}")
    shown, unit = _visits_of(study, rows)
    series, unread = _series_of(study, rows, shown)
    return PatientCourse(
        study.protocol.id,
        person,
        study.arms.get(person),
        shown,
        unit,
        series,
        unread,
        _stack_of(study, rows, shown),
        _strips_of(study, rows),
        _responses_of(study, rows),
    )


def _visits_of(
    study: StudyAdjudication, rows: np.typing.NDArray[np.intp]
) -> tuple[tuple[CourseVisit, ...], str]:
    planned = {visit.id: visit for visit in study.protocol.visits}
    held = study.visits.visits
    start = held.day[rows[0]]
    weeks = all(visit.week is not None for visit in planned.values())
    months = all(visit.week is None or not visit.week for visit in planned.values())
    found = []
    for row in rows:
        visit = planned[held.label[row]]
        days = int((held.day[row] - start) / np.timedelta64(1, "D"))
        tick = str(visit.week if weeks else (visit.month or 0) if months else days)
        found.append(CourseVisit(visit.id, tick, held.day[row].item(), days))
    return tuple(found), "weeks" if weeks else "months" if months else "days"


# ---- values --------------------------------------------------------------------------------------


def _series_of(
    study: StudyAdjudication, rows: np.typing.NDArray[np.intp], visits: tuple[CourseVisit, ...]
) -> tuple[tuple[Series, ...], tuple[str, ...]]:
    environment = Environment(packaged_dictionary(), frozenset({"visit"}), codes=NO_VOCABULARY)
    concepts = packaged_dictionary().concepts
    wanted: list[tuple[str, str, str, Reading]] = []
    for name, label in _VALUES.items():
        measure = environment.measure(concepts[name])
        wanted.append((name, label, measure.unit, Value(measure, _AT_VISIT)))
        if name == "creatinine":
            wanted.append(_egfr(study, rows, environment))
    dose = Dose(GLUCOCORTICOID, (), _AT_VISIT, AbsenceRule("covered"))
    wanted.append((dose_column(GLUCOCORTICOID), "Prednisone-equivalent dose", "mg/d", dose))
    pga = environment.measure(concepts["pga"])
    wanted.append(("pga", "Physician global assessment (0 to 3)", pga.unit, Value(pga, _AT_VISIT)))
    series, unread = [], []
    for name, label, unit, reading in wanted:
        sheet = _sheet_with(study, name)
        if sheet is None:
            unread.append(label)
            continue
        bounds = bounds_in_unit(reading, sheet)
        points = tuple(
            _point(
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
        return measure.name, "eGFR as reported", measure.unit, Value(measure, _AT_VISIT)
    return computed.name, "eGFR (CKD-EPI 2021)", measure.unit, Value(computed, _AT_VISIT)


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


def _point(
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


# ---- scores and responses ------------------------------------------------------------------------


def _stack_of(
    study: StudyAdjudication, rows: np.typing.NDArray[np.intp], visits: tuple[CourseVisit, ...]
) -> ScoreStack | None:
    scores = study.followed.scores.get("sledai_2k")
    if scores is None:
        return None
    verdicts = {name: found.verdict for name, found in scores.findings.items()}
    groups = tuple(
        OrganPoints(name, _whole(column.low[rows]), _whole(column.high[rows]))
        for name, column in group_points(scores.instrument, verdicts, scores.sheet).items()
    )
    total = study.followed.sheet.numbers["sledai_2k"]
    points = tuple(
        _point(total, int(row), visit, total.low[row] / MICRO, total.high[row] / MICRO)
        for row, visit in zip(rows, visits, strict=True)
    )
    return ScoreStack(
        scores.instrument.title,
        groups,
        tuple(sum(group.low[k] for group in groups) for k in range(len(rows))),
        tuple(sum(group.high[k] for group in groups) for k in range(len(rows))),
        points,
        tuple(bool(total.row[row] >= 0) for row in rows),
    )


def _whole(micro: Iterable[int]) -> tuple[int, ...]:
    return tuple(int(number) // MICRO for number in micro)


def _strips_of(
    study: StudyAdjudication, rows: np.typing.NDArray[np.intp]
) -> tuple[GradeStrip, ...]:
    scores = study.followed.scores.get("bilag_2004")
    if scores is None:
        return ()
    instrument = packaged_instruments()["bilag_2004"]
    domains = next(total for total in instrument.totals if total.id == instrument.main).of
    ladders = {ladder.id: ladder for ladder in instrument.ladders}
    return tuple(
        GradeStrip(
            name,
            name.removeprefix("bilag_"),
            ladders[name].grades,
            tuple(_possible(scores.grades[name], ladders[name].grades, int(r)) for r in rows),
        )
        for name in domains
    )


def _possible(column: Categories, grades: tuple[str, ...], row: int) -> tuple[str, ...]:
    mask = int(column.possible[row])
    return tuple(grade for place, grade in enumerate(grades) if mask & (1 << place))


def _responses_of(
    study: StudyAdjudication, rows: np.typing.NDArray[np.intp]
) -> tuple[ResponseStrip, ...]:
    strips = []
    for adjudication in study.adjudications:
        definition = adjudication.definition
        places = adjudication.places
        cells = []
        for row in rows:
            if definition.type != "state" and study.visits.place[row] == 0:
                cells.append(ResponseCell(None, judged=False, gates="baseline"))
                continue
            if adjudication.outside[row]:
                cells.append(ResponseCell(None, judged=False, gates="does not apply"))
                continue
            place = int(places[row])
            better = definition.responses if place < 0 else definition.responses[:place]
            failed = ((one.grade, gate_word(adjudication, one.grade, int(row))) for one in better)
            gates = "; ".join(f"{grade}: {gate}" for grade, gate in failed if gate)
            grade = None if place < 0 else adjudication.grades[place]
            cells.append(ResponseCell(grade, judged=True, gates=gates))
        strips.append(ResponseStrip(definition.id, definition.title, definition.type, tuple(cells)))
    return tuple(strips)
