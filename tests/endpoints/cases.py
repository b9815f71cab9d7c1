"""What a case is: a person who responds, and the same person with one thing changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Row:
    """The grade when these answers are changed; None is an answer that is missing."""

    grade: str
    now: Values = field(default_factory=dict)
    before: Values = field(default_factory=dict)
    previous: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """A person who reaches the best grade of a definition, and rows around every threshold.

    Attributes:
        source: where the thresholds of the rows are printed.
        needs: answers of the visit without each of which the definition cannot be assessed.
        first: the grade of the person as given.
        previous: the visit before, where the definition compares with that.
    """

    definition: str
    source: str
    first: str
    before: Values
    now: Values
    needs: tuple[str, ...]
    rows: tuple[Row, ...]
    previous: Values | None = None


OPEN = "not assessable"


def now(grade: str, **values: object) -> Row:
    """The visit changed."""
    return Row(grade, now=values)


def before(grade: str, **values: object) -> Row:
    """The baseline changed."""
    return Row(grade, before=values)


def pair(grade: str, **values: tuple[object, object]) -> Row:
    """Both changed: each value is one before and one now."""
    earlier = {name: first for name, (first, _) in values.items()}
    return Row(grade, {name: second for name, (_, second) in values.items()}, earlier)


def around(
    name: str, low: object, at: object, high: object, *, below: str, equal: str, above: str
) -> tuple[Row, ...]:
    """Three rows: a little below a threshold, exactly at it, a little above it."""
    return (
        Row(below, {name: low}),
        Row(equal, {name: at}),
        Row(above, {name: high}),
    )


def limited(value: str, limit: str = "1.1") -> dict[str, object]:
    """A creatinine with the laboratory's upper limit of normal."""
    return {"value": value, "unit": "mg/dL", "uln": limit}
