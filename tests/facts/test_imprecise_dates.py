"""Days that are not exactly known: what a dataset may say of them, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from facts.rows import lab, person, rows_of, tables_with, write
from facts.version_1 import ORDERS, write_version_1
from remit.errors import DatasetError
from remit.facts.imprecise_dates import (
    COLUMNS,
    NAME,
    ImpreciseDate,
    imprecise_table,
    possible_days,
    without_lost_rows,
)
from remit.facts.opened import open_facts
from remit.facts.snapshot import write_dataset
from remit.facts.soundness import check_dataset
from remit.facts.upgrade import upgrade_dataset

YEAR = (date(2024, 1, 1), date(2024, 12, 31))
LAB = lab(1, measurement_date=date(2024, 1, 1), unit_concept_id=9510, unit_source_value=None)


def of(
    table: str = "measurement",
    row: int = 1,
    column: str = "measurement_date",
    days: tuple[date, date] = YEAR,
    who: int = 1,
) -> ImpreciseDate:
    return ImpreciseDate(who, table, row, column, *days)


def test_a_year_is_written_and_read(tmp_path: Path) -> None:
    tables = tables_with(
        measurement=rows_of("measurement", LAB), imprecise_date=imprecise_table([of()])
    )
    facts = write_dataset(tmp_path / "d", tables, source="test", data_cut=date(2025, 6, 30))
    found = possible_days(facts)
    (key,) = found
    assert key == ("measurement", "measurement_date")
    assert found[key].row.tolist() == [1]
    days = found[key].first.astype("datetime64[D]"), found[key].last.astype("datetime64[D]")
    assert [str(day[0]) for day in days] == ["2024-01-01", "2024-12-31"]
    # A dataset without the table says nothing, and no file of it is there.
    known = write_dataset(tmp_path / "k", tables_with(), source="test", data_cut=date(2025, 6, 30))
    assert possible_days(known) == {}
    assert NAME not in known.manifest.tables


SAME_DAY = (date(2024, 1, 1), date(2024, 1, 1))


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (of(days=SAME_DAY), "first day not before the last"),
        (of(days=(date(2024, 2, 1), date(2024, 1, 1))), "first day not before the last"),
        (of(row=2), "row unknown"),
        (of(who=2), "row unknown"),
        (of("measurement", column="measurement_datetime"), "no date that may be imprecise"),
        (of("observation_period", column="observation_period_end_date"),
         "no date that may be imprecise"),
        (of("study_anchor", column="anchor_date"), "no date that may be imprecise"),
        (of("attestation", column="signed_date"), "no date that may be imprecise"),
        (of(days=(date(2024, 1, 2), date(2024, 12, 31))), "does not hold the record's own day"),
        (of(days=(date(2023, 1, 1), date(2023, 12, 31))), "does not hold the record's own day"),
        (of(days=(date(2024, 1, 1), date(2025, 7, 1))), "after the data cut"),
        (of("person", column="birth_date", days=(date(1991, 1, 1), date(1991, 2, 1))),
         "apart from the birth of its person"),
        (of("person", column="birth_date", days=(date(1988, 1, 1), date(1989, 12, 31))),
         "apart from the birth of its person"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_is_found(tmp_path: Path, row: ImpreciseDate, rule: str) -> None:
    facts = write(
        tmp_path / "d",
        measurement=rows_of("measurement", LAB),
        person=rows_of("person", person(1, 1990), person(2, 1990)),
        imprecise_date=imprecise_table([row]),
    )
    found = {f.rule: f for f in check_dataset(facts)}
    assert (found[rule].severity, found[rule].table, found[rule].examples) == ("error", NAME, (1,))


def test_two_ranges_for_one_date_and_a_time_of_day_are_found(tmp_path: Path) -> None:
    timed = pa.array([1_704_096_000_000], pa.timestamp("ms"))
    rows = rows_of("measurement", LAB)
    place = rows.column_names.index("measurement_datetime")
    rows = rows.set_column(place, rows.schema.field(place), timed)
    facts = write(tmp_path / "d", measurement=rows, imprecise_date=imprecise_table([of(), of()]))
    rules = {f.rule: f.rows for f in check_dataset(facts)}
    assert rules["two ranges for one date"] == 2
    assert rules["the record has a time of day"] == 2


def test_a_birth_across_two_years_is_sound(tmp_path: Path) -> None:
    days = (date(1990, 7, 3), date(1991, 7, 2))
    tables = tables_with(
        person=rows_of("person", person(1, 1990), person(2, 1990)),
        imprecise_date=imprecise_table([of("person", column="birth_date", days=days)]),
    )
    write_dataset(tmp_path / "d", tables, source="test", data_cut=date(2025, 6, 30))


def test_unsound_ranges_are_refused_on_writing(tmp_path: Path) -> None:
    tables = tables_with(imprecise_date=imprecise_table([of(row=7)]))
    with pytest.raises(DatasetError, match="row unknown: 1 rows, imprecise_date_id 1") as refused:
        write_dataset(tmp_path / "d", tables, source="test", data_cut=date(2025, 6, 30))
    assert "2024" not in str(refused.value)


def test_ranges_of_rows_that_were_left_out_go_with_them() -> None:
    rows = [of(), of(row=2), of("death", 1, "death_date"), of("person", 2, "birth_date", who=2)]
    kept = without_lost_rows(
        {
            "measurement": rows_of("measurement", LAB),
            "person": rows_of("person", person(1), person(2)),
            NAME: imprecise_table(rows),
        }
    )
    assert kept[NAME]["imprecise_date_id"].to_pylist() == [1, 4]
    known = {"person": rows_of("person", person(1))}
    assert without_lost_rows(known) is known


def test_every_date_of_a_record_may_be_imprecise() -> None:
    assert COLUMNS["drug_exposure"] == ("drug_exposure_start_date", "drug_exposure_end_date")
    assert COLUMNS["procedure_occurrence"] == ("procedure_date",)
    assert COLUMNS["death"] == ("death_date",)
    assert not {"observation_period", "study_anchor", "attestation"} & set(COLUMNS)


def test_ranges_outlive_an_upgrade(tmp_path: Path) -> None:
    given: dict[str, pa.Table] = tables_with(
        measurement=rows_of("measurement", LAB), imprecise_date=imprecise_table([of()])
    )
    tables = {name: rows for name, rows in given.items() if name in {*ORDERS, NAME}}
    old = write_version_1(tmp_path / "old", tables)
    with upgrade_dataset(old, tmp_path / "new") as facts:
        assert possible_days(facts)["measurement", "measurement_date"].row.tolist() == [1]
    with open_facts(tmp_path / "new") as facts:
        assert facts.rows(NAME).to_pylist() == given[NAME].to_pylist()
