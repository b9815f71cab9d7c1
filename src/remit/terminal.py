"""Text of data on its way to a reader: the one place where it is made harmless.

What pages, forms, datasets and protocols say reaches a terminal through `visible_text` alone.
"""

from __future__ import annotations

import unicodedata


def visible_text(text: str) -> str:
    """The text with control and direction characters made visible as `�`; spaces stay.

    >>> visible_text("a\\x1b[31mb")
    'a�[31mb'
    """
    if text.isprintable():
        return text
    return "".join(
        "�" if unicodedata.category(c) in ("Cc", "Cf", "Cs") and not c.isspace() else c
        for c in text
    )


def plain_text(text: str) -> str:
    """The text on one line, as `visible_text`."""
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
