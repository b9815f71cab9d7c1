"""The parts of an analysis as printed tables: shifts by test, quadrants, and what changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from remit.analysis.rows.incidence_rows import parts_in_order
from remit.analysis.rows.liver_peaks import QUADRANT
from remit.analysis.rows.result_row import ResultRow
from remit.analysis.rows.value_changes import SIGNIFICANT
from remit.protocol.analysis_sections import Analysis
from remit.views.analysis_texts import ResultTexts
from remit.views.cell_patterns import CellPattern
from remit.views.table_plans import (
    ARM,
    DIFFERENCE,
    EVENTS,
    incidence_plan,
    levels_plan,
    shift_columns,
    shift_plan,
)
from remit.views.table_sheets import LinePlan, TableColumn, TableSheet, table_sheet

COUNT_OF = CellPattern("{count:0} of {count.n} ({proportion:%1} %)", none="{count:0} of {count.n}")
ANY = CellPattern("{count/count:0} of {count/count.n}")
RATE = "rate"
RATES = CellPattern("{incidence rate:1} ({incidence rate.low:1} to {incidence rate.high:1})")
Labels = Mapping[str, str]
_OF_HOW_MANY = re.compile(r"^\d+ of \d+: ")


def part_sheets(
    analysis: Analysis, rows: Sequence[ResultRow], labels: Labels, visits: Labels
) -> tuple[TableSheet, ...]:
    """The tables of an analysis whose variable has parts; none of any other.

    Args:
        rows: of the analysis. labels: arm -> what it is called. visits: likewise.
    """
    parts = [row for row in rows if row.part]
    shown = {arm: label for arm, label in labels.items() if any(row.arm == arm for row in parts)}
    if analysis.shift is not None:
        return tuple(_shift_sheets(analysis, parts, shown, visits))
    if analysis.adverse_events is not None and parts:
        return (_events(analysis, rows, labels),)
    if analysis.liver is not None:
        return (_quadrants(analysis, parts, shown),)
    return ()


def rows_of_lines(analyses: Sequence[Analysis], rows: Sequence[ResultRow]) -> tuple[ResultRow, ...]:
    """The rows that stand in the lines of an analysis: without parts that have tables of their own.

    Parts of answers, of numbers and of times are suppositions and what came first: lines too.
    """
    lines = {one.id for one in analyses if one.response or one.quantity or one.time_to_response}
    return tuple(row for row in rows if not row.part or row.analysis in lines)


def part_notes(sheets: Sequence[TableSheet]) -> tuple[str, ...]:
    """What is to be known of the numbers of parts, each once; of how many persons, rows say."""
    notes = (_OF_HOW_MANY.sub("", note) for sheet in sheets for note in sheet.footnotes)
    return tuple(dict.fromkeys(notes))


def sheet_texts(sheet: TableSheet) -> ResultTexts:
    """A printed table as a table of texts whose first cell is the head of its row."""
    heads = (
        " ".join(filter(None, (column.group, column.head))).replace("\n", " ")
        for column in sheet.columns
    )
    rows = tuple(
        ("\u2003" * line.indent + " ".join(filter(None, line.label)), *line.cells)
        for line in sheet.lines
    )
    return ResultTexts(sheet.title, ("", *heads), rows)


def _shift_sheets(
    analysis: Analysis, rows: Sequence[ResultRow], labels: Labels, visits: Labels
) -> Iterator[TableSheet]:
    tests = list(dict.fromkeys(row.part[0] for row in rows))
    columns = [TableColumn(label, arm) for arm, label in labels.items()]
    for visit in dict.fromkeys(row.visit for row in rows):
        here = [row for row in rows if row.visit == visit]
        at = f", {visits[visit]}" if visit else ""
        plans = [
            LinePlan((test,), analysis.id, visit, (test, SIGNIFICANT), {ARM: COUNT_OF})
            for test in tests
        ]
        title = f"Significant changes by test{at}"
        yield table_sheet(here, plans, columns=columns, title=title)
        states = [row for row in here if row.part[1:] != (SIGNIFICANT,)]
        title = f"From baseline{at}" if visit else "From baseline to worst"
        yield _shifts(analysis, states, labels, visit, title=title)


def _shifts(
    analysis: Analysis, rows: Sequence[ResultRow], labels: Labels, visit: str, *, title: str
) -> TableSheet:
    counts = [row for row in rows if row.statistic == "count" and row.value]
    starts = sorted({row.part[1] for row in counts if len(row.part) == 2})
    numbers = dict.fromkeys(labels, 0)
    columns = [
        replace(column, group=labels[column.arm]) if column.arm else column
        for column in shift_columns(labels, numbers, {start: start for start in starts})
        if column.arm or any(row.statistic == "p" for row in rows)
    ]
    plans: list[LinePlan] = []
    for test in dict.fromkeys(row.part[0] for row in counts):
        later = sorted({row.part[2] for row in counts if row.part[0] == test and len(row.part) > 2})
        lines = shift_plan(
            test, analysis.id, {s: s for s in starts}, {level: f"to {level}" for level in later}
        )
        plans += [_within(line, test, visit) for line in lines]
    return table_sheet(rows, plans, columns=columns, stub=("", ""), title=title)


def _within(line: LinePlan, test: str, visit: str) -> LinePlan:
    """A line of a shift table, of the rows of one test."""
    patterns = {
        name: replace(pattern, part=(test, *(pattern.part or ())))
        for name, pattern in line.patterns.items()
    }
    return replace(line, visit=visit, patterns=patterns)


def _events(analysis: Analysis, rows: Sequence[ResultRow], labels: Labels) -> TableSheet:
    """Persons with an event, events and their rate, by body system and term."""
    shown = [arm for arm in labels if any(row.arm == arm for row in rows)]
    columns = [
        column
        for arm in shown
        for column in (
            TableColumn("persons", arm, group=labels[arm]),
            TableColumn("events", arm, pattern=EVENTS, group=labels[arm]),
            TableColumn("first, by 100 years", arm, pattern=RATE, group=labels[arm]),
        )
    ]
    if analysis.compare is not None:
        first, second = analysis.compare
        columns.append(TableColumn("Difference, % points", first, second, pattern=DIFFERENCE))
    parts = parts_in_order([row for row in rows if row.part], shown)
    plans = tuple(
        replace(
            plan,
            # Print has no room for indents: a term is told from its body system by its dash.
            label=(f"– {plan.label[0]}",) if len(plan.part) > 1 else plan.label,
            indent=0,
            patterns={**plan.patterns, ARM: COUNT_OF if plan.part else ANY, RATE: RATES},
        )
        for plan in incidence_plan(analysis.id, [(), *parts], of_any="Any event")
    )
    title = f"{analysis.title}, by body system and term"
    return table_sheet(rows, plans, columns=columns, title=title)


def _quadrants(analysis: Analysis, rows: Sequence[ResultRow], labels: Labels) -> TableSheet:
    levels = {row.part[1]: row.part[1] for row in rows if len(row.part) > 1}
    plans = [
        replace(line, part=(QUADRANT, *line.part), patterns={ARM: COUNT_OF}, indent=0)
        for line in levels_plan("", analysis.id, levels)[1:]
    ]
    columns = [TableColumn(label, arm) for arm, label in labels.items()]
    return table_sheet(rows, plans, columns=columns, title="Peaks after baseline")
