"""A quantity over the visits: adjusted means with intervals, and each person's own line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill

import numpy as np
from matplotlib.figure import Figure

from remit.analysis.rows.result_row import ResultRow
from remit.analysis.rows.visit_answers import VisitAnswers
from remit.report.figures.figure_style import GROUND, looks, new_figure, style

ADJUSTED, MEAN = "adjusted mean", "mean"


def course_figure(
    rows: Sequence[ResultRow], visits: Mapping[str, str], labels: Mapping[str, str]
) -> Figure:
    """Means of each arm at each visit, adjusted where a model gave them.

    Args:
        rows: those of one analysis. visits: id -> label, in order.
    """
    name = ADJUSTED if any(row.statistic == ADJUSTED for row in rows) else MEAN
    means = [row for row in rows if row.statistic == name and row.level is not None]
    arms = list(dict.fromkeys(row.arm for row in means))
    figure = new_figure(3.2)
    with style():
        axes = figure.add_subplot()
        axes.axhline(0, color=GROUND, linewidth=0.8)
        for at, (arm, (colour, mark, line)) in enumerate(looks(labels, arms).items()):
            here = [row for row in means if row.arm == arm and row.value is not None]
            x = [list(visits).index(row.visit) + 0.08 * (at - (len(arms) - 1) / 2) for row in here]
            y = [row.value or 0 for row in here]
            below = [
                v - (v if row.low is None else row.low) for v, row in zip(y, here, strict=True)
            ]
            above = [
                (v if row.high is None else row.high) - v for v, row in zip(y, here, strict=True)
            ]
            axes.errorbar(
                x, y, yerr=[below, above], color=colour, marker=mark, linestyle=line, capsize=2,
                label=labels[arm],
            )  # fmt: skip
            for place, row in zip(x, here, strict=True):
                axes.annotate(
                    str(row.n), (place, 0), xycoords=("data", "axes fraction"), fontsize=6,
                    xytext=(0, 4 + 8 * at), textcoords="offset points", ha="center", color=colour,
                )  # fmt: skip
        axes.set_xticks(range(len(visits)), list(visits.values()))
        axes.set_xlim(-0.5, len(visits) - 0.5)
        unit = next((row.unit for row in means if row.unit), "points")
        level = next((row.level for row in means if row.level is not None), 0.95)
        axes.set_ylabel(f"{name}, {unit} ({100 * level:g} % interval)")
        axes.margins(y=0.2)
        axes.legend(loc="best")
    return figure


def spaghetti_figure(
    answers: Sequence[VisitAnswers],
    visits: Mapping[str, str],
    labels: Mapping[str, str],
    *,
    what: str,
) -> Figure:
    """Each person's answers over the visits, a panel an arm.

    Args:
        what: the answers are: a change, or a value.
    """
    arms = list(dict.fromkeys(arm for one in answers for arm in one.arm.tolist()))
    arms = [arm for arm in labels if arm in arms]
    figure = new_figure(3.1)
    with style():
        panels = figure.subplots(1, max(1, len(arms)), sharey=True, squeeze=False)[0]
        for axes, (arm, (colour, _, _)) in zip(panels, looks(labels, arms).items(), strict=False):
            lines: dict[int, list[tuple[int, float]]] = {}
            for one in answers:
                at = list(visits).index(one.visit)
                here = one.of_arm(arm).used
                for who, value in zip(here.person.tolist(), here.value.tolist(), strict=True):
                    lines.setdefault(who, []).append((at, value))
            for points in lines.values():
                xs, ys = zip(*points, strict=True)
                axes.plot(xs, ys, color=colour, alpha=0.45, linewidth=0.9, marker=".", markersize=3)
            axes.axhline(0, color=GROUND, linewidth=0.8)
            axes.set_title(f"{fill(labels[arm], 34)}\n(n = {len(lines)})", fontsize=8)
            axes.set_xticks(range(len(visits)), list(visits.values()), fontsize=7)
        unit = next((one.unit for one in answers if one.unit), "points")
        panels[0].set_ylabel(f"{what}, {unit}")
    return figure


def waterfall_figure(answers: Sequence[VisitAnswers], labels: Mapping[str, str]) -> Figure:
    """The change of each person at the last visit, from the largest rise to the largest fall."""
    used = answers[-1].used
    order = np.argsort(-used.value, kind="stable")
    arms = [arm for arm in labels if arm in set(used.arm.tolist())]
    figure = new_figure(2.8)
    with style():
        axes = figure.add_subplot()
        for arm, (colour, _, _) in looks(labels, arms).items():
            here = [place for place, row in enumerate(order) if used.arm[row] == arm]
            axes.bar(
                here, [float(used.value[order[place]]) for place in here], color=colour,
                label=f"{labels[arm]} (n = {len(here)})",
            )  # fmt: skip
        axes.axhline(0, color=GROUND, linewidth=0.8)
        axes.set_xticks([])
        axes.set_xlabel("one bar a person")
        axes.set_ylabel(f"change, {used.unit or 'points'}")
        axes.legend(loc="best")
    return figure
