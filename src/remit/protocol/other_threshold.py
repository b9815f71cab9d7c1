"""A study whose criteria ask for another number: `sledai_2k >= 4` where the page says 6.

Only the number of a comparison is put in the place of the one that is written. What is read, in
which window and with which sign stays, so the text is that of the study but for the number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lark import Token, Tree

from remit.criteria.syntax import ParseTree, expression_error, parse_expression
from remit.errors import ExpressionError, ProtocolError
from remit.protocol.schema import Criterion, Protocol

_SIGNS = {"≥": ">=", "≤": "<="}
_TURNED = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "=": "="}
_SHOWN = 12  # comparisons that an error lists


@dataclass(frozen=True, slots=True)
class ChangedText:
    """An expression of the study before and after.

    Attributes:
        where: the id of a criterion, or the name of a definition.
    """

    where: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class OtherThreshold:
    """A study with another number in some comparisons, and the texts that it changed."""

    protocol: Protocol
    changed: tuple[ChangedText, ...]


@dataclass(frozen=True, slots=True)
class _Comparison:
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

    def is_meant_by(self, asked: _Comparison) -> bool:
        """Whether it is what somebody names, who may leave the window out."""
        return (
            self.reading == asked.reading
            and self.sign == asked.sign
            and (not asked.window or asked.window == self.window)
        )

    def words(self, text: str) -> str:
        return f"{' '.join(self.reading)} {self.sign} {text[self.start : self.end]}"


def with_threshold(protocol: Protocol, asked: str) -> OtherThreshold:
    """The study with the number of a comparison in every comparison of the same reading and sign.

    Args:
        asked: such as `sledai_2k >= 4`; a window narrows it to the comparisons over that window.

    Raises:
        ExpressionError: it is no comparison of a reading with a number.
        ProtocolError: the study has no such comparison; those of the same reading are given.
    """
    wanted = _asked_comparison(asked)
    number = asked[wanted.start : wanted.end]
    definitions = dict(protocol.definitions)
    changed: list[ChangedText] = []
    for name, text in protocol.definition_texts().items():
        after = _replaced(text, wanted, number)
        if after != text:
            definitions[name] = after
            changed.append(ChangedText(name, text, after))
    criteria: list[Criterion] = []
    for criterion in protocol.criteria:
        before = criterion.expression or ""
        after = _replaced(before, wanted, number)
        if after != before:
            changed.append(ChangedText(criterion.id, before, after))
            criterion = criterion.model_copy(update={"expression": after})
        criteria.append(criterion)
    if not changed:
        raise _not_there(protocol, wanted, asked)
    update = {"criteria": tuple(criteria), "definitions": definitions}
    return OtherThreshold(protocol.model_copy(update=update), tuple(changed))


def is_comparison(text: str) -> bool:
    """Whether a setting is a comparison, and not `NAME=VALUE`."""
    name, sign, _ = text.partition("=")
    return not sign or not name.strip().isidentifier()


def _asked_comparison(asked: str) -> _Comparison:
    """The one comparison of a text.

    Raises:
        ExpressionError: it says something else.
    """
    found = list(_comparisons(asked, "--set"))
    if len(found) == 1:
        return found[0]
    raise expression_error(
        "this names no threshold",
        text=asked,
        start=0,
        end=len(asked),
        source="--set",
        expected="a reading, a sign and a number, such as sledai_2k >= 4",
        got=asked,
        next_step="write the comparison as the study has it, with another number",
    )


def _comparisons(text: str, source: str = "expression") -> Iterator[_Comparison]:
    """Each comparison of a reading with a number, or a number with a reading."""
    tree = parse_expression(text, source=source)
    for found in tree.iter_subtrees_topdown():  # type: ignore[no-untyped-call]  # Lark's
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
) -> Iterator[_Comparison]:
    span, beside = _number_span(number, text)
    words, window = _words(reading)
    if span is None or not any(word.isidentifier() for word in words):
        return
    shown = _SIGNS.get(str(sign), str(sign))
    shown = _TURNED[shown] if turned else shown
    yield _Comparison(words + beside, window, shown, *span)


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


def _replaced(text: str, wanted: _Comparison, number: str) -> str:
    """The text with the number in each comparison that is meant."""
    if not text.strip():
        return text
    try:
        found = list(_comparisons(text))
    except ExpressionError:
        return text  # `bind_protocol` says what is wrong with it, and where
    meant = {(item.start, item.end) for item in found if item.is_meant_by(wanted)}
    for start, end in sorted(meant, reverse=True):
        text = text[:start] + number + text[end:]
    return text


def _texts(protocol: Protocol) -> Mapping[str, str]:
    texts = {c.id: c.expression for c in protocol.criteria if c.expression}
    return texts | protocol.definition_texts()


def _not_there(protocol: Protocol, wanted: _Comparison, asked: str) -> ProtocolError:
    """That no expression has the comparison; near ones are those that share a name with it."""
    names = {word for word in wanted.reading if word.isidentifier()}
    near, others = list[str](), list[str]()
    for where, text in _texts(protocol).items():
        try:
            found = list(_comparisons(text))
        except ExpressionError:
            continue
        for item in found:
            shown = f"{item.words(text)} ({where})"
            (near if names & set(item.reading) else others).append(shown)
    listed = near or others
    return ProtocolError(
        "the study has no such comparison",
        expected="; ".join(dict.fromkeys(listed[:_SHOWN])) or "a study that compares numbers",
        got=asked,
        next_step="write one of them with another number, or --without for a whole criterion",
        place=protocol.place_of("criteria"),
    )
