"""The power and the size of one design under each response definition, side by side."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from remit.report.figures.figure_style import COLOURS, INK, QUIET, new_figure, style
from remit.simulate.trials.virtual_trials import MOST_EACH, VirtualTrials
from remit.views.rounded import rounded


def design_figure(found: VirtualTrials) -> Figure:
    """Simulated and exact power of the design; beside them the persons an arm that are enough."""
    figure = new_figure(1.4 + 0.34 * len(found.powers))
    with style():
        power, size = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
        _draw_power(power, found)
        _draw_size(size, found)
        power.set_ylim(len(found.powers) - 0.4, -0.6)
        power.set_yticks(
            range(len(found.powers)),
            [
                f"{one.definition}{' (plan)' if one.own else ''}\n"
                f"{_percent(one.shares[0])} against {_percent(one.shares[1])}"
                for one in found.powers
            ],
            fontsize=6.5,
        )
    return figure


def _draw_power(axes: Axes, found: VirtualTrials) -> None:
    for place, one in enumerate(found.powers):
        axes.errorbar(
            100 * one.power, place, xerr=196 * one.error, color=_colour(own=one.own), capsize=2,
            marker="D" if one.own else "o", markersize=5, label="" if place else "simulated, 95 %",
        )  # fmt: skip
        axes.plot(
            [100 * one.exact], [place], marker="|", color=COLOURS[1], markersize=12,
            linestyle="none", label="" if place else "exact",
        )  # fmt: skip
    axes.axvline(100 * found.wanted, color=QUIET, linewidth=0.8, linestyle="--")
    axes.set_xlim(0, 100)
    first, second = found.design.arms
    axes.set_xlabel(
        f"power of {first} and {second} persons, %\n({found.trials:,} virtual trials)", fontsize=8
    )
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, fontsize=7)


def _draw_size(axes: Axes, found: VirtualTrials) -> None:
    """A dot where a size was found; an arrow at the edge where more than were tried are needed."""
    for place, one in enumerate(found.powers):
        enough, colour = one.per_arm is not None, _colour(own=one.own)
        at = MOST_EACH if one.per_arm is None else one.per_arm
        axes.plot([0, at], [place, place], color=colour, linewidth=0.8)
        mark = ">" if not enough else "D" if one.own else "o"
        axes.plot([at], [place], marker=mark, markersize=5, color=colour, clip_on=False)
        axes.annotate(
            str(at) if enough else f"over {MOST_EACH}", (at, place), xytext=(6, 0),
            textcoords="offset points", va="center", fontsize=7, color=colour,
            annotation_clip=False,
        )  # fmt: skip
    axes.set_xlim(0, 1.35 * MOST_EACH)
    axes.set_xticks(range(0, MOST_EACH + 1, 100))
    axes.set_xlabel(f"persons an arm for\n{_percent(found.wanted)} power, exact", fontsize=8)


def _colour(*, own: bool) -> str:
    return COLOURS[0] if own else INK


def _percent(share: float) -> str:
    return f"{rounded(100 * share, 1)} %"
