"""The difference of two arms under each response definition, the plan's own first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from remit.analysis.rows.every_definition import Conclusion
from remit.analysis.rows.trial_analysis import ELSEWHERE
from remit.report.figures.figure_style import COLOURS, INK, QUIET, new_figure, style
from remit.views.rounded import interval_text, p_text, rounded


def forest_figure(found: Sequence[Conclusion], labels: Mapping[str, str]) -> Figure:
    """Risk differences with their intervals, a line a definition.

    Args:
        found: of one analysis; those without a number are left to the table.
        labels: arm -> what it is called.
    """
    shown = [one for one in found if one.difference.value is not None and one.seen]
    figure = new_figure(1.1 + 0.21 * len(shown))
    with style():
        axes = figure.add_subplot()
        for place, one in enumerate(shown):
            row, colour = one.difference, COLOURS[0] if one.own else INK
            if row.low is not None and row.high is not None:
                axes.plot(
                    [100 * row.low, 100 * row.high], [place, place], color=colour, linewidth=1.2
                )
            axes.plot(
                100 * (row.value or 0), place, "D" if one.own else "o", color=colour, markersize=5
            )
            test = None if one.test is None else one.test.value
            told = f"{rounded(100 * (row.value or 0), 1)} ({_bounds(one)})   p {p_text(test)}"
            axes.text(
                1.02, place, told, va="center", transform=axes.get_yaxis_transform(), fontsize=7,
                color=colour,
            )  # fmt: skip
        axes.axvline(0, color=QUIET, linewidth=0.8)
        axes.set_yticks(
            range(len(shown)),
            [_named(one) for one in shown],
            fontsize=7,
        )
        axes.set_ylim(len(shown) - 0.4, -0.6)
        if shown:
            row = shown[0].difference
            first, second = labels[row.arm], labels[row.versus]
            axes.set_xlabel(
                f"difference of proportions, % points\n"
                f"* judged by its source at another time\n"
                f"left: better with {second}   right: better with {first}",
                fontsize=8,
            )
    return figure


def _named(one: Conclusion) -> str:
    """A definition, with a star where its source judges at another time."""
    elsewhere = any(told.startswith(ELSEWHERE) for told in one.difference.warnings)
    return f"{one.definition}{' (plan)' if one.own else ''}{' *' if elsewhere else ''}"


def _bounds(one: Conclusion) -> str:
    row = one.difference
    return interval_text(
        None if row.low is None else 100 * row.low,
        None if row.high is None else 100 * row.high,
        1,
    )
