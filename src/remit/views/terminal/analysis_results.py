"""The results of a trial on a terminal: a table an analysis, numbers as they are printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from remit.analysis.rows.analysis_sheets import analysis_sheets
from remit.analysis.rows.chosen_controls import ControlMatching
from remit.analysis.rows.every_definition import conclusions
from remit.analysis.rows.row_trace import RowTrace
from remit.analysis.rows.study_baseline import StudyBaseline
from remit.analysis.rows.trial_analysis import TrialAnalysis
from remit.views.analysis_texts import ResultTexts, analysis_texts, notes_of
from remit.views.balance_tables import balance_texts, matching_lines
from remit.views.part_tables import part_notes, part_sheets, rows_of_lines, sheet_texts
from remit.views.reason_texts import reason_texts
from remit.views.result_words import value_text
from remit.views.terminal.plain_tables import SHOWN, columns_table
from remit.views.trial_tables import baseline_table, responders_table

_YES_OR_NO = {True: "yes", False: "no", None: "not known"}


def results_view(found: TrialAnalysis) -> RenderableType:
    """Who came into the trial, its planned analyses, and definitions with another conclusion."""
    labels = {arm: arm for arm in found.trial.arms}
    visits = {visit.id: visit.id for visit in found.protocol.visits}
    parts: list[RenderableType] = []
    if found.baseline is not None:
        parts += _baseline(found.baseline)
    sheets = analysis_sheets(rows_of_lines(found.protocol.analyses, found.rows))
    for analysis in found.protocol.analyses:
        here = [sheet for sheet in sheets if sheet.analysis == analysis.id]
        rows = [row for row in found.rows if row.analysis == analysis.id]
        own = part_sheets(analysis, rows, labels, visits)
        parts.append(Text(f"\n{analysis.title}", style="bold"))
        for texts in (analysis_texts(here, labels, visits), *map(sheet_texts, own)):
            table = columns_table(*texts.heads)
            for row in texts.rows:
                table.add_row(*row)
            parts.append(table)
        notes = (*notes_of(here, visits), *part_notes(own))
        parts += [Text(f"  {told}", style="dim") for told in notes]
    for matching in found.matchings:
        parts += _matching(matching)
    for group in found.groups:
        sheet = responders_table(group)
        notes = (*sheet.footnotes, *group.notes)
        parts.append(Text(f"\n{group.comparison.title}", style="bold"))
        parts.append(_texts_table(sheet_texts(sheet)))
        parts += [Text(f"  {told}", style="dim") for told in notes]
    every = conclusions(found.rows)
    for name in dict.fromkeys(one.analysis for one in every if not one.own):
        here_too = [one for one in every if one.analysis == name]
        flips = [one.definition for one in here_too if one.flips]
        said = ", ".join(flips) or "none"
        told = f"\n{here_too[0].title}: definitions with another conclusion: {said}"
        parts.append(Text(told, style="bold"))
        why = reason_texts(found, name, labels)
        if why is not None:
            parts += [Text(f"\n{why.caption}"), _texts_table(why)]
    return Group(*parts)


def _texts_table(texts: ResultTexts) -> Table:
    table = columns_table(*texts.heads)
    for row in texts.rows:
        table.add_row(*row)
    return table


def _matching(matching: ControlMatching) -> tuple[RenderableType, ...]:
    texts = balance_texts(matching)
    said = (*matching_lines(matching), *matching.notes)
    notes = (Text(f"  {told}", style="dim") for told in said)
    return (Text(f"\n{matching.matching.title}", style="bold"), _texts_table(texts), *notes)


def _baseline(baseline: StudyBaseline) -> tuple[RenderableType, ...]:
    sheet = baseline_table(replace(baseline, arms={arm: arm for arm in baseline.arms}))
    table = columns_table("", *(column.head.replace("\n", " ") for column in sheet.columns))
    for line in sheet.lines:
        table.add_row("  " * line.indent + line.label[0], *line.cells)
    notes = (Text(f"  {note}", style="dim") for note in sheet.footnotes)
    return (Text(f"\n{sheet.title}", style="bold"), table, *notes)


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
        answer = line.answer or ("–" if line.value is None else f"{line.value:g}")
        if line.stratum:
            answer = f"{line.stratum}: {answer}"
        if line.event is not None:
            answer += " reached" if line.event else " censored"
        table.add_row(line.person, line.visit or "–", line.arm, answer, line.how)
    more = len(found.lines) - SHOWN
    told = [Text(f"  and {more} more: --json lists all")] if more > 0 else []
    return Group(*map(Text, head), table, *told, *_events(found))


def _events(found: RowTrace) -> Iterator[RenderableType]:
    """The adverse events behind a number, by person."""
    if not found.events:
        return
    table = columns_table("person", "arm", "event", "day", "grade", "serious", "counts")
    for one in found.events[:SHOWN]:
        told = ", ".join(filter(None, (one.term, one.body_system))) or "not told"
        day = "not known" if one.day is None else f"{one.day:.0f}"
        grade = "–" if one.grade is None else str(one.grade)
        counts = "yes" if one.counts else f"not known: {one.why}"
        table.add_row(one.person, one.arm, told, day, grade, _YES_OR_NO[one.serious], counts)
    yield Text(f"\n  adverse events: {len(found.events)}")
    yield table
    if len(found.events) > SHOWN:
        yield Text(f"  and {len(found.events) - SHOWN} more: --json lists all")
