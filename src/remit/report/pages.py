"""What a report is made of: parts, the pages that hold them, and how much one page may hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

# What a page may hold, so that it opens at once and prints on few sheets.
MOST_BYTES, MOST_NODES, MOST_SHEETS = 1_000_000, 8_000, 20
# Left for the head of a page, its style and its script, and for sheets that are not full.
_FRAME_BYTES, _FRAME_NODES, _FRAME_SHEETS = 40_000, 160, 1.5
# What fits on a printed sheet.
_SHEET_NODES, _SHEET_LETTERS = 420, 3_000

# The kinds of parts, what matters most first: what each is called where it is left out, and how
# many sheets it fills for each that its elements and letters would (measured with Chromium).
KINDS: Mapping[str, tuple[str, float]] = {
    "answer": ("the answer", 1.2),
    "provenance": ("provenance", 1.0),
    "status": ("status", 1.2),
    "worklist": ("worklists", 1.2),
    "attrition": ("flow and attrition", 1.4),
    "responses": ("responses under every definition", 0.7),
    "explained": ("persons explained", 1.0),
    "followed": ("followed persons, visit by visit", 0.6),
    "reasons": ("why verdicts are unknown", 1.2),
    "criteria": ("criteria and choices", 1.0),
    "agreement": ("agreement of definitions", 0.6),
    "verdicts": ("verdicts, person by person", 0.4),
    "registry": ("registry pages", 1.2),
}
_ALWAYS = ("answer", "provenance")
Room = tuple[float, float, float]
_ROOM: Room = (
    MOST_BYTES - _FRAME_BYTES,
    MOST_NODES - _FRAME_NODES,
    MOST_SHEETS - _FRAME_SHEETS,
)

_OPENED = re.compile(r"<[a-zA-Z]")
_TAG = re.compile(r"<[^>]*>")
_LINK = re.compile(r'<a href="#([^"]*)"([^>]*)>(.*?)</a>', re.DOTALL)
_ID = re.compile(r' id="([^"]*)"')


@dataclass(frozen=True, slots=True)
class PagePart:
    """A piece of a page that is shown whole or not at all.

    Attributes:
        kind: one of `KINDS`.
        turn: its place among the parts of its kind in a study, from 0.
        brief: what one file has in its place; None where that is the same.
    """

    kind: str
    html: Markup
    turn: int = 0
    brief: Markup | None = None

    @property
    def size(self) -> tuple[int, int, float]:
        """Its bytes, its elements and about how many sheets of paper it fills."""
        nodes = count_nodes(self.html)
        letters = len(_TAG.sub("", self.html))
        sheets = KINDS[self.kind][1] * max(nodes / _SHEET_NODES, letters / _SHEET_LETTERS)
        return len(self.html.encode()), nodes, sheets


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A page of a report.

    Attributes:
        name: of its file, without `.html`, and the id of its heading.
        title: of the page; `short` is what the way to it is called.
        group: the name of the first page of its study; its own where it is none of a study.
    """

    name: str
    title: str
    short: str
    group: str
    parts: tuple[PagePart, ...]


def count_nodes(html: str) -> int:
    """How many elements a piece of our own markup has.

    >>> count_nodes("<p>a &lt; b <b>c</b></p>")
    2
    """
    return len(_OPENED.findall(html))


def fitting(pages: Sequence[ReportPage]) -> tuple[tuple[ReportPage, ...], tuple[str, ...]]:
    """The pages that one file can hold, and the kinds of which it leaves something out.

    The parts of one kind and turn are there for every study or for none; what matters most goes
    first, and the first of each kind before the second of any.
    """
    pages = [replace(page, parts=tuple(map(_brief, page.parts))) for page in pages]
    turns = sorted({part.turn for page in pages for part in page.parts})
    chosen: set[tuple[str, int]] = set()
    room = _ROOM
    for turn in turns:
        for kind in KINDS:
            lot = [p for page in pages for p in page.parts if (p.kind, p.turn) == (kind, turn)]
            left = _left(room, lot)
            if kind in _ALWAYS or min(left) >= 0:
                chosen.add((kind, turn))
                room = left
    kept = tuple(
        replace(page, parts=parts)
        for page in pages
        if (parts := tuple(p for p in page.parts if (p.kind, p.turn) in chosen))
    )
    out = {p.kind for page in pages for p in page.parts if (p.kind, p.turn) not in chosen}
    return kept, tuple(kind for kind in KINDS if kind in out)


def light_pages(pages: Iterable[ReportPage]) -> tuple[ReportPage, ...]:
    """The pages, one that is too heavy as several; a part is never torn."""
    found = []
    for page in pages:
        lots: list[list[PagePart]] = [[]]
        room = _ROOM
        for part in page.parts:
            room = _left(room, [part])
            if min(room) < 0 and lots[-1]:
                lots.append([])
                room = _left(_ROOM, [part])
            lots[-1].append(part)
        for turn, lot in enumerate(lots, start=1):
            more = "" if turn == 1 else f" ({turn} of {len(lots)})"
            found.append(
                replace(
                    page,
                    name=page.name if turn == 1 else f"{page.name}-more-{turn}",
                    title=f"{page.title}{more}",
                    short=f"{page.short}{more}",
                    parts=tuple(lot),
                )
            )
    return tuple(found)


def _left(room: Room, parts: Sequence[PagePart]) -> Room:
    """What is left of the room: bytes, elements and sheets; negative where it does not suffice."""
    sizes = [part.size for part in parts]
    need = (sum(size[k] for size in sizes) for k in range(3))
    left = [had - takes for had, takes in zip(room, need, strict=True)]
    return left[0], left[1], left[2]


def _brief(part: PagePart) -> PagePart:
    return part if part.brief is None else replace(part, html=part.brief)


def places_of(pages: Iterable[ReportPage]) -> Mapping[str, str]:
    """The id of each place -> the page on which it lies."""
    found = {}
    for page in pages:
        found[page.name] = page.name
        for part in page.parts:
            found |= dict.fromkeys(_ID.findall(part.html), page.name)
    return found


def joined_links(html: Markup, *, here: str, places: Mapping[str, str]) -> Markup:
    """The links of a page: parts link as if all lay on one page.

    A link to what lies on another page names its file; one to what lies nowhere is its words.

    Args:
        here: the page; empty where all pages are one file.
        places: as `places_of` has them.
    """

    def joined(link: re.Match[str]) -> str:
        target, more, words = link.groups()
        page = places.get(target)
        if page is None:
            return words
        if here in ("", page):
            return link[0]
        place = "" if target == page else f"#{target}"
        return f'<a href="{page}.html{place}"{more}>{words}</a>'

    return Markup(_LINK.sub(joined, html))
