"""How views stand on a terminal: tables without borders, and no text of data that acts on it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from io import StringIO

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.table import Table

from remit.terminal import visible_text

# Rows of a list that a terminal holds; every command tells where to find all of them.
SHOWN = 40


def columns_table(*heads: str, right: Container[str] = (), whole: Container[str] = ()) -> Table:
    """An empty table with these columns; nothing is cut off when the terminal is narrow.

    Args:
        right: columns of numbers.
        whole: columns of names and numbers, which are never broken; where the terminal has no room
            at all, a sign shows that they are cut.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(
            head,
            justify="right" if head in right else "left",
            overflow="ellipsis" if head in whole else "fold",
            no_wrap=head in whole,
        )
    return table


@dataclass(frozen=True, slots=True)
class Visible:
    """A view with the control characters of its texts made visible: print no view without it."""

    view: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for part in console.render(self.view, options):
            yield part if part.control else Segment(visible_text(part.text), part.style)


def written(view: RenderableType, *, width: int) -> str:
    """A view as the text of a file."""
    text = StringIO()
    # No terminal, whatever the environment asks for: a file holds no colours.
    Console(file=text, width=width, force_terminal=False, color_system=None).print(Visible(view))
    return text.getvalue()
