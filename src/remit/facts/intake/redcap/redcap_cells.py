"""Cells of a REDCap export by the field that they are asked for: on their row, or where it stands.

A repeated form has rows of its own. What stands once for a record or an event, such as the day of a
visit, is on the row of the record and event that is no repeat.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from remit.facts.intake.redcap.redcap_dictionary import RedcapDictionary, RedcapField
from remit.facts.intake.redcap.redcap_map import FieldColumn, Said
from remit.facts.intake.redcap.redcap_records import RedcapKey, RedcapRecords
from remit.facts.intake.sources.cell_dates import WrittenDay, moment_reader
from remit.facts.intake.sources.sheet_grid import Cell

# What an export writes for a field of days, whatever its validation is.
_FORMS = ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")
_AS_WRITTEN = tuple(moment_reader(form) for form in _FORMS)


def field_column(said: Said) -> FieldColumn:
    """A field that is named alone, as one with settings."""
    return FieldColumn(column=said) if isinstance(said, str) else said


@dataclass(frozen=True, slots=True)
class RedcapCells:
    """The cells of an export.

    Attributes:
        missing: the project's codes for missing data, which are read as empty.
        coded: how many cells had one, by field; it grows while cells are read.
    """

    dictionary: RedcapDictionary
    records: RedcapRecords
    missing: frozenset[str]
    coded: dict[str, set[int]] = field(default_factory=dict)

    def text(self, column: str, place: int) -> str:
        """What stands in a column of a row; empty for a code of missing data."""
        found = self.records.cell(column, place)
        if found and found in self.missing:
            self.coded.setdefault(column, set()).add(place)
            return ""
        return found

    def is_missing(self, known: RedcapField, place: int) -> bool:
        """Whether a field has a code for missing data in a row: nobody knows its answer."""
        return any(self.records.cell(column, place) in self.missing for column in known.columns)

    def near(self, said: FieldColumn, place: int) -> str:
        """What a field says for a row: there, or on the row of its record and event."""
        at = self._at(said, place)
        return "" if at is None else self.text(str(said.column), at)

    def lacks(self, said: FieldColumn, place: int) -> bool:
        """Whether what a field says for a row is a code for missing data."""
        at = self._at(said, place)
        return at is not None and self.records.cell(str(said.column), at) in self.missing

    def _at(self, said: FieldColumn, place: int) -> int | None:
        name, key = str(said.column), self.records.keys[place]
        if said.event is not None and said.event != key.event:
            return self.records.places.get(RedcapKey(key.record, said.event))
        known = self.dictionary.fields[name]
        if self.text(name, place) or not key.form or known.form == key.form:
            return place
        return self.records.places.get(RedcapKey(key.record, key.event))

    def has_form(self, form: str, place: int) -> bool:
        """Whether a row has a value of a form."""
        key = self.records.keys[place]
        if key.form:
            return key.form == form
        fields = (f for f in self.dictionary.fields.values() if f.form == form)
        return any(
            self.records.cell(column, place) not in {"", "0" if one.type == "checkbox" else ""}
            for one in fields
            for column in one.columns
        )

    def label(self, name: str, code: str) -> str:
        """The label of a code, of a field with choices; else the text itself."""
        return self.dictionary.fields[name].choices.get(code, code)

    def word(self, name: str, code: str) -> str:
        """A code as the report shows it: with its field and its label.

        It is what the tables keep as the source's word for it.
        """
        known = self.dictionary.fields[name]
        label = known.choices.get(code)
        return code if not known.choices else f"{name} = {code} ({label or 'no choice of it'})"


def day_reader(known: RedcapField, form: str | None) -> Callable[[str], Cell]:
    """What makes a day of a cell; a text that is none stays one, so that the import refuses it."""
    readers = _AS_WRITTEN if form is None else (moment_reader(form),)
    if form is None and not known.is_day:
        return lambda text: text

    def read(text: str) -> date | datetime | str:
        found: WrittenDay | None = next(filter(None, (reader(text) for reader in readers)), None)
        return text if found is None else found.at or found.day

    return read
