"""Figures of a screening: shares, bars, and the flow of persons, with their numbers in text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from remit.report.markup import element, figure, path, rect, words
from remit.screening import Screening
from remit.screening.cohort_counts import ShownCohort, ShownStep
from remit.terminal import short_text

_WIDTH = 360
_LINE = 19
_LETTERS = 37
_SIZE, _SMALL = 14, 13


def number_of(text: str) -> int:
    """The number that is shown, exact or rounded.

    >>> number_of("1,240"), number_of("≈1,240")
    (1240, 1240)
    """
    return int(text.lstrip("≈").replace(",", ""))


def strip_chart(parts: Sequence[tuple[str, str, str]]) -> Markup:
    """A stacked bar of (name, shown count, CSS class); nothing where all are zero."""
    numbers = [number_of(count) for _, count, _ in parts]
    whole = sum(numbers)
    if whole == 0:
        return Markup("")
    bars, left = [], 0.0
    for number, (_, _, style) in zip(numbers, parts, strict=True):
        width = 100 * number / whole
        bars.append(rect(left, 0, width, 10, style))
        left += width
    said = "; ".join(f"{name} {count}" for name, count, _ in parts)
    return element(
        "svg",
        element("title", f"Share of persons: {said}"),
        *bars,
        viewBox="0 0 100 10",
        preserveAspectRatio="none",
        class_="strip",
        role="img",
    )


def bar(count: str, largest: int) -> Markup:
    """A bar of the shown count; the number stands beside it, so it is hidden from readers."""
    if largest == 0:
        return Markup("")
    return element(
        "svg",
        rect(0, 0, 100 * number_of(count) / largest, 10, "f-open"),
        viewBox="0 0 100 10",
        preserveAspectRatio="none",
        class_="bar",
        aria_hidden="true",
    )


def flow_chart(screening: Screening, shown: ShownCohort, *, name: str) -> Markup:
    """The flow of persons: who entered, who was excluded by which criterion, who remains.

    `name` is unique on the page.
    """
    drawn: list[str] = [*_box(0, "Persons screened", shown.persons, "f-card", "")]
    y = 34
    if number_of(shown.died):
        drawn += _taken_out(y, "Died before the screening", f"n = {shown.died}", ())
        y += 56
    runs = groupby(shown.steps, key=lambda step: screening.protocol.criterion(step.criterion).kind)
    for kind, run in runs:
        steps = list(run)
        lines = _excluded_lines(screening, steps)
        drawn += _taken_out(y, f"Excluded, {kind} criteria", _excluded_total(steps), lines)
        y += 56 + _LINE * len(lines)
        drawn += _box(y, "Not excluded so far", steps[-1].remaining, "f-card", "")
        y += 34
    drawn.append(path(f"M14 {y} V{y + 20}", "wire"))
    drawn += _box(y + 20, "Eligible", shown.eligible, "f-in", "t-in")
    drawn += _box(y + 62, "Open", shown.undetermined, "f-open", "t-open")
    y += 112
    drawn.append(words(4, y, f"{shown.waiting} of the open wait only for a", size=_SIZE))
    drawn.append(words(4, y + 18, "signature or a better source", size=_SIZE))
    said = (
        f"Of {shown.persons} persons {shown.not_eligible} are excluded, {shown.eligible} are "
        f"eligible and {shown.undetermined} open. The table that follows has every step."
    )
    return figure(
        name,
        title=f"Flow of persons, {shown.label if shown.cohort else 'whole study'}",
        description=said,
        drawn=drawn,
        size=(_WIDTH, y + 26),
    )


def _taken_out(y: int, title: str, total: str, lines: Sequence[tuple[str, str]]) -> list[str]:
    """A box beside the flow, with a line and a count for each cause; 56 high without lines."""
    height = 30 + _LINE * len(lines)
    drawn: list[str] = [
        path(f"M14 {y} V{y + height + 26}", "wire"),
        path(f"M14 {y + 24} H30", "wire"),
        rect(30, y + 12, _WIDTH - 31, height, "f-card", round_=5),
        _line(40, y + 32, title),
        _line(_WIDTH - 12, y + 32, total, anchor="end"),
    ]
    for k, (text, count) in enumerate(lines):
        at = y + 32 + _LINE * (k + 1)
        drawn.append(words(40, at, text, size=_SMALL, style="t-line"))
        drawn.append(words(_WIDTH - 12, at, count, size=_SMALL, anchor="end", style="t-line"))
    return drawn


def _excluded_lines(screening: Screening, steps: Sequence[ShownStep]) -> list[tuple[str, str]]:
    lines = []
    for step in steps:
        if number_of(step.excluded):
            text = f"{step.criterion} {screening.protocol.criterion(step.criterion).text}"
            room = _LETTERS - max(0, len(step.excluded) - 3)
            lines.append((short_text(text, width=room), step.excluded))
    if lines:
        return lines
    rounded = steps[0].excluded.startswith("≈")
    return [("nobody, or a few at a step" if rounded else "nobody", steps[0].excluded)]


def _excluded_total(steps: Sequence[ShownStep]) -> str:
    """The sum of the steps, marked as they are."""
    first, last = steps[0].entering, steps[-1].remaining
    mark = "≈" if first.startswith("≈") else ""
    return f"n = {mark}{number_of(first) - number_of(last):,}"


def _box(y: int, text: str, count: str, ground: str, ink: str) -> list[str]:
    return [
        rect(1, y + 1, _WIDTH - 2, 34, ground, round_=5),
        _line(12, y + 24, text, style=ink),
        _line(_WIDTH - 12, y + 24, f"n = {count}", anchor="end", style=ink),
    ]


def _line(x: float, y: float, text: str, *, anchor: str = "start", style: str = "") -> Markup:
    return words(x, y, text, size=_SIZE, anchor=anchor, style=style, bold=True)
