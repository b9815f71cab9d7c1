"""Personal data taken out before anything else reads the page.

E-mail addresses, telephone numbers and postal addresses never reach a field. A whole line of that
kind becomes empty; inside a longer line the part is replaced by a mark. Only the line number and
the kind are kept.
"""

from __future__ import annotations

import re

from remit.registry.text.written_dates import is_date_shaped
from remit.registry.text.written_values import read_registry_id

EMAIL = re.compile(
    r"[A-Za-z0-9._%+'-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}"
)
# No digit, letter or hyphen may touch a number: else article ids ("s13075-017-1373-2") would match.
_TELEPHONE = re.compile(
    r"(?<![\w./-])(?:"
    r"\+\d{1,3}[\s.-]?(?:\(\d{1,4}\)[\s.-]?)?\d{1,4}(?:[\s.-]?\d{2,5}){1,4}"
    r"|\(\d{2,5}\)[\s.-]?\d{3,4}[\s.-]\d{3,4}"
    r"|\d{3}[.-]\d{3,4}[.-]\d{4}"
    r"|\d{2,4}-\d{3,4}-\d{4}"
    r"|1-\d{3}-\d{3}-\d{4}"
    r")(?![\w-]|\.\d)(?:\s{0,3}(?:ext|x)\.?\s{0,3}\d{1,6})?"
)
_LABELLED_TELEPHONE = re.compile(
    r"\b(?:tel|telephone|phone|mobile|fax|call)\b\.?(?:\s{0,3}(?:no|number))?\.?\s{0,3}[:：]?"
    r"\s{0,3}(\+?\(?\d[\d\s().-]{5,30}\d)",
    re.I,
)
_WHOLE_TELEPHONE = re.compile(r"\+?\(?\d[\d\s().-]{6,18}\d(?:\s{0,3}(?:ext|x)\.?\s{0,3}\d{1,6})?")
_STREET = re.compile(
    r"(?:^|\|\s*)\s*(?:no\.?\s*)?\d[\d-]*[A-Za-z]?,?\s+[^|]{0,80}?"
    r"(?:-(?:cho|ku|machi|chome|gun|shi)\b"
    r"|\b(?:street|st\.|road|rd\.?|avenue|ave\.?|boulevard|blvd\.?|lane|strasse|straße)(?=[\s,.]|$))",
    re.I,
)
# The label "Zip code" alone is no address.
_POST_BOX = re.compile(
    r"^\s*(?:(?:p\.?\s?o\.?\s*box|postal code|zip(?: code)?+)\b|〒)[\s:：|.]*\w", re.I
)

_LONGEST_TELEPHONE = 60

MARKS = {"email": "[e-mail removed]", "telephone": "[telephone removed]"}


def is_telephone(text: str) -> bool:
    """Whether the whole text has the shape of a telephone number (no date, no registry id).

    Example:
        >>> is_telephone("000-000-0000"), is_telephone("2020-10-31")
        (True, False)
    """
    bare = text.strip().rstrip("|").strip()
    if len(bare) > _LONGEST_TELEPHONE or (bare.isdigit() and len(bare) < 8):
        return False
    if is_date_shaped(bare) or read_registry_id(bare) is not None:
        return False
    if bare.isdigit():
        return len(bare) >= 10 or (len(bare) == 9 and bare.startswith("0"))
    return _WHOLE_TELEPHONE.fullmatch(bare) is not None and sum(c.isdigit() for c in bare) >= 8


def is_address(text: str) -> bool:
    """Whether the whole text reads as a street address or post box; sentences do not."""
    bare = text.strip()
    if len(bare) > 160 or len(bare.split()) > 18:
        return False
    return _STREET.search(bare) is not None or _POST_BOX.match(bare) is not None


def scrub_line(line: str) -> tuple[str, tuple[str, ...]]:
    """The line without personal data, and the kinds that were taken out.

    Example:
        >>> scrub_line("Write to someone@example.org today.")
        ('Write to [e-mail removed] today.', ('email',))
        >>> scrub_line("000-000-0000")
        ('', ('telephone',))
    """
    if not line.strip():
        return line, ()
    if is_telephone(line):
        return "", ("telephone",)
    if is_address(line):
        return "", ("address",)
    text, kinds = scrub_text(line)
    if kinds and not re.search(r"\w", _without_marks(text)):
        return "", kinds
    return text, kinds


def scrub_text(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with each e-mail address and telephone number in it replaced by a mark."""
    kinds: list[str] = []
    if "@" in text or "at" in text:
        text, count = EMAIL.subn(MARKS["email"], text)
        kinds += ["email"] * bool(count)
    if any(c.isdigit() for c in text):
        text, labelled = _LABELLED_TELEPHONE.subn(_labelled_mark, text)
        text, plain = _TELEPHONE.subn(_telephone_mark, text)
        kinds += ["telephone"] * bool(labelled or (MARKS["telephone"] in text and plain))
    return text, tuple(kinds)


def _labelled_mark(found: re.Match[str]) -> str:
    if is_date_shaped(found[1]):
        return found[0]
    label = found[0][: found.start(1) - found.start()]
    return label + MARKS["telephone"]


def _telephone_mark(found: re.Match[str]) -> str:
    written = found[0]
    if re.fullmatch(r"\d{4}-\d{4}-\d{4}", written) or sum(c.isdigit() for c in written) < 8:
        return written
    return MARKS["telephone"]


def _without_marks(text: str) -> str:
    for mark in MARKS.values():
        text = text.replace(mark, "")
    return re.sub(r"\b(?:e-?mail|tel|phone|contact|fax)\b", "", text, flags=re.I)
