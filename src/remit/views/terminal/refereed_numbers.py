"""Refereed tables as text for a terminal: each number, its ruling, and the arithmetic."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from remit.analysis.referee.refereed_tables import Refereed, RefereedTable
from remit.analysis.referee.rulings import MEANING, RefereedNumber, Ruling
from remit.terminal import plain_text
from remit.views.terminal.plain_tables import columns_table

_STYLE = {
    Ruling.REPRODUCED: "green",
    Ruling.CLOSE: "cyan",
    Ruling.CANNOT: "bold red",
    Ruling.INCONSISTENT: "bold red",
    Ruling.NOT_CHECKABLE: "dim",
}


def refereed_text(found: Refereed, *, given: bool = False) -> RenderableType:
    """Each table with its numbers, and how many have each ruling.

    Args:
        given: show also the numbers against which others were checked.
    """
    parts: list[RenderableType] = []
    for table in found.tables:
        parts += [*_head(table), *_numbers(table, given=given), ""]
    counts = columns_table("ruling", "numbers", "meaning", right=("numbers",))
    for ruling, count in found.counts.items():
        if count:
            text = Text(ruling.value, style=_STYLE.get(ruling, ""))
            counts.add_row(text, str(count), MEANING[ruling])
    return Group(*parts, counts)


def _head(table: RefereedTable) -> list[RenderableType]:
    printed = table.table
    title = f"{printed.id}: {printed.title}" if printed.title else printed.id
    lines: list[RenderableType] = [Text(plain_text(title), style="bold")]
    if printed.citation:
        lines.append(f"  {plain_text(printed.citation)}")
    if printed.method:
        lines.append(f"  method as stated: {plain_text(printed.method)}")
    lines += [f"  note of the source: {plain_text(note)}" for note in printed.notes]
    lines += [f"  {plain_text(habit)}" for habit in table.habits]
    return lines


def _numbers(table: RefereedTable, *, given: bool) -> list[RenderableType]:
    shown = [one for one in table.numbers if given or one.ruling is not Ruling.GIVEN]
    lines: list[RenderableType] = []
    row = None
    for one in shown:
        if one.row != row:
            row = one.row
            lines.append(
                Padding(Text(plain_text(row) or "the table", style="underline"), (0, 0, 0, 2))
            )
        lines.append(Padding(_line(one), (0, 0, 0, 4)))
        lines += [
            Padding(Text(plain_text(step), style="dim"), (0, 0, 0, 8)) for step in one.arithmetic
        ]
    hidden = len(table.numbers) - len(shown)
    if hidden:
        lines.append(Padding(f"and {hidden} counts taken as printed", (0, 0, 0, 2)))
    return lines


def _line(one: RefereedNumber) -> Text:
    text = Text(f"{plain_text(one.number)} {plain_text(one.printed)}: ")
    text.append(one.ruling.value, style=_STYLE.get(one.ruling, ""))
    if one.by:
        text.append(f" by {plain_text('; '.join(one.by))}")
    return text
