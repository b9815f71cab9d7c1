"""Rows of a mapped sheet as dated records of OMOP tables, before persons have numbers.

A name that the map leaves open keeps its rows, under a code of its own that nothing resolves: the
person has a record that nobody understood, so no absence is believed there, and how many verdicts
hang on each name can be counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from remit.facts.concept import Concept
from remit.facts.dictionary import Dictionary
from remit.facts.intake.rows.written_codes import condition_code, main_code
from remit.facts.intake.sources.cell_dates import WrittenDay, first_day, moment_reader
from remit.facts.intake.sources.cell_numbers import shape_of
from remit.facts.intake.sources.sheet_grid import Cell, cell_words
from remit.facts.intake.tidy.tidy_faults import FaultList
from remit.facts.intake.tidy.tidy_map import NAMED, TABLE_OF, NameUse, NoEnd
from remit.facts.intake.tidy.tidy_persons import no_patient, patient_id, unread_date
from remit.facts.intake.tidy.tidy_sheets import TidySheet

UNMAPPED = 0
# Of the ids that OMOP leaves to whoever needs one; Remit's own concepts have none of these.
_OPEN_NAMES = 2_147_000_000


@dataclass(frozen=True, slots=True)
class TidyRecord:
    """One row of a sheet as a record of a table.

    Attributes:
        start: its first day; end: its last, None where it is open or goes on.
        ongoing: whether it goes on until the data end.
        concept: its OMOP id, one of its own for a name that nothing maps.
        name: as the source has it.
        columns: the further columns of the table.
        of: the procedure to which a finding belongs, by its concept.
        undated: whether nobody knows its day; `start` says nothing then.
    """

    table: str
    patient: str
    title: str
    row: int
    start: date
    end: date | None = None
    ongoing: bool = False
    concept: int = UNMAPPED
    name: str = ""
    columns: Mapping[str, object] = field(default_factory=dict)
    of: str | None = None
    undated: bool = False


@dataclass(slots=True)
class Understanding:
    """What rows say that Remit does not understand; it grows while rows are read.

    Attributes:
        unknown: table, kind and words -> the persons, one a row.
        codes: table and name that nothing maps -> the code of its rows.
        ignored: sheet title -> name -> rows.
        empty: sheet title -> rows without a value in a column that is all of one test.
        imprecise: sheet title -> how many days stand for a month or a year.
        remarks: sheet title and remark -> rows.
    """

    unknown: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)
    codes: dict[tuple[str, str], int] = field(default_factory=dict)
    ignored: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    empty: dict[str, list[int]] = field(default_factory=dict)
    imprecise: dict[str, int] = field(default_factory=dict)
    remarks: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def not_known(self, table: str, kind: str, written: str, patient: str) -> None:
        self.unknown.setdefault((table, kind, written), []).append(patient)

    def open_name(self, table: str, name: str) -> int:
        """The code of a name that nothing maps."""
        return self.codes.setdefault((table, name), _OPEN_NAMES + len(self.codes))

    def remark(self, sheet: TidySheet, row: int, said: str) -> None:
        rows = self.remarks.setdefault((sheet.title, said), [])
        if row not in rows[-1:]:  # a value and its limit may give cause for one remark
            rows.append(row)


@dataclass(frozen=True, slots=True)
class SheetRows:
    """A sheet with what its readers need."""

    sheet: TidySheet
    dictionary: Dictionary
    faults: FaultList
    found: Understanding

    @property
    def table(self) -> str:
        return TABLE_OF[self.sheet.map.holds]

    def patient(self, row: int, cell: Cell) -> str:
        name = patient_id(cell)
        if not name:
            no_patient(self.sheet, row, self.faults)
        return name

    def named(self, row: int, cell: Cell, patient: str) -> tuple[str, NameUse | None] | None:
        """The name of a row and what it means; None where it means nothing or is missing."""
        field, _ = NAMED[self.sheet.map.holds]
        name = " ".join(cell_words(cell).split())
        if not name:
            self.faults.add(
                self.sheet.title,
                row,
                f"the row names no {field}",
                expected=f"a name in the column {self.sheet.use(field).column}",
                got="an empty cell",
                do="fill the cell, or take the row out of the sheet",
            )
            return None
        use = self.sheet.map.names.get(name)
        if use is None:
            self.found.not_known(self.table, "name", name, patient)
        elif use.ignore:
            self.found.ignored.setdefault(self.sheet.title, {}).setdefault(name, []).append(row)
            return None
        return name, use

    def concept(self, use: NameUse | None) -> Concept | None:
        return None if use is None else self.dictionary.concept(str(use.concept))

    def code(self, name: str, concept: Concept | None) -> int:
        """The OMOP id of a name: that of its concept, one of its own, or 0 for no name."""
        if concept is not None:
            return (
                condition_code(concept, name) if concept.kind == "condition" else main_code(concept)
            )
        return self.found.open_name(self.table, name) if name else UNMAPPED

    def day(
        self, row: int, field: str, cell: Cell, read: Callable[[Cell], WrittenDay | None]
    ) -> WrittenDay | None:
        moment = read(cell)
        if moment is None:
            shape = shape_of(cell) if cell != "" else ""
            unread_date(self.sheet, field, row, self.faults, shape)
        return moment

    def end(
        self,
        row: int,
        cell: Cell,
        start: date,
        read: Callable[[Cell], WrittenDay | None],
        empty: NoEnd | None,
    ) -> tuple[date | None, bool] | None:
        """The last day, and whether the record goes on; None for a fault."""
        use = self.sheet.use("end")
        if isinstance(cell, str) and cell in use.ongoing:
            return None, True
        if cell == "":
            if self.sheet.map.holds == "diagnoses":
                return None, False
            if use.column is None and use.empty is None and self.sheet.map.holds == "visits":
                return start, False
            meant = empty or use.empty
            if meant is None:
                self._no_end(row)
                return None
            return (None, True) if meant == "ongoing" else (start, False)
        moment = self.day(row, "end", cell, read)
        if moment is None:
            return None
        if moment.day < start:
            self.faults.add(
                self.sheet.title,
                row,
                f"the end in the column {use.column} is before the start",
                expected="a last day that is not before the first",
                do="correct one of the two days",
            )
            return None
        return moment.day, False

    def _no_end(self, row: int) -> None:
        is_drug = self.sheet.map.holds == "drugs"
        self.faults.add(
            self.sheet.title,
            row,
            "the end is empty, and the map does not say what that means",
            expected='`empty = "ongoing"` or `empty = "same day"` for the column'
            if is_drug
            else '`empty = "ongoing"`',
            got="an empty cell",
            do="declare it under end in the map"
            + (", or for one drug in its names: an infusion has one day" if is_drug else ""),
        )


def event_records(rows: SheetRows) -> Iterator[TidyRecord]:
    """Diagnoses, procedures, visits, observed periods and deaths."""
    sheet, holds = rows.sheet, rows.sheet.map.holds
    named = NAMED[holds][0] if holds in NAMED else "patient"
    if holds == "visits" and "visit" not in sheet.map.columns:
        named = "patient"  # a visit of a kind that nobody tells
    first = "date" if holds in {"procedures", "deaths"} else "start"
    read, read_end = (moment_reader(sheet.use(field).format) for field in (first, "end"))
    if sheet.use(first).imprecise is not None:
        read = _first_days(rows, read)
    for row, (patient, name, start, end) in sheet.rows("patient", named, first, "end"):
        person, moment = rows.patient(row, patient), rows.day(row, first, start, read)
        said = rows.named(row, name, person) if named != "patient" else ("", None)
        if not person or moment is None or said is None:
            continue
        has_end = holds in {"diagnoses", "visits", "observed"}
        ends = rows.end(row, end, moment.day, read_end, None) if has_end else (moment.day, False)
        if ends is None:
            continue
        concept = rows.concept(said[1])
        yield TidyRecord(
            rows.table,
            person,
            sheet.title,
            row,
            moment.day,
            *ends,
            rows.code(said[0], concept),
            said[0],
        )


def _first_days(
    rows: SheetRows, read: Callable[[Cell], WrittenDay | None]
) -> Callable[[Cell], WrittenDay | None]:
    """What reads a month or a year as its first day too, as the map declares, and counts it."""

    def read_or_first(cell: Cell) -> WrittenDay | None:
        found = read(cell)
        if found is None and (first := first_day(cell)) is not None:
            rows.found.imprecise[rows.sheet.title] = (
                rows.found.imprecise.get(rows.sheet.title, 0) + 1
            )
            return WrittenDay(first)
        return found

    return read_or_first
