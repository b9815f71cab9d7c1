"""Datasets, protocols, scores, screenings and explanations as tables for a notebook.

Counts go through `disclosure`.
"""

from __future__ import annotations

from remit.criteria.parameters import with_values
from remit.disclosure import counts_note
from remit.facts.opened import Facts
from remit.instruments.cards import Card
from remit.protocol.schema import Protocol
from remit.screening.cohort_counts import shown_screening
from remit.screening.explanation import CriterionFinding, Explanation
from remit.screening.study_screenings import Screening
from remit.terminal import plain_text
from remit.views.notebook.page import LEFT, RIGHT, NotebookPage, Table
from remit.views.person_answer import answer_lines
from remit.views.words import (
    STEP_HEAD,
    gap_lines,
    head_text,
    missing_lines,
    record_parts,
    step_cells,
    verdict_text,
)


def facts_html(facts: Facts) -> str:
    """The dataset: its source, data cut, and rows a table."""
    manifest = facts.manifest
    rows = [(name, f"{entry.rows:,}") for name, entry in manifest.tables.items()]
    words = f"{manifest.source}; data cut {facts.data_cut}"
    return NotebookPage((Table(("table", "rows"), rows, ("", RIGHT)),), words=words).html()


def protocol_html(protocol: Protocol) -> str:
    """The study's criteria."""
    literals = protocol.literal_texts()
    head = ("id", "kind", "criterion", "state", "expression")
    rows = [
        (item.id, item.kind, item.text, item.state, with_values(item.expression or "", literals))
        for item in protocol.criteria
    ]
    table = Table(head, rows, ("",) * len(head))
    return NotebookPage((table,), name=protocol.id, words=protocol.title).html()


def card_html(card: Card) -> str:
    """The card: what came out, and each item with its answer, points and source."""
    outcomes = [
        (item.label, item.value, "" if item.complete else f"not complete ({item.why})")
        for item in card.outcomes
    ]
    items = [
        (
            line.label,
            line.answer,
            line.points,
            "; ".join(filter(None, (line.source, line.contradiction))),
        )
        for line in card.items
    ]
    return NotebookPage(
        (
            Table(("outcome", "value", "open"), outcomes, (LEFT,) * 3),
            Table(("item", "answer", "points", "source"), items, (LEFT,) * 4),
        ),
        name=card.instrument.title,
        words=card.visit,
    ).html()


def screening_html(screening: Screening, *, smallest: int = 0) -> str:
    """The screening: the attrition of each cohort."""
    protocol = screening.protocol
    tables = []
    for shown in shown_screening(screening, smallest=smallest).cohorts:
        name = "" if shown.cohort is None else f"{shown.cohort} ({plain_text(shown.label)}): "
        rows = [step_cells(screening, step, width=120) for step in shown.steps]
        styles = (LEFT,) * len(STEP_HEAD)
        tables.append(Table(STEP_HEAD, rows, styles, name + head_text(shown)))
    gaps = gap_lines(screening.code_gaps(), exact=smallest == 0)
    words = " ".join(filter(None, (plain_text(protocol.title), counts_note(smallest), *gaps)))
    return NotebookPage(tuple(tables), name=protocol.id, words=words).html()


def explanation_html(explanation: Explanation) -> str:
    """One person: the answer, and each criterion with its records and what is missing."""
    answer = "; ".join(answer_lines(explanation))
    caption = f"{explanation.study}, person {explanation.name}: {answer}"
    head = ("id", "verdict", "criterion", "expression", "records", "missing")
    rows = [_cells(finding) for finding in explanation.findings]
    return NotebookPage((Table(head, rows, (LEFT,) * len(head), caption),)).html()


def _cells(finding: CriterionFinding) -> tuple[str, ...]:
    criterion = finding.criterion
    parts = record_parts(finding)
    records = [row for part in parts for row in part.rows]
    records += [(part.text,) for part in parts if part.is_items]
    return (
        criterion.id,
        verdict_text(finding),
        plain_text(criterion.text),
        plain_text(finding.expression or ""),
        "; ".join(" ".join(filter(None, row)) for row in dict.fromkeys(records)),
        "; ".join(missing_lines(finding)),
    )
