"""What is printed is read to its digits, in every spelling of a page, or refused with its line."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from remit.analysis.referee.printed_files import printed_tables
from remit.analysis.referee.printed_numbers import (
    PrintedNumber,
    Relation,
    read_interval,
    read_number,
)
from remit.analysis.referee.roundings import (
    CUT,
    HALF_EVEN,
    HALF_UP,
    TWICE,
    common_convention,
    convention_of,
)
from remit.errors import PrintedTableError


def number(text: str) -> PrintedNumber:
    found = read_number(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "value", "relation"),
    [
        ("12", "12", "="),
        ("17.0", "17.0", "="),
        ("−0.5", "-0.5", "="),
        ("–0.5", "-0.5", "="),
        ("0·04", "0.04", "="),
        (".04", ".04", "="),
        ("35.3%", "35.3", "="),
        ("35.3 %", "35.3", "="),
        ("<0.001", "0.001", "<"),
        ("P < .001", "0.001", "<"),
        ("p=0.04", "0.04", "="),
        ("≤0.05", "0.05", "<="),
        ("1.2e-5", "0.000012", "="),
        ("1.2 × 10−5", "0.000012", "="),
        ("1.2×10^-5", "0.000012", "="),
        ("0.04*", "0.04", "="),
        ("0.04†‡", "0.04", "="),
        ("0.04¹", "0.04", "="),
        ("0.04a", "0.04", "="),
        ("35,3", "35.3", "="),
        ("0,041", "0.041", "="),
        ("1\u2009234", "1234", "="),
        ("1,234.5", "1234.5", "="),
        ("1,234,567", "1234567", "="),
    ],
)
def test_spellings_of_a_number(text: str, value: str, relation: str) -> None:
    found = number(text)
    assert found.value == Decimal(value)
    assert found.relation == relation
    assert found.text == text


@pytest.mark.parametrize("text", ["0.04*", "0.04a", "35,3", "1\u2009234", "NS"])
def test_an_odd_spelling_says_how_it_was_read(text: str) -> None:
    assert number(text).reading


@pytest.mark.parametrize("text", ["", "-", "—", "NA", "n/a", "null", "NR"])
def test_what_says_that_there_is_no_number(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize(
    "text", ["1,234", "about 5", "~5", "5 or 6", "0.0.1", "1e99999", "٣", "x" * 500, "12 345 6"]
)
def test_what_may_be_two_numbers_or_none_is_refused(text: str) -> None:
    with pytest.raises(PrintedTableError) as error:
        read_number(text, key="p", line=7, source="t.csv")
    assert "t.csv:7" in str(error.value)
    assert error.value.next_step


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("(9.7, 23.6)", "9.7", "23.6"),
        ("[9.7,23.6]", "9.7", "23.6"),
        ("−1.2 to 0.2", "-1.2", "0.2"),
        ("-17.5–17.2", "-17.5", "17.2"),
        ("-17.5--1.2", "-17.5", "-1.2"),
        ("0·7–1·5", "0.7", "1.5"),
        ("0,7; 1,5", "0.7", "1.5"),
        ("0,7 – 1,5", "0.7", "1.5"),
    ],
)
def test_spellings_of_an_interval(text: str, low: str, high: str) -> None:
    found = read_interval(text)
    assert tuple(one.value for one in found) == (Decimal(low), Decimal(high))


@pytest.mark.parametrize("text", ["9,7,23,6", "5", "1 to 2 to 3", "low to high", "1,5"])
def test_an_interval_that_is_not_two_numbers_is_refused(text: str) -> None:
    with pytest.raises(PrintedTableError):
        read_interval(text)


def test_weak_statements() -> None:
    assert number("NS").relation is Relation.ABOVE
    assert number("NS").value == Decimal("0.05")
    assert number("<0.05").is_weak
    assert not number("0.05").is_weak


# ---- rounding -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text", "how"),
    [
        (Fraction(1, 8), "0.13", HALF_UP),
        (Fraction(1, 8), "0.12", HALF_EVEN),
        (Fraction(-1, 8), "-0.13", HALF_UP),
        (Fraction(2, 3), "0.66", CUT),
        (Fraction(-2, 3), "-0.66", CUT),
        (Fraction(449, 10000), "0.045", HALF_UP),
        (Fraction(449, 10000), "0.05", TWICE),
        (Fraction(449, 10000), "0.06", None),
        (30.449999999999999, "30.5", HALF_UP),
        (float("inf"), "9", None),
    ],
)
def test_how_a_number_is_rounded(value: Fraction | float, text: str, how: str | None) -> None:
    assert convention_of(value, number(text)) == how


def test_two_bounds_are_rounded_in_one_way() -> None:
    # One cut off and the other rounded twice is no convention.
    assert common_convention((0.7487, 49.5961), (number("0.8"), number("49.5"))) is None
    assert common_convention((0.7487, 49.5961), (number("0.7"), number("49.5"))) == CUT


def test_what_rounding_hides() -> None:
    assert (number("0.5").low, number("0.5").high) == pytest.approx((0.45, 0.55))
    assert (number("-2").low, number("-2").high) == pytest.approx((-2.5, -1.5))


# ---- files that cannot be read ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("t.yaml", "rows:\n  - p: 0.1\n    p: 0.2\n", "stands twice"),
        ("t.yaml", "rows:\n- &a {p: 0.1}\n- *a\n", "anchors"),
        ("t.yaml", "rows: [1, 2\n", "no YAML"),
        ("t.yaml", "", "holds nothing"),
        ("t.yaml", "just words", "holds no table"),
        ("t.yaml", "rows:\n- 5\n", "no mapping"),
        ("t.yaml", "rows:\n- {x_a: five, n_a: 9}\n", "t.yaml:2"),
        ("t.yaml", "rows:\n- {x_a: 3, n_a: 9, ci: [1, 2, 3]}\n", "two bounds"),
        ("t.yaml", "rows:\n- {label: no numbers}\n" * 0 + "rows: []\n", "no printed number"),
        ("t.yaml", "derived: maybe\nrows:\n- {x: 3, n: 9}\n", "neither true nor false"),
        ("t.yaml", "level: 5\nrows:\n- {x: 3, n: 9}\n", "a level is"),
        ("t.yaml", "step: -1\nrows:\n- {mean: 3, n: 9}\n", "more than 0"),
        ("t.yaml", "x: " + "[" * 50 + "]" * 50, "levels within"),
        ("t.yaml", "!!python/object/apply:os.system ['true']", "t.yaml"),
        ("t.csv", "x_a,n_a\n3\n", "another number of cells"),
        ("t.csv", "x_a,x_a\n3,4\n", "twice: x_a"),
        ("t.csv", "x_a,\n3,4\n", "without a name"),
        ("t.csv", 'x_a,n_a\n"3,4\n', "number of cells"),
        ("t.csv", "x_a,n_a\n3,nine\n", "t.csv:2"),
        ("t.txt", "no table here\n", "holds no table"),
        ("t.txt", "row\tA (n=9)\tB (n=9)\nCR, n (%)\t3 (33)\n", "merged or an empty cell"),
        ("t.txt", "row\tA (n=9)\tA (n=9)\nCR\t3\t4\n", "twice: A"),
        ("t.txt", "row\tA (n=9)\t95% CI\nCR, n\t3\t1 to 2\n", "behind no estimate"),
        ("t.txt", "row\tA (n=9)\tB (n=9)\nCR, n (%)\tthree (33)\t4\n", "t.txt:2"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_what_to_do(
    name: str, text: str, said: str
) -> None:
    with pytest.raises(PrintedTableError) as error:
        printed_tables(text, path=Path(name))
    assert said in str(error.value)
    assert error.value.expected
    assert error.value.next_step
