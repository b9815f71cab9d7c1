"""Sites and countries as registries write them."""

from __future__ import annotations

import re

from remit.registry.record import Location

_FLAG = re.compile(r"[\U0001F1E6-\U0001F1FF]{2}")
# The second half of a country's name that is written after a comma, in the form of ISO 3166.
_SECOND_HALVES = frozenset(
    {
        "republic of", "democratic people's republic of", "democratic republic of the",
        "the democratic republic of the", "islamic republic of", "united republic of",
        "bolivarian republic of", "plurinational state of", "federated states of",
        "province of china", "the former yugoslav republic of",
        "former yugoslav republic of", "people's democratic republic", "occupied", "british",
        "u.s.", "state of", "kingdom of the", "special administrative region of china",
        "the republic of", "democratic republic of", "people's republic of", "french part",
        "dutch part",
    }
)  # fmt: skip
_LEGAL_FORMS = frozenset(
    {
        "inc", "inc.", "incorporated", "ltd", "ltd.", "limited", "llc", "l.l.c.", "lp", "l.p.",
        "corp", "corp.", "co", "co.", "gmbh", "ag", "s.a.", "sa", "s.p.a.", "plc", "b.v.", "n.v.",
        "pty", "k.k.", "kg", "a/s",
    }
)  # fmt: skip


def read_location(text: str) -> Location | None:
    """The location of "City, State, Country" or "Facility, City, State, Country".

    Two parts are city and country; one part alone is a country only if nothing else is said.

    Example:
        >>> read_location("Nanjing, Jiangsu, China").state
        'Jiangsu'
        >>> read_location("Seoul, Korea, Republic of").country
        'Korea, Republic of'
    """
    parts = [part or None for part in split_names(_FLAG.sub("", text).strip(" ,|"))]
    if not any(parts):
        return None
    if len(parts) == 1:
        return Location(None, None, None, parts[0])
    if len(parts) == 2:
        return Location(None, parts[0], None, parts[1])
    facility = ", ".join(part for part in parts[:-3] if part) or None
    return Location(facility, parts[-3], parts[-2], parts[-1])


def split_names(text: str) -> tuple[str, ...]:
    """The parts between commas; a country's name keeps the comma within it.

    Example:
        >>> split_names("China, Korea, Republic of, Japan")
        ('China', 'Korea, Republic of', 'Japan')
    """
    return _parts(text, _SECOND_HALVES)


def split_companies(text: str) -> tuple[str, ...]:
    """The names between commas; a legal form stays with the name before it.

    Example:
        >>> split_companies("Example Pharma, Inc., Example University")
        ('Example Pharma, Inc.', 'Example University')
    """
    return tuple(name for name in _parts(text, _LEGAL_FORMS) if name)


def _parts(text: str, endings: frozenset[str]) -> tuple[str, ...]:
    parts: list[str] = []
    for part in text.split(","):
        name = part.strip()
        if parts and parts[-1] and name.lower().replace("’", "'") in endings:
            parts[-1] = f"{parts[-1]}, {name}"
        else:
            parts.append(name)
    return tuple(parts)


def is_flag(text: str) -> bool:
    """Whether the text is only a country's flag."""
    return bool(text.strip()) and not _FLAG.sub("", text).strip()


def split_flag(text: str) -> tuple[str, str]:
    """The flag that a line begins with, and what follows it; no flag comes back as "".

    Example:
        >>> split_flag("\U0001f1e8\U0001f1f3Beijing, China")[1]
        'Beijing, China'
    """
    found = _FLAG.match(text.lstrip())
    return (found[0], text.lstrip()[found.end() :].strip()) if found else ("", text)
