"""Dates of FHIR: a day, a month or a year, with the time as the clock on the spot showed it.

Source: HL7 FHIR R4, data types `date`, `dateTime` and `instant`. A zone behind a time says how that
clock stood to another one; the day of a record is the day that people there wrote.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from remit.facts.intake.fhir.files.fhir_elements import Element, NoDay, object_of, text_of

_EPOCH = date(1970, 1, 1).toordinal()
EARLIEST = -(1 << 20)  # the first possible day is that of the birth
_DAY_MS = 86_400_000
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", re.ASCII)
_TIME = re.compile(
    r"T([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]|60)(?:\.([0-9]+))?)?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})?",
    re.ASCII,
)
# Where the moments of resources stand.
MOMENTS = frozenset(
    [
        *("effectiveDateTime", "effectiveInstant", "effectivePeriod", "issued"),
        *("onsetDateTime", "onsetPeriod", "abatementDateTime", "abatementPeriod", "recordedDate"),
        *("performedDateTime", "performedPeriod", "occurrenceDateTime"),
        *("authoredOn", "dateAsserted", "period"),
    ]
)
UTC = ("Z", "+00:00", "-00:00")
_DAY = len("2024-01-31")


@dataclass(frozen=True, slots=True)
class FhirDay:
    """A day, in days since 1970; the time in milliseconds since then.

    Attributes:
        last: the last possible day, where only a month or a year is told: else `first`.
    """

    first: int
    last: int
    time: int | None = None

    @property
    def is_exact(self) -> bool:
        return self.first == self.last


@lru_cache(maxsize=200_000)
def _days(text: str) -> tuple[int, int] | None:
    parts = date_parts(text)
    if parts is None:
        return None
    year, month, day = parts
    first = date(year, month or 1, day or 1).toordinal() - _EPOCH
    if day is not None:
        return first, first
    last_month = month or 12
    length = calendar.monthrange(year, last_month)[1]
    return first, date(year, last_month, length).toordinal() - _EPOCH


def date_parts(text: str) -> tuple[int, int | None, int | None] | None:
    """Year, month and day of a date; the last two where it tells them.

    >>> date_parts("1990-03"), date_parts("1990"), date_parts("1990-02-30")
    ((1990, 3, None), (1990, None, None), None)
    """
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = (None if part is None else int(part) for part in found.groups())
    assert year is not None, "the pattern has a year"
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return None
    return year, month, day


@lru_cache(maxsize=20_000)
def _since_midnight(text: str) -> int | None:
    """What stands behind a day, in milliseconds; None where it is no time."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hour, minute, second, fraction = found.groups()
    seconds = int(hour) * 3600 + int(minute) * 60 + min(int(second or 0), 59)
    return seconds * 1000 + (int((fraction + "00")[:3]) if fraction else 0)


def moment_of(text: str) -> tuple[int, int, int | None] | None:
    """The fields of `FhirDay`. Many times differ where few days and few clocks do: each is read
    once by itself.

    >>> moment_of("1970-01-02T00:00:01Z")
    (1, 1, 86401000)
    """
    days = _days(text[:10])
    if days is None:
        return None
    first, last = days
    if len(text) <= 10:
        return first, last, None
    since = _since_midnight(text[10:])
    if since is None or first != last:
        return None
    return first, last, first * _DAY_MS + since


def day_of(text: str) -> FhirDay | None:
    """The day of a date or a time; None where the text is none.

    >>> day_of("2024-01-31T23:30:00-05:00").time % 86_400_000 // 3_600_000
    23
    >>> day_of("2024-02").last - day_of("2024-02").first
    28
    """
    found = moment_of(text)
    return None if found is None else FhirDay(*found)


def named_day(holder: Element, name: str) -> FhirDay | None:
    """The day under a name; None where nothing stands there.

    Raises:
        NoDay: what stands there is no date.
    """
    text = text_of(holder, name)
    if text is None:
        return None
    found = day_of(text)
    if found is None:
        raise NoDay(f"{name} is no date")
    return found


def period_of(holder: Element, name: str) -> tuple[FhirDay | None, FhirDay | None]:
    """The first and the last day of a period.

    Raises:
        NoDay: one of them is no date.
    """
    period = object_of(holder, name)
    return named_day(period, "start"), named_day(period, "end")


def began(first: FhirDay | None, last: FhirDay | None) -> FhirDay | None:
    """The first day of a period; of one that tells its end alone any day up to that one.

    R4, `Period`: "If the start element is missing, the start of the period is not known."

    >>> began(None, FhirDay(9, 9)).last, began(FhirDay(3, 3), FhirDay(9, 9)).last
    (9, 3)
    """
    if first is None and last is not None:
        return FhirDay(EARLIEST, last.last)
    return first


def is_of_utc(moment: object) -> bool:
    """Whether a time, or an end of a period, is one of UTC."""
    if type(moment) is str:
        return moment.endswith(UTC) and len(moment) > _DAY
    if type(moment) is dict:
        return any(is_of_utc(moment[end]) for end in ("start", "end") if end in moment)
    return False


def calendar_day(day: int) -> date:
    """The day of the calendar.

    >>> calendar_day(0)
    datetime.date(1970, 1, 1)
    """
    return date(1970, 1, 1) + timedelta(days=day)
