"""Reader of MedPath trial pages: a label on one line, its value on the next."""

from __future__ import annotations

import re

from remit.registry.pages.lines import (
    NOT_GIVEN,
    Block,
    PageLines,
    PageParts,
    field_of,
    finish,
    heading,
    labelled,
    listed,
    split_labels,
    whole_number,
)
from remit.registry.record import (
    Arm,
    CriterionKind,
    CriterionText,
    Dropped,
    Field,
    FieldState,
    Location,
    Official,
    OutcomeText,
    OutcomeType,
    Record,
    Span,
)
from remit.registry.text.eligibility import read_criteria
from remit.registry.text.items import read_piece
from remit.registry.text.outcomes import outcome, split_name_and_time
from remit.registry.text.section_cuts import cut_sections
from remit.registry.text.written_values import (
    ROLE,
    is_flag,
    read_age_range,
    read_date,
    read_location,
    read_registry_id,
    tidy_role,
)

_TEXTS = {
    "Lead Sponsor": "sponsor",
    "Brief Summary": "summary",
    "Detailed Description": "description",
    "Status": "status",
    "Sex": "sex",
    "Phase": "phase",
    "Study Type": "study_type",
    "Study Design": "study_design",
}
_LISTS = {
    "Conditions": "condition",
    "Interventions": "intervention",
    "Collaborators": "collaborator",
    "Keywords": "keyword",
}
_NUMBERS = {"Target Recruitment": "enrolment", "Target Recruit Count": "enrolment"}
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
_LOCATIONS = re.compile(r"Locations \((\d+)\)")
_CONTACT = re.compile(r"(?:(?:backup|central|site|study) )?contact(?: person)?", re.I)
_FOOTER = re.compile(r"©.*|.*All Rights Reserved.*")
LABELS = frozenset(
    (*_TEXTS, *_LISTS, *_NUMBERS, *_DATES, *_CRITERIA, *_OUTCOMES, *_ARMS, *_AGES, *_HEADINGS)
) | {"Registration Number"}
_PHASE = re.compile(r"(?:early )?phase .*|not applicable|n/?a", re.I)
_TABLE_HEADS = ("NameTimeMethod", "GroupInterventionDescription")


def read_medpath(page: PageLines) -> Record:
    """The record of a MedPath page."""
    head, blocks = split_labels(page, _is_label)
    fields = list(_read_head(page, head))
    criteria: list[CriterionText] = []
    outcomes: list[OutcomeText] = []
    dropped: list[Dropped] = []
    for block in blocks:
        if block.label in _CRITERIA:
            pieces = [read_piece(page.lines[n - 1], n) for n in _given(page, block)]
            fields.append(_criteria_label(page, block, filled=bool(pieces)))
            sections = cut_sections(pieces, _CRITERIA[block.label])
            fields += [heading(page, s.head.span.first) for s in sections if s.head]
            criteria += read_criteria(pieces, _CRITERIA[block.label], taken=criteria)
        elif block.label in _OUTCOMES:
            found, labels = _read_outcomes(page, block, _OUTCOMES[block.label])
            outcomes += found
            fields += labels
        elif _LOCATIONS.fullmatch(block.label) or block.label == "Trial Locations":
            found_places, gone = _read_sites(page, block)
            fields += found_places
            dropped += gone
        else:
            fields += _read_block(page, block)
    parts = PageParts(
        fields=tuple(fields),
        criteria=tuple(criteria),
        outcomes=tuple(outcomes),
        dropped=tuple(dropped),
    )
    return finish(page, "medpath", parts)


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
    if label in _NUMBERS:
        return (labelled(page, _NUMBERS[label], block, whole_number),)
    if label in _DATES:
        return (labelled(page, _DATES[label], block, read_date),)
    if label == "Registration Number":
        own = labelled(page, "registry_id", block, read_registry_id)
        return (own,)
    if label in _AGES:
        lower, upper = read_age_range("\n".join(page.line(n) for n in block.body))
        if lower or upper:
            return (
                field_of(page, "age_minimum", lower, block.span),
                field_of(page, "age_maximum", upper, block.span),
            )
        return (labelled(page, "age_group", block),)
    if label in _ARMS:
        return (heading(page, block.line), *_read_arms(page, block.body))
    if label in _HEADINGS:
        return (heading(page, block.line),)
    return ()


def _read_sites(page: PageLines, block: Block) -> tuple[tuple[Field, ...], tuple[Dropped, ...]]:
    """Locations, and the people between them: officials stay, contacts go."""
    count = _LOCATIONS.fullmatch(block.label)
    line = Span(block.line, block.line)
    fields = [
        field_of(page, "location_count", int(count[1]), line)
        if count
        else heading(page, block.line)
    ]
    dropped: list[Dropped] = []
    people: set[int] = set()
    for k, n in enumerate(block.body[1:], start=1):
        name = block.body[k - 1]
        if _CONTACT.fullmatch(page.line(n)):
            people.update((name, n))
            dropped += [Dropped(name, "contact_name"), Dropped(n, "contact")]
        elif ROLE.fullmatch(page.line(n)) and name not in people:
            people.update((name, n))
            official = Official(page.line(name), tidy_role(page.line(n)), None)
            fields.append(field_of(page, "official", official, Span(name, n)))
    sites = tuple(n for n in block.body if n not in people)
    return (*fields, *_read_locations(page, sites)), tuple(dropped)


def _given(page: PageLines, block: Block) -> tuple[int, ...]:
    text = " ".join(page.line(n) for n in block.body)
    return () if NOT_GIVEN.fullmatch(text) else block.body


def _criteria_label(page: PageLines, block: Block, *, filled: bool) -> Field:
    if filled:
        return heading(page, block.line)
    return labelled(page, f"{_CRITERIA[block.label]}_criteria", block)


def _read_outcomes(
    page: PageLines, block: Block, kind: OutcomeType
) -> tuple[tuple[OutcomeText, ...], tuple[Field, ...]]:
    heads = [n for n in block.body if page.line(n) in _TABLE_HEADS]
    body = [n for n in block.body if n not in heads]
    if not body or NOT_GIVEN.fullmatch(" ".join(page.line(n) for n in body)):
        state: FieldState = "not_given" if body else "no_value"
        return (), (field_of(page, f"{kind}_outcome", None, block.span, state=state),)
    # A line with a time run onto it opens an outcome; the lines below it describe it.
    groups: list[list[int]] = []
    for n in body:
        opens = split_name_and_time(page.line(n))[1] is not None and len(page.line(n)) < 300
        if opens or not groups:
            groups.append([n])
        else:
            groups[-1].append(n)
    found = []
    for lines in groups:
        name, time = split_name_and_time(page.line(lines[0]))
        span = Span(lines[0], lines[-1])
        description = "\n".join(page.line(n) for n in lines[1:]) or None
        found.append(outcome(kind, name, description, time, source_text=page.text(span), span=span))
    return tuple(found), tuple(heading(page, n) for n in (block.line, *heads))


def _read_arms(page: PageLines, body: tuple[int, ...]) -> tuple[Field, ...]:
    fields = []
    for n in body:
        text = page.line(n)
        if text in _TABLE_HEADS:
            fields.append(heading(page, n))
        else:
            fields.append(field_of(page, "arm", Arm(text, None, None, ()), Span(n, n)))
    return tuple(fields)


def _read_locations(page: PageLines, body: tuple[int, ...]) -> tuple[Field, ...]:
    """Facility, flag, "City, Country": the flag closes the facility, the next line the place."""
    fields: list[Field] = []
    run: list[int] = []
    flagged = False
    for n in body:
        run.append(n)
        if is_flag(page.line(n)):
            flagged = True
        elif flagged:
            place = read_location(page.line(n))
            facility = (
                ", ".join(page.line(k) for k in run[:-1] if not is_flag(page.line(k))) or None
            )
            if place:
                place = Location(facility, place.city, place.state, place.country)
                fields.append(field_of(page, "location", place, Span(run[0], n)))
                run = []
            flagged = False
    fields += [field_of(page, "location", page.line(n), Span(n, n)) for n in run]
    return tuple(fields)
