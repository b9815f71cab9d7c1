"""A rule that rows of a dataset break: how many, and which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from remit.facts.engine import Engine
from remit.facts.tables import TABLES
from remit.terminal import one_line

Severity = Literal["error", "warning"]
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that rows of a table break.

    Attributes:
        rows: how many rows break it.
        examples: up to five keys of such rows, the smallest.
        detail: what differs from one finding of the rule to the next, such as the unit.
    """

    severity: Severity
    rule: str
    table: str
    rows: int
    examples: tuple[int, ...]
    detail: str = ""

    def __str__(self) -> str:
        what = f"{self.rule} ({self.detail})" if self.detail else self.rule
        key = TABLES[self.table].key
        ids = ", ".join(str(example) for example in self.examples)
        return one_line(f"{self.table}: {what}: {self.rows} rows, {key} {ids}")


def find_rows(
    engine: Engine,
    table: str,
    rule: str,
    rows: str,
    *values: object,
    severity: Severity = "error",
    detail: str = "",
) -> Iterator[Finding]:
    """The finding about the rows of a table that the text after `from` leaves, if any."""
    if table not in engine.filled:
        return
    counted = engine.rows(f"select count(*) from {rows}", *values)[0][0]
    if counted:
        key = TABLES[table].key
        first = engine.rows(f"select {key} from {rows} order by 1 limit {SHOWN}", *values)
        ids = tuple(int(str(row[0])) for row in first)
        yield Finding(severity, rule, table, int(str(counted)), ids, detail)
