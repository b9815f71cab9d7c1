"""Whether an ICD code lies at or below a listed one: the hierarchy of ICD-10 is in its codes.

`M32.14` lies below `M32.1`, and that below `M32`. A listed range of categories, `C81-C96`, holds
all between and below its ends. Written are codes with the dot or without, in any case, with the
spaces, daggers and asterisks of printed lists.
"""

from __future__ import annotations

import re

ICD10: frozenset[str] = frozenset({"ICD10CM", "ICD10"})

# A letter, a digit, a digit or (of the American ones) a letter, and up to four places more.
_CODE = re.compile(r"[A-Z][0-9][0-9A-Z][0-9A-Z]{0,4}")
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


def depth_below(written: str, listed: str) -> int | None:
    """How narrowly a listed code or range holds a written code; None where it does not.

    The narrower of two that hold it has the greater number: a longer code, or any code before a
    range, or of two ranges that of fewer categories.

    >>> depth_below("M32.14", "M32.1"), depth_below("m3214", "M32"), depth_below("M32.0", "M32.1")
    (4, 3, None)
    >>> depth_below("C83.3", "C81-C96") > depth_below("C83.3", "C00-C97")
    True
    """
    code = plain_icd10(written)
    first, dash, last = (piece.strip() for piece in listed.partition("-"))
    low, high = plain_icd10(first), plain_icd10(last) if dash else None
    if code is None or low is None or (dash and high is None):
        return None
    if high is None:
        return len(low) if code.startswith(low) else None
    if not low <= code[: len(low)] or code[: len(high)] > high:
        return None
    return _place_of(low) - _place_of(high)


def _place_of(category: str) -> int:
    """A number that grows with the categories: the letter, then its two places."""
    return ord(category[0]) * 36 * 36 + int(category[1], 36) * 36 + int(category[2], 36)
