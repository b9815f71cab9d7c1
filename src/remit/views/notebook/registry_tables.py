"""Records and trials as tables for a notebook; cells keep the line breaks of the page."""

from __future__ import annotations

from remit.registry.record import Record
from remit.registry.trials.trial import Trial
from remit.views.notebook.page import AS_WRITTEN, NotebookPage, Table

_STYLES = (AS_WRITTEN,) * 4


def record_html(record: Record) -> str:
    """The record: each field, criterion and outcome with its lines."""
    rows: list[tuple[str, ...]] = [
        (str(field.span), field.name, field.state, field.text)
        for field in record.fields
        if field.state != "heading"
    ]
    rows += [
        (str(item.span), f"{item.kind} {item.number}", ", ".join(sorted(item.flags)), item.text)
        for item in record.criteria
    ]
    rows += [
        (str(item.span), f"{item.type} outcome", ", ".join(sorted(item.flags)), item.measure)
        for item in record.outcomes
    ]
    head, caption = ("line", "field", "state", "text"), f"Record {record.source} ({record.format})"
    return NotebookPage((Table(head, rows, _STYLES, caption),)).html()


def trial_html(trial: Trial) -> str:
    """The trial: what each page says of each field, and where pages differ."""
    rows = [
        (field.name, claim.source, str(claim.span), claim.text)
        for field in trial.fields
        for claim in field.claims
        if claim.state == "stated"
    ]
    rows += [
        (
            f"{item.kind} {item.number}{' (repaired)' if item.repair else ''}",
            item.source,
            str(item.span),
            item.text,
        )
        for item in trial.criteria
    ]
    rows += [(f"disagreement: {item.name}", "", "", item.detail) for item in trial.disagreements]
    caption = f"Trial told by {', '.join(record.source for record in trial.records)}"
    return NotebookPage((Table(("field", "page", "line", "text"), rows, _STYLES, caption),)).html()
