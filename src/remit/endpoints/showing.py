"""Adjudications as text for the terminal and as JSON; one result, two forms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from remit.analysis.shown_counts import ShownCounts, ShownTimes, shown_counts
from remit.endpoints.adjudication import Adjudication, gate_margins
from remit.endpoints.response_times import time_to
from remit.endpoints.study_responses import StudyAdjudication
from remit.instruments.cards import number_text
from remit.screening.disclosure import WITHHELD
from remit.terminal import columns_table
from remit.truth import Status, reasons_of_mask

_SHOWN = 40


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


def study_text(
    study: StudyAdjudication, *, visits: tuple[str, ...], smallest: int = 0
) -> RenderableType:
    """The responses of a study: counts, rates and who failed at which gate; small counts hidden."""
    parts: list[RenderableType] = []
    for adjudication in study.adjudications:
        definition = adjudication.definition
        parts.append(Text(f"{definition.title} ({definition.id})", style="bold"))
        parts.append(f"  {definition.citation}")
        missing = study.not_collected[definition.id]
        if missing:
            parts.append(f"  nobody followed has: {', '.join(missing)}")
        parts.extend(f"  unconfirmed rule: {rule.rule}" for rule in definition.unconfirmed)
        if definition.confirmation is not None:
            parts.append(f"  confirmed by the visit before: {definition.confirmation.text}")
        parts.extend(_timing_lines(study, adjudication, visits))
        counts = shown_counts(study, adjudication, visits, smallest=smallest)
        parts.append(_counts_table(counts))
        parts.extend(_time_line(item) for item in counts.times)
        parts.append("")
    return Group(*parts)


def _timing_lines(
    study: StudyAdjudication, adjudication: Adjudication, visits: tuple[str, ...]
) -> list[str]:
    """Which of the visits shown are not those at which the source judges."""
    window, timely = adjudication.definition.window, study.in_window(adjudication)
    if window is None or timely is None:
        return []
    other = [visit for visit in visits if not np.any(timely[study.rows_at(visit)])]
    if not other:
        return []
    return [f"  its source judges at {window.words}, not at {', '.join(other)}"]


def _counts_table(counts: ShownCounts) -> Table:
    heads = (*counts.grades, "not assessable", "n")
    table = columns_table("visit", *heads, "first gate failed, most often", right=heads)
    for row in counts.visits:
        gates = (f"{gate} {count}" for gate, count in row.gates[:3])
        table.add_row(
            row.visit,
            *row.counts,
            row.not_assessable,
            row.n,
            WITHHELD if row.gates_withheld else ", ".join(gates),
        )
    return table


def _time_line(times: ShownTimes) -> str:
    text = f"  time to {times.grade} or better: {times.reached} of {times.persons} reached it"
    if times.middle is not None:
        text += (
            f"; the median day of these {times.reached} is {times.middle:g}, "
            f"no estimate over all {times.persons}"
        )
    return text


def person_rows(study: StudyAdjudication, visits: tuple[str, ...]) -> list[Mapping[str, object]]:
    """One row a person, visit and definition: response, first failing gate, distances.

    `imputed_for` is the reason of an imputed answer: an intercurrent event, or `missing`;
    `unconfirmed` is the response of the visit alone; `applies` whether the definition speaks of the
    person at all (None where that is unknown); `in_window` whether the source judges at that visit
    (None where it names no time).
    """
    rows: list[Mapping[str, object]] = []
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
                rows.append(
                    {
                        "person": int(study.visits.visits.person[row]),
                        "visit": visit,
                        "planned": str(study.visits.visits.day[row]),
                        "definition": adjudication.definition.id,
                        "response": observed[row],
                        "imputed": imputed[row],
                        "imputed_for": why[row] or None,
                        "unconfirmed": alone[row],
                        "applies": _applies(adjudication, row),
                        "in_window": None if timely is None else bool(timely[row]),
                        "failing": {
                            response.grade: gate_word(adjudication, response.grade, row) or None
                            for response in adjudication.definition.responses
                        },
                        "distances": _distances(margins, row),
                        "records": _records(adjudication, study, row),
                    }
                )
    return rows


def _applies(adjudication: Adjudication, row: int) -> bool | None:
    if adjudication.applies is None:
        return True
    status = adjudication.applies.statuses[row]
    return None if status == Status.UNKNOWN else bool(status == Status.MET)


def _records(
    adjudication: Adjudication, study: StudyAdjudication, row: int
) -> list[Mapping[str, object]]:
    """The records read at the visit: what, the row of `measurement`, its date and value."""
    sheet = study.followed.sheet
    found: list[Mapping[str, object]] = []
    for name in adjudication.bound.inputs.names:
        numbers, categories = sheet.numbers.get(name), sheet.categories.get(name)
        column = numbers if numbers is not None else categories
        if column is None or int(column.row[row]) < 0:
            continue
        value = None if numbers is None else number_text(numbers, row)
        day, key = str(column.day[row]), int(column.row[row])
        found.append({"name": name, "measurement": key, "date": day, "value": value})
    return found


def times_rows(study: StudyAdjudication) -> list[Mapping[str, object]]:
    """Time to each grade of response, person by person, with censoring."""
    return [
        {
            "person": item.person,
            "definition": adjudication.definition.id,
            "grade": response.grade,
            "reached": item.reached,
            "days": item.days,
            "visit": item.visit,
            "open_before": item.open_before,
            "known_without": item.known_without,
        }
        for adjudication in study.adjudications
        for response in adjudication.definition.responses
        for item in time_to(adjudication, study.visits, response.grade)
    ]


def _distances(
    margins: Mapping[tuple[str, str], tuple[tuple[str, object], ...]], row: int
) -> list[Mapping[str, object]]:
    from remit.criteria.columns.margins import Margin

    found: list[Mapping[str, object]] = []
    for (grade, gate), items in margins.items():
        for text, margin in items:
            assert isinstance(margin, Margin)
            value = float(margin.value[row])
            found.append(
                {
                    "grade": grade,
                    "gate": gate,
                    "comparison": text,
                    "value": None if np.isnan(value) else round(value, 6),
                    "threshold": margin.threshold,
                    "unit": margin.unit,
                }
            )
    return found


def persons_text(study: StudyAdjudication, visits: tuple[str, ...]) -> RenderableType:
    """The responses person by person, as many as a terminal holds."""
    table = columns_table("person", "visit", "definition", "response", "first gate failed")
    rows = person_rows(study, visits)
    for row in rows[:_SHOWN]:
        failing = row["failing"]
        assert isinstance(failing, dict)
        gates = "; ".join(f"{grade}: {gate}" for grade, gate in failing.items() if gate)
        table.add_row(
            str(row["person"]),
            str(row["visit"]),
            str(row["definition"]),
            str(row["response"]),
            gates,
        )
    rest = len(rows) - _SHOWN
    return Group(table, f"… {rest} more rows: use --format json") if rest > 0 else table
