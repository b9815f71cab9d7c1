"""Dates as registries write them, with the precision that they state."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from remit.registry.record import TrialDate

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
