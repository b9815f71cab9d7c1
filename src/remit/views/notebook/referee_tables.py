"""Refereed tables as HTML: in a notebook, and as a page of its own."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from remit.analysis.referee.refereed_tables import Refereed, RefereedTable
from remit.analysis.referee.rulings import MEANING, Ruling
from remit.terminal import plain_text
from remit.views.notebook.page import AS_WRITTEN, LEFT, NotebookPage, Table

HEAD = ("row", "number", "printed", "ruling", "by", "arithmetic")
SHOWN = 60  # numbers that a notebook shows
_STYLES = (LEFT, LEFT, LEFT, LEFT, LEFT, AS_WRITTEN)


def refereed_html(found: Refereed) -> str:
    """The numbers that are not merely given, as many as a notebook holds."""
    numbers = [one for one in found.numbers if one.ruling is not Ruling.GIVEN]
    counts = "; ".join(f"{count} {ruling}" for ruling, count in found.counts.items() if count)
    rows = [row for table in found.tables for row in _rows(table, given=False)][:SHOWN]
    more = len(numbers) - len(rows)
    words = f"{counts}" + (f". The first {len(rows)} are shown." if more > 0 else "")
    return NotebookPage((Table(HEAD, rows, _STYLES),), name=found.source, words=words).html()


def referee_html(found: Refereed) -> str:
    """A page with every number of every table; it loads nothing from elsewhere."""
    templates = Environment(
        loader=PackageLoader("remit.views"), autoescape=True, undefined=StrictUndefined
    )
    tables = [
        {
            "title": plain_text(f"{one.table.id}: {one.table.title}".rstrip(": ")),
            "lines": [
                plain_text(line)
                for line in (
                    one.table.citation,
                    one.table.method and f"Method as stated: {one.table.method}",
                    *one.table.notes,
                    *one.habits,
                )
                if line
            ],
            "rows": _rows(one, given=True),
        }
        for one in found.tables
    ]
    counts = [(str(ruling), count, MEANING[ruling]) for ruling, count in found.counts.items()]
    return templates.get_template("referee.html").render(
        source=plain_text(found.source), head=HEAD, tables=tables, counts=counts
    )


def _rows(table: RefereedTable, *, given: bool) -> list[tuple[str, ...]]:
    return [
        (
            plain_text(one.row),
            plain_text(one.number),
            plain_text(one.printed),
            one.ruling.value,
            plain_text("; ".join(one.by)),
            "\n".join(plain_text(step) for step in one.arithmetic),
        )
        for one in table.numbers
        if given or one.ruling is not Ruling.GIVEN
    ]
