"""Doses as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType

from remit.instruments.exposure import Exposure
from remit.views.terminal.layout import SHOWN, columns_table


def doses_text(rows: Sequence[Exposure], *, lookback: int) -> RenderableType:
    """The doses person by person, as many as a terminal holds; `lookback` in days."""
    heads = (
        "person", "mg a day", f"mg in {lookback} days", "mean mg a day", "mg in pulses",
        "mg/kg a day",
    )  # fmt: skip
    table = columns_table(*heads, right=heads)
    for row in rows[:SHOWN]:
        table.add_row(
            str(row.person),
            _bound(float(row.daily), open_=row.why_daily is not None),
            _bound(float(row.cumulative), open_=row.why_cumulative is not None),
            _bound(float(row.mean_daily), open_=row.why_cumulative is not None),
            _bound(float(row.pulses), open_=row.why_pulses is not None),
            "unknown" if row.daily_per_kg is None else f"{row.daily_per_kg:.3g}",
        )
    rest = len(rows) - SHOWN
    return Group(table, f"… {rest} more rows: use --json") if rest > 0 else table


def _bound(number: float, *, open_: bool) -> str:
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return f"{'>= ' if open_ else ''}{text}"
