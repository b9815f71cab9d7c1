"""A page as lines, read from disk, checked and cleared of personal data; its labels and blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from remit.errors import PageError, Place
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

MAX_BYTES = 5_000_000
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


def load_text(path: Path) -> str:
    """The text of a page on disk, as UTF-8 without a byte-order mark.

    Raises:
        PageError: the file is missing, a folder, unreadable, over 5 MB, binary or not UTF-8.
    """
    source = str(path)
    if path.is_dir():
        raise PageError(
            "this is a folder, not a page",
            expected="one file that holds one registry page",
            got="a folder",
            next_step=f"name the pages in it, for example {path / '*.txt'}",
            place=source,
        )
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _too_big(source, size)
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise PageError(
            "no such file",
            expected="a registry page saved as text or JSON",
            got="nothing at that path",
            next_step="check the path, or save the page there first",
            place=source,
        ) from error
    except OSError as error:
        raise PageError(
            "the file cannot be read",
            expected="a file that you may read",
            got=error.strerror or type(error).__name__,
            next_step="check the path and the permissions of the file",
            place=source,
        ) from error
    return _decode(raw, source)


def _decode(raw: bytes, source: str) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise PageError(
            "the page is not UTF-8",
            expected="UTF-8 text",
            got="a UTF-16 byte-order mark at byte 0",
            next_step="save the page again as UTF-8",
            place=Place(source, 1),
        )
    nul = raw.find(b"\0")
    if nul >= 0:
        raise PageError(
            "the file is binary, not a page",
            expected="text",
            got=f"a NUL byte at byte {nul}",
            next_step="save the page as plain text or JSON and read that file",
            place=Place(source, raw.count(b"\n", 0, nul) + 1),
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The decoder of "utf-8-sig" counts from after the mark.
        start = error.start + (3 if raw.startswith(b"\xef\xbb\xbf") else 0)
        raise PageError(
            "the page is not UTF-8",
            expected="UTF-8 text",
            got=f"byte 0x{raw[start]:02x} at byte offset {start}",
            next_step="save the page again as UTF-8",
            place=Place(source, raw.count(b"\n", 0, start) + 1),
        ) from error


def check_text(text: str, source: str) -> None:
    """Refuse a text that holds no page.

    Raises:
        PageError: the text is empty, only blank, over 5 MB or holds NUL characters.
    """
    if len(text) > MAX_BYTES // 4:
        size = len(text.encode("utf-8", "surrogatepass"))
        if size > MAX_BYTES:
            raise _too_big(source, size)
    nul = text.find("\0")
    if nul >= 0:
        raise PageError(
            "the text is binary, not a page",
            expected="text",
            got=f"a NUL character at position {nul}",
            next_step="save the page as plain text or JSON and read that",
            place=Place(source, text.count("\n", 0, nul) + 1),
        )
    if not text.strip():
        raise PageError(
            "the page is empty",
            expected="the text of a registry page",
            got="no text" if not text else "only blanks and line ends",
            next_step="save the page again; the site may not have finished loading",
            place=Place(source, 1) if text else source,
        )


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


def _too_big(source: str, size: int) -> PageError:
    return PageError(
        "the page is too big",
        expected=f"at most {MAX_BYTES:,} bytes",
        got=f"{size:,} bytes",
        next_step="save one trial's page alone; a registry export is split into pages first",
        place=source,
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
    printed = _as_printed(page, parts)
    return Record(
        page.source,
        format_name,
        tuple(sorted(printed.fields, key=lambda f: (f.span.first, f.span.last))),
        printed.cohorts,
        doubt_one_side(printed.criteria, named=(field.name for field in parts.fields)),
        printed.outcomes,
        dropped,
        unparsed,
        parts.notes,
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
