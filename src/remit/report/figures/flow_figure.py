"""The flow of a trial as CONSORT draws it: boxes from the screened down to the assessed."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from remit.analysis.rows.flow_rows import (
    ASSESSED,
    DESPITE,
    DESPITE_OPEN,
    DIED,
    NOT_DUE,
    NOT_ELIGIBLE,
    NOT_TAKEN,
    OPEN,
    SCREENED,
    TAKEN,
    WAITING,
    TrialFlow,
)
from remit.report.figures.figure_style import INK, QUIET, new_figure, style


def flow_figure(flow: TrialFlow, visits: Mapping[str, str], labels: Mapping[str, str]) -> Figure:
    """Boxes with their counts; those of arms stand side by side."""
    arms = [arm for arm in labels if any(one.arm == arm for one in flow.counts)]
    figure = new_figure(4.6)
    with style():
        axes = figure.add_subplot()
        axes.set_axis_off()
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        _box(axes, 0.35, 0.93, f"Screened (n = {flow.number(SCREENED):,})")
        left = [
            f"Not taken in (n = {flow.number(NOT_TAKEN):,})",
            *(f"{name} {flow.number(name):,}" for name in (NOT_ELIGIBLE, OPEN, WAITING)),
        ]
        _box(axes, 0.8, 0.78, "\n".join(left))
        _box(axes, 0.35, 0.62, f"Taken in (n = {flow.number(TAKEN):,})")
        _arrow(axes, (0.35, 0.90), (0.35, 0.66))
        _arrow(axes, (0.35, 0.78), (0.66, 0.78))
        for at, arm in enumerate(arms):
            x = (at + 0.5) / len(arms)
            _box(axes, x, 0.46, "\n".join(_of_arm(flow, arm, labels[arm], visits)), top=True)
            _arrow(axes, (0.35, 0.585), (x, 0.49))
    return figure


def _of_arm(flow: TrialFlow, arm: str, label: str, visits: Mapping[str, str]) -> list[str]:
    here = [one for one in flow.counts if one.arm == arm]
    taken = next(one.count for one in here if one.name == TAKEN)
    lines = [f"{label}", f"n = {taken:,}"]
    for name in (DESPITE, DESPITE_OPEN, DIED):
        count = next(one.count for one in here if one.name == name)
        if count:
            lines.append(f"{name}: {count:,}")
    lines.append("response assessed at")
    waiting = {one.visit: one.count for one in here if one.name == NOT_DUE}
    for one in here:
        if one.name == ASSESSED:
            later = waiting.get(one.visit, 0)
            told = f", {later:,} not yet due" if later else ""
            lines.append(f"{visits[one.visit]}: {one.count:,}{told}")
    return lines


def _box(axes: Axes, x: float, y: float, text: str, *, top: bool = False) -> None:
    frame = {"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": QUIET}
    axes.text(
        x, y, text, ha="center", va="top" if top else "center", fontsize=8, color=INK, bbox=frame
    )


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    arrow = {"arrowstyle": "-|>", "color": QUIET, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", xy=end, xytext=start, arrowprops=arrow)
