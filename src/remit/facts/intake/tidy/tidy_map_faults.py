"""What a map says that cannot be: a column of no field, a concept or a unit of another kind."""

from __future__ import annotations

from collections.abc import Iterator

from remit.errors import RemitError
from remit.facts.concept import Concept
from remit.facts.dictionary import Dictionary
from remit.facts.intake.sources.cell_dates import date_pattern
from remit.facts.intake.tidy.tidy_map import (
    DATES,
    FIELDS,
    NAMED,
    NUMBERS,
    ColumnUse,
    MappedSheet,
    NameUse,
)
from remit.units import unit_named


def sheet_faults(sheet: MappedSheet, dictionary: Dictionary) -> Iterator[str]:
    """What a sheet of a map says that cannot be, a sentence each."""
    needed, allowed = FIELDS[sheet.holds]
    for field in needed:
        if field not in sheet.columns:
            yield f"columns.{field} is missing: {sheet.holds} need {', '.join(needed)}"
    for field in sheet.columns:
        if field not in (*needed, *allowed):
            yield f"columns.{field}: {sheet.holds} have {', '.join((*needed, *allowed))}"
            continue
        use = sheet.use(field)
        if use is not None:
            yield from (f"columns.{field}: {fault}" for fault in _column_faults(field, use, sheet))
    for word, named in sheet.names.items():
        yield from (f"names.{word!r}: {fault}" for fault in _name_faults(named, sheet, dictionary))
    dosed = sheet.use("dose")
    if "frequency" in sheet.columns and dosed is not None and dosed.per is not None:
        yield "columns.dose: `per` says the dose of a time, and `frequency` how often it is taken"
    for key, words in (("sexes", sheet.sexes), ("routes", sheet.routes), ("times", sheet.times)):
        if words and sheet.holds != ("persons" if key == "sexes" else "drugs"):
            yield f"{key}: {sheet.holds} have none"
    if sheet.words and sheet.holds != "adverse_events":
        yield f"words: {sheet.holds} have none"
    for field in sheet.words.keys() - sheet.columns.keys():
        yield f"words.{field}: no column of the sheet is the {field}"
    if sheet.names and sheet.holds not in NAMED:
        yield f"names: {sheet.holds} have none"


def _column_faults(field: str, use: ColumnUse, sheet: MappedSheet) -> Iterator[str]:
    if (use.column is None) == (use.always is None):
        yield "say either `column` or `always`"
    if use.format is not None:
        if field not in DATES:
            yield "`format` is for dates"
        else:
            try:
                date_pattern(use.format, year_alone=field == "birth")
            except ValueError as error:
                yield f"`format`: {error}"
    if use.decimal == "," and field not in NUMBERS:
        yield "`decimal` is for numbers"
    if use.undecided:
        yield 'undecided: say decimal = "," or decimal = "." in place of it'
    if use.imprecise is not None and (sheet.holds, field) != ("diagnoses", "start"):
        yield "`imprecise` is for the start of a diagnosis"
    if use.per is not None and field != "dose":
        yield "`per` is for doses"
    if (use.empty is not None or use.ongoing) and field != "end":
        yield "`empty` and `ongoing` are for ends"
    if use.empty is not None and sheet.holds == "adverse_events":
        yield "an empty end of an adverse event is not known: leave `empty` out"
    if use.empty == "same day" and sheet.holds in {"diagnoses", "observed"}:
        yield '`empty` = "same day" is for drugs and visits'


def _name_faults(use: NameUse, sheet: MappedSheet, dictionary: Dictionary) -> Iterator[str]:
    if use.ignore:
        if use != NameUse(ignore=True):
            yield "what is ignored means nothing else"
        return
    if use.concept is None:
        yield "say `concept`, or `ignore = true`"
        return
    if sheet.holds not in NAMED:
        return
    try:
        concept = dictionary.concept(use.concept)
    except RemitError as error:
        yield f"no concept {use.concept!r}; {error.expected}"
        return
    if concept.kind not in NAMED[sheet.holds][1]:
        yield f"{concept.name} is a {concept.kind}, which {sheet.holds} are not"
    if concept.members:
        yield f"{concept.name} is a class; say one of {', '.join(concept.members)}"
    if use.unit is not None:
        yield from _unit_faults(use.unit, concept)
    for word, answer in use.answers.items():
        if answer not in concept.values:
            known = ", ".join(concept.values) or "none: it is no coded test"
            yield f"answers.{word!r}: {concept.name} has {known}"
    if use.undecided:
        yield (
            f"undecided texts: {len(use.undecided)}; correct them in the sheet where they hold a "
            "number, write `comments` in place of `undecided` where they hold none"
        )
    if use.comments and sheet.holds != "tests":
        yield "`comments` are for tests"
    if use.of is not None and (
        sheet.holds != "tests"
        or getattr(dictionary.concepts.get(use.of), "kind", "") != "procedure"
    ):
        yield "`of` names the procedure of a test"
    if use.empty is not None and sheet.holds != "drugs":
        yield "`empty` is for drugs"


def _unit_faults(text: str, concept: Concept) -> Iterator[str]:
    try:
        unit = unit_named(text)
    except RemitError as error:
        yield f"no unit {text!r}; {error.expected}"
        return
    if unit.code not in concept.factors:
        known = ", ".join(concept.factors) or "none"
        yield f"{unit.code} is no unit of {concept.name}: {known}"
