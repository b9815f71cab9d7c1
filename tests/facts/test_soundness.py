"""What makes a dataset unsound: each rule, found by name, with the ids of the rows."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from facts.rows import Row, lab, person, rows_of, write
from remit.errors import DatasetError
from remit.facts.soundness import check_dataset, require_sound
from remit.facts.tables import TABLES

# OMOP ids of systemic lupus erythematosus and prednisone: OHDSI PhenotypeLibrary, cohorts 225, 119.
SLE = 257628
PREDNISONE = 1551099


def era(dose_era_id: int, start: date, end: date, **others: object) -> Row:
    return {
        "dose_era_id": dose_era_id,
        "dose_era_start_date": start,
        "dose_era_end_date": end,
        "dose_value": Decimal(5),
        "unit_concept_id": 8576,
        **others,
    }


EARLY, LATE = date(1989, 12, 31), date(2025, 7, 1)
JAN, FEB = date(2025, 1, 1), date(2025, 2, 1)
MORNING = datetime.combine(date(2024, 12, 24), time(9))  # OMOP times carry no zone


@pytest.mark.parametrize(
    ("table", "rows", "rule", "severity"),
    [
        ("measurement", [lab(1, measurement_date=EARLY)], "before birth", "error"),
        ("measurement", [lab(1, measurement_date=LATE)], "after the data cut", "error"),
        (
            "measurement",
            [lab(1, measurement_datetime=MORNING), lab(2, measurement_date=FEB)],
            "time on another day",
            "error",
        ),
        ("measurement", [lab(1), lab(1)], "duplicate key", "error"),
        ("measurement", [lab(1, 9)], "person unknown", "error"),
        ("measurement", [lab(1, unit_concept_id=99)], "unit unknown", "warning"),
        ("measurement", [lab(1, unit_source_value="mg/TV")], "unit unknown", "warning"),
        (
            "measurement",
            [lab(1, unit_concept_id=0, unit_source_value="mg/TV")],
            "unit unknown",
            "warning",
        ),
        ("measurement", [lab(1, measurement_event_id=4)], "procedure unknown", "warning"),
        (
            "condition_occurrence",
            [
                {
                    "condition_concept_id": SLE,
                    "condition_start_date": FEB,
                    "condition_end_date": JAN,
                }
            ],
            "end before start",
            "error",
        ),
        (
            "drug_exposure",
            [{"drug_concept_id": PREDNISONE, "drug_exposure_start_date": EARLY}],
            "before birth",
            "error",
        ),
        (
            "drug_exposure",
            [{"drug_concept_id": 19_010_000}],
            "code that no concept claims",
            "warning",
        ),
        (
            "observation_period",
            [{"observation_period_end_date": LATE}],
            "end after the data cut",
            "error",
        ),
        (
            "study_anchor",
            [{"person_id": 1}, {"person_id": 1, "anchor_date": FEB}],
            "two anchors of one name",
            "error",
        ),
        ("attestation", [{"signed_date": LATE}], "after the data cut", "error"),
        ("observation", [{"observation_date": LATE}], "after the data cut", "error"),
        ("death", [{"death_date": JAN}, {"death_date": FEB}], "duplicate key", "error"),
        (
            "person_name",
            [{"person_id": 1, "person_source_value": " "}, {"person_id": 2}],
            "empty name",
            "error",
        ),
        (
            "observation",
            [{"observation_datetime": MORNING}],
            "time on another day",
            "error",
        ),
        ("person", [person(1, month_of_birth=13)], "impossible birth date", "error"),
        ("dose_era", [era(1, JAN, JAN, unit_concept_id=99)], "unit unknown", "warning"),
        (
            "dose_era",
            [era(1, JAN, FEB), era(2, FEB, FEB)],
            "overlaps an era of the same drug",
            "error",
        ),
        (
            "dose_era",
            [era(1, JAN, FEB), era(2, date(2025, 2, 2), date(2025, 3, 1))],
            "continues an era of the same dose",
            "warning",
        ),
    ],
)
def test_check_finds(tmp_path: Path, table: str, rows: list[Row], rule: str, severity: str) -> None:
    dataset = write(tmp_path / "data", **{table: rows_of(table, *rows)})
    found = check_dataset(dataset)
    assert [(f.severity, f.rule, f.table, f.rows) for f in found] == [(severity, rule, table, 1)]


def test_sound_rows_have_no_finding(tmp_path: Path) -> None:
    dataset = write(
        tmp_path / "data",
        measurement=rows_of(
            "measurement",
            lab(1, measurement_date=date(1990, 1, 1), unit_concept_id=9510),
            lab(2, unit_concept_id=0, unit_source_value="g/24h"),
            lab(3, unit_source_value=None),
        ),
        dose_era=rows_of(
            "dose_era",
            era(1, JAN, FEB),
            era(2, date(2025, 2, 2), date(2025, 3, 1), dose_value=Decimal(4)),
            era(3, JAN, FEB, person_id=2),
            era(4, JAN, FEB, drug_concept_id=2),
        ),
    )
    assert check_dataset(dataset) == ()


def test_require_sound_names_rows_and_strict_units(tmp_path: Path) -> None:
    labs = rows_of(
        "measurement", lab(17, measurement_date=EARLY), lab(18, unit_source_value="mg/TV")
    )
    dataset = write(tmp_path / "data", measurement=labs)
    with pytest.raises(DatasetError, match="before birth: 1 rows, measurement_id 17") as caught:
        require_sound(dataset)
    assert "mg/TV" not in str(caught.value)
    with pytest.raises(DatasetError, match=r"unit_source_value mg/TV.*measurement_id 18"):
        require_sound(dataset, strict_units=True)
    require_sound(write(tmp_path / "sound"))


@pytest.mark.parametrize(
    ("table", "column", "days"),
    [
        (name, column.name, days)
        for name, table in TABLES.items()
        for column in table.columns
        if column.type in ("date", "datetime")
        for days in (2_932_897, -719_163)
    ]
    + [("study_anchor", "anchor_date", 2**31 - 2), ("study_anchor", "anchor_date", 2 - 2**31)],
)
def test_a_day_that_no_calendar_has_is_found(
    tmp_path: Path, table: str, column: str, days: int
) -> None:
    rows = rows_of(table, {"person_id": 1})  # 31 December 9999 is day 2,932,896
    place, kind = rows.schema.get_field_index(column), rows.schema.field(column)
    milliseconds = pa.types.is_timestamp(kind.type)
    number = days * 86_400_000 if milliseconds else days
    stored = pa.array([number], pa.int64() if milliseconds else pa.int32())
    rows = rows.set_column(place, kind, stored.cast(kind.type))
    found = check_dataset(write(tmp_path / "data", **{table: rows}))
    told = [(f.severity, f.table, f.rows) for f in found if f.rule == "on no day of the calendar"]
    assert told == [("error", table, 1)]
