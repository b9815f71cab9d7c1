"""What a response at a visit rests on: its gates, how far values lie from them, its records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from remit.criteria.columns.margins import Margin
from remit.endpoints.adjudication import Adjudication, gate_margins
from remit.endpoints.study_responses import StudyAdjudication
from remit.instruments.cards import number_text
from remit.truth import Status, reasons_of_mask


@dataclass(frozen=True, slots=True)
class Distance:
    """A comparison of a gate at a visit: the value, rounded, and what it is held against.

    `value` is None where there is none.
    """

    grade: str
    gate: str
    comparison: str
    value: float | None
    threshold: float
    unit: str


@dataclass(frozen=True, slots=True)
class RecordRead:
    """A record read at a visit: what, the row of `measurement`, its date and value.

    `value` is None for an answer that is no number.
    """

    name: str
    measurement: int
    date: str
    value: str | None


@dataclass(frozen=True, slots=True)
class PersonResponse:
    """The response of one person at one visit under one definition.

    Attributes:
        planned: the day for which the visit was planned.
        imputed_for: the reason of an imputed answer: an intercurrent event, or `missing`.
        unconfirmed: the response of the visit alone.
        applies: whether the definition speaks of the person at all; None where that is unknown.
        in_window: whether the source judges at that visit; None where it names no time.
        failing: grade -> the first gate that it fails; None where it fails none.
    """

    person: int
    visit: str
    planned: str
    definition: str
    response: str
    imputed: str
    imputed_for: str | None
    unconfirmed: str
    applies: bool | None
    in_window: bool | None
    failing: Mapping[str, str | None]
    distances: tuple[Distance, ...]
    records: tuple[RecordRead, ...]


def person_responses(study: StudyAdjudication, visits: tuple[str, ...]) -> Iterator[PersonResponse]:
    """One a definition, visit and person, in this order."""
    planned = study.visits.visits
    for adjudication in study.adjudications:
        observed = adjudication.words(adjudication.places)
        alone = adjudication.words(adjudication.places_alone)
        timely = study.in_window(adjudication)
        imputed, why = adjudication.words(adjudication.imputed), adjudication.imputed_for
        margins = {
            key: gate_margins(adjudication, study.followed.sheet, *key)
            for key in adjudication.gates
        }
        for visit in visits:
            for row in study.rows_at(visit).tolist():
                yield PersonResponse(
                    person=int(planned.person[row]),
                    visit=visit,
                    planned=str(planned.day[row]),
                    definition=adjudication.definition.id,
                    response=observed[row],
                    imputed=imputed[row],
                    imputed_for=why[row] or None,
                    unconfirmed=alone[row],
                    applies=_applies(adjudication, row),
                    in_window=None if timely is None else bool(timely[row]),
                    failing={
                        response.grade: gate_word(adjudication, response.grade, row) or None
                        for response in adjudication.definition.responses
                    },
                    distances=_distances(margins, row),
                    records=_records(adjudication, study, row),
                )


def gate_word(adjudication: Adjudication, grade: str, row: int) -> str:
    """The first gate that a grade fails at a visit, and why where it is unknown; empty if none."""
    at = int(adjudication.first_failing(grade)[row])
    if at < 0:
        return ""
    gate = adjudication.gate_ids(grade)[at]
    verdict = adjudication.gates[grade, gate]
    if verdict.statuses[row] == Status.UNKNOWN:
        reasons = sorted(r.word for r in reasons_of_mask(int(verdict.reasons[row])))
        return f"{gate} unknown ({', '.join(reasons)})"
    return gate


def _applies(adjudication: Adjudication, row: int) -> bool | None:
    if adjudication.applies is None:
        return True
    status = adjudication.applies.statuses[row]
    return None if status == Status.UNKNOWN else bool(status == Status.MET)


def _records(
    adjudication: Adjudication, study: StudyAdjudication, row: int
) -> tuple[RecordRead, ...]:
    sheet = study.followed.sheet
    found = []
    for name in adjudication.bound.inputs.names:
        numbers, categories = sheet.numbers.get(name), sheet.categories.get(name)
        column = numbers if numbers is not None else categories
        if column is None or int(column.row[row]) < 0:
            continue
        value = None if numbers is None else number_text(numbers, row)
        found.append(RecordRead(name, int(column.row[row]), str(column.day[row]), value))
    return tuple(found)


def _distances(
    margins: Mapping[tuple[str, str], tuple[tuple[str, Margin], ...]], row: int
) -> tuple[Distance, ...]:
    found = []
    for (grade, gate), items in margins.items():
        for text, margin in items:
            value = float(margin.value[row])
            rounded = None if np.isnan(value) else round(value, 6)
            found.append(Distance(grade, gate, text, rounded, margin.threshold, margin.unit))
    return tuple(found)
