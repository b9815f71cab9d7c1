"""Grades and responses as strips: a row a domain or definition, a column a visit, by letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from remit.endpoints.patient_course import GradePanel, PatientCourse, ResponseCell, ResponseStrip
from remit.report.course_charts import WIDTH
from remit.report.markup import figure, hatched, hatching, rect, words
from remit.terminal import short_text

_LABEL, _ROW = 148.0, 18.0
# Titles of definitions are longer than the names of domains.
_WIDE_LABEL, _WIDE = 330.0, 560.0
_TITLE_LETTERS = 56
_SHADES = "ABCDE"
_LETTER = 6.2  # the width of a bold letter of size 10
# What stands in the cell, and its class; no class is hatched.
_GRADE: Mapping[str, tuple[str, str]] = {
    "CR": ("CR", "out-CR"),
    "PR": ("PR", "out-PR"),
    "R": ("R", "out-CR"),
    "NR": ("NR", "out-NR"),
    "flare": ("F", "out-F"),
    "no flare": ("no", "out-NR"),
}
RESPONSE_KEY: tuple[tuple[str, str], ...] = (
    ("CR", "complete response"),
    ("PR", "partial response"),
    ("R", "response, where a definition has one grade, or the state is reached"),
    ("NR", "no response"),
    ("F, no", "flare, no flare"),
    ("? hatched", "not assessable"),
    ("–", "not judged: baseline, not yet due, or the definition does not apply"),
)


def grades_text(possible: Sequence[str], grades: Sequence[str]) -> str:
    """The grade, the possible ones, or `?` where all are.

    >>> grades_text(["B"], "ABCDE"), grades_text(["A", "B"], "ABCDE"), grades_text("ABCDE", "ABCDE")
    ('B', 'A–B', '?')
    """
    if len(possible) == 1:
        return possible[0]
    if len(possible) == len(grades):
        return "?"
    places = [grades.index(grade) for grade in possible]
    together = places == list(range(places[0], places[-1] + 1))
    if together:
        return f"{possible[0]}–{possible[-1]}"
    missing = [grade for grade in grades if grade not in possible]
    return f"not {missing[0]}" if len(missing) == 1 else ",".join(possible)


def response_text(cell: ResponseCell) -> str:
    """What stands in a cell: letters, `?` or `–`."""
    if not cell.judged:
        return "–"
    return "?" if cell.grade is None else _GRADE[cell.grade][0]


def grade_strip(course: PatientCourse, panel: GradePanel, *, name: str, person: str) -> Markup:
    """Ladders by visits; the shade goes with the place of the grade on its ladder."""
    rows = [
        (
            strip.label,
            [
                (
                    grades_text(cell, strip.grades),
                    _grade_shade(cell[0], strip.grades) if len(cell) == 1 else None,
                )
                for cell in strip.cells
            ],
        )
        for strip in panel.strips
    ]
    strips = panel.strips
    known = sum(len(cell) == 1 for strip in strips for cell in strip.cells)
    said = "; ".join(f"{label} {', '.join(text for text, _ in cells)}" for label, cells in rows)
    ends = {(strip.grades[0], strip.grades[-1]) for strip in strips}
    title = panel.label if len(strips) == 1 else f"{panel.label} by domain"
    if len(ends) == 1:
        first, last = ends.pop()
        title += f", grade {first} to {last}"
    return _strip(
        course,
        rows,
        name=name,
        person=person,
        title=title,
        count=f"n = {known} of {sum(len(strip.cells) for strip in strips)} grades known",
        description=f"Grades at the visits in order: {said}.",
    )


def _grade_shade(grade: str, grades: Sequence[str]) -> str:
    place = grades.index(grade) * (len(_SHADES) - 1) / max(len(grades) - 1, 1)
    return f"b-{_SHADES[round(place)]}"


def response_strip(
    course: PatientCourse, strips: Sequence[ResponseStrip], *, name: str, person: str, title: str
) -> Markup:
    """Definitions by visits."""
    rows = [
        (
            short_text(strip.title, width=_TITLE_LETTERS),
            [
                (
                    response_text(cell),
                    "out-none"
                    if not cell.judged
                    else None
                    if cell.grade is None
                    else _GRADE[cell.grade][1],
                )
                for cell in strip.cells
            ],
        )
        for strip in strips
    ]
    cells = [cell for strip in strips for cell in strip.cells if cell.judged]
    known = sum(cell.grade is not None for cell in cells)
    said = "; ".join(f"{label} {', '.join(text for text, _ in row)}" for label, row in rows)
    return _strip(
        course,
        rows,
        name=name,
        person=person,
        title=title,
        count=f"n = {known} of {len(cells)} visits judged can be assessed",
        description=f"Responses at the visits in order: {said}.",
        label=_WIDE_LABEL,
        width=_WIDE,
    )


def _strip(
    course: PatientCourse,
    rows: Sequence[tuple[str, Sequence[tuple[str, str | None]]]],
    *,
    name: str,
    person: str,
    title: str,
    count: str,
    description: str,
    label: float = _LABEL,
    width: float = WIDTH,
) -> Markup:
    each = (width - label) / len(course.visits)
    drawn: list[Markup] = [
        hatching(f"{name}-hatch"),
        words(0, 13, title, size=12.5, bold=True),
        words(0, 28, count, size=10.5, style="t-line"),
    ]
    top = 52.0
    drawn.append(words(0, top - 6, f"{course.time_unit} after baseline", size=10, style="t-line"))
    for k, visit in enumerate(course.visits):
        x = label + each * (k + 0.5)
        drawn.append(words(x, top - 6, visit.tick, size=10, anchor="middle"))
    for place, (said, cells) in enumerate(rows):
        y = top + place * _ROW
        drawn.append(words(0, y + 12.5, said, size=11))
        for k, (text, style) in enumerate(cells):
            x = label + each * k
            if style is None:
                drawn.append(hatched(x + 1, y + 1, each - 2, _ROW - 2, f"{name}-hatch"))
                wide = min(len(text) * 6 + 6, each - 3)
                middle = x + each / 2 - wide / 2
                drawn.append(rect(middle, y + 2.5, wide, _ROW - 5, "f-page"))
            else:
                drawn.append(rect(x + 1, y + 1, each - 2, _ROW - 2, f"cell {style}"))
            ink = f"i-{style}" if style else ""
            size = min(10, 10 * (each - 4) / (_LETTER * len(text)))
            drawn.append(
                words(x + each / 2, y + 12.5, text, size=size, anchor="middle", bold=True,
                      style=ink)
            )  # fmt: skip
    return figure(
        name,
        title=f"{title}, person {person}, {count}",
        description=description,
        drawn=drawn,
        size=(width, top + len(rows) * _ROW + 4),
        style="broad" if width > WIDTH else "",
    )
