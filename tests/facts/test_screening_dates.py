"""Screening dates by rule: on top of a dataset, never before what it says itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from facts.rows import CUT
from remit.errors import DatasetError
from remit.facts.opened import Facts
from remit.facts.reading import PLACE
from remit.facts.screening_dates import dated_facts, screening_rule, undated_persons
from remit.testing.datasets import small_facts

VISIT = 9202
ROWS: list[dict[str, object]] = [
    {"concept": VISIT, "table": "visit_occurrence", "date": "2024-01-05"},
    {"concept": VISIT, "table": "visit_occurrence", "date": "2024-03-05", "end": "2024-03-09"},
    {"person_id": 2, "concept": VISIT, "table": "visit_occurrence", "date": "2024-02-01"},
    {"person_id": 3, "sex": "male"},
    {"person_id": 2, "anchor": "screening", "date": "2023-07-07", "study": "S"},
    {"person_id": 1, "anchor": "consent", "date": "2023-08-08", "study": "S"},
]


@pytest.fixture(scope="module")
def facts() -> Facts:
    return small_facts(ROWS, data_cut=CUT)


def _dates(facts: Facts) -> dict[tuple[int, str], date]:
    rows = facts.rows("study_anchor", study="S").to_pylist()
    return {(row["person_id"], row["anchor"]): row["anchor_date"] for row in rows}


HELD = {(1, "consent"): date(2023, 8, 8), (2, "screening"): date(2023, 7, 7)}


@pytest.mark.parametrize(
    ("rule", "first", "third"),
    [
        ("last-visit", date(2024, 3, 5), None),
        ("first-visit", date(2024, 1, 5), None),
        ("2024-04-01", date(2024, 4, 1), date(2024, 4, 1)),
    ],
)
def test_a_rule_dates_those_whom_the_data_do_not(
    facts: Facts, rule: str, first: date, third: date | None
) -> None:
    dated = dated_facts(facts, screening_rule(rule), {"S": "screening", "T": "screening"})
    expected = {**HELD, (1, "screening"): first}
    assert _dates(dated) == expected | ({} if third is None else {(3, "screening"): third})
    assert undated_persons(facts, "S", "screening") == 2
    assert undated_persons(dated, "S", "screening") == (0 if third else 1)
    assert undated_persons(dated, "T", "screening") == (0 if third else 1)
    assert dated.rows("measurement", [PLACE]).num_rows == 0
    assert _dates(facts) == HELD, "the dataset itself stays as it was"
    assert dated.manifest.source.endswith(f"; screening dates by rule: {rule}")


def test_a_visit_on_an_unknown_day_dates_nobody() -> None:
    visit: dict[str, object] = {"concept": VISIT, "table": "visit_occurrence"}
    rows = [{**visit, "date": "2024-01-05"}, {**visit, "date": "2024"}, {**visit, "date": "2023"}]
    facts = small_facts([*rows, {**visit, "person_id": 2, "date": "2024-02"}], data_cut=CUT)
    for rule in ("last-visit", "first-visit"):
        dated = dated_facts(facts, screening_rule(rule), {"S": "screening"})
        assert _dates(dated) == {(1, "screening"): date(2024, 1, 5)}


def test_a_file_has_a_day_for_each_person(facts: Facts, tmp_path: Path) -> None:
    path = tmp_path / "dates.csv"
    path.write_text("Person,Date\n1,2024-02-02\n2,2024-02-02\n")
    dated = dated_facts(facts, screening_rule(str(path)), {"S": "screening"})
    assert _dates(dated) == {**HELD, (1, "screening"): date(2024, 2, 2)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("person,date\n9,2024-02-02\n", "no such person"),
        ("person,date\nx,2024-02-02\n", "no such person"),
        ("person,date\n1,2.2.2024\n", "is no date"),
        ("person,date\n1,2024-02-02\n1,2024-02-03\n", "two days"),
        ("person\n1\n", "lacks the column date"),
    ],
)
def test_a_wrong_file_is_refused_with_its_row(
    facts: Facts, tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "dates.csv"
    path.write_text(text)
    with pytest.raises(DatasetError, match=said):
        dated_facts(facts, path, {"S": "screening"})


@pytest.mark.parametrize("text", ["lastvisit", "2024-02-30", "31.01.2024", "", "last visit"])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(DatasetError, match="no rule"):
        screening_rule(text)


def test_a_day_after_the_data_cut_and_a_visit_where_none_is_are_refused(facts: Facts) -> None:
    with pytest.raises(DatasetError, match="after the data cut"):
        dated_facts(facts, date(2025, 7, 1), {"S": "screening"})
    empty = small_facts([{"person_id": 1, "sex": "female"}], data_cut=CUT)
    with pytest.raises(DatasetError, match="has no visits"):
        dated_facts(empty, "last-visit", {"S": "screening"})


def test_in_parts_each_person_is_dated_once(facts: Facts) -> None:
    dated = dated_facts(facts, date(2024, 4, 1), {"S": "screening"})
    again = dated_facts(dated, date(2024, 5, 1), {"S": "screening"})
    assert _dates(again) == _dates(dated)


@pytest.mark.parametrize(
    ("day", "wrong"),
    [
        ("9999-12-31", "after the data cut"),
        ("2025-07-01", "after the data cut"),
        ("1900-01-01", "before birth"),
    ],
)
def test_a_day_of_a_file_on_which_nobody_can_be_screened_is_refused_by_its_row(
    facts: Facts, tmp_path: Path, day: str, wrong: str
) -> None:
    path = tmp_path / "dates.csv"
    path.write_text(f"person,date\n3,2024-01-01\n1,{day}\n")
    with pytest.raises(DatasetError, match=wrong) as error:
        dated_facts(facts, path, {"S": "screening"})
    assert "dates.csv:3" in str(error.value)


def test_a_day_for_all_dates_nobody_who_was_not_born() -> None:
    rows = [{"person_id": 1, "birth": "1990-05-02"}, {"person_id": 2, "birth": "1990-05-03"}]
    young = small_facts(rows, data_cut=CUT)
    dated = dated_facts(young, date(1990, 5, 2), {"S": "screening"})
    assert _dates(dated) == {(1, "screening"): date(1990, 5, 2)}
    assert undated_persons(dated, "S", "screening") == 1
