"""A side's part of an eligibility text, and which of its pieces may belong to the other side.

Where the side is not told for certain (a list whose numbers begin anew without a heading, a line
that names exclusion among the inclusions, a heading that names both sides) the pieces keep the
side of their section and are unsure: nothing is turned round without a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from remit.registry.record import CriterionKind
from remit.registry.text.headings import Heading, read_heading
from remit.registry.text.headings.refusals import speaks_of
from remit.registry.text.headings.vocabulary import (
    fold,
    folded_words,
    heading_words,
    is_criteria,
    is_east_asian,
    names_exclusion,
    side_of,
    unspaced_words,
)
from remit.registry.text.items import Piece
from remit.registry.text.markers import Marker
from remit.registry.text.outline import nest

# What of a line is looked at for a heading.
WINDOW = 700
# How many lists within one another are followed.
_DEPTH = 8


@dataclass(slots=True)
class Section:
    """A side's pieces with the line that heads them; `unsure` are positions in `pieces`.

    `certain` is the number of pieces that the heading surely speaks of, where it is not all;
    `inline` the number that stand on the heading's own line; `title` what the heading says, `head`
    the line that it fills.
    """

    kind: CriterionKind | None
    cohort: str | None
    heading: Heading | None = None
    head: Piece | None = None
    pieces: list[Piece] = field(default_factory=list)
    unsure: set[int] = field(default_factory=set)
    certain: int | None = None
    inline: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class _List:
    """A numbered list so far: how its markers are written, its last number, where it began."""

    shape: str
    place: int
    start: int

    def takes(self, shape: str, place: int) -> bool:
        return self.shape == shape and self.place == place - 1


def find_doubts(sections: Sequence[Section]) -> None:
    """Note in each section the pieces whose side is not told for certain."""
    for section in sections:
        section.unsure |= _unsure_in(section)
    for section in sections[:-1]:
        # A title right above the next heading names a part of the study and is no criterion.
        last = len(section.pieces) - 1
        listed = last > 0 and section.pieces[last - 1].style
        if (listed or (last > 0 and section.heading and section.heading.rest)) and (
            _is_title(section.pieces[last]) and _at_base(section, last)
        ):
            section.unsure.add(last)
    _doubt_sentences(sections)
    _doubt_groups(sections)


def _unsure_in(section: Section) -> set[int]:
    """The positions of the pieces whose side the section does not tell for certain."""
    pieces = section.pieces
    if section.kind is None:
        # Lines above the first heading are a preamble; items there are criteria of no known side.
        headed = section.heading is not None
        return {k for k, piece in enumerate(pieces) if headed or piece.style}
    unsure = set(range(section.certain or 0, len(pieces))) if section.certain else set()
    begins = _begins_anew(pieces)
    if begins is not None:
        unsure |= set(range(begins, len(pieces)))
    for k, piece in enumerate(pieces):
        goes_on = _goes_on(section, k)
        at_base = _at_base(section, k)
        if k in unsure or not (goes_on or _doubtful(piece, section.kind, at_base=at_base)):
            continue
        unsure |= {k}
        if goes_on or _may_head(piece):
            unsure |= set(range(k, len(pieces)))
        elif piece.style:
            unsure |= set(_below(pieces, k))
    return unsure


def _may_head(piece: Piece) -> bool:
    """Whether a doubtful line may be a heading by its form, whatever stands above it."""
    if piece.style:
        return False
    text = piece.text
    return text[-1:] in ":：?？" or (text[-1:] not in ".;,。；，" and len(text.split()) <= 8)


def _goes_on(section: Section, k: int) -> bool:
    """Whether a piece ends like a heading in the middle of a paragraph of several items."""
    text = section.pieces[k].text
    if k + 1 >= section.inline or text[-1:] in ".;,。；，)":
        return False
    return speaks_of(" ".join(text.split()[-8:]), _other(section.kind))


def _other(kind: CriterionKind | None) -> CriterionKind:
    return "exclusion" if kind == "inclusion" else "inclusion"


def _at_base(section: Section, k: int) -> bool:
    """Whether a piece stands no deeper than its section's heading and first piece."""
    margin = section.pieces[0].indent
    margin = min(margin, section.head.indent) if section.head else margin
    return section.pieces[k].indent <= margin


def _doubtful(piece: Piece, kind: CriterionKind, *, at_base: bool) -> bool:
    """Whether a piece speaks of the other side, or heads a list of no side that it knows."""
    heading = read_heading(piece.text[:WINDOW])
    if heading is not None and heading.side != kind:
        return True
    if kind == "inclusion" and names_exclusion(piece.text):
        return True
    colon = piece.text[-1:] in ":："
    if piece.style and colon and len(piece.text.split()) <= 6:
        return speaks_of(piece.text, _other(kind))
    if piece.style or not at_base or not (piece.text[-1:] in ":：?？" or _is_title(piece)):
        return _names_heading(piece.text, kind)
    if speaks_of(piece.text[:WINDOW], _other(kind)):
        return True
    if is_east_asian(piece.text):
        return len(piece.text) < 16 and any(
            piece.text.rstrip(":：").endswith(word) for word in unspaced_words()["criteria"]
        )
    words = folded_words(piece.text[:WINDOW])
    generic = len(words) <= 4 and any(
        is_criteria(word) and word.startswith(("crit", "krit")) for word in words
    )
    return generic and not any(word in heading_words()["people"] for word in words)


def _names_heading(text: str, kind: CriterionKind) -> bool:
    """Whether a line of exclusions holds "Inclusion criteria:" that no cut has found."""
    if kind == "inclusion":
        return False
    return re.search(r"\b(?<!no )inclusion criteria\s?[:：]", text, re.I) is not None


def _is_title(piece: Piece) -> bool:
    words = piece.text.split(maxsplit=12)
    return (
        not piece.style
        and piece.gap
        and len(words) <= 8
        and piece.text[-1:] not in ".;,"
        and piece.text[:1].isupper()
    )


def _below(pieces: Sequence[Piece], k: int) -> range:
    """The pieces that stand deeper than the piece, up to the next one at its depth."""
    end = k + 1
    while end < len(pieces) and (
        pieces[end].indent > pieces[k].indent
        or (pieces[end].indent == pieces[k].indent and pieces[end].style != pieces[k].style)
    ):
        end += 1
    return range(k, end)


def _begins_anew(pieces: Sequence[Piece]) -> int | None:
    """Where a list begins at 1 again though nothing heads it; None where each list is explained.

    A list that begins anew within an item is a nested one: it has ended where the outer numbers go
    on. What a line such as "Cohort B:" heads is explained by it.
    """
    parents = nest(pieces)
    open_lists: dict[int | None, list[_List]] = {}
    for k, piece in enumerate(pieces):
        if not (place := _place_of(piece)):
            continue
        shape = _shape_of(piece)
        lists = open_lists.setdefault(parents[k], [])
        if place == 1 or not lists:
            lists.append(_List(shape, place, k))
            continue
        while len(lists) > 1 and not lists[-1].takes(shape, place):
            if not any(outer.takes(shape, place) for outer in lists[-_DEPTH:-1]):
                break
            lists.pop()
        lists[-1] = replace(lists[-1], place=place)
    starts = [
        again.start
        for lists in open_lists.values()
        for again in lists[1:]
        if not _is_explained(pieces, again.start)
    ]
    return min(starts, default=None)


def _place_of(piece: Piece) -> int:
    if not piece.printed:
        return 0
    if piece.style == "1" and not piece.printed.isdigit():
        # "2.3" is the third of its level; a new level begins a list of its own.
        last = re.split(r"[.-]", piece.printed)[-1]
        return int(last) if last.isdigit() else 0
    return Marker(piece.style, piece.printed, piece.shape, 0).place


def _shape_of(piece: Piece) -> str:
    levels = re.split(r"[.-]", piece.printed)[:-1] if piece.style == "1" else []
    return ".".join((piece.shape, *levels))


def _is_explained(pieces: Sequence[Piece], start: int) -> bool:
    above = pieces[start - 1] if start else None
    if above is None:
        return True
    words = {fold(word.strip(".,:;()")) for word in above.text[:WINDOW].split()}
    table = heading_words()
    if words & table["negation"] or any(is_criteria(w) or side_of(w) for w in words):
        return False
    if above.text[-1:] in ":：":
        return True
    return _is_title(above) or (not above.style and len(words) <= 8 and above.text[-1:] not in ".;")


def _doubt_groups(sections: Sequence[Section]) -> None:
    """A group of people with one side only, beside groups with both: its other heading is lost.

    Criteria for all may be followed by some more for a part of them, and need no exclusions there;
    but not the other way round, and not where other parts have both.
    """
    groups: dict[str | None, set[CriterionKind]] = {}
    for section in sections:
        if section.kind is not None and section.heading is not None and section.pieces:
            groups.setdefault(_group_of(section), set()).add(section.kind)
    alone = _sides_missing_above(sections)
    both = {group for group, kinds in groups.items() if len(kinds) > 1}
    units = {_unit_of(group) for group in both if group} - {None}
    alone |= {
        next(iter(kinds))
        for group, kinds in groups.items()
        if len(groups) > 1
        and len(kinds) == 1
        and (group is None or None not in groups or _unit_of(group) in units)
    }
    # The lost heading may have stood in any section of that side.
    for section in sections:
        if section.kind in alone:
            section.unsure |= set(range(len(section.pieces)))


def _sides_missing_above(sections: Sequence[Section]) -> set[CriterionKind]:
    """The sides above "Other exclusion criteria" where no exclusions stand there."""
    seen: set[CriterionKind] = set()
    for section in sections:
        if section.kind is None or not (section.pieces or section.heading):
            continue
        words = section.title.split()[:4]
        more = any(fold(word) in heading_words()["more"] for word in words)
        if more and seen and section.kind not in seen:
            return seen
        seen.add(section.kind)
    return set()


def _group_of(section: Section) -> str | None:
    scope = section.heading.scope if section.heading is not None else None
    return None if scope is None else " ".join(fold(scope).split())


def _unit_of(group: str | None) -> str | None:
    units = heading_words()["units"]
    return next((word for word in (group or "").split() if word in units), None)


def _doubt_sentences(sections: Sequence[Section]) -> None:
    """A sentence that turned the side holds for its own list: what stands outside it is unsure,
    and all of it where a noun had named the other side for the lines above."""
    by_nouns = {s.kind for s in sections if s.heading and not s.heading.sentence}
    for above, section in pairwise(sections):
        if section.heading is None or not section.heading.sentence or not section.pieces:
            continue
        named = section.head is not None and any(
            side_of(fold(word)) is not None for word in section.title.split()
        )
        turned = above.heading is not None and not above.heading.sentence
        if turned and above.pieces and not named and section.kind in by_nouns:
            section.unsure |= set(range(len(section.pieces)))
            continue
        first = section.pieces[0]
        for k, piece in enumerate(section.pieces[1:], start=1):
            outside = piece.indent < first.indent or (first.style and not piece.style)
            if outside and piece.text[:1].isupper():
                section.unsure |= set(range(k, len(section.pieces)))
                break
