"""The data dictionary of a REDCap project: its fields, of which kind they are, and their choices.

A dictionary has eighteen columns, headed by the words of the web page (`Variable / Field Name`) or
by the names of the API (`field_name`). Older servers lack some of the last ones.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from remit.facts.intake.sources.sheet_grid import (
    Cell,
    Grid,
    SheetTable,
    cell_words,
    refused,
    sheet_table,
)
from remit.terminal import plain_text

# The name of the API -> the words of the web page, in the order of the columns.
COLUMNS: Mapping[str, str] = {
    "field_name": "Variable / Field Name",
    "form_name": "Form Name",
    "section_header": "Section Header",
    "field_type": "Field Type",
    "field_label": "Field Label",
    "select_choices_or_calculations": "Choices, Calculations, OR Slider Labels",
    "field_note": "Field Note",
    "text_validation_type_or_show_slider_number": "Text Validation Type OR Show Slider Number",
    "text_validation_min": "Text Validation Min",
    "text_validation_max": "Text Validation Max",
    "identifier": "Identifier?",
    "branching_logic": "Branching Logic (Show field only if...)",
    "required_field": "Required Field?",
    "custom_alignment": "Custom Alignment",
    "question_number": "Question Number (surveys only)",
    "matrix_group_name": "Matrix Group Name",
    "matrix_ranking": "Matrix Ranking?",
    "field_annotation": "Field Annotation",
}
# Without these nobody knows what a column of the records is, or whether it may be read.
_NEEDED = (
    "field_name",
    "form_name",
    "field_type",
    "field_label",
    "select_choices_or_calculations",
    "text_validation_type_or_show_slider_number",
    "identifier",
)
_TYPES = frozenset(
    {
        "calc",
        "checkbox",
        "descriptive",
        "dropdown",
        "file",
        "notes",
        "radio",
        "slider",
        "sql",
        "text",
        "truefalse",
        "yesno",
    }
)
_FIXED = {
    "yesno": {"1": "Yes", "0": "No"},
    "truefalse": {"1": "True", "0": "False"},
}
# Of a checkbox each choice is a column, in small letters; what no name may hold becomes `_`.
_NO_NAME = re.compile(r"[^a-z0-9_]")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class RedcapField:
    """One field.

    Attributes:
        choices: code -> label, of a field whose answers are listed; empty else.
        validation: REDCap's word for the form of a text, such as `date_dmy`; empty without one.
        row: where it stands in the dictionary.
        branching: when a form shows it; empty where it always does.
    """

    name: str
    form: str
    type: str
    label: str
    choices: Mapping[str, str]
    note: str
    validation: str
    is_identifier: bool
    annotation: str
    row: int
    branching: str = ""

    @property
    def is_day(self) -> bool:
        """Whether the field holds a day, with or without a time."""
        return self.validation.startswith(("date_", "datetime_"))

    @property
    def decimal(self) -> str:
        """What stands between its numbers and their decimals; REDCap works out with a point."""
        return "," if self.validation.endswith("comma_decimal") else "."

    @property
    def is_hidden(self) -> bool:
        """Whether no form shows it to anybody."""
        return "@HIDDEN" in self.annotation.split()

    @property
    def columns(self) -> Mapping[str, str]:
        """The columns of an export that it fills -> the code of the choice, of a checkbox."""
        if self.type != "checkbox":
            return {self.name: ""}
        return {f"{self.name}___{_box(code)}": code for code in self.choices}


@dataclass(frozen=True)
class RedcapDictionary:
    """The fields of a project by their names, in the order of the dictionary."""

    title: str
    fields: Mapping[str, RedcapField]

    @property
    def record_id(self) -> RedcapField:
        """The field that names the record: always the first."""
        return next(iter(self.fields.values()))

    @property
    def forms(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(field.form for field in self.fields.values()))

    @cached_property
    def columns(self) -> Mapping[str, RedcapField]:
        """The column of an export -> its field."""
        return {name: field for field in self.fields.values() for name in field.columns}


def redcap_dictionary(grid: Grid) -> RedcapDictionary:
    """The dictionary in a sheet.

    Raises:
        DatasetError: a column is missing, or a row is no field; with the row.
    """
    table = sheet_table(grid)
    columns = _columns(table)
    fields: dict[str, RedcapField] = {}
    for place, row in enumerate(table.rows):
        said = {name: cell_words(cells[place]) for name, cells in columns.items()}
        field = _field(said, row, table)
        if field.name in fields:
            raise refused(
                table,
                f"the field {field.name!r} stands twice",
                expected="each field once",
                got=f"rows {fields[field.name].row} and {row}",
                next_step="download the dictionary anew from REDCap",
                row=row,
            )
        fields[field.name] = field
    if not fields:
        raise refused(
            table,
            "the dictionary has no fields",
            expected="a row for each field",
            got="headers alone",
            next_step="download the dictionary anew from REDCap",
        )
    return RedcapDictionary(table.title, fields)


def _columns(table: SheetTable) -> dict[str, tuple[Cell, ...]]:
    folded = {words.casefold(): name for name, words in COLUMNS.items()}
    found: dict[str, tuple[Cell, ...]] = {}
    for header, cells in table.columns.items():
        name = header if header in COLUMNS else folded.get(header.casefold())
        if name is not None:
            found[name] = cells
    lacking = [COLUMNS[name] for name in _NEEDED if name not in found]
    if lacking:
        raise refused(
            table,
            f"this is no data dictionary of REDCap: it lacks {', '.join(lacking)}",
            expected="the file of `Data Dictionary`, `Download the current Data Dictionary`",
            got=", ".join(list(table.columns)[:5]) or "nothing",
            next_step="give the dictionary first and the records second",
            row=1,
        )
    return found


def _field(said: Mapping[str, str], row: int, table: SheetTable) -> RedcapField:
    name, kind = said["field_name"], said["field_type"].lower()
    if _NAME.fullmatch(name) is None:
        raise refused(
            table,
            "a row names no field",
            expected="a name of small letters, digits and underscores, such as date_visit",
            got="an empty cell" if not name else "another text",
            next_step="download the dictionary anew from REDCap",
            row=row,
        )
    if kind not in _TYPES:
        raise refused(
            table,
            f"the field {name!r} is of a type that nobody knows",
            expected=", ".join(sorted(_TYPES)),
            got=said["field_type"] or "an empty cell",
            next_step="download the dictionary anew from REDCap",
            row=row,
        )
    choices = _FIXED.get(kind, {})
    if kind in {"dropdown", "radio", "checkbox"}:
        written = said["select_choices_or_calculations"]
        choices = _choices(written)
        # A box is a column in small letters: two codes that make one could not be told apart.
        of = Counter(_box(code) if kind == "checkbox" else code for code, _ in _parts(written))
        if again := [code for code, count in of.items() if count > 1]:
            raise refused(
                table,
                f"choices of the field {name!r} have one code, or one column of the export",
                expected="a code of its own for each choice",
                got=f"{again[0]} more than once",
                next_step="give one of them another code in REDCap",
                row=row,
            )
    return RedcapField(
        name,
        said["form_name"],
        kind,
        label_words(said["field_label"]) or name,
        choices,
        label_words(said.get("field_note", "")),
        said["text_validation_type_or_show_slider_number"].lower() if kind == "text" else "",
        said["identifier"].lower() == "y",
        said.get("field_annotation", ""),
        row,
        said.get("branching_logic", "").strip(),
    )


def _choices(text: str) -> dict[str, str]:
    """The code of each choice -> its label; a code without a label is its own."""
    return dict(_parts(text))


def _parts(text: str) -> Iterator[tuple[str, str]]:
    for part in text.split("|"):
        code, comma, label = part.partition(",")
        if code.strip():
            yield code.strip(), label_words(label if comma else code)


def _box(code: str) -> str:
    """The end of the column that a choice of a checkbox is.

    >>> _box("-9"), _box("A")
    ('_9', 'a')
    """
    return _NO_NAME.sub("_", code.lower())


def label_words(text: str) -> str:
    """A label on one line, without the tags of HTML.

    >>> label_words("<b>Day</b> of birth")
    'Day of birth'
    """
    return plain_text(_TAG.sub("", text)).strip()
