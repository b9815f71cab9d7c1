"""Reader of UMIN-CTR pages: with the labels of the form, or with a body that has lost them.

Without labels the values stand in the order of the form, and an empty field leaves no trace. So
the reader looks for the answers that only one field can hold (a region, a study type, an age row,
"Male and Female", "1st name", a date row) and places the free text between them by order. Where
order and shape do not settle a place, the line is left for `unparsed` and the record has a note.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from remit.registry.pages.lines import (
    BOILERPLATE,
    PageLines,
    PageParts,
    field_of,
    finish,
    heading,
)
from remit.registry.pages.placement import Box, place
from remit.registry.pages.umin_answers import (
    DATE_ROW,
    DESIGN,
    is_aim,
    is_gender,
    is_region,
    is_study_type,
    name_row,
)
from remit.registry.pages.umin_cohorts import read_umin_criteria
from remit.registry.pages.umin_form import FORM, as_box
from remit.registry.pages.umin_labelled import read_labelled, shows_labels
from remit.registry.pages.umin_labels import BOXES, Label, find_labels
from remit.registry.pages.umin_outcomes import read_box_outcomes
from remit.registry.pages.umin_people import read_people
from remit.registry.pages.umin_sections import not_placed, read_tail
from remit.registry.record import AgeLimit, Field, OutcomeText, Record, Span, TrialDate, Value
from remit.registry.text.written_dates import read_date
from remit.registry.text.written_values import (
    read_age,
    read_count,
    read_registry_id,
    read_umin_age,
)

_FIELDS = [box.field for box in FORM]
_ABOUT: tuple[Box, ...] = (
    *(
        # The form asks for a specialty; without labels that tells it from the lines beside it.
        as_box(box, answered=box.field == "specialty")
        for box in FORM[_FIELDS.index("region") : _FIELDS.index("phase") + 1]
        if box.kind != "section"
    ),
    # Where the boxes of both kinds of outcomes meet is not told without labels.
    Box("outcome", required=True),
)
_OTHERS = re.compile(r"\bothers?\b|その他", re.I)
_ARMS: tuple[Box, ...] = (
    *(Box(name, fits) for name, fits in DESIGN),
    Box("intervention"),
)
_SIZE = re.compile(r"\d{1,6}")


def read_umin(page: PageLines) -> Record:
    """The record of a UMIN-CTR page."""
    labels = find_labels(page, page.filled())
    if shows_labels(page, labels):
        return read_labelled(page, labels)
    header = _read_header(page, labels)
    used = {n for field in header for n in field.span.lines}
    last = max(used, default=0)
    used.update(n for n in page.filled() if BOILERPLATE.fullmatch(page.line(n)))
    # A row of an unknown label among those of the header is no title.
    used.update(n for n in page.filled() if n < last and _is_row(page.line(n)))
    gone = {d.line for d in page.dropped}
    items = [n for n in sorted({*page.filled(), *gone}) if n not in used]
    body = [n for n in items if n not in gone]
    cuts = _cuts(page, body)
    region = cuts["region"] < len(body) and is_region(page.line(body[cuts["region"]]))
    titles, lost_titles = _read_titles(page, body[: cuts["region"]], header, ended=region)
    fields: list[Field] = [*header, *titles]
    about, outcomes, notes = _read_about(page, body[cuts["region"] : cuts["type"]])
    design, more_notes = _read_design(page, body[cuts["type"] : cuts["sex"]])
    fields += (*about, *design)
    eligibility = body[cuts["sex"] : cuts["people"]]
    size = eligibility[-1:] if eligibility and _is_size(page.line(eligibility[-1])) else []
    inner = eligibility[1 : len(eligibility) - len(size)]
    fields += [_one(page, "sex", n) for n in eligibility[:1]]
    fields += [_one(page, "enrolment", n, read_count(page.line(n))) for n in size]
    cohorts, criteria, more = read_umin_criteria(page, inner)
    people, dropped, rest, people_notes = read_people(page, items, body[cuts["people"] :])
    disclosed = next((f.value for f in header if f.name == "date_disclosure"), None)
    tail, tail_notes = read_tail(
        page, rest, disclosed if isinstance(disclosed, TrialDate) else None
    )
    parts = PageParts(
        fields=(*fields, *people, *tail),
        cohorts=cohorts,
        criteria=criteria,
        outcomes=outcomes,
        dropped=dropped,
        notes=(*lost_titles, *notes, *more_notes, *more, *people_notes, *tail_notes),
    )
    return finish(page, "umin", parts)


def _is_row(text: str) -> bool:
    return text.endswith("|") and "|" in text[:-1]


def _is_size(text: str) -> bool:
    return _SIZE.fullmatch(text) is not None


def _one(page: PageLines, name: str, n: int, value: Value | None = None) -> Field:
    text = page.line(n).rstrip("|").strip()
    return field_of(page, name, text if value is None else value, Span(n, n))


def _read_header(page: PageLines, labels: Sequence[Label]) -> list[Field]:
    """The table above the body, whose rows have kept their labels."""
    fields: list[Field] = []
    for label in labels:
        if not label.value:
            continue
        name = BOXES[label.box].field
        value: Value | None = label.value
        if name.startswith("date"):
            value = read_date(label.value) or label.value
        elif name == "registry_id":
            value = read_registry_id(label.value) or label.value
        fields.append(field_of(page, name, value, Span(label.line, label.line)))
    last = max((label.line for label in labels if label.value), default=0)
    rules = (n for n in page.filled() if n <= last and set(page.line(n)) <= set("-| "))
    return [*fields, *(heading(page, n) for n in rules)]


def _cuts(page: PageLines, body: Sequence[int]) -> dict[str, int]:
    """Where in the body the region, the study type, the sex and the people begin."""
    end = len(body)

    def first(fits: Callable[[str], object], start: int, stop: int) -> int | None:
        return next((k for k in range(start, stop) if fits(page.line(body[k]))), None)

    # The sample size is the last answer before the people, whose name rows may be missing.
    size = first(_SIZE.fullmatch, first(is_gender, 0, end) or 0, end)
    names = first(name_row, 0, end)
    if size is not None and (names is None or size < names):
        people: int | None = size + 1
    else:
        people = first(DATE_ROW.fullmatch, 0, end) if names is None else names
    people = end if people is None else people
    region = first(is_region, 0, min(8, people))
    region = min(4, people) if region is None else region
    study_type = first(is_study_type, region, people)
    sex = first(is_gender, study_type or region, people)
    if study_type is None:
        study_type = sex if sex is not None else people
    return {
        "region": region,
        "type": study_type,
        "sex": people if sex is None else sex,
        "people": people,
    }


def _read_titles(
    page: PageLines, lines: Sequence[int], header: Sequence[Field], *, ended: bool
) -> tuple[list[Field], tuple[str, ...]]:
    """Public title, acronym, scientific title, its acronym; the header tells which is which.

    `ended` says whether the region stands below them; without it the last may be a condition.
    """
    official = next((f.value for f in header if f.name == "title_official"), None)
    texts = [page.line(n) for n in lines]
    at = next((k for k in range(len(texts) - 1, 0, -1) if texts[k] == official), None)
    names: dict[int, str] = {0: "title"}
    if at is not None:
        names[at] = "title_official"
        if at == 2:
            names[1] = "title_acronym"
        if ended and at + 2 == len(texts):
            names[at + 1] = "title_acronym"
    elif ended and len(texts) == 4:
        names |= {1: "title_acronym", 2: "title_official", 3: "title_acronym"}
    fields = [_one(page, names[k], n) for k, n in enumerate(lines) if k in names]
    return fields, not_placed([n for k, n in enumerate(lines) if k not in names])


def _read_about(
    page: PageLines, lines: Sequence[int]
) -> tuple[list[Field], tuple[OutcomeText, ...], tuple[str, ...]]:
    """Region to outcomes: closed answers in their order, free text between them."""
    texts = [page.line(n) for n in lines]
    boxes = _ABOUT
    aims = [text for text in texts if is_aim(text)]
    if not any(_OTHERS.search(text) for text in aims):
        # The box for other aims is offered only to those who tick "Others".
        boxes = tuple(box for box in boxes if box.name != "basic_objective_other")
    where = list(place(texts, boxes))
    _last_is_specialty(where, boxes)
    fields: list[Field] = []
    outcomes: list[int] = []
    lost: list[int] = []
    for n, at in zip(lines, where, strict=True):
        if at is None or (boxes[at].name == "condition" and 0 not in where):
            # Without a region above them, the first lines may still be titles.
            lost.append(n)
        elif boxes[at].name == "outcome":
            outcomes.append(n)
        else:
            fields.append(_one(page, boxes[at].name, n))
    found, notes = _read_outcomes(page, outcomes)
    return fields, found, (*not_placed(lost), *notes)


def _last_is_specialty(where: list[int | None], boxes: Sequence[Box]) -> None:
    """A specialty of an unknown name is the last of several lines: the form requires one."""
    names = [box.name for box in boxes]
    condition, specialty = names.index("condition"), names.index("specialty")
    run = [k for k, at in enumerate(where) if at == condition]
    if specialty not in where and len(run) > 1:
        where[run[-1]] = specialty


def _read_outcomes(
    page: PageLines, lines: Sequence[int]
) -> tuple[tuple[OutcomeText, ...], tuple[str, ...]]:
    """The first line is the primary outcome; the form has one box for each kind."""
    found = (
        *read_box_outcomes(page, lines[:1], "primary"),
        *read_box_outcomes(page, lines[1:], "secondary"),
    )
    if len(lines) < 2:
        return found, ()
    return found, (
        f"lines {lines[0]}-{lines[-1]}: where the secondary outcomes begin is not told by "
        "the page; the first line is read as the primary outcome",
    )


def _read_design(page: PageLines, lines: Sequence[int]) -> tuple[list[Field], tuple[str, ...]]:
    """Study type, design answers in form order, interventions, then the age limits."""
    fields: list[Field] = []
    rest = list(lines)
    if rest and is_study_type(page.line(rest[0])):
        fields.append(_one(page, "study_type", rest.pop(0)))
    ages, rest, lost = _read_ages(page, rest)
    fields += ages
    where = place([page.line(n) for n in rest], _ARMS)
    for n, at in zip(rest, where, strict=True):
        if at is None:
            lost.append(n)
            continue
        name = _ARMS[at].name
        value = read_count(page.line(n)) if name == "arm_count" else None
        fields.append(_one(page, name, n, value))
    return fields, not_placed(sorted(lost))


def _read_ages(page: PageLines, lines: Sequence[int]) -> tuple[list[Field], list[int], list[int]]:
    """The two last lines that are age limits, the lines above them, and limits of no known side."""
    ages: list[tuple[str, AgeLimit, int]] = []
    rest = list(lines)
    while rest and len(ages) < 2:
        text = page.line(rest[-1])
        row = read_umin_age(text)
        limit = row[1] if row else read_age(text.rstrip("|"))
        if limit is None or (row is None and limit.value is not None):
            break
        ages.insert(0, (row[0] if row else "unsaid", limit, rest.pop()))
    fields: list[Field] = []
    lost: list[int] = []
    order = ("minimum", "maximum")
    for k, (said, limit, n) in enumerate(ages):
        side = order[k] if len(ages) == 2 and said == "unsaid" else said
        if side == "unsaid":
            # One limit without a sign may be either.
            lost.append(n)
        else:
            fields.append(_one(page, f"age_{side}", n, limit))
    return fields, rest, lost
