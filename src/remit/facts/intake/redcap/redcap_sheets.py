"""The fields of a map as sheets of one kind of fact each, which the reader of spreadsheets takes.

Each value that a map reads becomes a row of such a sheet, under the number of its row in the
export; so numbers, units, days, answers, faults and what is left out are those of spreadsheets.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from remit.facts.dictionary import Dictionary
from remit.facts.intake.redcap.redcap_cells import RedcapCells, day_reader, field_column
from remit.facts.intake.redcap.redcap_dictionary import RedcapField
from remit.facts.intake.redcap.redcap_doubts import silent_records
from remit.facts.intake.redcap.redcap_map import DayOf, FieldColumn, FieldUse, RedcapMap, Said
from remit.facts.intake.sources.sheet_grid import Cell, SheetTable
from remit.facts.intake.tidy.tidy_map import NAMED, ColumnUse, Holds, MappedSheet, NameUse
from remit.facts.intake.tidy.tidy_sheets import TidySheet

NOT_SAID = "its answer says that it was not there"
OPEN = "its answer says neither yes nor no, and no day is told"
_HELD: Mapping[str, Holds] = {
    "quantity": "tests",
    "titre": "tests",
    "score": "tests",
    "category": "tests",
    "drug": "drugs",
    "condition": "diagnoses",
    "procedure": "procedures",
    "visit": "visits",
}
_FIRST = {
    "tests": "date",
    "procedures": "date",
    "drugs": "start",
    "diagnoses": "start",
    "visits": "start",
}
_NUMBERS = ("value", "low", "high", "dose")


@dataclass(slots=True)
class ProjectRows:
    """A sheet while its rows are added: field of the tidy map -> its column and cells."""

    title: str
    file: str
    holds: Holds
    uses: dict[str, ColumnUse]
    cells: dict[str, list[Cell]] = field(init=False)
    rows: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cells = {name: [] for name, use in self.uses.items() if use.column is not None}

    def add(self, row: int, cells: Mapping[str, Cell]) -> None:
        self.rows.append(row)
        for name, column in self.cells.items():
            column.append(cells.get(name, ""))

    def sheet(
        self,
        *,
        names: Mapping[str, NameUse] | None = None,
        sexes: Mapping[str, Literal["female", "male", "unknown"]] | None = None,
        use: FieldUse | None = None,
    ) -> TidySheet:
        # Two fields of the map may be one column of the export, on another row each.
        columns, uses = dict[str, tuple[Cell, ...]](), dict[str, str | ColumnUse]()
        for name, said in self.uses.items():
            if said.column is None:
                uses[name] = said
                continue
            header, number = said.column, 2
            while columns.get(header, cells := tuple(self.cells[name])) != cells:
                header, number = f"{said.column} ({number})", number + 1
            columns[header] = cells
            uses[name] = said.model_copy(update={"column": header})
        mapped = MappedSheet(
            file=self.file,
            holds=self.holds,
            columns=uses,
            names=names or {},
            sexes=sexes or {},
            times=use.times if use else {},
            routes=use.routes if use else {},
        )
        table = SheetTable(self.file, None, self.title, tuple(self.rows), columns)
        return TidySheet(mapped, table)


@dataclass(slots=True)
class RedcapSheets:
    """The sheets of a project.

    Attributes:
        not_said: sheets' titles -> the rows whose answer says that a thing was not there.
        open: the same of rows without a day that say neither: no absence can be believed there.
        doubts: what each of these is about, and the record that says it.
        silent: field -> how many records have no answer to it. endless: field -> how many rows have
            a code for missing data in place of their last day.
        used: the places of rows of the export of which something was read.
    """

    sheets: list[TidySheet] = field(default_factory=list)
    not_said: dict[tuple[Holds, str], list[int]] = field(default_factory=dict)
    open: dict[tuple[Holds, str], list[int]] = field(default_factory=dict)
    doubts: list[tuple[Holds, str]] = field(default_factory=list)
    silent: dict[str, int] = field(default_factory=dict)
    endless: dict[str, int] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)


def redcap_sheets(cells: RedcapCells, mapped: RedcapMap, dictionary: Dictionary) -> RedcapSheets:
    """The sheets of a map; that it fits the dictionary of the project was seen to before."""
    found = RedcapSheets()
    found.sheets.append(_persons(cells, mapped, found))
    if mapped.observed is not None:
        found.sheets.append(
            _once(
                cells,
                "observed",
                {"start": mapped.observed.start, "end": mapped.observed.end},
                found,
            )
        )
    for name, use in mapped.fields.items():
        if not use.ignore:
            found.sheets.append(_field(cells, mapped, (name, use), dictionary, found))
    found.sheets += _visits(cells, mapped, found)
    return found


def held_by(use: FieldUse, dictionary: Dictionary) -> frozenset[Holds]:
    """What the concepts of a field make of it; several where they do not go together."""
    named = [use.concept, *(name.concept for name in use.names.values())]
    kinds = {dictionary.concept(name).kind for name in named if name is not None}
    held = {_HELD[kind] for kind in kinds if kind in _HELD}
    return frozenset(held or ({use.holds} if use.holds is not None else ()))


def column_use(
    cells: RedcapCells, said: FieldColumn, *, number: bool, decimal: str | None
) -> ColumnUse:
    """What the map says of a field, and the dictionary, for the reader of spreadsheets."""
    known = cells.dictionary.fields[str(said.column)]
    told = known.decimal if known.decimal == "," else decimal or said.decimal
    return ColumnUse(
        column=said.column,
        decimal="," if number and told == "," else ".",
        per=said.per,
        empty=said.empty,
        ongoing=said.ongoing,
        imprecise=said.imprecise,
    )


def day_cell(cells: RedcapCells, said: FieldColumn, place: int) -> Cell:
    known = cells.dictionary.fields[str(said.column)]
    text = cells.near(said, place)
    return text if not text or text in said.ongoing else day_reader(known, said.format)(text)


def _persons(cells: RedcapCells, mapped: RedcapMap, found: RedcapSheets) -> TidySheet:
    records, person = cells.records, mapped.person
    said = {
        name: field_column(one)
        for name, one in (("birth", person.birth), ("sex", person.sex), ("died", person.died))
        if one is not None
    }
    record = cells.dictionary.record_id.name
    uses = {"patient": ColumnUse(column=record)}
    uses |= {name: column_use(cells, one, number=False, decimal=None) for name, one in said.items()}
    rows = ProjectRows(f"{records.table.title}, persons", records.table.file, "persons", uses)
    seen: set[str] = set()
    for place, key in enumerate(records.keys):
        told: dict[str, Cell] = {}
        for name, one in said.items():
            text = cells.text(str(one.column), place)
            known = cells.dictionary.fields[str(one.column)]
            told[name] = day_reader(known, one.format)(text) if text and name != "sex" else text
        if any(cell != "" for cell in told.values()):
            found.used.add(place)
        elif key.record and key.record in seen:
            continue
        seen.add(key.record)
        rows.add(records.table.rows[place], {"patient": key.record, **told})
    return rows.sheet(sexes=person.sexes)


def _once(
    cells: RedcapCells, holds: Holds, days: Mapping[str, Said], found: RedcapSheets
) -> TidySheet:
    """Rows of the first of some days: those that have it."""
    records, said = cells.records, {name: field_column(one) for name, one in days.items()}
    uses = {"patient": ColumnUse(column=cells.dictionary.record_id.name)}
    uses |= {name: column_use(cells, one, number=False, decimal=None) for name, one in said.items()}
    rows = ProjectRows(f"{records.table.title}, {holds}", records.table.file, holds, uses)
    for place, key in enumerate(records.keys):
        if cells.text(str(said["start"].column), place):
            found.used.add(place)
            told = {name: day_cell(cells, one, place) for name, one in said.items()}
            if cells.lacks(said["end"], place):  # known to be watched on the first day alone
                found.endless[holds] = found.endless.get(holds, 0) + 1
                told["end"] = told["start"]
            rows.add(records.table.rows[place], {"patient": key.record, **told})
    return rows.sheet()


def _visits(cells: RedcapCells, mapped: RedcapMap, found: RedcapSheets) -> Iterator[TidySheet]:
    records = cells.records
    for kind, days in (("form", mapped.forms), ("event", mapped.events)):
        for name, said in days.items():
            if said.visit is None or said.date is None:
                continue
            one = field_column(said.date)
            uses = {
                "patient": ColumnUse(column=cells.dictionary.record_id.name),
                "start": column_use(cells, one, number=False, decimal=None),
                "visit": ColumnUse(always=said.visit),
            }
            title = f"{records.table.title}, visits of {name}"
            rows = ProjectRows(title, records.table.file, "visits", uses)
            for place, key in enumerate(records.keys):
                theirs = (
                    key.event == name and not key.form
                    if kind == "event"
                    else cells.has_form(name, place)
                )
                if theirs and (day := day_cell(cells, one, place)) != "":
                    found.used.add(place)
                    rows.add(records.table.rows[place], {"patient": key.record, "start": day})
            yield rows.sheet(names={said.visit: NameUse(concept=said.visit)})


def day_of_field(mapped: RedcapMap, known: RedcapField, use: FieldUse, event: str) -> Said | None:
    """The field that says the day of another: its own, its form's, or its event's."""
    none = DayOf()
    return (
        use.date or mapped.forms.get(known.form, none).date or mapped.events.get(event, none).date
    )


def _field(
    cells: RedcapCells,
    mapped: RedcapMap,
    named: tuple[str, FieldUse],
    dictionary: Dictionary,
    found: RedcapSheets,
) -> TidySheet:
    name, use = named
    records, known = cells.records, cells.dictionary.fields[name]
    (holds,) = held_by(use, dictionary)
    own, first = NAMED[holds][0], _FIRST[holds]
    said = _beside(use, holds)
    uses = {"patient": ColumnUse(column=cells.dictionary.record_id.name)}
    uses[first] = ColumnUse(column="its day")
    for what, one in said.items():
        decimal = use.decimal if what in _NUMBERS else None
        uses[what] = column_use(cells, one, number=what in _NUMBERS, decimal=decimal)
    text = use.unit if holds == "tests" else use.dose_unit
    if isinstance(text, str) and (use.names or holds == "drugs"):
        uses["unit"] = ColumnUse(always=text)
    if use.concept is not None:
        uses[own] = ColumnUse(always=_title(known))
        if holds != "tests":
            uses[own] = ColumnUse(column=f"what {name} says")
        else:
            value = FieldColumn(column=name)
            uses["value"] = column_use(cells, value, number=True, decimal=use.decimal)
    else:
        uses[own] = ColumnUse(column=name)
    dates = {
        str(field_column(dated).column)
        for event in {one.event for one in records.keys}
        if (dated := day_of_field(mapped, known, use, event)) is not None
    }
    one_day = next(iter(dates)) if len(dates) == 1 else "its day"
    imprecise = None if use.date is None else field_column(use.date).imprecise
    uses[first] = ColumnUse(column=one_day, imprecise=imprecise)
    rows = ProjectRows(f"{records.table.title}, {name}", records.table.file, holds, uses)
    yes, no = _answers(known, use)
    is_asked = use.concept is not None and holds != "tests"
    for place, key in enumerate(records.keys):
        if holds != "tests" and cells.is_missing(known, place):
            found.used.add(place)
            found.open.setdefault((holds, rows.title), []).append(records.table.rows[place])
            found.doubts.append((holds, key.record))
        for code in _codes(cells, known, place):
            found.used.add(place)
            if is_asked and code in no:
                found.not_said.setdefault((holds, rows.title), []).append(records.table.rows[place])
                continue
            day = day_of_field(mapped, known, use, key.event)
            start = "" if day is None else day_cell(cells, field_column(day), place)
            if is_asked and code not in yes and start == "":
                found.open.setdefault((holds, rows.title), []).append(records.table.rows[place])
                found.doubts.append((holds, key.record))
                continue
            told: dict[str, Cell] = {
                column: day_cell(cells, one, place)
                if column == "end"
                else _said_beside(cells, one, place, codes=column in {"route", "frequency"})
                for column, one in said.items()
            }
            told |= {"patient": key.record, first: start}
            if holds in {"drugs", "visits"} and "end" in said and cells.lacks(said["end"], place):
                # Known on its first day; after that nobody knows.
                found.endless[name] = found.endless.get(name, 0) + 1
                found.doubts.append((holds, key.record))
                told["end"] = start
            if use.concept is None:
                told[own] = cells.word(name, code)
            elif is_asked:
                # What says neither yes nor no is a record that nobody understood.
                told[own] = _title(known) if code in yes else _open_word(cells, name, code)
            elif holds == "tests":
                told["value"] = _value(cells, known, code, dictionary.concept(use.concept).kind)
            rows.add(records.table.rows[place], told)
    if holds != "tests" and (is_asked or known.type == "checkbox"):
        silent = silent_records(cells, known)
        found.doubts += [(holds, record) for record in silent]
        found.silent |= {name: len(silent)} if silent else {}
    return rows.sheet(names=dict(_names(cells, known, use, holds)), use=use)


def _answers(known: RedcapField, use: FieldUse) -> tuple[Collection[str], Collection[str]]:
    """The codes that say yes, and those that say no."""
    if known.type in {"yesno", "truefalse"}:
        return use.yes or ("1",), use.no or tuple({"0", "1"} - {*(use.yes or ("1",))})
    return use.yes, use.no


def _open_word(cells: RedcapCells, name: str, code: str) -> str:
    word = cells.word(name, code)
    return word if word != code else f"{name} = {code}"


def _title(known: RedcapField) -> str:
    return known.name if known.label == known.name else f"{known.name}: {known.label}"


def _beside(use: FieldUse, holds: Holds) -> dict[str, FieldColumn]:
    """The fields that say more of a row, under the names that spreadsheets have for them."""
    unit = use.unit if holds == "tests" else use.dose_unit
    said: dict[str, Said | None] = {
        "value": use.value,
        "end": use.end,
        "unit": None if isinstance(unit, str) else unit,
        "low": use.low,
        "high": use.high,
        "dose": use.dose,
        "frequency": use.frequency,
        "route": use.route,
    }
    return {name: field_column(one) for name, one in said.items() if one is not None}


def _said_beside(cells: RedcapCells, said: FieldColumn, place: int, *, codes: bool) -> str:
    text = cells.near(said, place)
    return text if codes else cells.label(str(said.column), text)


def _codes(cells: RedcapCells, known: RedcapField, place: int) -> Iterable[str]:
    """What a field of a row says: one answer, or each box that is ticked."""
    if known.type != "checkbox":
        text = cells.text(known.name, place)
        return (text,) if text else ()
    return tuple(code for column, code in known.columns.items() if cells.text(column, place) == "1")


def _value(cells: RedcapCells, known: RedcapField, code: str, kind: str) -> str:
    """The value as spreadsheets have it: a code where it is counted, else what it stands for."""
    if kind == "category":
        return cells.word(known.name, code)
    return cells.label(known.name, code) if kind == "titre" else code


def _names(
    cells: RedcapCells, known: RedcapField, use: FieldUse, holds: Holds
) -> Iterator[tuple[str, NameUse]]:
    if use.concept is None:
        for code, meant in use.names.items():
            yield " ".join(cells.word(known.name, code).split()), meant
        return
    answers = {cells.word(known.name, code): answer for code, answer in use.answers.items()}
    yield (
        " ".join(_title(known).split()),
        NameUse(
            concept=use.concept,
            unit=use.unit if isinstance(use.unit, str) and holds == "tests" else None,
            of=use.of,
            answers=answers,
            empty=use.empty,
            undecided=use.undecided,
            comments=use.comments,
        ),
    )
