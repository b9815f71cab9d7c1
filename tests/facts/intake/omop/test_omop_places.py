"""Where OMOP tables lie: each place gives the same rows, and nothing is passed over in silence."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest

from remit.errors import DatasetError
from remit.facts.intake.omop.omop_files import read_batches
from remit.facts.intake.omop.omop_places import find_tables
from remit.facts.intake.omop.omop_tables import read_omop

PERSON = "person_id,gender_concept_id,year_of_birth\n1,8532,1990\n2,8507,1980\n3,8507,1981\n"
VISIT = (
    "visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_end_date\n"
    "1,1,9202,2024-03-01,2024-03-01\n2,2,9202,2024-05-01,2024-05-01\n"
    "3,3,9201,2024-04-01,2024-04-02\n"
)


def _plain(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "person.csv").write_text(PERSON)
    (folder / "visit_occurrence.csv").write_text(VISIT)
    return folder


def _zip(folder: Path) -> Path:
    plain, out = _plain(folder / "in"), folder / "cdm.zip"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(plain / "person.csv", "cdm/PERSON.csv")
        archive.write(plain / "visit_occurrence.csv", "cdm/VISIT_OCCURRENCE.CSV")
        archive.writestr("__MACOSX/cdm/._PERSON.csv", b"\0\5\x16\7")
    return out


def _duckdb(folder: Path) -> Path:
    plain, out = _plain(folder / "in"), folder / "cdm.duckdb"
    with duckdb.connect(str(out)) as connection:
        connection.execute("create schema cdm")
        for path in plain.iterdir():
            connection.execute(
                f"create table cdm.cdm.{path.stem.upper()} as select * from read_csv('{path}')"
            )
    return out


def _chunks(folder: Path) -> Path:
    plain, out = _plain(folder / "in"), folder / "out"
    head, *rows = VISIT.splitlines()
    out.mkdir()
    (out / "person.csv").write_text(PERSON)
    for number, row in enumerate(rows, 1):
        (out / f"visit_occurrence_{number}.csv").write_text(f"{head}\n{row}\n")
    assert plain.is_dir()
    return out


def _spark(folder: Path) -> Path:
    plain, out = _plain(folder / "in"), folder / "out/5.4"
    for path in plain.iterdir():
        rows = csv.read_csv(path)
        inside = out / f"{path.stem}.parquet"
        inside.mkdir(parents=True)
        for place in range(rows.num_rows):
            pq.write_table(rows.slice(place, 1), inside / f"part-{place:05d}-c000.snappy.parquet")
        (inside / "_SUCCESS").write_text("")
    return out.parent


def _below(folder: Path) -> Path:
    _plain(folder / "site/cdm")
    return folder / "site"


@pytest.mark.parametrize("place", [_zip, _duckdb, _chunks, _spark, _below])
def test_each_place_gives_the_same_rows(tmp_path: Path, place: Callable[[Path], Path]) -> None:
    plain = read_omop(_plain(tmp_path / "plain"))
    found = read_omop(place(tmp_path / "other"))
    for name in ("person", "visit_occurrence"):
        rows = found.tables[name].sort_by(found.tables[name].column_names[0])
        assert rows.to_pylist() == plain.tables[name].to_pylist(), name
    assert [found.reads[name][1] for name in ("person", "visit_occurrence")] == [3, 3]


def test_an_export_that_stands_twice_is_refused(tmp_path: Path) -> None:
    folder = _plain(tmp_path / "in")
    _plain(folder / "copy")
    with pytest.raises(DatasetError, match="twice"):
        read_omop(folder)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04cut", b"x" * 8 + b"DUCK" + b"y" * 5000])
def test_a_source_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "cdm.zip"
    source.write_bytes(content)
    with pytest.raises(DatasetError):
        read_omop(source)


def test_a_cut_archive_is_refused(tmp_path: Path) -> None:
    whole = _zip(tmp_path / "a").read_bytes()
    for length in range(1, len(whole), 37):
        cut = tmp_path / "cut.zip"
        cut.write_bytes(whole[:length])
        with pytest.raises(DatasetError):
            read_omop(cut)


def test_a_database_is_read_only(tmp_path: Path) -> None:
    source = _duckdb(tmp_path / "a")
    before = source.read_bytes()
    source.chmod(0o444)
    read_omop(source)
    assert source.read_bytes() == before
    assert [path.name for path in source.parent.iterdir() if path.is_file()] == ["cdm.duckdb"]


def test_what_was_read_of_a_parquet_file_is_let_go(tmp_path: Path) -> None:
    """Each batch goes once it was worked with: else memory would grow with the file."""
    rows, groups = 1 << 18, 24
    numbers = np.random.default_rng(7)
    schema = pa.schema([("measurement_id", pa.int64()), ("person_id", pa.int64())])
    path = tmp_path / "measurement.parquet"
    with pq.ParquetWriter(path, schema, use_dictionary=False) as writer:
        for _ in range(groups):
            columns = [pa.array(numbers.integers(0, 1 << 62, rows)) for _ in schema]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
    (tmp_path / "person.csv").write_text(PERSON)
    before, most, read = pa.total_allocated_bytes(), 0, 0
    for batch in read_batches(find_tables(tmp_path)["measurement"], schema.names):
        read += batch.num_rows
        most = max(most, pa.total_allocated_bytes() - before)
    assert read == rows * groups
    assert most < path.stat().st_size / 3
