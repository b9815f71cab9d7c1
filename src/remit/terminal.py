"""Tables for a terminal, alike everywhere: no borders, and nothing cut off when it is narrow."""

from __future__ import annotations

from collections.abc import Container

from rich.table import Table


def columns_table(*heads: str, right: Container[str] = (), whole: Container[str] = ()) -> Table:
    """An empty table with these columns.

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
