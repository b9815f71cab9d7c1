"""Ids of a source as whole numbers."""

from __future__ import annotations

import pyarrow as pa
import pytest

from remit.facts.intake.persons.person_ids import alike_ids, alike_persons, number_persons


@pytest.mark.parametrize(
    ("ids", "numbers", "named"),
    [
        (["3", "12", "0"], {"0": 0, "3": 3, "12": 12}, False),
        (["9223372036854775807"], {"9223372036854775807": (1 << 63) - 1}, False),
        (["9223372036854775808"], {"9223372036854775808": 1}, True),
        (["P10", "P2", "P1"], {"P1": 1, "P2": 2, "P10": 3}, True),
        (["-3", "2"], {"2": 1, "-3": 2}, True),
        (["+3"], {"+3": 1}, True),
        (["7", "07"], {"07": 1, "7": 2}, True),
        (["1.0", "2"], {"1.0": 1, "2": 2}, True),
        (["A-1b10", "A-1b9", "a-1"], {"a-1": 1, "A-1b9": 2, "A-1b10": 3}, True),
        ([" 5 ", "5", "", "  "], {"5": 5}, False),
        (["٣"], {"٣": 1}, True),
        ([], {}, False),
    ],
)
def test_whole_numbers_stay_and_other_ids_are_numbered(
    ids: list[str], numbers: dict[str, int], named: bool
) -> None:
    found = number_persons(ids)
    assert dict(found.numbers) == numbers
    assert found.named == named
    names = found.names()
    assert (names is None) == (not named)
    if names is not None:
        assert (
            dict(zip(*(names[c].to_pylist() for c in reversed(names.column_names)), strict=True))
            == numbers
        )


def test_ids_of_rows_are_looked_up_as_they_are_written() -> None:
    found = number_persons(pa.array(["7", "12", None]))
    assert found.of(pa.array(["12", " 7", "07", None, "8"])).to_pylist() == [
        12,
        7,
        None,
        None,
        None,
    ]
    assert found.of(pa.chunked_array([pa.array([7, 8], pa.int64())])).to_pylist() == [7, None]
    assert number_persons(pa.array([-5, 3], pa.int64())).of(pa.array([3, -5])).to_pylist() == [1, 2]


# Unicode Standard Annex 15: U+00C5 and U+0041 U+030A are one letter, composed and not.
COMPOSED, DECOMPOSED = "\u00c51", "A\u030a1"


@pytest.mark.parametrize(
    ("stranger", "person"),
    [
        ("ln-1", "LN-1"),
        ("LN -1", "LN-1"),
        ("7", "007"),
        ("LN-1", "LN-001"),
        (DECOMPOSED, COMPOSED),
        ("LN\u00a01", "LN1"),
        ("LN-\u200b1", "LN-1"),
    ],
)
def test_an_id_of_nobody_that_a_person_takes_for_that_of_somebody_is_told(
    stranger: str, person: str
) -> None:
    assert alike_ids([stranger, person], [person]) == {stranger}


@pytest.mark.parametrize(
    ("stranger", "person"), [("LN-10", "LN-1"), ("LN1", "LN-1"), ("100", "1"), ("P1", "Q1")]
)
def test_another_id_is_not(stranger: str, person: str) -> None:
    assert alike_ids([stranger], [person]) == frozenset()


def test_persons_whose_ids_are_alike_stay_apart() -> None:
    persons = number_persons([COMPOSED, DECOMPOSED, "ln-1", "LN-1", "LN-2"])
    assert len(persons.numbers) == 5
    assert alike_persons(persons) == 4
    assert alike_persons(number_persons(["1", "10"])) == 0
