"""Reader of ClinConnect trial pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from remit.registry.pages.lines import (
    MOST_LISTS,
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
    short_answer,
    split_labels,
    typed,
)
from remit.registry.record import (
    CriterionText,
    Dropped,
    Field,
    Official,
    Record,
    SimilarTrial,
    Span,
    Value,
)
from remit.registry.text.eligibility import read_criteria
from remit.registry.text.items import read_pieces
from remit.registry.text.places import read_location
from remit.registry.text.section_cuts import cut_sections
from remit.registry.text.written_dates import DateKind, read_date, why_no_date
from remit.registry.text.written_values import (
    ROLE,
    find_nct,
    read_count,
    read_registry_id,
    read_sex,
    read_volunteers,
    tidy_role,
)

_DATES = {
    "First submit": "date_first_submitted",
    "Trial launched": "date_start",
    "Trial updated": "date_last_update",
    "Estimated completion": "date_completion",
}
_LAUNCHED = "Launched by "
_CURRENT = "Current as of "
_POSTED = re.compile(r"\s[·•|]\s")
_ORGANISATION = re.compile(
    r"\bat\b|universit|hospital|institut|cent(?:er|re)\b|clinic|college|school|department|foundation|\binc\b"
    r"|\bltd\b|pharma|compan|laborator|council|agency|ministry",
    re.I,
)
_ABOUT = re.compile(r"About (?!this).+")
_TEXTS = {
    "ClinConnect Summary": "plain_summary",
    "Description": "description",
}
# Labels whose answer is one line of a known form.
_ANSWERS: dict[str, tuple[str, Callable[[str], Value | None]]] = {
    "Gender": ("sex", read_sex),
    "Sex": ("sex", read_sex),
    "Phase": ("phase", short_answer),
    "Healthy volunteers": ("healthy_volunteers", read_volunteers),
    "Patients applied": ("patients_applied", read_count),
}
_LISTS = {"Keywords": "keyword", "Conditions": "condition", "Interventions": "intervention"}
LABELS = frozenset(
    {*_TEXTS, *_ANSWERS, *_LISTS, *_DATES}
    | {"Trial Information", "Eligibility criteria", "Contacts", "Locations"}
    | {"Trial Officials", "Timeline", "Similar Trials", "Age range", "Ages"}
)


def read_clinconnect(page: PageLines) -> Record:
    """The record of a ClinConnect page."""
    head, blocks = split_labels(page, _is_label)
    fields: list[Field] = [
        field_of(page, "title" if k == 0 else "title_other", page.line(n), Span(n, n))
        for k, n in enumerate(head)
    ]
    criteria: list[CriterionText] = []
    dropped: list[Dropped] = []
    lists = 0
    for block in blocks:
        if block.label == "Eligibility criteria":
            lists += 1
            if lists > MOST_LISTS:
                continue
            found, labels = _read_eligibility(page, block, criteria)
            criteria += found
            fields += labels
        elif block.label == "Contacts":
            kept, gone = _read_contacts(page, block)
            fields += kept
            dropped += gone
        else:
            fields += _read_block(page, block)
    parts = PageParts(fields=tuple(fields), criteria=tuple(criteria), dropped=tuple(dropped))
    return finish(page, "clinconnect", parts)


def _is_label(text: str) -> bool:
    return (
        text in LABELS
        or text.startswith((_LAUNCHED, _CURRENT))
        or (_ABOUT.fullmatch(text) is not None and len(text) < 160 and not text.endswith("."))
    )


def _read_block(page: PageLines, block: Block) -> tuple[Field, ...]:
    label = block.label
    if label in _TEXTS:
        return (labelled(page, _TEXTS[label], block),)
    if label in _LISTS:
        return listed(page, _LISTS[label], block)
    if label in _ANSWERS:
        answer, read = _ANSWERS[label]
        return (typed(page, answer, block, read),)
    if label in _DATES:
        kind: DateKind | None = "estimated" if label.startswith("Estimated") else None
        return (typed(page, _DATES[label], block, dated(kind)),)
    if label.startswith(_LAUNCHED):
        return _read_launch(page, block)
    if label.startswith(_CURRENT):
        line = Span(block.line, block.line)
        said = label.removeprefix(_CURRENT).strip()
        value = read_date(said) or said
        return (field_of(page, "date_current_as_of", value, line), *_read_status(page, block.body))
    if label == "Trial Information":
        return (heading(page, block.line), *_read_status(page, block.body))
    if label == "Locations":
        return _read_locations(page, block)
    if label == "Trial Officials":
        return (heading(page, block.line), *_read_officials(page, block.body))
    if label == "Timeline":
        rest = tuple(field_of(page, "timeline", page.line(n), Span(n, n)) for n in block.body)
        return (heading(page, block.line), *rest)
    if label == "Similar Trials":
        return _read_similar(page, block)
    if label in ("Age range", "Ages"):
        return aged(page, block)
    return (labelled(page, "sponsor_description", block),)


def _read_launch(page: PageLines, block: Block) -> tuple[Field, ...]:
    """ "Launched by SPONSOR · DATE": the date stands after the last mark between blanks."""
    line = Span(block.line, block.line)
    sponsor, posted = block.label.removeprefix(_LAUNCHED).strip(), ""
    marks = list(_POSTED.finditer(sponsor))
    if marks:
        after = sponsor[marks[-1].end() :].strip()
        if read_date(after) or why_no_date(after):
            sponsor, posted = sponsor[: marks[-1].start()].strip(), after
    fields = [field_of(page, "sponsor", sponsor, line)]
    if posted:
        fields.append(field_of(page, "date_first_posted", read_date(posted) or posted, line))
    return (*fields, *_read_status(page, block.body))


def _read_status(page: PageLines, body: tuple[int, ...]) -> tuple[Field, ...]:
    fields = []
    for n in body:
        text = page.line(n)
        own = read_registry_id(text)
        answer = len(text.split()) <= 5 and short_answer(text) is not None
        name = "registry_id" if own else "status" if answer else "note"
        fields.append(field_of(page, name, own or page.line(n), Span(n, n)))
    return tuple(fields)


def _read_eligibility(
    page: PageLines, block: Block, taken: Sequence[CriterionText]
) -> tuple[tuple[CriterionText, ...], tuple[Field, ...]]:
    pieces = read_pieces((n, page.lines[n - 1]) for n in block.span.lines[1:])
    heads = [s.head.span.first for s in cut_sections(pieces) if s.head]
    if not pieces:
        return (), (labelled(page, "eligibility", block),)
    return read_criteria(pieces, taken=taken), tuple(heading(page, n) for n in (block.line, *heads))


def _read_contacts(page: PageLines, block: Block) -> tuple[tuple[Field, ...], tuple[Dropped, ...]]:
    """Names go; affiliations stay, as the site's and not the sponsor's."""
    if not block.body:
        return (labelled(page, "contact_affiliation", block),), ()
    names = [n for n in block.body if not _ORGANISATION.search(page.line(n))] or [block.body[0]]
    fields = [
        field_of(page, "contact_affiliation", page.line(n), Span(n, n))
        for n in block.body
        if n not in names
    ]
    dropped = tuple(Dropped(n, "contact_name") for n in names)
    return (heading(page, block.line), *fields), dropped


def _read_locations(page: PageLines, block: Block) -> tuple[Field, ...]:
    if not block.body:
        return (labelled(page, "location", block),)
    places = tuple(
        field_of(page, "location", read_location(page.line(n)), Span(n, n)) for n in block.body
    )
    return (heading(page, block.line), *places)


def _read_officials(page: PageLines, body: tuple[int, ...]) -> tuple[Field, ...]:
    """Name, role, affiliation; the role is the line that tells where one person begins."""
    roles = [k for k, n in enumerate(body) if k and ROLE.fullmatch(page.line(n))]
    fields: list[Field] = []
    for position, k in enumerate(roles):
        following = roles[position + 1] - 1 if position + 1 < len(roles) else len(body)
        last = min(following, k + 2)
        affiliation = page.line(body[k + 1]) if last > k + 1 else None
        value = Official(page.line(body[k - 1]), tidy_role(page.line(body[k])), affiliation)
        fields.append(field_of(page, "official", value, Span(body[k - 1], body[last - 1])))
    held = {n for field in fields for n in field.span.lines}
    fields += [
        field_of(page, "official_note", page.line(n), Span(n, n)) for n in body if n not in held
    ]
    return tuple(fields)


def _read_similar(page: PageLines, block: Block) -> tuple[Field, ...]:
    if not block.body:
        return (labelled(page, "similar_trials", block),)
    rows = tuple(
        field_of(
            page,
            "similar_trials",
            SimilarTrial(find_nct(page.line(n)), page.line(n), None, None),
            Span(n, n),
        )
        for n in block.body
    )
    return (heading(page, block.line), *rows)
