"""Single values as registries write them: age limits, dates, sites, roles, registry numbers."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Literal

from remit.registry.record import AgeLimit, Location, RegistryId, TrialDate

_UNIT = r"(years?|yrs?|y|months?|weeks?|days?|hours?|minutes?)"
_AGE = re.compile(rf"(\d+(?:\.\d+)?)\s*-?\s*{_UNIT}?(?:[- ]old)?(?:\s+of\s+age)?", re.I)
_NONE = re.compile(
    r"(?:n/?a|no (?:minimum|maximum|upper|lower)?\s*(?:age )?limit|not applicable)", re.I
)
_UNITS = {"y": "years", "yr": "years", "yrs": "years"}
_ROW = re.compile(
    r"(\d+(?:\.\d+)?)\s*\|?\s*(years|months|weeks|days|hours)-old\s*\|?\s*(<=|>=|<|>|≤|≥)?", re.I
)


def read_age(text: str, *, inclusive: bool = True) -> AgeLimit | None:
    """One limit such as "18 Years", "6 months old" or "N/A" (no limit); None if it is neither.

    Example:
        >>> read_age("18 Years")
        AgeLimit(value=Decimal('18'), unit='years', inclusive=True, text='18 Years')
    """
    stripped = text.strip()
    if _NONE.fullmatch(stripped):
        return _no_limit(stripped)
    found = _AGE.fullmatch(stripped)
    if not found:
        return None
    return AgeLimit(Decimal(found[1]), _unit(found[2]), inclusive, stripped)


def read_age_range(text: str) -> tuple[AgeLimit | None, AgeLimit | None]:
    """The lower and upper limit of "18 Years to 65 Years", "18 Years and older", "18+ years old",
    "Up to 17 Years" or "under 18 years"; (None, None) if the text is none of these.

    Registries state both ends inclusively. "under" and "over" are exclusive.
    """
    stripped = text.strip()
    if re.fullmatch(r"all(?: ages)?", stripped, re.I):
        return _no_limit(stripped), _no_limit(stripped)
    both = re.fullmatch(r"(.+?)\s*(?:\bto\b|-|–)\s*(.+)", stripped, re.I)
    if both:
        upper = read_age(both[2])
        lower = read_age(both[1])
        if lower and upper:
            if lower.value is not None and not re.search(_UNIT, both[1], re.I) and upper.unit:
                lower = AgeLimit(lower.value, upper.unit, inclusive=True, text=lower.text)
            return lower, upper
    lower_only = re.fullmatch(r"(.+?)\s*(?:and|or)\s+(?:older|over|above|up)", stripped, re.I)
    plus = re.fullmatch(rf"(\d+)\s*\+\s*({_UNIT}.*)?", stripped, re.I)
    if lower_only or plus:
        body = lower_only[1] if lower_only else f"{plus[1]} {plus[2] or 'years'}" if plus else ""
        lower = read_age(body)
        if lower:
            return lower, _no_limit(stripped)
    under = re.fullmatch(
        r"(?:up to|maximum)\s+(.+)|(.+?)\s+and\s+(?:younger|under)", stripped, re.I
    )
    if under:
        upper = read_age(under[1] or under[2])
        if upper:
            return _no_limit(stripped), upper
    below = re.fullmatch(r"(under|below|over|above)\s+(.+)", stripped, re.I)
    if below:
        limit = read_age(below[2], inclusive=False)
        if limit and below[1].lower() in ("under", "below"):
            return _no_limit(stripped), limit
        if limit:
            return limit, _no_limit(stripped)
    return None, None


def read_umin_age(text: str) -> tuple[str, AgeLimit] | None:
    """A UMIN row such as "15 | years-old | <= |", read as 15 <= age: ("minimum", 15 years).

    The sign stands between the number and the age, so "<=" makes a lower limit and ">=" an
    upper one. A row without a sign comes back as ("unsaid", limit).
    """
    found = _ROW.match(text.strip())
    if not found:
        return None
    sign = found[3] or ""
    side = (
        "minimum" if sign[:1] in ("<", "≤") else "maximum" if sign[:1] in (">", "≥") else "unsaid"
    )
    limit = AgeLimit(
        Decimal(found[1]),
        found[2].lower(),
        sign not in ("<", ">"),
        text.strip().rstrip("|").strip(),
    )
    return side, limit


def _no_limit(text: str) -> AgeLimit:
    return AgeLimit(None, None, inclusive=True, text=text)


def _unit(word: str | None) -> str:
    if not word:
        return "years"
    lowered = word.lower()
    return _UNITS.get(lowered, lowered if lowered.endswith("s") else lowered + "s")


# ---- dates ---------------------------------------------------------------------------------------

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_ISO = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?")
_FORM = re.compile(r"(\d{4})[\s|]*Year[\s|]*(\d{1,2})[\s|]*Month[\s|]*(?:(\d{1,2})[\s|]*Day)?")
_WORDS = re.compile(r"([A-Za-z]{3,9})\.?\s+(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(\d{4})")
_DAY_FIRST = re.compile(r"(\d{1,2})\s+([A-Za-z]{3,9})\.?,?\s+(\d{4})")

DateKind = Literal["estimated", "actual"]


def read_date(text: str, kind: DateKind | None = None) -> TrialDate | None:
    """The date that the text is, or None where the text is not a date or names no real day.

    Understood are "2025-06-30", "2020/10/31 10:53:20", "June 2025", "Nov 20, 2022",
    "20 November 2022" and the form "2020 | Year | 10 | Month | 31 | Day |".

    Example:
        >>> read_date("June 2025").iso
        '2025-06'
    """
    stripped = text.strip()
    lowered = stripped.lower()
    said: DateKind | None = kind
    if "estimated" in lowered or "anticipated" in lowered:
        said = "estimated"
    elif "actual" in lowered:
        said = "actual"
    bare = re.sub(r"\s*\(?\b(?:estimated|anticipated|actual)\b\)?\s*", " ", stripped, flags=re.I)
    bare = bare.strip().rstrip(".|").strip()
    parts = _parts(bare) or _parts(stripped)
    if parts is None:
        return None
    year, month, day = parts
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return None
    if month is None:
        return TrialDate(f"{year:04d}", "year", said, stripped)
    if day is None:
        return TrialDate(f"{year:04d}-{month:02d}", "month", said, stripped)
    return TrialDate(f"{year:04d}-{month:02d}-{day:02d}", "day", said, stripped)


def _parts(text: str) -> tuple[int, int | None, int | None] | None:
    form = _FORM.match(text)
    if form:
        return int(form[1]), int(form[2]), int(form[3]) if form[3] else None
    iso = _ISO.fullmatch(text)
    if iso:
        return int(iso[1]), int(iso[2]) if iso[2] else None, int(iso[3]) if iso[3] else None
    words = _WORDS.fullmatch(text)
    if words:
        month = _month(words[1])
        return (int(words[3]), month, int(words[2]) if words[2] else None) if month else None
    day_first = _DAY_FIRST.fullmatch(text)
    if day_first:
        month = _month(day_first[2])
        return (int(day_first[3]), month, int(day_first[1])) if month else None
    return None


def _month(word: str) -> int | None:
    head = word[:3].lower()
    return _MONTHS.index(head) + 1 if head in _MONTHS else None


# ---- sites and people ----------------------------------------------------------------------------

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


# ---- registry numbers ----------------------------------------------------------------------------

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
