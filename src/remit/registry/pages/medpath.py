"""Reader of MedPath trial pages: a label on one line, its value on the next.

The site has a second layout, in which labels and values are items of a list ("- Status", then
"- Recruiting") and each table has run into one line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from remit.registry.pages.lines import (
    MOST_LISTS,
    NOT_GIVEN,
    Block,
    PageLines,
    PageParts,
    aged,
    dated,
    field_of,
    finish,
    heading,
    labelled,
    listed,
    own_number,
    secondary_id,
    short_answer,
    split_labels,
    typed,
)
from remit.registry.pages.medpath_tables import (
    read_arms,
    read_outcomes,
    read_sites,
)
from remit.registry.record import (
    CriterionKind,
    CriterionText,
    Dropped,
    Field,
    OutcomeText,
    OutcomeType,
    Record,
    Span,
    Value,
)
from remit.registry.text.eligibility import read_criteria
from remit.registry.text.items import read_piece
from remit.registry.text.section_cuts import cut_sections
from remit.registry.text.written_values import (
    read_count,
    read_registry_id,
    read_sex,
    read_volunteers,
)

_TEXTS = {
    "Lead Sponsor": "sponsor",
    "Brief Summary": "summary",
    "Detailed Description": "description",
    "Study Type": "study_type",
    "Study Design": "study_design",
}
# Labels whose answer is one line of a known form.
_ANSWERS: dict[str, tuple[str, Callable[[str], Value | None]]] = {
    "Status": ("status", short_answer),
    "Sex": ("sex", read_sex),
    "Phase": ("phase", short_answer),
    "Target Recruitment": ("enrolment", read_count),
    "Target Recruit Count": ("enrolment", read_count),
    "Healthy Volunteers": ("healthy_volunteers", read_volunteers),
}
_LISTS = {
    "Conditions": "condition",
    "Interventions": "intervention",
    "Collaborators": "collaborator",
    "Keywords": "keyword",
}
_DATES = {
    "First Posted Date": "date_first_posted",
    "Last Posted Date": "date_last_update",
    "Start Date": "date_start",
    "Study Start Date": "date_start",
    "Completion Date": "date_completion",
    "Primary Completion Date": "date_primary_completion",
}
_CRITERIA: dict[str, CriterionKind] = {
    "Inclusion Criteria": "inclusion",
    "Exclusion Criteria": "exclusion",
}
_OUTCOMES: dict[str, OutcomeType] = {
    "Primary Outcome Measures": "primary",
    "Secondary Outcome Measures": "secondary",
    "Other Outcome Measures": "other",
}
_ARMS = ("Arm & Interventions", "Arm && Interventions", "Arms & Interventions")
_AGES = ("Age", "Ages", "Age Range")
_HEADINGS = ("Recruitment & Eligibility", "Study & Design", "Trial Locations")
_LOCATIONS = re.compile(r"Locations \((\d{1,6})\)")
_FOOTER = re.compile(r"©.*|.*All Rights Reserved.*")
LABELS = frozenset(
    (*_TEXTS, *_LISTS, *_ANSWERS, *_DATES, *_CRITERIA, *_OUTCOMES, *_ARMS, *_AGES, *_HEADINGS)
) | {"Registration Number"}
_PHASE = re.compile(r"(?:early )?phase .*|not applicable|n/?a", re.I)
# A page with as many labels written as items of a list is of the second layout.
_FEW = 3


def read_medpath(page: PageLines) -> Record:
    """The record of a MedPath page."""
    plain = _without_bullets(page)
    head, blocks = split_labels(plain, _is_label)
    fields = list(_read_head(plain, head))
    criteria: list[CriterionText] = []
    outcomes: list[OutcomeText] = []
    dropped: list[Dropped] = []
    notes: list[str] = []
    named = tuple(
        plain.line(n) for block in blocks if block.label == "Interventions" for n in block.body
    )
    lists = 0
    for block in blocks:
        if block.label in _CRITERIA:
            lists += 1
            if lists > MOST_LISTS:
                continue
            pieces = [read_piece(page.lines[n - 1], n) for n in _given(plain, block)]
            fields.append(_criteria_label(plain, block, filled=bool(pieces)))
            sections = cut_sections(pieces, _CRITERIA[block.label])
            fields += [heading(page, s.head.span.first) for s in sections if s.head]
            criteria += read_criteria(pieces, _CRITERIA[block.label], taken=criteria)
        elif block.label in _OUTCOMES:
            found, labels, more = read_outcomes(plain, block, _OUTCOMES[block.label])
            outcomes += found
            fields += labels
            notes += more
        elif block.label in _ARMS:
            arms, more = read_arms(plain, block, named)
            fields += arms
            notes += more
        elif _LOCATIONS.fullmatch(block.label) or block.label == "Trial Locations":
            count = _LOCATIONS.fullmatch(block.label)
            found_places, gone = read_sites(plain, block, int(count[1]) if count else None)
            fields += found_places
            dropped += gone
        else:
            fields += _read_block(plain, block)
    parts = PageParts(
        fields=tuple(fields),
        criteria=tuple(criteria),
        outcomes=tuple(outcomes),
        dropped=tuple(dropped),
        notes=tuple(notes),
    )
    return finish(page, "medpath", parts)


def _without_bullets(page: PageLines) -> PageLines:
    """The page with the items of the second layout as plain lines; another page as it is."""
    items = [line.strip().startswith("- ") for line in page.lines]
    names = [line.strip()[2:].strip() for line in page.lines]
    if sum(item and name in LABELS for item, name in zip(items, names, strict=True)) < _FEW:
        return page
    lines = tuple(
        name if item else line for line, item, name in zip(page.lines, items, names, strict=True)
    )
    return replace(page, lines=lines)


def _is_label(text: str) -> bool:
    return text in LABELS or bool(_LOCATIONS.fullmatch(text)) or bool(_FOOTER.fullmatch(text))


def _read_head(page: PageLines, head: tuple[int, ...]) -> tuple[Field, ...]:
    lines = [n for n in head if page.line(n).lower() != "medpath"]
    if not lines:
        return ()
    fields = [field_of(page, "title", page.line(lines[0]), Span(lines[0], lines[0]))]
    for n in lines[1:]:
        name = "phase" if _PHASE.fullmatch(page.line(n)) else "status"
        if len(page.line(n).split()) > 5:
            name = "title"
        fields.append(field_of(page, name, page.line(n), Span(n, n)))
    return tuple(fields)


def _read_block(page: PageLines, block: Block) -> tuple[Field, ...]:
    label = block.label
    if label in _TEXTS:
        return (labelled(page, _TEXTS[label], block),)
    if label in _LISTS:
        return listed(page, _LISTS[label], block)
    if label in _ANSWERS:
        name, read = _ANSWERS[label]
        return (typed(page, name, block, read),)
    if label in _DATES:
        return (typed(page, _DATES[label], block, dated()),)
    if label == "Registration Number":
        others = (n for n in block.body[1:] if read_registry_id(page.line(n)))
        return (
            typed(page, "registry_id", block, own_number),
            *(secondary_id(page, page.line(n), Span(n, n)) for n in others),
        )
    if label in _AGES:
        return aged(page, block)
    if label in _HEADINGS:
        return (heading(page, block.line),)
    return ()


def _given(page: PageLines, block: Block) -> tuple[int, ...]:
    text = " ".join(page.line(n) for n in block.body)
    return () if NOT_GIVEN.fullmatch(text) else block.body


def _criteria_label(page: PageLines, block: Block, *, filled: bool) -> Field:
    if filled:
        return heading(page, block.line)
    return labelled(page, f"{_CRITERIA[block.label]}_criteria", block)
