"""What a response at a visit rests on: its gates, how far values lie from them, its records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from remit.criteria.columns.margins import Margin
from remit.endpoints.adjudication import Adjudication, gate_margins
from remit.endpoints.leaf_records import TracedRecord
from remit.endpoints.study_responses import StudyAdjudication
from remit.endpoints.visit_traces import trace_responses
from remit.facts.person_names import person_names
from remit.truth import Status, reasons_of_mask

_AT_ONCE = 500  # persons


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
    """A record behind a response: what it was read as, the row of which table, dates and value.

    Attributes:
        end: its last day; None where it has none.
        value: as recorded, with its unit; None for an answer that is no number.
    """

    name: str
    table: str
    row: int
    date: str
    end: str | None
    value: str | None


@dataclass(frozen=True, slots=True)
class PersonResponse:
    """The response of one person at one visit under one definition.

    Attributes:
        person: the id as the source has it; `person_id` is the number that tables carry.
        planned: the day for which the visit was planned.
        imputed_for: the reason of an imputed answer: an intercurrent event, or `missing`.
        unconfirmed: the response of the visit alone.
        applies: whether the definition speaks of the person at all; None where that is unknown.
        in_window: whether the source judges at that visit; None where it names no time.
        failing: grade -> the first gate that it fails; None where it fails none.
    """

    person: int | str
    person_id: int
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


def person_responses(
    study: StudyAdjudication, visits: tuple[str, ...], *, with_records: bool = True
) -> Iterator[PersonResponse]:
    """One a definition, visit and person, in this order.

    Args:
        with_records: whether each response is traced to its records; else `records` is empty.
    """
    records = _records(study, visits) if with_records else {}
    planned, names = study.visits.visits, person_names(study.followed.facts)
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
                    person=names.told(planned.person[row]),
                    person_id=int(planned.person[row]),
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
                    records=records.get((adjudication.definition.id, row), ()),
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
    study: StudyAdjudication, visits: tuple[str, ...]
) -> Mapping[tuple[str, int], tuple[RecordRead, ...]]:
    """The records behind each response, by definition and row."""
    persons = np.unique(study.visits.visits.person).tolist()
    found = {}
    for start in range(0, len(persons), _AT_ONCE):
        some = persons[start : start + _AT_ONCE]
        for traced in trace_responses(study, visits, persons=some):
            records = tuple(record_read(record) for record in traced.records)
            found[traced.definition, traced.at] = records
    return found


def record_read(record: TracedRecord) -> RecordRead:
    """A record for people to read."""
    item = record.evidence
    value = None
    if item.number is not None:
        number = f"{item.number:f}"
        number = number.rstrip("0").rstrip(".") if "." in number else number
        value = " ".join(part for part in (record.sign, number, item.unit or "") if part)
    return RecordRead(
        record.name,
        item.table,
        item.row,
        item.day.isoformat(),
        None if item.end is None else item.end.isoformat(),
        value,
    )


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
