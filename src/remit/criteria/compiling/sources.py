"""What the compiler reads: the tables of a dataset as Ibis expressions, and the study."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir


def _as_it_is(table: ir.Table) -> ir.Table:
    return table


@dataclass(frozen=True, slots=True)
class Sources:
    """Tables by OMOP name, the study whose anchors and attestations count, and the data cut.

    Attributes:
        complete: the tables that the dataset declares complete.
        persons: restrict the work to these person ids.
        keep: stores an intermediate table that many parts read (one row a person) and gives it
            back; by default it stays part of the expression.
    """

    tables: Mapping[str, ir.Table]
    study: str
    data_cut: date
    complete: frozenset[str] = frozenset()
    persons: tuple[int, ...] | None = None
    keep: Callable[[ir.Table], ir.Table] = _as_it_is
