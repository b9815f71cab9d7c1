"""Age limits as registries write them, each typed as value, unit and whether it is inclusive."""

from __future__ import annotations

import re
from decimal import Decimal

from remit.registry.record import AgeLimit

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
