"""Dates, ages, ids, outcome names, personal data: the small readers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from remit.registry.text.outcomes import split_name_and_time
from remit.registry.text.privacy import scrub_line
from remit.registry.text.written_dates import read_date
from remit.registry.text.written_values import (
    read_age,
    read_age_range,
    read_registry_id,
    read_umin_age,
)


@pytest.mark.parametrize(
    ("text", "iso", "precision"),
    [
        ("December 31, 2025", "2025-12-31", "day"),
        ("June 2025", "2025-06", "month"),
        ("Nov 20, 2022", "2022-11-20", "day"),
        ("20 November 2022", "2022-11-20", "day"),
        ("2020/10/31", "2020-10-31", "day"),
        ("2025/02/25 10:53:20", "2025-02-25", "day"),
        ("2014-11", "2014-11", "month"),
        ("2019", "2019", "year"),
        ("2020 | Year | 10 | Month | 31 | Day |", "2020-10-31", "day"),
        ("May 2027 (estimated)", "2027-05", "month"),
    ],
)
def test_dates(text: str, iso: str, precision: str) -> None:
    found = read_date(text)
    assert found is not None
    assert (found.iso, found.precision) == (iso, precision)


@pytest.mark.parametrize("text", ["2020-02-30", "Foo 2020", "", "soon", "13/2020", "0000"])
def test_what_is_no_date(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize(
    ("text", "lower", "upper"),
    [
        ("18 Years to 65 Years", ("18", "years"), ("65", "years")),
        ("6 to 18 years old", ("6", "years"), ("18", "years")),
        ("6 Months to 5 Years", ("6", "months"), ("5", "years")),
        ("18 Years and older", ("18", "years"), None),
        ("18+ years old", ("18", "years"), None),
        ("up to 17 Years", None, ("17", "years")),
        ("N/A to 65 Years", None, ("65", "years")),
    ],
)
def test_age_ranges(
    text: str, lower: tuple[str, str] | None, upper: tuple[str, str] | None
) -> None:
    for limit, expected in zip(read_age_range(text), (lower, upper), strict=True):
        assert limit is not None
        assert limit.inclusive
        if expected is None:
            assert limit.value is None
        else:
            assert (limit.value, limit.unit) == (Decimal(expected[0]), expected[1])


def test_an_age_that_is_none() -> None:
    assert read_age_range("adults") == (None, None)
    assert read_age("old") is None


@pytest.mark.parametrize(
    ("row", "side", "value", "inclusive"),
    [
        ("15 | years-old | <= |", "minimum", 15, True),
        ("15 | years-old | < |", "minimum", 15, False),
        ("80 | years-old | >= |", "maximum", 80, True),
        ("80 | years-old | > |", "maximum", 80, False),
        ("80 | years-old |", "unsaid", 80, True),
    ],
)
def test_umin_ages(row: str, side: str, value: int, inclusive: bool) -> None:
    found = read_umin_age(row)
    assert found is not None
    assert (found[0], found[1].value, found[1].inclusive) == (side, value, inclusive)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("NCT99000001", "NCT99000001"),
        ("JPRN-UMIN000099001", "UMIN000099001"),
        ("2016-999999-24-DE", "2016-999999-24"),
        ("EUCTR2016-999999-24-ES", "2016-999999-24"),
        ("not applicable", None),
        ("isrctn: not applicable", None),
        ("N/A", None),
        ("NCT00000000", None),
        ("U01XX000000", None),
    ],
)
def test_registry_ids(text: str, number: str | None) -> None:
    found = read_registry_id(text)
    assert (found.number if found else None) == number


@pytest.mark.parametrize(
    ("line", "name", "time"),
    [
        ("Treatment response24 weeks", "Treatment response", "24 weeks"),
        ("Change in SLEDAI-2KBaseline to week 24", "Change in SLEDAI-2K", "Baseline to week 24"),
        ("Infections (any)Up to 2 years", "Infections (any)", "Up to 2 years"),
        ("Survival rate3 years", "Survival rate", "3 years"),
        ("Level of IL-6Week 4", "Level of IL-6", "Week 4"),
        ("Eventsthrough study completion, an average of 1 year", "Events", None),
        ("Response at 24 weeks", "Response at 24 weeks", None),
    ],
)
def test_run_together_names(line: str, name: str, time: str | None) -> None:
    found = split_name_and_time(line)
    assert found[0] == name
    assert time is None or found[1] == time


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("contact@example.org", ("email",)),
        ("000-000-0000", ("telephone",)),
        ("0000000000", ("telephone",)),
        ("+00 (0)00 000 00 00", ("telephone",)),
        ("Tel: 00 0000 0000", ("telephone",)),
        ("1-2 Sample-cho, Example-ku, Mihon", ("address",)),
        ("12 Sample Street, Example", ("address",)),
        ("P.O. Box 12, Example", ("address",)),
    ],
)
def test_personal_lines_vanish(line: str, kinds: tuple[str, ...]) -> None:
    assert scrub_line(line) == ("", kinds)


def test_personal_parts_of_a_line_are_marked() -> None:
    line = "Write to contact@example.org or call 000-000-0000 before noon."
    assert scrub_line(line) == (
        "Write to [e-mail removed] or call [telephone removed] before noon.",
        ("email", "telephone"),
    )


@pytest.mark.parametrize(
    "line",
    [
        "2020-10-31",
        "2016-999999-24",
        "2023-599999-99-00",
        "NCT99000001",
        "U1111-1296-5487",
        "Arthritis Res Ther. 2017 Jul 19;19(1):165. doi: 10.1186/s13075-017-1373-2.",
        "doi: 10.1007/s10067-011-1816-0. Epub 2011 Aug 12.",
        "Platelet < 50×10^9/L.",
        "24-hour urinary protein 0.5-1 mg/kg/day",
        "39999999",
        "Patients who live in a nursing home at 12 weeks, or on the street",
        "6 weeks of follow-up, then every 3 months to week 104",
    ],
)
def test_ordinary_lines_stay(line: str) -> None:
    assert scrub_line(line) == (line, ())
