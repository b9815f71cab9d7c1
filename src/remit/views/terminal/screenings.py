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
from remit.screening.explanation import CriterionFinding, Explanation
from remit.screening.study_screenings import Screening
from remit.terminal import plain_text
from remit.truth import Reason, Status
from remit.views.person_answer import answer_lines, decisive_findings, folded_lines
from remit.views.words import (
    EVIDENCE_HEAD,
    STEP_HEAD,
    criterion_name,
    gap_lines,
    head_text,
    missing_lines,
    record_parts,
    step_cells,
    verdict_text,
)

_MOST_RECORDS = 6  # of one part, where not all is asked for


def _steps_table(rows: Iterable[Sequence[str]]) -> Table:
    """The attrition; counts are never cut, the criterion takes what width is left, on one line."""
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    for name in STEP_HEAD:
        number = name in STEP_HEAD[3:]
        table.add_column(name, justify="right" if number else "left", no_wrap=name != "criterion")
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


def explanation_text(explanation: Explanation, *, whole: bool = False) -> RenderableType:
    """One person for a terminal: the answer first, then what decided it with its records.

    Args:
        whole: show every criterion, part and item; else what did not decide is one line a group.
    """
    anchors = ", ".join(f"{name} {day}" for name, day in explanation.anchors.items()) or "none"
    parts: list[RenderableType] = [
        *(Text(line, style="bold") for line in answer_lines(explanation)),
        Text(plain_text(f"{explanation.study}, person {explanation.name}; named dates: {anchors}")),
    ]
    shown = explanation.findings if whole else decisive_findings(explanation)
    if whole or any(Reason.CODE_UNRESOLVED in finding.reasons for finding in shown):
        parts += _gaps(explanation.code_gaps, exact=True)
    for finding in shown:
        parts += _finding(finding, whole=whole)
    rest = [finding for finding in explanation.findings if finding not in shown]
    if rest:
        parts += [Text(), *(Text(line) for line in folded_lines(rest))]
        parts.append(Text("--all shows each of them with its records", style="dim"))
    return Group(*parts)


def _finding(finding: CriterionFinding, *, whole: bool) -> list[RenderableType]:
    criterion = finding.criterion
    style = {True: "blue", False: "bold red", None: "yellow"}[finding.passes]
    head = Text(f"\n{criterion_name(criterion)}: ")
    head.append(verdict_text(finding), style=style)
    below: list[RenderableType] = [Text(plain_text(criterion.text))]
    if finding.expression:
        below.append(Text(plain_text(finding.expression), style="dim"))
    parts = record_parts(finding, items=whole, deciding=not whole)
    for part in parts:
        if not whole and not part.rows and finding.status is Status.UNKNOWN:
            continue  # said below, with the reason
        if len(finding.leaves) > 1:
            below.append(Text(part.text))
        if part.rows:
            below.append(_records_table(part.rows if whole else part.rows[:_MOST_RECORDS]))
        elif not part.is_items:
            below.append(Text("  no record found"))
        more = len(part.rows) - _MOST_RECORDS
        if more > 0 and not whole:
            below.append(Text(f"  and {more} more record{'s' * (more > 1)}", style="dim"))
    silent = len(record_parts(finding, items=whole)) - len(parts)
    if silent:
        others = "1 other part does" if silent == 1 else f"{silent} other parts do"
        below.append(Text(f"{others} not change this", style="dim"))
    below += [Text(line) for line in missing_lines(finding, items=whole)]
    return [head, *(Padding(item, (0, 0, 0, 4)) for item in below)]
