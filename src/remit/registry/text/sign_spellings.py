"""The spellings of a comparison sign: "=<", "≦", "⩽", "＜＝", "< or =", "at most" are all "<="."""

from __future__ import annotations

import re

_SIGN = r"[<>≤≥≦≧⩽⩾≨≩⪕⪖⋜⋝＜＞˂˃﹤﹥≮≯≠=＝]"
# A sign in characters: up to four of them, with "or" or "/" and single blanks between.
_WRITTEN = re.compile(
    rf"(?:{_SIGN}|\\[<>=])(?:\s?(?:or|and|[/\\])?\s?(?:equals?(?:\s(?:to|than))?\b|{_SIGN})){{0,3}}",
    re.I,
)
_EQUAL = r"(?:\s(?:than\s)?or\s(?:exactly\s)?equals?(?:\s(?:to|than))?(?:\sor\s{0}\sthan)?)"
_LESS = r"(?:less|lower|smaller|fewer|younger|under|below)"
_MORE = r"(?:more|greater|higher|larger|bigger|older|over|above)"
_WORDS: tuple[tuple[str, str], ...] = (
    ("<=", rf"\b{_LESS}\sthan{_EQUAL.format(_LESS)}"),
    (">=", rf"\b{_MORE}\sthan{_EQUAL.format(_MORE)}"),
    ("<=", rf"\bequals?\s(?:to\s)?or\s{_LESS}(?:\sthan)?\b"),
    (">=", rf"\bequals?\s(?:to\s)?or\s{_MORE}(?:\sthan)?\b"),
    ("<=", rf"\b{_LESS}\sor\sequals?(?:\s(?:to|than))?\b"),
    (">=", rf"\b{_MORE}\sor\sequals?(?:\s(?:to|than))?\b"),
    (
        "<=",
        rf"\b(?:not?|never)\s{_MORE}\sthan\b|\bat\s(?:the\s)?most\b|\bnot\s(?:to\s)?exceed(?:ing)?\b",
    ),
    (">=", rf"\b(?:not?|never)\s{_LESS}\sthan\b|\bat\s(?:the\s)?least\b"),
    ("<", rf"\b{_LESS}\sthan\b"),
    (">", rf"\b{_MORE}\sthan\b"),
    (
        "<=",
        r"\b(?:menor|inferior)(?:es)?\so\sigual(?:es)?(?:\s(?:a|que))?\b|\binférieure?s?\sou\ségale?s?(?:\sà)?\b",
    ),
    (
        ">=",
        r"\b(?:mayor|superior)(?:es)?\so\sigual(?:es)?(?:\s(?:a|que))?\b|\bsupérieure?s?\sou\ségale?s?(?:\sà)?\b",
    ),
    (
        "<=",
        r"\bkleiner(?:\soder)?\sgleich\b|\bhöchstens\b|(?:小于|低于|不大于)(?:或)?等于|不超过|不大于|不高于|小於(?:或)?等於",
    ),
    (
        ">=",
        r"\bgrößer(?:\soder)?\sgleich\b|\bmindestens\b|(?:大于|高于)(?:或)?等于|不少于|不小于|不低于|大於(?:或)?等於",
    ),
    ("<", r"小于|低于|小於|未満"),
    (">", r"大于|高于|大於"),
)
_SAID = re.compile("|".join(f"({words})" for _, words in _WORDS), re.I)
_MEANINGS = tuple(sign for sign, _ in _WORDS)
_LESS_CHARACTERS = frozenset("<≤≦⩽≨⪕⋜＜˂﹤≯")
_MORE_CHARACTERS = frozenset(">≥≧⩾≩⪖⋝＞˃﹥≮")
_EQUAL_CHARACTERS = frozenset("=＝≤≥≦≧⩽⩾≨≩⪕⪖⋜⋝≮≯")


def spell_signs(text: str) -> str:
    """The text with every comparison, in signs or in words, as one of <, <=, >, >=, = and !=.

    A run of signs that contradict one another ("<>") stays as it is.

    Example:
        >>> spell_signs("UPCR ⩽ 0.5, age =< 65, dose < or = 5, at least 6 points")
        'UPCR <= 0.5, age <= 65, dose <= 5, >= 6 points'
    """
    said = _SAID.sub(lambda found: _MEANINGS[(found.lastindex or 1) - 1], text)
    return _WRITTEN.sub(lambda found: _one_sign(found[0]), said)


def _one_sign(written: str) -> str:
    less = any(c in _LESS_CHARACTERS for c in written)
    more = any(c in _MORE_CHARACTERS for c in written)
    equal = any(c in _EQUAL_CHARACTERS for c in written) or "equal" in written.lower()
    if "≠" in written or (less and more):
        return "!=" if written == "≠" else written
    if not less and not more:
        return "="
    tail = " " if written[-1].isspace() else ""
    return ("<" if less else ">") + ("=" if equal else "") + tail
