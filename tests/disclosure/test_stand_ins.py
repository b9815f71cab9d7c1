"""Stand-ins: who stands for all, and how near their counts are to the exact ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure.test_auditor import numbers_of
from remit.disclosure import counts_note, shown_count, stand_ins
from remit.facts.opened import Facts
from remit.protocol import protocol_named
from remit.screening import screen_dataset
from remit.screening.cohort_counts import shown_screening

Flags = npt.NDArray[np.bool_]
people = st.lists(st.integers(0, 15), max_size=40)


def columns_of(kinds: list[int]) -> list[Flags]:
    """Four counts: a person of kind 5 (binary 101) is counted in the first and the third."""
    return [np.array([bool(kind >> bit & 1) for kind in kinds], np.bool_) for bit in range(4)]


def counts_of(kinds: list[int], smallest: int) -> list[int]:
    columns = columns_of(kinds)
    places = stand_ins(columns, persons=len(kinds), smallest=smallest)
    return [len(places), *(int(column[places].sum()) for column in columns)]


@settings(max_examples=100, deadline=None)
@given(people, st.integers(3, 9), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    kinds: list[int], smallest: int, random: np.random.Generator
) -> None:
    before = counts_of(kinds, smallest)
    random.shuffle(kinds)
    assert counts_of(kinds, smallest) == before
    assert all(count % smallest == 0 for count in before)
    assert before[0] == len(kinds) // smallest * smallest


@given(people, st.integers(3, 9))
def test_whole_groups_stand_for_themselves(kinds: list[int], smallest: int) -> None:
    found = counts_of(kinds * smallest, smallest)
    exact = [int(column.sum()) for column in columns_of(kinds * smallest)]
    assert found == [len(kinds) * smallest, *exact]


def test_fewer_persons_than_a_group_count_as_nobody() -> None:
    assert counts_of([7, 7, 7, 7], 5) == [0, 0, 0, 0, 0]
    assert counts_of([], 5) == [0, 0, 0, 0, 0]
    assert counts_of([7] * 5, 5) == [5, 5, 5, 5, 0]


def test_more_columns_than_tries_and_no_columns() -> None:
    assert len(stand_ins([], persons=12, smallest=5)) == 10
    random = np.random.default_rng(1)
    columns = [random.random(30_000) < share for share in np.linspace(0, 1, 50)]
    places = stand_ins(columns, persons=30_000, smallest=5)
    errors = [int(column[places].sum()) - int(column.sum()) for column in columns]
    assert max(map(abs, errors)) < 200


@pytest.mark.parametrize("study", ["nct06167174", "umin000042298"])
def test_counts_are_near_the_exact_ones(large_cohort: Facts, study: str) -> None:
    """Rounding each count by itself would leave at most 2; it is the price that sums hold."""
    screening = screen_dataset(protocol_named(study), large_cohort)
    exact = numbers_of(shown_screening(screening, smallest=0))
    shown = numbers_of(shown_screening(screening, smallest=5))
    errors = np.array([shown.get(key, 0) - number for key, number in exact.items()])
    assert np.mean(np.abs(errors) < 5) > 0.8
    assert np.abs(errors).max() <= 20
    assert not set(shown) - set(exact)


@pytest.mark.parametrize(
    ("count", "smallest", "text"),
    [(0, 5, "≈0"), (5, 5, "≈5"), (1235, 5, "≈1,235"), (1, 0, "1"), (1234, 0, "1,234")],
)
def test_a_rounded_count_is_marked(count: int, smallest: int, text: str) -> None:
    assert shown_count(count, smallest=smallest) == text


def test_an_exact_count_is_never_shown_as_a_rounded_one() -> None:
    with pytest.raises(AssertionError, match="a multiple of its base"):
        shown_count(4, smallest=5)


@pytest.mark.parametrize("smallest", [-1, 1, 2])
def test_limits_that_hide_nothing_are_refused(smallest: int) -> None:
    with pytest.raises(ValueError, match="at least 3"):
        shown_count(7, smallest=smallest)


def test_the_note_says_what_the_mark_means() -> None:
    assert counts_note(0) == ""
    assert "≈ are rounded to multiples of 5" in counts_note(5)
    assert "≈0 can be a few persons" in counts_note(5)
