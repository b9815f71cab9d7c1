"""Reader of the sponsor-neutral trial page (ctv layout), whose labels may have lost their values.

Lists nested in a criterion are lost on saved pages: what a criterion announces and does not give
is flagged `incomplete`; a label without a value is `no_value`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from remit.registry.pages.lines import (
    MOST_LISTS,
    Block,
    PageLines,
    PageParts,
    aged,
    field_of,
    finish,
    heading,
    labelled,
    listed,
    secondary_id,
    short_answer,
    split_labels,
    typed,
)
from remit.registry.record import (
    Arm,
    CriterionKind,
    CriterionText,
    Dropped,
    Field,
    Official,
    OutcomeText,
    OutcomeType,
    Record,
    Span,
    Value,
)
from remit.registry.text.eligibility import read_criteria
from remit.registry.text.items import read_pieces
from remit.registry.text.outcomes import outcome
from remit.registry.text.places import read_location
from remit.registry.text.section_cuts import cut_sections
from remit.registry.text.written_values import (
    ROLE,
    read_count,
    read_registry_id,
    read_sex,
    read_volunteers,
    tidy_role,
)

_TEXTS = {
    "About": "summary",
    "Full description": "description",
    "Sponsor": "sponsor",
    "Lead Sponsor": "sponsor",
}
# Labels whose answer is one line of a known form.
_ANSWERS: dict[str, tuple[str, Callable[[str], Value | None]]] = {
    "Study type": ("study_type", short_answer),
    "Enrollment": ("enrolment", read_count),
    "Sex": ("sex", read_sex),
    "Volunteers": ("healthy_volunteers", read_volunteers),
    "Primary purpose": ("primary_purpose", short_answer),
    "Allocation": ("allocation", short_answer),
    "Interventional model": ("interventional_model", short_answer),
    "Observational model": ("observational_model", short_answer),
    "Time perspective": ("time_perspective", short_answer),
    "Masking": ("masking", short_answer),
}
_LISTS = {
    "Conditions": "condition",
    "Treatments": "intervention",
    "Funder types": "funder_type",
    "Collaborators": "collaborator",
    "Keywords": "keyword",
}
_CRITERIA: dict[str, CriterionKind | None] = {
    "Inclusion criteria": "inclusion",
    "Exclusion criteria": "exclusion",
    "Inclusion and exclusion criteria": None,
}
_OUTCOMES: dict[str, OutcomeType] = {
    "Primary outcome": "primary",
    "Secondary outcome": "secondary",
    "Other outcome": "other",
}
_CONTACTS = re.compile(r"(?:Central (?:trial|study)|Trial|Study) contacts?")
_GROUPS = re.compile(
    r"(\d[\d,]{0,11}) participants? in (\d{1,4}) patient groups?(?:, including .+)?"
)
_SOURCE = re.compile(r"Data sourced from (.+)")
_FOOTER = ("Clinical trials", "Research sites", "Resources", "Legal", "Loading...")
LABELS = frozenset((*_TEXTS, *_ANSWERS, *_LISTS, *_CRITERIA, *_OUTCOMES)) | {
    "Status and phase", "Identifiers", "Ages", "Locations", "Trial officials", "Trial design",
    "Trial documents", "Trial contacts and locations",
}  # fmt: skip


def read_trial_page(page: PageLines) -> Record:
    """The record of a ctv-layout page."""
    head, blocks = split_labels(page, _is_label)
    fields: list[Field] = [
        field_of(page, "title" if k == 0 else "sponsor", page.line(n), Span(n, n))
        for k, n in enumerate(head[:2])
    ]
    criteria: list[CriterionText] = []
    outcomes: list[OutcomeText] = []
    dropped: list[Dropped] = []
    lists = 0
    for block in blocks:
        if block.label in _CRITERIA:
            lists += 1
            if lists > MOST_LISTS:
                continue
            found, labels = _read_eligibility(page, block, tuple(criteria))
            criteria += found
            fields += labels
        elif block.label in _OUTCOMES and block.body:
            fields.append(heading(page, block.line))
            outcomes += _read_outcomes(page, block)
        elif _CONTACTS.fullmatch(block.label):
            fields.append(heading(page, block.line))
            dropped += [Dropped(n, "contact_name") for n in block.body]
        else:
            fields += _read_block(page, block)
    parts = PageParts(
        fields=tuple(fields),
        criteria=tuple(criteria),
        outcomes=tuple(outcomes),
        dropped=tuple(dropped),
    )
    return finish(page, "trial_page", parts)


def _is_label(text: str) -> bool:
    return (
        text in LABELS
        or text in _FOOTER
        or _GROUPS.fullmatch(text) is not None
        or _SOURCE.fullmatch(text) is not None
        or _CONTACTS.fullmatch(text) is not None
    )


def _read_block(page: PageLines, block: Block) -> tuple[Field, ...]:
    label = block.label
    if label in _TEXTS:
        return (labelled(page, _TEXTS[label], block),)
    if label in _LISTS:
        return listed(page, _LISTS[label], block)
    if label in _ANSWERS:
        name, read = _ANSWERS[label]
        return (typed(page, name, block, read),)
    if label in _OUTCOMES:
        return (labelled(page, f"{_OUTCOMES[label]}_outcome", block),)
    if label == "Status and phase":
        return _read_status(page, block)
    if label == "Identifiers":
        return _read_identifiers(page, block)
    if label == "Ages":
        return _read_ages(page, block)
    if label == "Locations":
        if not block.body:
            return (labelled(page, "location", block),)
        return (
            heading(page, block.line),
            *(
                field_of(page, "location", read_location(page.line(n)), Span(n, n))
                for n in block.body
            ),
        )
    if label == "Trial officials":
        return (heading(page, block.line), *_read_officials(page, block.body))
    groups = _GROUPS.fullmatch(label)
    line = Span(block.line, block.line)
    if groups:
        return (
            field_of(page, "enrolment", read_count(groups[1]), line),
            field_of(page, "arm_count", int(groups[2]), line),
            *_read_arms(page, block.body),
        )
    source = _SOURCE.fullmatch(label)
    if source:
        return (field_of(page, "data_source", source[1], line),)
    if label == "Trial contacts and locations":
        count = read_count(page.line(block.body[0])) if block.body else None
        sites = block.body if count is None else block.body[1:]
        return (
            heading(page, block.line),
            *(
                field_of(page, "location_count", count, Span(n, n))
                for n in block.body[:1]
                if count is not None
            ),
            *(field_of(page, "location", page.line(n), Span(n, n)) for n in sites),
        )
    if label in ("Trial design", "Trial documents"):
        notes = (field_of(page, "note", page.line(n), Span(n, n)) for n in block.body)
        return (heading(page, block.line), *notes)
    return ()


def _read_status(page: PageLines, block: Block) -> tuple[Field, ...]:
    if not block.body:
        return tuple(
            field_of(page, name, None, block.span, state="no_value") for name in ("status", "phase")
        )
    fields = [heading(page, block.line)]
    for n in block.body:
        name = "phase" if re.match(r"(?:early )?phase|n/?a", page.line(n), re.I) else "status"
        if short_answer(page.line(n)):
            fields.append(field_of(page, name, page.line(n), Span(n, n)))
    return tuple(fields)


def _read_identifiers(page: PageLines, block: Block) -> tuple[Field, ...]:
    """The first registry number is the page's own; the sponsor's own number is secondary."""
    if not block.body:
        return (labelled(page, "registry_id", block),)
    fields = [heading(page, block.line)]
    own_found = False
    for n in block.body:
        own = None if own_found else read_registry_id(page.line(n))
        own_found = own_found or own is not None
        if own:
            fields.append(field_of(page, "registry_id", own, Span(n, n)))
        else:
            fields.append(secondary_id(page, page.line(n), Span(n, n)))
    return tuple(fields)


def _read_ages(page: PageLines, block: Block) -> tuple[Field, ...]:
    if block.body:
        return aged(page, block)
    return tuple(
        field_of(page, name, None, block.span, state="no_value")
        for name in ("age_minimum", "age_maximum")
    )


def _read_eligibility(
    page: PageLines, block: Block, taken: tuple[CriterionText, ...]
) -> tuple[tuple[CriterionText, ...], tuple[Field, ...]]:
    kind = _CRITERIA[block.label]
    pieces = read_pieces((n, page.lines[n - 1]) for n in block.span.lines[1:])
    if not pieces:
        name = f"{kind}_criteria" if kind else "eligibility"
        return (), (labelled(page, name, block),)
    fields = [heading(page, block.line)]
    for section in cut_sections(pieces, kind):
        if section.head is None:
            continue
        # A heading with nothing below it has lost its list.
        fields.append(
            heading(page, section.head.span.first)
            if section.pieces or section.kind is None
            else field_of(
                page, f"{section.kind}_criteria", None, section.head.span, state="no_value"
            )
        )
    return read_criteria(pieces, kind, taken=taken), tuple(fields)


def _read_outcomes(page: PageLines, block: Block) -> list[OutcomeText]:
    kind = _OUTCOMES[block.label]
    return [
        outcome(kind, page.line(n), None, None, source_text=page.line(n), span=Span(n, n))
        for n in block.body
    ]


def _read_arms(page: PageLines, body: tuple[int, ...]) -> tuple[Field, ...]:
    """Each group: its name, then "… group" or "… arm", then description and treatment lines."""
    kinds = re.compile(
        r"(?:experimental|active comparator|placebo comparator|sham comparator"
        r"|no intervention|other)"
        r"(?: group| arm)?",
        re.I,
    )
    starts = [k - 1 for k, n in enumerate(body) if k and kinds.fullmatch(page.line(n))]
    if not starts:
        return tuple(
            field_of(page, "arm", Arm(page.line(n), None, None, ()), Span(n, n)) for n in body
        )
    fields = [field_of(page, "note", page.line(n), Span(n, n)) for n in body[: starts[0]]]
    for start, end in pairwise([*starts, len(body)]):
        texts = [page.line(n) for n in body[start:end]]
        at = [k for k, text in enumerate(texts) if re.fullmatch(r"Treatments?:?", text)]
        cut = at[0] if at else len(texts)
        description = " ".join(t for t in texts[2:cut] if not re.fullmatch(r"Description:?", t))
        arm = Arm(texts[0], texts[1], description or None, tuple(texts[cut + 1 :]))
        fields.append(field_of(page, "arm", arm, Span(body[start], body[end - 1])))
    return tuple(fields)


def _read_officials(page: PageLines, body: tuple[int, ...]) -> tuple[Field, ...]:
    roles = [k for k, n in enumerate(body) if k and ROLE.fullmatch(page.line(n))]
    return tuple(
        field_of(
            page,
            "official",
            Official(page.line(body[k - 1]), tidy_role(page.line(body[k])), None),
            Span(body[k - 1], body[k]),
        )
        for k in roles
    )
