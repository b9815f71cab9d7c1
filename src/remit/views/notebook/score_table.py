"""A score as tables for a notebook."""

from __future__ import annotations

from remit.instruments.cards import Card
from remit.views.notebook.page import LEFT, NotebookPage, Table


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
