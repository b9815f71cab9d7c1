"""Who is in the files: sex, birth and death as the sheets of persons say them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from remit.facts.intake.sources.cell_dates import birth_parts, moment_reader
from remit.facts.intake.sources.cell_numbers import shape_of
from remit.facts.intake.sources.sheet_grid import Cell, cell_words
from remit.facts.intake.tidy.tidy_faults import FaultList
from remit.facts.intake.tidy.tidy_sheets import TidySheet
from remit.facts.tables import FEMALE, MALE

_SAID = {"birth": "birth", "sex": "sex", "died": "day of death"}
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
        birthless: ids that some sheet of persons has, and none with a birth -> title and row.
        twice: rows that say nothing that another row does not say, by sheet.
        joined: rows that say more of a person of another row, by sheet.
        strange_sexes: words that the map does not have -> the ids that have them.
    """

    persons: Mapping[str, TidyPerson]
    birthless: Mapping[str, tuple[str, int]]
    twice: Mapping[str, tuple[int, ...]]
    joined: Mapping[str, tuple[int, ...]]
    strange_sexes: Mapping[str, frozenset[str]]


@dataclass(slots=True)
class _Parts:
    """What is known of one person so far: field -> what was said, and where."""

    title: str
    row: int
    said: dict[str, tuple[object, str, int]] = field(default_factory=dict)

    def value(self, name: str) -> object:
        return self.said[name][0] if name in self.said else None


def patient_id(cell: Cell) -> str:
    """The id of a person as it came; a whole number of a workbook without its decimals."""
    return cell_words(cell).strip()


def read_persons(sheets: Iterable[TidySheet], faults: FaultList) -> TidyPersons:
    """The persons of the sheets that hold them; what cannot be goes into `faults`.

    Birth, sex and death may stand in one sheet or each in its own.
    """
    found: dict[str, _Parts] = {}
    twice: dict[str, list[int]] = {}
    joined: dict[str, list[int]] = {}
    strange: dict[str, set[str]] = {}
    for sheet in sheets:
        died_of = moment_reader(sheet.use("died").format)
        for row, (patient, sex, birth, died) in sheet.rows("patient", "sex", "birth", "died"):
            name = patient_id(patient)
            if not name:
                no_patient(sheet, row, faults)
                continue
            parts = found.setdefault(name, _Parts(sheet.title, row))
            before = len(parts.said)
            is_new = (parts.title, parts.row) == (sheet.title, row)
            word, end = cell_words(sex), died_of(died)
            if birth != "":
                born = birth_parts(birth, sheet.use("birth").format)
                if born is None:
                    unread_date(sheet, "birth", row, faults, shape_of(birth))
                else:
                    _say(parts, "birth", born, sheet, row, faults)
            if died != "" and end is None:
                unread_date(sheet, "died", row, faults, shape_of(died))
            elif end is not None:
                _say(parts, "died", end.day, sheet, row, faults)
            if word in sheet.map.sexes:
                _say(parts, "sex", _SEX_IDS[sheet.map.sexes[word]], sheet, row, faults)
            elif word:
                strange.setdefault(word, set()).add(name)
            if not is_new:
                says_more = len(parts.said) > before
                (joined if says_more else twice).setdefault(sheet.title, []).append(row)
    return TidyPersons(
        {name: _person(parts) for name, parts in found.items() if "birth" in parts.said},
        {
            name: (parts.title, parts.row)
            for name, parts in found.items()
            if "birth" not in parts.said
        },
        {title: tuple(rows) for title, rows in twice.items()},
        {title: tuple(rows) for title, rows in joined.items()},
        {word: frozenset(names) for word, names in strange.items()},
    )


def _person(parts: _Parts) -> TidyPerson:
    born, sex, died = (parts.value(name) for name in ("birth", "sex", "died"))
    assert isinstance(born, tuple), "the caller has seen to it"
    year, month, day = born
    return TidyPerson(
        sex if isinstance(sex, int) else 0,
        year,
        month,
        day,
        died if isinstance(died, date) else None,
        parts.title,
        parts.row,
    )


def _say(
    parts: _Parts, name: str, value: object, sheet: TidySheet, row: int, faults: FaultList
) -> None:
    """Add what a row says of a person, unless another row says otherwise."""
    said, title, at = parts.said.setdefault(name, (value, sheet.title, row))
    if said != value:
        faults.add(
            sheet.title,
            row,
            f"two rows tell another {_SAID[name]} of one person",
            expected="one answer for each person",
            got=f"another one than in row {at} of {title}",
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
