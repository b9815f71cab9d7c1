"""The datasets of a folder: which file is which, and what refuses the import."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from remit.errors import DatasetError
from remit.facts.intake.sdtm.files.sdtm_datasets import SdtmStudy, read_study
from remit.facts.intake.sdtm.files.sdtm_flat import read_sdtm_csv, read_sdtm_parquet
from trial_files import DATASETS, Cell, dataset, dataset_json, write_trial, write_xpt


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdtm")
    write_trial(folder)
    return folder / "trial"


@pytest.fixture
def trial(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "trial"))


def _rows(study: SdtmStudy) -> dict[str, int]:
    return {dataset.name: dataset.rows for dataset in study.datasets}


def _whole(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[Sequence[Cell]]:
    return [columns, *rows]


def _line(row: Sequence[Cell]) -> str:
    return ",".join("" if cell is None else str(cell) for cell in row)


def _refusal(folder: Path) -> str:
    with pytest.raises(DatasetError) as found:
        read_study(folder)
    return str(found.value)


def test_each_dataset_of_a_folder_is_found(trial: Path) -> None:
    (trial / "define.xml").write_text("<ODM/>", encoding="utf-8")
    study = read_study(trial)
    assert _rows(study) == {
        "SUPPAE": 2,
        **{name: len(rows) for name, (_, rows) in DATASETS.items()},
    }
    assert {d.name for d in study.datasets if not d.is_read} == {"SE"}
    assert study.passed_over == ("define.xml",)
    assert [d.name for d in study.supplements("AE")] == ["SUPPAE"]


def test_the_same_rows_come_from_each_format(trial: Path, tmp_path: Path) -> None:
    columns, rows = dataset("VS")
    table = pa.table({c: [row[at] for row in rows] for at, c in enumerate(columns)})
    flat = tmp_path / "flat"
    flat.mkdir()
    pq.write_table(table, flat / "vs.parquet")
    lines = [_line(row) for row in _whole(columns, rows)]
    (flat / "vs.csv").write_text("\n".join(lines), encoding="utf-8")
    (flat / "vs.json").write_text(json.dumps(dataset_json("VS", columns, rows)), encoding="utf-8")
    found = read_study(trial).of("VS")[0].table
    for place in (
        read_sdtm_parquet(flat / "vs.parquet"),
        read_sdtm_csv(flat / "vs.csv"),
    ):
        assert place["VSTESTCD"].to_pylist() == found["VSTESTCD"].to_pylist()
        assert place["VSORRES"].to_pylist() == found["VSORRES"].to_pylist()
    assert read_sdtm_parquet(flat / "vs.parquet").equals(found)


def test_archives_are_read_without_unpacking_them_by_hand(trial: Path) -> None:
    with zipfile.ZipFile(trial / "vs.zip", "w") as archive:
        archive.write(trial / "vs.xpt", "tabulations/vs.xpt")
        archive.writestr("readme.txt", "no dataset")
    (trial / "vs.xpt").unlink()
    assert _rows(read_study(trial))["VS"] == 3
    (trial / "vs.zip").write_bytes((trial / "vs.zip").read_bytes()[:200])
    assert "cannot be unpacked" in _refusal(trial)


def test_parts_of_a_domain_are_one(trial: Path) -> None:
    columns, rows = dataset("QS")
    (trial / "qs.xpt").unlink()
    write_xpt(trial / "qsec.xpt", "QSEC", columns, rows[:1])
    write_xpt(trial / "qsow.xpt", "QSOW", columns, rows[1:])
    assert [d.name for d in read_study(trial).of("QS")] == ["QSEC", "QSOW"]
    write_xpt(trial / "qs.xpt", "QS", columns, rows)
    assert "stands twice" in _refusal(trial)


def test_a_dataset_that_stands_twice_is_refused(trial: Path) -> None:
    shutil.copy(trial / "ae.xpt", trial / "ae_old.xpt")
    assert "the dataset AE stands twice" in _refusal(trial)


def test_without_demographics_nobody_is_known(trial: Path) -> None:
    (trial / "dm.xpt").unlink()
    assert "no dataset DM" in _refusal(trial)


def test_rows_of_another_domain_show_shifted_columns(trial: Path) -> None:
    columns, rows = dataset("VS")
    shifted = [[*row[1:], *row[:1]] for row in rows]
    (trial / "vs.xpt").unlink()
    (trial / "vs.csv").write_text("\n".join(map(_line, _whole(columns, shifted))), encoding="utf-8")
    assert "not all of one domain" in _refusal(trial)


def test_columns_that_are_not_those_of_sdtm_are_refused(trial: Path) -> None:
    write_xpt(trial / "vs.xpt", "VS", ["DOMAIN", "SUBJECT"], [["VS", "P1"]])
    assert "has no column USUBJID" in _refusal(trial)


def test_each_damaged_file_is_told(trial: Path) -> None:
    for name in ("ae.xpt", "cm.xpt"):
        path = trial / name
        path.write_bytes(path.read_bytes()[:-3])
    said = _refusal(trial)
    assert "ae.xpt" in said
    assert "cm.xpt" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("DOMAIN,USUBJID\nVS\n", "does not fit the head"),
        ("DOMAIN,DOMAIN\nVS,VS\n", "stands twice"),
        ('DOMAIN,USUBJID\nVS,"P1\n', "not CSV"),
    ],
)
def test_a_csv_file_that_is_none_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "vs.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match=said):
        read_sdtm_csv(path)


def test_the_coding_of_a_csv_file_is_declared(tmp_path: Path) -> None:
    path = tmp_path / "ae.csv"
    path.write_bytes("DOMAIN;AETERM\nAE;Fièvre\n".encode("latin-1"))
    with pytest.raises(DatasetError, match="--encoding"):
        read_sdtm_csv(path)
    assert read_sdtm_csv(path, encoding="latin-1")["AETERM"].to_pylist() == ["Fièvre"]


def test_the_zero_of_sas_is_told_in_texts_too(tmp_path: Path) -> None:
    path = tmp_path / "lb.csv"
    path.write_text("DOMAIN,LBSTRESN\nLB,5.397605346934028e-79\nLB,1e-5\n", encoding="utf-8")
    table = read_sdtm_csv(path)
    assert table["LBSTRESN"].to_pylist() == ["0", "1e-5"]
    assert table.schema.metadata[b"zeros"] == b"1"
