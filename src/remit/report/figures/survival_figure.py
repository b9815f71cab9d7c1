"""Curves of a time to something, with the persons still at risk below where they are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from remit.analysis.rows.result_row import ResultRow
from remit.analysis.rows.rival_statistics import REACHED
from remit.analysis.rows.time_statistics import AFTER_INTERVAL, BEFORE_INTERVAL, FREE
from remit.report.figures.figure_style import looks, new_figure, style

WEEK = 7


def survival_figure(rows: Sequence[ResultRow], labels: Mapping[str, str]) -> Figure:
    """The share that reached what was waited for, by arm, with bands where they are defined.

    Args:
        rows: those of one analysis. labels: arm -> what it is called.
    """
    steps = [row for row in rows if row.statistic == FREE and row.at is not None]
    reached = [_reached(row) for row in steps]
    return _figure(reached, (), labels, "reached, % (1 - Kaplan-Meier)")


def incidence_figure(rows: Sequence[ResultRow], labels: Mapping[str, str]) -> Figure:
    """The share that reached it where other events compete, and that of each of these, thin.

    Args:
        rows: those of one analysis. labels: arm -> what it is called.
    """
    steps = [row for row in rows if row.statistic == REACHED and row.at is not None]
    own = [row for row in steps if not row.part]
    others = [row for row in steps if row.part]
    return _figure(own, others, labels, "reached, % (Aalen-Johansen)")


def between_visits_figure(rows: Sequence[ResultRow], labels: Mapping[str, str]) -> Figure:
    """The share that reached it as far as visits tell: a box where no data say how it rises.

    Args:
        rows: those of one analysis. labels: arm -> what it is called.
    """
    names = {BEFORE_INTERVAL, AFTER_INTERVAL}
    ends = [row for row in rows if row.statistic in names and row.at is not None]
    arms = list(dict.fromkeys(row.arm for row in ends))
    figure = new_figure(3.4)
    with style():
        axes = figure.add_subplot()
        for arm, (colour, _, line) in looks(labels, arms).items():
            _boxes(axes, [row for row in ends if row.arm == arm], labels[arm], colour, line)
        _axes(axes, ends, "reached, % (1 - Turnbull)")
    return figure


def _boxes(axes: Axes, rows: Sequence[ResultRow], label: str, colour: str, line: str) -> None:
    """Flat where the curve is known, a box from before to after each interval in which it rises."""
    at, share, named = 0.0, 0.0, label
    before: float | None = None
    for row in rows:
        week = (row.at or 0.0) / WEEK
        if row.statistic == BEFORE_INTERVAL:
            axes.plot([at, week], [share, share], color=colour, linestyle=line, label=named)
            named, before = "", week
        else:
            assert before is not None
            risen = 1 - (row.value or 0.0)
            axes.fill_between(
                [before, week], [share, share], [risen, risen], color=colour, alpha=0.18,
                linewidth=0.6,
            )  # fmt: skip
            at, share, before = week, risen, None
    if before is None:
        axes.plot([at, at + 1], [share, share], color=colour, linestyle=line, label=named)


def _reached(row: ResultRow) -> ResultRow:
    """The share with the event, of that without."""

    def other(number: float | None) -> float | None:
        return None if number is None else 1 - number

    return replace(row, value=other(row.value), low=other(row.high), high=other(row.low))


def _figure(
    steps: Sequence[ResultRow],
    others: Sequence[ResultRow],
    labels: Mapping[str, str],
    axis: str,
) -> Figure:
    """Rising curves of shares.

    Args:
        others: of events that compete, each curve named by its part.
    """
    arms = list(dict.fromkeys(row.arm for row in steps))
    figure = new_figure(3.6 + 0.22 * len(arms))
    with style():
        axes = figure.add_subplot()
        for arm, (colour, _, line) in looks(labels, arms).items():
            _curve(axes, [row for row in steps if row.arm == arm], labels[arm], colour, line)
            for part in dict.fromkeys(row.part for row in others):
                here = [row for row in others if (row.arm, row.part) == (arm, part)]
                name = f"{labels[arm]}: {', '.join(part).replace('_', ' ')} first"
                _curve(axes, here, name, colour, ":", thin=True)
        ticks = _axes(axes, steps, axis)
        _at_risk(axes, steps, arms, labels, ticks)
    return figure


def _axes(axes: Axes, rows: Sequence[ResultRow], axis: str) -> list[int]:
    """Weeks below, percent beside; the weeks that have a tick."""
    last = max((row.at or 0 for row in rows), default=WEEK)
    ticks = list(range(0, int(last / WEEK) + 1, 4))
    axes.set_xticks(ticks, [str(week) for week in ticks])
    axes.set_xlim(0, last / WEEK + 1)
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    axes.set_ylabel(axis)
    axes.set_xlabel("weeks since baseline")
    axes.legend(loc="upper left")
    return ticks


def _curve(
    axes: Axes, rows: Sequence[ResultRow], label: str, colour: str, line: str, *, thin: bool = False
) -> None:
    weeks = [0.0, *((row.at or 0) / WEEK for row in rows)]
    reached = [0.0, *(0.0 if row.value is None else row.value for row in rows)]
    width = 0.9 if thin else None
    axes.step(
        weeks, reached, where="post", color=colour, linestyle=line, label=label, linewidth=width
    )
    banded = [row for row in rows if row.low is not None and row.high is not None]
    if banded and not thin:
        axes.fill_between(
            [(row.at or 0) / WEEK for row in banded],
            [row.low or 0 for row in banded],
            [row.high or 0 for row in banded],
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
