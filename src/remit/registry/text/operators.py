"""Comparison signs that a site has lost: ">=" and "<=" that became "=", "?" or other letters.

A bare "=" before a number on a continuous quantity cannot be executed: it says "exactly 6" where
the registry said ">= 6". Counted on an export of 1,135 registry rows, 17.6 % had one. A genuine
equality ("1 mmHg = 0.133 kPa", "n = 200") is left alone, so each occurrence is judged by what
stands on
both sides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = r"\d+(?:[.,]\d+)*"
# What stands farther away than this says nothing of a sign.
_WINDOW = 120
_URL = re.compile(r"(?:https?://|www\.)\S+")
_BARE = re.compile(r"(?<![<>≤≥!=/\\:~≠])=(?![=<>\\≤≥])")
_AFTER_NUMBER = re.compile(rf"\s*({_NUMBER})\s*([^\s,;.()=]*)")
_BEFORE_NUMBER = re.compile(
    rf"(?<![\w.,])({_NUMBER})\s*([^\W\d_][^\s\d=,;()]{{0,13}}(?:\s+old)?|%|)\s*$"
)
_ONE_OF = re.compile(r"(?:\b(?:one|1)\s+(?:[^\s=,;.]+\s+){0,2}[^\s=,;.]+)\s*$", re.I)
_OTHER_SIGN_BEFORE = re.compile(
    r"(?:[<>≤≥]\s*(?:or|/|\+)\s*|\b(?:than|least|most|above|below)\s+or\s+(?:equal\s+to\s*)?|\bthan\s*)$",
    re.I,
)
_OTHER_SIGN_AFTER = re.compile(
    r"\s*(?:or|/)?\s*\\?[<>≤≥]|\s*or\s+(?:less|more|greater|above)", re.I
)
# Words that make an equality: counts, statistics, times of a schedule, names of groups.
_EQUALITY_WORDS = re.compile(
    r"(?:\b(?:n|p|r|r2|t|alpha|beta|power|kappa|total|size|day|week|month|visit|time|arm|group|cohort"
    r"|version|mean|median|average|where|allocation ratio|coefficient|code|coded)|[αβκ])\s*$",
    re.I,
)
# "HR = 1.5" is a hazard ratio; "HR = 120" is a heart rate that lost its sign.
_RATIO = re.compile(r"\b(?:HR|OR|RR|SMD|CI)\s*$")
_DESCRIPTIVE = re.compile(r"\b(?:mean|median|average)\s+\w*\s*$", re.I)
_QUANTITY_AFTER = re.compile(
    r"\s*(?:age|ages|aged|weight|body|bmi|height|score|sledai|egfr|creatinine|upcr|platelets?|"
    r"ha?emoglobin|dose|duration|disease|patient)\b",
    re.I,
)
# The last are the two signs in UTF-8 that were read as Latin-1 or Windows-1252.
_QUESTION = re.compile(r"(?:(?<=[\s(,:])|^)(?:\?|\ufffd|¡Ý|¡Ü|â[\x89‰]?[¤¥])\s?(?=\d)")


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
        >>> find_lost_operators("1 mmHg = 0.133 kPa, n = 200")
        ()
    """
    if "=" not in text and not _QUESTION.search(text):
        return ()
    inside_url = [(m.start(), m.end()) for m in _URL.finditer(text)]
    signs = [m.span() for m in _BARE.finditer(text) if _is_lost(text, m.start())]
    signs += [m.span() for m in _QUESTION.finditer(text)]
    return tuple(
        LostOperator(start, end, text[max(0, start - 40) : end + 20].strip())
        for start, end in sorted(signs)
        if not any(low <= start < high for low, high in inside_url)
    )


def neutralise(text: str) -> str:
    """The text in lower case with every comparison sign as one mark, for aligning two pages.

    Example:
        >>> neutralise("Age \\\\> 18, ≤ 65") == neutralise("age > 18, = 65")
        True
    """
    plain = _QUESTION.sub("=", unescape(text)).lower()
    marked = re.sub(r"[<>=≤≥≧≦]+", " § ", plain)
    return " ".join(re.findall(r"§|[^\W_]+(?:\.\d+)?|%", marked))


def signed_words(text: str) -> tuple[str, ...]:
    """The words, numbers and comparison signs of a text, each sign in one spelling.

    Example:
        >>> signed_words("Score ≥ 6") == signed_words("score >= 6")
        True
    """
    spelled = unescape(text).replace("≥", ">=").replace("≤", "<=").lower()
    return tuple(re.findall(r"[<>=]+|[^\W_]+(?:\.\d+)?|%", spelled))


def unescape(text: str) -> str:
    """The text without markdown escapes: "\\\\>" becomes ">"."""
    return re.sub(r"\\([\\<>*_\[\](){}.~#+`!|=-])", r"\1", text)


def _is_lost(text: str, at: int) -> bool:
    before, after = text[max(0, at - _WINDOW) : at], text[at + 1 : at + _WINDOW]
    if _OTHER_SIGN_BEFORE.search(before) or _OTHER_SIGN_AFTER.match(after):
        return False
    left = _BEFORE_NUMBER.search(before)
    right = _AFTER_NUMBER.match(after)
    if right is None:
        # "80 years = age": the number stands first.
        return left is not None and _QUANTITY_AFTER.match(after) is not None
    if _EQUALITY_WORDS.search(before):
        return False
    if _RATIO.search(before) and "." in right[1] and float(_first_number(right[1])) < 10:
        return False
    if _DESCRIPTIVE.search(before):
        return False
    if _is_range(after) or (float(_first_number(right[1])) == 0.0 and ":" not in after[:8]):
        return False
    if left is not None and left[2] and right[2] and left[2].lower() != right[2].lower():
        return left[2].lower() in ("or", "and", "to")
    if _ONE_OF.search(before) and right[2]:
        return False
    start = max(0, at - _WINDOW)
    return not _is_code_list(text[start : at + _WINDOW], at - start)


def _first_number(written: str) -> str:
    return re.sub(r",(?=\d{3}\b)", "", written).replace(",", ".").split(".", 2)[0] + (
        "." + written.split(".")[1] if written.count(".") == 1 and "," not in written else ""
    )


def _is_range(after: str) -> bool:
    return re.match(rf"\s*{_NUMBER}\s*(?:[-–]|to)\s*{_NUMBER}", after) is not None


def _is_code_list(text: str, at: int) -> bool:
    """Whether this is one of "never = 1, often = 2": consecutive codes on words."""
    codes = [(m.start(), int(m[1])) for m in re.finditer(r"=\s*(\d)(?=\s*[,;)]|\s*$)", text)]
    here = [k for k, (start, _) in enumerate(codes) if start == at]
    if not here:
        return False
    k = here[0]
    near = [codes[j] for j in (k - 1, k + 1) if 0 <= j < len(codes)]
    return any(
        abs(code - codes[k][1]) == 1
        and abs(start - at) < 40
        and (code > codes[k][1]) == (start > at)
        for start, code in near
    )
