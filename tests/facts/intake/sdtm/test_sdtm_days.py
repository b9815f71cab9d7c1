"""Partial days of SDTM, by ISO 8601 as section 4.4.2 of the implementation guide has it."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from remit.facts.intake.sdtm.sdtm_days import DaySpan, day_span


def _span(first: str, last: str, at: str | None = None) -> DaySpan:
    moment = datetime.fromisoformat(at) if at else None
    return DaySpan(date.fromisoformat(first), date.fromisoformat(last), moment)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2003-12-15T13:14:17", _span("2003-12-15", "2003-12-15", "2003-12-15T13:14:17")),
        ("2003-12-15T13:14", _span("2003-12-15", "2003-12-15", "2003-12-15T13:14")),
        ("2003-12-15T13:14:17.123", _span("2003-12-15", "2003-12-15", "2003-12-15T13:14:17")),
        ("2003-12-15T13:14:17+05:30", _span("2003-12-15", "2003-12-15", "2003-12-15T13:14:17")),
        ("2003-12-15T13:14Z", _span("2003-12-15", "2003-12-15", "2003-12-15T13:14")),
        ("2003-12-15T13", _span("2003-12-15", "2003-12-15")),  # the minute is not known
        ("2003-12-15T-:15", _span("2003-12-15", "2003-12-15")),
        ("2003-12-15", _span("2003-12-15", "2003-12-15")),
        ("2003-12", _span("2003-12-01", "2003-12-31")),
        ("2004-02", _span("2004-02-01", "2004-02-29")),  # a leap year
        ("2003-02", _span("2003-02-01", "2003-02-28")),
        ("2003", _span("2003-01-01", "2003-12-31")),
        ("2003---15", _span("2003-01-15", "2003-12-15")),
        ("2003---31", _span("2003-01-31", "2003-12-31")),
        ("2003-12--", _span("2003-12-01", "2003-12-31")),
        ("2003-12-15/2003-12-20", _span("2003-12-15", "2003-12-20")),
        ("2003-12/2004", _span("2003-12-01", "2004-12-31")),
        (" 2003-12-15 ", _span("2003-12-15", "2003-12-15")),
    ],
)
def test_a_text_is_a_span_of_days(text: str, span: DaySpan) -> None:
    assert day_span(text) == span


@pytest.mark.parametrize(
    "text",
    [
        *("", "--12-15", "-----15", "-----T07:15", "UN-DEC-2003", "15DEC2003", "20031215"),
        *("2003-13", "2003-00", "2003-02-29", "2003-12-32", "2003-12-15T24:01", "0000"),
        *("2003-12-15T10:61", "2003-12-20/2003-12-15", "2003-W50-1", "1e400", "2003-12-15/"),
    ],
)
def test_what_tells_no_year_or_no_day_of_the_calendar_is_none(text: str) -> None:
    assert day_span(text) is None


def test_a_span_is_cut_to_days_that_are_possible_but_never_to_none() -> None:
    year = _span("2003-01-01", "2003-12-31")
    assert year.within(date(2003, 3, 1), None) == _span("2003-03-01", "2003-12-31")
    assert year.within(date(2003, 12, 31), date(2004, 5, 1)).is_exact
    assert year.within(date(2005, 1, 1), None) == year
