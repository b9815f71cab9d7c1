"""Who is in the files: sex, birth and death as the sheets of persons say them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from remit.facts.intake.sheet_grid import cell_words
from remit.facts.intake.tidy_dates import birth_parts, moment_reader
from remit.facts.intake.tidy_faults import FaultList
from remit.facts.intake.tidy_numbers import shape_of
from remit.facts.intake.tidy_sheets import TidySheet
from remit.facts.tables import FEMALE, MALE

_SEX_IDS = {"female": FEMALE, "male": MALE, "unknown": 0}


@dataclass(frozen=True, slots=True)
class TidyPerson:
    """One person.

    Attributes:
        sex: an OMOP id, 0 where nobody says. month, day: of birth, None where they are not told.
        title, row: where the person stands.
    """

    sex: int
    year: int
    month: int | None
    day: int | None
    died: date | None
    title: str
    row: int

    @property
    def born(self) -> date:
        """The first day that the birth can be."""
        return date(self.year, self.month or 1, self.day or 1)


@dataclass(frozen=True, slots=True)
class TidyPersons:
    """The persons by the id that the source has, and what the sheets leave open.

    Attributes:
        birthless: ids with a row and no birth -> the rows (title, row).
        twice: rows that say once more what another row says, by sheet.
        strange_sexes: words that the map does not have -> the ids that have them.
    """

    persons: Mapping[str, TidyPerson]
    birthless: Mapping[str, tuple[str, int]]
    twice: Mapping[str, tuple[int, ...]]
    strange_sexes: Mapping[str, frozenset[str]]


def patient_id(cell: object) -> str:
    """The id of a person as it came; a whole number of a workbook without its decimals."""
    return cell_words(cell).strip()  # type: ignore[arg-type]


def read_persons(sheets: Iterable[TidySheet], faults: FaultList) -> TidyPersons:
    """The persons of the sheets that hold them; what cannot be goes into `faults`."""
    persons: dict[str, TidyPerson] = {}
    birthless: dict[str, tuple[str, int]] = {}
    twice: dict[str, list[int]] = {}
    strange: dict[str, set[str]] = {}
    for sheet in sheets:
        form = sheet.use("birth").format
        died_of = moment_reader(sheet.use("died").format)
        for row, (patient, sex, birth, died) in sheet.rows("patient", "sex", "birth", "died"):
            name, word = patient_id(patient), cell_words(sex)
            if not name:
                no_patient(sheet, row, faults)
                continue
            if birth == "":
                birthless.setdefault(name, (sheet.title, row))
                continue
            parts, end = birth_parts(birth, form), died_of(died)
            if parts is None or (died != "" and end is None):
                field = "birth" if parts is None else "died"
                unread_date(sheet, field, row, faults, shape_of(birth if parts is None else died))
                continue
            if word and word not in sheet.map.sexes:
                strange.setdefault(word, set()).add(name)
            found = TidyPerson(
                _SEX_IDS[sheet.map.sexes.get(word, "unknown")],
                *parts,
                end.day if end else None,
                sheet.title,
                row,
            )
            _take(persons, name, found, twice, faults)
    return TidyPersons(
        persons,
        {name: at for name, at in birthless.items() if name not in persons},
        {title: tuple(rows) for title, rows in twice.items()},
        {word: frozenset(names) for word, names in strange.items()},
    )


def _take(
    persons: dict[str, TidyPerson],
    name: str,
    found: TidyPerson,
    twice: dict[str, list[int]],
    faults: FaultList,
) -> None:
    before = persons.setdefault(name, found)
    if before is found:
        return
    same = (before.sex, before.year, before.month, before.day, before.died) == (
        found.sex,
        found.year,
        found.month,
        found.day,
        found.died,
    )
    if same:
        twice.setdefault(found.title, []).append(found.row)
        return
    faults.add(
        found.title,
        found.row,
        "a person stands twice, and the rows differ",
        expected="one row a person",
        got=f"other words than in row {before.row} of {before.title}",
        do="keep the right one, or give two persons two ids",
    )


def no_patient(sheet: TidySheet, row: int, faults: FaultList) -> None:
    """Note a row that is of nobody."""
    faults.add(
        sheet.title,
        row,
        "the row names no patient",
        expected=f"an id in the column {sheet.use('patient').column}",
        got="an empty cell",
        do="fill the cell, or take the row out of the sheet",
    )


def unread_date(sheet: TidySheet, field: str, row: int, faults: FaultList, shape: str) -> None:
    """Note a day that the declared format does not read."""
    use = sheet.use(field)
    if shape and use.format is None:
        expected = "days as a workbook has them, or a format for texts"
        do = f'declare it in the map: {field} = {{ column = "…", format = "%d.%m.%Y" }}'
    else:
        expected = f"a day written as {use.format}" if use.format else "a day"
        do = "correct the cell; a day that nobody knows is better left to a person than guessed"
    faults.add(
        sheet.title,
        row,
        f"no day can be read in the column {use.column}",
        expected=expected,
        got=f"a text such as {shape}" if shape else "an empty cell",
        do=do,
    )
