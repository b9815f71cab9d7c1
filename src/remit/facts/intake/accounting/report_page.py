"""The report of an import as the JSON file that lies in the dataset: `import_report.json`.

It holds counts, ids of rows, codes, units and names of tests; never what was found in a patient.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import ClassVar, Literal

from pydantic import ConfigDict

from remit.facts.intake.accounting.report import Fate, IntakeReport, TableIntake
from remit.terminal import json_visible

_PAGE = ConfigDict(json_schema_serialization_defaults_required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePart:
    """Rows of the source of which a rule decided, and up to five of their ids."""

    rule: str
    rows: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodesPart:
    """Rows by what their codes say; a row may be of several concepts."""

    of_concepts: int
    of_no_concept: int
    unresolved: int
    concepts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePart:
    """What became of the rows of one table.

    `read` + `made` = `written` + `unaccounted` + all of `merged`, `refused`, `not_read`, `moved`.
    `made` counts rows that the source has not as such, those that were moved here among them;
    `unaccounted` is 0. `codes` is null for a table without codes or rows.
    """

    table: str
    source: str | None
    read: int
    made: int
    written: int
    merged: tuple[RulePart, ...]
    refused: tuple[RulePart, ...]
    not_read: tuple[RulePart, ...]
    moved: tuple[RulePart, ...]
    unaccounted: int
    first_day: str | None
    last_day: str | None
    codes: CodesPart | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadTablePart:
    """A table of the source that nothing is read of."""

    table: str
    source: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUnderstoodPart:
    """A code, unit, name or answer that nobody can read, the most persons first."""

    table: str
    kind: Literal["code", "unit", "name", "answer"]
    written: str
    name: str | None
    rows: int
    persons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CellsPart:
    """Cells of a column that are not as the source has them."""

    table: str
    column: str
    what: Literal["unreadable", "rounded", "inferred"]
    rule: str
    cells: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedUnitPart:
    """A unit as the source has it, and as UCUM; null where nobody knows it."""

    table: str
    written: str
    unit: str | None
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DosePart:
    """What was done with dose eras that overlap."""

    rule: str
    eras: int
    persons: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndatedPart:
    """Persons who have no date on which a study screens them: nothing is decided of them."""

    study: str
    persons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReportPage:
    """What an import read, wrote, united, refused and did not understand."""

    __pydantic_config__: ClassVar[ConfigDict] = _PAGE

    kind: Literal["remit.import_report"]
    version: Literal[1]
    persons: int
    data_cut: str
    data_cut_given: bool
    vocabulary: str | None
    tables: tuple[TablePart, ...]
    unread_tables: tuple[UnreadTablePart, ...]
    not_understood: tuple[NotUnderstoodPart, ...]
    cells: tuple[CellsPart, ...]
    units: tuple[CarriedUnitPart, ...]
    doses: tuple[DosePart, ...]
    undated: tuple[UndatedPart, ...]
    notes: tuple[str, ...]


def report_page(report: IntakeReport) -> ImportReportPage:
    """The report as a page; every row of the source is in one of its counts."""
    return ImportReportPage(
        kind="remit.import_report",
        version=1,
        persons=report.persons,
        data_cut=report.data_cut.isoformat(),
        data_cut_given=report.cut_given,
        vocabulary=report.vocabulary,
        tables=tuple(_table(item) for item in report.tables),
        unread_tables=tuple(
            UnreadTablePart(table=item.table, source=item.source, rows=item.rows)
            for item in report.unread
        ),
        not_understood=tuple(
            NotUnderstoodPart(
                table=item.table,
                kind=item.kind,
                written=item.written,
                name=item.name,
                rows=item.rows,
                persons=item.persons,
            )
            for item in report.not_understood
        ),
        cells=tuple(
            CellsPart(
                table=item.table,
                column=item.column,
                what=item.what,
                rule=item.rule,
                cells=item.cells,
            )
            for item in report.cells
        ),
        units=tuple(
            CarriedUnitPart(table=item.table, written=item.written, unit=item.unit, rows=item.rows)
            for item in report.units
        ),
        doses=tuple(
            DosePart(
                rule=note.what,
                eras=note.eras,
                persons=note.persons,
                keys=tuple(map(str, note.examples)),
            )
            for note in report.doses
        ),
        undated=tuple(UndatedPart(study=i.study, persons=i.persons) for i in report.undated),
        notes=report.notes,
    )


def report_text(report: IntakeReport) -> str:
    """The page as JSON."""
    page = asdict(report_page(report))
    return json_visible(json.dumps(page, indent=2, ensure_ascii=False)) + "\n"


def _table(item: TableIntake) -> TablePart:
    codes = None
    if item.codes is not None:
        codes = CodesPart(
            of_concepts=item.codes.of_concepts,
            of_no_concept=item.codes.of_none,
            unresolved=item.codes.unresolved,
            concepts=dict(sorted(item.codes.understood.items())),
        )
    return TablePart(
        table=item.table,
        source=item.source,
        read=item.read,
        made=item.made,
        written=item.kept,
        merged=_rules(item, "merged"),
        refused=_rules(item, "refused"),
        not_read=_rules(item, "not_read"),
        moved=_rules(item, "moved"),
        unaccounted=item.unaccounted,
        first_day=None if item.first_day is None else item.first_day.isoformat(),
        last_day=None if item.last_day is None else item.last_day.isoformat(),
        codes=codes,
    )


def _rules(item: TableIntake, fate: Fate) -> tuple[RulePart, ...]:
    return tuple(
        RulePart(rule=left.reason, rows=left.rows, keys=left.examples)
        for left in item.left_out
        if left.fate == fate
    )
