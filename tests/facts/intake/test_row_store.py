"""Rows of an import on the disk: the same dataset, whatever lay in memory and in which order."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facts.rows import Row, person, rows_of
from remit.errors import OutputError
from remit.facts.intake.dataset.handed_over import IntakeChoices, SourceTables
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.persons.person_ids import number_persons
from remit.facts.intake.rows import row_store as module
from remit.facts.intake.rows.row_keys import RowKeys, latest_two, repeated_keys
from remit.facts.intake.rows.row_store import RowStore, row_store
from remit.facts.soundness import check_dataset

FIRST = date(2024, 1, 1)
PERSONS = 40


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few bytes are many here, so that rows go to the disk and several parts are made."""
    monkeypatch.setattr(module, "HELD_BYTES", 2_000)
    monkeypatch.setattr(module, "PART_BYTES", 4_000)
    monkeypatch.setattr(module, "_RUN_BYTES", 4_000)
    monkeypatch.setattr(module, "_BATCH", 16)


def _measurements(seed: int, *, ids: str = "own") -> pa.Table:
    order = np.random.default_rng(seed).permutation(PERSONS * 5)
    rows: list[Row] = [
        {
            "measurement_id": {"own": number + 1, "same": 7, "hash": (number * 7919) % 2003}[ids],
            "person_id": number % PERSONS + 1,
            "measurement_concept_id": 3024929,
            "measurement_date": FIRST + timedelta(days=number),
        }
        for number in order.tolist()
    ]
    return rows_of("measurement", *rows)


def _found(measured: pa.Table, *, stored: RowStore | None) -> SourceTables:
    people = rows_of("person", *(person(number) for number in range(1, PERSONS + 1)))
    reads: dict[str, tuple[str | None, int]] = {
        "person": ("person.csv", PERSONS),
        "measurement": ("measurement.csv", measured.num_rows),
    }
    numbers = number_persons(map(str, range(1, PERSONS + 1)))
    if stored is None:
        return SourceTables({"person": people, "measurement": measured}, numbers, reads)
    stored.number(numbers)
    for begin in range(0, measured.num_rows, 13):
        stored.add("measurement", measured.slice(begin, 13))
    stored.add("person", people)
    return SourceTables({}, numbers, reads, stored=stored)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("ids", ["own", "same", "hash"])
def test_rows_on_the_disk_give_the_same_dataset(tmp_path: Path, ids: str) -> None:
    measured = _measurements(1, ids=ids)
    plain, told = write_intake(tmp_path / "a", _found(measured, stored=None), IntakeChoices("x"))
    with row_store(tmp_path / "b") as store:
        found = _found(measured, stored=store)
        parted, also_told = write_intake(tmp_path / "b", found, IntakeChoices("x"))
    assert len(plain.parts) == 1
    assert len(parted.parts) > 3
    columns = ["person_id", "measurement_date", *(["measurement_id"] if ids == "own" else [])]
    pairs = [
        sorted(map(str, facts.rows("measurement", columns).to_pylist()))
        for facts in (plain, parted)
    ]
    assert pairs[0] == pairs[1]
    assert told.tables == also_told.tables
    assert [finding for finding in check_dataset(parted) if finding.severity == "error"] == []
    persons = [part.rows("person", ["person_id"])["person_id"].to_pylist() for part in parted.parts]
    assert [p for part in persons for p in part] == list(range(1, PERSONS + 1))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.usefixtures("small")
def test_how_rows_wait_on_the_disk_changes_no_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    for name, plain_bytes in (("plain", 1 << 30), ("some", 5_000), ("pressed", 0)):
        monkeypatch.setattr(module, "_PLAIN_BYTES", plain_bytes)
        with row_store(tmp_path / name) as store:
            found = _found(_measurements(4), stored=store)
            write_intake(tmp_path / name, found, IntakeChoices("x"))
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        written.append([(str(f.relative_to(tmp_path / name)), f.read_bytes()) for f in files])
    assert len(written[0]) > 10
    assert written[0] == written[1] == written[2]


@pytest.mark.usefixtures("small")
def test_persons_may_be_numbered_after_their_rows(tmp_path: Path) -> None:
    measured = _measurements(2)
    ids = pa.array([f"P{number}" for number in measured["person_id"].to_pylist()], pa.string())
    names = [f"P{number}" for number in range(1, PERSONS + 1)]
    with row_store(tmp_path / "out") as store:
        for begin in range(0, measured.num_rows, 13):
            store.add("measurement", measured.slice(begin, 13), ids=ids.slice(begin, 13))
        store.number(number_persons(names))
        people = rows_of("person", *(person(number) for number in range(1, PERSONS + 1)))
        store.add("person", people)
        parts = [part["measurement"] for part in store.parts()]
    together = pa.concat_tables(parts).sort_by("measurement_id")
    assert together.to_pylist() == measured.sort_by("measurement_id").to_pylist()


@pytest.mark.usefixtures("small")
def test_a_full_disk_is_told_and_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "_written_run", full)
    with (
        pytest.raises(OutputError, match="no room on the disk"),
        row_store(tmp_path / "b") as store,
    ):
        _found(_measurements(1), stored=store)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_import_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> None:
        with row_store(tmp_path / "b") as store:
            _found(_measurements(1), stored=store)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.one_of(st.none(), st.integers(-50, 50)), max_size=8), max_size=6))
def test_ids_that_repeat_are_found_as_by_counting(chunks: list[list[int | None]]) -> None:
    keys, columns = RowKeys(), [pa.array(chunk, pa.int64()) for chunk in chunks]
    for column in columns:
        keys.add(column)
    held = [key for chunk in chunks for key in chunk if key is not None]

    def again() -> Iterator[pa.Array]:
        yield from columns

    repeated = repeated_keys(again, keys.rows).tolist()
    assert repeated == sorted({key for key in held if held.count(key) > 1})
    if keys.surely_distinct:
        assert repeated == []
        assert keys.empty == 0
    assert keys.top == max(held, default=None)


def test_the_last_two_days() -> None:
    assert latest_two(np.array([3, 5, 5, -(1 << 30)])) == (5, 3)
    assert latest_two(np.array([5])) == (5,)
    assert latest_two(np.zeros(0, np.int32)) == ()
