"""What was verified is what is read: the bytes, not the name."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest

from facts.rows import lab, person, rows_of, write
from remit.errors import DatasetError
from remit.facts.opened import open_facts
from remit.facts.soundness import check_dataset

OPEN_FILES = Path("/proc/self/fd")
lists_open_files = pytest.mark.skipif(
    not OPEN_FILES.is_dir(), reason="only Linux lists a process's open files here"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    labs = rows_of("measurement", *(lab(n, 1 + n % 2) for n in range(50)))
    return write(tmp_path / "data", measurement=labs).folder


def _people(folder: Path) -> Path:
    return folder / "part-0000" / "person.parquet"


def _others(folder: Path) -> Path:
    """The file of other persons, of another dataset."""
    people = rows_of("person", person(7), person(8))
    return _people(write(folder.with_name("other"), person=people).folder)


def test_a_file_under_the_same_name_changes_nothing(folder: Path) -> None:
    with open_facts(folder) as facts:
        os.replace(_others(folder), _people(folder))
        assert facts.rows("person")["person_id"].to_pylist() == [1, 2]
        shutil.rmtree(folder)
        assert facts.rows("person")["person_id"].to_pylist() == [1, 2]


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(path.read_bytes()),
        lambda path: os.truncate(path, 60),
    ],
)
def test_a_change_in_place_is_refused(folder: Path, change: Callable[[Path], object]) -> None:
    facts = open_facts(folder)
    change(_people(folder))
    with pytest.raises(DatasetError, match=r"person\.parquet: .* written to while"):
        facts.rows("person")


def test_readers_by_name_are_told_of_another_file(folder: Path) -> None:
    facts = open_facts(folder)
    os.replace(_others(folder), _people(folder))
    with pytest.raises(DatasetError, match=r"person\.parquet: .* replaced while"):
        check_dataset(facts)


def test_readers_by_name_are_told_of_a_folder_that_went(folder: Path) -> None:
    facts = open_facts(folder)
    shutil.rmtree(folder)
    with pytest.raises(DatasetError, match=r"person\.parquet: .* replaced while"):
        check_dataset(facts)


@lists_open_files
def test_reading_moves_no_position_that_forked_processes_share(folder: Path) -> None:
    facts = open_facts(folder)
    (held,) = (file for file in facts.files if file.path == _people(folder))
    descriptor = next(
        number
        for number in map(int, os.listdir(OPEN_FILES))
        if os.path.realpath(OPEN_FILES / str(number)) == str(_people(folder).resolve())
    )
    os.lseek(descriptor, 7, os.SEEK_SET)
    facts.rows("person")
    held.sha256()
    assert os.lseek(descriptor, 0, os.SEEK_CUR) == 7


def test_closed_facts_give_no_rows(folder: Path) -> None:
    with open_facts(folder) as facts:
        rows = facts.rows("person")
    assert rows.num_rows == 2, "what was read stays"
    with pytest.raises(DatasetError, match="was closed"):
        facts.rows("person")
    with pytest.raises(DatasetError, match="was closed"):
        check_dataset(facts)


@lists_open_files
def test_files_are_closed_with_the_facts(folder: Path) -> None:
    before = len(list(OPEN_FILES.iterdir()))
    facts = open_facts(folder)
    assert len(list(OPEN_FILES.iterdir())) > before
    del facts
    assert len(list(OPEN_FILES.iterdir())) == before


def test_threads_read_one_part_at_once(folder: Path) -> None:
    part = open_facts(folder).parts[0]

    def read(_: int) -> pa.Table:
        return part.rows("measurement", ["measurement_id", "place"])

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(read, range(40)))
    assert all(rows.equals(found[0]) for rows in found)


def test_every_bit_of_the_manifest_counts(folder: Path) -> None:
    place = folder / "manifest.json"
    whole = place.read_bytes()
    for bit in range(0, 8 * len(whole), 97):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        place.write_bytes(damaged)
        with pytest.raises(DatasetError):
            open_facts(folder)
