"""Counts as they may be shown: the one place that hides small ones."""

from remit.disclosure.counts import WITHHELD, is_told, rounded_count, shown_cells, shown_count
from remit.disclosure.deduction import Cell, CountTable

__all__ = [
    "WITHHELD",
    "Cell",
    "CountTable",
    "is_told",
    "rounded_count",
    "shown_cells",
    "shown_count",
]
