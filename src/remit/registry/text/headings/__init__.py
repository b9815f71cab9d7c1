"""What a line of eligibility text means as a heading: its side, its scope, and what follows on it.

A heading is a noun ("Key exclusion criteria for part B:", "Critères de non-inclusion :",
"除外基準") or a sentence that decides on people ("Patients are not eligible if:"). A line
that is neither heads nothing. The words stand in `vocabulary.toml`; no word is guessed.
"""

from __future__ import annotations

import re
from functools import lru_cache

from remit.registry.text.headings.nouns import read_noun
from remit.registry.text.headings.phrase import Heading
from remit.registry.text.headings.sentences import read_sentence
from remit.registry.text.headings.unspaced import read_unspaced
from remit.registry.text.headings.vocabulary import is_east_asian

__all__ = ["Heading", "read_heading"]

# A line is looked at several times; a longer one is none that comes often.
_SHORT = 800

# "Contra-indications" is one word.
_PARTED = re.compile(r"\b(contr[ae])[-‑\s](indica)", re.I)


def read_heading(line: str) -> Heading | None:
    """The heading that a line is or begins with; None where it heads nothing.

    Example:
        >>> heading = read_heading("Non-inclusion criteria for part B:")
        >>> heading.side, heading.scope, heading.negated
        ('exclusion', 'part B', True)
        >>> read_heading("Exclusion: pregnancy").rest
        'pregnancy'
        >>> read_heading("No exclusion criterion is met") is None
        True
    """
    text = _PARTED.sub(r"\1\2", line.strip())
    return _remembered(text) if len(text) <= _SHORT else _read(text)


@lru_cache(maxsize=2048)
def _remembered(text: str) -> Heading | None:
    return _read(text)


def _read(text: str) -> Heading | None:
    heading = read_noun(text)
    if heading is None and is_east_asian(text[:40]):
        return read_unspaced(text)
    return heading or read_sentence(text)
