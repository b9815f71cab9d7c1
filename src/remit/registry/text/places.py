"""Trial sites and people: locations written as "City, State, Country", and officials' roles."""

from __future__ import annotations

import re

from remit.registry.record import Location

ROLE = re.compile(
    r"(?:(?:overall |co-?|sub-?)?principal[ _]investigator|sub[ _-]?investigator"
    r"|study[ _](?:chair|director)"
    r"|responsible[ _]party|sponsor[ _-]investigator)",
    re.I,
)
_FLAG = re.compile(r"[\U0001F1E6-\U0001F1FF]{2}")


def read_location(text: str) -> Location | None:
    """The location of "City, State, Country" or "Facility, City, State, Country".

    Two parts are city and country; one part alone is a country only if nothing else is said.

    Example:
        >>> read_location("Nanjing, Jiangsu, China").state
        'Jiangsu'
    """
    parts = [part.strip() or None for part in _FLAG.sub("", text).strip(" ,|").split(",")]
    if not any(parts):
        return None
    if len(parts) == 1:
        return Location(None, None, None, parts[0])
    if len(parts) == 2:
        return Location(None, parts[0], None, parts[1])
    facility = ", ".join(part for part in parts[:-3] if part) or None
    return Location(facility, parts[-3], parts[-2], parts[-1])


def is_flag(text: str) -> bool:
    """Whether the text is only a country's flag."""
    return bool(text.strip()) and not _FLAG.sub("", text).strip()


def tidy_role(text: str) -> str:
    """The role in one spelling.

    Example:
        >>> tidy_role("PRINCIPAL_INVESTIGATOR")
        'principal investigator'
    """
    return text.replace("_", " ").strip().lower()
