"""What an import did, and what verdicts hang on, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from remit.facts.intake.accounting.report import Fate, IntakeReport, NotUnderstood, TableIntake
from remit.facts.intake.draft.draft_map import DraftMap
from remit.facts.intake.sdtm.sdtm_draft import SdtmDraft
from remit.screening.open_verdicts import OpenCause, OpenVerdicts
from remit.terminal import plain_text, short_text
from remit.views.terminal.plain_tables import columns_table

FIRST = 10  # rows of a list that are shown
_NAME = 44


def intake_text(report: IntakeReport) -> RenderableType:
    """Rows read, kept and left out, doses, and what was not understood."""
    how = " (as given)" if report.cut_given else ""
    parts: list[RenderableType] = [
        Text(f"{_persons(report.persons)}, data up to {report.data_cut}{how}", style="bold"),
        Text(),
        _Tables(report.tables),
    ]
    left_out = [line for table in report.tables for line in _left_out(table, "refused")]
    if left_out:
        left_out.append("No criterion sees what is left out.")
    parts += _part("Left out:", left_out)
    merged = [line for table in report.tables for line in _left_out(table, "merged")]
    parts += _part("United with other rows:", merged)
    gone = [line for table in report.tables for line in _left_out(table, "moved")]
    parts += _part("Moved:", gone)
    not_read = [line for table in report.tables for line in _left_out(table, "not_read")]
    not_read += [
        f"{plain_text(item.table)}: {_rows(item.rows)} ({plain_text(item.source)})"
        for item in report.unread
        if item.rows
    ]
    parts += _part("Not read:", not_read)
    parts += _part("Codes:", _codes(report))
    parts += _part(
        "Cells:",
        (
            f"{item.table}.{item.column}: {item.cells:,} {item.what}: {item.rule}"
            for item in report.cells
        ),
    )
    parts += _part(
        "Doses:",
        (
            f"{note.what}: {note.eras:,} eras of {_persons(note.persons)} "
            f"(dose_era_id {', '.join(map(str, note.examples))})"
            for note in report.doses
        ),
    )
    parts += _part("Note:", (plain_text(note) for note in report.notes))
    if report.not_understood:
        parts += [Text(), *_not_understood(report.not_understood)]
    return Group(*parts)


def draft_text(found: DraftMap, place: Path) -> RenderableType:
    """What a drafted map took, and what only a person can say."""
    head = f"{found.taken:,} of {found.names:,} names are mapped"
    if not found.questions:
        return Text(f"{head}; nothing is open. Look at {place} all the same", style="bold")
    parts: list[RenderableType] = [
        Text(f"{head}. Open, to be said in {place}:", style="bold"),
        *(Text(f"  {number}. {plain_text(q)}") for number, q in enumerate(found.questions, 1)),
    ]
    return Group(*parts)


def sdtm_draft_text(found: SdtmDraft) -> RenderableType:
    """How many terms a drafted map of an SDTM study proposes a concept for."""
    return Text(
        f"{found.proposed:,} of {found.terms:,} terms have a proposal; none counts before a person "
        "writes `concept` in place of `proposed`",
        style="bold",
    )


def open_text(
    found: OpenVerdicts,
    names: Mapping[tuple[str, str], str],
    open_names: Mapping[str, str] | None = None,
) -> RenderableType:
    """How many verdicts hang on what was not understood, and what to map first.

    Args:
        names: (table, code) -> what the source's vocabulary calls it.
        open_names: code -> the name of the source that nothing maps, in place of a code.
    """
    heads = ("study", "persons", "verdicts", "unknown", "not understood", "no date", "to sign")
    table = columns_table(*heads, right=heads[1:], whole=heads)
    for study in found.studies:
        reasons = (study.hanging, study.undated, study.unsigned)
        numbers = (study.persons, study.verdicts, study.unknown, *reasons)
        table.add_row(study.study, *(f"{number:,}" for number in numbers))
    parts: list[RenderableType] = [
        Text("Verdicts (persons × criteria), and why they are unknown:", style="bold"),
        table,
    ]
    undeclared = [cause for cause in found.causes if cause.cause == "undeclared"]
    if undeclared:
        parts += [Text(), Text("Tables that nobody declared mapped:", style="bold")]
        parts += [
            Text(f"  {cause.table}: up to {cause.verdicts:,} verdicts") for cause in undeclared
        ]
        advice = (
            "Nothing counts as absent there while a concept has no code in the data. If the codes "
            "are standard ones, say so: --mapped TABLE"
        )
        parts.append(Padding(Text(advice), (0, 0, 0, 2)))
    codes = [cause for cause in found.causes if cause.cause != "undeclared"]
    if codes:
        parts += [Text(), Text("Map first (verdicts that hang on it, at most):", style="bold")]
        parts.append(_causes(codes[:FIRST], names, open_names or {}))
    return Group(*parts)


def names_of(report: IntakeReport) -> Mapping[tuple[str, str], str]:
    """What the source calls the codes of a report."""
    return {
        (item.table, item.written): item.name
        for item in report.not_understood
        if item.name is not None
    }


def _persons(count: int) -> str:
    return f"{count:,} person" if count == 1 else f"{count:,} persons"


@dataclass(frozen=True, slots=True)
class _Tables:
    """What became of the rows of each table.

    Where the terminal has no room for the names of files beside the numbers, they stand below: a
    name that is broken within a word cannot be read.
    """

    tables: Sequence[TableIntake]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        sources = [plain_text(item.source) if item.source else "–" for item in self.tables]
        words = max((len(word) for source in sources for word in source.split()), default=0)
        bare = _accounts(self.tables, None)
        room = options.max_width - console.measure(bare, options=options).maximum - 1
        if words <= room:
            yield _accounts(self.tables, sources)
            return
        yield bare
        yield from _part(
            "From:",
            (
                f"{item.table}: {source}"
                for item, source in zip(self.tables, sources, strict=True)
                if item.source and source.partition(".")[0].lower() != item.table
            ),
        )


def _accounts(tables: Sequence[TableIntake], sources: Sequence[str] | None) -> Table:
    moved = ("moved",) if any(item.rows_of("moved") for item in tables) else ()
    numbered = ("read", "made", "written", "united", "left out", "not read", *moved)
    heads = ("table", *(() if sources is None else ("from",)), *numbered)
    table = columns_table(*heads, right=numbered, whole=("table", *numbered))
    for at, item in enumerate(tables):
        fates = [item.rows_of("merged"), item.rows_of("refused"), item.rows_of("not_read")]
        fates += [item.rows_of("moved")] if moved else []
        numbers = (item.read, item.made, item.kept, *fates)
        source = () if sources is None else (sources[at],)
        table.add_row(item.table, *source, *(f"{number:,}" for number in numbers))
    return table


def _left_out(table: TableIntake, fate: Fate) -> Iterable[str]:
    for item in table.left_out:
        if item.fate != fate:
            continue
        more = ", …" if item.rows > len(item.examples) else ""
        shown = plain_text(", ".join(item.examples))
        yield f"{table.table}: {item.reason}: {_rows(item.rows)} ({shown}{more})"
    if fate == "refused" and table.unaccounted:
        yield f"{table.table}: nobody says what became of {_rows(table.unaccounted)}: report this"


def _codes(report: IntakeReport) -> Iterable[str]:
    for table in report.tables:
        if table.codes is not None:
            concepts = sorted(table.codes.understood.items(), key=lambda item: -item[1])
            shown = ", ".join(f"{name} {rows:,}" for name, rows in concepts[:5])
            more = f" ({shown}{', …' if len(concepts) > 5 else ''})" if shown else ""
            others = (
                (table.codes.of_none, "of none"),
                (table.codes.unresolved, "whose code nobody resolves"),
            )
            rest = "".join(f", {rows:,} {what}" for rows, what in others if rows)
            yield f"{table.table}: {_rows(table.codes.of_concepts)} of a concept{more}{rest}"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _part(head: str, lines: Iterable[str]) -> list[RenderableType]:
    found = [Padding(Text(line), (0, 0, 0, 2)) for line in lines]
    return [Text(), Text(head, style="bold"), *found] if found else []


def _not_understood(items: Sequence[NotUnderstood]) -> list[RenderableType]:
    heads = ("table", "what", "written", "name", "rows", "persons")
    table = columns_table(*heads, right=heads[4:], whole=("table", "what", *heads[4:]))
    for item in items[:FIRST]:
        written = short_text(item.written, width=_NAME)
        name = short_text(item.name or "", width=_NAME)
        table.add_row(item.table, item.kind, written, name, f"{item.rows:,}", f"{item.persons:,}")
    shown = f", the {FIRST} that most persons have" if len(items) > FIRST else ""
    return [Text(f"Not understood: {len(items):,}{shown}:", style="bold"), table]


def _causes(
    causes: Iterable[OpenCause],
    names: Mapping[tuple[str, str], str],
    open_names: Mapping[str, str],
) -> RenderableType:
    heads = ("table", "what", "written", "name", "verdicts", "persons")
    table = columns_table(*heads, right=heads[4:], whole=("table", "what", *heads[4:]))
    for cause in causes:
        what, written = str(cause.cause), cause.written
        if what == "code" and written in open_names:
            what, written = "name", open_names[written]
        elif (what, written) == ("code", "0"):
            written = "0 (no code)"
        name = short_text(names.get((cause.table, written), ""), width=_NAME)
        numbers = (f"{cause.verdicts:,}", f"{cause.persons:,}")
        table.add_row(cause.table, what, short_text(written, width=_NAME), name, *numbers)
    return table
