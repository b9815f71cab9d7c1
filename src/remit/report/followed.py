"""The section of the followed persons of a study: patient pages, then all definitions compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from remit.endpoints.comparison_counts import ShownComparison
from remit.endpoints.patient_course import PatientCourse, ResponseStrip
from remit.protocol.schema import Protocol
from remit.report.course_charts import group_name, parts_word, score_stack, value_panel
from remit.report.markup import Html, element, joined, table
from remit.report.readjudication import readjudication_part
from remit.report.strips import (
    RESPONSE_KEY,
    grade_strip,
    grades_text,
    response_strip,
    response_text,
)
from remit.report.studies import fact_list

_MOST_ROWS = 14


@dataclass(frozen=True, slots=True)
class Followed:
    """What a report shows of the persons that a study follows.

    Attributes:
        courses: of the persons shown one by one.
        comparison: None where there is nothing to compare.
        note: why nobody is shown; empty where somebody is.
    """

    courses: tuple[PatientCourse, ...] = ()
    comparison: ShownComparison | None = None
    note: str = ""


def followed_part(protocol: Protocol, followed: Followed, *, name: str, single: bool) -> Html:
    """The section; with `single`, persons are shown one by one."""
    parts: list[Html] = []
    if followed.note:
        return joined((element("h3", "Followed persons"), element("p", followed.note)))
    if single and followed.courses:
        parts.append(element("h3", "Followed persons, visit by visit"))
        parts += [
            _patient(course, protocol, name=f"{name}-course-{place}")
            for place, course in enumerate(followed.courses, start=1)
        ]
    if followed.comparison is not None:
        labels = {arm.id: arm.label for arm in protocol.arms}
        visit = next(v for v in protocol.visits if v.id == followed.comparison.visit)
        parts.append(element("h3", "The same persons under every definition of response"))
        parts.append(
            readjudication_part(
                followed.comparison, name=f"{name}-again", labels=labels, last=visit.label
            )
        )
    return joined(parts)


def _patient(course: PatientCourse, protocol: Protocol, *, name: str) -> Html:
    arms = {arm.id: arm.label for arm in protocol.arms}
    facts = [
        ("Visits", ", ".join(f"{v.id.replace('_', ' ')} {v.day}" for v in course.visits)),
    ]
    if arms:
        facts.append(
            ("Arm", "not known" if course.arm is None else arms.get(course.arm, course.arm))
        )
    measured = [series for series in course.series if series.measured]
    never = [series.label for series in course.series if not series.measured]
    never += [f"{panel.label} grades" for panel in course.grades if not panel.is_graded]
    if never:
        facts.append(("Not known at any visit", ", ".join(never)))
    if course.unread:
        facts.append(("Not read here", ", ".join(course.unread)))
    charts = [
        value_panel(course, series, name=f"{name}-value-{place}")
        for place, series in enumerate(measured, start=1)
    ]
    charts += [score_stack(course, one, name=f"{name}-{one.id}") for one in course.stacks]
    charts += [
        grade_strip(course, panel, name=f"{name}-{panel.id}")
        for panel in course.grades
        if panel.is_graded
    ]
    charts += _responses(course, name=name)
    key = element(
        "ul",
        element("li", element("b", "?"), " not measured, or not usable: the numbers say why"),
        element("li", element("b", "hollow arrow"), " only a bound is known, such as <0.2"),
        element("li", element("b", "A–C"), " or ", element("b", "C,E"), " hatched: one of these"),
        *(element("li", element("b", sign), f" {meaning}") for sign, meaning in RESPONSE_KEY),
        class_="key quiet",
    )
    summary = element("summary", f"Person {course.person} in numbers")
    return element(
        "section",
        element("h4", f"Person {course.person} over {len(course.visits)} visits", id=name),
        fact_list(facts),
        element("div", *charts, class_="panels"),
        key,
        element("details", summary, *_tables(course)),
        class_="card",
        aria_labelledby=name,
    )


def _responses(course: PatientCourse, *, name: str) -> list[Html]:
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
            title="Response by definition" + (f" ({k + 1} of {number})" if number > 1 else ""),
        )
        for k in range(number)
    ]


def _tables(course: PatientCourse) -> list[Html]:
    visits = [visit.id.replace("_", " ") for visit in course.visits]
    values = [
        (
            f"{series.label}, {series.unit}" if series.unit else series.label,
            *(p.text + (f" (recorded {p.recorded})" if p.recorded else "") for p in series.points),
        )
        for series in course.series
    ]
    found = [table("Values", ("quantity, unit", *visits), values, kind="course")]
    for stack in course.stacks:
        rows = [
            (group_name(group.group)[1], *_ranges(group.low, group.high)) for group in stack.groups
        ]
        rows.append(("all items", *_ranges(stack.low, stack.high)))
        totals = zip(stack.total, stack.recorded, strict=True)
        read = (f"{point.text}{' (recorded)' if own else ''}" for point, own in totals)
        rows.append(("total that definitions read", *read))
        head = (parts_word(stack), *visits)
        found.append(table(f"{stack.label}, points", head, rows, kind="course"))
    for panel in course.grades:
        grades = [
            (strip.label, *(grades_text(cell, strip.grades) for cell in strip.cells))
            for strip in panel.strips
        ]
        found.append(table(f"{panel.label}, grades", ("domain", *visits), grades, kind="course"))
    if course.responses:
        rows = [(element("code", s.definition), s.title, *_answers(s)) for s in course.responses]
        caption = "Responses, and the first gate that each better grade fails"
        head = ("definition", "title", *visits)
        found.append(table(caption, head, rows, kind="course"))
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
