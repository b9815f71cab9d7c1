"""Tables for notebooks: plain HTML with every text escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


def render_table(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """An HTML table with a caption; cells are escaped and keep their line breaks.

    Example:
        >>> "<script>" in render_table("t", ("a",), [("<script>",)])
        False
    """
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td style='text-align:left;white-space:pre-wrap'>{escape(cell)}</td>" for cell in row
        )
        + "</tr>"
        for row in rows
    )
    return (
        f"<table><caption>{escape(title)}</caption>"
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    )
