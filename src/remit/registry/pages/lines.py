"""A page as lines cleared of personal data; its labels and blocks, and the fields they make."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

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
from remit.registry.text.eligibility import doubt_one_side
from remit.registry.text.escapes import decode, written_part
from remit.registry.text.privacy import scrub_line
from remit.registry.text.written_dates import DateKind, read_date, why_no_date
from remit.registry.text.written_values import is_placeholder, read_age_range, read_registry_id

_WORD = re.compile(r"\w+")
NOT_GIVEN = re.compile(
    r"(?:not (?:available|specified|provided|reported|given)|none provided|unknown)\.?", re.I
)
BOILERPLATE = re.compile(
    r"(?:©.*|.*\ball rights reserved\b.*|loading\.{0,3}|medpath|clinconnect|value"
    r"|\*?\s*note: there (?:are|is) .*references?.*|clinical trials|research sites|resources|legal"
    r"|sign (?:in|up)|log in|share|back to top|cookie.*|umin-ctr clinical trial"
    r"|\* ?(?:this page includes|we don't aim).*|umin-ctr 臨床試験登録情報の閲覧"
    r"|※ ?(?:本ページ収載|特定の医薬品).*|clinicaltrials\.veeva|menu|[|\s-]+)",
    re.I,
)


# A page has one list of criteria for each side, or one for each group of people. Of a page with
# more lists than these the others are left unparsed: each one is held against all before it.
MOST_LISTS = 40


@dataclass(frozen=True, slots=True)
class PageLines:
    """The lines of a page without personal data, and what was taken out of them.

    `lines` are read, without escapes and entities; `written` are the same lines as the page has
    them.
    """

    source: str
    lines: tuple[str, ...]
    written: tuple[str, ...]
    dropped: tuple[Dropped, ...]

    def line(self, number: int) -> str:
        """The line of that number, counted from 1, without surrounding blanks."""
        return self.lines[number - 1].strip()

    def text(self, span: Span) -> str:
        """The non-empty lines of the span, joined."""
        return _joined(self.lines, span)

    def as_written(self, part: str, span: Span) -> str:
        """What the page has on those lines for a text that was read there."""
        if all(self.lines[n - 1] == self.written[n - 1] for n in span.lines):
            return part
        if part == self.text(span):
            return _joined(self.written, span)
        filled = [n for n in span.lines if self.lines[n - 1].strip()]
        pieces = part.split("\n")
        if len(pieces) > len(filled):
            return _joined(self.written, span)
        # A part that runs over several lines has one piece of each, in order.
        return "\n".join(
            written_part(piece, self.written[n - 1], kept=_BORDER)
            for piece, n in zip(pieces, filled, strict=False)
        )

    def filled(self) -> tuple[int, ...]:
        """The numbers of the lines that hold text."""
        return tuple(n for n, line in enumerate(self.lines, start=1) if line.strip())


# Parts the cells of a row; written as an entity it is a part of a cell, and stays so.
_BORDER = "|\n"


def as_page(text: str, source: str) -> PageLines:
    """The text as lines without personal data.

    This is the door: entities and Markdown escapes are decoded here, before personal data are
    looked for, and nowhere else.
    """
    lines: list[str] = []
    written: list[str] = []
    dropped: list[Dropped] = []
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for number, raw in enumerate(plain.split("\n"), start=1):
        bare = raw.replace("\xa0", " ")
        line, kinds = scrub_line(decode(bare, kept=_BORDER).replace("\xa0", " "))
        lines.append(line)
        # Where personal data were found, nothing of the line as written is kept.
        written.append(line if kinds else bare)
        dropped += [Dropped(number, kind) for kind in kinds]
    return PageLines(source, tuple(lines), tuple(written), tuple(dropped))


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


def labelled(page: PageLines, name: str, block: Block) -> Field:
    """The field of a label: its lines joined, or `no_value`, or `not_given`."""
    if not block.body:
        return field_of(page, name, None, block.span, state="no_value")
    text = "\n".join(page.line(n) for n in block.body)
    if NOT_GIVEN.fullmatch(text):
        return field_of(page, name, None, block.span, state="not_given")
    return field_of(page, name, text, block.span)


def typed(page: PageLines, name: str, block: Block, read: Callable[[str], Value | None]) -> Field:
    """The field of a label whose answer is one line of a known form.

    Where the line below the label is none, the value was lost: the label gives nothing, and what
    stands there is left for `unparsed`, as is every line after the answer.
    """
    if not block.body:
        return field_of(page, name, None, block.span, state="no_value")
    first = page.line(block.body[0])
    span = Span(block.line, block.body[0])
    if NOT_GIVEN.fullmatch(first):
        return field_of(page, name, None, span, state="not_given")
    value = read(first)
    if value is None:
        return field_of(page, name, None, Span(block.line, block.line), state="no_value")
    return field_of(page, name, value, span)


def short_answer(text: str) -> str | None:
    """A status or a phase: a few words, no number alone and no item of a list.

    Example:
        >>> short_answer("Not yet recruiting"), short_answer("1. Age 18 to 60"), short_answer("240")
        ('Not yet recruiting', None, None)
    """
    said = text.strip(" |")
    if not any(c.isalpha() for c in said) or len(said.split()) > 12:
        return None
    return None if re.match(r"[(\[]?\d{1,3}[.)\]、]|[-*•]\s", said) else said


def dated(kind: DateKind | None = None) -> Callable[[str], Value | None]:
    """A reader of dates that keeps what has the look of a date as text, and nothing else."""

    def read(text: str) -> Value | None:
        return read_date(text, kind) or (text if why_no_date(text) else None)

    return read


def aged(page: PageLines, block: Block) -> tuple[Field, ...]:
    """Both limits where the answer tells a range of ages; else the group that it names."""
    lower, upper = read_age_range(page.line(block.body[0]) if block.body else "")
    if not lower and not upper:
        return (typed(page, "age_group", block, short_answer),)
    span = Span(block.line, block.body[0])
    return (
        field_of(page, "age_minimum", lower, span),
        field_of(page, "age_maximum", upper, span),
    )


def own_number(text: str) -> Value | None:
    """The registry number that a line is; of a registry that is not known, its text."""
    said = text.strip(" |")
    found = read_registry_id(said)
    if found or is_placeholder(said) or len(said) > 60 or len(said.split()) > 2:
        return found
    return said if sum(c.isdigit() for c in said) >= 4 else None


def secondary_id(page: PageLines, text: str, span: Span) -> Field:
    """The field of another number of the trial; "YES" or "N/A" are none."""
    if is_placeholder(text.strip(" |")):
        return field_of(page, "secondary_id", None, span, state="not_given")
    return field_of(page, "secondary_id", text, span)


def listed(page: PageLines, name: str, block: Block) -> tuple[Field, ...]:
    """One field a line; the label belongs to the first."""
    if len(block.body) < 2:
        return (labelled(page, name, block),)
    first, *others = block.body
    return (
        field_of(page, name, page.line(first), Span(block.line, first)),
        *(field_of(page, name, page.line(n), Span(n, n)) for n in others),
    )


def finish(page: PageLines, format_name: str, parts: PageParts) -> Record:
    """The record, with each filled line that nothing holds put in `unparsed`."""
    parts = replace(parts, fields=(*parts.fields, *_beside_criteria(page, parts)))
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
    printed = _as_printed(page, parts)
    fields = tuple(sorted(printed.fields, key=lambda f: (f.span.first, f.span.last)))
    return Record(
        page.source,
        format_name,
        fields,
        printed.cohorts,
        doubt_one_side(printed.criteria, named=(field.name for field in parts.fields)),
        printed.outcomes,
        dropped,
        unparsed,
        (*parts.notes, *date_notes(fields)),
    )


def _beside_criteria(page: PageLines, parts: PageParts) -> tuple[Field, ...]:
    """The lines on which more stands than their criteria: a heading that runs on into its list."""
    held = {n for field in parts.fields for n in (field.span.first, field.span.last)}
    said: dict[int, set[str]] = {}
    placed: tuple[CriterionText | Cohort, ...] = (*parts.criteria, *parts.cohorts)
    for item in placed:
        said.setdefault(item.span.first, set()).update(_WORD.findall(item.source_text))
    return tuple(
        heading(page, n)
        for n, words in sorted(said.items())
        if n not in held and not words.issuperset(_WORD.findall(page.line(n)))
    )


def date_notes(fields: Sequence[Field]) -> tuple[str, ...]:
    """A note for each date that stays as it is written, with the reason."""
    return tuple(
        f"line {field.span}: {field.name} is kept as text: {why_no_date(field.value)}"
        for field in fields
        if field.name.startswith("date_")
        and isinstance(field.value, str)
        and why_no_date(field.value)
    )


def _as_printed(page: PageLines, parts: PageParts) -> PageParts:
    """The parts with the page's own text beside what was read: values are without escapes."""
    if page.lines == page.written:
        return parts
    return replace(
        parts,
        fields=tuple(replace(f, text=page.as_written(f.text, f.span)) for f in parts.fields),
        cohorts=tuple(_with_source(page, item) for item in parts.cohorts),
        criteria=tuple(_with_source(page, item) for item in parts.criteria),
        outcomes=tuple(_with_source(page, item) for item in parts.outcomes),
    )


_Placed = TypeVar("_Placed", Cohort, CriterionText, OutcomeText)


def _with_source(page: PageLines, item: _Placed) -> _Placed:
    return replace(item, source_text=page.as_written(item.source_text, item.span))


def _joined(lines: Sequence[str], span: Span) -> str:
    return "\n".join(lines[n - 1].rstrip() for n in span.lines if lines[n - 1].strip())
