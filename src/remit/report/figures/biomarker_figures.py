"""How well a score tells who responds: its ROC curve, its null, and the gain over the clinic."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from remit.omics.prediction import Prediction
from remit.report.figures.figure_style import COLOURS, INK, QUIET, new_figure, style
from remit.views.rounded import interval_text, rounded


def roc_figure(found: Prediction) -> Figure:
    """The curve of the mean rank of each person among those left out together."""
    figure = new_figure(3.6, width=4.2)
    who = list(found.scores)
    scores = np.array([found.scores[one] for one in who])
    yes = np.array([found.answers[one] for one in who])
    cuts = np.concatenate([[np.inf], np.sort(np.unique(scores))[::-1]])
    told = [((scores[yes] >= cut).mean(), (scores[~yes] >= cut).mean()) for cut in cuts]
    with style():
        axes = figure.add_subplot()
        axes.plot([0, 1], [0, 1], color=QUIET, linewidth=0.8, linestyle=":")
        axes.plot(
            [100 * one[1] / 100 for one in told], [one[0] for one in told],
            color=COLOURS[0], drawstyle="steps-post",
        )  # fmt: skip
        area = found.area
        axes.text(
            0.98, 0.04,
            f"AUC {rounded(area.value, 2)} ({interval_text(area.low, area.high, 2)})\n"
            f"n = {len(who)}, {int(yes.sum())} with the response",
            ha="right", fontsize=8, color=INK,
        )  # fmt: skip
        axes.set_xlabel("share of those without the response")
        axes.set_ylabel("share of those with it")
        axes.set_aspect("equal")
        axes.set_xlim(-0.01, 1.01)
        axes.set_ylim(-0.01, 1.01)
    return figure


def null_figure(found: Prediction) -> Figure:
    """The AUCs of shuffled labels, and the one that was seen."""
    figure = new_figure(2.4)
    with style():
        axes = figure.add_subplot()
        axes.hist(found.null, bins=30, color=COLOURS[5], edgecolor="white", linewidth=0.4)
        seen = found.area.value or 0.0
        axes.axvline(0.5, color=QUIET, linewidth=0.8, linestyle=":")
        axes.axvline(seen, color=COLOURS[1], linewidth=1.6)
        axes.annotate(
            f"seen {rounded(seen, 2)}", (seen, 1), xycoords=("data", "axes fraction"),
            xytext=(4, -10), textcoords="offset points", color=COLOURS[1], fontsize=8,
        )  # fmt: skip
        axes.set_xlabel(f"AUC of {len(found.null):,} shufflings within batch and site")
        axes.set_ylabel("shufflings")
    return figure


def areas_figure(found: Prediction) -> Figure:
    """The features, the clinical columns and both, with their intervals."""
    named = (("features", found.area), ("clinical", found.clinical), ("both", found.fused))
    rows = [(name, one) for name, one in named if one is not None and one.value is not None]
    figure = new_figure(0.9 + 0.35 * len(rows))
    with style():
        axes = figure.add_subplot()
        for place, (name, one) in enumerate(rows):
            colour = COLOURS[place]
            if one.low is not None and one.high is not None:
                axes.plot([one.low, one.high], [place, place], color=colour, linewidth=1.4)
            axes.plot(one.value or 0.0, place, "o", color=colour, markersize=5)
            text = f"{rounded(one.value, 2)} ({interval_text(one.low, one.high, 2)})"
            axes.text(
                1.02, place, text, va="center", fontsize=8, transform=axes.get_yaxis_transform()
            )
            del name
        axes.axvline(0.5, color=QUIET, linewidth=0.8, linestyle=":")
        axes.set_yticks(range(len(rows)), [name for name, _ in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlim(0, 1)
        axes.set_xlabel(f"AUC with 95 % interval, n = {found.size.persons}")
    return figure
