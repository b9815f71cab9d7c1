"""Registry numbers: which registry a number belongs to, and placeholders that are no number."""

from __future__ import annotations

import re

from remit.registry.record import RegistryId

_PATTERNS = (
    ("ClinicalTrials.gov", re.compile(r"NCT\d{8}")),
    ("EU CTIS", re.compile(r"20\d{2}-5\d{5}-\d{2}(?:-\d{2})?")),
    (
        "EUCTR",
        re.compile(
            r"(?:EUCTR|EudraCT[: ]*)?(?:19|20)\d{2}-\d{6}-\d{2}(?:-[A-Z]{2,3}|/[A-Z0-9/]+)?"
        ),
    ),
    ("ISRCTN", re.compile(r"ISRCTN\d{8}")),
    ("UMIN-CTR", re.compile(r"(?:JPRN-)?(?:UMIN|C0{3})\d{6,9}")),
    ("jRCT", re.compile(r"(?:JPRN-)?jRCT[s]?\d{9,10}")),
    ("ChiCTR", re.compile(r"ChiCTR[A-Z-]*\d{8,10}")),
    ("ANZCTR", re.compile(r"ACTRN\d{14}")),
    ("DRKS", re.compile(r"DRKS\d{8}")),
    ("CTRI", re.compile(r"CTRI/\d{4}/\d{2,3}/\d{6}")),
    ("CRIS", re.compile(r"KCT\d{7}")),
    ("IRCT", re.compile(r"IRCT\w{10,20}")),
    ("NTR", re.compile(r"(?:NTR\d{1,5}|NL-?OMON\d+|NL\d{4,5})")),
    ("PACTR", re.compile(r"PACTR\d{15,16}")),
    ("ReBec", re.compile(r"RBR-\w{6,10}")),
    ("SLCTR", re.compile(r"SLCTR/\d{4}/\d{3}")),
    ("TCTR", re.compile(r"TCTR\d{11}")),
    ("WHO UTN", re.compile(r"U1111-\d{4}-\d{4}")),
)
_PLACEHOLDER = re.compile(
    r"(?:\W*|n/?a|no|none|nil|null|unknown|tbd|pending|not (?:applicable|available"
    r"|known|yet|given|assigned)"
    r".*|isrctn:? ?not .*|nct0{8}|nct1{8}|nct12345678|isrctn0{8}|-+|0+|x+|yes)",
    re.I,
)


def read_registry_id(text: str) -> RegistryId | None:
    """The registry number that the whole text is, with its registry; None for anything else.

    Country copies of one EU number ("2016-004489-24-DE") come back as the same number, and the
    prefixes "EUCTR" and "JPRN-" are taken off.

    Example:
        >>> read_registry_id("JPRN-UMIN000000001").number
        'UMIN000000001'
        >>> read_registry_id("isrctn: not applicable") is None
        True
    """
    bare = text.strip().rstrip("|").strip()
    if is_placeholder(bare):
        return None
    for registry, pattern in _PATTERNS:
        if pattern.fullmatch(bare):
            return RegistryId(registry, _canonical(registry, bare))
    return None


def is_placeholder(text: str) -> bool:
    """Whether the text fills an id field without being an id."""
    return _PLACEHOLDER.fullmatch(text.strip()) is not None


def find_nct(text: str) -> str | None:
    """The first ClinicalTrials.gov number within a text, or None."""
    found = re.search(r"\bNCT\d{8}\b", text)
    return found[0] if found else None


def _canonical(registry: str, number: str) -> str:
    if registry == "EUCTR":
        found = re.search(r"\d{4}-\d{6}-\d{2}", number)
        return found[0] if found else number
    if registry == "EU CTIS":
        return number[:14]
    return number.removeprefix("JPRN-")
