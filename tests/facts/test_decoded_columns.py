"""Columns that were decoded are kept, and are the same when they are asked for again."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from facts.rows import CUT, lab, person, rows_of, tables_with, write
from remit.errors import DatasetError
from remit.facts.decoded_columns import DecodedColumns
from remit.facts.opened import open_facts
from remit.facts.part import SnapshotPart
from remit.facts.snapshot import new_snapshot

_GROUPS = {0: 2, 1: 3, 2: 1}  # row group -> rows


class _Pages:
    """Row groups of two columns, and which of them were decoded."""

    def __init__(self) -> None:
        self.decoded: list[tuple[tuple[int, ...], tuple[str, ...]]] = []

    def decode(self, groups: list[int], columns: list[str]) -> pa.Table:
        self.decoded.append((tuple(groups), tuple(columns)))
        numbers = [10 * group + row for group in groups for row in range(_GROUPS[group])]
        schema = pa.schema([pa.field(name, pa.int64(), nullable=name == "b") for name in columns])
        return pa.table({name: pa.array(numbers, pa.int64()) for name in columns}, schema=schema)


def _asked(kept: DecodedColumns, pages: _Pages, groups: list[int], columns: list[str]) -> pa.Table:
    counts = {group: _GROUPS[group] for group in groups}
    return kept.rows("file", columns, counts, pages.decode)


def test_what_was_decoded_is_not_decoded_again() -> None:
    kept, pages = DecodedColumns(), _Pages()
    for groups in ([0, 1], [1, 2], [0, 1, 2], [2], []):
        for columns in (["a"], ["a", "b"], ["b", "a"]):
            found = _asked(kept, pages, groups, columns)
            assert found.equals(_Pages().decode(groups, columns))
            assert found.schema.equals(_Pages().decode(groups, columns).schema)
    asked = [(group, name) for groups, names in pages.decoded for group in groups for name in names]
    assert len(asked) == len(set(asked)) == 6


def test_only_so_many_bytes_are_kept() -> None:
    kept, pages = DecodedColumns(most=3 * 8), _Pages()
    _asked(kept, pages, [0], ["a"])
    _asked(kept, pages, [1], ["a"])  # three rows: those of the first group make room
    before = len(pages.decoded)
    _asked(kept, pages, [1], ["a"])
    assert len(pages.decoded) == before
    _asked(kept, pages, [0], ["a"])
    assert len(pages.decoded) == before + 1


def test_columns_that_are_kept_are_refused_once_their_file_was_changed(tmp_path: Path) -> None:
    folder = write(tmp_path / "data", measurement=rows_of("measurement", lab(1, 1))).folder
    facts = open_facts(folder)
    facts.rows("measurement")
    file = folder / "part-0000" / "measurement.parquet"
    file.write_bytes(file.read_bytes() + b"more")
    with pytest.raises(DatasetError, match="written to while"):
        facts.rows("measurement")
    closed = open_facts(write(tmp_path / "other").folder)
    closed.rows("person")
    closed.close()
    with pytest.raises(DatasetError, match="was closed"):
        closed.rows("person")


def test_a_dataset_of_many_parts_keeps_none(tmp_path: Path) -> None:
    with new_snapshot(tmp_path / "data", source="test", data_cut=CUT) as snapshot:
        for number in (1, 2):
            snapshot.write_part(tables_with(person=rows_of("person", person(number))))
    for part in open_facts(tmp_path / "data").parts:
        assert isinstance(part, SnapshotPart)
        assert all(file.decoded is None for file in part._files.values())
