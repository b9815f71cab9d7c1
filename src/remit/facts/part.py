"""Parts of a snapshot: the rows of a range of persons, read from files that are open."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from remit.facts.arrays import slices_of, whole_numbers
from remit.facts.files import OpenFile, read_parquet
from remit.facts.reading import ADDED, STUDY, Kind, chosen_rows
from remit.facts.tables import TABLES, FactTable

KINDS = b"remit.kinds"
# From here on Arrow's threads are worth their start: below, one reads faster than several.
ROWS_FOR_THREADS = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class TableFile:
    """The rows of a table in one open Parquet file.

    Attributes:
        lowest, highest: the least and the greatest code of each row group, shape (groups,); None
            for a table without codes.
        studies: the first and the last study of each row group; None for a table without studies.
    """

    file: OpenFile
    footer: pq.FileMetaData
    lowest: np.ndarray[tuple[int], np.dtype[np.int64]] | None
    highest: np.ndarray[tuple[int], np.dtype[np.int64]] | None
    studies: tuple[tuple[str, str], ...] | None = None

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
        reader = pq.ParquetFile(
            self.file.source(), metadata=self.footer, read_dictionary=list(coded)
        )
        chosen = list(range(self.footer.num_row_groups) if groups is None else groups)
        number = sum(self.footer.row_group(group).num_rows for group in chosen)
        rows = read_parquet(
            self.file,
            lambda: reader.read_row_groups(
                chosen, columns=wanted, use_threads=number > ROWS_FOR_THREADS
            ),
        )
        return rows.select(wanted)

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


def table_file(table: FactTable, file: OpenFile, footer: pq.FileMetaData) -> TableFile:
    """The file of a table, with the bounds of the codes in each row group."""
    count = footer.num_row_groups
    if table.order[0] == STUDY and count:
        place = footer.schema.names.index(STUDY)
        texts = [footer.row_group(group).column(place).statistics for group in range(count)]
        if all(found is not None and found.has_min_max for found in texts):
            studies = tuple((found.min, found.max) for found in texts)
            return TableFile(file, footer, None, None, studies)
    if table.concept is None or count == 0:
        return TableFile(file, footer, None, None)
    column = footer.schema.names.index(table.concept)
    bounds = [footer.row_group(group).column(column).statistics for group in range(count)]
    if any(found is None or not found.has_min_max for found in bounds):
        return TableFile(file, footer, None, None)
    lowest = np.array([found.min for found in bounds], np.int64)
    return TableFile(file, footer, lowest, np.array([found.max for found in bounds], np.int64))


class SnapshotPart:
    """A part whose files hold their rows in reading order."""

    in_files = True  # a copy of this process may read it too

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
        if study is not None and STUDY in declared.schema.names:
            needed.append(STUDY)
            coded = [column.name for column in declared.columns if column.type == "text"]
        rows = file.read(needed, groups=file.groups_with(concepts, study), coded=coded)
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
