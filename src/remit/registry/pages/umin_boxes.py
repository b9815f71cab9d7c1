"""What the boxes of the UMIN form hold: the lines of one box made into fields of the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from remit.registry.pages.lines import PageLines, field_of, heading, secondary_id
from remit.registry.pages.umin_answers import is_yes_no, name_row
from remit.registry.pages.umin_cohorts import join_sides, read_umin_criteria
from remit.registry.pages.umin_form import FormBox
from remit.registry.pages.umin_labels import BOXES
from remit.registry.pages.umin_outcomes import read_box_outcomes
from remit.registry.record import (
    Cohort,
    CriterionText,
    Dropped,
    Field,
    Official,
    OutcomeText,
    OutcomeType,
    Span,
    Value,
)
from remit.registry.text.written_dates import read_date, why_no_date
from remit.registry.text.written_values import (
    english_part,
    is_placeholder,
    read_age,
    read_count,
    read_registry_id,
    read_umin_age,
)

_NAMES = [box.field for box in BOXES]
INCLUSION, EXCLUSION = _NAMES.index("inclusion"), _NAMES.index("exclusion")
# The place of a list in which inclusions and exclusions stand together.
BOTH = -1


@dataclass(slots=True)
class BoxContents:
    """What has been read so far; filled block by block, then made into the record's parts.

    `gone` are the lines that were dropped as personal data before anything was read.
    """

    gone: frozenset[int]
    fields: list[Field] = field(default_factory=list)
    outcomes: list[OutcomeText] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sides: dict[int, list[int]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    name_lines: list[int] = field(default_factory=list)
    places: list[str] = field(default_factory=list)


def store(page: PageLines, at: int, lines: Sequence[int], found: BoxContents) -> None:
    """The value of one box, from all the lines that are its own."""
    box = BOXES[at]
    span = Span(lines[0], lines[-1])
    texts = [page.line(n) for n in lines]
    if box.kind == "personal":
        found.dropped += [Dropped(n, box.field) for n in lines]
    elif box.kind == "lead":
        _keep_name(page, lines, found)
    elif box.kind == "criteria":
        found.sides[at] = list(lines)
    elif box.kind == "outcome":
        kind: OutcomeType = "primary" if box.field == "primary" else "secondary"
        found.outcomes += read_box_outcomes(page, lines, kind)
    elif box.kind == "affiliation":
        found.places += texts
        found.fields.append(field_of(page, box.field, ", ".join(texts), span))
    elif box.kind == "text":
        found.fields.append(field_of(page, box.field, "\n".join(texts).strip(" |"), span))
    elif box.kind in ("items", "organisation", "link"):
        found.fields += [
            _text(page, box.field, text.strip(" |"), Span(n, n))
            for n, text in zip(lines, texts, strict=True)
        ]
    else:
        _store_answer(page, box, lines, texts, found)


def _text(page: PageLines, name: str, text: str, span: Span) -> Field:
    if text.lower() in ("none", "-", "n/a", "なし"):
        return field_of(page, name, None, span, state="not_given")
    return field_of(page, name, text, span)


def _store_answer(
    page: PageLines, box: FormBox, lines: Sequence[int], texts: Sequence[str], found: BoxContents
) -> None:
    """A box of one line; where its line is no answer of the kind, the value was lost."""
    first = Span(lines[0], lines[0])
    if box.kind == "id":
        found.fields.append(_number(page, box, texts[0], first))
    else:
        value = _answer(box, texts[0])
        if value is not None:
            found.fields.append(field_of(page, box.field, value, first))
        elif is_placeholder(texts[0].strip(" |")):
            found.fields.append(field_of(page, box.field, None, first, state="not_given"))
        else:
            found.notes.append(f"line {lines[0]}: {box.field} is not what stands there")
    if len(lines) > 1:
        found.notes.append(f"line {lines[1]}: {box.field} has one line; what follows is not placed")
        found.dropped += [Dropped(n, "contact") for n in lines[1:] if name_row(page.line(n))]


def _number(page: PageLines, box: FormBox, text: str, span: Span) -> Field:
    bare = text.strip(" |")
    if box.field == "registry_id":
        return field_of(page, box.field, read_registry_id(bare) or bare, span)
    if is_yes_no(bare):
        bare = english_part(bare)
    return secondary_id(page, bare, span)


def _answer(box: FormBox, text: str) -> Value | None:
    bare = text.strip(" |")
    if box.kind == "date":
        return read_date(bare) or (bare if why_no_date(bare) else None)
    if box.kind == "count":
        return read_count(bare)
    if box.kind == "age":
        row = read_umin_age(text)
        return row[1] if row else read_age(english_part(bare))
    if box.field == "arm_count":
        return read_count(bare)
    return english_part(bare) if any(c.isalnum() for c in bare) else None


def _keep_name(page: PageLines, lines: Sequence[int], found: BoxContents) -> None:
    """The investigator's name: rows of its parts, or the lines themselves."""
    for n in lines:
        text = page.line(n)
        row = name_row(text)
        name = row[2] if row else text.strip(" |")
        if name:
            found.names.append(name)
        found.name_lines.append(n)


def add_official(page: PageLines, found: BoxContents) -> None:
    if not found.names:
        found.fields += [heading(page, n) for n in found.name_lines]
        return
    official = Official(
        " ".join(found.names), "principal investigator", ", ".join(found.places) or None
    )
    span = Span(found.name_lines[0], found.name_lines[-1])
    found.fields.append(field_of(page, "official", official, span))


def criteria_of(
    page: PageLines, found: BoxContents
) -> tuple[tuple[Cohort, ...], tuple[CriterionText, ...]]:
    """Both lists under their labels, or one whose border the page does not show."""
    inclusion = found.sides.get(BOTH, found.sides.get(INCLUSION, []))
    exclusion = found.sides.get(EXCLUSION, [])
    if BOTH in found.sides:
        cohorts, criteria, notes = read_umin_criteria(page, inclusion)
        found.notes += notes or (
            f"line {inclusion[0]}: the label of the exclusion criteria is missing; where they "
            "begin is read from the list",
        )
        return cohorts, criteria
    return join_sides(page, inclusion, exclusion)
