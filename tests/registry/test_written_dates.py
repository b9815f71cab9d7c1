"""Dates as pages write them; their order, and that they are no telephone numbers.

Day before month as WHO's portal and the EU registers print it (github.com/rfhb/ctrdata,
R/ctrGenerateQueries.R: %d/%m/%Y and %d.%m.%Y), year first as ISO 8601 and East Asian pages do.
"""

from __future__ import annotations

import pytest

from remit.registry import TrialDate, fixture_pages, read_text
from remit.registry.text.privacy import scrub_line
from remit.registry.text.written_dates import is_date_shaped, read_date, why_no_date

MEDPATH = next(p for p in fixture_pages() if p.stem == "medpath").read_text(encoding="utf-8")
SAME_DAY = [
    "2020-10-31", "2020/10/31", "2020.10.31", "20201031", "31-10-2020", "31/10/2020",
    "31.10.2020", "10/31/2020", "31-Oct-2020", "31 Oct 2020", "31OCT2020", "31/Oct/2020",
    "31st October 2020", "October 31, 2020", "Oct. 31, 2020", "Oct 31st, 2020", "2020-Oct-31",
    "2020 October 31", "2020年10月31日", "2020 年 10 月 31 日", "２０２０年１０月３１日",
    "2020年10月31日(土)", "Saturday, October 31, 2020", "2020-10-31T00:00:00Z",
    "2020-10-31T10:53:20.123+09:00", "2020/10/31 10:53:20", "2020 Year 10 Month 31 Day",
    "2020 | Year | 10 | Month | 31 | Day |", "31 October 2020 (estimated)",
]  # fmt: skip


@pytest.mark.parametrize("text", SAME_DAY)
def test_one_day_in_many_spellings(text: str) -> None:
    found = read_date(text)
    assert found is not None
    assert found.iso == "2020-10-31"
    assert why_no_date(text) is None


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2020年10月", "2020-10"),
        ("2020年", "2020"),
        ("10/2020", "2020-10"),
        ("10.2020", "2020-10"),
        ("05-05-2020", "2020-05-05"),
        ("Sept 2021", "2021-09"),
    ],
)
def test_less_than_a_day_or_the_same_both_ways(text: str, iso: str) -> None:
    found = read_date(text)
    assert found is not None
    assert found.iso == iso


@pytest.mark.parametrize("text", ["05-06-2020", "05/06/2020", "1.2.2020", "12-11-2021"])
def test_an_order_that_is_not_told_stays_text_and_is_noted(text: str) -> None:
    assert read_date(text) is None
    assert why_no_date(text) == "the order of day and month is not told"
    record = read_text(MEDPATH.replace("Sex\nFemale\n", f"Start Date\n{text}\nSex\nFemale\n"), "x")
    assert record.value("date_start") == text
    assert [note for note in record.notes if "order of day and month" in note]


@pytest.mark.parametrize(
    "text", ["31-13-2020", "32/10/2020", "2020-02-30", "20201341", "31.11.2020", "2020年13月1日"]
)
def test_a_day_that_does_not_exist_stays_text_and_is_noted(text: str) -> None:
    assert read_date(text) is None
    assert why_no_date(text) == "there is no such day"
    record = read_text(MEDPATH.replace("Sex\nFemale\n", f"Start Date\n{text}\nSex\nFemale\n"), "x")
    assert record.value("date_start") == text
    assert [note for note in record.notes if "no such day" in note]


@pytest.mark.parametrize("text", [*SAME_DAY, "05-06-2020", "31-13-2020", "2019-2021", "2020 10 31"])
def test_no_date_is_taken_for_a_telephone_number(text: str) -> None:
    assert scrub_line(text) == (text, ())


@pytest.mark.parametrize("text", ["31-10-2020", "2020.10.31", "20201031", "2020年10月31日"])
def test_a_date_of_each_shape_reaches_its_field(text: str) -> None:
    record = read_text(MEDPATH.replace("Sex\nFemale\n", f"Start Date\n{text}\nSex\nFemale\n"), "x")
    found = record.value("date_start")
    assert isinstance(found, TrialDate)
    assert found.iso == "2020-10-31"
    assert record.notes == ()


@pytest.mark.parametrize("text", ["000-000-0000", "00-0000-0000", "0000000000", "+00 00 0000 0000"])
def test_telephone_numbers_are_no_dates(text: str) -> None:
    assert not is_date_shaped(text)
    assert scrub_line(text) == ("", ("telephone",))


@pytest.mark.parametrize(
    "text",
    ["", "soon", "Foo 2020", "Maybe 2020", "Decade 2020", "240", "1. Age", "0000", "9" * 5000],
)
def test_what_is_no_date(text: str) -> None:
    assert read_date(text) is None
