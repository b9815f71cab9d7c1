"""Screenings and explanations as tables for a notebook; counts go through `disclosure`."""

from __future__ import annotations

from remit.screening.cohort_counts import shown_cohorts
from remit.screening.explaining import CriterionFinding, Explanation
from remit.screening.running import Screening
from remit.terminal import plain_text
from remit.views.notebook.page import LEFT, NotebookPage, Table
from remit.views.words import (
    STEP_HEAD,
    head_text,
    missing_lines,
    record_parts,
    standing_text,
    step_cells,
    verdict_text,
)


def screening_html(screening: Screening, *, smallest: int = 0) -> str:
    """The screening: the attrition of each cohort."""
    protocol = screening.protocol
    tables = []
    for shown in shown_cohorts(screening, smallest=smallest):
        name = "" if shown.cohort is None else f"{shown.cohort} ({plain_text(shown.label)}): "
        rows = [step_cells(screening, step, width=120) for step in shown.steps]
        styles = (LEFT,) * len(STEP_HEAD)
        tables.append(Table(STEP_HEAD, rows, styles, name + head_text(shown)))
    return NotebookPage(tuple(tables), name=protocol.id, words=plain_text(protocol.title)).html()


def explanation_html(explanation: Explanation) -> str:
    """One person: each criterion, the records behind it and what is missing."""
    caption = f"{explanation.study}, person {explanation.person}: {standing_text(explanation)}"
    head = ("criterion", "verdict", "our words", "expression", "records", "missing")
    rows = [_cells(finding) for finding in explanation.findings]
    return NotebookPage((Table(head, rows, (LEFT,) * len(head), caption),)).html()


def _cells(finding: CriterionFinding) -> tuple[str, ...]:
    criterion = finding.criterion
    records = [row for _, rows in record_parts(finding) for row in rows]
    return (
        criterion.id,
        verdict_text(finding),
        plain_text(criterion.text),
        plain_text(criterion.expression or ""),
        "; ".join(" ".join(filter(None, row)) for row in dict.fromkeys(records)),
        "; ".join(missing_lines(finding)),
    )
