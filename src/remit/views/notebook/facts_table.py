"""A dataset as a table for a notebook."""

from __future__ import annotations

from remit.facts.opened import Facts
from remit.views.notebook.page import RIGHT, NotebookPage, Table


def facts_html(facts: Facts) -> str:
    """The dataset: its source, data cut, and rows a table."""
    manifest = facts.manifest
    rows = [(name, f"{entry.rows:,}") for name, entry in manifest.tables.items()]
    words = f"{manifest.source}; data cut {facts.data_cut}"
    return NotebookPage((Table(("table", "rows"), rows, ("", RIGHT)),), words=words).html()
