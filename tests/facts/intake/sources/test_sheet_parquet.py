"""Parquet files as sheets: each type as a cell, and what is refused."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from facts.intake.clinic_rows import CUT, PERSONS, PERSONS_MAP, column
from remit.errors import DatasetError
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.draft.draft_map import draft_map
from remit.facts.intake.sources import sheet_parquet
from remit.facts.intake.sources.sheet_files import read_grids
from remit.facts.intake.sources.sheet_grid import sheet_table
from remit.facts.intake.sources.sheet_parquet import parquet_grid
from remit.facts.intake.tidy.tidy_map_file import tidy_map_of
from remit.facts.intake.tidy.tidy_tables import read_tidy

MORNING = datetime.fromisoformat("2024-03-04T08:30:00")


def _written(folder: Path, **columns: pa.Array) -> Path:
    path = folder / "labs.parquet"
    pq.write_table(pa.table(columns), path)
    return path


def test_each_type_is_a_cell(tmp_path: Path) -> None:
    path = _written(
        tmp_path,
        text=pa.array([" LN-007 ", None]),
        coded=pa.array(["a", None]).dictionary_encode(),
        whole=pa.array([7, None], pa.int64()),
        real=pa.array([3.3000000000000003, float("nan")]),
        tiny=pa.array([0.1, None], pa.float32()),
        exact=pa.array([Decimal("1.80"), None]),
        day=pa.array([date(2024, 3, 4), None]),
        moment=pa.array([MORNING, datetime.fromisoformat("2024-03-04")]),
        flag=pa.array([True, None]),
        none=pa.nulls(2),
    )
    table = sheet_table(read_grids([path])[0])
    assert table.rows == (2, 3)
    assert dict(table.columns) == {
        "text": ("LN-007", ""),
        "coded": ("a", ""),
        "whole": (Decimal(7), ""),
        "real": (Decimal("3.3"), ""),
        "tiny": (Decimal("0.100000001490116"), ""),
        "exact": (Decimal("1.80"), ""),
        "day": (date(2024, 3, 4), ""),
        "moment": (MORNING, date(2024, 3, 4)),
        "flag": ("TRUE", ""),
        "none": ("", ""),
    }


def test_a_clinic_may_keep_parquet_beside_csv(tmp_path: Path) -> None:
    labs = _written(
        tmp_path,
        patient=pa.array(["P1", "P2"]),
        date=pa.array([date(2024, 3, 4)] * 2),
        test=pa.array(["Plt"] * 2),
        value=pa.array([150.0, 90.5]),
        unit=pa.array(["10^9/L"] * 2),
    )
    persons = tmp_path / "persons.csv"
    persons.write_text(PERSONS, encoding="utf-8")
    dictionary = packaged_dictionary()
    draft = draft_map([labs], dictionary)
    assert 'file = "labs.parquet"' in draft.text
    mapped = tidy_map_of(draft.text + PERSONS_MAP, dictionary, Path("map.toml"))
    found = read_tidy([labs, persons], mapped, dictionary, place=Path("map.toml"), data_cut=CUT)
    values = column(found.tables["measurement"], "value_as_number")
    assert values == [Decimal(150), Decimal("90.5")]


def test_what_is_no_plain_value_is_refused(tmp_path: Path) -> None:
    path = _written(tmp_path, patient=pa.array([["P1"]]))
    with pytest.raises(DatasetError, match="the column patient holds more than plain values"):
        read_grids([path])


@pytest.mark.parametrize("cut", [4, 20, -1, -8, -40])
def test_a_cut_file_is_refused(tmp_path: Path, cut: int) -> None:
    path = _written(tmp_path, patient=pa.array(["P1"] * 50))
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(DatasetError, match="cannot be read"):
        read_grids([path])


def test_a_file_that_would_fill_the_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _written(tmp_path, patient=pa.array(["P1"] * 50_000))
    assert path.stat().st_size < 5_000
    monkeypatch.setattr(sheet_parquet, "MOST_CELLS", 49_999)
    with pytest.raises(DatasetError, match="too large"):
        parquet_grid(path.read_bytes(), file=path.name)  # in this process, whose limit it is


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "labs.parquet"
    pq.write_table(pa.table([pa.array(["a"]), pa.array(["b"])], names=["x", "x"]), path)
    with pytest.raises(DatasetError, match="the header 'x' stands twice"):
        sheet_table(read_grids([path])[0])


# Midnight in Berlin is 23:00 of the day before in UTC: tz database, Europe/Berlin, winter time.
@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("Europe/Berlin", "1979-12-31T23:00:00", date(1980, 1, 1)),
        ("UTC", "1980-01-01T00:00:00", date(1980, 1, 1)),
        ("UTC", "1979-12-31T23:00:00", None),
        ("+00:00", "1979-12-31T23:00:00", None),
    ],
)
def test_a_time_of_utc_is_no_day_at_the_place(
    tmp_path: Path, zone: str, moment: str, day: date | None
) -> None:
    of_utc = pa.array([moment, None]).cast(pa.timestamp("us")).cast(pa.timestamp("us", zone))
    path = _written(tmp_path, birth=of_utc, id=pa.array([1, 2]))
    if day is None:
        with pytest.raises(DatasetError, match="may be another day at the place"):
            read_grids([path])
        return
    assert sheet_table(read_grids([path])[0]).columns["birth"] == (day, "")
