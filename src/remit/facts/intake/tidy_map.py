"""The map of an import: which sheet holds what, and what the words of a clinic mean.

A map is a TOML file that people mend by hand, so every fault of a file is told in one run. It says
all that cannot be known from cells: the order of day and month, the decimal comma, what an empty
end means. Nothing that it leaves open is guessed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from remit.errors import DatasetError, RemitError
from remit.facts.dictionary import Concept, Dictionary
from remit.facts.intake.tidy_dates import date_pattern
from remit.text_files import read_text_file
from remit.units import unit_named

KIND, VERSION = "remit.tidy_map", 1
Holds = Literal[
    "tests",
    "drugs",
    "diagnoses",
    "procedures",
    "visits",
    "persons",
    "observed",
    "deaths",
    "nothing",
]
NoEnd = Literal["ongoing", "same day"]

# What a sheet holds -> the columns that it must have, and those that it may have.
FIELDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "tests": (("patient", "date", "test", "value"), ("unit", "low", "high")),
    "drugs": (("patient", "drug", "start"), ("end", "dose", "unit", "route")),
    "diagnoses": (("patient", "diagnosis", "start"), ("end",)),
    "procedures": (("patient", "procedure", "date"), ()),
    "visits": (("patient", "visit", "start"), ("end",)),
    "persons": (("patient", "birth"), ("sex", "died")),
    "observed": (("patient", "start"), ("end",)),
    "deaths": (("patient", "date"), ()),
    "nothing": ((), ()),
}
DATES = frozenset({"date", "start", "end", "birth", "died"})
NUMBERS = frozenset({"value", "low", "high", "dose"})
# The column whose words are names of concepts, and the kinds of concept that they may be.
NAMED: Mapping[str, tuple[str, frozenset[str]]] = {
    "tests": ("test", frozenset({"quantity", "titre", "score", "category"})),
    "drugs": ("drug", frozenset({"drug"})),
    "diagnoses": ("diagnosis", frozenset({"condition"})),
    "procedures": ("procedure", frozenset({"procedure"})),
    "visits": ("visit", frozenset({"visit"})),
}
TABLE_OF: Mapping[str, str] = {
    "tests": "measurement",
    "drugs": "drug_exposure",
    "diagnoses": "condition_occurrence",
    "procedures": "procedure_occurrence",
    "visits": "visit_occurrence",
    "persons": "person",
    "observed": "observation_period",
    "deaths": "death",
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class ColumnUse(_Strict):
    """Where a field comes from: a column, or one text for all rows.

    Attributes:
        format: how its dates are written, such as `%d.%m.%Y`; days of a workbook need none.
        decimal: what stands between a number and its decimals.
        per: the time of a dose whose unit is a mass alone: `20 mg`, per day.
        empty: what an empty end means; ongoing: the words that say that something goes on.
    """

    column: str | None = None
    always: str | None = None
    format: str | None = None
    decimal: Literal[".", ","] = "."
    per: Literal["day", "week"] | None = None
    empty: NoEnd | None = None
    ongoing: tuple[str, ...] = ()


class NameUse(_Strict):
    """What a name means: a concept, or nothing that Remit asks for (`ignore`).

    Attributes:
        unit: of its rows that have none.
        of: the procedure of the same day to which a finding belongs.
        answers: word -> answer of a coded test. empty: what an empty end of this drug means.
    """

    concept: str | None = None
    ignore: bool = False
    unit: str | None = None
    of: str | None = None
    answers: Mapping[str, str] = Field(default_factory=dict)
    empty: NoEnd | None = None


class MappedSheet(_Strict):
    """One sheet, or one text file, and what it holds.

    Attributes:
        header: the row of its headers. delimiter: what stands between the cells of a text file.
    """

    file: str
    sheet: str | None = None
    holds: Holds
    header: int | None = Field(default=None, ge=1)
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    columns: Mapping[str, str | ColumnUse] = Field(default_factory=dict)
    names: Mapping[str, NameUse] = Field(default_factory=dict)
    sexes: Mapping[str, Literal["female", "male", "unknown"]] = Field(default_factory=dict)
    routes: Mapping[str, Literal["intravenous", "oral", "other"]] = Field(default_factory=dict)

    def use(self, field: str) -> ColumnUse | None:
        """Where a field comes from; None where the sheet has none."""
        found = self.columns.get(field)
        return ColumnUse(column=found) if isinstance(found, str) else found


class TidyMap(_Strict):
    """The map of an import; one sheet may be there several times, and holds several things."""

    kind: str
    version: int
    table: tuple[MappedSheet, ...]


def read_tidy_map(path: Path, dictionary: Dictionary) -> TidyMap:
    """The map in a file.

    Raises:
        DatasetError: the file cannot be read, is no map, or says what cannot be; with all faults.
    """
    text = read_text_file(path, what="the map", form="TOML", error=DatasetError)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DatasetError(
            "the map is no TOML",
            expected="a file as `--draft-map` writes it",
            got=str(error),
            next_step='correct the line; a text with a backslash or a quote is written in single \'',
            place=path,
        ) from None
    if data.get("kind") != KIND or data.get("version") != VERSION:
        raise DatasetError(
            "this is no map of an import",
            expected=f'kind = "{KIND}", version = {VERSION}',
            got=f"kind {data.get('kind')!r}, version {data.get('version')!r}",
            next_step="let `remit facts import tidy FILE… --draft-map MAP.toml` write one",
            place=path,
        )
    try:
        found = TidyMap.model_validate(data)
    except ValidationError as error:
        faults = [f"{_where(fault['loc'], data)}: {_said(fault)}" for fault in error.errors()]
        raise _faulty(path, faults) from None
    faults = [
        f"{_title(sheet)}: {fault}" for sheet in found.table for fault in _faults(sheet, dictionary)
    ]
    if faults:
        raise _faulty(path, faults)
    return found


def _faulty(path: Path, faults: list[str]) -> DatasetError:
    return DatasetError(
        f"the map has {len(faults)} faults" if len(faults) > 1 else "the map has a fault",
        expected="what the comments of a drafted map say",
        next_step="correct them; docs/how-to/own-patients.md has each key",
        place=path,
        excerpt="\n".join(f"  {fault}" for fault in faults),
    )


def _title(sheet: MappedSheet) -> str:
    return sheet.file if sheet.sheet is None else f"{sheet.file}, sheet {sheet.sheet}"


def _where(place: tuple[int | str, ...], data: Mapping[str, object]) -> str:
    """The place of a fault in words: the sheet by its file, then the keys."""
    keys = [str(key) for key in place if not str(key).endswith("ColumnUse") and key != "str"]
    tables = data.get("table")
    if keys[:1] == ["table"] and len(keys) > 1 and isinstance(tables, list):
        table = tables[int(keys[1])]
        file = table.get("file", f"table {keys[1]}") if isinstance(table, dict) else keys[1]
        keys = [str(file), *keys[2:]]
    return ".".join(keys)


def _said(fault: Mapping[str, object]) -> str:
    return {
        "extra_forbidden": "nobody knows this key",
        "missing": "this key is missing",
    }.get(str(fault["type"]), str(fault["msg"]))


def _faults(sheet: MappedSheet, dictionary: Dictionary) -> Iterator[str]:
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
    for word, use in sheet.names.items():
        yield from (f"names.{word!r}: {fault}" for fault in _name_faults(use, sheet, dictionary))
    for key, words in (("sexes", sheet.sexes), ("routes", sheet.routes)):
        if words and sheet.holds != {"sexes": "persons", "routes": "drugs"}[key]:
            yield f"{key}: {sheet.holds} have none"
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
    if use.per is not None and field != "dose":
        yield "`per` is for doses"
    if (use.empty is not None or use.ongoing) and field != "end":
        yield "`empty` and `ongoing` are for ends"
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
    if use.of is not None and (
        sheet.holds != "tests" or getattr(dictionary.concepts.get(use.of), "kind", "") != "procedure"
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
