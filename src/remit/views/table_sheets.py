"""Rows laid out as a printed table: texts alone, for whoever sets them as HTML, RTF or a sheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from remit.analysis.rows.result_row import ResultRow
from remit.views.cell_patterns import CellPattern


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of numbers.

    Attributes:
        head: what stands above it, lines parted by line breaks. group: what stands above several.
        arm, versus: whose numbers; all arms together where both are empty.
        pattern: the name of the pattern of a line that is written here.
    """

    head: str
    arm: str = ""
    versus: str = ""
    pattern: str = "arm"
    group: str = ""


@dataclass(frozen=True, slots=True)
class LinePlan:
    """A line of a table before its numbers are in it.

    Attributes:
        label: what it says at its left, in as many columns as it has texts.
        analysis, visit, part: of which rows it is.
        patterns: name -> how its cells are written; columns without one stay empty.
        indent: how deep it stands under the line before.
    """

    label: tuple[str, ...]
    analysis: str = ""
    visit: str = ""
    part: tuple[str, ...] = ()
    patterns: Mapping[str, CellPattern] = field(default_factory=dict)
    indent: int = 0


@dataclass(frozen=True, slots=True)
class TableLine:
    """A printed line: its label, its cells, a column each, and the ids of the rows in it."""

    label: tuple[str, ...]
    cells: tuple[str, ...]
    indent: int = 0


@dataclass(frozen=True, slots=True)
class TableSheet:
    """A printed table.

    Attributes:
        number, title, population: above it.
        stub: heads of the columns of labels. columns: of those of numbers.
        footnotes: below it, the warnings of its rows among them.
    """

    number: str
    title: str
    population: str
    stub: tuple[str, ...]
    columns: tuple[TableColumn, ...]
    lines: tuple[TableLine, ...]
    footnotes: tuple[str, ...] = ()


def table_sheet(
    rows: Sequence[ResultRow],
    plans: Sequence[LinePlan],
    *,
    columns: Sequence[TableColumn],
    stub: Sequence[str] = ("",),
    title: str,
    number: str = "",
    footnotes: Sequence[str] = (),
) -> TableSheet:
    """Rows in the lines and columns of a table.

    Args:
        footnotes: to stand below, before the warnings of the rows that are shown.

    Raises:
        LookupError: a pattern has no places, or two rows stand for one place of it.
    """
    index: defaultdict[tuple[object, ...], list[ResultRow]] = defaultdict(list)
    for row in rows:
        index[row.analysis, row.visit, row.part, row.arm, row.versus].append(row)
    lines = []
    warned: dict[str, None] = {}
    populations: dict[str, None] = {}
    for plan in plans:
        cells = []
        for column in columns:
            pattern = plan.patterns.get(column.pattern)
            if pattern is None:
                cells.append("")
                continue
            here = index.get(_place(plan, column, pattern), [])
            cells.append(pattern.written(here))
            for row in here:
                populations[row.population] = None
                warned |= dict.fromkeys(row.warnings)
        lines.append(TableLine(plan.label, tuple(cells), plan.indent))
    return TableSheet(
        number,
        title,
        ", ".join(filter(None, populations)),
        tuple(stub),
        tuple(columns),
        tuple(lines),
        (*footnotes, *warned),
    )


def _place(plan: LinePlan, column: TableColumn, pattern: CellPattern) -> tuple[object, ...]:
    """Of which rows a cell is: as its pattern says, else as its line and its column do."""
    arms = tuple(filter(None, (column.arm, column.versus)))
    arm, versus = (*(arms if pattern.arms is None else pattern.arms), "", "")[:2]
    return (
        plan.analysis if pattern.analysis is None else pattern.analysis,
        plan.visit,
        plan.part if pattern.part is None else pattern.part,
        arm,
        versus,
    )
