"""Screenings and explanations as text for a terminal; counts go through `disclosure`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from remit.disclosure import counts_note
from remit.screening.code_gaps import CodeGaps
from remit.screening.cohort_counts import shown_screening
from remit.screening.explanation import Explanation
from remit.screening.study_screenings import Screening
from remit.terminal import plain_text
from remit.views.words import (
    EVIDENCE_HEAD,
    STEP_HEAD,
    criterion_name,
    gap_lines,
    head_text,
    missing_lines,
    record_parts,
    standing_text,
    step_cells,
    verdict_text,
)


def _steps_table(rows: Iterable[Sequence[str]]) -> Table:
    """The attrition; counts are never cut, our words take what width is left, on one line."""
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    for name in STEP_HEAD:
        number = name in STEP_HEAD[3:]
        table.add_column(name, justify="right" if number else "left", no_wrap=name != "our words")
    for row in rows:
        table.add_row(*(Text(cell, no_wrap=True, overflow="ellipsis") for cell in row))
    return table


def _records_table(rows: Iterable[Sequence[str]]) -> Table:
    table = Table(*EVIDENCE_HEAD, box=None, padding=(0, 1, 0, 0), header_style="bold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _gaps(gaps: CodeGaps, *, exact: bool) -> list[RenderableType]:
    """What the codes leave open, before any count that hangs on it."""
    lines = [Text(line, style="yellow") for line in gap_lines(gaps, exact=exact)]
    return [Text(), *lines] if lines else []


def screening_text(screening: Screening, *, smallest: int = 0) -> RenderableType:
    """The screening for a terminal: per cohort one line of counts and the attrition table."""
    protocol = screening.protocol
    parts: list[RenderableType] = [Text(plain_text(f"{protocol.id}: {protocol.title}"))]
    parts += _gaps(screening.code_gaps(), exact=smallest == 0)
    for shown in shown_screening(screening, smallest=smallest).cohorts:
        name = "" if shown.cohort is None else f"{shown.cohort} ({plain_text(shown.label)}): "
        rows = [step_cells(screening, step, width=60) for step in shown.steps]
        parts += [Text(), Text(name + head_text(shown), style="bold")]
        parts.append(_steps_table(rows))
    if smallest:
        parts += [Text(), Text(counts_note(smallest))]
    return Group(*parts)


def explanation_text(explanation: Explanation) -> RenderableType:
    """One person for a terminal: each criterion, the records behind it and what is missing."""
    anchors = ", ".join(f"{name} {day}" for name, day in explanation.anchors.items()) or "none"
    parts: list[RenderableType] = [
        Text(f"{explanation.study}, person {explanation.person}: {standing_text(explanation)}"),
        Text(f"named dates: {anchors}"),
        *_gaps(explanation.code_gaps, exact=True),
    ]
    for finding in explanation.findings:
        criterion = finding.criterion
        style = {True: "blue", False: "bold red", None: "yellow"}[finding.passes]
        head = Text(f"\n{criterion_name(criterion)}: ")
        head.append(verdict_text(finding), style=style)
        below: list[RenderableType] = [Text(plain_text(criterion.text))]
        if criterion.expression:
            below.append(Text(plain_text(criterion.expression), style="dim"))
        for part, rows in record_parts(finding):
            if len(finding.leaves) > 1:
                below.append(Text(part))
            below.append(_records_table(rows) if rows else Text("  no record found"))
        below += [Text(line) for line in missing_lines(finding)]
        parts += [head, *(Padding(item, (0, 0, 0, 4)) for item in below)]
    return Group(*parts)
