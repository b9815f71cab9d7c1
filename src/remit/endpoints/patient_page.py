"""One followed person over the visits of a study: values, scores and responses, ready to draw."""

from __future__ import annotations

import numpy as np

from remit.endpoints.adjudication import NOT_DUE, WAITING
from remit.endpoints.course_panels import score_panels
from remit.endpoints.course_series import value_series
from remit.endpoints.grounds import gate_word
from remit.endpoints.patient_course import (
    CourseVisit,
    PatientCourse,
    ResponseCell,
    ResponseStrip,
)
from remit.endpoints.study_responses import StudyAdjudication


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
    series, unread = value_series(study, rows, shown)
    panels = score_panels(study, rows, shown)
    return PatientCourse(
        study.protocol.id,
        person,
        study.arms.get(person),
        shown,
        unit,
        (*series, *panels.series),
        unread,
        panels.stacks,
        panels.grades,
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


# ---- responses -----------------------------------------------------------------------------------


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
            if places[row] == WAITING:
                cells.append(ResponseCell(None, judged=False, gates=NOT_DUE))
                continue
            place = int(places[row])
            better = definition.responses if place < 0 else definition.responses[:place]
            failed = ((one.grade, gate_word(adjudication, one.grade, int(row))) for one in better)
            gates = "; ".join(f"{grade}: {gate}" for grade, gate in failed if gate)
            grade = None if place < 0 else adjudication.grades[place]
            cells.append(ResponseCell(grade, judged=True, gates=gates))
        strips.append(ResponseStrip(definition.id, definition.title, definition.type, tuple(cells)))
    return tuple(strips)
