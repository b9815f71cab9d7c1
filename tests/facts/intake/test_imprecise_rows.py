"""Days that are not exactly known, through an import: no range without its record."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from facts.rows import Row, lab, person, rows_of
from remit.errors import DatasetError
from remit.facts.imprecise_dates import NAME, ImpreciseDate, imprecise_table
from remit.facts.intake.dataset.handed_over import IntakeChoices, SourceTables
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.deidentified.pseudonym_key import open_key, read_key
from remit.facts.intake.persons.person_ids import PersonNumbers
from remit.facts.intake.rows.imprecise_rows import LOST, OVERLAPS, settled_rows
from remit.facts.opened import Facts
from remit.facts.person_names import person_names
from remit.facts.soundness import check_dataset

CUT = date(2025, 6, 30)
YEAR = (date(2024, 1, 1), date(2024, 12, 31))


def era(number: int, start: date, end: date) -> Row:
    return {
        "dose_era_id": number,
        "dose_value": Decimal(5),
        "unit_concept_id": 8576,
        "dose_era_start_date": start,
        "dose_era_end_date": end,
    }


def start_of(number: int, days: tuple[date, date] = YEAR) -> ImpreciseDate:
    return ImpreciseDate(1, "dose_era", number, "dose_era_start_date", *days)


def written(folder: Path, *ranges: ImpreciseDate, **tables: pa.Table) -> tuple[Facts, object]:
    found = SourceTables(
        {
            "person": rows_of("person", person(1), person(2)),
            NAME: imprecise_table(ranges),
            **tables,
        },
        PersonNumbers({"a": 1, "b": 2}, True),
        {name: ("x.csv", rows.num_rows) for name, rows in tables.items()},
    )
    return write_intake(folder / "out", found, IntakeChoices("x", data_cut=CUT))


LABS = rows_of(
    "measurement",
    lab(1, measurement_date=date(2024, 1, 1), unit_concept_id=9510, unit_source_value=None),
    lab(2, measurement_date=date(1980, 1, 1), unit_concept_id=9510, unit_source_value=None),
)


def test_a_range_goes_with_its_record_and_no_day_lies_after_the_cut(tmp_path: Path) -> None:
    ranges = (
        ImpreciseDate(
            1, "measurement", 1, "measurement_date", date(2024, 1, 1), date(2025, 12, 31)
        ),
        ImpreciseDate(1, "measurement", 2, "measurement_date", *YEAR),  # its row is of before birth
        ImpreciseDate(2, "person", 2, "birth_date", date(1990, 3, 1), date(1991, 2, 28)),
    )
    facts, _ = written(tmp_path, *ranges, measurement=LABS)
    rows = [(row["fact_id"], row["last_date"]) for row in facts.rows(NAME).to_pylist()]
    assert sorted(rows) == [(1, CUT), (2, date(1991, 2, 28)), (2, CUT)]
    assert [f for f in check_dataset(facts) if f.severity == "error"] == []


def test_an_era_on_open_days_that_may_overlap_another_is_presence_only() -> None:
    known = era(1, date(2024, 6, 1), date(2024, 6, 30))
    eras = {
        "person": rows_of("person", person(1)),
        "dose_era": rows_of(
            "dose_era",
            known,
            era(2, date(2024, 1, 1), date(2025, 1, 5)),  # from some day of 2024
            era(3, date(2025, 1, 7), date(2025, 1, 9)),  # touches no other
            era(4, date(2025, 2, 1), date(2025, 3, 9)),
        ),
        NAME: imprecise_table([start_of(2), start_of(4, (date(2025, 2, 1), date(2025, 2, 28)))]),
    }
    found = settled_rows(eras, data_cut=CUT, numbered=())
    assert found.tables["dose_era"]["dose_era_id"].to_pylist() == [1, 3, 4]
    assert found.tables[NAME]["fact_id"].to_pylist() == [4]
    left = found.left_out["dose_era"]
    assert (left.reason, left.rows, left.examples) == (OVERLAPS, 1, ("2",))


def test_a_lost_record_is_told() -> None:
    tables = {"person": rows_of("person", person(1)), NAME: imprecise_table([start_of(7)])}
    found = settled_rows({**tables, "dose_era": rows_of("dose_era")}, data_cut=CUT, numbered=())
    assert (found.left_out[NAME].reason, found.left_out[NAME].rows) == (LOST, 1)
    assert found.tables[NAME].num_rows == 0


@pytest.mark.parametrize(
    ("item", "numbered", "said"),
    [
        (ImpreciseDate(1, "study_anchor", 1, "anchor_date", *YEAR), (), "no date that may be"),
        (ImpreciseDate(1, "measurement", 1, "value", *YEAR), (), "no date that may be"),
        (ImpreciseDate(1, "measurement", 1, "measurement_date", *YEAR), ("measurement",),
         "stand for several rows"),
        (ImpreciseDate(1, "measurement", 1, "measurement_date", date(2023, 1, 1),
                       date(2023, 12, 31)), (), "does not hold the day"),
    ],
)  # fmt: skip
def test_what_would_make_a_day_known_stops_the_import(
    item: ImpreciseDate, numbered: tuple[str, ...], said: str
) -> None:
    tables = {"measurement": LABS, NAME: imprecise_table([item])}
    with pytest.raises(DatasetError, match=said):
        settled_rows(tables, data_cut=CUT, numbered=numbered)


def _under_pseudonyms(at: Path, *ranges: ImpreciseDate) -> Facts:
    found = SourceTables(
        {
            "person": rows_of("person", person(1), person(2)),
            "measurement": LABS.slice(0, 1),
            NAME: imprecise_table(ranges),
        },
        PersonNumbers({"a": 1, "b": 2}, True),
        {"measurement": ("x.csv", 1)},
    )
    out = at / "out"
    choices = IntakeChoices("x", data_cut=CUT, pseudonyms=open_key(at / "key.json", out=out))
    return write_intake(out, found, choices)[0]


def test_a_birth_moves_with_its_person_under_pseudonyms(tmp_path: Path) -> None:
    birth = ImpreciseDate(2, "person", 2, "birth_date", date(1990, 3, 1), date(1991, 2, 28))
    facts = _under_pseudonyms(tmp_path, birth)
    assert [f for f in check_dataset(facts) if f.severity == "error"] == []
    key = read_key(tmp_path / "key.json")
    shown = person_names(facts).shown
    moved = {key.persons[shown(row["person_id"])]: row for row in facts.rows(NAME).to_pylist()}
    assert all(row["fact_id"] == row["person_id"] for row in moved.values())
    shift = timedelta(days=key.shift("b"))
    assert moved["b"]["first_date"] <= date(1990, 3, 1) + shift
    assert date(1991, 2, 28) + shift <= moved["b"]["last_date"]
    assert moved["b"]["first_date"] != date(1990, 3, 1) + shift or key.grid("b") == 0


def test_a_year_of_a_record_is_widened_under_pseudonyms(tmp_path: Path) -> None:
    """A year that begins on 6 October was moved by so many days: it begins elsewhere."""
    item = ImpreciseDate(1, "measurement", 1, "measurement_date", *YEAR)
    facts = _under_pseudonyms(tmp_path, item)
    assert [f for f in check_dataset(facts) if f.severity == "error"] == []
    (moved,) = [row for row in facts.rows(NAME).to_pylist() if row["fact_table"] == "measurement"]
    (row,) = facts.rows("measurement").to_pylist()
    assert row["measurement_date"] == moved["last_date"]
    shift = timedelta(days=read_key(tmp_path / "key.json").shift("a"))
    assert moved["first_date"] <= YEAR[0] + shift
    assert YEAR[1] + shift <= moved["last_date"]
    assert ((moved["last_date"] - moved["first_date"]).days + 1) % 366 == 0
