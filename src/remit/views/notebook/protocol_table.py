"""A protocol as a table for a notebook."""

from __future__ import annotations

from remit.protocol.schema import Protocol
from remit.views.notebook.page import NotebookPage, Table


def protocol_html(protocol: Protocol) -> str:
    """The study's criteria."""
    head = ("id", "kind", "criterion", "state", "expression")
    rows = [
        (item.id, item.kind, item.text, item.state, item.expression or "")
        for item in protocol.criteria
    ]
    table = Table(head, rows, ("",) * len(head))
    return NotebookPage((table,), name=protocol.id, words=protocol.title).html()
