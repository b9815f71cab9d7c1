"""Adjudications and comparisons as text for the terminal and as JSON; one result, two forms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from remit.endpoints.adjudicating import Adjudication, gate_margins
from remit.endpoints.adjudication import StudyAdjudication
from remit.endpoints.agreement import Rate
from remit.endpoints.comparing import Comparison
from remit.endpoints.courses import time_to
from remit.instruments.cards import number_text
from remit.truth import Status, reasons_of_mask

_SHOWN = 40


def rate_text(rate: Rate) -> str:
    """A rate with its interval.

    >>> from remit.endpoints.agreement import wilson_rate
    >>> rate_text(wilson_rate(8, 10))
    '8/10  80 % (49 to 94)'
    """
    if rate.value is None or rate.low is None or rate.high is None:
        return "0/0"
    percent = [f"{100 * share:.0f}" for share in (rate.value, rate.low, rate.high)]
    return f"{rate.count}/{rate.n}  {percent[0]} % ({percent[1]} to {percent[2]})"


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


def study_text(study: StudyAdjudication, *, visits: tuple[str, ...]) -> RenderableType:
    """The responses of a study: counts, rates and who failed at which gate."""
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
        parts.append(_counts_table(study, adjudication, visits))
        if definition.type == "response":
            parts.extend(_time_lines(study, adjudication))
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


def _counts_table(
    study: StudyAdjudication, adjudication: Adjudication, visits: tuple[str, ...]
) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    heads = [*adjudication.grades, "not assessable", "n"]
    for head in ("visit", *heads, "first gate failed, most often"):
        table.add_column(head, justify="right" if head in heads else "left")
    top = adjudication.grades[0]
    for visit in visits:
        rows = study.rows_at(visit)
        places = adjudication.places[rows]
        counts = [int(np.count_nonzero(places == p)) for p in range(len(adjudication.grades))]
        open_ = int(np.count_nonzero(places < 0))
        failing = adjudication.first_failing(top)[rows]
        gates = adjudication.gate_ids(top)
        tally = {gate: int(np.count_nonzero(failing == at)) for at, gate in enumerate(gates)}
        often = ", ".join(
            f"{gate} {n}" for gate, n in sorted(tally.items(), key=lambda x: -x[1])[:3] if n
        )
        table.add_row(visit, *map(str, counts), str(open_), str(len(rows)), often)
    return table


def _time_lines(study: StudyAdjudication, adjudication: Adjudication) -> list[str]:
    lines = []
    for response in adjudication.definition.responses:
        times = time_to(adjudication, study.visits, response.grade)
        days = sorted(item.days for item in times if item.reached)
        middle = f", median day of those {days[len(days) // 2]}" if days else ""
        lines.append(
            f"  time to {response.grade} or better: {len(days)} of {len(times)} reached it{middle}"
        )
    return lines


def person_rows(study: StudyAdjudication, visits: tuple[str, ...]) -> list[Mapping[str, object]]:
    """One row a person, visit and definition: response, first failing gate, distances.

    `unconfirmed` is the response of the visit alone; `applies` whether the definition speaks of the
    person at all (None where that is unknown); `in_window` whether the source judges at that visit
    (None where it names no time).
    """
    rows: list[Mapping[str, object]] = []
    for adjudication in study.adjudications:
        observed = adjudication.words(adjudication.places)
        alone = adjudication.words(adjudication.places_alone)
        timely = study.in_window(adjudication)
        imputed = adjudication.words(adjudication.imputed)
        margins = {
            key: gate_margins(adjudication, study.assembled.sheet, *key)
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
    sheet = study.assembled.sheet
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
        }
        for adjudication in study.adjudications
        for response in adjudication.definition.responses
        for item in time_to(adjudication, study.visits, response.grade)
    ]


def _distances(
    margins: Mapping[tuple[str, str], tuple[tuple[str, object], ...]], row: int
) -> list[Mapping[str, object]]:
    from remit.criteria.tabular import Margin

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
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("person", "visit", "definition", "response", "first gate failed"):
        table.add_column(head)
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


# ---- the same patients under every definition ----------------------------------------------------


def comparison_text(comparison: Comparison) -> RenderableType:
    """Rates by arm, agreement, and the gates at which people flip."""
    rates = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("definition", "arm", "observed responders", "imputed", "not assessable"):
        rates.add_column(head)
    for rate in comparison.rates:
        rates.add_row(
            rate.definition,
            rate.arm,
            rate_text(rate.observed),
            rate_text(rate.imputed),
            str(rate.not_assessable),
        )
    agreement = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("pair", "n", "agree", "kappa (95 % interval)"):
        agreement.add_column(head)
    for (first, second), kappa in comparison.agreement.items():
        value = "not defined"
        if kappa.value is not None:
            value = f"{kappa.value:.2f} ({kappa.low:.2f} to {kappa.high:.2f})"
        agreement.add_row(f"{first} / {second}", str(kappa.n), str(kappa.agreed), value)
    flips = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("responds under", "not under", "because of", "persons"):
        flips.add_column(head)
    counted: dict[tuple[str, str, str], list[int]] = {}
    for flip in comparison.flips:
        key = (flip.responder_under, flip.not_under, flip.gate)
        counted.setdefault(key, []).append(flip.person)
    for (yes, no, gate), people in sorted(counted.items(), key=lambda x: -len(x[1]))[:_SHOWN]:
        shown = ", ".join(map(str, people[:6])) + (" …" if len(people) > 6 else "")
        flips.add_row(yes, no, gate, f"{len(people)}: {shown}")
    head = f"The same {len(comparison.persons)} persons at {comparison.visit}"
    judged = [f"{name} ({when})" for name, when in comparison.elsewhere.items()]
    other = [f"Judged at another time by their source: {', '.join(judged)}", ""] if judged else []
    return Group(Text(head, style="bold"), "", rates, "", *other, agreement, "", flips)


def comparison_json(comparison: Comparison) -> dict[str, object]:
    """A comparison as plain data."""

    def rate(item: Rate) -> dict[str, object]:
        return {"count": item.count, "n": item.n, "low": item.low, "high": item.high}

    return {
        "kind": "remit.comparison",
        "version": 1,
        "visit": comparison.visit,
        "persons": comparison.persons.tolist(),
        "judged_elsewhere": dict(comparison.elsewhere),
        "grades": {name: list(words) for name, words in comparison.grades.items()},
        "responders": {
            name: [Status(int(code)).word for code in codes]
            for name, codes in comparison.responders.items()
        },
        "rates": [
            {
                "definition": item.definition,
                "arm": item.arm,
                "observed": rate(item.observed),
                "imputed": rate(item.imputed),
                "not_assessable": item.not_assessable,
            }
            for item in comparison.rates
        ],
        "agreement": [
            {
                "first": first,
                "second": second,
                "n": kappa.n,
                "agreed": kappa.agreed,
                "kappa": kappa.value,
                "low": kappa.low,
                "high": kappa.high,
            }
            for (first, second), kappa in comparison.agreement.items()
        ],
        "flips": [
            {
                "person": flip.person,
                "responder_under": flip.responder_under,
                "not_under": flip.not_under,
                "gate": flip.gate,
            }
            for flip in comparison.flips
        ],
    }
