"""Whether an ICD code lies at or below a listed one: the hierarchy of ICD is in its codes.

`M32.14` lies below `M32.1`, and that below `M32`; of ICD-9-CM `250.01` below `250.0` and `250`. A
listed range of categories, `C81-C96` or `200-208`, holds all between and below its ends. Written
are codes with the dot or without, in any case, with the spaces, daggers and asterisks of printed
lists. A number of ICD-9-CM keeps its zeros: `42` without them may be a code of a procedure.
"""

from __future__ import annotations

import re

ICD10: frozenset[str] = frozenset({"ICD10CM", "ICD10"})
ICD9 = "ICD9CM"
ICD: frozenset[str] = ICD10 | {ICD9}

# A letter, a digit, a digit or (of the American ones) a letter, and up to four places more.
_CODE = re.compile(r"[A-Z][0-9][0-9A-Z][0-9A-Z]{0,4}")
# Three digits, V and two, or E and three; then up to two places more, of an E-code one.
_CODE_9 = re.compile(r"(?:[0-9]{3}|V[0-9]{2})[0-9]{0,2}|E[0-9]{3}[0-9]?")
_SPACES_AND_MARKS = re.compile(r"[\s†*+!]")


def plain_icd10(written: str) -> str | None:
    """A code without its dot, in capitals; None for what is no code of ICD-10.

    >>> plain_icd10(" m32.14 "), plain_icd10("M3214"), plain_icd10("N08.5*"), plain_icd10("710.0")
    ('M3214', 'M3214', 'N085', None)
    """
    text = _SPACES_AND_MARKS.sub("", written).upper()
    head, dot, tail = text.partition(".")
    if dot and (len(head) != 3 or "." in tail):
        return None
    plain = head + tail
    return plain if _CODE.fullmatch(plain) else None


def plain_icd9(written: str) -> str | None:
    """A code without its dot, in capitals; None for what is no code of ICD-9-CM.

    >>> plain_icd9("250.01"), plain_icd9("25001  "), plain_icd9("e849.0"), plain_icd9("42")
    ('25001', '25001', 'E8490', None)
    """
    text = _SPACES_AND_MARKS.sub("", written).upper()
    head, dot, tail = text.partition(".")
    if dot and (len(head) != 3 + head.startswith("E") or "." in tail):
        return None
    plain = head + tail
    return plain if _CODE_9.fullmatch(plain) else None


def depth_below(written: str, listed: str, vocabulary: str = "ICD10CM") -> int | None:
    """How narrowly a listed code or range holds a written code; None where it does not.

    The narrower of two that hold it has the greater number: a longer code, or any code before a
    range, or of two ranges that of fewer categories.

    >>> depth_below("M32.14", "M32.1"), depth_below("m3214", "M32"), depth_below("M32.0", "M32.1")
    (4, 3, None)
    >>> depth_below("C83.3", "C81-C96") > depth_below("C83.3", "C00-C97")
    True
    >>> depth_below("2041", "200-208", "ICD9CM"), depth_below("V10.3", "140-208", "ICD9CM")
    (-8, None)
    """
    plain_code = plain_icd9 if vocabulary == ICD9 else plain_icd10
    code = plain_code(written)
    first, dash, last = (piece.strip() for piece in listed.partition("-"))
    low, high = plain_code(first), plain_code(last) if dash else None
    if code is None or low is None or (dash and high is None):
        return None
    if high is None:
        return len(low) if code.startswith(low) else None
    if not low <= code[: len(low)] or code[: len(high)] > high:
        return None
    return _place_of(low, vocabulary) - _place_of(high, vocabulary)


def _place_of(category: str, vocabulary: str) -> int:
    """A number that grows with the categories: of ICD-10 the letter, then its two places."""
    if vocabulary == ICD9:
        return int(category[1:4] if category[0] == "E" else category[:3].lstrip("V"))
    return ord(category[0]) * 36 * 36 + int(category[1], 36) * 36 + int(category[2], 36)
