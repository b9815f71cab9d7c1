"""One value of a registry's file, with its path and its lines, whatever the file's format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from remit.registry.record import Span

Scalar = str | int | float | bool | None
_PLACE = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value. The path reads "a.b[0].c".

    `written` is the text before entities and Markdown escapes were decoded.
    """

    path: str
    value: Scalar
    line: int
    last_line: int
    written: str | None = None

    @property
    def shape(self) -> str:
        """The path without places in lists: a list of one and a single value look alike.

        Example:
            >>> Leaf("a.b[0].c", "x", 1, 1).shape
            'a.b.c'
        """
        return _PLACE.sub("", self.path)


def span_of(group: Sequence[Leaf]) -> Span:
    """The lines of some leaves."""
    return Span(min(leaf.line for leaf in group), max(leaf.last_line for leaf in group))


def written_text(group: Iterable[Leaf]) -> str:
    """What some leaves say as written, a line each."""
    return "\n".join(str(leaf.value) if leaf.written is None else leaf.written for leaf in group)


def said(group: Iterable[Leaf], key: str) -> str | None:
    """What the first of some leaves says whose path ends with a key."""
    return next((str(leaf.value) for leaf in group if _ends(leaf.shape, key)), None)


def all_said(group: Iterable[Leaf], key: str) -> tuple[str, ...]:
    """What all of some leaves say whose path ends with a key."""
    return tuple(str(leaf.value) for leaf in group if _ends(leaf.shape, key))


def _ends(shape: str, key: str) -> bool:
    return shape == key or shape.endswith("." + key)
