"""Rows of tests: a number with its unit, sign and limits, a coded answer, or a comment as text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from remit.facts.concept import Concept
from remit.facts.intake.sources.cell_dates import moment_reader
from remit.facts.intake.sources.cell_numbers import (
    ROUNDED,
    WrittenNumber,
    is_ambiguous,
    number_of,
    titre_of,
)
from remit.facts.intake.sources.sheet_grid import Cell, cell_words
from remit.facts.intake.tidy.tidy_map import NameUse
from remit.facts.intake.tidy.tidy_records import SheetRows, TidyRecord
from remit.units import Unit, find_unit, unit_named


def measurement_records(rows: SheetRows) -> Iterator[TidyRecord]:
    """Tests: a number with its unit, sign and limits, a coded answer, or a comment as text."""
    sheet = rows.sheet
    read = moment_reader(sheet.use("date").format)
    fields = ("patient", "date", "test", "value", "unit", "low", "high")
    for row, (patient, when, name, value, unit, low, high) in sheet.rows(*fields):
        person, moment = rows.patient(row, patient), rows.day(row, "date", when, read)
        said = rows.named(row, name, person)
        if not person or moment is None or said is None:
            continue
        use, concept = said[1], rows.concept(said[1])
        if value == "" and sheet.use("test").always is not None:
            rows.found.empty.setdefault(sheet.title, []).append(row)  # a column a test: not done
            continue
        columns: dict[str, object] = {
            "measurement_datetime": moment.at,
            "value_source_value": cell_words(value) or None,
            "range_low": _limit(rows, row, "low", low),
            "range_high": _limit(rows, row, "high", high),
        }
        if use is not None and concept is not None:
            columns |= _value(rows, row, person, use, concept, value, cell_words(unit))
        elif unit != "":
            columns["unit_source_value"] = cell_words(unit)
        yield TidyRecord(
            "measurement",
            person,
            sheet.title,
            row,
            moment.day,
            moment.day,
            concept=rows.code(said[0], concept),
            name=said[0],
            columns=columns,
            of=use.of if use else None,
        )


def _limit(rows: SheetRows, row: int, field: str, cell: Cell) -> object:
    if cell == "":
        return None
    found = number_of(cell, decimal=rows.sheet.use(field).decimal)
    if found is None or found.operator is not None:
        rows.found.remark(
            rows.sheet, row, f"the limit in {rows.sheet.use(field).column} is no number"
        )
        return None
    _remark_rounded(rows, row, found)
    return found.number


def _remark_rounded(rows: SheetRows, row: int, found: WrittenNumber) -> None:
    if found.rounded:
        rows.found.remark(rows.sheet, row, ROUNDED)


def _value(
    rows: SheetRows, row: int, patient: str, use: NameUse, concept: Concept, cell: Cell, text: str
) -> dict[str, object]:
    """The columns of what was found: a number where there is one, else what stands there."""
    if concept.kind == "category":
        return _answer(rows, patient, use, concept, cell_words(cell))
    columns = _unit(rows, row, patient, use, concept, text)
    number = _number(rows, use, concept, cell, text)
    if number is None:
        decimal = rows.sheet.use("value").decimal
        if is_ambiguous(cell, decimal=decimal):
            rows.found.remark(
                rows.sheet,
                row,
                f"{use.concept}: numbers with another decimal mark than the map says "
                f"({decimal!r}), or with marks for thousands; kept as text",
            )
        elif cell != "":
            rows.found.remark(rows.sheet, row, f"{use.concept}: a comment in place of a number")
        return columns
    _remark_rounded(rows, row, number)
    return {
        **columns,
        "value_as_number": number.number,
        "operator_concept_id": number.operator,
    }


def _number(
    rows: SheetRows, use: NameUse, concept: Concept, cell: Cell, text: str
) -> WrittenNumber | None:
    if concept.kind != "titre":
        return number_of(cell, decimal=rows.sheet.use("value").decimal)
    # A plain 80 is a titre only where the unit says so: an index or units print alike.
    said = _known_unit(text or use.unit or "")
    plain = said is not None and said.code == "{titer}"
    return titre_of(cell) or (number_of(cell) if plain else None)


@cache
def _known_unit(text: str) -> Unit | None:
    return find_unit(omop_id=None, text=text) if text else None


def _unit(
    rows: SheetRows, row: int, patient: str, use: NameUse, concept: Concept, text: str
) -> dict[str, object]:
    if not text:
        if use.unit is None:
            if concept.kind == "quantity":
                rows.found.remark(rows.sheet, row, f"{use.concept}: a value without a unit")
            return {}
        unit = unit_named(use.unit)
        if not unit.omop_ids:
            return {"unit_source_value": unit.code}
        return {"unit_concept_id": unit.omop_ids[0]}
    known = _known_unit(text)
    # A unit that nobody knows is found in the dataset itself, as for every format.
    if concept.kind == "quantity" and known is not None and known.code not in concept.factors:
        rows.found.not_known("measurement", "unit", f"{text} of {concept.name}", patient)
    code = known.omop_ids[0] if known is not None and known.omop_ids else None
    return {"unit_source_value": text, "unit_concept_id": code}


def _answer(
    rows: SheetRows, patient: str, use: NameUse, concept: Concept, word: str
) -> dict[str, object]:
    """The answer of a coded test: by the map, or as the dictionary writes it."""
    answer = use.answers.get(word, word)
    if answer in concept.values:
        return {"value_as_concept_id": concept.values[answer].omop}
    if word:
        rows.found.not_known("measurement", "answer", word, patient)
    return {}
