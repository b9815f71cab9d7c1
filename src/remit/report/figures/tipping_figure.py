"""How a difference changes as imputed answers are made worse, and where it is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from remit.analysis.rows.imputed_statistics import SHIFT
from remit.analysis.rows.result_row import ResultRow
from remit.report.figures.figure_style import COLOURS, GROUND, INK, QUIET, new_figure, style
from remit.views.rounded import p_text


def tipping_figure(
    rows: Sequence[ResultRow], labels: Mapping[str, str], *, reference: str
) -> Figure:
    """The difference by shift with its interval, its p above, and the shift that undoes it.

    Args:
        rows: those of the method `tipping_point` of one analysis, one of them with a shift.
        labels: arm -> what it is called. reference: the arm whose answers stay as they are.
    """
    tried = [
        row for row in rows if row.statistic == "difference" and None not in (row.at, row.value)
    ]
    tested = {row.at: row.value for row in rows if row.statistic == "p"}
    tipping = next((row for row in rows if row.statistic == SHIFT), None)
    first = tried[0]
    unit = f", {first.unit}" if first.unit else ""
    figure = new_figure(3.4)
    with style():
        axes = figure.add_subplot()
        axes.axhline(0, color=GROUND, linewidth=1)
        shifts = [row.at or 0.0 for row in tried]
        values = [row.value or 0.0 for row in tried]
        axes.plot(shifts, values, color=QUIET, linewidth=0.8, zorder=1)
        for row in tried:
            at = row.at or 0.0
            if row.low is not None and row.high is not None:
                axes.plot([at, at], [row.low, row.high], color=COLOURS[0], linewidth=1.5)
            axes.plot([at], [row.value or 0.0], "o", color=COLOURS[0])
            axes.text(
                at, 1.02, f"p {p_text(tested.get(row.at))}", transform=axes.get_xaxis_transform(),
                ha="center", va="bottom", fontsize=7, color=INK,
            )  # fmt: skip
        if tipping is not None and tipping.value is not None:
            axes.axvline(tipping.value, color=COLOURS[1], linestyle="--")
            axes.text(
                tipping.value, 0.02, f" tipping shift {tipping.value:.2f}", color=COLOURS[1],
                transform=axes.get_xaxis_transform(), va="bottom", fontsize=8,
            )  # fmt: skip
        axes.set_xticks(shifts, [f"{one:g}" for one in shifts])
        shifted = first.versus if first.arm == reference else first.arm
        first_arm, second_arm, other = (
            labels.get(arm, arm) for arm in (first.arm, first.versus, shifted)
        )
        axes.set_xlabel(f"added to each imputed answer of {other}{unit}")
        axes.set_ylabel(f"difference{unit}")
        axes.set_title(f"{first_arm} less {second_arm}", fontsize=9, pad=16)
    return figure
