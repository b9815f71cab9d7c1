"""The one place for colours and layout. Hues after Okabe and Ito, safe for colour-blind readers.

Colour never stands alone: each state also has a glyph, a word and another depth of shade.
"""

from __future__ import annotations

from collections.abc import Mapping

from remit.report.markup import packaged_text

# name -> colour; `x` and `x-ink` are a ground and the text on it.
LIGHT: Mapping[str, str] = {
    "page": "#ffffff",
    "page-ink": "#1b1f24",
    "quiet-ink": "#4f5863",
    "card": "#f5f7f9",
    "line": "#c9d1d9",
    "link": "#005a8f",
    "in": "#0072b2",
    "in-ink": "#ffffff",
    "in-soft": "#d9ecf7",
    "in-soft-ink": "#003f63",
    "open": "#f0c060",
    "open-ink": "#2b1d00",
    "open-soft": "#fdf0d2",
    "open-soft-ink": "#4a3200",
    "out": "#a63c00",
    "out-ink": "#ffffff",
    "out-soft": "#fbe3d6",
    "out-soft-ink": "#6e2800",
    "idle": "#e6e9ed",
    "idle-ink": "#4a525c",
}
DARK: Mapping[str, str] = {
    "page": "#14181d",
    "page-ink": "#e8ecf0",
    "quiet-ink": "#aab4bf",
    "card": "#1d232a",
    "line": "#3a444f",
    "link": "#7cc4f0",
    "in": "#56b4e9",
    "in-ink": "#06202f",
    "in-soft": "#123449",
    "in-soft-ink": "#bfe3f8",
    "open": "#e6b04a",
    "open-ink": "#241800",
    "open-soft": "#3d3014",
    "open-soft-ink": "#f7dfa8",
    "out": "#f08a4b",
    "out-ink": "#2b1000",
    "out-soft": "#4a2412",
    "out-soft-ink": "#fcd2ba",
    "idle": "#2a313a",
    "idle-ink": "#aab4bf",
}

# Segments of a score by organ, in the order of its groups: ground and ink, in both themes.
ORGANS: tuple[tuple[str, str], ...] = (
    ("#0072b2", "#ffffff"),
    ("#d55e00", "#000000"),
    ("#1fa37c", "#000000"),
    ("#e69f00", "#000000"),
    ("#cc79a7", "#000000"),
    ("#8ccbf0", "#000000"),
    ("#f0e442", "#000000"),
    ("#b0b0b0", "#000000"),
    ("#5b3a8c", "#ffffff"),
)
# Letters on their shades: class -> ground and ink, in both themes; what says nothing has the ground
# of the page, so that it is not the brightest in the dark.
SHADES: Mapping[str, tuple[str, str]] = {
    "b-A": ("#a63c00", "#ffffff"),
    "b-B": ("#f0a860", "#2b1000"),
    "b-C": ("#fdf0d2", "#4a3200"),
    "b-D": ("#d9ecf7", "#003f63"),
    "b-E": ("var(--page)", "var(--page-ink)"),
    "out-CR": ("#0072b2", "#ffffff"),
    "out-PR": ("#bcdff2", "#003f63"),
    "out-NR": ("#e6e9ed", "#3a424c"),
    "out-F": ("#a63c00", "#ffffff"),
    "out-none": ("var(--page)", "var(--quiet-ink)"),
    "k0": ("#fbe3d6", "#6e2800"),
    "k1": ("var(--page)", "var(--page-ink)"),
    "k2": ("#d9ecf7", "#003f63"),
    "k3": ("#a9d5ee", "#003350"),
    "k4": ("#56b4e9", "#06202f"),
    "k5": ("#0072b2", "#ffffff"),
    "k-none": ("#e6e9ed", "#4a525c"),
}

_FIGURES = """
svg{display:block;max-width:100%;height:auto}
svg text{font-family:inherit;fill:var(--page-ink)}
svg .t-line{fill:var(--quiet-ink)}
svg .value{paint-order:stroke;stroke:var(--card);stroke-width:3;stroke-linejoin:round}
.f-page{fill:var(--page)}
.gridline{stroke:var(--line);stroke-width:1;fill:none}
.axis{stroke:var(--quiet-ink);stroke-width:1.2;fill:none}
.limit{stroke:var(--out);stroke-width:1.3;stroke-dasharray:5 3;fill:none}
.trace{stroke:var(--in);stroke-width:1.8;fill:none}
.dot{fill:var(--in)}
.whisker{stroke:var(--page-ink);stroke-width:1.4;fill:none}
.dot-line{stroke:var(--in);stroke-width:1.8}
.hollow-line{stroke:var(--quiet-ink);stroke-width:1.1}
.hollow{fill:var(--page);stroke:var(--page-ink);stroke-width:1.2}
.hatch{stroke:var(--quiet-ink);stroke-width:1.1;fill:none}
.open-edge{stroke:var(--quiet-ink);stroke-width:1;stroke-dasharray:3 2}
.organ{stroke:var(--page);stroke-width:1}
.cell{stroke:var(--line);stroke-width:1}
"""


def _variables(colours: Mapping[str, str]) -> str:
    return ":root{" + "".join(f"--{name}:{value};" for name, value in colours.items()) + "}"


def _shades() -> str:
    """The rules of grounds and of the letters on them."""
    rules = [
        f".o{k}{{fill:{ground}}}svg .oi{k}{{fill:{ink}}}"
        for k, (ground, ink) in enumerate(ORGANS, start=1)
    ]
    rules += [
        f".{name}{{fill:{ground}}}svg .i-{name}{{fill:{ink}}}"
        for name, (ground, ink) in SHADES.items()
    ]
    return "".join(rules)


def style_sheet(*, figures_only: bool = False) -> str:
    """The whole style sheet; dark where the reader prefers it, light on paper.

    Args:
        figures_only: what a figure needs as a file of its own: light, on a white page.
    """
    figures = _FIGURES + _shades()
    if figures_only:
        ground = 'svg{background:#ffffff;font-family:system-ui,"Noto Sans",sans-serif}'
        return f"{_variables(LIGHT)}{figures}{ground}"
    dark = f"@media screen and (prefers-color-scheme:dark){{{_variables(DARK)}}}"
    return f"{_variables(LIGHT)}{dark}{figures}{packaged_text('page.css')}"
