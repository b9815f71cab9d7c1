"""One person's records in plain Python, as the reference evaluator reads them."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from remit.facts.imprecise_dates import UnknownDay


@dataclass(frozen=True, slots=True)
class NumberRecord:
    """A row of `measurement`; `possible` says between which days it lies where that is open."""

    row: int
    concept: int
    day: date
    time: datetime | None = None
    number: Decimal | None = None
    code: int | None = None
    unit_id: int | None = None
    unit_text: str | None = None
    operator: int | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    text: str | None = None
    event: int | None = None
    possible: UnknownDay | None = None


@dataclass(frozen=True, slots=True)
class EventRecord:
    """A row of a table of conditions, drug exposures, procedures or visits."""

    row: int
    concept: int
    start: date
    end: date | None
    route: int | None = None
    possible_start: UnknownDay | None = None
    possible_end: UnknownDay | None = None


@dataclass(frozen=True, slots=True)
class DoseRecord:
    """A row of `dose_era`."""

    row: int
    concept: int
    start: date
    end: date
    dose: Decimal | None
    unit_id: int | None
    possible_start: UnknownDay | None = None
    possible_end: UnknownDay | None = None


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """A row of `attestation`, of this study."""

    row: int
    item: str
    answer: bool
    signed_by: str | None
    day: date


@dataclass(frozen=True, slots=True)
class DaysOfDate:
    """The days that belong to a named date, such as the window of a planned visit.

    Attributes:
        nearest: whether the record nearest to the date counts, in place of the latest.
        not_after: whether a later day than the date counts only for want of another.
    """

    first: date
    last: date
    nearest: bool = False
    not_after: bool = False


@dataclass(frozen=True, slots=True)
class PersonRecords:
    """One subject: all that is recorded of a person, her named dates, and what the dataset says.

    Attributes:
        belonging: named date -> the days that belong to it; a date without an entry is one day.
        birth: the days between which the person was born, where the dataset states them.
        own_cut: the last day that the data can speak of her, where that is not the dataset's.
    """

    person: int
    gender: int
    birth_year: int
    birth_month: int | None
    birth_day: int | None
    anchors: Mapping[str, date]
    numbers: tuple[NumberRecord, ...] = ()
    events: Mapping[str, tuple[EventRecord, ...]] = field(default_factory=dict)
    doses: tuple[DoseRecord, ...] = ()
    answers: tuple[AnswerRecord, ...] = ()
    periods: tuple[tuple[date, date], ...] = ()
    data_cut: date = date(2025, 1, 1)
    complete: frozenset[str] = frozenset()
    belonging: Mapping[str, DaysOfDate] = field(default_factory=dict)
    birth: UnknownDay | None = None
    own_cut: date | None = None

    @property
    def earliest_birth(self) -> date:
        if self.birth is not None:
            return self.birth.first
        return date(self.birth_year, self.birth_month or 1, self._day or 1)

    @property
    def latest_birth(self) -> date:
        if self.birth is not None:
            return self.birth.last
        if self.birth_month is None:
            return date(self.birth_year, 12, 31)
        if self._day is not None:
            return date(self.birth_year, self.birth_month, self._day)
        last = calendar.monthrange(self.birth_year, self.birth_month)[1]
        return date(self.birth_year, self.birth_month, last)

    @property
    def _day(self) -> int | None:
        return self.birth_day if self.birth_month is not None else None
