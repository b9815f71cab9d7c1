"""Curves of a time to something, with the persons still at risk below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from remit.analysis.rows.result_row import ResultRow
from remit.analysis.rows.time_statistics import FREE
from remit.report.figures.figure_style import looks, new_figure, style

WEEK = 7


def survival_figure(rows: Sequence[ResultRow], labels: Mapping[str, str]) -> Figure:
    """The share that reached what was waited for, by arm, with bands where they are defined.

    Args:
        rows: those of one analysis. labels: arm -> what it is called.
    """
    steps = [row for row in rows if row.statistic == FREE and row.at is not None]
    arms = list(dict.fromkeys(row.arm for row in steps))
    figure = new_figure(3.6 + 0.22 * len(arms))
    with style():
        axes = figure.add_subplot()
        for arm, (colour, _, line) in looks(labels, arms).items():
            _curve(axes, [row for row in steps if row.arm == arm], labels[arm], colour, line)
        last = max((row.at or 0 for row in steps), default=WEEK)
        ticks = list(range(0, int(last / WEEK) + 1, 4))
        axes.set_xticks(ticks, [str(week) for week in ticks])
        axes.set_xlim(0, last / WEEK + 1)
        axes.set_ylim(0, 1)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
        axes.set_ylabel("reached, % (1 - Kaplan-Meier)")
        axes.set_xlabel("weeks since baseline")
        axes.legend(loc="upper left")
        _at_risk(axes, steps, arms, labels, ticks)
    return figure


def _curve(axes: Axes, rows: Sequence[ResultRow], label: str, colour: str, line: str) -> None:
    weeks = [0.0, *((row.at or 0) / WEEK for row in rows)]
    reached = [0.0, *(1 - (1 if row.value is None else row.value) for row in rows)]
    axes.step(weeks, reached, where="post", color=colour, linestyle=line, label=label)
    banded = [row for row in rows if row.low is not None and row.high is not None]
    if banded:
        axes.fill_between(
            [(row.at or 0) / WEEK for row in banded],
            [1 - (row.high or 0) for row in banded],
            [1 - (row.low or 0) for row in banded],
            step="post",
            color=colour,
            alpha=0.15,
            linewidth=0,
        )


def _at_risk(
    axes: Axes,
    steps: Sequence[ResultRow],
    arms: Sequence[str],
    labels: Mapping[str, str],
    ticks: Sequence[int],
) -> None:
    """How many are still waited for at each tick: those at risk at the next step."""
    axes.text(0, -0.24, "Still at risk", transform=axes.transAxes, fontweight="bold", va="top")
    for place, (arm, (colour, _, _)) in enumerate(looks(labels, arms).items()):
        height = -0.30 - 0.065 * place
        here = [row for row in steps if row.arm == arm]
        for week in ticks:
            later = [row.n for row in here if (row.at or 0) >= week * WEEK]
            axes.text(
                week, height, str(later[0] if later else 0), color=colour, ha="center", va="top",
                transform=axes.get_xaxis_transform(),
            )  # fmt: skip
        axes.text(
            1.01, height, labels[arm], color=colour, ha="left", va="top",
            transform=axes.transAxes, fontsize=7,
        )  # fmt: skip
