"""A result row in words: its value with the interval, in the unit in which it is read."""

from __future__ import annotations

from remit.analysis.rows.imputed_statistics import IMPUTED
from remit.analysis.rows.result_row import ResultRow
from remit.analysis.rows.rival_statistics import AT_END
from remit.analysis.rows.statistics import SEEN
from remit.analysis.rows.time_statistics import FIRST
from remit.views.rounded import interval_text, p_text, rounded

_PERCENT = frozenset({"proportion", AT_END, "risk difference", "bounds of the proportion"})
_COUNTS = frozenset({"count", "events", SEEN, IMPUTED, FIRST})


def value_text(row: ResultRow) -> str:
    """The value of a row with its interval."""
    if row.statistic in {"p", "adjusted p"}:
        return f"{row.statistic} {p_text(row.value)}"
    if row.statistic == "events" and not row.definition and row.value is not None:
        return f"{row.value:.0f}"  # adverse events: one person may have several
    if row.statistic in _COUNTS and row.value is not None:
        return f"{row.value:.0f} of {row.n}"
    factor, digits, unit = (100.0, 1, " %") if row.statistic in _PERCENT else (1.0, 2, "")
    unit = unit or (f" {row.unit}" if row.unit else "")
    value = None if row.value is None else factor * row.value
    low, high = (None if end is None else factor * end for end in (row.low, row.high))
    told = rounded(value, digits) + ("" if value is None else unit)
    if row.statistic == "median" and value is None and row.n:
        told = "not reached"
    if row.level is None:
        return told
    if value is None and row.low is not None and row.statistic != "median":
        return f"{interval_text(low, high, digits)}{unit}"
    return f"{told} ({interval_text(low, high, digits)})"
