"""Eligibility text cut into sections at its headings, at the ends of lines and within them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from remit.registry.record import CriterionKind
from remit.registry.text.headings import Heading, read_heading
from remit.registry.text.headings.vocabulary import is_east_asian
from remit.registry.text.items import (
    Piece,
    join_continuations,
    resolve_markers,
    sequence_cuts,
    split_paragraph,
)
from remit.registry.text.sections import WINDOW, Section, find_doubts

_SIDE_WORD = re.compile(
    r"\b(?:non[- ]?)?(?:in|ex)clu[sdz][a-zãéíó]{1,9}\b|\b(?:in|non[- ]?)?eligib[a-z]{2,8}\b"
    r"|\b[a-z]{0,5}(?:ein|aus)schlu(?:ss|ß)[a-z]{0,9}\b"
    r"|\besclusion[ei]\b|入选|入選|纳入|納入|入组|入組|選択|適格|组入|組入|排除|除外|선정|제외",
    re.I,
)
_BEFORE_NOUN = re.compile(
    r"(?:\b(?:key|main|major|general|principal|primary|secondary|additional|other|common|non|patient|subject"
    r"|participant|crit[eè]res?|criterios?|criteri|crit[eé]rios?|kriterien|criteria|de|d|da|la|di|for|of|les|los"
    r"|主要|主な|关键|主)\b[\s'’-]{0,2}|主要|主な|关键|[-*#_【「<＜■◆]){1,5}\Z",
    re.I,
)
_LIST = re.compile(r"[-–*•●]\s|[(（]?1[.)、）．]")
_FOLLOWS = re.compile(r"\b(?:the|these|of|in|see|all|any|following|meet|per|to)\s*\Z", re.I)


def cut_sections(
    pieces: Iterable[Piece], kind: CriterionKind | None = None, *, cohort: str | None = None
) -> tuple[Section, ...]:
    """The sections of the pieces, in page order; the first has the given side and may be empty.

    Example:
        >>> from remit.registry.text.items import read_piece
        >>> lines = ["Inclusion criteria:", "- SLE", "Not eligible:", "- Dialysis"]
        >>> found = cut_sections([read_piece(line, n) for n, line in enumerate(lines, 1)])
        >>> [(s.kind, [p.text for p in s.pieces]) for s in found[1:]]
        [('inclusion', ['SLE']), ('exclusion', ['Dialysis'])]
    """
    sections = [Section(kind, cohort)]
    for piece in join_continuations(resolve_markers(tuple(pieces))):
        for heading, part in cut_line(piece):
            if heading is None:
                sections[-1].pieces.append(part)
            elif _opens(heading, part, sections[-1]):
                said = part.text[: _said(part.text, 0, heading)]
                opened = Section(_kind_of(heading), heading.scope or cohort, heading, part)
                opened.title = said
                sections.append(opened)
                if heading.rest:
                    opened.head = None
                    opened.pieces += _items_of(replace(part, text=heading.rest, gap=False))
                    opened.inline = len(opened.pieces)
                    remark = part.text != piece.text and not _LIST.match(heading.rest)
                    if piece.style and remark and len(opened.pieces) == 1:
                        # In the middle of an item: whether the next item is meant is not told.
                        opened.certain = 1
            else:
                sections[-1].pieces.append(part)
    sections = _settle_neutral(sections)
    find_doubts(sections)
    return tuple(sections)


def _kind_of(heading: Heading) -> CriterionKind | None:
    if heading.side == "inclusion" or heading.side == "exclusion":
        return heading.side
    return None


def _opens(heading: Heading, piece: Piece, section: Section) -> bool:
    """Whether a heading begins a section here, or is an item that only speaks like one."""
    same = heading.side == section.kind
    if heading.sentence:
        # An item of a list that lets in or keeps out is an item; a line over a list is its head.
        if piece.style or same or _kind_of(heading) is None:
            return False
        if section.heading is not None and not section.heading.sentence and not section.pieces:
            # Right below a heading it announces that heading's list.
            return False
        first = section.head or (section.pieces[0] if section.pieces else None)
        return first is None or piece.indent <= first.indent
    if heading.adjective and heading.rest and piece.style:
        # "- Contraindications: allergy" is an item; another side than its list's makes it unsure.
        return False
    if not same or heading.bare:
        return True
    if heading.rest:
        # "ECG exclusion criteria: QTc > 450 ms" below other exclusions is one of them.
        return len(split_paragraph(heading.rest, 1)) > 1
    return not piece.style or not section.pieces


def _items_of(piece: Piece) -> list[Piece]:
    """The items of a text that stands on the line of its heading."""
    return [
        replace(part, indent=piece.indent, span=piece.span)
        for part in split_paragraph(piece.text, piece.span.first)
    ]


def _settle_neutral(sections: Sequence[Section]) -> list[Section]:
    """ "Eligibility criteria" means the inclusions where the next heading is the exclusions; a line
    that speaks of both sides and has nothing below it is a note of the section above."""
    settled: list[Section] = []
    for k, section in enumerate(sections):
        side = section.heading.side if section.heading else None
        if side == "both" and section.head and not section.pieces and settled:
            settled[-1].pieces.append(section.head)
            continue
        if side == "eligibility":
            following = next((s for s in sections[k + 1 :] if s.kind is not None), None)
            if following is not None and following.kind == "exclusion":
                section.kind = "inclusion"
        settled.append(section)
    return settled


def cut_line(piece: Piece) -> list[tuple[Heading | None, Piece]]:
    """The line as headings and what stands between them; a heading's items are its `rest`."""
    text = piece.text
    starts = _heading_starts(text)
    if not starts:
        return [(None, part) for part in _listed(piece)]
    cut: list[tuple[Heading | None, Piece]] = []
    if starts[0][0]:
        before = replace(piece, text=text[: starts[0][0]].rstrip(" -–*•"))
        several = len(starts) > 1 or starts[0][0] > 200
        cut += [(None, part) for part in (_items_of(before) if several else [before])]
    for (start, heading), (end, _) in zip(starts, [*starts[1:], (len(text), None)], strict=True):
        window = text[start : start + WINDOW]
        rest = text[start + len(window) - len(heading.rest) : end] if heading.rest else ""
        whole = piece if not start else replace(piece, style="", printed="", shape="")
        cut.append(
            (replace(heading, rest=rest.strip()), replace(whole, text=text[start:end].strip()))
        )
    return cut


def _heading_starts(text: str) -> list[tuple[int, Heading]]:
    found: list[tuple[int, Heading]] = []
    first = read_heading(text[:WINDOW])
    if first is not None:
        found.append((0, first))
    said = _said(text, *found[0]) if found else 0
    for match in _SIDE_WORD.finditer(text):
        start = _noun_start(text, match.start())
        if match.start() < said or start < max(3, said):
            continue
        heading = _heading_within(text, start, match.start())
        if heading is not None:
            found.append((start, heading))
            said = _said(text, start, heading)
    return found


def _said(text: str, start: int, heading: Heading) -> int:
    """Where the words of a heading end and its items begin."""
    return min(len(text), start + WINDOW) - len(heading.rest)


def _noun_start(text: str, at: int) -> int:
    before = text[max(0, at - 60) : at]
    found = _BEFORE_NOUN.search(before)
    return at - len(found[0]) if found else at


def _heading_within(text: str, start: int, noun: int) -> Heading | None:
    """A heading that begins in the middle of a line: after a stop or a mark, in capitals, and with
    a list behind it."""
    before = text[max(0, start - 12) : start].rstrip()
    stopped = not before or before[-1] in ".;:)-–*•。；）】?!" or text[start] in "【「■◆#"
    title = text[start].isupper() or text[noun].isupper() or is_east_asian(text[noun])
    # Most words that name a side stand within a sentence; they are not read twice.
    heading = read_heading(text[start : start + WINDOW]) if stopped or title else None
    if heading is None or heading.sentence or heading.adjective:
        return None
    said = text[start : _said(text, start, heading)]
    colon = any(sign in said for sign in ":：")
    listed = _LIST.match(heading.rest) is not None
    listed = listed or (bool(heading.rest) and said.rstrip()[-1:] in ("-", "–", "—"))
    if _FOLLOWS.search(before) and not listed:
        return None
    if heading.side not in ("inclusion", "exclusion") and not (colon and stopped):
        return None
    if title and (colon or listed):
        return heading
    return heading if stopped and (colon or (title and not heading.rest)) else None


def _listed(piece: Piece) -> list[Piece]:
    """A line that holds a whole numbered list, cut into its items; any other line as it is."""
    text = piece.text
    if piece.printed not in ("", "1") or len(text) < 8:
        return [piece]
    marker = "①" if piece.shape == "①" else piece.shape.replace("1", piece.printed)
    whole = f"{marker} {text}" if piece.printed else text
    cuts = sequence_cuts(whole)
    if len(cuts) < 3 or cuts[0] > 0:
        return [piece]
    return _items_of(replace(piece, text=whole))
