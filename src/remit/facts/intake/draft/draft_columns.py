"""Which column is what: by its header alone, with a date format that leaves no doubt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute

from remit.facts.dictionary import Dictionary
from remit.facts.intake.sources.cell_dates import first_day, fitting_formats
from remit.facts.intake.sources.cell_numbers import dose_of, number_of
from remit.facts.intake.sources.field_words import concept_names, counted, field_words, folded
from remit.facts.intake.sources.sheet_grid import Cell, SheetTable
from remit.facts.intake.tidy.tidy_map import DATES, FIELDS, NAMED, NUMBERS
from remit.units import find_unit

_FIRST_DAY = {"tests": "date", "procedures": "date", "deaths": "date"}
# A header with its unit: "Hb (g/dL)", "Plt [G/L]".
_WITH_UNIT = re.compile(r"(?P<name>.+?)\s*[(\[](?P<unit>[^()\[\]]+(?:\[[^\]]*\])?[^()\[\]]*)[)\]]")


@dataclass(frozen=True, slots=True)
class DraftColumn:
    """A field of a draft: its column, what was found of it, and what is open."""

    field: str
    header: str
    settings: Mapping[str, str | Sequence[str]] = attribute(default_factory=dict)
    comment: str = ""


def found_fields(table: SheetTable) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Field -> the column whose header names it; and the fields that several columns name."""
    found: dict[str, list[str]] = {}
    words, weak = field_words("columns"), field_words("weak")
    for header in table.columns:
        meant = words.get(folded(header))
        if meant is not None:
            found.setdefault(meant, []).append(header)
    for header in table.columns:
        meant = weak.get(folded(header))
        if meant is not None and meant not in found:
            found[meant] = [header]
    one = {name: headers[0] for name, headers in found.items() if len(headers) == 1}
    return one, {name: headers for name, headers in found.items() if len(headers) > 1}


def held_in(
    table: SheetTable, fields: Mapping[str, str], several: Mapping[str, list[str]]
) -> tuple[str, ...]:
    """What a sheet holds, as its headers say; nothing where they do not tell."""
    fields = {**fields, **{name: headers[0] for name, headers in several.items()}}
    if "patient" not in fields:
        return ()
    if "test" in fields and "value" in fields:
        return ("tests",)
    if "event" in fields:
        return ("adverse_events",)
    named = [
        holds
        for holds in ("drugs", "diagnoses", "procedures")
        if NAMED[holds][0] in fields and _first_day(holds, fields)
    ]
    if named:
        return tuple(named) if len(named) == 1 else ()
    if "birth" in fields or "sex" in fields:
        watched = ("observed",) if "observed_start" in fields else ()
        return ("persons", *watched)
    if "observed_start" in fields:
        return ("observed",)
    said = {field_words("words").get(folded(word)) for word in _title_words(table)}
    if "start" in fields and "observed" in said:
        return ("observed",)
    if "visit" in fields or (_first_day("visits", fields) and "visits" in said):
        return ("visits",)
    return ("deaths",) if "died" in fields else ()


def _title_words(table: SheetTable) -> Iterator[str]:
    yield table.file.rsplit(".", 1)[0]
    if table.sheet is not None:
        yield table.sheet


def _first_day(holds: str, fields: Mapping[str, str]) -> str | None:
    """The column of the first day: a single `date` serves where a start is asked for."""
    asked = _FIRST_DAY.get(holds, "start")
    other = "date" if asked == "start" else "start"
    return fields.get(asked) or fields.get(other)


def drafted_tests(
    table: SheetTable, fields: Mapping[str, str], dictionary: Dictionary
) -> tuple[tuple[str, str], ...]:
    """The columns that are each one test, with the unit in the header; two at least."""
    if "patient" not in fields or "date" not in fields:
        return ()
    names = concept_names(dictionary, NAMED["tests"][1])
    found = []
    for header in table.columns:
        if header in fields.values():
            continue
        name, unit = named_with_unit(header)
        if names.match(header).concept or names.match(name).concept:
            found.append((header, unit))
    return tuple(found) if len(found) > 1 else ()


def named_with_unit(header: str) -> tuple[str, str]:
    """A header as a name and the unit that stands behind it, if one of the closed table does.

    >>> named_with_unit("Hb (g/dL)"), named_with_unit("C3")
    (('Hb', 'g/dL'), ('C3', ''))
    """
    found = _WITH_UNIT.fullmatch(header)
    if found is None or find_unit(omop_id=None, text=found["unit"].strip()) is None:
        return header, ""
    return found["name"], found["unit"].strip()


def column_uses(
    table: SheetTable,
    holds: str,
    fields: Mapping[str, str],
    several: Mapping[str, list[str]] | None = None,
) -> tuple[tuple[DraftColumn, ...], tuple[str, ...]]:
    """The columns of a sheet, and the questions that they leave open."""
    needed, allowed = FIELDS[holds]
    columns, asked = [], []
    for name in (*needed, *allowed):
        header = _header_of(name, holds, fields)
        if header is None:
            if several and name in several:
                asked.append(
                    f"{table.title}: which column is the {name}: {' or '.join(several[name])}? "
                    "Write it under [table.columns]"
                )
            elif name in needed and not (name == "test" and "value" in fields):
                asked.append(
                    f"{table.title}: no header says which column is the {name}; write it under "
                    "[table.columns]"
                )
            continue
        column, open_ = _column(table, holds, name, header, fields)
        columns.append(column)
        asked += [f"{table.title}, column {header}: {question}" for question in open_]
    return tuple(columns), tuple(asked)


def _header_of(name: str, holds: str, fields: Mapping[str, str]) -> str | None:
    if holds == "observed" and name in {"start", "end"}:
        return fields.get(f"observed_{name}") or fields.get(name)
    if holds == "deaths" and name == "date":
        return fields.get("died")
    if name in {"date", "start"}:
        return _first_day(holds, fields)
    return fields.get(name)


def _column(
    table: SheetTable, holds: str, name: str, header: str, fields: Mapping[str, str]
) -> tuple[DraftColumn, list[str]]:
    cells: Sequence[Cell] = table.columns[header]
    settings: dict[str, str | Sequence[str]] = {}
    comments, asked = list[str](), list[str]()
    if name in DATES:
        if name == "end":
            words = _ongoing(cells)
            if words:
                settings["ongoing"] = words
                cells = [cell for cell in cells if cell not in words]
            _ask_ends(cells, holds, comments, asked)
        _draft_format(cells, name, settings, comments, asked)
    elif name in NUMBERS:
        _draft_decimal(cells, settings, comments, asked)
        if name == "dose":
            _ask_doses(table, cells, fields, settings, comments, asked)
    elif name == "patient" and (empty := sum(cell == "" for cell in cells)):
        asked.append(f"{empty} rows have no id; fill them in the sheet")
    return DraftColumn(name, header, settings, "; ".join(comments)), asked


def _ongoing(cells: Sequence[Cell]) -> tuple[str, ...]:
    words = field_words("words")
    found = {cell for cell in cells if isinstance(cell, str) and cell}
    return tuple(sorted(cell for cell in found if words.get(folded(cell)) == "ongoing"))


def _ask_ends(cells: Sequence[Cell], holds: str, comments: list[str], asked: list[str]) -> None:
    empty = sum(cell == "" for cell in cells)
    if not empty or holds in {"diagnoses", "adverse_events"}:
        return
    choices = 'empty = "ongoing"'
    if holds != "observed":
        choices += ' or empty = "same day"'
    comments.append(f"{empty} empty: add {choices}")
    single = " (for one drug, such as an infusion, in its names)" if holds == "drugs" else ""
    asked.append(f"{empty} ends are empty: what does that mean? Add {choices}{single}")


def _draft_format(
    cells: Sequence[Cell],
    name: str,
    settings: dict[str, str | Sequence[str]],
    comments: list[str],
    asked: list[str],
) -> None:
    fits = fitting_formats(cells, births=name == "birth")
    if len(fits) == 1:
        settings["format"] = fits[0]
    elif fits:
        choices = " or ".join(f'format = "{form}"' for form in fits)
        comments.append(f"add {choices}")
        asked.append(f"day and month cannot be told apart; add {choices}")
    elif any(isinstance(cell, str) and cell for cell in cells):
        comments.append('no format reads all of it: add the right one, such as format = "%d.%m.%Y"')
        parts = ""
        if name == "start" and any(first_day(cell) for cell in cells):
            parts = (
                "; for diagnoses of which only the year or the month is known, add "
                'imprecise = "first day" if that may stand for it'
            )
        asked.append(
            "its days are written in several ways, or some are none; make them alike in the sheet, "
            f"or add the format{parts}"
        )


_COMMA, _DOT = re.compile(r"[<>≤≥=\s]*[0-9]+,[0-9]+"), re.compile(r"[<>≤≥=\s]*[0-9]+\.[0-9]+")
_THOUSANDS = re.compile(r"[<>≤≥=\s]*[1-9][0-9]{0,2}[.,][0-9]{3}")


def _draft_decimal(
    cells: Sequence[Cell],
    settings: dict[str, str | Sequence[str]],
    comments: list[str],
    asked: list[str],
) -> None:
    texts = [cell for cell in cells if isinstance(cell, str)]
    commas = [text for text in texts if _COMMA.match(text)]
    dots = [text for text in texts if _DOT.match(text)]
    used = commas or dots
    doubtful = bool(used) and all(_THOUSANDS.fullmatch(text) for text in used)
    if (commas and dots) or doubtful:
        comments.append('add decimal = "," or decimal = "."')
        why = (
            "the comma and the point both stand in its numbers"
            if commas and dots
            else "1.234 may be a thousand and more, or one and a bit"
        )
        settings["undecided"] = ("decimal",)
        asked.append(f'{why}; add decimal = "," or decimal = "." in place of undecided')
    elif commas:
        settings["decimal"] = ","


def _ask_doses(
    table: SheetTable,
    cells: Sequence[Cell],
    fields: Mapping[str, str],
    settings: Mapping[str, str | Sequence[str]],
    comments: list[str],
    asked: list[str],
) -> None:
    if "frequency" in fields:
        return  # what its words do not tell stays unknown, and is reported
    units = table.columns[fields["unit"]] if "unit" in fields else ("",) * len(table)
    decimal = str(settings.get("decimal", "."))
    given = [(cell, str(unit)) for cell, unit in zip(cells, units, strict=True) if cell != ""]
    unread = [pair for pair in given if dose_of(*pair, decimal=decimal, per=None) is None]
    daily = [pair for pair in unread if dose_of(*pair, decimal=decimal, per="day") is not None]
    if daily:
        comments.append('mass alone: add per = "day" or per = "week"')
        asked.append(
            f'{len(daily)} doses have a mass and no time; add per = "day" or per = "week" if all '
            "are for that"
        )
    bare = [cell for cell, unit in unread if not unit and number_of(cell, decimal=decimal)]
    if bare:
        comments.append(f"{len(bare)} without a unit")
        asked.append(f"{len(bare)} doses are a number without a unit; add the unit in the sheet")
    rest = len(unread) - len(daily) - len(bare)
    if rest:
        comments.append(
            f"{counted(rest, 'dose')} without a number and a unit of mass and time: kept as text"
        )
