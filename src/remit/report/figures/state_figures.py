"""Responses over the visits: who moves from which grade to which, and each person's own row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from remit.analysis.rows.grade_states import GradeStates
from remit.report.figures.figure_style import GROUND, STATES, new_figure, style

BAR = 0.12


def sankey_figure(
    found: GradeStates, visits: Mapping[str, str], labels: Mapping[str, str]
) -> Figure:
    """How the persons of each arm are spread over the grades, and how they move between visits."""
    arms = [arm for arm in labels if arm in set(found.arm.values())]
    figure = new_figure(2.5 * max(1, len(arms)) + 0.4)
    with style():
        panels = figure.subplots(max(1, len(arms)), 1, squeeze=False)[:, 0]
        for axes, arm in zip(panels, arms, strict=False):
            people = [found.of[who] for who in found.of if found.arm[who] == arm]
            _flows(axes, people, found.states)
            axes.set_title(f"{labels[arm]} (n = {len(people)})")
            axes.set_xticks(range(len(found.visits)), [visits[v] for v in found.visits])
        _legend(panels[0], found.states)
    return figure


def _flows(axes: Axes, people: Sequence[tuple[str, ...]], states: Sequence[str]) -> None:
    number = len(people[0]) if people else 0
    tops: list[dict[str, float]] = []
    for at in range(number):
        counts, below, here = Counter(states_of[at] for states_of in people), 0.0, {}
        for state in reversed(states):
            here[state] = below
            count = counts[state]
            if count:
                axes.add_patch(
                    Rectangle((at - BAR / 2, below), BAR, count, color=STATES.get(state, GROUND))
                )
                axes.text(
                    at, below + count / 2, str(count), ha="center", va="center", fontsize=6,
                    color="white" if state in {"CR", "R"} else "black",
                )  # fmt: skip
            below += count
        tops.append(here)
    for at in range(number - 1):
        _ribbons(axes, at, Counter((one[at], one[at + 1]) for one in people), tops, states)
    axes.set_xlim(-0.3, number - 0.7)
    axes.set_ylim(0, len(people))
    axes.set_ylabel("persons")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))


def _ribbons(
    axes: Axes,
    at: int,
    moves: Mapping[tuple[str, str], int],
    tops: Sequence[Mapping[str, float]],
    states: Sequence[str],
) -> None:
    left, right = dict(tops[at]), dict(tops[at + 1])
    for one in reversed(states):
        for other in reversed(states):
            count = moves.get((one, other), 0)
            if not count:
                continue
            low, high = left[one], right[other]
            x_0, x_1, middle = at + BAR / 2, at + 1 - BAR / 2, at + 0.5
            curve = [
                (x_0, low), (middle, low), (middle, high), (x_1, high),
                (x_1, high + count), (middle, high + count), (middle, low + count),
                (x_0, low + count), (x_0, low),
            ]  # fmt: skip
            codes = [
                Path.MOVETO,
                *[Path.CURVE4] * 3,
                Path.LINETO,
                *[Path.CURVE4] * 3,
                Path.CLOSEPOLY,
            ]
            axes.add_patch(
                PathPatch(
                    Path(curve, codes), color=STATES.get(one, GROUND), alpha=0.35, linewidth=0
                )
            )
            left[one] += count
            right[other] += count


def swimmer_figure(
    found: GradeStates, visits: Mapping[str, str], labels: Mapping[str, str]
) -> Figure:
    """Each person's response at each visit, a row a person, the best and earliest first."""
    arms = [arm for arm in labels if arm in set(found.arm.values())]
    people = sorted(
        found.of, key=lambda who: (arms.index(found.arm[who]), _rank(found.of[who], found.states))
    )
    figure = new_figure(0.8 + 0.13 * len(people))
    with style():
        axes = figure.add_subplot()
        for place, who in enumerate(people):
            for at, state in enumerate(found.of[who]):
                axes.add_patch(
                    Rectangle((at, place + 0.1), 0.94, 0.8, color=STATES.get(state, GROUND))
                )
        for arm in arms:
            here = [place for place, who in enumerate(people) if found.arm[who] == arm]
            axes.axhline(here[0], color=GROUND, linewidth=0.6)
            axes.text(
                1.01, (here[0] + here[-1] + 1) / 2, f"{labels[arm]}\n(n = {len(here)})",
                transform=axes.get_yaxis_transform(), va="center", fontsize=7,
            )  # fmt: skip
        axes.set_yticks([place + 0.5 for place in range(len(people))], people, fontsize=5)
        axes.set_xticks(
            [at + 0.47 for at in range(len(found.visits))], [visits[v] for v in found.visits]
        )
        axes.set_xlim(0, len(found.visits))
        axes.set_ylim(len(people), 0)
        axes.set_ylabel("person")
        _legend(axes, found.states)
    return figure


def _rank(states_of: tuple[str, ...], states: Sequence[str]) -> tuple[int, ...]:
    return tuple(states.index(state) for state in states_of)


def _legend(axes: Axes, states: Sequence[str]) -> None:
    axes.legend(
        handles=[Rectangle((0, 0), 1, 1, color=STATES.get(s, GROUND), label=s) for s in states],
        loc="lower left", bbox_to_anchor=(0, 1.08), ncols=len(states), fontsize=7,
    )  # fmt: skip
