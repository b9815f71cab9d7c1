"""A followed person's values over time: one small panel a quantity, all on the same days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import ceil, inf

from markupsafe import Markup

from remit.endpoints.patient_course import (
    CourseVisit,
    PatientCourse,
    Point,
    ScoreStack,
    Series,
    short_number,
)
from remit.report.markup import axis_step, circle, figure, hatched, hatching, path, rect, words

WIDTH = 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 38.0, 326.0, 44.0, 148.0
_LETTER = 5.6
ORGANS = {
    "central_nervous": ("CN", "central nervous"),
    "vascular": ("V", "vascular"),
    "musculoskeletal": ("M", "musculoskeletal"),
    "renal": ("R", "renal"),
    "skin": ("Sk", "skin and mucosa"),
    "serosal": ("Se", "serosal"),
    "immunological": ("I", "immunological"),
    "constitutional": ("C", "constitutional"),
    "haematological": ("H", "haematological"),
}
_HUES = 9  # as many as the style has for the groups of a score
Place = Callable[[float], float]


def value_panel(course: PatientCourse, series: Series, *, name: str, person: str) -> Markup:
    """One quantity over the visits, with its unit, the limits of normal and the number known."""
    count = f"n = {series.measured} of {len(course.visits)} visits"
    label = f"{series.label}, {series.unit}" if series.unit else series.label
    top, step = _scale(series)
    across = _days(course.visits, [point.days for point in series.points])

    def up(value: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP - 12) * value / top

    drawn = [
        words(0, 13, label, size=12.5, bold=True),
        words(WIDTH, 28, count, size=10.5, anchor="end", style="t-line"),
        words(0, 28, _limits_text(series), size=10.5, style="t-line"),
        *_value_axis(top, step, up),
        *_visit_axis(course, across),
        *_limits(series, across, up, top),
        *_lines(series.points, across, up),
        *_marks(series.points, across, up),
    ]
    said = "; ".join(
        f"{visit.id.replace('_', ' ')} {point.text}"
        for visit, point in zip(course.visits, series.points, strict=True)
    )
    return figure(
        name,
        title=f"{label}, person {person}, {count} measured",
        description=f"{said}. {_limits_text(series)}".rstrip(),
        drawn=drawn,
        size=(WIDTH, 180),
    )


def _scale(series: Series) -> tuple[float, float]:
    """The top of the axis, which starts at 0, and the step between its ticks."""
    numbers = [n for p in series.points for n in (p.low, p.high) if abs(n) < inf]
    highest = max(numbers, default=0.0)
    limits = [n for p in series.points for n in (p.lln, p.uln) if n is not None]
    highest = max([highest, *(n for n in limits if n <= 2 * highest)])
    step = axis_step(highest)
    return max(step, step * ceil(highest / step - 1e-9)), step


def _days(visits: Sequence[CourseVisit], days: Sequence[int]) -> Place:
    """Where a day lies, so that every visit and record is inside."""
    every = [*(visit.days for visit in visits), *days]
    first, last = min(every), max(every)
    return lambda day: _LEFT + 14 + (_RIGHT - _LEFT - 28) * (day - first) / max(last - first, 1)


def _value_axis(top: float, step: float, up: Place) -> list[Markup]:
    drawn = []
    for k in range(round(top / step) + 1):
        y = up(k * step)
        drawn.append(path(f"M{_LEFT:g} {y:.1f} H{_RIGHT:g}", "gridline"))
        text = short_number(k * step)
        drawn.append(words(_LEFT - 4, y + 3.5, text, size=10, anchor="end", style="t-line"))
    return drawn


def _visit_axis(course: PatientCourse, across: Place, *, bottom: float = _BOTTOM) -> list[Markup]:
    drawn = [path(f"M{_LEFT:g} {bottom:g} H{_RIGHT:g}", "axis")]
    taken = -inf
    for visit in course.visits:
        x = across(visit.days)
        drawn.append(path(f"M{x:.1f} {bottom:g} v4", "axis"))
        half = len(visit.tick) * _LETTER / 2 + 1
        if x - half > taken:
            drawn.append(words(x, bottom + 15, visit.tick, size=10, anchor="middle"))
            taken = x + half
    middle = (_LEFT + _RIGHT) / 2
    caption = f"{course.time_unit} after baseline"
    drawn.append(words(middle, bottom + 28, caption, size=10, anchor="middle", style="t-line"))
    return drawn


def _limits_text(series: Series) -> str:
    if not any(p.lln is not None or p.uln is not None for p in series.points):
        return "no limits of normal recorded" if series.in_laboratory else ""
    low, high = series.limits
    if low is not None and high is not None:
        return f"limits of normal (dashed) {short_number(low)} to {short_number(high)}"
    if high is not None:
        return f"upper limit of normal (dashed) {short_number(high)}"
    if low is not None:
        return f"lower limit of normal (dashed) {short_number(low)}"
    return "dashes: limits of normal of each record"


def _limits(series: Series, across: Place, up: Place, top: float) -> list[Markup]:
    drawn = []
    shared = series.limits
    for place, name in enumerate(("lln", "uln")):
        common = shared[place]
        if common is not None:
            if common <= top:
                drawn.append(path(f"M{_LEFT:g} {up(common):.1f} H{_RIGHT:g}", "limit"))
            continue
        for point in series.points:
            limit = getattr(point, name)
            if limit is not None and limit <= top:
                x = across(point.days)
                drawn.append(path(f"M{x - 9:.1f} {up(limit):.1f} h18", "limit"))
    return drawn


def _lines(points: Sequence[Point], across: Place, up: Place) -> list[Markup]:
    """A line between neighbouring visits whose numbers are both known; a gap stays a gap."""
    return [
        path(
            f"M{across(one.days):.1f} {up(one.low):.1f} L{across(two.days):.1f} {up(two.low):.1f}",
            "trace",
        )
        for one, two in pairwise(points)
        if one.is_exact and two.is_exact
    ]


def _marks(points: Sequence[Point], across: Place, up: Place) -> list[Markup]:
    drawn: list[Markup] = []
    taken = -inf
    for point in points:
        x = across(point.days)
        text, y = point.text, _BOTTOM
        if point.is_exact:
            y = up(point.low)
            drawn.append(circle(x, y, 3.2, "dot"))
        elif not point.is_known:
            drawn.append(words(x, _BOTTOM - 4, "?", size=12, anchor="middle", style="t-line"))
            continue
        else:
            y, marks = _bound(point, x, up)
            drawn += marks
        half = len(text) * _LETTER / 2
        # A label that would touch the one before is left out; the table has every number.
        if x - half > taken + 2:
            drawn.append(words(x, y - 7, text, size=10, anchor="middle", style="value"))
            taken = x + half
    return drawn


def _bound(point: Point, x: float, up: Place) -> tuple[float, list[Markup]]:
    """The height of the label and the marks: an arrow from a bound, a bar for a range."""
    if point.low > -inf and point.high < inf:
        low, high = up(point.low), up(point.high)
        bar = f"M{x - 4:.1f} {low:.1f} h8 M{x:.1f} {low:.1f} V{high:.1f} M{x - 4:.1f} {high:.1f} h8"
        return high, [path(bar, "whisker")]
    if point.high < inf:
        y = min(up(point.high), _BOTTOM - 9)
        return y, [
            path(f"M{x - 5:.1f} {y:.1f} h10 M{x:.1f} {y:.1f} V{_BOTTOM - 6:g}", "whisker"),
            path(f"M{x - 4:.1f} {_BOTTOM - 6:g} h8 L{x:.1f} {_BOTTOM:g} z", "hollow"),
        ]
    y = up(point.low)
    return y - 14, [
        path(f"M{x - 5:.1f} {y:.1f} h10 M{x:.1f} {y:.1f} v-8", "whisker"),
        path(f"M{x - 4:.1f} {y - 8:.1f} h8 L{x:.1f} {y - 14:.1f} z", "hollow"),
    ]


# ---- points by group -----------------------------------------------------------------------------


def group_name(group: str) -> tuple[str, str]:
    """The letters and the words for a group of items.

    >>> group_name("renal"), group_name("scalp_scarring")
    (('R', 'renal'), ('SS', 'scalp scarring'))
    """
    words_ = group.split("_")
    letters = "".join(word[0] for word in words_)[:2].upper()
    return ORGANS.get(group, (letters if len(words_) > 1 else group[:2].title(), " ".join(words_)))


def parts_word(stack: ScoreStack) -> str:
    """What the groups of a score are called."""
    return "organ" if all(group.group in ORGANS for group in stack.groups) else "part"


def score_stack(course: PatientCourse, stack: ScoreStack, *, name: str, person: str) -> Markup:
    """Points by group at each visit; what is not assessed is hatched up to the most possible."""
    present = [
        (place % _HUES + 1, group) for place, group in enumerate(stack.groups) if any(group.low)
    ]
    title = f"{stack.label} by {parts_word(stack)}, points"
    bottom, ceiling = 196.0, 56.0
    highest = max([*stack.low, *(h for h in stack.high if h <= max(stack.low) + 12)])
    step = axis_step(max(highest, 8) + 2, most=4, whole=True)
    top = step * ceil((max(highest, 8) + 2) / step)
    across = _days(course.visits, ())

    def up(value: float) -> float:
        return bottom - (bottom - ceiling) * min(value, top) / top

    complete = sum(low == high for low, high in zip(stack.low, stack.high, strict=True))
    count = f"n = {complete} of {len(course.visits)} visits"
    spots = [across(visit.days) for visit in course.visits]
    wide = min(30.0, min((b - a for a, b in pairwise(spots)), default=30.0) - 6)
    drawn: list[Markup] = [
        hatching(f"{name}-hatch"),
        words(0, 13, title, size=12.5, bold=True),
        words(WIDTH, 28, f"{count} complete", size=10.5, anchor="end", style="t-line"),
        words(0, 28, "the total stands above each bar", size=10.5, style="t-line"),
    ]
    for k in range(round(top / step) + 1):
        y = up(k * step)
        drawn.append(path(f"M{_LEFT:g} {y:.1f} H{_RIGHT:g}", "gridline"))
        text = short_number(k * step)
        drawn.append(words(_LEFT - 4, y + 3.5, text, size=10, anchor="end", style="t-line"))
    for k, x in enumerate(spots):
        at = 0
        for place, group in present:
            if group.low[k]:
                low, high = up(at), up(at + group.low[k])
                drawn.append(rect(x - wide / 2, high, wide, low - high, f"organ o{place}"))
                if low - high >= 10 and wide >= 14:
                    code, _ = group_name(group.group)
                    drawn.append(
                        words(x, (low + high) / 2 + 3.5, code, size=10, anchor="middle",
                              style=f"oi{place}", bold=True)
                    )  # fmt: skip
                at += group.low[k]
        if stack.high[k] > stack.low[k]:
            low, high = up(stack.low[k]), up(stack.high[k])
            drawn.append(hatched(x - wide / 2, high, wide, low - high, f"{name}-hatch"))
            if stack.high[k] > top:
                drawn.append(rect(x - 8, high, 16, 10, "f-page"))
                drawn.append(path(f"M{x - 5:.1f} {high + 8:.1f} l5 -6 l5 6", "whisker"))
        drawn.append(words(x, ceiling - 6, _total(stack, k), size=10, anchor="middle", bold=True))
    drawn += _visit_axis(course, across, bottom=bottom)
    height = bottom + 36
    for k, (place, group) in enumerate(present):
        x, y = (k % 2) * WIDTH / 2, height + 15 * (k // 2)
        code, label = group_name(group.group)
        drawn.append(rect(x, y, 20, 12, f"organ o{place}"))
        drawn.append(
            words(x + 10, y + 9.5, code, size=9.5, anchor="middle", style=f"oi{place}", bold=True)
        )
        drawn.append(words(x + 25, y + 10, label, size=10.5))
    height += 15 * ((len(present) + 1) // 2)
    if stack.high != stack.low:
        drawn.append(hatched(0, height, 20, 12, f"{name}-hatch"))
        said = "not assessed: from the least to the most possible"
        drawn.append(words(25, height + 10, said, size=10.5))
        height += 15
    if any(stack.recorded):
        drawn.append(words(0, height + 11, "* recorded total, not that of the items", size=10.5))
        height += 15
    said = "; ".join(
        f"{visit.id.replace('_', ' ')} {_total(stack, k)}" for k, visit in enumerate(course.visits)
    )
    return figure(
        name,
        title=f"{title}, person {person}, {count} complete",
        description=f"Total at each visit: {said}. The table has the points of each "
        f"{parts_word(stack)}.",
        drawn=drawn,
        size=(WIDTH, height + 3),
    )


def _total(stack: ScoreStack, place: int) -> str:
    """The total, or its range; a recorded one carries a star."""
    if stack.recorded[place]:
        return f"{stack.total[place].text}*"
    low, high = stack.low[place], stack.high[place]
    return str(low) if low == high else f"{low}–{high}"
