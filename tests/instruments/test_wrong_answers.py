"""Answers that do not fit: what is wrong, what was expected, what came and what to do."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal, cast

import pyarrow as pa
import pytest

import remit
from remit.errors import InstrumentError
from remit.instruments.answers import nearest_names
from remit.instruments.form_files import read_form
from remit.instruments.written_numbers import Answer

DAY = dt.date(2024, 1, 1)


def says_four_things(error: InstrumentError) -> bool:
    return None not in (error.what, error.expected, error.got, error.next_step)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([], "an object of items"),
        ({1: "present"}, "nobody asks for 1"),
        ({"platelets": "90,5 10*9/L"}, "a comma, a mark of thousands"),
        ({"platelets": float("nan")}, "not finite"),
        ({"platelets": ["90"]}, "a list or something else"),
        ({"platelets": {"value": None, "unit": "10*9/L"}}, "got:      nothing"),
        ({"platelets": "1000000000000 10*9/L"}, "more than 12 digits"),
        ({"platelets": 10**400}, "more than 12 digits"),
        ({"platelets": "0.1234567 10*9/L"}, "six decimal places"),
        ({"c3": {"value": 1, "unit": "g/L", "uln": "high"}}, "limit of normal uln is no number"),
        ({"c3": {"value": 1, "unit": "g/L", "uln": -1}}, "a negative number"),
        ({"c3": {"value": 1, "unit": "g/L", "lln": 2, "uln": 1}}, "not above the lower one"),
        ({"c3": {"value": 1, "units": "g/L"}}, "value, unit, uln, lln and operator"),
        ({"platelets": "90 10*9/X"}, "write a listed code"),
        ({"seizure": 1}, "got:      a number"),
    ],
)
def test_a_wrong_answer_is_refused(items: dict[str, Answer], message: str) -> None:
    with pytest.raises(InstrumentError) as caught:
        remit.score("sledai_2k", items)
    assert message in str(caught.value)
    assert says_four_things(caught.value)


def test_an_age_is_counted_in_years() -> None:
    with pytest.raises(InstrumentError, match="counted in years"):
        remit.score("egfr", {"age": "40 kg"})
    items: dict[str, Answer] = {"creatinine": "1 mg/dL", "sex": "female"}
    cards = [remit.score("egfr", {**items, "age": age}) for age in ("40 years", 40)]
    assert cards[0].outcomes == cards[1].outcomes


def test_a_number_with_an_exponent_is_a_number() -> None:
    items: dict[str, Answer] = {"platelets": {"value": 1e-5, "unit": "10*9/L"}}
    assert remit.score("sledai_2k", items).outcomes[0].value == "1 to 105"


@pytest.mark.parametrize(
    ("text", "why"),
    [("90", "unit_missing"), ("90 mg/d", "unit_unknown"), ("9000000 10*9/L", "implausible")],
)
def test_a_value_that_cannot_be_used_is_named(text: str, why: str) -> None:
    assert remit.score("sledai_2k", {"platelets": text}).unusable == (("platelets", why),)
    assert remit.score("sledai_2k", {"platelets": "90 10*9/L"}).unusable == ()


def test_names_that_may_be_meant() -> None:
    names = [f"item_{n}" for n in range(20)] + ["pga_line", "increased_dna_binding"]
    assert nearest_names("PGA", names) == ("pga_line",)
    assert nearest_names("creatinine", names) == ()
    assert nearest_names("other", ["age", "sex"]) == ("age", "sex")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "an empty file"),
        (b"[]", "an empty list"),
        (b"3", "a single value"),
        (b"[3]", "visit 1 is no object"),
        (b"seizure", ":1:1: the form is not JSON"),
        (b'{"seizure": "pr\xe9sent"}', "not UTF-8"),
        (b'{"seizure": "present", "seizure": "absent"}', "'seizure' is answered twice"),
        (b'{"platelets": ' + b"9" * 5000 + b"}", "too many digits"),
        (b"[" * 100_000, "brackets"),
        (b'{"visit": {}, "prior": {}}', "prior"),
    ],
)
def test_a_file_that_is_no_form_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "form.json"
    path.write_bytes(content)
    with pytest.raises(InstrumentError) as caught:
        read_form(path)
    assert message in str(caught.value)
    assert says_four_things(caught.value)


def test_a_form_that_an_editor_marked_as_utf_8_is_read(tmp_path: Path) -> None:
    path = tmp_path / "form.json"
    path.write_bytes(b'\xef\xbb\xbf{"seizure": "present"}')
    assert read_form(path) == (({"seizure": "present"},), {})


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"seizur": ["present"]}, "expected: seizure"),
        ({"seizure.unit": ["mg/dL"]}, "nobody asks for the column"),
        ({"platelets.unit": ["10*9/L"]}, "stands without its values"),
        ({"platelets": [-1.0]}, "a number is negative"),
        ({"platelets": [float("inf")]}, "a number is too large"),
        ({"platelets": [1e15]}, "a number is too large"),
        ({"platelets": [2**62]}, "a number is too large"),
        ({"c3": [1.0], "c3.uln": [-1.0]}, "c3.uln: a number is negative"),
        ({"c3": [1.0], "c3.uln": [1.0], "c3.lln": [2.0]}, "not above the lower one"),
        ({"seizure": ["maybe"]}, "present, absent, not_attributed"),
        ({"seizure": [["present"]]}, "no column of words"),
        ({"seizure": [b"\xff\xfe"]}, "no column of words"),
        ({"person": [1], "seizure": ["present"]}, "person and date go together"),
        ({"person": [1], "date": [None]}, "no person or no date"),
        ({"person": [1], "date": ["01/02/2024"]}, "date: this is no column of dates"),
        ({"person": [1], "date": [20240101]}, "date: this is no column of dates"),
        ({"person": [DAY], "date": [DAY]}, "person: this is no column of ids"),
        ({"person": [1.5], "date": [DAY]}, "person: this is no column of ids"),
        (
            {
                "person": [1, 1],
                "date": [DAY, DAY],
                "platelets": [90.0, 90000.0],
                "platelets.unit": ["10*9/L", "/uL"],
            },
            "two visits on one day",
        ),
    ],
)
def test_a_wrong_column_is_refused(columns: dict[str, list[object]], message: str) -> None:
    with pytest.raises(InstrumentError) as caught:
        remit.score_visits("sledai_2k", pa.table(columns))
    assert message in str(caught.value)
    assert says_four_things(caught.value)


def test_what_is_no_table_and_a_column_that_stands_twice() -> None:
    # What a notebook passes when it forgets pyarrow.table(...); the checker would not let us.
    no_table = cast("pa.Table", {"seizure": ["present"]})
    with pytest.raises(InstrumentError, match="the visits are no table"):
        remit.score_visits("sledai_2k", no_table)
    with pytest.raises(InstrumentError, match="the visits are no table"):
        remit.score_shifts("ctcae_v5", no_table)
    twice = pa.Table.from_arrays([pa.array(["present"])] * 2, names=["seizure", "seizure"])
    with pytest.raises(InstrumentError, match="stands twice"):
        remit.score_visits("sledai_2k", twice)


def test_a_column_without_any_value_is_not_assessed() -> None:
    table = pa.table({"seizure": pa.nulls(1), "platelets": pa.nulls(1)})
    assert remit.score_visits("sledai_2k", table)["high"][0].as_py() == 105


def test_a_finding_that_is_not_listed_is_unknown_or_absent_and_nothing_else() -> None:
    # A word misspelt must not be read as one of the two.
    misspelt = cast("Literal['absent']", "abscent")
    visits = pa.table({"seizure": ["present"]})
    for ask in (
        lambda: remit.score("sledai_2k", {"seizure": "present"}, unlisted=misspelt),
        lambda: remit.score_visits("sledai_2k", visits, unlisted=misspelt),
        lambda: remit.score_shifts("ctcae_v5", visits, unlisted=misspelt),
    ):
        with pytest.raises(InstrumentError) as caught:
            ask()
        assert says_four_things(caught.value)
