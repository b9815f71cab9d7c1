"""A followed person as figures and tables, visit by visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from remit.analysis.comparison_counts import ShownComparison
from remit.endpoints.patient_course import PatientCourse, ResponseStrip
from remit.protocol.schema import Protocol
from remit.report.course_charts import group_name, parts_word, score_stack, value_panel
from remit.report.markup import rendered
from remit.report.strips import (
    RESPONSE_KEY,
    grade_strip,
    grades_text,
    response_strip,
    response_text,
)

_MOST_ROWS = 14


@dataclass(frozen=True, slots=True)
class Followed:
    """What a report shows of the persons that a study follows.

    Attributes:
        courses: of the persons shown one by one.
        comparison: None where there is nothing to compare.
        note: why nobody is shown; empty where somebody is.
        titles: definition id -> its title.
    """

    courses: tuple[PatientCourse, ...] = ()
    comparison: ShownComparison | None = None
    note: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of one person; with `is_coded` its second column holds code."""

    caption: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]
    is_coded: bool = False


@dataclass(frozen=True, slots=True)
class _Person:
    """One person as figures and tables."""

    id: str
    name: str
    visits: int
    told: list[tuple[str, str]]
    charts: list[Markup]
    responses: list[Markup]
    tables: list[_Table]


def course_part(protocol: Protocol, course: PatientCourse, *, name: str, person: str) -> Markup:
    """One person over the visits.

    Args:
        name: unique in the report.
        person: the id as the source has it.
    """
    shown = _person(course, protocol, name=name, person=person)
    return rendered("course.html", person=shown, response_key=RESPONSE_KEY)


def _person(course: PatientCourse, protocol: Protocol, *, name: str, person: str) -> _Person:
    arms = {arm.id: arm.label for arm in protocol.arms}
    told = [("Visits", ", ".join(f"{v.id.replace('_', ' ')} {v.day}" for v in course.visits))]
    if arms:
        told.append(
            ("Arm", "not known" if course.arm is None else arms.get(course.arm, course.arm))
        )
    measured = [series for series in course.series if series.measured]
    never = [series.label for series in course.series if not series.measured]
    never += [f"{panel.label} grades" for panel in course.grades if not panel.is_graded]
    if never:
        told.append(("Not known at any visit", ", ".join(never)))
    if course.unread:
        told.append(("Not read here", ", ".join(course.unread)))
    charts = [
        value_panel(course, series, name=f"{name}-value-{place}", person=person)
        for place, series in enumerate(measured, start=1)
    ]
    charts += [
        score_stack(course, one, name=f"{name}-{one.id}", person=person) for one in course.stacks
    ]
    charts += [
        grade_strip(course, panel, name=f"{name}-{panel.id}", person=person)
        for panel in course.grades
        if panel.is_graded
    ]
    responses = _responses(course, name=name, person=person)
    tables = _tables(course)
    return _Person(person, name, len(course.visits), told, charts, responses, tables)


def _responses(course: PatientCourse, *, name: str, person: str) -> list[Markup]:
    """The definitions in strips of about equal length."""
    strips = course.responses
    if not strips:
        return []
    number = -(-len(strips) // _MOST_ROWS)
    each = -(-len(strips) // number)
    return [
        response_strip(
            course,
            strips[k * each : (k + 1) * each],
            name=f"{name}-response-{k + 1}",
            person=person,
            title="Response by definition" + (f" ({k + 1} of {number})" if number > 1 else ""),
        )
        for k in range(number)
    ]


def _tables(course: PatientCourse) -> list[_Table]:
    visits = [visit.id.replace("_", " ") for visit in course.visits]
    values = [
        (
            f"{series.label}, {series.unit}" if series.unit else series.label,
            *(p.text + (f" (recorded {p.recorded})" if p.recorded else "") for p in series.points),
        )
        for series in course.series
    ]
    found = [_Table("Values", ("quantity, unit", *visits), values)]
    for stack in course.stacks:
        rows = [
            (group_name(group.group)[1], *_ranges(group.low, group.high)) for group in stack.groups
        ]
        rows.append(("all items", *_ranges(stack.low, stack.high)))
        totals = zip(stack.total, stack.recorded, strict=True)
        read = (f"{point.text}{' (recorded)' if own else ''}" for point, own in totals)
        rows.append(("total that definitions read", *read))
        found.append(_Table(f"{stack.label}, points", (parts_word(stack), *visits), rows))
    for panel in course.grades:
        grades = [
            (strip.label, *(grades_text(cell, strip.grades) for cell in strip.cells))
            for strip in panel.strips
        ]
        found.append(_Table(f"{panel.label}, grades", ("domain", *visits), grades))
    if course.responses:
        rows = [(s.title, s.definition, *_answers(s)) for s in course.responses]
        caption = "Responses, and the first condition that each better grade fails"
        head = ("definition", "its id", *visits)
        found.append(_Table(caption, head, rows, is_coded=True))
    return found


def _ranges(low: Sequence[int], high: Sequence[int]) -> list[str]:
    pairs = zip(low, high, strict=True)
    return [str(least) if least == most else f"{least} to {most}" for least, most in pairs]


def _answers(strip: ResponseStrip) -> list[str]:
    words = []
    for cell in strip.cells:
        gates = cell.gates.replace("_", " ")
        text = "not assessable" if cell.judged and cell.grade is None else response_text(cell)
        words.append(f"{text} ({gates})" if gates else text)
    return words
