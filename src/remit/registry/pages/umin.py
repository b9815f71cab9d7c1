"""Reader of UMIN-CTR pages whose body has lost its labels.

The values stand in the order of the form, and an empty field leaves no trace. So the reader looks
for the answers that only one field can hold (a region, a study type, an age row, "Male and
Female", "1st name", a date row) and places the free text between them by order. Where order and
shape do not settle a place, the record carries a note.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from remit.registry.pages.lines import (
    BOILERPLATE,
    PageLines,
    PageParts,
    field_of,
    finish,
    heading,
    whole_number,
)
from remit.registry.pages.umin_cohorts import read_umin_criteria
from remit.registry.pages.umin_form import (
    BASIC_OBJECTIVES,
    CHARACTERISTICS_1,
    CHARACTERISTICS_2,
    DATE_ROW,
    DESIGN,
    GENDER,
    HEADER,
    LABELS,
    MALIGNANCY,
    NAME_ROW,
    PHASE,
    REGION,
    STUDY_TYPE,
    YES_NO,
)
from remit.registry.pages.umin_sections import read_people, read_tail
from remit.registry.record import AgeLimit, Field, OutcomeText, Record, Span, Value
from remit.registry.text.outcomes import outcome
from remit.registry.text.written_values import read_age, read_date, read_registry_id, read_umin_age

_MANY_LABELS = 8


def read_umin(page: PageLines) -> Record:
    """The record of a UMIN-CTR page."""
    header = _read_header(page)
    used = {n for field in header for n in field.span.lines}
    labels = _labels(page, used)
    used.update(labels)
    used.update(n for n in page.filled() if BOILERPLATE.fullmatch(page.line(n)))
    gone = {d.line for d in page.dropped}
    items = [n for n in sorted({*page.filled(), *gone}) if n not in used]
    body = [n for n in items if n not in gone]
    cuts = _cuts(page, body)
    fields: list[Field] = [*header, *(heading(page, n) for n in labels)]
    fields += _read_titles(page, body[: cuts["region"]], header)
    about, outcomes, notes = _read_about(page, body[cuts["region"] : cuts["type"]])
    fields += about
    fields += _read_design(page, body[cuts["type"] : cuts["sex"]])
    eligibility = body[cuts["sex"] : cuts["people"]]
    size = eligibility[-1:] if eligibility and page.line(eligibility[-1]).isdigit() else []
    inner = eligibility[1 : len(eligibility) - len(size)]
    fields += [_one(page, "sex", n) for n in eligibility[:1]]
    fields += [_one(page, "enrolment", n, whole_number(page.line(n))) for n in size]
    cohorts, criteria, more = read_umin_criteria(page, inner)
    people, dropped, rest = read_people(page, items, body[cuts["people"] :])
    tail, tail_notes = read_tail(page, rest)
    parts = PageParts(
        fields=(*fields, *people, *tail),
        cohorts=cohorts,
        criteria=criteria,
        outcomes=outcomes,
        dropped=dropped,
        notes=(*notes, *more, *tail_notes),
    )
    return finish(page, "umin", parts)


def _one(page: PageLines, name: str, n: int, value: Value | None = None) -> Field:
    text = page.line(n).rstrip("|").strip()
    return field_of(page, name, text if value is None else value, Span(n, n))


def _read_header(page: PageLines) -> list[Field]:
    """The table above the body, whose rows have kept their labels."""
    fields: list[Field] = []
    for n in page.filled():
        text = page.line(n)
        label = next((key for key in HEADER if text.lower().startswith(key)), None)
        found = text[len(label) :].strip(" |:") if label else ""
        if label and found:
            name = HEADER[label]
            value: Value | None = found
            if name.startswith("date"):
                value = read_date(found) or found
            elif name == "registry_id":
                value = read_registry_id(found) or found
            fields.append(field_of(page, name, value, Span(n, n)))
        elif re.fullmatch(r"[-|\s]+", text):
            fields.append(heading(page, n))
        elif len(fields) >= len(HEADER) or n > 12:
            break
    return fields


def _labels(page: PageLines, used: set[int]) -> list[int]:
    """The label lines of a page saved with its labels; a few chance hits are values."""
    found = [n for n in page.filled() if n not in used and page.line(n).lower() in LABELS]
    return found if len(found) >= _MANY_LABELS else []


def _cuts(page: PageLines, body: Sequence[int]) -> dict[str, int]:
    """Where in the body the region, the study type, the sex and the people begin."""
    end = len(body)

    def first(pattern: re.Pattern[str], start: int, stop: int) -> int | None:
        return next((k for k in range(start, stop) if pattern.fullmatch(page.line(body[k]))), None)

    # The sample size is the last answer before the people, whose name rows may be missing.
    size = first(re.compile(r"\d{1,6}"), first(GENDER, 0, end) or 0, end)
    names = first(NAME_ROW, 0, end)
    if size is not None and (names is None or size < names):
        people: int | None = size + 1
    else:
        people = first(DATE_ROW, 0, end) if names is None else names
    people = end if people is None else people
    region = first(REGION, 0, min(8, people))
    region = min(4, people) if region is None else region
    study_type = first(STUDY_TYPE, region, people)
    sex = first(GENDER, study_type or region, people)
    if study_type is None:
        study_type = sex if sex is not None else people
    return {
        "region": region,
        "type": study_type,
        "sex": people if sex is None else sex,
        "people": people,
    }


def _read_titles(page: PageLines, lines: Sequence[int], header: Sequence[Field]) -> list[Field]:
    """Public title, acronym, scientific title, its acronym; the header tells which is which."""
    official = next((f.value for f in header if f.name == "title_official"), None)
    texts = [page.line(n) for n in lines]
    at = next((k for k in range(len(texts) - 1, 0, -1) if texts[k] == official), None)
    if at is None and len(texts) > 2:
        at = 2
    fields = []
    for k, n in enumerate(lines):
        if k == 0:
            name = "title"
        elif at is not None and k == at:
            name = "title_official"
        elif k < 4:
            name = "title_acronym"
        else:
            name = "title_other"
        fields.append(_one(page, name, n))
    return fields


def _read_about(
    page: PageLines, lines: Sequence[int]
) -> tuple[list[Field], tuple[OutcomeText, ...], tuple[str, ...]]:
    """Region to outcomes: closed answers in their order, free text between them."""
    if not lines:
        return [], (), ()
    text = [page.line(n) for n in lines]
    fields = []
    k = 0
    if REGION.fullmatch(text[0]):
        fields.append(_one(page, "region", lines[0]))
        k = 1
    genomic = next((j for j in range(k, len(text)) if YES_NO.fullmatch(text[j])), None)
    block = lines[k : genomic if genomic is not None else k]
    if block and MALIGNANCY.fullmatch(page.line(block[-1])):
        fields.append(_one(page, "malignancy_class", block[-1]))
        block = block[:-1]
    # The specialty is the last before it; it ends with a bar where the page keeps its cells.
    specialty = [n for n in block[1:] if page.line(n).endswith("|")] or list(
        block[-1:] if len(block) > 1 else []
    )
    for n in block:
        fields.append(_one(page, "specialty" if n in specialty else "condition", n))
    k = k if genomic is None else genomic + 1
    if genomic is not None:
        fields.append(_one(page, "genomic_information", lines[genomic]))
    phase = next((j for j in range(len(text) - 1, k - 1, -1) if PHASE.fullmatch(text[j])), None)
    aims = lines[k : phase if phase is not None else k]
    fields += _read_aims(page, aims)
    rest = lines[k if phase is None else phase + 1 :]
    if phase is not None:
        fields.append(_one(page, "phase", lines[phase]))
    outcomes, notes = _read_outcomes(page, rest)
    return fields, outcomes, notes


def _read_aims(page: PageLines, lines: Sequence[int]) -> list[Field]:
    """Narrative objective, basic objectives with "others", and the two trial characteristics."""
    rest = list(lines)
    ends: list[tuple[str, int]] = []
    if len(rest) > 1 and CHARACTERISTICS_2.fullmatch(page.line(rest[-1])):
        ends.append(("trial_characteristic_2", rest.pop()))
    if len(rest) > 1 and CHARACTERISTICS_1.fullmatch(page.line(rest[-1])):
        ends.append(("trial_characteristic_1", rest.pop()))
    at = next(
        (k for k, n in enumerate(rest) if k and BASIC_OBJECTIVES.fullmatch(page.line(n))), None
    )
    fields = []
    for k, n in enumerate(rest):
        if at is None or k < at:
            name = "summary"
        else:
            name = "basic_objective" if k == at else "basic_objective_other"
        fields.append(_one(page, name, n))
    return [*fields, *(_one(page, name, n) for name, n in ends)]


def _read_outcomes(
    page: PageLines, lines: Sequence[int]
) -> tuple[tuple[OutcomeText, ...], tuple[str, ...]]:
    """The first line is the primary outcome; the form has one box for each kind."""
    found = tuple(
        outcome(
            "primary" if k == 0 else "secondary",
            page.line(n),
            None,
            None,
            source_text=page.line(n),
            span=Span(n, n),
        )
        for k, n in enumerate(lines)
    )
    if len(lines) < 3:
        return found, ()
    return found, (
        f"lines {lines[0]}-{lines[-1]}: where the secondary outcomes begin is not told by "
        f"the page; "
        "the first line is read as the primary outcome",
    )


def _read_design(page: PageLines, lines: Sequence[int]) -> list[Field]:
    """Study type, design answers in form order, interventions, then the age limits."""
    fields: list[Field] = []
    ages: list[tuple[str, AgeLimit, int]] = []
    rest = list(lines)
    if rest and STUDY_TYPE.fullmatch(page.line(rest[0])):
        fields.append(_one(page, "study_type", rest.pop(0)))
    while rest and len(ages) < 2:
        text = page.line(rest[-1])
        row = read_umin_age(text)
        none = text.rstrip("|").strip().lower() == "not applicable"
        if not row and not none:
            break
        limit = row[1] if row else read_age(text.rstrip("|"))
        if limit is None:
            break
        ages.insert(0, (row[0] if row else "unsaid", limit, rest.pop()))
    order = ("minimum", "maximum")
    for k, (side, limit, n) in enumerate(ages):
        default = order[k] if len(ages) == 2 else "minimum"
        fields.append(_one(page, f"age_{default if side == 'unsaid' else side}", n, limit))
    slot = 0
    for n in rest:
        text = page.line(n).rstrip("|").strip()
        at = next((j for j in range(slot, len(DESIGN)) if DESIGN[j][1].fullmatch(text)), None)
        if at is None:
            fields.append(_one(page, "intervention", n))
        else:
            slot = at + 1
            name = DESIGN[at][0]
            fields.append(_one(page, name, n, int(text) if name == "arm_count" else None))
    return fields
