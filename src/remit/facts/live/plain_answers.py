"""Answers of a database about its tables, as values of Python."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pyarrow as pa

from remit.facts.live.source import CodeGroup

_MOST = (1 << 31) - 1


def code_groups_of(rows: Sequence[Sequence[object]]) -> tuple[CodeGroup, ...]:
    """Code, rows, first and last key of each group; what is no code counts as 0."""
    found: dict[int, CodeGroup] = {}
    for code, count, first, last in rows:
        number = concept_of(code)
        group = CodeGroup(number, int(str(count)), whole_of(first), whole_of(last))
        before = found.get(number)
        if before is not None:
            group = CodeGroup(number, before.rows + group.rows, before.first, group.last)
        found[number] = group
    return tuple(found.values())


def concept_of(value: object) -> int:
    """The code that a value is; 0 for none that the tables of facts can hold."""
    whole = whole_of(value)
    return whole if whole is not None and -_MOST - 1 <= whole <= _MOST else 0


def whole_of(value: object) -> int | None:
    """A whole number of the tables; None where the value is none.

    >>> whole_of(Decimal("12.0")), whole_of(1.5), whole_of(None)
    (12, None, None)
    """
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Decimal) and value.is_finite():
        return int(value) if value == value.to_integral_value() else None
    return int(value) if isinstance(value, float) and value.is_integer() else None


def first_column(rows: Sequence[Sequence[object]]) -> pa.Array:
    """The values of all rows as one column, without those that are empty."""
    return pa.array([value for row in rows for value in row if value is not None])
