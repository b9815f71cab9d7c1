"""What was read of a person stands for each of the subjects that she is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.criteria.columns.coverage import Periods
from remit.criteria.columns.rows import NEVER, Rows
from remit.criteria.columns.several_subjects import SeveralSubjects
from remit.criteria.columns.subjects import places_of

_IDS = st.lists(st.integers(-40, 400), unique=True, max_size=40)


def _several(times: list[int]) -> SeveralSubjects:
    count = np.array(times, np.int64)
    begin = np.cumsum(count) - count
    return SeveralSubjects(begin, count, np.repeat(np.arange(len(count)), count))


def _rows(drawn: list[tuple[int, int, int]]) -> Rows:
    """Rows of code, person and day, in order."""
    drawn = sorted(drawn)
    code, subject, start = (np.array([row[n] for row in drawn], np.int64) for n in range(3))
    codes, first = np.unique(code, return_index=True)
    days = start.astype(np.int32)
    edges = np.append(first, len(drawn)).astype(np.int64)
    return Rows(codes, edges, subject, days, days, {"row": np.arange(len(drawn))})


_DRAWN = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(-5, 5)), max_size=40)
_TIMES = st.lists(st.integers(1, 3), min_size=5, max_size=5)


@given(_DRAWN, _TIMES)
def test_rows_stand_for_each_subject_in_order(
    drawn: list[tuple[int, int, int]], times: list[int]
) -> None:
    several, rows = _several(times), _rows(drawn)
    begin = several.begin.tolist()
    wanted = [
        (code, begin[person] + which, day)
        for code, person, day in sorted(drawn)
        for which in range(times[person])
    ]
    found = several.rows(rows)
    code = np.repeat(found.codes, np.diff(found.edges))
    told = zip(code.tolist(), found.subject.tolist(), found.start.tolist(), strict=True)
    assert list(told) == sorted(wanted)
    for place, row in enumerate(found.columns["row"].tolist()):
        assert rows.start[row] == found.start[place]
    as_one = replace(rows.of(rows.codes.tolist()), edges=np.zeros(0, np.int64))
    subjects = several.rows(as_one).subject
    assert subjects.tolist() == sorted(subject for _, subject, _ in wanted)


@given(_DRAWN)
def test_the_first_day_is_that_of_the_earliest_row(drawn: list[tuple[int, int, int]]) -> None:
    for codes in ((0,), (1, 3), (0, 1, 2, 3), (9,)):
        wanted = [
            min((day for code, who, day in drawn if who == person and code in codes), default=NEVER)
            for person in range(5)
        ]
        assert _rows(drawn).first_days(codes, 5).tolist() == wanted


def test_observation_periods_stand_for_each_subject() -> None:
    first, end = np.array([1, 2], np.int32), np.array([3, 4], np.int32)
    other = np.array([1]), np.array([9], np.int32), np.array([10], np.int32)
    found = _several([1, 2]).periods(Periods(first, end, other))
    assert found.first_start.tolist() == [1, 2, 2]
    assert [column.tolist() for column in found.others] == [[1, 2], [9, 9], [10, 10]]


@given(_IDS, st.lists(st.integers(-60, 500), max_size=30))
def test_the_place_of_an_id_is_found_with_and_without_gaps(
    ids: list[int], asked: list[int]
) -> None:
    ordered = sorted(ids)
    wanted = [ordered.index(one) if one in ordered else -1 for one in asked]
    assert places_of(np.array(ordered, np.int64), np.array(asked, np.int64)).tolist() == wanted


@pytest.mark.parametrize("least", [-(1 << 63), (1 << 63) - 9])
def test_the_place_of_an_id_is_found_at_the_ends_of_what_is_counted(least: int) -> None:
    ids = np.array([least, least + 1, least + 4, least + 8], np.int64)
    asked = np.array([least + 4, -(1 << 63), (1 << 63) - 1, 0, least + 2], np.int64)
    wanted = [2, 0 if least < 0 else -1, -1 if least < 0 else 3, -1, -1]
    assert places_of(ids, asked).tolist() == wanted
