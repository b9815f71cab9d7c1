"""What the pieces of a source tell, joined in its order: as if it had been read in one.

In each piece codes, units, medicines and resources are numbered from the first that was met there,
and references to patients by each process that reads. Joined, each has the number that it has in
the whole source.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import Whole, arrow_of, whole_numbers
from remit.facts.intake.fhir.files.fhir_account import FhirAccount
from remit.facts.intake.fhir.files.fhir_files import FileAccount
from remit.facts.intake.fhir.resources.fhir_adverse import WrittenEvents
from remit.facts.intake.fhir.resources.fhir_codes import NO_CODE
from remit.facts.intake.fhir.resources.fhir_events import EVENTS, RESOURCES, FhirReading
from remit.facts.intake.fhir.resources.fhir_persons import Patients
from remit.facts.intake.fhir.resources.fhir_spill import BATCH, Spill, SpilledRows
from remit.facts.intake.fhir.resources.fhir_studies import Studies
from remit.facts.intake.fhir.resources.fhir_subjects import SubjectNumbers


@dataclass(slots=True)
class PieceReader:
    """What a process has that reads piece after piece, each behind the last one in the source.

    Attributes:
        subjects: of all its pieces, since a source has the same ones in most.
    """

    number: int
    events: Spill
    versions: Spill
    subjects: SubjectNumbers = field(default_factory=SubjectNumbers)
    _told: int = 1

    def new_subjects(self) -> list[str]:
        """The references that were met since this was asked last."""
        found = self.subjects.targets[self._told :]
        self._told += len(found)
        return found


@dataclass(frozen=True, slots=True)
class ToldPiece:
    """What a piece of a source tells, by numbers of its own.

    Attributes:
        reader: the number of its reader, whose files have its rows.
        events, versions: where; None for no rows.
        resources: how many have a number. subjects: the references that its reader met here first.
    """

    reader: int
    events: SpilledRows | None
    versions: SpilledRows | None
    resources: int
    subjects: Sequence[str]
    reading: FhirReading
    patients: Patients
    studies: Studies
    adverse: WrittenEvents
    account: FhirAccount
    files: FileAccount


@dataclass(frozen=True, slots=True)
class _Numbered:
    """Where the rows of a piece lie, and what its numbers are in the whole.

    Attributes:
        resources: how many came before it.
    """

    reader: int
    events: SpilledRows | None
    versions: SpilledRows | None
    codes: Whole
    units: Whole
    medicines: Whole
    resources: int


@dataclass(slots=True)
class ReadResources:
    """What all files told, before codes and persons are known.

    Attributes:
        readers: whose files have the rows.
    """

    readers: Sequence[PieceReader]
    files: FileAccount
    reading: FhirReading = field(default_factory=FhirReading)
    subjects: SubjectNumbers = field(default_factory=SubjectNumbers)
    patients: Patients = field(default_factory=Patients)
    studies: Studies = field(default_factory=Studies)
    adverse: WrittenEvents = field(default_factory=WrittenEvents)
    account: FhirAccount = field(default_factory=FhirAccount)
    _pieces: list[_Numbered] = field(default_factory=list)
    _subjects: dict[int, array[int]] = field(default_factory=dict)
    _resources: int = 0

    def join(self, piece: ToldPiece) -> None:
        """Take in the piece that follows."""
        reading, told, before = self.reading, piece.reading, self._resources
        codes, units = reading.codes.join(told.codes), reading.units.join(told.units)
        medicines = reading.medicines.join(told.medicines, codes.tolist(), units.tolist(), before)
        subjects = self._subjects.setdefault(piece.reader, array("q", [0]))
        subjects.extend(self.subjects.join(piece.subjects))
        self.patients.join(piece.patients, before)
        self.studies.join(piece.studies, subjects, before)
        self.adverse.join(piece.adverse, subjects, codes.tolist(), before)
        reading.notes.update(told.notes)
        reading.parts.update(told.parts)
        self.account.join(piece.account)
        self.files.join(piece.files)
        self._resources += piece.resources
        rows = piece.reader, piece.events, piece.versions
        self._pieces.append(_Numbered(*rows, codes, units, medicines, before))

    def events(self) -> Iterator[pa.RecordBatch]:
        """The rows of `EVENTS`, many at once, those of a resource together.

        Where a batch ends hangs on the rows before it alone, not on the pieces.
        """
        subjects = {reader: np.array(each, np.int64) for reader, each in self._subjects.items()}
        held, rows = list[pa.RecordBatch](), 0
        for piece, batch in self._batches():
            held.append(_renumbered(batch, piece, subjects[piece.reader]))
            rows += batch.num_rows
            while rows >= BATCH:
                whole = _whole(held)
                resource = whole_numbers(whole["resource"])
                ends = np.flatnonzero(resource[BATCH:] != resource[BATCH - 1 : -1])
                if not len(ends):
                    held = [whole]
                    break
                cut = BATCH + int(ends[0])
                yield whole.slice(0, cut)
                held, rows = [whole.slice(cut)], rows - cut
        if rows:
            yield _whole(held)

    def last_day(self) -> int:
        """The last first day of all events, in days since 1970; 0 where there is none."""
        days = (pc.max(batch.column("day")).as_py() for _, batch in self._batches())
        return max(max(days, default=0), self.adverse.last_day)

    def _batches(self) -> Iterator[tuple[_Numbered, pa.RecordBatch]]:
        for piece in self._pieces:
            if piece.events is not None:
                for batch in self.readers[piece.reader].events.batches(piece.events):
                    yield piece, batch

    def versions(self) -> Versions:
        """The rows of `RESOURCES`."""
        batches, starts, rows = list[pa.RecordBatch](), list[int](), 0
        for piece in self._pieces:
            starts.append(rows)
            if piece.versions is not None:
                for batch in self.readers[piece.reader].versions.batches(piece.versions):
                    batches.append(batch)
                    rows += batch.num_rows
        return Versions(
            pa.Table.from_batches(batches, RESOURCES),
            np.array(starts, np.int64),
            np.array([piece.resources for piece in self._pieces], np.int64),
        )


@dataclass(frozen=True, slots=True)
class Versions:
    """Rows of `RESOURCES`, of which the resources are numbered by piece.

    Attributes:
        starts: the first row of each piece. before: how many resources came before it.
    """

    rows: pa.Table
    starts: Whole
    before: Whole

    def taken(self, rows: Whole) -> pa.Table:
        """Some rows, with the numbers of resources in the whole source."""
        found = self.rows.take(arrow_of(rows, pa.int64()))
        place = found.schema.get_field_index("resource")
        before = self.before[np.searchsorted(self.starts, rows, "right") - 1]
        numbers = _moved(np.asarray(whole_numbers(found["resource"]), np.int64), before)
        return found.set_column(place, "resource", arrow_of(numbers, pa.int64()))


def _moved(resources: Whole, before: Whole | int) -> Whole:
    """The numbers of resources behind others; below zero are those of which only doubt is left."""
    return np.asarray(np.where(resources < 0, resources - before, resources + before), np.int64)


def _renumbered(batch: pa.RecordBatch, piece: _Numbered, subjects: Whole) -> pa.RecordBatch:
    """The rows of a piece by the numbers of the whole source."""
    columns = {name: batch.column(name) for name in batch.schema.names}

    def numbers(name: str) -> Whole:
        return np.asarray(whole_numbers(columns[name]), np.int64)

    value = numbers("value")
    made = {
        "code": piece.codes[numbers("code")],
        "value": np.where(value > NO_CODE, piece.codes[np.maximum(value, NO_CODE)], value),
        "route": piece.codes[numbers("route")],
        "unit": piece.units[numbers("unit")],
        "dose_unit": piece.units[numbers("dose_unit")],
        "medication": piece.medicines[numbers("medication")],
        "person": subjects[numbers("person")],
        "resource": _moved(numbers("resource"), piece.resources),
    }
    columns |= {name: arrow_of(each, EVENTS.field(name).type) for name, each in made.items()}
    return pa.RecordBatch.from_arrays([*columns.values()], schema=EVENTS)


def _whole(batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    if len(batches) == 1:
        return batches[0]
    return pa.Table.from_batches(batches).combine_chunks().to_batches()[0]
