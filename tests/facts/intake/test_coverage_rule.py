"""Coverage by a declared rule: unknown becomes not met where the user said so, and in sight."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from remit.errors import DatasetError
from remit.facts.intake.accounting.report import IntakeReport
from remit.facts.intake.dataset.handed_over import IntakeChoices
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.omop.omop_tables import read_omop
from remit.facts.intake.persons.coverage_rule import coverage_rule
from remit.facts.opened import Facts
from remit.facts.soundness import check_dataset

FILES = {
    "person": "person_id,gender_concept_id,year_of_birth\n"
    + "".join(f"P{n},8532,1980\n" for n in range(1, 5)),
    "visit_occurrence": (
        "visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_end_date\n"
        "1,P1,9202,2020-03-01,2020-03-01\n2,P1,9202,2023-05-01,2099-12-31\n"
        "3,P2,9202,2021-01-01,2021-01-01\n"
    ),
    "condition_occurrence": (
        "condition_occurrence_id,person_id,condition_concept_id,condition_start_date\n"
        "1,P1,257628,2019-01-01\n2,P3,257628,2022-02-02\n"
    ),
    "death": "person_id,death_date\nP1,2024-06-01\n",
}
PERIOD = (
    "observation_period_id,person_id,observation_period_start_date,observation_period_end_date,"
    "period_type_concept_id\n7,P1,2010-01-01,2012-01-01,0\n"
)


def _imported(
    tmp_path: Path, rule: str | None, cut: date = date(2024, 12, 31), **more: str
) -> tuple[Facts, IntakeReport]:
    folder = tmp_path / "omop"
    folder.mkdir()
    for name, text in {**FILES, **more}.items():
        (folder / f"{name}.csv").write_text(text)
    covered = None if rule is None else coverage_rule(rule)
    choices = IntakeChoices("test", data_cut=cut, coverage=covered)
    return write_intake(tmp_path / "out", read_omop(folder), choices)


def _periods(facts: Facts) -> set[tuple[int, str, str]]:
    rows = facts.rows("observation_period").to_pylist()
    assert len({row["observation_period_id"] for row in rows}) == len(rows)
    start, end = (f"observation_period_{which}_date" for which in ("start", "end"))
    return {(row["person_id"], str(row[start]), str(row[end])) for row in rows}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (None, set()),
        (
            "first-to-last-record",
            {
                (1, "2019-01-01", "2023-05-01"),  # the death is no record of care
                (2, "2021-01-01", "2021-01-01"),
                (3, "2022-02-02", "2022-02-02"),
            },
        ),
        (
            "first-to-last-visit",
            {(1, "2020-03-01", "2023-05-01"), (2, "2021-01-01", "2021-01-01")},
        ),
    ],
)
def test_a_rule_covers_from_the_first_to_the_last(
    tmp_path: Path, rule: str | None, expected: set[tuple[int, str, str]]
) -> None:
    facts, report = _imported(tmp_path, rule)
    assert _periods(facts) == expected
    assert [f for f in check_dataset(facts) if f.severity == "error"] == []
    assert ("coverage by rule" in facts.manifest.source) == (rule is not None)
    said = [note for note in report.notes if "coverage was declared" in note]
    assert len(said) == (rule is not None)
    assert all(table.unaccounted == 0 for table in report.tables)
    if rule is not None:
        (table,) = (item for item in report.tables if item.table == "observation_period")
        assert (table.source, table.made, table.kept) == (rule, len(expected), len(expected))
        assert f"{len(expected)} periods of {len(expected)} persons by the rule {rule}" in said[0]
        assert f"of {4 - len(expected)} other persons" in said[0]


def test_a_period_of_the_source_goes_first(tmp_path: Path) -> None:
    facts, _ = _imported(tmp_path, "first-to-last-visit", observation_period=PERIOD)
    assert _periods(facts) == {(1, "2010-01-01", "2012-01-01"), (2, "2021-01-01", "2021-01-01")}


def test_a_file_says_periods_up_to_the_data_cut(tmp_path: Path) -> None:
    path = tmp_path / "watched.csv"
    path.write_text("Person,Start,End\nP1,2020-01-01,2020-12-31\nP1,2022-01-01,2030-01-01\n")
    facts, _ = _imported(tmp_path, str(path))
    assert _periods(facts) == {(1, "2020-01-01", "2020-12-31"), (1, "2022-01-01", "2024-12-31")}
    assert "watched.csv" in facts.manifest.source


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("P9,2020-01-01,2020-12-31", "no such person"),
        ("P1,2020-12-31,2020-01-01", "ends before it starts"),
        ("P1,1979-01-01,2020-01-01", "before birth"),
        ("P1,2025-01-01,2026-01-01", "after the data cut"),
        ("P1,2021-01-01,2021-02-01\nP1,2021-02-01,2021-03-01", "overlap"),
        ("P1,01/02/2020,2021-01-01", "no date"),
    ],
)
def test_a_wrong_row_of_a_file_is_refused(tmp_path: Path, row: str, said: str) -> None:
    path = tmp_path / "watched.csv"
    path.write_text(f"person,start,end\n{row}\n")
    with pytest.raises(DatasetError, match=said):
        _imported(tmp_path, str(path))
    assert not (tmp_path / "out").exists()


def test_another_rule_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(DatasetError, match="first-to-last-visit"):
        coverage_rule("always")


def test_a_dose_without_a_day_watches_nobody(tmp_path: Path) -> None:
    """It is open from birth on, and no day of it is one on which somebody wrote."""
    folder = tmp_path / "omop"
    folder.mkdir()
    doses = (
        "dose_era_id,person_id,drug_concept_id,dose_value,unit_concept_id,dose_era_start_date,"
        "dose_era_end_date\n1,P2,1551099,5,8576,,\n"
    )
    for name, text in {**FILES, "dose_era": doses}.items():
        (folder / f"{name}.csv").write_text(text)
    choices = IntakeChoices(
        "test",
        data_cut=date(2024, 12, 31),
        coverage=coverage_rule("first-to-last-record"),
        complete={"dose_era"},
    )
    facts, _ = write_intake(tmp_path / "out", read_omop(folder), choices)
    with facts:
        assert facts.rows("dose_era").num_rows == 1
        assert (2, "2021-01-01", "2021-01-01") in _periods(facts)
