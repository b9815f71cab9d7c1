"""A REDCap project as tables of OMOP: the reader of the format `redcap`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from remit.errors import DatasetError
from remit.facts.dictionary import Dictionary
from remit.facts.intake.accounting.report import LeftOut, joined_left_out
from remit.facts.intake.dataset.handed_over import SourceTables
from remit.facts.intake.redcap.redcap_cells import RedcapCells
from remit.facts.intake.redcap.redcap_dictionary import RedcapDictionary, redcap_dictionary
from remit.facts.intake.redcap.redcap_doubts import with_doubts
from remit.facts.intake.redcap.redcap_events import event_sheets
from remit.facts.intake.redcap.redcap_map import FORM, RedcapMap
from remit.facts.intake.redcap.redcap_map_faults import redcap_faults
from remit.facts.intake.redcap.redcap_records import (
    RedcapRecords,
    records_delimiter,
    redcap_records,
)
from remit.facts.intake.redcap.redcap_sheets import (
    NOT_SAID,
    OPEN,
    RedcapSheets,
    held_by,
    redcap_sheets,
)
from remit.facts.intake.redcap.redcap_studies import StudyRows, study_rows
from remit.facts.intake.sources.field_words import counted
from remit.facts.intake.sources.sheet_files import read_grids
from remit.facts.intake.sources.sheet_grid import Grid
from remit.facts.intake.tidy.tidy_faults import FaultList, rows_said
from remit.facts.intake.tidy.tidy_map import TABLE_OF
from remit.facts.intake.tidy.tidy_map_faults import sheet_faults
from remit.facts.intake.tidy.tidy_tables import SHOWN, read_sheets

_HEAD_BYTES = 1_000


@dataclass(frozen=True, slots=True)
class RedcapExport:
    """A dictionary and the records as they came, before anything is read of them."""

    dictionary: Grid
    records: Grid


def read_redcap_files(dictionary: Path, records: Path) -> RedcapExport:
    """The two files of an export.

    Raises:
        DatasetError: one cannot be read.
    """
    grids = []
    for path in (dictionary, records):
        delimiter = records_delimiter(_head(path))
        delimiters = {} if delimiter is None else {path.name: delimiter}
        found = [g for g in read_grids([path], delimiters=delimiters) if not g.hidden]
        grids.append(found[0])
    return RedcapExport(*grids)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except OSError:
        return b""  # what is wrong with the file is said where it is read


def read_redcap(
    export: RedcapExport,
    mapped: RedcapMap,
    dictionary: Dictionary,
    *,
    place: Path,
    data_cut: date | None = None,
    pseudonyms: bool = False,
) -> SourceTables:
    """What an export says by a map.

    Args:
        place: the file of the map, for errors.
        data_cut: the last day that the data can speak of; the latest first day when None.
        pseudonyms: whether the dataset is written under pseudonyms, so that the ids of records may
            be marked as identifiers.

    Raises:
        DatasetError: the files are no export, the map does not fit them, or rows cannot be read;
            all faults of rows together.
    """
    project = redcap_dictionary(export.dictionary)
    _require_open_ids(project, pseudonyms=pseudonyms)
    records = redcap_records(export.records, project, days=mapped.days_marked_identifiers)
    faults = list(redcap_faults(mapped, project, records, dictionary))
    if faults:
        raise FORM.refusal(faults, place)
    cells = RedcapCells(project, records, frozenset(mapped.missing))
    made = redcap_sheets(cells, mapped, dictionary)
    made.sheets += event_sheets(cells, mapped, made)
    faults = [
        f"{sheet.title}: {fault}"
        for sheet in made.sheets
        for fault in sheet_faults(sheet.map, dictionary)
    ]
    if faults:
        raise FORM.refusal(faults, place)
    rows = FaultList()
    studies = study_rows(cells, mapped, rows)
    found = read_sheets(made.sheets, dictionary, place=place, data_cut=data_cut, faults=rows)
    file = records.table.file
    reads = {table: (file, count) for table, (_, count) in found.reads.items()}
    reads |= {table: (file, count) for table, count in studies.read.items()}
    left = dict(found.left_out)
    lacking = _lacking(project, records, mapped)
    open_ = {TABLE_OF[holds] for holds, _ in made.open}
    open_ |= {TABLE_OF[h] for name in lacking for h in held_by(mapped.fields[name], dictionary)}
    open_ |= {"dose_era"} if "drug_exposure" in open_ else set()
    for table, items in _not_said(made).items():
        left[table] = joined_left_out((*left.get(table, ()), *items))
        reads[table] = (file, reads[table][1] + sum(item.rows for item in items))
    dated = studies.tables(found.persons)
    for table, count in studies.read.items():
        lost = count - (dated[table].num_rows if table in dated else 0)
        if lost:
            left[table] = (LeftOut("the person has no birth", lost, (file,)),)
    return replace(
        found,
        tables={
            **with_doubts(found.tables, made.doubts, found.persons, data_cut),
            **dated,
        },
        reads=reads,
        left_out=left,
        resolved=None if found.resolved is None else found.resolved - open_,
        source_rows={"records": len(records.table), "dictionary": len(project.fields)},
        notes=(*_notes(project, records, mapped, cells, made, studies), *found.notes),
    )


def _require_open_ids(project: RedcapDictionary, *, pseudonyms: bool) -> None:
    known = project.record_id
    if known.is_identifier and not pseudonyms:
        raise DatasetError(
            f"{known.name}, which names the records, is marked as an identifier",
            expected="ids that may stand in the dataset",
            got="`y` in the column Identifier?",
            next_step="write the dataset under pseudonyms, --pseudonyms KEYFILE; or take the mark "
            "away in REDCap if the ids identify nobody",
            place=project.title,
        )


def _not_said(made: RedcapSheets) -> Mapping[str, tuple[LeftOut, ...]]:
    found: dict[str, list[LeftOut]] = {}
    for said, reason in ((made.not_said, NOT_SAID), (made.open, OPEN)):
        for (holds, title), rows in said.items():
            shown = tuple(f"{title} row {row}" for row in rows[:SHOWN])
            found.setdefault(TABLE_OF[holds], []).append(
                LeftOut(reason, len(rows), shown, on_purpose=reason == NOT_SAID)
            )
    return {table: joined_left_out(items) for table, items in found.items()}


def _notes(
    project: RedcapDictionary,
    records: RedcapRecords,
    mapped: RedcapMap,
    cells: RedcapCells,
    made: RedcapSheets,
    studies: StudyRows,
) -> Iterator[str]:
    """What became of each row and column of the export, in words."""
    title, count = records.table.title, len(records.table)
    used = made.used | studies.places
    idle = [row for place, row in enumerate(records.table.rows) if place not in used]
    of = counted(len({key.record for key in records.keys}), "record")
    nothing = f", of {len(idle):,} nothing ({rows_said(idle)})" if idle else ""
    yield (
        f"{title}: {counted(count, 'row')} of {of}; of {count - len(idle):,} the map reads "
        f"something{nothing}"
    )
    yield from (f"{title}: {note}" for note in records.table.notes)
    yield from _listed(
        "fields that the map does not mention", title, _open(project, records, mapped)
    )
    if records.withheld:
        marked = counted(len(records.withheld), "field")
        yield f"{title}: not read, since the dictionary marks them as identifiers: {marked}"
    yield from _listed(
        "columns that the dictionary does not know, not read", title, records.strange
    )
    yield from _listed("columns of REDCap's own, not read", title, records.own)
    lacking = _lacking(project, records, mapped)
    yield from _listed("fields of the map that the export lacks", title, lacking)
    coded = sum(len(places) for places in cells.coded.values())
    if coded:
        columns = counted(len(cells.coded), "column")
        yield f"{title}: not read, as codes for missing data: {counted(coded, 'cell')} in {columns}"
    if studies.unclear:
        unclear = counted(studies.unclear, "signature")
        yield f"{title}: not read, since they say neither yes nor no: {unclear}"
    for name, count in made.silent.items():
        yield (
            f"{title}: {name}: {counted(count, 'record')} without an answer, or with one that the "
            "dictionary does not know: it counts for neither yes nor no"
        )
    for name, count in made.endless.items():
        yield (
            f"{title}: {name}: {counted(count, 'row')} with a code for missing data as the last "
            "day: known for the first day alone"
        )
    absent = sorted(mapped.events.keys() - {key.event for key in records.keys})
    yield from _listed("events of the map of which no row is", title, absent)


def _lacking(
    project: RedcapDictionary, records: RedcapRecords, mapped: RedcapMap
) -> tuple[str, ...]:
    """The fields of facts of which the export lacks a column, or has a box that nobody knows."""
    return tuple(
        name
        for name, known in project.fields.items()
        if (use := mapped.fields.get(name)) is not None
        and not use.ignore
        and (name in records.boxes or any(c not in records.table.columns for c in known.columns))
    )


def _listed(what: str, title: str, names: Iterable[str]) -> Iterator[str]:
    shown = ", ".join(names)
    if shown:
        yield f"{title}: {what}: {shown}"


def _open(project: RedcapDictionary, records: RedcapRecords, mapped: RedcapMap) -> list[str]:
    """The fields of the export that nothing in the map names."""
    said = repr(mapped.model_dump(exclude={"fields"}, exclude_none=True))
    said += repr([use.model_dump(exclude_none=True) for use in mapped.fields.values()])
    columns = records.table.columns
    return [
        name
        for name, known in project.fields.items()
        if name not in mapped.fields
        and name != project.record_id.name
        and f"'{name}'" not in said
        and any(column in columns for column in known.columns)
    ]
