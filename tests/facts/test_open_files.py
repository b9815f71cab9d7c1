"""What was verified is what is read: the bytes, not the name."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest

from facts.rows import lab, person, rows_of, write
from remit.errors import DatasetError
from remit.facts.manifest import page_digest
from remit.facts.opened import open_facts
from remit.facts.soundness import check_dataset

OPEN_FILES = Path("/proc/self/fd")
# Elsewhere the same files are read and closed, but a test cannot see their numbers.
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


def _written_with_its_time(path: Path) -> None:
    """Other bytes of the same length, and the time of the last writing set back."""
    before = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    with path.open("r+b") as file:
        file.write(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_a_change_whose_time_was_set_back_is_refused(folder: Path) -> None:
    facts = open_facts(folder)
    _written_with_its_time(_people(folder))
    for _ in range(2):
        with pytest.raises(DatasetError, match=r"person\.parquet: .* written to while"):
            facts.rows("person")
    with pytest.raises(DatasetError, match=r"person\.parquet: .* written to while"):
        check_dataset(facts)


def test_a_change_of_name_or_right_is_none_of_bytes(folder: Path) -> None:
    facts = open_facts(folder)
    path = _people(folder)
    path.chmod(0o400)
    os.link(path, folder / "again")
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    assert facts.rows("person")["person_id"].to_pylist() == [1, 2]


def test_what_is_no_file_is_refused_without_waiting(folder: Path) -> None:
    path = _people(folder)
    path.unlink()
    path.mkdir()
    with pytest.raises(DatasetError, match=r"person\.parquet: this is no file"):
        open_facts(folder)
    path.rmdir()
    os.mkfifo(path)
    with pytest.raises(DatasetError, match=r"person\.parquet: this is no file"):
        open_facts(folder)


def test_a_table_behind_a_symbolic_link_is_read(folder: Path) -> None:
    elsewhere = folder.with_name("elsewhere.parquet")
    _people(folder).rename(elsewhere)
    _people(folder).symlink_to(elsewhere)
    with open_facts(folder) as facts:
        assert facts.rows("person")["person_id"].to_pylist() == [1, 2]
        assert not any(finding.severity == "error" for finding in check_dataset(facts))
    _people(folder).unlink()
    _people(folder).symlink_to(_people(folder))
    with pytest.raises(DatasetError, match=r"person\.parquet"):
        open_facts(folder)


@pytest.mark.parametrize("name", ["a[b]", "c*", "d?", "e'f", "g\nh", "i\x1b[31m", "[!j]", "k\\l"])
@pytest.mark.parametrize("by_name", [False, True])
def test_a_folder_of_any_name_is_checked(
    folder: Path, name: str, by_name: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signs of a pattern in a name stand for themselves, never for another folder."""
    folder = folder.rename(folder.with_name(name))
    if by_name:
        monkeypatch.setattr("remit.facts.engine._OPEN_FILES", folder / "nowhere")
    with open_facts(folder) as facts:
        assert not any(finding.severity == "error" for finding in check_dataset(facts))


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


def _agree(folder: Path, table: str, content: bytes) -> None:
    """Write other bytes of a table, and a manifest that agrees with them."""
    (folder / "part-0000" / f"{table}.parquet").write_bytes(content)
    page = json.loads((folder / "manifest.json").read_text())
    page["tables"][table][0]["sha256"] = hashlib.sha256(content).hexdigest()
    page["sha256"] = page_digest(page)
    (folder / "manifest.json").write_text(json.dumps(page))


def test_damage_that_the_manifest_agrees_with_is_refused(folder: Path) -> None:
    """Bytes that were damaged before the manifest was written: Parquet meets them on reading."""
    content = bytearray((folder / "part-0000" / "measurement.parquet").read_bytes())
    content[8:200] = bytes(192)  # the first page; the footer stands at the end
    _agree(folder, "measurement", bytes(content))
    with open_facts(folder) as facts:
        with pytest.raises(DatasetError, match=r"measurement\.parquet: the rows") as refused:
            facts.rows("measurement")
        assert refused.value.__cause__ is None
        assert refused.value.__context__ is None


def test_a_damaged_footer_is_read_or_refused(folder: Path) -> None:
    """Arrow and DuckDB differ in what they find wrong; neither's own error comes through."""
    sound = _people(folder).read_bytes()
    refused = 0
    for place in range(len(sound) - 8 - int.from_bytes(sound[-8:-4], "little"), len(sound), 47):
        content = bytearray(sound)
        content[place] ^= 1 << (place % 8)
        _agree(folder, "person", bytes(content))
        try:
            with open_facts(folder) as facts:
                check_dataset(facts)
        except DatasetError:
            refused += 1
    assert refused > 5
