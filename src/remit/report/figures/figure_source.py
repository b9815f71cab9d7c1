"""What a figure was drawn from: its rows as a table, and the Python that draws it of them again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from matplotlib.figure import Figure

from remit.analysis.rows.row_files import ShownTable

Options = Mapping[str, "str | Mapping[str, str]"]
_SCRIPT = '''\
"""{title}.

Draws it again of the rows in {name}.parquet (as text: {name}.csv), which lies beside this file, and
writes it beside this file or into the folder that is named: python {name}.py [FOLDER]
"""

import sys
from pathlib import Path

from remit.analysis.rows.row_files import read_shown
from {read_module} import {read}
from {draw_module} import {draw}
from remit.report.figures.figure_style import figure_bytes

HERE = Path(__file__).resolve().parent
OUT = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE

shown = {read}(read_shown(HERE / "{name}.parquet"))
figure = {draw}(
    shown,{options}
)
for form in ("svg", "pdf"):
    (OUT / f"{name}.{{form}}").write_bytes(figure_bytes(figure, form))
'''


@dataclass(frozen=True, slots=True, eq=False)
class FigureSource:
    """The rows of a figure, and the public functions that read and draw them.

    Attributes:
        table: what the figure shows.
        read: gives what `draw` takes first; `draw`: the figure of it, and of `options` by name.
    """

    table: ShownTable
    read: Callable[[ShownTable], Any]  # what `draw` takes: it differs by kind of figure
    draw: Callable[..., Figure]
    options: Options = field(default_factory=dict)

    def figure(self) -> Figure:
        """The figure, drawn of the table alone."""
        return self.draw(self.read(self.table), **self.options)

    def script(self, name: str, title: str) -> str:
        """The Python that draws the figure of the file of its table.

        Args:
            name: of the files, without ending; letters, digits and underscores.
        """
        given = (f"    {key}={value!r}," for key, value in _plain(self.options).items())
        return _SCRIPT.format(
            title=_quoted(title),
            name=name,
            read=self.read.__name__,
            read_module=self.read.__module__,
            draw=self.draw.__name__,
            draw_module=self.draw.__module__,
            options="".join(f"\n{line}" for line in given),
        )


def _plain(options: Options) -> dict[str, object]:
    return {
        name: value if isinstance(value, str) else dict(value) for name, value in options.items()
    }


def _quoted(title: str) -> str:
    """A title inside three quotation marks of Python."""
    return title.replace("\\", "").replace('"', "'").rstrip(".")
