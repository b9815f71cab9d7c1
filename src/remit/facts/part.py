"""Parts of a snapshot: the rows of a range of persons, read from files that are open."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from remit.facts.arrays import arrow_of, repeated_text, slices_of, whole_numbers
from remit.facts.decoded_columns import DecodedColumns
from remit.facts.files import OpenFile, read_parquet
from remit.facts.reading import ADDED, STUDY, Kind, chosen_rows
from remit.facts.tables import TABLES, FactTable, Type

KINDS = b"remit.kinds"
_TOLD: Sequence[Type] = ("concept", "text")
# From here on Arrow's threads are worth their start: below, one reads faster than several.
ROWS_FOR_THREADS = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class TableFile:
    """The rows of a table in one open Parquet file.

    Attributes:
        lowest, highest: the least and the greatest code of each row group, shape (groups,); None
            for a table without codes.
        studies: the first and the last study of each row group; None for a table without studies.
        same: column -> what every row of each row group holds in it; None where they differ. Of
            columns by which rows are ordered: these need not be read.
        decoded: where columns that were read are kept; None: nowhere.
    """

    file: OpenFile
    footer: pq.FileMetaData
    lowest: np.ndarray[tuple[int], np.dtype[np.int64]] | None
    highest: np.ndarray[tuple[int], np.dtype[np.int64]] | None
    studies: tuple[tuple[str, str], ...] | None = None
    same: Mapping[str, Sequence[int | str | None]] = field(default_factory=dict)
    decoded: DecodedColumns | None = None

    def read(
        self,
        columns: Sequence[str],
        *,
        groups: Sequence[int] | None = None,
        coded: Collection[str] = (),
    ) -> pa.Table:
        """Columns of the rows of some row groups, of all when None, in the file's order.

        Args:
            coded: columns of texts that are read as codes of few distinct ones.

        Raises:
            DatasetError: the file was changed since it was verified, or is damaged.
        """
        wanted = list(dict.fromkeys(columns))
        chosen = list(range(self.footer.num_row_groups) if groups is None else groups)
        known = {name: found for name in wanted if (found := self._same(name, chosen))}
        rows = self._read([name for name in wanted if name not in known], chosen, coded)
        if not known:
            return rows
        counts = [self.footer.row_group(group).num_rows for group in chosen]
        fields, held = [], []
        for name in wanted:
            if name in known:
                held.append(_told(known[name], counts, as_codes=name in coded))
                fields.append(pa.field(name, held[-1].type, nullable=False))
            else:
                held.append(rows[name])
                fields.append(rows.schema.field(name))
        return pa.Table.from_arrays(held, schema=pa.schema(fields))

    def _read(self, wanted: list[str], groups: list[int], coded: Collection[str]) -> pa.Table:
        """Columns of the rows of some row groups, kept or from the file."""
        if self.decoded is None or not wanted:
            return self._decoded(wanted, groups, coded)
        self.file.check_unchanged()
        counts = {group: self.footer.row_group(group).num_rows for group in groups}
        return self.decoded.rows(
            (self.file, frozenset(coded)),
            wanted,
            counts,
            lambda missing, names: self._decoded(names, missing, coded),
        )

    def _decoded(self, wanted: list[str], groups: list[int], coded: Collection[str]) -> pa.Table:
        """Columns of the rows of some row groups, from the pages of the file."""
        reader = pq.ParquetFile(
            self.file.source(), metadata=self.footer, read_dictionary=list(coded)
        )
        number = sum(self.footer.row_group(group).num_rows for group in groups)
        # A copy of a process has one processor: a thread of Arrow's own would only be waited for.
        threads = number > ROWS_FOR_THREADS and pa.cpu_count() > 1
        rows = read_parquet(
            self.file,
            lambda: reader.read_row_groups(groups, columns=wanted, use_threads=threads),
        )
        return rows.select(wanted)

    def _same(self, column: str, groups: Sequence[int]) -> list[int | str]:
        """What each row group holds in every row of a column; nothing where it must be read."""
        told = self.same.get(column)
        found = [] if told is None else [told[group] for group in groups]
        known = [each for each in found if each is not None]
        return known if len(known) == len(found) else []

    def groups_with(self, concepts: Collection[int] | None, study: str | None = None) -> list[int]:
        """The row groups in which a row may carry one of the codes, or belong to the study."""
        every = list(range(self.footer.num_row_groups))
        if study is not None and self.studies is not None:
            return [n for n in every if self.studies[n][0] <= study <= self.studies[n][1]]
        if concepts is None or self.lowest is None or self.highest is None:
            return every
        asked = np.array(sorted(concepts), np.int64)
        first = np.searchsorted(asked, self.lowest, side="left")
        last = np.searchsorted(asked, self.highest, side="right")
        return np.flatnonzero(last > first).tolist()


def _told(
    found: Sequence[int | str], counts: Sequence[int], *, as_codes: bool
) -> pa.Array | pa.ChunkedArray:
    """A column from what each row group holds in every row.

    Args:
        as_codes: of texts, as codes of few distinct ones.
    """
    texts = [text for text in found if isinstance(text, str)]
    if not texts:
        return arrow_of(np.repeat(np.array(found, np.int64), counts), pa.int32())
    if not as_codes:
        pieces = zip(texts, counts, strict=True)
        return pa.chunked_array([repeated_text(text, count) for text, count in pieces])
    place = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    codes = np.repeat(np.array([place[text] for text in texts], np.int32), counts)
    distinct_texts = pa.concat_arrays([repeated_text(text, 1) for text in place])
    return pa.DictionaryArray.from_arrays(arrow_of(codes, pa.int32()), distinct_texts)


def table_file(table: FactTable, file: OpenFile, footer: pq.FileMetaData) -> TableFile:
    """The file of a table, with the bounds of the codes in each row group."""
    if footer.num_row_groups == 0:
        return TableFile(file, footer, None, None)
    bounds = {
        column.name: found
        for column in table.columns
        if column.type in _TOLD and column.name in (*table.order, table.concept)
        if (found := _bounds(footer, column.name)) is not None
    }
    never_empty = {column.name for column in table.columns if column.required}
    same = {
        name: [low if low == high else None for low, high in found]
        for name, found in bounds.items()
        if name in never_empty
    }
    if table.order[0] == STUDY and STUDY in bounds:
        return TableFile(file, footer, None, None, tuple(bounds[STUDY]), same)
    if table.concept is None or table.concept not in bounds:
        return TableFile(file, footer, None, None, same=same)
    lowest, highest = np.array(bounds[table.concept], np.int64).T
    return TableFile(file, footer, lowest, highest, same=same)


def _bounds(footer: pq.FileMetaData, column: str) -> list[tuple[Any, Any]] | None:
    """The least and the greatest value of a column in each row group; None: not all are told."""
    place = footer.schema.names.index(column)
    groups = range(footer.num_row_groups)
    found = [footer.row_group(group).column(place).statistics for group in groups]
    if any(told is None or not told.has_min_max for told in found):
        return None
    try:
        return [(told.min, told.max) for told in found]
    except UnicodeDecodeError:
        return None  # damaged: whoever reads the column is told


class SnapshotPart:
    """A part whose files hold their rows in reading order."""

    copies_may_read = True  # of this process: its files stay open in them

    def __init__(self, files: Mapping[str, TableFile]) -> None:
        self._files = dict(files)

    @cached_property
    def kinds(self) -> Sequence[Kind]:
        """As `Part.kinds`."""
        metadata = self._files["measurement"].footer.metadata or {}
        return tuple(Kind(*kind) for kind in json.loads(metadata.get(KINDS, b"[]")))

    def rows(
        self,
        table: str,
        columns: Sequence[str],
        *,
        concepts: Collection[int] | None = None,
        persons: Collection[int] | None = None,
        study: str | None = None,
    ) -> pa.Table:
        """As `Part.rows`; threads may ask at once."""
        declared = TABLES[table]
        file = self._files.get(table)
        if file is None:
            return no_rows(declared, columns)
        code = declared.concept
        needed = list(columns)
        if concepts is not None and code is not None:
            needed.append(code)
        if persons is not None and declared.person is not None:
            needed.append(declared.person)
        coded: list[str] = []
        groups = file.groups_with(concepts, study)
        if study is not None and STUDY in declared.schema.names:
            coded = [column.name for column in declared.columns if column.type == "text"]
            if file.studies is not None and all(file.studies[n] == (study, study) for n in groups):
                study = None  # no row of these is of another one
            else:
                needed.append(STUDY)
        rows = file.read(needed, groups=groups, coded=coded)
        if concepts is not None and code is not None and declared.order[0] == code:
            rows, concepts = _with_codes(rows, code, concepts), None
        return chosen_rows(rows, declared, columns, concepts=concepts, persons=persons, study=study)


def no_rows(table: FactTable, columns: Sequence[str]) -> pa.Table:
    """The columns of a table without a row."""
    added = ADDED.get(table.name, {})
    fields = [
        pa.field(name, added[name], nullable=False) if name in added else table.schema.field(name)
        for name in columns
    ]
    return pa.Table.from_batches([], pa.schema(fields))


def _with_codes(rows: pa.Table, column: str, codes: Collection[int]) -> pa.Table:
    """The rows with one of the codes, of rows in the order of their codes."""
    held = whole_numbers(rows[column])
    asked = np.array(sorted(codes), held.dtype)
    begins = np.searchsorted(held, asked, side="left")
    ends = np.searchsorted(held, asked, side="right")
    there = ends > begins
    begins, ends = begins[there], ends[there]
    if len(begins) == 0:
        return rows.slice(0, 0)
    apart = np.flatnonzero(begins[1:] != ends[:-1])  # neighbours are one range
    return slices_of(rows, np.r_[begins[0], begins[apart + 1]], np.r_[ends[apart], ends[-1]])
