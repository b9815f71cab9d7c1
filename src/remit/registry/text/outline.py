"""Which item of a list is nested in which."""

from __future__ import annotations

import re
from collections.abc import Sequence

from remit.registry.text.items import Piece

_RANKS = {"I": 1, "1": 2, "a": 3, "i": 4, "-": 5}


def nest(pieces: Sequence[Piece]) -> tuple[int | None, ...]:
    """For each piece the position of the piece that it is nested in, or None.

    A deeper indent nests; so does a new kind of marker below a line that ends with a colon, or a
    lower one (1. → a. → i. → bullet). In a flat list, "Liver function: …" nests below a
    heading that promises "functions" in the plural.
    """
    flat = not any(p.style for p in pieces) and len({p.indent for p in pieces}) <= 1
    if flat:
        return _nest_flat(pieces)
    parents: list[int | None] = []
    stack: list[int] = []
    for k, piece in enumerate(pieces):
        while stack and not _deeper(piece, pieces[stack[-1]], [pieces[j].style for j in stack]):
            stack.pop()
        parents.append(stack[-1] if stack else None)
        stack.append(k)
    return tuple(parents)


def _deeper(piece: Piece, above: Piece, styles: list[str]) -> bool:
    if abs(piece.indent - above.indent) >= 2:
        return piece.indent > above.indent
    if piece.style == above.style or piece.style in styles:
        return False
    if above.text.endswith((":", "：")):
        return True
    return _rank(piece.style) > _rank(above.style) > 0


def _rank(style: str) -> int:
    return _RANKS.get(style, 5) if style else 0


def _nest_flat(pieces: Sequence[Piece]) -> tuple[int | None, ...]:
    parents: list[int | None] = []
    head: int | None = None
    plurals: set[str] = set()
    for k, piece in enumerate(pieces):
        if head is not None and _belongs(piece.text, plurals):
            parents.append(head)
            continue
        parents.append(None)
        head = k if piece.text.endswith((":", "：")) else None
        plurals = _plurals(piece.text) if head is not None else set()
    return tuple(parents)


def _plurals(promise: str) -> set[str]:
    """The things that a line promises in the plural, without their s."""
    if len(promise.split()) < 4:
        return set()
    words = re.findall(r"[a-z]+", promise.lower())
    return {word[:-1] for word in words if len(word) > 4 and word.endswith("s")}


def _belongs(text: str, plurals: set[str]) -> bool:
    before, colon, _ = text.partition(":")
    return bool(colon) and bool(plurals & set(re.findall(r"[a-z]+", before.lower())))
