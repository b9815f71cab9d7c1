"""A result row: one statistic and all that has to be known to read it, or to trust it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import pyarrow as pa


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """One statistic.

    Attributes:
        id: names the row: analysis, visit, arms, method, part and statistic, with dots between.
        estimand: in one sentence. `definition`, `definition_hash`: of the response definition.
        at: of a curve, the time of this step in `unit`s of its answers; `n` are those at risk. Of a
            tipping point, what was added to imputed answers.
        arm, versus: whose number it is, and with whom it is compared; empty where with nobody.
            With neither, the number is of all arms together.
        part: what of the answers is counted, from wide to narrow: one of several possible answers,
            or a body system and a term in it; empty where all of them are.
        method: of the register of methods; `count` where nothing but counting was done.
        value, low, high: None where there is none; `warnings` say why.
        n, missing: persons whose answer was used, and of the population those without one.
        source_hash: of the answers that it stands on (`VisitAnswers.digest`).
        plan_hash: of the plan (`plan_lock.plan_hash`).
        plan: `locked`, `not locked`, or `changed since it was locked`.
    """

    id: str
    study: str
    analysis: str
    title: str
    role: str
    population: str
    estimand: str
    definition: str
    definition_hash: str
    visit: str
    at: float | None
    arm: str
    versus: str
    method: str
    part: tuple[str, ...]
    statistic: str
    unit: str
    value: float | None
    low: float | None
    high: float | None
    level: float | None
    n: int
    missing: int
    warnings: tuple[str, ...]
    reference: str
    source_hash: str
    plan_hash: str
    plan: str


_KINDS = {
    "at": pa.float64(),
    "value": pa.float64(),
    "low": pa.float64(),
    "high": pa.float64(),
    "level": pa.float64(),
    "n": pa.int64(),
    "missing": pa.int64(),
    "part": pa.list_(pa.string()),
    "warnings": pa.list_(pa.string()),
}
SCHEMA = pa.schema(
    [(field.name, _KINDS.get(field.name, pa.string())) for field in fields(ResultRow)]
)


def row_table(rows: Sequence[ResultRow]) -> pa.Table:
    """Rows as an Arrow table, a column a field."""
    columns = {
        field.name: [getattr(row, field.name) for row in rows] for field in fields(ResultRow)
    }
    return pa.table(columns, schema=SCHEMA)


def rows_of(table: pa.Table) -> tuple[ResultRow, ...]:
    """The rows of a table that `row_table` made."""
    return tuple(
        ResultRow(**{**row, "part": tuple(row["part"]), "warnings": tuple(row["warnings"])})
        for row in table.to_pylist()
    )
