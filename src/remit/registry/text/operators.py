"""Comparison signs that a site has lost: ">=" and "<=" that became "=", "?" or other letters.

A bare "=" before a number on a continuous quantity cannot be executed: it says "exactly 6" where
the registry said ">= 6". Counted on an export of 1,135 registry rows, 17.6 % had one. A genuine
equality ("1 mmHg = 0.133 kPa", "n = 200") is left alone, so each occurrence is judged by what
stands on both sides.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from remit.registry.text.equalities import is_equality
from remit.registry.text.escapes import decode, written_places
from remit.registry.text.garbled_signs import garbled_spans
from remit.registry.text.sign_spellings import spell_signs

# What stands farther away than this says nothing of a sign.
_WINDOW = 64
# "<br>" ends with a sign that is none.
_TAG = re.compile(
    r"</?(?:br|p|li|ul|ol|b|i|u|em|strong|su[bp]|div|span|font|t[dr])\b[^<>]{0,80}>", re.I
)
_URL = re.compile(r"(?:https?://|www\.)\S+")
_BARE = re.compile(r"(?<![<>≤≥≦≧⩽⩾＜＞˂˃≮≯﹤﹥!=＝/\\:~≠≈])[=＝](?![=＝<>\\≤≥≦≧⩽⩾＜＞˂˃])")


@dataclass(frozen=True, slots=True)
class LostOperator:
    """Where in a text a sign was lost: offsets of the sign and the words around it."""

    start: int
    end: int
    excerpt: str


def find_lost_operators(text: str) -> tuple[LostOperator, ...]:
    """Every place where a comparison sign was lost, in order; empty where none was.

    Example:
        >>> [lost.excerpt for lost in find_lost_operators("SLEDAI-2K score = 6")]
        ['SLEDAI-2K score = 6']
        >>> find_lost_operators("1 mmHg = 0.133 kPa, n = 200, age &gt;= 18")
        ()
    """
    plain = _TAG.sub(lambda tag: " " * len(tag[0]), decode(text))
    signs = list(garbled_spans(plain))
    signs += [
        m.span()
        for m in _BARE.finditer(plain)
        if not is_equality(
            plain[max(0, m.start() - _WINDOW) : m.start()], plain[m.end() : m.end() + _WINDOW]
        )
    ]
    if not signs:
        return ()
    signs = _outside(sorted(signs), [m.span() for m in _URL.finditer(plain)])
    places = written_places(text, [place for span in signs for place in span])
    return tuple(
        LostOperator(start, end, plain[max(0, at - 40) : stop + 20].strip())
        for (at, stop), start, end in zip(signs, places[::2], places[1::2], strict=True)
    )


def _outside(
    signs: list[tuple[int, int]], addresses: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The signs in no address, and in none of the signs before them."""
    starts, kept, done = [low for low, _ in addresses], [], 0
    for start, end in signs:
        address = bisect_right(starts, start)
        if start >= done and not (address and start < addresses[address - 1][1]):
            kept.append((start, end))
            done = end
    return kept


def mark_signs(text: str) -> str:
    """The text with every comparison sign, whole or garbled, as the mark "§".

    Example:
        >>> mark_signs("age ≥ 18, score ³6, dose = 5")
        'age  §  18, score  § 6, dose  §  5'
    """
    plain, parts, done = decode(text), [], 0
    for start, end in garbled_spans(plain):
        parts += [plain[done:start], "="]
        done = end
    return re.sub(r"[<>=!]*[<>=]", " § ", spell_signs("".join((*parts, plain[done:]))))


def neutralise(text: str) -> str:
    """The text in lower case with every comparison sign as one mark, for aligning two pages.

    Example:
        >>> neutralise("Age \\\\> 18, ≤ 65") == neutralise("age > 18, = 65")
        True
    """
    return " ".join(re.findall(r"§|[^\W_]+(?:\.\d+)?|%", mark_signs(text).lower()))


def signed_words(text: str) -> tuple[str, ...]:
    """The words, numbers and comparison signs of a text, each sign in one spelling.

    Example:
        >>> signed_words("Score ≥ 6") == signed_words("score &gt;= 6") == signed_words("score => 6")
        True
    """
    return tuple(re.findall(r"[<>=!]+|[^\W_]+(?:\.\d+)?|%", spell_signs(decode(text)).lower()))
