"""What speaks for a link of two records, what forbids it, and what only a person can answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkEvidence:
    """One comparison: what was compared, how alike (0 to 1), and what it adds."""

    field: str
    similarity: float
    score: float
    detail: str


@dataclass(frozen=True, slots=True)
class Veto:
    """A contradiction that forbids a link whatever the score."""

    rule: str
    detail: str


@dataclass(frozen=True, slots=True)
class Question:
    """A difference that may tell two trials apart or may not: a person decides, no link is made."""

    rule: str
    detail: str


def versus(left: frozenset[str], right: frozenset[str]) -> str:
    """What two pages say, side by side.

    Example:
        >>> versus(frozenset({"b", "a"}), frozenset({"c"}))
        'a, b / c'
    """
    return f"{', '.join(sorted(left))} / {', '.join(sorted(right))}"
