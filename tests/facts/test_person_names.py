"""Persons are called as their source calls them."""

from __future__ import annotations

from pathlib import Path

import pytest

from facts.rows import person, rows_of, write
from remit.errors import DatasetError
from remit.facts.person_names import person_names
from remit.facts.soundness import check_dataset


def test_a_person_is_called_as_in_the_source(tmp_path: Path) -> None:
    named = [
        {"person_id": 1, "person_source_value": "LN-007"},
        {"person_id": 2, "person_source_value": "0012"},
    ]
    facts = write(
        tmp_path / "data",
        person=rows_of("person", person(1), person(2)),
        person_name=rows_of("person_name", *named),
    )
    names = person_names(facts)
    assert names.all_shown([2, 1]) == ["0012", "LN-007"]
    assert names.person(" 0012 ") == 2
    for unknown in ("12", "1", "ln-007"):
        with pytest.raises(DatasetError, match="no such person") as caught:
            names.person(unknown)
        assert "LN-007" in str(caught.value)


def test_without_names_the_number_is_the_name(tmp_path: Path) -> None:
    names = person_names(write(tmp_path / "data", person=rows_of("person", person(7))))
    assert (names.shown(7), names.person("7"), names.person("-3")) == ("7", 7, -3)
    assert names.person("9223372036854775807") == (1 << 63) - 1
    for no_number in ("P007", "7.0", "", "9" * 30, "9223372036854775808"):
        with pytest.raises(DatasetError, match="no such person"):
            names.person(no_number)


def test_two_persons_of_one_name_and_one_without_are_errors(tmp_path: Path) -> None:
    named = [
        {"person_id": 1, "person_source_value": "A"},
        {"person_id": 2, "person_source_value": "A "},
    ]
    facts = write(
        tmp_path / "data",
        person=rows_of("person", person(1), person(2), person(3)),
        person_name=rows_of("person_name", *named),
    )
    assert [(f.severity, f.rule, f.rows) for f in check_dataset(facts)] == [
        ("error", "two persons of one name", 2),
        ("error", "person without a name", 1),
    ]
