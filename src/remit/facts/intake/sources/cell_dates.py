"""Dates as clinics write them, read by a declared format and by nothing else.

`03/04/2024` is a day in March or in April; only whoever wrote it knows. So a format is declared for
each column, and drafted only where every value of the column allows one reading.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from remit.facts.intake.sources.sheet_grid import Cell, cell_words

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_PIECES = {
    "%Y": r"(?P<Y>[0-9]{4})",
    "%m": r"(?P<m>[0-9]{1,2})",
    "%d": r"(?P<d>[0-9]{1,2})",
    "%b": rf"(?P<b>{'|'.join(_MONTHS)})",
    "%H": r"(?P<H>[0-9]{1,2})",
    "%M": r"(?P<M>[0-9]{2})",
    "%S": r"(?P<S>[0-9]{2})",
}
# The dates that a draft tries. With dots no country puts the month first (Unicode CLDR 45).
_DAYS = (
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d %b %Y",
    "%d-%b-%Y",
    "%Y%m%d",
)
_TIMES = ("", " %H:%M", " %H:%M:%S", "T%H:%M", "T%H:%M:%S")
FORMATS = tuple(day + hour for day in _DAYS for hour in _TIMES)
YEAR = "%Y"
_FOUR_DIGITS = re.compile("[0-9]{4}")


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """A day, with the time where the source tells one. Of a birth the day or month may be open."""

    day: date
    at: datetime | None = None


def date_pattern(form: str, *, year_alone: bool = False) -> re.Pattern[str]:
    """What a text of that format looks like.

    Args:
        year_alone: whether `%Y` and `%m.%Y` are formats too, as for births.

    Raises:
        ValueError: the format has a piece that nobody knows, or does not tell a day.
    """
    pieces = re.split(r"(%.)", form)
    strange = [p for p in pieces if p.startswith("%") and p not in _PIECES]
    if strange:
        known = ", ".join(_PIECES)
        why = "; years are written with four digits" if "%y" in strange else ""
        raise ValueError(f"nobody knows {strange[0]}; known are {known}{why}")
    marks = [piece for piece in pieces if piece in _PIECES]
    month = "%m" in marks or "%b" in marks
    whole = "%Y" in marks and month and "%d" in marks
    if len(marks) != len(set(marks)) or not (whole or (year_alone and "%Y" in marks)):
        raise ValueError("it does not tell one day: %d, %m and %Y, each once")
    if not whole and "%d" in marks:
        raise ValueError("a day without its month")
    text = "".join(_PIECES.get(p, re.escape(p)) for p in pieces)
    if any(piece == "" for piece in pieces[2:-1:2]):  # 2024111 is two days
        text = text.replace("{1,2}", "{2}")
    return re.compile(text, re.IGNORECASE)


def moment_reader(form: str | None) -> Callable[[Cell], WrittenDay | None]:
    """What reads a cell as a day: days of a workbook always, texts by the format.

    The reader gives None for what it cannot read, such as a 30th of February.
    """
    pattern = date_pattern(form) if form is not None else None

    @lru_cache(maxsize=100_000)
    def text_moment(text: str) -> WrittenDay | None:
        found = pattern.fullmatch(text) if pattern is not None else None
        return None if found is None else _moment(found.groupdict())

    def read(cell: Cell) -> WrittenDay | None:
        if isinstance(cell, datetime):
            return WrittenDay(cell.date(), cell)
        if isinstance(cell, date):
            return WrittenDay(cell)
        return text_moment(cell) if isinstance(cell, str) else None

    return read


def _moment(found: dict[str, str | None]) -> WrittenDay | None:
    named = found.get("b")
    month = _MONTHS.index(named.lower()) + 1 if named else int(found["m"] or 0)
    try:
        day = date(int(found["Y"] or 0), month, int(found["d"] or 0))
        if not found.get("H"):
            return WrittenDay(day)
        at = time(int(found["H"] or 0), int(found.get("M") or 0), int(found.get("S") or 0))
        return WrittenDay(day, datetime.combine(day, at))
    except ValueError:
        return None


def birth_parts(cell: Cell, form: str | None) -> tuple[int, int | None, int | None] | None:
    """Year, month and day of a birth, the last two where the source tells them; None if it is none.

    A year alone is one beside whole days too: four digits are no other day.

    >>> birth_parts("04.03.1990", "%d.%m.%Y"), birth_parts("1990", "%d.%m.%Y")
    ((1990, 3, 4), (1990, None, None))
    """
    if isinstance(cell, datetime | date):
        return cell.year, cell.month, cell.day
    text = cell if isinstance(cell, str) else format(cell, "f")
    form = YEAR if form is None or _FOUR_DIGITS.fullmatch(text) else form
    found = date_pattern(form, year_alone=True).fullmatch(text)
    if found is None:
        return None
    parts = found.groupdict()
    named = parts.get("b")
    month = (
        _MONTHS.index(named.lower()) + 1 if named else int(parts["m"]) if parts.get("m") else None
    )
    day = int(parts["d"]) if parts.get("d") else None
    try:
        date(int(parts["Y"]), month or 1, day or 1)
    except ValueError:
        return None
    return int(parts["Y"]), month, day


_MONTH = re.compile(r"(?:(?P<m>[0-9]{1,2})[./-])?(?P<Y>[0-9]{4})|(?P<Y2>[0-9]{4})-(?P<m2>[0-9]{2})")


def first_day(cell: Cell) -> date | None:
    """The first day of a month or a year that a cell tells without its day.

    >>> first_day("03/2021"), first_day("2022"), first_day("early 2022")
    (datetime.date(2021, 3, 1), datetime.date(2022, 1, 1), None)
    """
    if isinstance(cell, date):
        return None
    found = _MONTH.fullmatch(cell_words(cell))
    if found is None:
        return None
    try:
        return date(int(found["Y"] or found["Y2"]), int(found["m"] or found["m2"] or 1), 1)
    except ValueError:
        return None


def fitting_formats(cells: Iterable[Cell], *, births: bool = False) -> tuple[str, ...]:
    """The formats by which every text of a column is a day; none where there is no text.

    >>> fitting_formats(["31.12.2024"]), fitting_formats(["03/04/2024"])
    (('%d.%m.%Y',), ('%d/%m/%Y', '%m/%d/%Y'))
    """
    texts = {cell for cell in cells if isinstance(cell, str) and cell}
    if births and texts:
        texts = {text for text in texts if _FOUR_DIGITS.fullmatch(text) is None}
        if not texts:
            return (YEAR,)
    if not texts:
        return ()
    readers = ((form, moment_reader(form)) for form in FORMATS)
    return tuple(form for form, read in readers if all(read(text) for text in texts))
