"""The records of a REDCap project, as `CSV (raw data)` has them: codes and names, never labels.

A row is of one record and, where the project has them, of one event and one instance of a repeated
form or event. Days stand as `2024-01-31` whatever the form shows: REDCap changes a day for the
screen alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from remit.facts.intake.redcap.redcap_dictionary import RedcapDictionary, RedcapField
from remit.facts.intake.sources.sheet_grid import (
    Cell,
    Grid,
    SheetTable,
    cell_words,
    refused,
    sheet_table,
)

EVENT, FORM, INSTANCE = (
    "redcap_event_name",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
)
_OWN = frozenset({EVENT, FORM, INSTANCE, "redcap_data_access_group", "redcap_survey_identifier"})
_STATES = ("_complete", "_timestamp")
_AGAIN = "export the records anew as `CSV / Microsoft Excel (raw data)`"


@dataclass(frozen=True, slots=True, order=True)
class RedcapKey:
    """What a row is of; empty where the project has none of it."""

    record: str
    event: str = ""
    form: str = ""
    instance: str = ""


@dataclass(frozen=True, slots=True)
class RedcapRecords:
    """The rows of an export.

    Attributes:
        table: the cells that may be read, with the numbers of the rows.
        keys: of each row.
        places: key -> the place of its row in the table.
        withheld: fields that the dictionary marks as identifiers, and that were not taken.
        strange: columns that the dictionary does not know.
        own: columns that REDCap adds, and that were not taken.
        boxes: field -> the places of rows with a ticked box of it that the dictionary does not
            know, such as that of a code for missing data.
        filled: form -> the places of rows on which somebody marked it as filled in.
    """

    table: SheetTable
    keys: tuple[RedcapKey, ...]
    places: Mapping[RedcapKey, int] = field(default_factory=dict)
    withheld: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    boxes: Mapping[str, frozenset[int]] = field(default_factory=dict)
    filled: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def cell(self, column: str, place: int) -> str:
        """The text of a cell; empty where the export has no such column."""
        cells = self.table.columns.get(column)
        return "" if cells is None else cell_words(cells[place])


def records_delimiter(content: bytes) -> str | None:
    """What stands between the cells, told from the first name of the headers alone.

    Free text holds any sign; the names of fields hold none.

    >>> records_delimiter(b'"record_id";"upcr"'), records_delimiter(b"record_id")
    (';', None)
    """
    head = content[:1_000].replace(b"\0", b"").decode("latin-1").lstrip("\xef\xbb\xbf\xfe\xff")
    found = re.match(r'"?(?:[A-Za-z0-9_]+|Variable / Field Name)"?([,;\t|^])', head)
    return None if found is None else found[1]


def redcap_records(
    grid: Grid, dictionary: RedcapDictionary, *, days: Iterable[str] = ()
) -> RedcapRecords:
    """The records in a sheet, without what the dictionary marks as an identifier.

    Args:
        days: fields of days that are read although they are marked.

    Raises:
        DatasetError: the sheet holds labels in place of codes, or two rows are of one instance.
    """
    whole = sheet_table(grid)
    record = dictionary.record_id.name
    if record not in whole.columns:
        raise _no_records(whole, record)
    allowed, kept = frozenset(days), dict[str, tuple[Cell, ...]]()
    withheld, strange, own = dict[str, None](), list[str](), list[str]()
    boxes = dict[str, frozenset[int]]()
    for name, cells in whole.columns.items():
        known = dictionary.columns.get(name)
        if known is not None and (
            not known.is_identifier or name == record or known.name in allowed
        ):
            _check_codes(known, name, cells, whole)
            kept[name] = cells
        elif known is not None:
            withheld[known.name] = None
        elif name in {EVENT, FORM, INSTANCE}:
            kept[name] = cells
        else:
            ours = name in _OWN or _is_state(name, dictionary.forms)
            (own if ours else strange).append(name)
            field_name, mark, _ = name.partition("___")
            if mark and (ticked := _places(cells, {"1"})):
                boxes[field_name] = boxes.get(field_name, frozenset()) | ticked
    table = SheetTable(whole.file, whole.sheet, whole.title, whole.rows, kept, whole.notes)
    keys = _keys(table, record)
    places: dict[RedcapKey, int] = {}
    for place, key in enumerate(keys):
        if key.record and places.setdefault(key, place) != place:
            raise refused(
                table,
                "two rows are of one record, event and instance",
                expected="one row for each, as REDCap writes them",
                got=f"rows {table.rows[places[key]]} and {table.rows[place]}",
                next_step=_AGAIN,
                row=table.rows[place],
            )
    filled = {
        form: _places(whole.columns.get(f"{form}_complete", ()), {"1", "2"})
        for form in dictionary.forms
    }
    return RedcapRecords(
        table, keys, places, tuple(withheld), tuple(strange), tuple(own), boxes, filled
    )


def _places(cells: tuple[Cell, ...], wanted: Collection[str]) -> frozenset[int]:
    return frozenset(place for place, cell in enumerate(cells) if cell_words(cell) in wanted)


def _is_state(name: str, forms: Iterable[str]) -> bool:
    return any(name == f"{form}{end}" for form in forms for end in _STATES)


def _keys(table: SheetTable, record: str) -> tuple[RedcapKey, ...]:
    none: tuple[Cell, ...] = ("",) * len(table)
    parts = (table.columns.get(name, none) for name in (record, EVENT, FORM, INSTANCE))
    return tuple(
        RedcapKey(*(cell_words(cell).strip() for cell in row)) for row in zip(*parts, strict=True)
    )


def _check_codes(known: RedcapField, name: str, cells: tuple[Cell, ...], table: SheetTable) -> None:
    """Nothing, when no cell holds the label of a choice in place of its code.

    Raises:
        DatasetError: one does: what it stands for could be told only by a text that people change.
    """
    if not known.choices:
        return
    checked = known.type == "checkbox"
    labels = {"Checked", "Unchecked"} if checked else set(known.choices.values())
    labels -= known.choices.keys()
    for row, cell in zip(table.rows, cells, strict=True):
        if cell in labels:
            raise refused(
                table,
                f"the column {name} holds labels in place of codes",
                expected="1 or 0" if checked else f"codes such as {next(iter(known.choices))}",
                got="the label of a choice",
                next_step=_AGAIN,
                row=row,
            )


def _no_records(table: SheetTable, record: str) -> Exception:
    return refused(
        table,
        f"no column is {record}, which names the records",
        expected=f"the names of fields as headers, {record} the first: raw data",
        got=", ".join(list(table.columns)[:3]),
        next_step=f"{_AGAIN}; give the dictionary first and the records second",
        row=1,
    )
