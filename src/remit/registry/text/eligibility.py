"""Eligibility text as criteria: their side, their nesting, and the flags of what is not certain."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from remit.registry.record import CriterionFlag, CriterionKind, CriterionText, Span
from remit.registry.text.items import Piece, read_piece, split_paragraph
from remit.registry.text.operators import find_lost_operators
from remit.registry.text.outline import nest
from remit.registry.text.section_cuts import cut_line, cut_sections
from remit.registry.text.sections import Section

_PREAMBLE = re.compile(
    r"follow|criteria|eligible|enrolled|must (?:meet|fulfil)|(?:all|any|one) of", re.I
)
_PROMISE = re.compile(
    r"defin|diagnos|criteria|refractory|includ|following|such as|as follows", re.I
)


def read_paragraph(text: str, line: int) -> tuple[Piece, ...]:
    """The pieces of one paragraph that holds a whole eligibility text: headings and items.

    Example:
        >>> found = read_paragraph("Inclusion criteria: - SLE Exclusion criteria: - Dialysis", 1)
        >>> [piece.text for piece in found]
        ['Inclusion criteria:', 'SLE', 'Exclusion criteria:', 'Dialysis']
    """
    pieces: list[Piece] = []
    for heading, part in cut_line(read_piece(text, line, gap=True)):
        if heading is None:
            pieces += split_paragraph(part.text, line) if not pieces else [part]
            continue
        said = part.text[: len(part.text) - len(heading.rest)] if heading.rest else part.text
        pieces.append(Piece(said.strip(), said.strip(), Span(line, line)))
        pieces += split_paragraph(heading.rest, line)
    return tuple(pieces)


def read_criteria(
    pieces: Iterable[Piece],
    kind: CriterionKind | None = None,
    *,
    cohort: str | None = None,
    taken: Iterable[CriterionText] = (),
) -> tuple[CriterionText, ...]:
    """The criteria of the pieces, in page order.

    Headings such as "Exclusion Criteria:" switch the kind and are themselves no criterion;
    pieces before any heading count as `kind`, or are a preamble where `kind` is None. `taken`
    holds the criteria already read from the page, so that keys stay unique. A criterion whose
    side the text does not tell for certain has the flag `unsure_side`.
    """
    counts: dict[str, int] = {}
    for criterion in taken:
        if criterion.parent is None:
            stem = criterion.key.rstrip("0123456789")
            counts[stem] = counts.get(stem, 0) + 1
    result: list[CriterionText] = []
    for section in cut_sections(pieces, kind, cohort=cohort):
        result += _read_section(section, counts)
    return tuple(result)


def _read_section(section: Section, counts: dict[str, int]) -> list[CriterionText]:
    pieces, kind, cohort = section.pieces, section.kind, section.cohort
    opening = _opening(pieces) if kind else 0
    parents = nest(pieces[opening:])
    with_children = set(parents)
    prefix = "" if cohort is None else f"C{cohort}."
    keys: list[str] = []
    children: dict[str, int] = {}
    result: list[CriterionText] = []
    for k, piece in enumerate(pieces):
        item_kind: CriterionKind = "preamble" if kind is None or k < opening else kind
        parent_at = parents[k - opening] if k >= opening else None
        parent = keys[parent_at + opening] if parent_at is not None else None
        if parent is None:
            stem = f"{prefix}{item_kind[0].upper()}"
            counts[stem] = counts.get(stem, 0) + 1
            position, key = counts[stem], f"{stem}{counts[stem]}"
        else:
            children[parent] = children.get(parent, 0) + 1
            position, key = children[parent], f"{parent}.{children[parent]}"
        keys.append(key)
        has_child = (k - opening) in with_children
        promise_kept = has_child or (item_kind == "preamble" and k + 1 < len(pieces))
        flags = flags_of(piece.text, promise_kept=promise_kept)
        if k in section.unsure:
            flags |= {"unsure_side"}
        result.append(
            CriterionText(
                key,
                item_kind,
                cohort,
                piece.printed or str(position),
                parent,
                piece.text,
                piece.source,
                piece.span,
                flags,
            )
        )
    return result


def doubt_one_side(
    criteria: Iterable[CriterionText], *, named: Iterable[str] = ()
) -> tuple[CriterionText, ...]:
    """The criteria of a whole page, each unsure where the page tells of one side only.

    A page that lets people in and keeps nobody out has most likely lost a heading, and with it
    the border between its lists. `named` are the page's fields: where "exclusion_criteria" stands
    as a label of its own without a list, the border is known.
    """
    found = tuple(criteria)
    sides = {c.kind for c in found} - {"preamble"}
    sides |= {"exclusion"} if "exclusion_criteria" in named else set()
    if len(sides) == 2:
        return found
    return tuple(replace(c, flags=c.flags | {"unsure_side"}) for c in found)


def flags_of(text: str, *, promise_kept: bool) -> frozenset[CriterionFlag]:
    """The flags of a criterion; `promise_kept` says whether what its end announces follows.

    Example:
        >>> sorted(flags_of("Liver function:", promise_kept=False))
        ['incomplete']
    """
    flags: set[CriterionFlag] = set()
    if find_lost_operators(text):
        flags.add("lossy_operator")
    ends = text.rstrip()
    promised = ends.endswith((":", "：")) or (ends.endswith((",", "，")) and _PROMISE.search(ends))
    if promised and not promise_kept:
        flags.add("incomplete")
    return frozenset(flags)


def _opening(pieces: list[Piece]) -> int:
    """How many first pieces only announce the list ("all of the following:")."""
    if len(pieces) < 2:
        return 0
    first = pieces[0]
    announces = first.text.endswith((":", "：")) and _PREAMBLE.search(first.text) is not None
    deeper = pieces[1].indent >= first.indent
    return int(announces and not first.printed and len(first.text.split()) >= 4 and deeper)
