"""A small page of a notebook: a line of words and tables, every text escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

_TEMPLATES = Environment(
    loader=PackageLoader("remit.views"), autoescape=True, undefined=StrictUndefined
)
LEFT, RIGHT = "text-align:left", "text-align:right"
AS_WRITTEN = "text-align:left;white-space:pre-wrap"


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `styles` are those of its columns, empty for none."""

    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    styles: tuple[str, ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class NotebookPage:
    """What is shown: a name in bold, words, and the tables below."""

    tables: tuple[Table, ...]
    name: str = ""
    words: str = ""

    def html(self) -> str:
        return _TEMPLATES.get_template("notebook.html").render(page=self)
