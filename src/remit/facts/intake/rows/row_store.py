"""Rows of an import until all of them are read, on the disk where they are many.

A reader adds rows table by table, in any order of persons, with the person's number or the id as
the source has it. Afterwards they come back part by part: each part has every row of a range of
persons. Few rows stay in memory; more go to files beside the output, in runs that are sorted by
person, and vanish with the store. So memory does not grow with the source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from remit.errors import DatasetError, OutputError
from remit.facts.arrays import Whole, dates_of, distinct, order_of, rows_in_order, whole_numbers
from remit.facts.arrow_memory import kept_memory
from remit.facts.intake.persons.person_ids import PersonNumbers, Texts
from remit.facts.intake.rows.raw_tables import RAW_TABLES
from remit.facts.intake.rows.row_keys import RowKeys, latest_two, repeated_keys
from remit.facts.snapshot import PERSONS_A_PART
from remit.facts.tables import TABLES, FactTable
from remit.output import scratch_folder

KEPT: Mapping[str, FactTable] = {**TABLES, **RAW_TABLES}
HELD_BYTES = 1 << 28  # rows that stay in memory until then
PART_BYTES = 5 << 25  # rows of a part
_RUN_BYTES = 1 << 27  # rows that are sorted at once
_BATCH = 1 << 14  # rows of a run that are read at once
_ID = "id of the source"
# To press rows together takes as long as to sort them: only what would fill a disk is.
_PLAIN_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class _Run:
    """A file of rows sorted by person: the first and last person of each batch, and its bytes."""

    path: Path
    first: Whole
    last: Whole
    bytes: int


@dataclass(slots=True)
class StoredTable:
    """What is known of the rows of one table.

    Attributes:
        keys: its ids. codes: those that occur. days: the last two first days, the later one first.
    """

    rows: int = 0
    keys: RowKeys = field(default_factory=RowKeys)
    codes: set[int] = field(default_factory=set)
    days: tuple[int, ...] = ()
    _held: list[pa.RecordBatch] = field(default_factory=list)
    _bytes: int = 0
    _runs: list[_Run] = field(default_factory=list)


class RowStore:
    """Rows of tables, by table and person; `row_store` gives one.

    Attributes:
        tables: table -> what is known of its rows, of those to which rows were added.
        persons: the numbers of the persons; None until somebody says them.
    """

    def __init__(
        self, folder: Path | None = None, writer: ThreadPoolExecutor | None = None
    ) -> None:
        self._folder, self._writer = folder, writer
        self._files, self._spilled = 0, 0
        self._pending: tuple[StoredTable, Future[_Run]] | None = None
        self.tables: dict[str, StoredTable] = {}
        self.persons: PersonNumbers | None = None

    def number(self, persons: PersonNumbers) -> None:
        """Say the persons' numbers: once, before or after rows are added by the source's ids."""
        self.persons = persons
        self._settle()
        waiting = [name for name, table in self.tables.items() if _is_unnumbered(table)]
        for name in waiting:
            old = self.tables.pop(name)
            for batch in _batches(old):
                rows = pa.Table.from_batches([batch])
                self.add(name, rows.drop_columns([_ID]), ids=rows[_ID])
            _remove(old)

    def add(self, name: str, rows: pa.Table | pa.RecordBatch, *, ids: Texts | None = None) -> None:
        """Keep rows of a table.

        Args:
            rows: with the columns and types of `KEPT`; here any value may be empty.
            ids: whose they are, as the source has it; by `person_id` of the rows when None.

        Raises:
            OutputError: the disk is full.
        """
        table = self.tables.setdefault(name, StoredTable())
        rows = rows if isinstance(rows, pa.Table) else pa.Table.from_batches([rows])
        rows = _loose(name, rows, ids, self.persons)
        self._note(name, table, rows)
        for batch in rows.to_batches():
            table._held.append(batch)
            table._bytes += batch.nbytes
        if self._folder is None or "person_id" not in rows.schema.names:
            return
        total = sum(held._bytes for held in self.tables.values())
        if table._bytes > _RUN_BYTES or total > HELD_BYTES:
            movable = filter(_is_by_person, self.tables)
            self._spill(max(movable, key=lambda key: self.tables[key]._bytes))

    def rewrite(
        self, names: Iterable[str], change: Callable[[str, pa.Table], Mapping[str, pa.Table]]
    ) -> None:
        """Put other rows in place of those of some tables.

        Args:
            change: gives, for some rows of a table, the rows in their place, by table.
        """
        self._settle()
        old = {name: self.tables.pop(name) for name in names}
        for name in old:
            self.add(name, _schema(name).empty_table())
        for name, table in old.items():
            for batch in _batches(table):
                for other, rows in change(name, pa.Table.from_batches([batch])).items():
                    self.add(other, rows)
            _remove(table)

    def table(self, name: str) -> pa.Table:
        """All rows of a table, in the order in which they came where they are few."""
        self._settle()
        table = self.tables.get(name)
        held = [] if table is None else list(_batches(table))
        return pa.Table.from_batches(held, _schema(name))

    def repeated_keys(self, name: str) -> Whole:
        """The ids of a table that stand for several rows, rising."""
        self._settle()
        table, key = self.tables[name], KEPT[name].key
        if table.keys.surely_distinct:
            return np.zeros(0, np.int64)
        return repeated_keys(lambda: _columns(table, key), table.rows)

    def columns(self, name: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Some columns of the rows of a table, batch by batch."""
        self._settle()
        table = self.tables.get(name)
        for batch in () if table is None else _batches(table, columns):
            yield batch.select(list(columns))

    def parts(self, names: Sequence[str] | None = None) -> Iterator[dict[str, pa.Table]]:
        """Part by part, table -> every row of its persons; the persons rise with the parts.

        Rows of nobody, and of persons without a row in `person`, are in one of the parts too. A
        table of no person is in the first.

        Args:
            names: these tables alone; all when None.
        """
        wanted = list(self.tables) if names is None else [n for n in names if n in self.tables]
        if self._files:
            # What is left in memory goes to the disk too: then each part is cut in one way.
            for name, table in self.tables.items():
                if table._held and _is_by_person(name):
                    self._spill(name)
        self._settle()
        lasts = self._borders()
        for number in range(len(lasts) + 1):
            low = None if number == 0 else int(lasts[number - 1])
            high = None if number == len(lasts) else int(lasts[number])
            pa.default_memory_pool().release_unused()
            yield {
                name: self._rows_of(name, low, high)
                for name in wanted
                if number == 0 or _is_by_person(name)
            }

    def _rows_of(self, name: str, low: int | None, high: int | None) -> pa.Table:
        """The rows of a table of the persons above `low`, up to `high`."""
        table, schema = self.tables[name], _schema(name)
        pieces = [pa.Table.from_batches(table._held, schema)]
        if _is_by_person(name) and table._held and not (low is None and high is None):
            person = whole_numbers(pieces[0]["person_id"])
            inside = np.ones(len(person), np.bool_)
            inside &= person > low if low is not None else inside
            inside &= person <= high if high is not None else inside
            pieces = [pieces[0].filter(pa.array(inside, pa.bool_()))]
        for run in table._runs:
            pieces.append(_range_of(run, schema, low, high))
        return pa.concat_tables(pieces)

    def _borders(self) -> Whole:
        """The last person of each part but the last."""
        held = [
            whole_numbers(batch["person_id"]) for batch in self.columns("person", ["person_id"])
        ]
        everybody = distinct(np.concatenate([np.zeros(0, np.int64), *held]).astype(np.int64))
        runs = [run for table in self.tables.values() for run in table._runs]
        if not runs:
            return everybody[PERSONS_A_PART - 1 : -1 : PERSONS_A_PART]
        first = np.concatenate([run.first for run in runs])
        size = np.concatenate([np.full(len(run.first), run.bytes / len(run.first)) for run in runs])
        order = np.argsort(first, kind="stable")
        # Bytes of all that begins before a person, and how many persons are before him.
        until = np.cumsum(size[order])
        place = np.searchsorted(first[order], everybody, "right") - 1
        weight = np.where(place < 0, 0.0, until[place])
        borders, begin = list[int](), 0
        while begin < len(everybody):
            start = weight[begin - 1] if begin else 0.0
            end = int(np.searchsorted(weight, start + PART_BYTES, "right"))
            end = min(max(end, begin + 1), begin + PERSONS_A_PART)
            if end >= len(everybody):
                break
            borders.append(int(everybody[end - 1]))
            begin = end
        return np.array(borders, np.int64)

    def _note(self, name: str, table: StoredTable, rows: pa.Table) -> None:
        fact = KEPT[name]
        table.rows += rows.num_rows
        if fact.key != fact.person:
            table.keys.add(rows[fact.key])
        if fact.concept is not None:
            table.codes.update(distinct(whole_numbers(rows[fact.concept], empty=0)).tolist())
        if fact.start is not None and rows.num_rows:
            found = [*table.days, *latest_two(dates_of(rows[fact.start]))]
            table.days = tuple(sorted(set(found), reverse=True)[:2])

    def _spill(self, name: str) -> None:
        """Give the rows of a table in memory to the writer; the reader goes on meanwhile."""
        assert self._folder is not None, "the store is in memory"
        assert self._writer is not None, "a store with a folder has a writer"
        table = self.tables[name]
        if not table._held:
            return
        self._settle()
        rows, size = pa.Table.from_batches(table._held), table._bytes
        table._held, table._bytes = [], 0
        path = self._folder / f"{name}.{self._files}.arrow"
        self._files, self._spilled = self._files + 1, self._spilled + size
        compression = None if self._spilled <= _PLAIN_BYTES else "lz4"
        self._pending = table, self._writer.submit(_written_run, path, rows, size, compression)

    def _settle(self) -> None:
        """Wait until what was given to the writer is on the disk.

        Raises:
            OutputError: the disk is full.
        """
        if self._pending is None:
            return
        (table, run), self._pending = self._pending, None
        try:
            table._runs.append(run.result())
            # Now that its rows are gone: before, the gaps between rows that are kept would stay
            # and grow from run to run.
            pa.default_memory_pool().release_unused()
        except OSError as error:
            raise OutputError(
                "the rows of the source find no room on the disk",
                expected="room for them beside the output, until it is written",
                got=error.strerror or "a disk that is full",
                next_step="free some space, or give an output on another disk",
                place=None if self._folder is None else self._folder.parent,
            ) from error


@contextmanager
def row_store(out: Path) -> Iterator[RowStore]:
    """A store whose files lie beside an output and vanish after the block, however it ends."""
    # The writer ends first: what it writes to is there until then.
    with (
        kept_memory(),
        scratch_folder(beside=out) as folder,
        ThreadPoolExecutor(1) as writer,
    ):
        yield RowStore(folder, writer)


def _schema(name: str) -> pa.Schema:
    return pa.schema([pa.field(field.name, field.type) for field in KEPT[name].schema])


def _is_by_person(name: str) -> bool:
    return KEPT[name].person is not None


def _is_unnumbered(table: StoredTable) -> bool:
    if table._runs:
        with pa.OSFile(str(table._runs[0].path)) as file:
            return _ID in pa.ipc.open_file(file).schema.names
    return bool(table._held) and _ID in table._held[0].schema.names


def _loose(name: str, rows: pa.Table, ids: Texts | None, persons: PersonNumbers | None) -> pa.Table:
    """Rows of which each value may be empty, with the person's number or, until then, his id."""
    schema = _schema(name)
    for column in schema:
        if column.name not in rows.schema.names or rows.schema.field(column.name).type != (
            column.type
        ):
            raise DatasetError(
                f"rows of {name} lack the column {column.name} of its type",
                expected=str(column.type),
                got=str(rows.schema),
                next_step="report this: a reader of Remit's made them so",
            )
    rows = pa.Table.from_arrays([rows[column] for column in schema.names], schema=schema)
    if ids is None:
        return rows
    if persons is not None:
        place = schema.get_field_index("person_id")
        return rows.set_column(place, schema.field(place), persons.of(ids))
    return rows.append_column(pa.field(_ID, pa.string()), ids.cast(pa.string()))


def _written_run(path: Path, rows: pa.Table, size: int, compression: str | None) -> _Run:
    person = np.asarray(whole_numbers(rows["person_id"]), np.int64)
    if not (person[1:] >= person[:-1]).all():
        order = order_of(person)
        person, rows = person[order], rows_in_order(rows, order)
    begins = np.arange(0, len(person), _BATCH)
    options = pa.ipc.IpcWriteOptions(compression=compression)
    with (
        pa.OSFile(str(path), "wb") as file,
        pa.ipc.new_file(file, rows.schema, options=options) as writer,
    ):
        for begin in begins.tolist():
            writer.write_table(rows.slice(begin, _BATCH).combine_chunks())
    return _Run(path, person[begins], person[np.minimum(begins + _BATCH, len(person)) - 1], size)


def _batches(table: StoredTable, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """All rows of a table; of those on the disk some columns where these are enough."""
    for run in table._runs:
        with pa.OSFile(str(run.path)) as file:
            options = None
            if columns is not None:
                names = pa.ipc.open_file(file).schema.names
                fields = [names.index(column) for column in columns]
                options = pa.ipc.IpcReadOptions(included_fields=fields)
            reader = pa.ipc.open_file(file, options=options)
            for number in range(reader.num_record_batches):
                yield reader.get_batch(number)
    yield from table._held


def _columns(table: StoredTable, column: str) -> Iterator[pa.Array]:
    return (batch[column] for batch in _batches(table, [column]))


def _range_of(run: _Run, schema: pa.Schema, low: int | None, high: int | None) -> pa.Table:
    begin = 0 if low is None else int(np.searchsorted(run.last, low, "right"))
    end = len(run.first) if high is None else int(np.searchsorted(run.first, high, "right"))
    # The rows stay where the file is: they are moved once, into the order of reading.
    with pa.memory_map(str(run.path)) as file:
        reader = pa.ipc.open_file(file)
        rows = pa.Table.from_batches([reader.get_batch(n) for n in range(begin, end)], schema)
    person = whole_numbers(rows["person_id"])
    start = 0 if low is None else int(np.searchsorted(person, low, "right"))
    stop = len(person) if high is None else int(np.searchsorted(person, high, "right"))
    return rows.slice(start, stop - start)


def _remove(table: StoredTable) -> None:
    for run in table._runs:
        run.path.unlink(missing_ok=True)
