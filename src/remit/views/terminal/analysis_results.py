"""The results of a trial on a terminal: a table an analysis, numbers as they are printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from remit.analysis.rows.analysis_sheets import AnalysisSheet, analysis_sheets
from remit.analysis.rows.question import COUNT
from remit.analysis.rows.result_row import ResultRow
from remit.analysis.rows.row_trace import RowTrace
from remit.analysis.rows.trial_analysis import TrialAnalysis
from remit.views.rounded import interval_text, p_text, rounded
from remit.views.terminal.plain_tables import SHOWN, columns_table

_PERCENT = frozenset({"proportion", "risk difference", "bounds of the proportion"})
_SHOWN_OF_NUMBERS = frozenset({"mean", "standard deviation", "adjusted mean"})


def value_text(row: ResultRow) -> str:
    """The value of a row with its interval, in the unit in which such numbers are read."""
    if row.statistic == "p":
        return f"p {p_text(row.value)}"
    if row.statistic in {"count", "events", "observed answers"} and row.value is not None:
        return f"{row.value:.0f} of {row.n}"
    factor, digits, unit = (100.0, 1, " %") if row.statistic in _PERCENT else (1.0, 2, "")
    unit = unit or (f" {row.unit}" if row.unit else "")
    value = None if row.value is None else factor * row.value
    low, high = (None if end is None else factor * end for end in (row.low, row.high))
    told = rounded(value, digits) + ("" if value is None else unit)
    if value is None and row.low is not None:
        told = ""
    if row.level is None:
        return told
    return f"{told} ({interval_text(low, high, digits)})".strip()


def results_view(found: TrialAnalysis) -> RenderableType:
    """All analyses, those over visits as one table each."""
    parts: list[RenderableType] = []
    sheets = analysis_sheets(found.rows)
    for analysis in dict.fromkeys(sheet.analysis for sheet in sheets):
        here = [sheet for sheet in sheets if sheet.analysis == analysis]
        parts += [Text(f"\n{here[0].title}", style="bold"), _table(here)]
        parts += [Text(f"  {warning}", style="dim") for warning in _told(here)]
    return Group(*parts)


def _told(sheets: list[AnalysisSheet]) -> Iterator[str]:
    for sheet in sheets:
        for warning in sheet.warnings:
            yield f"{sheet.visit}: {warning}" if len(sheets) > 1 and sheet.visit else warning


def _table(sheets: list[AnalysisSheet]) -> Table:
    arms = list(dict.fromkeys(arm for sheet in sheets for arm in sheet.by_arm))
    over_visits = any(row.statistic == "mean" for sheet in sheets for row in sheet.rows)
    table = columns_table("visit" if over_visits else "statistic", *arms, "comparison")
    for sheet in sheets:
        if over_visits:
            cells = ["; ".join(_numbers(sheet.by_arm.get(arm, ()))) for arm in arms]
            table.add_row(sheet.visit, *cells, "; ".join(_compared(sheet)))
            continue
        names = dict.fromkeys(
            (r.method, r.statistic) for rows in sheet.by_arm.values() for r in rows if r.at is None
        )
        for method, statistic in names:
            found: Mapping[str, str] = {
                arm: value_text(row)
                for arm, rows in sheet.by_arm.items()
                for row in rows
                if (row.method, row.statistic) == (method, statistic)
            }
            at = f", {sheet.visit}" if len(sheets) > 1 else ""
            table.add_row(f"{statistic}{at}", *(found.get(arm, "") for arm in arms), "")
        for row in sheet.between:
            if row.statistic not in {"statistic", "df"}:
                name = f"{row.statistic}, {row.method.replace('_', ' ')}"
                table.add_row(name, *("" for _ in arms), value_text(row))
    return table


def _numbers(rows: tuple[ResultRow, ...]) -> Iterator[str]:
    bounded = any(row.statistic == "mean" and row.method != COUNT for row in rows)
    for row in rows:
        if row.statistic == "mean" and row.method == COUNT:
            yield f"n {row.n}"
            if bounded:
                continue
        if row.statistic in _SHOWN_OF_NUMBERS:
            yield f"{row.statistic.replace('standard deviation', 'SD')} {value_text(row)}"


def _compared(sheet: AnalysisSheet) -> Iterator[str]:
    for row in sheet.between:
        if row.statistic in {"difference", "p", "not estimable"}:
            yield value_text(row)


def trace_view(found: RowTrace) -> RenderableType:
    """A row and the persons behind it."""
    row = found.row
    head = [
        f"{row.id}: {value_text(row)}",
        f"  {row.title}; {row.population}; {row.estimand}",
        f"  {row.n} answers used, {row.missing} missing; plan {row.plan}",
    ]
    table = columns_table("person", "visit", "arm", "answer", "how", right={"answer"})
    for line in found.lines[:SHOWN]:
        answer = "–" if line.value is None else f"{line.value:g}"
        if line.event is not None:
            answer += " reached" if line.event else " censored"
        table.add_row(line.person, line.visit or "–", line.arm, answer, line.how)
    more = len(found.lines) - SHOWN
    told = [Text(f"  and {more} more: --json lists all")] if more > 0 else []
    return Group(*map(Text, head), table, *told)
