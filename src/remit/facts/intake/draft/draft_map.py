"""A first map of some files, for a person to mend: what is certain is filled in, the rest is asked.

Taken is what a closed word says exactly, and a date format that alone reads every value. All else
stands as a comment beside the line that it would mend, and in the list of questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from remit.errors import DatasetError
from remit.facts.dictionary import Dictionary
from remit.facts.intake.draft.draft_columns import (
    DraftColumn,
    column_uses,
    drafted_tests,
    found_fields,
    held_in,
)
from remit.facts.intake.draft.draft_names import (
    NameLine,
    name_lines,
    route_lines,
    sex_lines,
    time_lines,
)
from remit.facts.intake.sources.field_words import counted, quoted
from remit.facts.intake.sources.sheet_files import read_grids
from remit.facts.intake.sources.sheet_grid import Grid, SheetTable, sheet_table
from remit.facts.intake.tidy.tidy_map import FIELDS, KIND, NAMED, VERSION

HEAD = f'''# What the files hold, and what their words mean. Drafted; mend it, then import with
#   remit facts import tidy FILE… --map THIS.toml --out DATASET
# Only exact words were taken. A line that begins with "# perhaps" is a guess that was not: take the
# sign away if it is right. Delete nothing that you do not understand; ask whoever keeps the files.
#
# A name of a test, drug or diagnosis is {{ concept = "…" }} (see `remit facts concepts`), or
# {{ ignore = true }} if Remit need not know it. A name that is neither keeps its rows, as something
# that nobody understood: no absence in that table is then believed for those persons.
# Say --mapped TABLE on the import only when the lists of that table are whole: every drug (or
# diagnosis, or procedure) that these persons had is in the files, under a name of this map. "Never
# had rituximab" is believed on that word.
kind = "{KIND}"
version = {VERSION}
'''


@dataclass(frozen=True, slots=True)
class DraftMap:
    """A drafted map, and what only a person can say.

    Attributes:
        questions: one sentence each, with the file and what to write.
        taken, names: how many names of how many were taken.
    """

    text: str
    questions: tuple[str, ...]
    taken: int
    names: int


def draft_map(files: Sequence[Path], dictionary: Dictionary) -> DraftMap:
    """The map of some files.

    Raises:
        DatasetError: a file cannot be read, or none has rows.
    """
    grids = read_grids(files)
    visible = [grid for grid in grids if not grid.hidden and grid.rows]
    if not visible:
        raise DatasetError(
            "the files are empty",
            expected="a sheet with headers and rows",
            got=", ".join(grid.title for grid in grids) or "no file",
            next_step="check the files",
        )
    text, questions, lines, births = [HEAD], list[str](), list[NameLine](), False
    for grid in grids:
        if grid.hidden:
            questions.append(f"{grid.title} is hidden and was left out; unhide it if it is needed")
    for grid in visible:
        for entry in _entries(grid, dictionary):
            text.append(entry.text)
            questions += entry.questions
            births |= entry.births
            lines += entry.lines
    if not births:
        questions.append(
            "no sheet says when a patient was born, on which each age rests; add one with the "
            "patient and the date or the year of birth"
        )
    return DraftMap(
        "\n".join(text),
        tuple(dict.fromkeys(questions)),
        sum(line.taken for line in lines),
        len(lines),
    )


# No header tells of which kind visits are: one may be a stay in hospital.
_KIND_OF_VISIT = (
    '# perhaps: visit = { always = "outpatient visit" }  # if all are; else of no kind',
    "",
    "[table.names]",
    '"outpatient visit" = { concept = "outpatient_visit" }',
)


def whole_draft(files: Sequence[Path], dictionary: Dictionary) -> DraftMap:
    """The map of files that leave nothing to be asked.

    Raises:
        DatasetError: something only a person can say.
    """
    found = draft_map(files, dictionary)
    if found.questions:
        asked = enumerate(found.questions, start=1)
        raise DatasetError(
            "the files leave open what only a person can say",
            expected="a map that says it",
            got=counted(len(found.questions), "question"),
            next_step="let --draft-map MAP.toml write the map, mend it, and give it with --map",
            excerpt="\n".join(f"  {number}. {question}" for number, question in asked),
        )
    return found


@dataclass(frozen=True, slots=True)
class _Entry:
    text: str
    questions: tuple[str, ...]
    lines: tuple[NameLine, ...] = ()
    births: bool = False


def _entries(grid: Grid, dictionary: Dictionary) -> Iterator[_Entry]:
    """The entries of one sheet: one for each thing that it holds."""
    table = sheet_table(grid)
    fields, several = found_fields(table)
    held = held_in(table, fields, several)
    if not held:
        wide = drafted_tests(table, fields, dictionary)
        if wide:
            yield from (_wide(table, fields, header, unit, dictionary) for header, unit in wide)
            return
        yield _open(table)
    read = {column.header for holds in held for column in column_uses(table, holds, fields)[0]}
    unread = [name for name in table.columns if name not in read]
    for holds in held:
        yield _entry(table, holds, (fields, several), dictionary, unread)
        unread = []


def _start(table: SheetTable, holds: str, note: str = "") -> list[str]:
    lines = ["[[table]]", f"file = {quoted(table.file)}"]
    if table.sheet is not None:
        lines.append(f"sheet = {quoted(table.sheet)}")
    return [*lines, f"holds = {quoted(holds)}{note}"]


def _open(table: SheetTable) -> _Entry:
    kinds = ", ".join(kind for kind in FIELDS if kind != "nothing")
    columns = [f"# column: {name}" for name in table.columns]
    lines = [*_start(table, "nothing", f"  # say which: {kinds}"), *columns, ""]
    asked = (
        f"{table.title}: what does it hold? Its headers do not tell. Say one of {kinds} as "
        "`holds`, and under [table.columns] which column is what"
    )
    return _Entry("\n".join(lines), (asked,))


def _entry(
    table: SheetTable,
    holds: str,
    found: tuple[dict[str, str], dict[str, list[str]]],
    dictionary: Dictionary,
    unread: Sequence[str],
) -> _Entry:
    fields, _ = found
    columns, asked = column_uses(table, holds, *found)
    lines = [*_start(table, holds), "[table.columns]", *(_column(column) for column in columns)]
    lines += [f"# not read: {name}" for name in unread]
    names: tuple[NameLine, ...] = ()
    if holds == "visits" and "visit" not in fields:
        lines += _KIND_OF_VISIT
    if holds in NAMED and NAMED[holds][0] in fields:
        names = name_lines(table, holds, fields, dictionary, decimal=_decimal(columns))
        lines += ["", "[table.names]", *(line.text for line in names)]
        asked = (*asked, *(q for line in names for q in line.questions))
        asked = (*asked, *_unmapped(table, names))
    for part, words in (
        ("sexes", sex_lines(table, fields) if holds == "persons" else ()),
        ("routes", route_lines(table, fields) if holds == "drugs" else ()),
        ("times", time_lines(table, fields) if holds == "drugs" else ()),
    ):
        if words:
            lines += ["", f"[table.{part}]", *(line.text for line in words)]
            asked = (*asked, *(q for line in words for q in line.questions))
    births = any(column.field == "birth" for column in columns)
    return _Entry("\n".join([*lines, ""]), tuple(asked), names, births)


def _unmapped(table: SheetTable, names: Iterable[NameLine]) -> Iterator[str]:
    open_ones = [line for line in names if not line.taken]
    if open_ones:
        shown = ", ".join(line.name for line in open_ones[:5])
        more = f" and {len(open_ones) - 5} more" if len(open_ones) > 5 else ""
        yield (
            f"{table.title}: not mapped: {counted(len(open_ones), 'name')} ({shown}{more}); write "
            "a concept or ignore = true for each"
        )


def _wide(
    table: SheetTable, fields: dict[str, str], header: str, unit: str, dictionary: Dictionary
) -> _Entry:
    """A column of a sheet that has a column for each test."""
    columns, asked = column_uses(table, "tests", {**fields, "value": header})
    lines = _start(table, "tests")
    lines += ["[table.columns]", *(_column(column) for column in columns)]
    lines.append(f"test = {{ always = {quoted(header)} }}")
    if unit:
        lines.append(f"unit = {{ always = {quoted(unit)} }}")
    named = name_lines(
        table,
        "tests",
        {"value": header},
        dictionary,
        always=(header, unit),
        decimal=_decimal(columns),
    )
    lines += ["", "[table.names]", *(line.text for line in named), ""]
    asked = (*asked, *(q for line in named for q in line.questions))
    return _Entry("\n".join(lines), tuple(asked), named)


def _column(column: DraftColumn) -> str:
    if not column.settings and not column.comment:
        return f"{column.field} = {quoted(column.header)}"
    settings = {"column": column.header, **column.settings}
    inside = ", ".join(f"{key} = {_value(value)}" for key, value in settings.items())
    comment = f"  # {column.comment}" if column.comment else ""
    return f"{column.field} = {{ {inside} }}{comment}"


def _decimal(columns: Iterable[DraftColumn]) -> str:
    """What the draft has for the decimals of its values."""
    found = next((column.settings for column in columns if column.field == "value"), {})
    return str(found.get("decimal", "."))


def _value(value: str | Sequence[str]) -> str:
    if isinstance(value, str):
        return quoted(value)
    return f"[{', '.join(map(quoted, value))}]"
