"""Text of data on its way to a reader: the one place where it is made harmless.

What pages, forms, datasets and protocols say reaches a terminal, a log and the text of an error
through `visible_text` alone, a spreadsheet through `cell_text`, and JSON through `json_visible`.
"""

from __future__ import annotations

import re
import unicodedata

# What acts on a terminal or on the order of what is read: control characters (a lone `\r` writes
# over the line), format and direction characters, halves of characters, and Unicode's own breaks.
_ACTING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# The name of a thread that says how long work lasts. It waits, and holds nothing that the work asks
# for; so the process may be copied beside it.
WAITS = "remit waits"
# Most characters are none of these, and known without asking what they are.
_TO_ASK = re.compile(r"[^\n\t -~]")
# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV Injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def _acts(character: str) -> bool:
    # U+FFFE and its kin are no characters: XML refuses them, and with them a whole workbook.
    return unicodedata.category(character) in _ACTING or ord(character) & 0xFFFE == 0xFFFE


def visible_text(text: str) -> str:
    """The text with control and direction characters made visible as `�`; lines and tabs stay.

    >>> visible_text("a\\x1b[31mb")
    'a�[31mb'
    """
    if text.isprintable():
        return text
    lines = text.replace("\r\n", "\n")
    return _TO_ASK.sub(lambda found: "�" if _acts(found[0]) else found[0], lines)


def one_line(text: str) -> str:
    """The text as `visible_text`, its lines joined: it cannot begin a line of its own.

    >>> one_line("a\\nerror:  b")
    'a error:  b'
    """
    return visible_text(" ".join(text.splitlines()))


def plain_text(text: str) -> str:
    """The text on one line, each space one, as `visible_text`."""
    return visible_text(" ".join(text.split()))


def short_text(text: str, *, width: int) -> str:
    """At most `width` characters, cut between words.

    >>> short_text("Platelets below fifty", width=16)
    'Platelets below…'
    """
    text = plain_text(text)
    if len(text) <= width:
        return text
    return text[:width].rsplit(" ", 1)[0].rstrip(" ,;.") + "…"


def json_visible(text: str) -> str:
    """JSON that says the same, with what would act on a terminal written as `\\u` and four digits.

    >>> print(json_visible('"a\u202eb"'))
    "a\\u202eb"
    """
    if text.isprintable():
        return text
    return _TO_ASK.sub(lambda found: _escape(found[0]) if _acts(found[0]) else found[0], text)


def _escape(character: str) -> str:
    # JSON counts in UTF-16: above U+FFFF two escapes are one character.
    units = character.encode("utf-16-be", "surrogatepass")
    pairs = (units[at : at + 2].hex() for at in range(0, len(units), 2))
    return "".join(f"\\u{pair}" for pair in pairs)


def cell_text(text: str) -> str:
    """The text as a cell of a spreadsheet that is never taken for a formula.

    >>> cell_text("=1+1"), cell_text("week_24")
    ("'=1+1", 'week_24')
    """
    text = plain_text(text)
    return f"'{text}" if text.startswith(_FORMULA) else text
