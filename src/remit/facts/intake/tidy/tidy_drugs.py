"""Rows of drugs: an exposure each, with its dose a day where one is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from remit.facts.intake.sources.cell_dates import moment_reader
from remit.facts.intake.sources.cell_numbers import ROUNDED, dose_of
from remit.facts.intake.sources.local_routes import is_local_route
from remit.facts.intake.sources.sheet_grid import cell_words
from remit.facts.intake.tidy.tidy_records import SheetRows, TidyRecord

# Routes of the OMOP vocabulary; others are told and mean nothing to a criterion.
ROUTES: Mapping[str, int] = {"intravenous": 4171047, "oral": 4132161, "other": 0}


def drug_records(rows: SheetRows) -> Iterator[TidyRecord]:
    """The exposures of a sheet of drugs, each with what is told of its dose."""
    sheet = rows.sheet
    read, read_end = (moment_reader(sheet.use(field).format) for field in ("start", "end"))
    dosed = sheet.use("dose")
    fields = ("patient", "drug", "start", "end", "dose", "unit", "route", "frequency")
    for row, (patient, name, start, end, amount, unit, route, often) in sheet.rows(*fields):
        person, moment = rows.patient(row, patient), rows.day(row, "start", start, read)
        said = rows.named(row, name, person)
        if not person or moment is None or said is None:
            continue
        use = said[1]
        ends = rows.end(row, end, moment.day, read_end, use.empty if use else None)
        if ends is None:
            continue
        text = cell_words(unit) or (use.unit if use and use.unit else "")
        word = cell_words(often)
        times = sheet.map.times.get(word)
        if word and times is None:
            rows.found.not_known("drug_exposure", "answer", word, person)
        dose = None
        if (times is not None or not word) and not is_local_route(cell_words(route)):
            dose = dose_of(amount, text, decimal=dosed.decimal, per=dosed.per, times=times)
        if dose is None and amount != "" and use is not None:
            rows.found.remark(
                sheet,
                row,
                f"{said[0]}: the dose is not told per day or week as a number with a unit of mass, "
                "or is one of a part of the body; kept as text, the daily dose is unknown",
            )
        if dose is not None and dose.rounded:
            rows.found.remark(sheet, row, ROUNDED)
        concept = rows.concept(use)
        yield TidyRecord(
            "drug_exposure",
            person,
            sheet.title,
            row,
            moment.day,
            *ends,
            rows.code(said[0], concept),
            said[0],
            {
                "route_concept_id": _route(rows, cell_words(route), person),
                "dose_value": dose.number if dose else None,
                "unit_concept_id": dose.unit.omop_ids[0] if dose else None,
                "drug_source_value": " ".join(
                    filter(None, (said[0], cell_words(amount), text, word))
                ),
            },
        )


def _route(rows: SheetRows, word: str, patient: str) -> int | None:
    if not word:
        return None
    found = rows.sheet.map.routes.get(word)
    if found is None:
        rows.found.not_known("drug_exposure", "answer", word, patient)
        return None
    return ROUTES[found]
