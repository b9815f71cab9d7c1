"""Adjudications as text for a terminal."""

from __future__ import annotations

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from remit.analysis.shown_counts import ShownCounts, ShownTimes, shown_counts
from remit.disclosure import WITHHELD
from remit.endpoints.adjudication import Adjudication
from remit.endpoints.grounds import person_responses
from remit.endpoints.study_responses import StudyAdjudication
from remit.views.terminal.layout import SHOWN, columns_table


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


def persons_text(study: StudyAdjudication, visits: tuple[str, ...]) -> RenderableType:
    """The responses person by person, as many as a terminal holds."""
    table = columns_table("person", "visit", "definition", "response", "first gate failed")
    rows = list(person_responses(study, visits, with_records=False))
    for row in rows[:SHOWN]:
        gates = "; ".join(f"{grade}: {gate}" for grade, gate in row.failing.items() if gate)
        table.add_row(str(row.person), row.visit, row.definition, row.response, gates)
    rest = len(rows) - SHOWN
    return Group(table, f"… {rest} more rows: use --format json") if rest > 0 else table
