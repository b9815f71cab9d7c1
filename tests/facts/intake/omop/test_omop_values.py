"""Cells of OMOP tables as exports write them: the same value whatever its form, or none."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.facts.intake.omop.omop_values import held_numbers, typed, written_ids
from remit.facts.tables import Type


def _texts(*texts: str | None) -> pa.Array:
    return pa.array(texts, pa.string())


@pytest.mark.parametrize(
    ("kind", "column", "expected", "unread"),
    [
        pytest.param(
            "id",
            _texts("12", "12.0", " 7 ", "-5", "9223372036854775807", None),
            [12, 12, 7, -5, (1 << 63) - 1, None],
            0,
            id="ids as text",
        ),
        pytest.param(
            "id",
            _texts("12.5", "a1", "1e3", "9223372036854775808", "٣", ""),
            [None] * 6,
            5,
            id="texts that are no id, and an empty one",
        ),
        pytest.param(
            "id",
            pa.array([12.0, None, 0.5, float("nan")]),
            [12, None, None, None],
            1,
            id="ids as doubles",
        ),
        pytest.param(
            "id",
            pa.array([Decimal("9007199254740993"), Decimal(10) ** 20], pa.decimal128(38, 0)),
            [9007199254740993, None],
            1,
            id="ids as decimals",
        ),
        pytest.param(
            "id",
            pa.array([7, 1 << 63], pa.uint64()),
            [7, None],
            1,
            id="ids without a sign",
        ),
        pytest.param("id", pa.array([True, None]), [None, None], 1, id="answers are no ids"),
        pytest.param(
            "number", _texts("NA", "NaN", "None", "<NA>", "1"), [None] * 4 + ["1"], 0, id="nothing"
        ),
        pytest.param("text", _texts("NA", ""), ["NA", None], 0, id="a text may be NA"),
        pytest.param("id", pa.array([3, None], pa.int16()), [3, None], 0, id="ids as numbers"),
        pytest.param(
            "concept",
            _texts("8507", "8507.0", "2147483648", "-1"),
            [8507, 8507, None, -1],
            1,
            id="codes",
        ),
        pytest.param(
            "number",
            _texts("48.1", "1e2", ".5", "5.", "0.30000000000000004", "-0", "1.0000005", "+2"),
            ["48.1", "100", "0.5", "5", "0.3", "0", "1.000001", "2"],
            0,
            id="numbers as text, rounded to odd",
        ),
        pytest.param(
            "number",
            _texts("1,5", "<0.2", "-nan", "inf", "1_000", "1000000000000", "x"),
            [None] * 7,
            7,
            id="texts that are no number",
        ),
        pytest.param(
            "number", pa.array([48.1, 0.1 + 0.2, None]), ["48.1", "0.3", None], 0, id="doubles"
        ),
        pytest.param("number", pa.array([7], pa.int64()), ["7"], 0, id="whole numbers"),
        pytest.param(
            "number",
            pa.array([Decimal("1.8")], pa.decimal128(10, 2)),
            ["1.8"],
            0,
            id="decimals",
        ),
        pytest.param(
            "date",
            _texts("2024-01-31", "20240131", "2024-01-31 10:00:00", "2024-01-31T00:00:00Z"),
            [date(2024, 1, 31)] * 4,
            0,
            id="days as text",
        ),
        pytest.param(
            "date",
            _texts(
                "31.01.2024",
                "2024-02-30",
                "20241301",
                "01/02/2024",
                "2024-1-5",
                "2024-W05-3",
                "2024-01-31 or so",
            ),
            [None] * 7,
            7,
            id="texts that are no day",
        ),
        pytest.param(
            "date",
            pa.array([datetime.fromisoformat("2024-01-31T23:59:00")], pa.timestamp("ns")),
            [date(2024, 1, 31)],
            0,
            id="days as times",
        ),
        pytest.param(
            "datetime",
            _texts(
                "2024-01-31 10:05:06", "2024-01-31T10:05", "2024-01-31", "2024-01-31 10:05:06+02:00"
            ),
            [
                datetime.fromisoformat(f"2024-01-31T{time}")
                for time in ("10:05:06", "10:05:00", "00:00:00", "10:05:06")
            ],
            0,
            id="times as text",
        ),
        pytest.param(
            "datetime",
            _texts("2024-02-30 10:00:00", "10:00", "2024-01-31 25:00:00", "2024-01-31 10:00:00"),
            [None, None, None, datetime.fromisoformat("2024-01-31T10:00:00")],
            3,
            id="texts that are no time",
        ),
        pytest.param("text", pa.array(["a", None], pa.large_string()), ["a", None], 0, id="texts"),
        pytest.param("int", pa.nulls(2), [None, None], 0, id="nothing at all"),
    ],
)
def test_a_cell_is_read_exactly_or_not(
    kind: Type, column: pa.Array, expected: list[object], unread: int
) -> None:
    made, lost = typed(column, kind)
    got = made.to_pylist()
    if kind == "number":
        got = [None if value is None else f"{abs(value.normalize()):f}" for value in got]
    assert (got, lost) == (expected, unread)


@pytest.mark.parametrize("kind", ["id", "concept", "int", "number", "date", "datetime", "text"])
@pytest.mark.parametrize(
    "text",
    ["12", "12.0", "-3", "+3", " 7", "007", "0x1F", "NA", "", "x", "1e2", "1.0000005", "NaN",
     "20240131", "2024-01-31", "2024-02-30", "2024-01-31 10:00:00.1234", "9999999999", "31T"],
)  # fmt: skip
def test_a_text_is_the_same_alone_and_many_times(kind: Type, text: str) -> None:
    alone, lost = typed(_texts(text), kind)
    many, all_lost = typed(_texts(*[text, None] * 20), kind)
    assert many.to_pylist() == [*alone.to_pylist(), None] * 20
    assert all_lost == 20 * lost


def test_rounded_numbers_are_counted_by_rows() -> None:
    made, lost, rounded = held_numbers(_texts(*["1.0000005", "2", "x", None] * 10))
    assert (made.null_count, lost, rounded) == (20, 10, 10)


def test_ids_of_persons_stay_as_written_but_for_the_point() -> None:
    assert written_ids(_texts("LN-7", "12.0", "007", "-3.00", None)).to_pylist() == [
        "LN-7",
        "12",
        "007",
        "-3",
        None,
    ]
    assert written_ids(pa.array([12.0, None])).to_pylist() == ["12", None]
    assert written_ids(pa.array([12], pa.int64())).to_pylist() == ["12"]
    assert written_ids(pa.array(["a", "b"]).dictionary_encode()).to_pylist() == ["a", "b"]


@pytest.mark.parametrize(
    "text",
    ["1", "-1", "+1", " 1", "1 ", "1.", ".1", "1e2", "1E-2", "1e", "0x1F", "1_0", "1,0", "inf",
     "nan", "1.0000005", "999999999999.999999", "1000000000000", "--1", "1e400",
     "\u0661", "1d", ".", "-"],
)  # fmt: skip
def test_a_number_is_the_same_alone_and_among_others(text: str) -> None:
    alone = typed(_texts(text), "number")[0].to_pylist()[0]
    among = typed(_texts(text, "x"), "number")[0].to_pylist()[0]
    assert alone == among
    try:
        exact = Decimal(text) if "_" not in text and text.isascii() else None
    except ArithmeticError:
        exact = None
    if exact is None or not exact.is_finite() or abs(exact) >= 10**12:
        assert alone is None
    else:
        assert abs(alone - exact) <= Decimal("0.0000005")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.floats(allow_nan=False, allow_infinity=False),
            st.decimals(-(10**9), 10**9, places=3).map(float),
            st.decimals(-100, 100, places=6).map(lambda number: math.nextafter(float(number), 0)),
            st.decimals(-100, 100, places=2).map(lambda number: float(number) * 3 / 3 + 0.1 - 0.1),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_a_double_is_the_number_that_its_shortest_text_says(numbers: list[float]) -> None:
    doubles = pa.array(numbers, pa.float64())
    texts = pa.array([repr(number) for number in numbers], pa.string())
    assert held_numbers(doubles)[0].to_pylist() == held_numbers(texts)[0].to_pylist()
    assert held_numbers(doubles)[1:] == held_numbers(texts)[1:]
