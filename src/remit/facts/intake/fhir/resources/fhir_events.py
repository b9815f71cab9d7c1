"""What a resource says, as an event that still lacks the ids of its codes and its person.

Events wait in a file without a name, batch by batch, until all codes and persons are known: memory
holds one batch, whatever the size of the source.
"""

from __future__ import annotations

import mmap
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import IO, NamedTuple

import pyarrow as pa

from remit.errors import OutputError
from remit.facts.intake.fhir.files.fhir_elements import Element
from remit.facts.intake.fhir.resources.fhir_codes import NO_CODE, CodeNumbers
from remit.facts.intake.fhir.resources.fhir_medicines import Medicines
from remit.facts.intake.fhir.resources.fhir_quantities import NO_UNIT, UnitNumbers

_ROWS = 1 << 12  # rows that become columns at once: few enough to stay in the cache
_BATCH = 1 << 16  # rows that are written at once
UNTIL_NOW = (1 << 31) - 1  # the last possible day is that of the data
NO_MEDICATION = 0
ROUNDED = "numbers that were rounded"
SUPPLIED = "ends by supply"


class EventKind(IntEnum):
    """What an event is: the table that it goes to where its code says no other."""

    CONDITION = 1
    MEASUREMENT = 2
    OBSERVATION = 3
    PROCEDURE = 4
    PRESCRIBED = 5
    ADMINISTERED = 6
    STATED = 7
    VACCINE = 8
    VISIT = 9
    ALLERGY = 10
    REPORT = 11
    SPECIMEN = 12
    DOSE = 13  # of a drug whose exposure stands in another event


class DoseKind(IntEnum):
    """How far a dose is known."""

    NONE = 0  # not at all: an era without a number
    DAILY = 1
    WEEKLY = 2
    ONCE = 3  # one of those that a day adds up
    ELSEWHERE = 4  # in events of its own
    NEVER = 5  # nobody asks for one


class Event(NamedTuple):
    """One dated fact. Numbers are in millionths; codes and units are numbers of their own lists.

    Attributes:
        day, last: the first and the last possible first day. time: in milliseconds since 1970.
        end, end_last: the same of the last day; `UNTIL_NOW` for the last day of the data.
        value: the number of a coded value; an OMOP id below zero.
    """

    kind: int
    code: int
    day: int
    last: int
    time: int | None = None
    end: int | None = None
    end_last: int | None = None
    number: int | None = None
    operator: int | None = None
    unit: int = NO_UNIT
    value: int = NO_CODE
    text: str | None = None
    low: int | None = None
    high: int | None = None
    medication: int = NO_MEDICATION
    route: int = NO_CODE
    dose: int | None = None
    dose_unit: int = NO_UNIT
    dose_kind: int = int(DoseKind.NONE)


EVENTS = pa.schema(
    [
        ("kind", pa.int8()),
        ("code", pa.int32()),
        ("day", pa.int32()),
        ("last", pa.int32()),
        ("time", pa.int64()),
        ("end", pa.int32()),
        ("end_last", pa.int32()),
        ("number", pa.int64()),
        ("operator", pa.int32()),
        ("unit", pa.int32()),
        ("value", pa.int32()),
        ("text", pa.string()),
        ("low", pa.int64()),
        ("high", pa.int64()),
        ("medication", pa.int32()),
        ("route", pa.int32()),
        ("dose", pa.int64()),
        ("dose_unit", pa.int32()),
        ("dose_kind", pa.int8()),
        ("resource", pa.int64()),
        ("person", pa.int32()),
        ("reference", pa.string()),
    ]
)
# One row a resource that was read: which it is, and which version of it.
RESOURCES = pa.schema(
    [
        ("key", pa.int64()),
        ("resource", pa.int64()),
        ("kind", pa.int8()),
        ("version", pa.string()),
        ("updated", pa.string()),
        ("print", pa.int64()),
    ]
)


@dataclass(slots=True)
class FhirReading:
    """What is found out while resources are read.

    Attributes:
        text: of the resource that is read now. notes: what has to be said -> how often.
        parts: type, and why a part of such a resource was left out -> how often.
    """

    codes: CodeNumbers = field(default_factory=CodeNumbers)
    units: UnitNumbers = field(default_factory=UnitNumbers)
    medicines: Medicines = field(default_factory=Medicines)
    notes: Counter[str] = field(default_factory=Counter)
    parts: Counter[tuple[str, str]] = field(default_factory=Counter)
    text: bytes = b""


Reader = Callable[[Element, FhirReading], Sequence[Event]]


class Spill:
    """Rows that wait in a file without a name; nothing is added after `table`.

    Args:
        folder: where the file lies; that of the system when None.

    Raises:
        OutputError: here and where rows are added, the disk is full.
    """

    __slots__ = ("_batch", "_file", "_kinds", "_rows", "_schema", "_waiting", "_writer")

    def __init__(self, schema: pa.Schema, folder: Path | None) -> None:
        self._schema = schema
        self._batch: list[tuple[object, ...]] = []
        with _room():
            self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - see `close`
            self._writer = pa.ipc.new_file(self._file, schema)
        self._kinds = [kind.type for kind in schema]
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0

    def add(self, *rows: tuple[object, ...]) -> None:
        self._batch += rows
        if len(self._batch) >= _ROWS:
            self._flush()

    def put(self, row: tuple[object, ...]) -> None:
        """As `add`, of one row."""
        self._batch.append(row)
        if len(self._batch) >= _ROWS:
            self._flush()

    def add_batch(self, batch: pa.RecordBatch) -> None:
        self._waiting.append(batch)
        self._rows += batch.num_rows
        if self._rows >= _BATCH:
            self._write()

    def _write(self) -> None:
        if self._waiting:
            whole = pa.Table.from_batches(self._waiting).combine_chunks()
            with _room():
                self._writer.write_table(whole, max_chunksize=_BATCH)
            self._waiting, self._rows = [], 0

    def _flush(self) -> None:
        if self._batch:
            columns = [
                _column(values, kind)
                for values, kind in zip(zip(*self._batch, strict=True), self._kinds, strict=True)
            ]
            self.add_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))
            self._batch = []

    def __enter__(self) -> Spill:
        return self

    def __exit__(self, *_: object) -> None:
        # After a refusal what is left need not find room.
        with suppress(OSError):
            if not self._file.closed:
                self._writer.close()
        with suppress(OSError):
            self._file.close()

    def table(self) -> pa.Table:
        """All rows; they stay in the file, which goes with them."""
        self._flush()
        self._write()
        with _room():
            self._writer.close()
            self._file.flush()
        held = pa.py_buffer(mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ))
        self._file.close()
        return pa.ipc.open_file(pa.BufferReader(held)).read_all()


def _column(values: tuple[object, ...], kind: pa.DataType) -> pa.Array:
    """Values as a column; most columns of most batches are empty, or one number over and over."""
    first, count = values[0], len(values)
    if values.count(first) < count or type(first) is str:
        return pa.array(values, kind)
    return pa.nulls(count, kind) if first is None else pa.repeat(pa.scalar(first, kind), count)


@contextmanager
def _room() -> Iterator[None]:
    """Nothing, when the disk has room for the rows.

    Raises:
        OutputError: it has none.
    """
    try:
        yield
    except OSError as fault:
        raise OutputError(
            "the rows of the source find no room on the disk",
            expected="room for them beside the output, until it is written",
            got=fault.strerror or "a disk that is full",
            next_step="free some space, or give an output on another disk",
        ) from fault
