"""Mapped sheets as tables of OMOP: the reader of the format `tidy`.

Nothing is lost on the way: each row of a sheet is a row of a table, or counted among those that
were left out, with its reason and its number in the spreadsheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from remit.errors import DatasetError
from remit.facts.dictionary import Dictionary
from remit.facts.intake.accounting.report import LeftOut
from remit.facts.intake.dataset.handed_over import SourceTables
from remit.facts.intake.persons.person_ids import ALIKE, alike_ids, number_persons
from remit.facts.intake.tidy.tidy_adverse import adverse_records
from remit.facts.intake.tidy.tidy_columns import table_rows
from remit.facts.intake.tidy.tidy_drugs import drug_records
from remit.facts.intake.tidy.tidy_faults import FaultList
from remit.facts.intake.tidy.tidy_map import NAMED, TABLE_OF, TidyMap
from remit.facts.intake.tidy.tidy_measurements import measurement_records
from remit.facts.intake.tidy.tidy_notes import not_understood, person_notes, remarks, sheet_notes
from remit.facts.intake.tidy.tidy_persons import TidyPersons, read_persons
from remit.facts.intake.tidy.tidy_records import SheetRows, TidyRecord, Understanding, event_records
from remit.facts.intake.tidy.tidy_sheets import TidySheet, mapped_sheets

SHOWN = 5
IGNORED = "its name is ignored by the map"
NOT_DONE = "no value in the column of its test"
AGAIN = "says all of another row again"
JOINED = "says more of the person of another row"
_ON_PURPOSE = frozenset({IGNORED, NOT_DONE, JOINED})
_MERGED = frozenset({AGAIN, JOINED})
_READERS = {
    "tests": measurement_records,
    "drugs": drug_records,
    "adverse_events": adverse_records,
}


@dataclass(slots=True)
class _Gone:
    """Rows that were left out: table and reason -> where they stand."""

    rows: dict[tuple[str, str], list[tuple[str, int]]] = field(default_factory=dict)

    def add(self, table: str, reason: str, title: str, row: int) -> None:
        self.rows.setdefault((table, reason), []).append((title, row))

    def by_table(self) -> Mapping[str, tuple[LeftOut, ...]]:
        found: dict[str, list[LeftOut]] = {}
        for (table, reason), places in self.rows.items():
            shown = tuple(f"{title} row {row}" for title, row in places[:SHOWN])
            left = LeftOut(
                reason,
                len(places),
                shown,
                on_purpose=reason in _ON_PURPOSE,
                fate="merged" if reason in _MERGED else "refused",
            )
            found.setdefault(table, []).append(left)
        return {table: tuple(items) for table, items in found.items()}


def read_tidy(
    files: Sequence[Path],
    tidy_map: TidyMap,
    dictionary: Dictionary,
    *,
    place: Path,
    data_cut: date | None = None,
) -> SourceTables:
    """What the files say.

    Args:
        place: the file of the map, for errors.
        data_cut: the last day that the data can speak of; the latest first day when None.

    Raises:
        DatasetError: a file, a sheet or rows that cannot be read; all faults of rows together.
    """
    sheets = mapped_sheets(files, tidy_map, place=place)
    return read_sheets(sheets, dictionary, place=place, data_cut=data_cut)


def read_sheets(
    sheets: Sequence[TidySheet],
    dictionary: Dictionary,
    *,
    place: Path,
    data_cut: date | None = None,
    faults: FaultList | None = None,
) -> SourceTables:
    """What some sheets say, whatever they were made of.

    Args:
        place: the file of the map, for errors.
        data_cut: the last day that the data can speak of; the latest first day when None.
        faults: those that were found before.

    Raises:
        DatasetError: rows that cannot be read; all faults of rows together.
    """
    faults = FaultList() if faults is None else faults
    found, gone = Understanding(), _Gone()
    people = read_persons((s for s in sheets if s.map.holds == "persons"), faults)
    records = [
        record
        for sheet in sheets
        if sheet.map.holds != "persons"
        for record in _READERS.get(sheet.map.holds, event_records)(
            SheetRows(sheet, dictionary, faults, found)
        )
    ]
    records += _deaths(people)
    _check_births(records, people, faults)
    _check_deaths(records, faults)
    faults.require_none()
    known = _of_known(records, people, gone)
    _require_anybody(people, records, place)
    days = (record.start for record in known if not record.undated)
    cut = data_cut or max(days, default=date.max)
    known = _in_time(known, cut, gone)
    persons = number_persons(people.persons)
    tables, notes = table_rows(known, people, persons, cut, dictionary)
    for title, names in found.ignored.items():
        table = next(TABLE_OF[s.map.holds] for s in sheets if s.title == title)
        for rows in names.values():
            for row in rows:
                gone.add(table, IGNORED, title, row)
    for title, empty in found.empty.items():
        for row in empty:
            gone.add("measurement", NOT_DONE, title, row)
    return SourceTables(
        tables=tables,
        persons=persons,
        reads=_reads(sheets),
        left_out=gone.by_table(),
        not_understood=not_understood(found, people),
        names={0: "a visit whose kind no column tells"},
        open_names={code: name for (_, name), code in found.codes.items()},
        notes=(*sheet_notes(sheets), *remarks(found), *notes, *person_notes(people, known)),
        resolved=_resolved(sheets, found),
    )


def _resolved(sheets: Iterable[TidySheet], found: Understanding) -> frozenset[str]:
    """The tables that were read and of which each name is mapped or ignored."""
    named = [sheet.map for sheet in sheets if sheet.map.holds in NAMED]
    read = {TABLE_OF[sheet.holds] for sheet in named}
    unnamed = {TABLE_OF[s.holds] for s in named if NAMED[s.holds][0] not in s.columns}
    resolved = read - unnamed - {table for table, kind, _ in found.unknown if kind == "name"}
    return frozenset(resolved | ({"dose_era"} if "drug_exposure" in resolved else set()))


def _deaths(people: TidyPersons) -> list[TidyRecord]:
    return [
        TidyRecord("death", name, person.title, person.row, person.died)
        for name, person in people.persons.items()
        if person.died is not None
    ]


def _check_births(records: Iterable[TidyRecord], people: TidyPersons, faults: FaultList) -> None:
    for record in records:
        person = people.persons.get(record.patient)
        if person is not None and not record.undated and record.start < person.born:
            faults.add(
                record.title,
                record.row,
                "the day is before the birth of the person",
                expected="a day from birth on",
                got=f"a birth in row {person.row} of {person.title} that is later",
                do="correct the day or the birth",
            )


def _check_deaths(records: Iterable[TidyRecord], faults: FaultList) -> None:
    first: dict[str, TidyRecord] = {}
    for record in records:
        if record.table != "death":
            continue
        before = first.setdefault(record.patient, record)
        if before.start != record.start:
            faults.add(
                record.title,
                record.row,
                "a person dies on two days",
                expected="one day of death",
                got=f"another day than in row {before.row} of {before.title}",
                do="keep the right day",
            )


def _of_known(records: Iterable[TidyRecord], people: TidyPersons, gone: _Gone) -> list[TidyRecord]:
    """The records of persons with a birth; the others are left out and counted."""
    known, others = list[TidyRecord](), list[TidyRecord]()
    for record in records:
        (known if record.patient in people.persons else others).append(record)
    said = {*people.persons, *people.birthless}
    near = alike_ids((record.patient for record in others), said)
    for record in others:
        reason = "the person is in no sheet of persons"
        if record.patient in near:
            reason += f", but one whose id differs only in {ALIKE}"
        elif record.patient in people.birthless:
            reason = "the person has no birth"
        gone.add(record.table, reason, record.title, record.row)
    for title, row in people.birthless.values():
        gone.add("person", "no birth", title, row)
    for reason, sheets in ((AGAIN, people.twice), (JOINED, people.joined)):
        for title, rows in sheets.items():
            for row in rows:
                gone.add("person", reason, title, row)
    return known


def _require_anybody(people: TidyPersons, records: Iterable[TidyRecord], place: Path) -> None:
    if people.persons:
        return
    others = len({record.patient for record in records} | set(people.birthless))
    raise DatasetError(
        "nobody has a birth",
        expected="a sheet of persons with the date or the year of birth: each age rests on it",
        got=f"{others} persons without one",
        next_step='add a sheet and a [[table]] with holds = "persons"',
        place=place,
    )


def _in_time(records: Iterable[TidyRecord], cut: date, gone: _Gone) -> list[TidyRecord]:
    """The records up to the data cut; the others are left out and counted."""
    kept, deaths = [], set()
    for record in records:
        if record.start > cut:
            gone.add(record.table, "after the data cut", record.title, record.row)
        elif record.table == "death" and record.patient in deaths:
            gone.add("death", AGAIN, record.title, record.row)
        else:
            if record.table == "death":
                deaths.add(record.patient)
            kept.append(record)
    return kept


def _reads(sheets: Iterable[TidySheet]) -> Mapping[str, tuple[str | None, int]]:
    found: dict[str, list[TidySheet]] = {}
    for sheet in sheets:
        found.setdefault(TABLE_OF[sheet.map.holds], []).append(sheet)
    return {
        table: (", ".join(dict.fromkeys(s.title for s in held)), sum(len(s.table) for s in held))
        for table, held in found.items()
    }
