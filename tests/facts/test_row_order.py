"""The order in which rows are read, whatever numbers they are ordered by."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.facts.arrays import EMPTY, distinct_rows, order_of, rows_in_order

_NUMBERS = st.one_of(
    st.integers(0, 3),
    st.integers(-(1 << 62), 1 << 62),
    st.just(EMPTY),
    st.integers((1 << 63) - 4, (1 << 63) - 1),
    st.integers(-(1 << 63), -(1 << 63) + 4),
)
_ROWS = st.integers(1, 4).flatmap(
    lambda keys: st.lists(st.tuples(*[_NUMBERS] * keys), min_size=1, max_size=40)
)


@settings(max_examples=300, deadline=None)
@given(_ROWS)
def test_rows_are_ordered_as_numpy_orders_them(rows: list[tuple[int, ...]]) -> None:
    keys = [np.array(column, np.int64) for column in zip(*rows, strict=True)]
    # The last key of numpy's is the first in rank; it leaves equal rows in their order too.
    assert order_of(*keys).tolist() == np.lexsort(keys[::-1]).tolist()


@pytest.mark.parametrize("seed", range(3))
def test_many_rows_of_wide_keys_are_ordered_in_steps(seed: int) -> None:
    draw = np.random.default_rng(seed)
    count = 5_000
    keys: list[npt.NDArray[np.integer]] = [
        draw.integers(0, 50, count),
        draw.integers(15_000, 20_000, count).astype(np.int32),
        draw.integers(0, 86_400_000, count),
        draw.integers(-(1 << 62), 1 << 62, count),
    ]
    assert order_of(*keys).tolist() == np.lexsort(keys[::-1]).tolist()


@pytest.mark.parametrize("most", [1 << 30, 1 << 62])
def test_codes_in_runs_are_ordered_by_what_they_are(most: int) -> None:
    draw = np.random.default_rng(5)
    codes = np.repeat(draw.integers(-most, most, 20)[draw.integers(0, 20, 60)], 100)
    keys = [codes, draw.integers(0, 1 << 18, len(codes)), draw.integers(0, 9, len(codes))]
    assert order_of(*keys).tolist() == np.lexsort(keys[::-1]).tolist()


def test_no_row_and_one_row_have_an_order() -> None:
    assert order_of(np.zeros(0, np.int64)).tolist() == []
    assert order_of(np.array([7]), np.array([7])).tolist() == [0]


def test_rows_are_put_in_an_order_whatever_their_columns_hold() -> None:
    texts = pa.chunked_array([["b", None], ["a", "b"]])
    rows = pa.table(
        {
            "number": pa.chunked_array([[1, 2], [None, 4]]),
            "nothing": pa.nulls(4, pa.int32()),
            "text": texts,
            "coded": texts.dictionary_encode(),
        }
    )
    found = rows_in_order(rows, np.array([3, 0, 2, 1]))
    assert found.to_pydict() == {
        "number": [4, 1, None, 2],
        "nothing": [None] * 4,
        "text": ["b", "b", "a", None],
        "coded": ["b", "b", "a", None],
    }
    assert found.schema.field("coded").type == pa.string()


@settings(max_examples=300, deadline=None)
@given(_ROWS)
def test_rows_that_differ_stand_once_in_order(rows: list[tuple[int, ...]]) -> None:
    keys = [np.array(column, np.int64) for column in zip(*rows, strict=True)]
    found = distinct_rows(*keys)
    assert list(zip(*(column.tolist() for column in found), strict=True)) == sorted(set(rows))


def test_columns_keep_their_width() -> None:
    days, flags = np.array([-3, 4, -3], np.int32), np.array([2, 0, 2], np.int8)
    found = distinct_rows(days, flags)
    assert [column.dtype for column in found] == [np.int32, np.int8]
    assert [len(column) for column in distinct_rows(days[:0], flags[:0])] == [0, 0]
