"""A criterion as JSON: the part that several pages hold."""

from __future__ import annotations

from dataclasses import dataclass

from remit.protocol.schema import Criterion, State


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionPart:
    """A criterion of a protocol; `expression` is null where it has none."""

    id: str
    kind: str
    cohorts: tuple[str, ...]
    text: str
    interpretation: str
    state: State
    expression: str | None
    sources: tuple[str, ...]


def criterion_part(criterion: Criterion) -> CriterionPart:
    """The criterion with each of its sources in words."""
    return CriterionPart(
        id=criterion.id,
        kind=criterion.kind,
        cohorts=criterion.cohorts,
        text=criterion.text,
        interpretation=criterion.interpretation,
        state=criterion.state,
        expression=criterion.expression,
        sources=tuple(str(source) for source in criterion.sources),
    )
