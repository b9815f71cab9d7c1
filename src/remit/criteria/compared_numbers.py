"""Where an expression holds a reading against a number, so that another can take its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lark import Token, Tree

from remit.criteria.syntax import ParseTree, parse_expression

_SIGNS = {"≥": ">=", "≤": "<="}
_TURNED = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "=": "="}


@dataclass(frozen=True, slots=True)
class ComparedNumber:
    """A reading, a sign and a number.

    Attributes:
        reading: its words; `window` those of the window, empty where none is written.
        start, end: where the number stands in the text.
    """

    reading: tuple[str, ...]
    window: tuple[str, ...]
    sign: str
    start: int
    end: int

    def is_meant_by(self, asked: ComparedNumber) -> bool:
        """Whether it is what somebody names, who may leave the window out."""
        return (
            self.reading == asked.reading
            and self.sign == asked.sign
            and (not asked.window or asked.window == self.window)
        )

    def words(self, text: str) -> str:
        return f"{' '.join(self.reading)} {self.sign} {text[self.start : self.end]}"


def compared_numbers(text: str, source: str = "expression") -> Iterator[ComparedNumber]:
    """Each comparison of a reading with a number, or a number with a reading."""
    tree = parse_expression(text, source=source)
    for found in tree.iter_subtrees_topdown():  # type: ignore[no-untyped-call]  # Lark gives it no type
        children = [child for child in found.children if child is not None]
        if found.data == "quantified":
            at = next(n for n, child in enumerate(children) if _is_sign(child))
            yield from _one(children[:at], children[at], children[at + 1], text=text)
        if found.data != "comparison":
            continue
        for place in range(0, len(children) - 2, 2):
            left, sign, right = children[place : place + 3]
            yield from _one([left], sign, right, text=text)
            yield from _one([right], sign, left, text=text, turned=True)


def _one(
    reading: list[ParseTree | Token],
    sign: ParseTree | Token,
    number: ParseTree | Token,
    *,
    text: str,
    turned: bool = False,
) -> Iterator[ComparedNumber]:
    span, beside = _number_span(number, text)
    words, window = _words(reading)
    if span is None or not any(word.isidentifier() for word in words):
        return
    shown = _SIGNS.get(str(sign), str(sign))
    shown = _TURNED[shown] if turned else shown
    yield ComparedNumber(words + beside, window, shown, *span)


def _is_sign(child: ParseTree | Token) -> bool:
    return isinstance(child, Token) and child.type == "COMPARE"


def _number_span(
    tree: ParseTree | Token, text: str
) -> tuple[tuple[int, int] | None, tuple[str, ...]]:
    """Where a number stands, and the limit of normal that it is a multiple of.

    A number is a quantity, a titre, or a parameter that stands for one.
    """
    if not isinstance(tree, Tree):
        return None, ()
    if tree.data == "multiply":
        parts = [part for part in tree.children if isinstance(part, Tree)]
        limits = [part for part in parts if part.data == "limit"]
        others = [part for part in parts if part.data != "limit"]
        if len(limits) == len(others) == 1:
            return _number_span(others[0], text)[0], tuple(map(str, limits[0].children))
    if tree.data not in {"quantity", "negative", "titre", "parameter"}:
        return None, ()
    tokens = list(tree.scan_values(lambda token: isinstance(token, Token)))
    start = min(token.start_pos or 0 for token in tokens)
    if tree.data == "parameter":
        start = text.rindex("$", 0, start)  # the sign is no token of the tree
    return (start, max(token.end_pos or 0 for token in tokens)), ()


def _words(parts: list[ParseTree | Token]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a reading, and those of its window; `latest` is what no word means."""
    reading: list[str] = []
    window: list[str] = []

    def walk(part: ParseTree | Token | None, into: list[str]) -> None:
        if part is None:
            return
        if isinstance(part, Token):
            into.append(str(part))
            return
        for child in part.children:
            walk(child, window if part.data in {"range", "day"} else into)

    for part in parts:
        walk(part, reading)
    words = tuple(word for word in reading if word != "latest")
    return words, tuple(window)
