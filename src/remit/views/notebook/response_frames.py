"""Responses, their comparison and other tables of results for a notebook."""

from __future__ import annotations

from remit.analysis.comparison import Comparison
from remit.analysis.comparison_counts import shown_comparison
from remit.analysis.shown_counts import shown_counts
from remit.disclosure import counts_note
from remit.endpoints.study_responses import StudyAdjudication
from remit.result_table import ResultTable
from remit.terminal import plain_text
from remit.views.notebook.page import LEFT, RIGHT, NotebookPage, Table
from remit.views.rates import shown_rate_text

SHOWN = 20  # rows of a table, and definitions of a study


def study_html(study: StudyAdjudication, *, smallest: int = 0) -> str:
    """How many have which response at each visit, a table a definition."""
    tables = []
    shown = shown_counts(study, study.visits.ids, smallest=smallest)
    for adjudication, counts in list(zip(study.adjudications, shown, strict=True))[:SHOWN]:
        waiting = () if counts.all_due else ("not yet due",)
        head = ("visit", *counts.grades, "not assessable", "n", *waiting, "first condition failed")
        rows = [
            (
                row.visit,
                *row.counts,
                row.not_assessable,
                row.n,
                *(() if counts.all_due else (row.not_due,)),
                ", ".join(f"{gate} {count}" for gate, count in row.gates[:3]),
            )
            for row in counts.visits
        ]
        styles = (LEFT, *(RIGHT for _ in head[1:-1]), LEFT)
        definition = adjudication.definition
        tables.append(Table(head, rows, styles, f"{definition.title} ({definition.id})"))
    more = len(study.adjudications) - SHOWN
    note = f"The first {SHOWN} of {len(study.adjudications)} definitions." if more > 0 else ""
    words = " ".join(filter(None, (plain_text(study.protocol.title), note, counts_note(smallest))))
    return NotebookPage(tuple(tables), name=study.protocol.id, words=words).html()


def comparison_html(comparison: Comparison) -> str:
    """How many respond under each definition, by arm."""
    shown = shown_comparison(comparison)
    head = ("definition", "arm", "observed responders", "imputed", "not assessable")
    rows = [
        (
            rate.definition,
            rate.arm,
            shown_rate_text(rate.observed),
            shown_rate_text(rate.imputed),
            rate.not_assessable,
        )
        for rate in shown.rates
    ]
    caption = f"The same {shown.persons} persons at {shown.visit}"
    table = Table(head, rows, (LEFT, LEFT, LEFT, LEFT, RIGHT), caption)
    return NotebookPage((table,), words=counts_note(shown.smallest)).html()


def table_html(table: ResultTable) -> str:
    """The first rows of a table of results."""
    names = tuple(table.column_names)
    shown = table.to_arrow().slice(0, SHOWN).to_pylist()
    rows = [tuple("" if row[name] is None else str(row[name]) for name in names) for row in shown]
    more = len(table) - SHOWN
    words = f"The first {SHOWN} of {len(table):,} rows." if more > 0 else f"{len(table)} rows."
    return NotebookPage((Table(names, rows, (LEFT,) * len(names)),), words=words).html()
