"""A study whose criteria ask for another number: `sledai_2k >= 4` where the page says 6.

Only the number of a comparison is put in the place of the one that is written. What is read, in
which window and with which sign stays, so the text is that of the study but for the number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from remit.criteria.compared_numbers import ComparedNumber, compared_numbers
from remit.criteria.syntax import expression_error
from remit.errors import ExpressionError, ProtocolError
from remit.protocol.schema import Criterion, Protocol

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


def with_threshold(protocol: Protocol, asked: str) -> OtherThreshold:
    """The study with the number of a comparison in every comparison of the same reading and sign.

    Args:
        asked: such as `sledai_2k >= 4`; a window narrows it to the comparisons over that window.

    Raises:
        ExpressionError: it is no comparison of a reading with a number.
        ProtocolError: the study has no such comparison; those of the same reading are given.
    """
    wanted = _asked(asked)
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


def require_once(settings: Sequence[str]) -> None:
    """Nothing, when no comparison and no parameter is asked for twice.

    Raises:
        ExpressionError: a comparison is no comparison of a reading with a number.
        ProtocolError: one is: of two numbers nobody could say which counts.
    """
    asked = [_asked(text) for text in settings if is_comparison(text)]
    names = [text.partition("=")[0].strip() for text in settings if not is_comparison(text)]
    again = [name for place, name in enumerate(names) if name in names[:place]]
    again += [
        " ".join((*one.reading, one.sign))
        for place, one in enumerate(asked)
        if any(one.is_meant_by(other) or other.is_meant_by(one) for other in asked[:place])
    ]
    if again:
        raise ProtocolError(
            "--set asks for one thing twice",
            expected="one number for each comparison, and one value for each parameter",
            got=again[0],
            next_step="leave one of them out; another window makes it another comparison",
        )


def is_comparison(text: str) -> bool:
    """Whether a setting is a comparison, and not `NAME=VALUE`."""
    name, sign, _ = text.partition("=")
    return not sign or not name.strip().isidentifier()


def _asked(asked: str) -> ComparedNumber:
    """The one comparison of a text.

    Raises:
        ExpressionError: it says something else.
    """
    found = list(compared_numbers(asked, "--set"))
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


def _replaced(text: str, wanted: ComparedNumber, number: str) -> str:
    """The text with the number in each comparison that is meant."""
    if not text.strip():
        return text
    try:
        found = list(compared_numbers(text))
    except ExpressionError:
        return text  # `bind_protocol` says what is wrong with it, and where
    meant = {(item.start, item.end) for item in found if item.is_meant_by(wanted)}
    for start, end in sorted(meant, reverse=True):
        text = text[:start] + number + text[end:]
    return text


def _texts(protocol: Protocol) -> Mapping[str, str]:
    texts = {c.id: c.expression for c in protocol.criteria if c.expression}
    return texts | protocol.definition_texts()


def _not_there(protocol: Protocol, wanted: ComparedNumber, asked: str) -> ProtocolError:
    """That no expression has the comparison; near ones are those that share a name with it."""
    names = {word for word in wanted.reading if word.isidentifier()}
    near, others = list[str](), list[str]()
    for where, text in _texts(protocol).items():
        try:
            found = list(compared_numbers(text))
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
