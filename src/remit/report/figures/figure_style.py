"""The one style of all figures: colours, letters, sizes, and how a figure becomes a file.

Colours are Okabe and Ito's, safe for colour-blind readers; an arm also has a mark and a line of its
own. The same rows give the same bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from io import BytesIO
from typing import Any
from warnings import catch_warnings, filterwarnings

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
MARKS = ("o", "s", "^", "D", "v", "P")
LINES = ("-", "--", "-.", ":", "-", "--")
INK, QUIET, GROUND = "#1b1f24", "#4f5863", "#c9d1d9"
# Responses from best to none, then what is not known; each also differs in depth.
STATES: Mapping[str, str] = {
    "CR": "#0b4f7d",
    "R": "#0b4f7d",
    "PR": "#56a4d8",
    "NR": "#d98f5c",
    "not assessable": "#c9d1d9",
    "not yet due": "#e3e7eb",
    "no visit": "#eceff2",
}
WIDTH = 7.2  # inches: a page with margins
_STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "legend.frameon": False,
    "svg.hashsalt": "remit",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "text.parse_math": False,  # a name with two $ in it is no formula
}


def new_figure(height: float, *, width: float = WIDTH) -> Figure:
    """An empty figure of so many inches."""
    with rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        return figure


def style() -> Any:
    """The style as a context: axes are made and drawn in it."""
    return rc_context(_STYLE)


def figure_bytes(figure: Figure, form: str) -> bytes:
    """A figure as `svg`, `pdf` or `png`, without the time at which it was made."""
    held = BytesIO()
    dates = {"svg": {"Date": None}, "pdf": {"CreationDate": None, "ModDate": None}, "png": {}}
    with style(), catch_warnings():
        # A letter that the one font lacks is drawn as a box; the page and its rows have it.
        filterwarnings("ignore", message="Glyph .* missing from font")
        # Names too long for their figure are drawn over its edge.
        filterwarnings("ignore", message="constrained_layout not applied")
        figure.savefig(held, format=form, metadata=dates[form], dpi=150)
    return held.getvalue()


def looks(labels: Mapping[str, str], arms: Collection[str]) -> Mapping[str, tuple[str, str, str]]:
    """The colour, mark and line of each arm that is there: the same in all figures of a study.

    Args:
        labels: all arms of the study, in order.
    """
    return {
        arm: (COLOURS[at % 6], MARKS[at % 6], LINES[at % 6])
        for at, arm in enumerate(labels)
        if arm in arms
    }
