"""Rows of a sheet of adverse events: one an event, whatever is not known of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from remit.facts.adverse_events import NAME
from remit.facts.event_words import grade_of, is_related, is_serious, yes_or_no
from remit.facts.intake.sources.cell_dates import WrittenDay, moment_reader
from remit.facts.intake.sources.sheet_grid import Cell, cell_words
from remit.facts.intake.tidy.tidy_records import SheetRows, TidyRecord

# Field of the map -> column of the table, of texts that are kept as they stand.
TEXTS: Mapping[str, str] = {
    "term": "term",
    "system": "body_system",
    "event": "reported_term",
    "severity": "severity",
    "causality": "causality",
    "action": "action",
    "outcome": "outcome",
}
ANSWERS: Mapping[str, tuple[str, Callable[[str | None], bool | None]]] = {
    "serious": ("serious", is_serious),
    "related": ("related", is_related),
    "emergent": ("treatment_emergent", yes_or_no),
}
_FIELDS = (*TEXTS, *ANSWERS, "grade")


def adverse_records(rows: SheetRows) -> Iterator[TidyRecord]:
    """The events of a sheet; one without a day lies on any day from birth to the data cut."""
    sheet, faults = rows.sheet, rows.faults
    read, read_end = (moment_reader(sheet.use(field).format) for field in ("start", "end"))
    for row, (patient, start, end, *cells) in sheet.rows("patient", "start", "end", *_FIELDS):
        person = rows.patient(row, patient)
        said = dict(zip(_FIELDS, map(cell_words, cells), strict=True))
        if not (said["event"] or said["term"]):
            faults.add(
                sheet.title,
                row,
                "the row names no event",
                expected=f"a word in the column {sheet.use('event').column}",
                got="an empty cell",
                do="fill the cell, or take the row out of the sheet",
            )
            continue
        moment = None if start == "" else rows.day(row, "start", start, read)
        if not person or (moment is None and start != ""):
            continue
        ends = _ends(rows, row, end, moment.day if moment else None, read_end)
        if ends is None:
            continue
        if moment is None:
            rows.found.remark(sheet, row, "no day: on any day from birth to the data cut")
        yield TidyRecord(
            NAME,
            person,
            sheet.title,
            row,
            date.min if moment is None else moment.day,
            *ends,
            columns={
                **{column: _word(rows, field, said[field]) for field, column in TEXTS.items()},
                **{
                    column: _answer(rows, person, field, said[field], says)
                    for field, (column, says) in ANSWERS.items()
                },
                "grade": _grade(rows, person, said["grade"]),
            },
            undated=moment is None,
        )


def _ends(
    rows: SheetRows,
    row: int,
    cell: Cell,
    start: date | None,
    read: Callable[[Cell], WrittenDay | None],
) -> tuple[date | None, bool] | None:
    """The last day, if one is told, and whether the event goes on; None for a fault."""
    if cell == "":
        return None, False
    return rows.end(row, cell, start or date.min, read, None)


def _word(rows: SheetRows, field: str, text: str) -> str | None:
    """What a text stands for by the map, itself where the map says nothing of it."""
    said = " ".join(text.split())
    return rows.sheet.map.words.get(field, {}).get(said, said) or None


def _answer(
    rows: SheetRows, person: str, field: str, text: str, says: Callable[[str | None], bool | None]
) -> bool | None:
    word = _word(rows, field, text)
    answer = says(word)
    if word is not None and answer is None:
        rows.found.not_known(NAME, "answer", f"{field}: {word}", person)
    return answer


def _grade(rows: SheetRows, person: str, text: str) -> int | None:
    word = _word(rows, "grade", text)
    grade = grade_of(word)
    if word is not None and grade is None:
        rows.found.not_known(NAME, "answer", f"grade: {word}", person)
    return grade
