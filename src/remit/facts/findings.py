"""Rules that no row of a dataset may break; of those that rows do break, how many and which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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


@dataclass(frozen=True, slots=True)
class Rule:
    """What no row of a table may be.

    Attributes:
        rows: the text after `from` whose rows are looked at; they have the key of the table.
        broken: the condition that a row meets which breaks the rule.
        values: what the question marks of `broken` stand for; or those of `rows`, which no other
            rule then shares.
    """

    table: str
    name: str
    rows: str
    broken: str = "true"
    values: tuple[object, ...] = ()
    severity: Severity = "error"
    detail: str = ""


def find_breaches(engine: Engine, rules: Iterable[Rule]) -> Iterator[Finding]:
    """A finding for each rule that rows break; rules about the same rows are one question.

    A question costs a millisecond before its first row, and a small dataset is checked often.
    """
    asked = [rule for rule in rules if rule.table in engine.filled]
    alike: dict[str, list[int]] = {}
    for place, rule in enumerate(asked):
        alike.setdefault(rule.rows, []).append(place)
    counts = [0] * len(asked)
    for rows, places in alike.items():
        counted = (f"count(*) filter (where {asked[place].broken})" for place in places)
        values = (value for place in places for value in asked[place].values)
        answer = engine.rows(f"select {', '.join(counted)} from {rows}", *values)[0]
        for place, count in zip(places, answer, strict=True):
            counts[place] = int(str(count))
    for rule, count in zip(asked, counts, strict=True):
        if count:
            key = TABLES[rule.table].key
            broken = f"{rule.rows} where {rule.broken}"
            first = engine.rows(
                f"select {key} from {broken} order by 1 limit {SHOWN}", *rule.values
            )
            ids = tuple(int(str(row[0])) for row in first)
            yield Finding(rule.severity, rule.name, rule.table, count, ids, rule.detail)
