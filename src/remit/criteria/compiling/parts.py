"""Small pieces shared by the compiler: one table a family of leaves, codes packed into few columns.

A leaf's result is a code: 1 met, 2 not met, 3 and above the number of its `Reason`. Inside an
aggregate, codes of several leaves share one 64-bit column, because one `bit_or` over a person's
rows costs a fraction of one conditional aggregate a leaf.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TypeAlias

import ibis
import ibis.expr.types as ir

from remit.criteria.tree import Leaf, Operator

Column: TypeAlias = ir.Value

MET_CODE = 1
NOT_MET_CODE = 2
FIRST_DAY = date(1, 1, 1)
LAST_DAY = date(9999, 12, 31)
WIDE = "decimal(38, 6)"


@dataclass(frozen=True, slots=True)
class Part:
    """One table with a row a person (none where nothing is recorded), and what leaves read of it.

    `codes` gives each leaf's code as an expression over the joined table.
    """

    table: ir.Table | None
    codes: Mapping[Leaf, Callable[[ir.Table], Column]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Packing:
    """Codes of `width` bits side by side in 64-bit columns named `prefix`0, `prefix`1, …"""

    prefix: str
    width: int

    @property
    def _slots(self) -> int:
        return 62 // self.width

    def aggregates(self, values: Sequence[Column]) -> dict[str, Column]:
        """One `bit_or` a column over rows that each carry at most one value a slot."""
        columns = {}
        for first in range(0, len(values), self._slots):
            total = None
            for place, value in enumerate(values[first : first + self._slots]):
                shifted = value.cast("int64") * (1 << (place * self.width))
                total = shifted if total is None else total + shifted
            assert total is not None
            columns[f"{self.prefix}{first // self._slots}"] = total.bit_or()
        return columns

    def columns(
        self, codes: Sequence[tuple[int, Column]], ids: Sequence[object]
    ) -> dict[str, dict[int, Column]]:
        """For each packed column: kind of row -> the sum of that kind's codes in their slots."""
        columns: dict[str, dict[int, Column]] = {}
        for slot, (kind, code) in enumerate(codes):
            assert 0 <= kind < len(ids), "each code belongs to a kind of row"
            column = columns.setdefault(f"{self.prefix}{slot // self._slots}", {})
            shifted = code.cast("int64") * (1 << (slot % self._slots * self.width))
            column[kind] = column[kind] + shifted if kind in column else shifted
        return columns

    def value(self, table: ir.Table, slot: int) -> Column:
        """The value of a slot; 0 where the person has no row."""
        column = table[f"{self.prefix}{slot // self._slots}"]
        shift = (slot % self._slots) * self.width
        return (column.fill_null(0) >> shift) & ((1 << self.width) - 1)


def choose(*branches: tuple[Column, object], otherwise: object) -> Column:
    """`CASE WHEN … THEN … ELSE otherwise END`."""
    return ibis.cases(*branches, else_=otherwise)


def all_of(conditions: Sequence[Column]) -> Column:
    result = conditions[0]
    for condition in conditions[1:]:
        result = result & condition
    return result


def any_of(conditions: Sequence[Column]) -> Column:
    result = conditions[0]
    for condition in conditions[1:]:
        result = result | condition
    return result


def compare(left: Column, operator: Operator, right: Column | int) -> Column:
    match operator:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case "=":
            return left == right
        case ">=":
            return left >= right
        case ">":
            return left > right


def compare_fraction(left: Column, operator: Operator, right: Fraction) -> Column:
    """An exact comparison of a decimal column with a rational."""
    scaled = left if right.denominator == 1 else left * right.denominator
    return compare(scaled, operator, right.numerator)


def least(columns: Sequence[Column]) -> Column:
    return columns[0] if len(columns) == 1 else ibis.least(*columns)


def greatest(columns: Sequence[Column]) -> Column:
    return columns[0] if len(columns) == 1 else ibis.greatest(*columns)


def max_flag(condition: Column) -> Column:
    """1 when some row of the group satisfies the condition, else 0."""
    return choose((condition, 1), otherwise=0).max()


def joined_parts(people: ir.Table, parts: Iterable[Part]) -> ir.Table:
    """Persons with the columns of all parts beside them."""
    whole = people
    for number, table in enumerate(part.table for part in parts if part.table is not None):
        key = f"person_{number}"
        right = table.rename({key: "person_id"})
        whole = whole.left_join(right, whole.person_id == right[key])
    return whole
