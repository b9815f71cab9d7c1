"""Entities and Markdown escapes of a page, decoded once where its text enters.

ClinicalTrials.gov writes "\\<" for "<", XML mirrors write "&lt;". A text that is decoded twice says
something else ("&amp;lt;" is the text "&lt;"), so only the readers' door calls this, and what
stands on the page is kept beside it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from html import unescape
from html.entities import html5

# CommonMark: a backslash before any ASCII punctuation. Entities without ";" only where HTML
# browsers read them and no word of a trial looks the same.
_ESCAPE = re.compile(
    r"\\([!-/:-@\[-`{-~])"
    r"|&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
    r"|&(#\d{2,7}|#[xX][0-9a-fA-F]{2,6}|(?:lt|gt|le|ge|amp|quot|nbsp)(?![A-Za-z;]))"
)
# Characters that show nothing and would part a word from its sign.
_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")


def decode(text: str, *, kept: str = "") -> str:
    """The text with each entity and Markdown escape as the character that it stands for.

    Those of a character in `kept`, of a control character and of an unknown name stay as written.

    Example:
        >>> decode(r"UPCR \\< 0.5 &amp; SLEDAI &ge; 6")
        'UPCR < 0.5 & SLEDAI ≥ 6'
        >>> decode("&amp;lt;")
        '&lt;'
    """
    if "\\" not in text and "&" not in text:
        return text
    return _ESCAPE.sub(lambda found: _character(found, kept), text)


def written_places(text: str, places: Iterable[int], *, kept: str = "") -> tuple[int, ...]:
    """Where the characters at these places of the decoded text, in order, begin as written.

    Example:
        >>> written_places("a &lt; b", (0, 2, 4))
        (0, 2, 7)
    """
    found: list[int] = []
    changes = _changes(text, kept)
    change, shift = next(changes, None), 0
    for at in places:
        while change is not None and change[0] - shift < at:
            shift += change[1] - change[2]
            change = next(changes, None)
        found.append(at + shift)
    return tuple(found)


def written_part(part: str, text: str, *, kept: str = "") -> str:
    """The stretch of a written text whose decoded form is `part`; `part` where there is none.

    Example:
        >>> written_part("< 0.5", r"UPCR \\< 0.5 g/g")
        '\\\\< 0.5'
    """
    plain = decode(text, kept=kept)
    at = plain.find(part)
    if at < 0 or plain == text:
        return part
    start, end = written_places(text, (at, at + len(part)), kept=kept)
    return text[start:end]


def _changes(text: str, kept: str) -> Iterator[tuple[int, int, int]]:
    """Each escape: where it begins, how long it is, and how long what it stands for."""
    for found in _ESCAPE.finditer(text):
        yield found.start(), len(found[0]), len(_character(found, kept))


def _character(found: re.Match[str], kept: str) -> str:
    if found[1]:
        return found[0] if found[1] in kept else found[1]
    name = found[2] or found[3]
    if not name.startswith("#") and name + ";" not in html5:
        return found[0]
    said = unescape(f"&{name};")
    if said in _UNSEEN:
        return ""
    if not said or any(c in kept or not _may_stand(c) for c in said):
        return found[0]
    return said


def _may_stand(character: str) -> bool:
    """Whether a page may hold the character: a line end or tab, but no other control character."""
    return character in "\n\t" or unicodedata.category(character)[0] != "C"
