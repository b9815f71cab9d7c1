"""What a heading of eligibility text says, and the words that a line consists of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from remit.registry.text.headings.vocabulary import Side, fold, heading_words

# A heading that is longer than this is none.
LIMIT = 400
COLONS = ":："
MARKS = " \t:：-–—.。;；,，*_=>→|…`"
ENUMERATOR = re.compile(r"(?:\d+|[a-z]|[ivx]+|[ivx]+[ab])\Z")
ITEM_MARK = re.compile(r"(?:^|\s)(?:[-–*•●]\s|\(?\d{1,2}[.)、）]\s?)")
_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")


@dataclass(frozen=True, slots=True)
class Heading:
    """What a heading says.

    `side` is "eligibility" for a neutral word, "both" for one list of both sides (or a word that
    is as near to either), "other" for a list of another stage, such as withdrawal. `rest` is what
    stands on the line after the heading; `negated` tells that a "not" made the side; `sentence`
    that the heading is a sentence; `bare` that nothing but the side is said; `adjective` that it is
    one word on people ("Excluded:").
    """

    side: Side
    scope: str | None = None
    rest: str = ""
    negated: bool = False
    sentence: bool = False
    bare: bool = False
    adjective: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    folded: str
    start: int
    end: int


def words_of(text: str) -> list[Word]:
    return [Word(m[0], fold(m[0]), m.start(), m.end()) for m in _WORD.finditer(text[: LIMIT + 200])]


def named_scope(words: str) -> str | None:
    """The people or the stage that a heading speaks of; None where that is everybody."""
    text = " ".join(words.split()).strip(" .:：;,*_-–—[]\"'")
    text = text if "(" in text[1:] and ")" in text else text.strip("()")
    parts = text.split(" ")
    while parts and fold(parts[0]) in ("for", "of", "the", "fur", "pour", "para"):
        parts = parts[1:]
    known = heading_words()["people"] | heading_words()["everyone"]
    plain = [fold(part) for part in parts if part[:1].isalnum()]
    said = set(plain) & (heading_words()["verbs"] - {"to"})
    if not plain or said or len(text) > 80 or all(part in known for part in plain):
        return None
    return " ".join(parts)


def joined_scopes(*scopes: str | None) -> str | None:
    return ", ".join(scope for scope in scopes if scope) or None


def first_colon(text: str, limit: int = LIMIT) -> int:
    """Where the first colon of a text stands, or -1 where none is within the limit."""
    found = (text.find(colon, 0, limit) for colon in COLONS)
    return min((at for at in found if at >= 0), default=-1)
