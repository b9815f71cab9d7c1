"""Snapshots: what is written is read back, same rows give same bytes, bad input is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from facts.rows import CUT, lab, person, rows_of, tables_with, write
from remit.errors import DatasetError, OutputError
from remit.facts.engine import engine_over
from remit.facts.manifest import page_digest
from remit.facts.opened import open_facts
from remit.facts.snapshot import empty_table, write_dataset
from remit.facts.tables import TABLES


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
    assert dataset.manifest.tables["measurement"].rows == 2
    measured = dataset.rows("measurement")
    assert measured["measurement_id"].to_pylist() == [1, 2], "in the order of the table"
    assert measured["value_as_number"].to_pylist() == [Decimal("0.123456"), Decimal("1.8")]
    assert list(tmp_path.iterdir()) == [tmp_path / "data"], "nothing is left beside it"


def test_the_engine_sees_every_table_and_nothing_else(tmp_path: Path) -> None:
    labs = rows_of("measurement", lab(1, value_as_number=Decimal("1.8")))
    outside = tmp_path / "outside.parquet"
    pq.write_table(pa.table({"x": [1]}), outside)
    with engine_over(write(tmp_path / "data", measurement=labs)) as engine:
        for name, table in TABLES.items():
            described = engine.rows(f"describe {name}")
            assert [row[0] for row in described] == table.schema.names
        kinds = {row[0]: row[1] for row in engine.rows("describe measurement")}
        assert kinds["value_as_number"] == "DECIMAL(18,6)"
        assert engine.rows("select sum(value_as_number) from measurement") == [(Decimal("1.8"),)]
        assert engine.rows("select count(*) from concept_ancestor") == [(0,)]
        with pytest.raises(Exception, match=r"(?i)permission"):
            engine.rows(f"select * from '{outside}'")


def test_same_rows_give_same_bytes_however_they_are_cut(tmp_path: Path) -> None:
    labs = rows_of("measurement", *(lab(n, value_source_value=str(n % 7)) for n in range(1000)))
    whole = write(tmp_path / "a", measurement=labs)
    pieces = tables_with()
    pieces["measurement"] = iter(labs.to_batches(max_chunksize=33))
    cut = write_dataset(tmp_path / "b", pieces, source="test", data_cut=CUT, check=False)
    assert whole.manifest == cut.manifest


def test_files_hold_fixed_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("remit.facts.layout.ROW_GROUP", 40)
    rows = [lab(n, measurement_concept_id=code) for n, code in enumerate([1] * 100 + [2] * 7)]
    write(tmp_path / "a", measurement=rows_of("measurement", *rows))
    footer = pq.read_metadata(tmp_path / "a" / "part-0000" / "measurement.parquet")
    groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
    assert [group.num_rows for group in groups] == [40, 40, 20, 7], "cut where a code ends"
    assert groups[0].column(0).is_stats_set


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


def test_rows_may_be_written_in_any_order(tmp_path: Path) -> None:
    people = rows_of("person", *(person(number) for number in range(1, 40)))
    labs = rows_of("measurement", *(lab(n, 1 + n % 39) for n in range(1000)))
    shuffled = [labs.slice(500).to_batches()[0], labs.slice(0, 500).to_batches()[0]]
    tables = {**tables_with(person=people), "measurement": iter(shuffled)}
    mixed = write_dataset(tmp_path / "b", tables, source="test", data_cut=CUT, check=False)
    assert mixed.manifest == write(tmp_path / "a", person=people, measurement=labs).manifest


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


def edit_manifest(
    folder: Path, change: Callable[[dict[str, Any]], object], *, signed: bool = True
) -> None:
    place = folder / "manifest.json"
    page = json.loads(place.read_text())
    change(page)
    if signed:
        page["sha256"] = page_digest(page)
    place.write_text(json.dumps(page))


def file_of(folder: Path, name: str) -> Path:
    return folder / "part-0000" / f"{name}.parquet"


def rewrite(folder: Path, name: str, table: pa.Table) -> None:
    """Replace a table by another one with a manifest that fits its bytes."""
    path = file_of(folder, name)
    pq.write_table(table, path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    entry = {"sha256": sha256, "bytes": path.stat().st_size, "rows": table.num_rows}
    edit_manifest(folder, lambda page: page["tables"][name][0].update(entry))


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
        (lambda f: (f / "manifest.json").write_text("[" * 200_000), "not JSON"),
        (lambda f: (f / "manifest.json").write_text('{"source": "\\ud800"}'), "not JSON"),
        (lambda f: edit_manifest(f, lambda m: m.update(kind="other")), "kind other"),
        (lambda f: edit_manifest(f, lambda m: m.update(version=3)), "version 3"),
        (lambda f: edit_manifest(f, lambda m: m.update(data_cut="soon")), "data_cut"),
        (
            lambda f: edit_manifest(f, lambda m: m.update(data_cut="2024-06-30"), signed=False),
            r"manifest\.json: the manifest was changed",
        ),
        (lambda f: edit_manifest(f, lambda m: m.update(complete=["labs"])), "table 'labs'"),
        (
            lambda f: edit_manifest(f, lambda m: m["tables"].pop("person")),
            "table person is missing",
        ),
        (
            lambda f: edit_manifest(
                f, lambda m: m["tables"].update(person=m["tables"]["person"] * 2)
            ),
            "person has not one file a part",
        ),
        (
            lambda f: edit_manifest(
                f, lambda m: m["tables"]["person"][0].update(file="../person.parquet")
            ),
            "tables.person.0.file",
        ),
        (
            lambda f: edit_manifest(f, lambda m: m["tables"]["person"][0].update(rows=3)),
            "another number of rows",
        ),
        (lambda f: (file_of(f, "person")).unlink(), r"person\.parquet: the file is missing"),
        (lambda f: (file_of(f, "person")).write_bytes(b"x"), r"person\.parquet: .* size"),
        (lambda f: flip_last_byte(file_of(f, "person")), r"person\.parquet: .*changed"),
        (
            lambda f: rewrite(
                f, "person", pq.read_table(file_of(f, "person")).drop_columns(["person_id"])
            ),
            "column person_id is missing",
        ),
        (
            lambda f: rewrite(
                f,
                "person",
                pq.read_table(file_of(f, "person")).append_column("name", pa.array(["a", "b"])),
            ),
            "column name is not expected",
        ),
        (
            lambda f: rewrite(f, "person", as_int32(pq.read_table(file_of(f, "person")))),
            "column person_id has the wrong type",
        ),
        (
            lambda f: rewrite(
                f,
                "person",
                pa.table(pq.read_table(file_of(f, "person")).to_pydict()).cast(
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
        open_facts(folder)
    assert "do:" in str(caught.value), "the message says what to do"


def test_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    write(folder)
    path = file_of(folder, "person")
    path.write_bytes(b"not parquet at all")
    entry = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": 18}
    edit_manifest(folder, lambda page: page["tables"]["person"][0].update(entry))
    with pytest.raises(DatasetError, match="not a Parquet file"):
        open_facts(folder)


def test_path_of_unknown_table(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="has no table 'labs'"):
        write(tmp_path / "data").path("labs")


@pytest.mark.parametrize("cut", ["2026-11-01", datetime(2026, 11, 1, 12, tzinfo=UTC), None])
def test_a_data_cut_that_is_no_date_is_refused_and_leaves_nothing(
    tmp_path: Path, cut: object
) -> None:
    with pytest.raises(DatasetError, match="the data cut is no date") as caught:
        write_dataset(tmp_path / "data", tables_with(), source="test", data_cut=cast("date", cut))
    assert type(cut).__name__ in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_manifest_says_which_tables_a_vocabulary_resolved(tmp_path: Path) -> None:
    tables = {name: empty_table(name) for name, table in TABLES.items() if table.required}
    facts = write_dataset(
        tmp_path / "facts",
        tables,
        source="test",
        data_cut=date(2024, 1, 1),
        mapped=("drug_exposure",),
        resolved=("condition_occurrence",),
        vocabulary="v5.0 27-FEB-26",
    )
    manifest = facts.manifest
    assert manifest.vocabulary == "v5.0 27-FEB-26"
    assert manifest.resolved == {"condition_occurrence"}
    assert manifest.mapped == {"condition_occurrence", "drug_exposure"}, "the other is the site's"
