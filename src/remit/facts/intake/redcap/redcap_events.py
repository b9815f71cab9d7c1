"""Forms of adverse events as sheets of them, which the reader of spreadsheets takes.

A row of which any of the named fields has an answer is an event. One that does not say what it was
is refused there, so that nothing is lost. An event without a day of its own stays without one: the
day of a visit is not that on which it began.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from remit.facts.intake.redcap.redcap_cells import RedcapCells, field_column
from remit.facts.intake.redcap.redcap_map import EventFields, FieldColumn, RedcapMap
from remit.facts.intake.redcap.redcap_sheets import (
    ProjectRows,
    RedcapSheets,
    column_use,
    day_cell,
)
from remit.facts.intake.sources.sheet_grid import Cell
from remit.facts.intake.tidy.tidy_map import DATES, ColumnUse
from remit.facts.intake.tidy.tidy_sheets import TidySheet


def event_sheets(cells: RedcapCells, mapped: RedcapMap, found: RedcapSheets) -> Iterator[TidySheet]:
    """A sheet for each form of adverse events; `found` notes of which rows something is read."""
    for name, fields in mapped.adverse_events.items():
        yield _events(cells, name, fields, found)


def _events(cells: RedcapCells, name: str, fields: EventFields, found: RedcapSheets) -> TidySheet:
    records = cells.records
    said = {key: field_column(one) for key, one in fields.named.items()}
    uses = {"patient": ColumnUse(column=cells.dictionary.record_id.name)}
    uses |= {key: column_use(cells, one, number=False, decimal=None) for key, one in said.items()}
    title = f"{records.table.title}, {name}"
    rows = ProjectRows(title, records.table.file, "adverse_events", uses)
    for place, key in enumerate(records.keys):
        if not any(cells.text(str(one.column), place) for one in said.values()):
            continue
        found.used.add(place)
        told: dict[str, Cell] = {
            column: day_cell(cells, one, place)
            if column in DATES
            else _word(cells, one, place, fields.words.get(column, {}))
            for column, one in said.items()
        }
        rows.add(records.table.rows[place], {"patient": key.record, **told})
    return rows.sheet()


def _word(cells: RedcapCells, said: FieldColumn, place: int, words: Mapping[str, str]) -> str:
    """What a code stands for by the map, else by the dictionary of the project."""
    text = cells.near(said, place)
    return words.get(text) or cells.label(str(said.column), text)
