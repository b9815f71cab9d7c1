"""Files of signatures: what is taken, and what is refused with its row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from remit.errors import DatasetError
from remit.facts.intake.persons.person_ids import number_persons
from remit.facts.intake.persons.signed_file import read_signed

HEAD = "person,item,answer,by,date\n"
ITEMS = {"A": {"consent", "fertile"}, "B": {"consent"}}
PERSONS = number_persons(["LN-007", "LN-010"])


def _read(path: Path, text: str) -> list[tuple[object, ...]]:
    path.write_text(text, encoding="utf-8")
    rows = read_signed(path, items=ITEMS, persons=PERSONS, data_cut=date(2024, 6, 30))
    names = ("person_id", "study", "item", "answer", "signed_by", "signed_date")
    return [tuple(row[name] for name in names) for row in rows.to_pylist()]


def test_an_item_is_signed_for_each_study_that_asks_it(tmp_path: Path) -> None:
    day = date(2024, 5, 1)
    text = (
        HEAD + "LN-007,consent,Yes,Dr A,2024-05-01\nLN-010,fertile,0,Dr B,2024-05-01\n\n"
        "LN-007,consent,TRUE,Dr A,2024-05-01\n"
    )
    assert _read(tmp_path / "s.csv", text) == [
        (1, "A", "consent", True, "Dr A", day),
        (1, "B", "consent", True, "Dr A", day),
        (2, "A", "fertile", False, "Dr B", day),
    ]


def test_a_later_day_takes_an_answer_back(tmp_path: Path) -> None:
    text = HEAD + "LN-007,fertile,yes,Dr A,2024-05-01\nLN-007,fertile,no,Dr A,2024-05-02\n"
    assert [row[3] for row in _read(tmp_path / "s.csv", text)] == [True, False]


def test_a_spreadsheet_may_part_cells_by_semicolons_and_move_columns(tmp_path: Path) -> None:
    text = "﻿Date;By;Answer;Item;Person;comment\n2024-05-01;Dr A;no;fertile;LN-007;late, by post\n"
    assert [row[2:4] for row in _read(tmp_path / "s.csv", text)] == [("fertile", False)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("LN-7,consent,yes,Dr A,2024-05-01", "no such person"),
        ("LN-007,consnt,yes,Dr A,2024-05-01", "one of consent, fertile"),
        ("LN-007,consent,ja,Dr A,2024-05-01", "neither yes nor no"),
        ("LN-007,consent,,Dr A,2024-05-01", "neither yes nor no"),
        ("LN-007,consent,yes,,2024-05-01", "nobody signed"),
        ("LN-007,consent,yes,Dr A,", "is no date"),
        ("LN-007,consent,yes,Dr A,01/05/2024", "2024-01-31"),
        ("LN-007,consent,yes,Dr A,2024-02-30", "is no date"),
        ("LN-007,consent,yes,Dr A,2024-07-01", "after the data cut"),
        ("LN-007,consent,yes,Dr A,2024-05-01,x,y", "more cells than the head"),
        ("LN-007,consent,no,Dr A,2024-05-03", "two answers"),
        ('LN-007,"consent,no,Dr A,2024-05-03', "is not CSV"),
    ],
)
def test_what_is_wrong_is_said_with_its_row(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(DatasetError) as caught:
        _read(tmp_path / "s.csv", HEAD + "LN-007,consent,yes,Dr A,2024-05-03\n" + row + "\n")
    assert said in str(caught.value)
    assert "s.csv:3" in str(caught.value) or "is not CSV" in said


@pytest.mark.parametrize("text", ["", "person,item,answer,date\n", HEAD.replace("item", "by")])
def test_a_head_names_each_column_once(tmp_path: Path, text: str) -> None:
    with pytest.raises(DatasetError, match="column"):
        _read(tmp_path / "s.csv", text)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_bytes(HEAD.encode() + b"LN-007,consent,yes,M\xfcller,2024-05-01\n")
    with pytest.raises(DatasetError, match="UTF-8"):
        read_signed(tmp_path / "s.csv", items=ITEMS, persons=PERSONS, data_cut=date(2024, 6, 30))
