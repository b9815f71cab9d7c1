"""Datasets: what is written is read back, same rows give same bytes, bad input is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from remit.errors import DatasetError, OutputError
from remit.facts.checking import check_dataset, require_sound
from remit.facts.dataset import Dataset, connect, open_dataset
from remit.facts.tables import TABLES
from remit.facts.writing import empty_table, write_dataset

CUT = date(2025, 6, 30)
Row = dict[str, object]


def rows_of(name: str, *rows: Row) -> pa.Table:
    schema = TABLES[name].schema
    zero = {"date32[day]": date(2025, 1, 1), "string": "x", "bool": True}
    full = [
        {
            field.name: row.get(
                field.name, None if field.nullable else zero.get(str(field.type), 1)
            )
            for field in schema
        }
        for row in rows
    ]
    return pa.Table.from_pylist(full, schema=schema)


def person(person_id: int, year: int = 1990, **others: object) -> Row:
    return {"person_id": person_id, "year_of_birth": year, **others}


def lab(measurement_id: int, person_id: int = 1, **others: object) -> Row:
    return {"measurement_id": measurement_id, "person_id": person_id, **others}


def tables_with(**given: pa.Table) -> dict[str, pa.Table]:
    tables = {name: empty_table(name) for name, table in TABLES.items() if table.required}
    return {**tables, "person": rows_of("person", person(1), person(2)), **given}


def write(out: Path, **given: pa.Table) -> Dataset:
    """Without the check of rows: what the check finds is tested below."""
    return write_dataset(out, tables_with(**given), source="test", data_cut=CUT, check=False)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    labs = rows_of(
        "measurement",
        lab(2, measurement_concept_id=7, value_as_number=Decimal("1.8")),
        lab(1, measurement_concept_id=5, value_as_number=Decimal("0.123456")),
    )
    dataset = write_dataset(
        tmp_path / "data",
        tables_with(measurement=labs),
        source="test",
        data_cut=CUT,
        complete=("drug_exposure",),
        seed=7,
    )
    assert dataset.data_cut == CUT
    assert dataset.manifest.complete == {"drug_exposure"}
    assert dataset.manifest.seed == 7
    assert "<td>measurement</td><td style='text-align:right'>2</td>" in dataset._repr_html_()
    measured = pq.read_table(dataset.path("measurement"))
    assert measured["measurement_id"].to_pylist() == [1, 2], "in the order of the table"
    assert measured["value_as_number"].to_pylist() == [Decimal("0.123456"), Decimal("1.8")]
    assert list(tmp_path.iterdir()) == [tmp_path / "data"], "nothing is left beside it"


def test_connection_sees_every_table(tmp_path: Path) -> None:
    labs = rows_of("measurement", lab(1, value_as_number=Decimal("1.8")))
    backend = connect(write(tmp_path / "data", measurement=labs), memory_limit="500MB")
    for name, table in TABLES.items():
        assert backend.table(name).columns == tuple(table.schema.names)
    measured = backend.table("measurement")
    assert str(measured.schema()["value_as_number"]).startswith("decimal(18, 6)")
    assert measured.value_as_number.sum().to_pyarrow().as_py() == Decimal("1.8")
    assert backend.table("concept_ancestor").count().to_pyarrow().as_py() == 0
    outside = tmp_path / "outside.parquet"
    pq.write_table(pa.table({"x": [1]}), outside)
    with pytest.raises(Exception, match=r"(?i)permission"):
        backend.read_parquet(outside)


def test_same_rows_give_same_bytes_however_they_are_cut(tmp_path: Path) -> None:
    labs = rows_of("measurement", *(lab(n, value_source_value=str(n % 7)) for n in range(1000)))
    whole = write(tmp_path / "a", measurement=labs)
    pieces = tables_with()
    pieces["measurement"] = iter(labs.to_batches(max_chunksize=33))
    cut = write_dataset(tmp_path / "b", pieces, source="test", data_cut=CUT, check=False)
    assert whole.manifest == cut.manifest


def test_files_hold_fixed_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("remit.facts.writing.ROW_GROUP", 40)
    labs = rows_of("measurement", *(lab(n) for n in range(100)))
    footer = pq.read_metadata(write(tmp_path / "a", measurement=labs).path("measurement"))
    assert [footer.row_group(n).num_rows for n in range(footer.num_row_groups)] == [40, 40, 20]
    assert footer.row_group(0).column(0).is_stats_set


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.pop("drug_exposure"), "drug_exposure is missing"),
        (lambda t: t.update(labs=t["person"]), "nobody knows a table 'labs'"),
        (
            lambda t: t.update(person=t["person"].drop_columns(["year_of_birth"])),
            "person lacks the column year_of_birth",
        ),
        (
            lambda t: t.update(person=t["person"].append_column("name", pa.array(["a", "b"]))),
            "columns nobody knows: name",
        ),
        (
            lambda t: t.update(
                person=t["person"].set_column(0, "person_id", pa.array([1, 2], pa.int32()))
            ),
            "person_id of person has the wrong type",
        ),
        (
            lambda t: t.update(
                person=t["person"].set_column(0, "person_id", pa.array([1, None], pa.int64()))
            ),
            "person_id of person has empty values",
        ),
        (
            lambda t: t.update(person=iter(rows_of("person", person(2), person(1)).to_batches())),
            "rows of person are not in order",
        ),
    ],
)
def test_bad_tables_are_not_written(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    tables: dict[str, Any] = dict(tables_with())
    change(tables)
    with pytest.raises(DatasetError, match=said):
        write_dataset(tmp_path / "data", tables, source="test", data_cut=CUT)
    assert not list(tmp_path.iterdir())


def test_output_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    write(tmp_path / "data")
    with pytest.raises(OutputError, match="exists already"):
        write(tmp_path / "data")
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="exists already"):
        write(tmp_path / "file")
    with pytest.raises(OutputError, match="cannot be written"):
        write(tmp_path / "file" / "data")


def edit_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    place = folder / "manifest.json"
    page = json.loads(place.read_text())
    change(page)
    place.write_text(json.dumps(page))


def rewrite(folder: Path, name: str, table: pa.Table) -> None:
    """Replace a table by another one with a manifest that fits its bytes."""
    path = folder / f"{name}.parquet"
    pq.write_table(table, path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    entry = {"sha256": sha256, "bytes": path.stat().st_size, "rows": table.num_rows}
    edit_manifest(folder, lambda page: page["tables"][name].update(entry))


def flip_last_byte(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[:100] + bytes([raw[100] ^ 1]) + raw[101:])


def as_int32(table: pa.Table) -> pa.Table:
    return table.set_column(0, "person_id", table["person_id"].cast(pa.int32()))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda f: f.rename(f.with_name("moved")), "there is no such folder"),
        (lambda f: (f / "manifest.json").unlink(), "has no manifest.json"),
        (lambda f: (f / "manifest.json").write_text("{"), "not JSON"),
        (lambda f: edit_manifest(f, lambda m: m.update(kind="other")), "kind other"),
        (lambda f: edit_manifest(f, lambda m: m.update(version=2)), "version 2"),
        (lambda f: edit_manifest(f, lambda m: m.update(data_cut="soon")), "data_cut"),
        (lambda f: edit_manifest(f, lambda m: m.update(complete=["labs"])), "table 'labs'"),
        (
            lambda f: edit_manifest(f, lambda m: m["tables"].pop("person")),
            "table person is missing",
        ),
        (
            lambda f: edit_manifest(
                f, lambda m: m["tables"]["person"].update(file="../person.parquet")
            ),
            "tables.person.file",
        ),
        (
            lambda f: edit_manifest(f, lambda m: m["tables"]["person"].update(rows=3)),
            "another number of rows",
        ),
        (lambda f: (f / "person.parquet").unlink(), r"person\.parquet: the file is missing"),
        (lambda f: (f / "person.parquet").write_bytes(b"x"), r"person\.parquet: .* size"),
        (lambda f: flip_last_byte(f / "person.parquet"), r"person\.parquet: .*changed"),
        (
            lambda f: rewrite(
                f, "person", pq.read_table(f / "person.parquet").drop_columns(["person_id"])
            ),
            "column person_id is missing",
        ),
        (
            lambda f: rewrite(
                f,
                "person",
                pq.read_table(f / "person.parquet").append_column("name", pa.array(["a", "b"])),
            ),
            "column name is not expected",
        ),
        (
            lambda f: rewrite(f, "person", as_int32(pq.read_table(f / "person.parquet"))),
            "column person_id has the wrong type",
        ),
        (
            lambda f: rewrite(
                f,
                "person",
                pa.table(pq.read_table(f / "person.parquet").to_pydict()).cast(
                    pa.schema([fld.with_nullable(True) for fld in TABLES["person"].schema])
                ),
            ),
            "may be empty",
        ),
    ],
)
def test_damaged_datasets_are_refused(
    tmp_path: Path, damage: Callable[[Path], object], said: str
) -> None:
    folder = tmp_path / "data"
    write(folder)
    damage(folder)
    with pytest.raises(DatasetError, match=said) as caught:
        open_dataset(folder)
    assert "do:" in str(caught.value), "the message says what to do"


def test_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    write(folder)
    path = folder / "person.parquet"
    path.write_bytes(b"not parquet at all")
    entry = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": 18}
    edit_manifest(folder, lambda page: page["tables"]["person"].update(entry))
    with pytest.raises(DatasetError, match="not a Parquet file"):
        open_dataset(folder)


def test_path_of_unknown_table(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="has no table 'labs'"):
        write(tmp_path / "data").path("labs")


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
MORNING = datetime(2024, 12, 24, 9, 0)  # noqa: DTZ001 - OMOP times carry no zone


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
        ("measurement", [lab(1, unit_source_value="mg%")], "unit unknown", "warning"),
        (
            "measurement",
            [lab(1, unit_concept_id=0, unit_source_value="mg%")],
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
    labs = rows_of("measurement", lab(17, measurement_date=EARLY), lab(18, unit_source_value="mg%"))
    dataset = write(tmp_path / "data", measurement=labs)
    with pytest.raises(DatasetError, match="before birth: 1 rows, measurement_id 17") as caught:
        require_sound(dataset)
    assert "mg%" not in str(caught.value)
    with pytest.raises(DatasetError, match=r"unit_source_value mg%.*measurement_id 18"):
        require_sound(dataset, strict_units=True)
    require_sound(write(tmp_path / "sound"))
