"""Adverse events drawn: which differ between two arms, and when each person had hers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import log10

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import NullLocator

from remit.analysis.rows.event_lines import EventLine
from remit.analysis.rows.result_row import ResultRow
from remit.report.figures.figure_style import COLOURS, GROUND, INK, QUIET, new_figure, style
from remit.terminal import plain_text, short_text

TICKS = (1.0, 0.5, 0.2, 0.1, 0.05, 0.01, 0.001, 1e-4, 1e-5, 1e-6, 1e-8, 1e-10, 1e-15, 1e-20)
NAMED = 12  # points with a name; the table has all of them
ROOM = 34
# Grades from mild to death, each also written on its bar; the last is of no grade.
GRADES: Mapping[int, str] = {
    1: "#56b4e9", 2: "#0072b2", 3: "#e69f00", 4: "#d55e00", 5: "#1b1f24", 0: "#aab2bb"
}  # fmt: skip
Point = tuple[float, float]


def volcano_figure(rows: Sequence[ResultRow], labels: Mapping[str, str]) -> Figure:
    """The difference of two arms in each term against the p of its test.

    Args:
        rows: of one analysis. labels: arm -> what it is called.
    """
    found = _points(rows)
    arms = next((row.arm, row.versus) for row in rows if row.versus)
    first, second = (labels[arm] for arm in arms)
    figure = new_figure(4.4)
    with style():
        axes = figure.add_subplot()
        for (x, p), terms in found.items():
            colour = COLOURS[0] if x > 0 else COLOURS[1] if x < 0 else QUIET
            axes.plot(100 * x, p, "o", color=colour, markersize=4 + len(terms), alpha=0.8)
        axes.set_yscale("log")
        lowest = min((p for _, p in found), default=1.0)
        axes.set_ylim(1.6, min(lowest / 2.5, 0.01))
        shown = [tick for tick in TICKS if tick >= lowest / 2.5 or tick >= 0.01]
        axes.set_yticks(shown, [f"{tick:g}" for tick in shown])
        axes.yaxis.set_minor_locator(NullLocator())
        widest = 100 * max((abs(x) for x, _ in found), default=0.1)
        axes.set_xlim(-1.5 * widest - 1, 1.5 * widest + 1)
        axes.axvline(0, color=QUIET, linewidth=0.8)
        axes.axhline(0.05, color=QUIET, linewidth=0.8, linestyle=":")
        _name(axes, found, widest)
        axes.set_xlabel(
            f"difference of shares, % points\nleft: more with {second}   right: more with {first}",
            fontsize=8,
        )
        axes.set_ylabel("p of each term, not adjusted (log scale)", fontsize=8)
    return figure


def _points(rows: Sequence[ResultRow]) -> Mapping[Point, list[str]]:
    """Where terms lie -> their names: several of few events lie on one point."""
    differences = {row.part: row.value for row in rows if row.statistic == "risk difference"}
    tests = {row.part: row.value for row in rows if row.statistic == "p" and row.versus}
    found: dict[Point, list[str]] = defaultdict(list)
    for part, x in differences.items():
        p = tests.get(part)
        if len(part) == 2 and x is not None and p is not None:
            found[round(x, 12), round(p, 12)].append(plain_text(part[1]))
    return found


def _name(axes: Axes, found: Mapping[Point, list[str]], widest: float) -> None:
    """Names beside the points that stand out most."""
    order = sorted(found, key=lambda at: (at[1], -abs(at[0])))[:NAMED]
    taken: list[tuple[float, float]] = []
    for x, p in order:
        terms = found[x, p]
        more = f" and {len(terms) - 1} more" if len(terms) > 1 else ""
        text = short_text(terms[0], width=ROOM) + more
        # Names stand outwards, those of the outmost points inwards, where there is room.
        right = (x >= 0) == (100 * abs(x) <= 0.6 * widest)
        # A name that would stand on another one of its side is left to the table.
        if any(side == right and abs(log10(p) - y) < 0.07 for side, y in taken):
            continue
        taken.append((right, log10(p)))
        axes.annotate(
            text, (100 * x, p), xytext=(6 if right else -6, 0), textcoords="offset points",
            ha="left" if right else "right", va="center", fontsize=6.5, color=INK,
        )  # fmt: skip


def timeline_figure(lines: Sequence[EventLine], *, labels: Mapping[str, str]) -> Figure:
    """A line a person as long as she was watched, and on it her events by grade.

    Args:
        labels: arm -> what it is called, in order.
    """
    order = list(labels)
    persons = {line.person_id: line for line in lines}
    shown = sorted(persons.values(), key=lambda one: (order.index(one.arm), one.person_id))
    arms = [one.arm for one in shown]
    # A free line before each arm holds its name.
    rows = [row + 1 + list(dict.fromkeys(arms)).index(arm) for row, arm in enumerate(arms)]
    place = {one.person_id: row for row, one in zip(rows, shown, strict=True)}
    last = max(rows, default=0)
    figure = new_figure(1.4 + 0.13 * last)
    with style():
        axes = figure.add_subplot()
        for one in shown:
            if one.watched is not None:
                row = place[one.person_id]
                axes.plot([1, one.watched], [row, row], color=GROUND, linewidth=1, zorder=1)
        longest = max((one.watched or one.start for one in lines), default=1.0)
        for line in lines:
            _draw_event(axes, line, place[line.person_id], longest)
        names = [short_text(plain_text(one.person), width=12) for one in shown]
        axes.set_yticks(rows, names, fontsize=5.5)
        for arm in dict.fromkeys(arms):
            axes.text(1, rows[arms.index(arm)] - 1, labels[arm], fontsize=7, va="center")
        axes.set_ylim(last + 0.6, -0.6)
        axes.set_xlabel("day of being watched", fontsize=8)
        told = [
            Patch(color=GRADES[grade], label=f"grade {grade}" if grade else "no grade")
            for grade in sorted({line.grade for line in lines}, reverse=True)
        ]
        serious = Line2D([], [], marker="*", linestyle="", color=INK, label="serious")
        figure.legend(
            handles=[*told, serious], fontsize=7, ncols=len(told) + 1, loc="outside lower center"
        )
    return figure


def _draw_event(axes: Axes, line: EventLine, row: int, longest: float) -> None:
    start, grade = line.start, line.grade
    width = max(line.days or 0.0, longest / 120)
    axes.barh(
        row, width, left=start, height=0.7, color=GRADES[grade], zorder=2,
        edgecolor="white", linewidth=0.3,
    )  # fmt: skip
    if line.days is None:  # no end is known: it goes on, or nobody says
        axes.plot(start + width, row, ">", color=GRADES[grade], markersize=3, zorder=3)
    if grade:
        colour = "white" if grade in {2, 4, 5} else INK
        axes.text(start + width / 2, row, str(grade), fontsize=4.5, ha="center", va="center",
                  color=colour, zorder=4, clip_on=True)  # fmt: skip
    if line.serious:
        axes.plot(start, row - 0.42, "*", color=INK, markersize=4, zorder=5)
