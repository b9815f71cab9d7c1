"""What the readers of text pages share: labels with their lines, and the closing account."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from remit.registry.pages.lines import PageLines
from remit.registry.record import (
    Cohort,
    CriterionText,
    Dropped,
    Field,
    FieldState,
    OutcomeText,
    Record,
    Span,
    Unparsed,
    Value,
)

NOT_GIVEN = re.compile(
    r"(?:not (?:available|specified|provided|reported|given)|none provided|unknown)\.?", re.I
)
BOILERPLATE = re.compile(
    r"(?:©.*|.*\ball rights reserved\b.*|loading\.{0,3}|medpath|clinconnect|value"
    r"|\*?\s*note: there (?:are|is) .*references?.*|clinical trials|research sites|resources|legal"
    r"|sign (?:in|up)|log in|share|back to top|cookie.*|umin-ctr clinical trial"
    r"|\* ?(?:this page includes|we don't aim).*|[|\s-]+)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Block:
    """A label's line and the filled lines below it, up to the next label."""

    label: str
    line: int
    body: tuple[int, ...]

    @property
    def span(self) -> Span:
        return Span(self.line, self.body[-1] if self.body else self.line)


@dataclass(frozen=True, slots=True)
class PageParts:
    """What a reader found, before the leftover lines are accounted for."""

    fields: tuple[Field, ...] = ()
    cohorts: tuple[Cohort, ...] = ()
    criteria: tuple[CriterionText, ...] = ()
    outcomes: tuple[OutcomeText, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    notes: tuple[str, ...] = ()


def split_labels(
    page: PageLines, is_label: Callable[[str], bool]
) -> tuple[tuple[int, ...], tuple[Block, ...]]:
    """The filled lines before the first label, then each label with the lines below it."""
    head: list[int] = []
    found: list[tuple[str, int, list[int]]] = []
    for number in page.filled():
        text = page.line(number)
        if is_label(text):
            found.append((text, number, []))
        elif found:
            found[-1][2].append(number)
        else:
            head.append(number)
    return tuple(head), tuple(Block(label, line, tuple(body)) for label, line, body in found)


def field_of(
    page: PageLines, name: str, value: Value | None, span: Span, *, state: FieldState = "stated"
) -> Field:
    """A field with its text taken from the page."""
    return Field(name, value, page.text(span), span, state)


def heading(page: PageLines, line: int) -> Field:
    """A line that only names a section."""
    return field_of(page, "section", page.line(line), Span(line, line), state="heading")


def labelled(
    page: PageLines, name: str, block: Block, convert: Callable[[str], Value | None] = str
) -> Field:
    """The field of a label: its lines joined, or `no_value`, or `not_given`.

    A text that `convert` does not understand is kept as it stands.
    """
    if not block.body:
        return field_of(page, name, None, block.span, state="no_value")
    text = "\n".join(page.line(n) for n in block.body)
    if NOT_GIVEN.fullmatch(text):
        return field_of(page, name, None, block.span, state="not_given")
    value = convert(text)
    return field_of(page, name, text if value is None else value, block.span)


def listed(page: PageLines, name: str, block: Block) -> tuple[Field, ...]:
    """One field a line; the label belongs to the first."""
    if len(block.body) < 2:
        return (labelled(page, name, block),)
    first, *others = block.body
    return (
        field_of(page, name, page.line(first), Span(block.line, first)),
        *(field_of(page, name, page.line(n), Span(n, n)) for n in others),
    )


def whole_number(text: str) -> int | None:
    """The number that a text such as "1,200", "50 estimated patients" begins with, else None."""
    found = re.match(r"\s*(\d{1,3}(?:,\d{3})+|\d+)\b(?![./]\d)", text)
    return int(found[1].replace(",", "")) if found and len(found[1]) <= 9 else None


def finish(page: PageLines, format_name: str, parts: PageParts) -> Record:
    """The record, with each filled line that nothing holds put in `unparsed`."""
    dropped = tuple(sorted((*page.dropped, *parts.dropped), key=lambda d: (d.line, d.kind)))
    held: set[int] = {item.line for item in parts.dropped}
    spanned: Sequence[Field | Cohort | CriterionText | OutcomeText] = (
        *parts.fields,
        *parts.cohorts,
        *parts.criteria,
        *parts.outcomes,
    )
    for part in spanned:
        held.update(part.span.lines)
    unparsed = tuple(
        Unparsed(
            n,
            page.line(n),
            "boilerplate" if BOILERPLATE.fullmatch(page.line(n)) else "not_understood",
        )
        for n in page.filled()
        if n not in held
    )
    return Record(
        page.source,
        format_name,
        tuple(sorted(parts.fields, key=lambda f: (f.span.first, f.span.last))),
        parts.cohorts,
        parts.criteria,
        parts.outcomes,
        dropped,
        unparsed,
        parts.notes,
    )
