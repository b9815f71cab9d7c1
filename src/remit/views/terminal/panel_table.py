"""A panel of two adjudicators as text for a terminal."""

from __future__ import annotations

from rich.table import Table

from remit.analysis.agreement import Kappa
from remit.analysis.panels import Panel
from remit.terminal import visible_text
from remit.views.rates import kappa_text
from remit.views.terminal.layout import columns_table


def panel_lines(panel: Panel, *, computed: bool) -> str:
    """How far the two agree, and how much is open.

    Args:
        computed: whether the answer of a definition stands beside the people's.
    """
    lines = [f"{' and '.join(panel.names)}: {_agreed(panel.agreement)}"]
    if computed:
        lines.append(f"consensus and computed answer: {_agreed(panel.against_computed)}")
    lines.append(f"{len(panel.disagreements)} disagreements, {len(panel.open)} open")
    return visible_text("\n".join(lines))


def panel_table(panel: Panel) -> Table:
    """Each visit that is in dispute or open; no row where there is none."""
    table = columns_table("person", "visit", *panel.names, "consensus", "by", "computed")
    for line in dict.fromkeys((*panel.disagreements, *panel.open)):
        table.add_row(
            str(line.person), line.visit, line.first or "-", line.second or "-",
            line.consensus or "open", line.by, line.computed,
        )  # fmt: skip
    return table


def _agreed(kappa: Kappa) -> str:
    return f"agree on {kappa.agreed} of {kappa.n}, kappa {kappa_text(kappa)}"
