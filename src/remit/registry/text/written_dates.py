"""Dates as registries and text pages write them, and why a text that looks like one is none."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Literal

from remit.registry.record import TrialDate

DateKind = Literal["estimated", "actual"]
# No date that a page writes is longer; what is longer is not looked at.
_LONGEST = 80
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?\s?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
_YEAR = r"((?:19|20)\d{2})"
_WORD = r"([A-Za-z]{3,9})\.?"
_GAP = r"[\s,./-]{1,3}"
_FORM = re.compile(
    r"(\d{4})[\s|]{0,5}(?:Year|年)[\s|]{0,5}"
    r"(?:(\d{1,2})[\s|]{0,5}(?:Month|月)[\s|]{0,5}(?:(\d{1,2})[\s|]{0,5}(?:Day|日))?)?",
    re.I,
)
_YEAR_FIRST = re.compile(rf"(\d{{4}})(?:([-/.])(\d{{1,2}})(?:\2(\d{{1,2}}){_TIME})?)?")
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}){_TIME}")
_PLAIN = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_MONTH_LAST_YEAR = re.compile(r"(\d{1,2})[-/.](\d{4})")
_MONTH_FIRST = re.compile(rf"{_WORD}{_GAP}(?:(\d{{1,2}})(?:st|nd|rd|th)?{_GAP})?(\d{{4}})")
_DAY_FIRST = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[\s,./-]{{0,3}}{_WORD}[\s,./-]{{0,3}}(\d{{4}})"
)
_YEAR_WORD = re.compile(rf"(\d{{4}}){_GAP}{_WORD}(?:{_GAP}(\d{{1,2}}))?")
_SAID = re.compile(r"\(?\b(?:estimated|anticipated|actual)\b\)?", re.I)
_WEEKDAY = re.compile(
    r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+|\s?[(][月火水木金土日][)]",
    re.I,
)
# Day, month and year in any order, whether or not such a day exists: never a telephone number.
_SHAPE = re.compile(
    r"\d{1,2}([-/. ])\d{1,2}\1(?:19|20)\d{2}|(?:19|20)\d{2}([-/. ])\d{1,2}\2\d{1,2}"
    r"|(?:19|20)\d{6}|(?:19|20)\d{2}\s?[-–/]\s?(?:19|20)\d{2}"
    r"|(?:19|20)\d{2}[-/.]\d{1,2}|\d{1,2}[-/.](?:19|20)\d{2}"
)


def read_date(text: str, kind: DateKind | None = None) -> TrialDate | None:
    """The date that the text is, or None where it is none, names no real day, or does not tell
    the day from the month ("05-06-2020").

    Understood are "2025-06-30", "2020.10.31", "20201031", "31-10-2020", "31-Oct-2020",
    "2020/10/31 10:53:20", "June 2025", "Nov 20, 2022", "20 November 2022", "2020年10月31日" and
    the form "2020 | Year | 10 | Month | 31 | Day |".

    Example:
        >>> read_date("June 2025").iso, read_date("31.10.2020").iso, read_date("05-06-2020")
        ('2025-06', '2020-10-31', None)
    """
    stripped = text.strip()
    if not stripped or len(stripped) > _LONGEST:
        return None
    found = _parts(_bare(stripped))
    if not found or isinstance(found, str) or not _is_day(*found):
        return None
    year, month, day = found
    iso = "-".join((f"{year:04d}", *(f"{part:02d}" for part in (month, day) if part is not None)))
    precision: Literal["year", "month", "day"] = (
        "year" if month is None else "month" if day is None else "day"
    )
    return TrialDate(iso, precision, _kind_of(stripped) or kind, stripped)


def why_no_date(text: str) -> str | None:
    """Why a text that has the look of a date is none; None for a date, or for any other text.

    Example:
        >>> why_no_date("05-06-2020"), why_no_date("31-13-2020"), why_no_date("Recruiting")
        ('the order of day and month is not told', 'there is no such day', None)
    """
    stripped = text.strip()
    if not stripped or len(stripped) > _LONGEST or read_date(stripped) is not None:
        return None
    found = _parts(_bare(stripped))
    if isinstance(found, str):
        return found
    if found:
        return "there is no such day"
    return "it is not a date that can be read" if re.search(_YEAR, stripped) else None


def is_date_shaped(text: str) -> bool:
    """Whether the whole text is written as day, month and year, or as two years.

    Example:
        >>> is_date_shaped("31-10-2020"), is_date_shaped("000-000-0000")
        (True, False)
    """
    plain = text.strip()
    return len(plain) <= _LONGEST and (
        _SHAPE.fullmatch(unicodedata.normalize("NFKC", plain)) is not None
    )


def _kind_of(text: str) -> DateKind | None:
    lowered = text.lower()
    if "estimated" in lowered or "anticipated" in lowered:
        return "estimated"
    return "actual" if "actual" in lowered else None


def _bare(text: str) -> str:
    plain = _SAID.sub(" ", unicodedata.normalize("NFKC", text))
    return " ".join(_WEEKDAY.sub("", plain).split()).rstrip(".|:, ").lstrip("|:, ")


def _is_day(year: int, month: int | None, day: int | None) -> bool:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return False
    try:
        date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return False
    return True


_Parts = tuple[int, int | None, int | None]


def _parts(text: str) -> _Parts | str | None:
    """Year, month and day; or why they are not told; or None where the text is no date at all."""
    form = _FORM.fullmatch(text)
    if form:
        return int(form[1]), _number(form[2]), _number(form[3])
    first = _YEAR_FIRST.fullmatch(text)
    if first:
        return int(first[1]), _number(first[3]), _number(first[4])
    plain = _PLAIN.fullmatch(text)
    if plain:
        return int(plain[1]), int(plain[2]), int(plain[3])
    last = _YEAR_LAST.fullmatch(text)
    if last:
        return _ordered(int(last[1]), int(last[3]), int(last[4]))
    month_only = _MONTH_LAST_YEAR.fullmatch(text)
    if month_only:
        return int(month_only[2]), int(month_only[1]), None
    return _in_words(text)


def _ordered(one: int, two: int, year: int) -> _Parts | str:
    """Day and month told apart only where one of them cannot be a month, or both are the same."""
    if one > 12 or one == two:
        return year, two, one
    if two > 12:
        return year, one, two
    return "the order of day and month is not told"


def _in_words(text: str) -> _Parts | None:
    found = _MONTH_FIRST.fullmatch(text)
    if found and (month := _month(found[1])):
        return int(found[3]), month, _number(found[2])
    found = _DAY_FIRST.fullmatch(text)
    if found and (month := _month(found[2])):
        return int(found[3]), month, int(found[1])
    found = _YEAR_WORD.fullmatch(text)
    if found and (month := _month(found[2])):
        return int(found[1]), month, _number(found[3])
    return None


def _number(digits: str | None) -> int | None:
    return int(digits) if digits else None


def _month(word: str) -> int | None:
    """The month of its name, or of the first three or four letters of it."""
    lowered = word.lower()
    for number, name in enumerate(_MONTHS, start=1):
        if lowered == name or (len(lowered) in (3, 4) and name.startswith(lowered)):
            return number
    return None
