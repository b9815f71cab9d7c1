"""The power of one design under each response definition."""

from __future__ import annotations

from matplotlib.figure import Figure

from remit.report.figures.figure_style import COLOURS, INK, QUIET, new_figure, style
from remit.simulate.trials.virtual_trials import VirtualTrials
from remit.views.rounded import rounded


def design_figure(found: VirtualTrials) -> Figure:
    """Simulated power with its Monte-Carlo error, exact power as a line, and sizes beside it."""
    figure = new_figure(1.5 + 0.25 * len(found.powers))
    with style():
        axes = figure.add_subplot()
        for place, one in enumerate(found.powers):
            colour = COLOURS[0] if one.own else INK
            axes.errorbar(
                100 * one.power, place, xerr=196 * one.error, color=colour, capsize=2,
                marker="D" if one.own else "o", markersize=5,
            )  # fmt: skip
            axes.plot([100 * one.exact], [place], marker="|", color=COLOURS[1], markersize=12)
            size = "over 300" if one.per_arm is None else str(one.per_arm)
            told = f"{_percent(one.shares[0])} against {_percent(one.shares[1])}   {size} an arm"
            axes.text(
                1.02, place, told, va="center", fontsize=7, color=colour,
                transform=axes.get_yaxis_transform(),
            )  # fmt: skip
        axes.axvline(100 * found.wanted, color=QUIET, linewidth=0.8, linestyle="--")
        axes.set_xlim(0, 100)
        axes.set_ylim(len(found.powers) - 0.4, -0.6)
        axes.set_yticks(
            range(len(found.powers)),
            [f"{one.definition}{' (plan)' if one.own else ''}" for one in found.powers],
            fontsize=7,
        )
        first, second = found.design.arms
        axes.set_xlabel(
            f"power of {first} against {second} persons, % ({found.trials:,} virtual trials; "
            "line: exact)\nright: shares that respond, and persons an arm for "
            f"{_percent(found.wanted)} power",
            fontsize=8,
        )
    return figure


def _percent(share: float) -> str:
    return f"{rounded(100 * share, 1)} %"
