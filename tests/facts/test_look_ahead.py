"""Items that are taken while others are worked with: all of them, in order, with their faults."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from remit.errors import DatasetError
from remit.facts.look_ahead import taken_ahead


def test_all_come_in_their_order() -> None:
    assert list(taken_ahead(iter(range(100)))) == list(range(100))
    assert list(taken_ahead(iter([0, "", ()]))) == [0, "", ()]


def test_one_is_taken_ahead_and_no_more() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(10):
            taken.append(number)
            yield number

    for number in taken_ahead(items()):
        assert len(taken) <= number + 2
    assert taken == list(range(10))


def test_a_fault_comes_after_what_was_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise DatasetError("a row that cannot be", next_step="correct it")

    coming = taken_ahead(items())
    assert next(coming) == 1
    with pytest.raises(DatasetError, match="cannot be"):
        next(coming)
