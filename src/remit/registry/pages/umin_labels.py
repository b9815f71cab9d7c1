"""The labels that a UMIN page shows, told from values that read alike by the form's order.

"Adverse events" is a label of the form and may be an outcome as well. The labels of a page follow
the form's order, so of all lines that read like a label those are labels that make the longest
ordered run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from remit.registry.pages.lines import PageLines
from remit.registry.pages.umin_form import FORM, HEADER, FormBox, plain_label

BOXES: tuple[FormBox, ...] = (*HEADER, *FORM)
# What is longer is no label; nor is a label looked for in front of a longer text.
_LONGEST = 120
# The table above the form ends within as many filled lines.
_HEADER_LINES = 12
# Rows with a bar or a colon are labels only on a page that writes this many so.
_MANY = 8


@dataclass(frozen=True, slots=True)
class Label:
    """A label's line, the place of its box in the form, and a value on the same line."""

    line: int
    box: int
    value: str


def _places() -> dict[str, tuple[int, ...]]:
    places: dict[str, tuple[int, ...]] = {}
    for at, box in enumerate(BOXES):
        # The other rows of the header repeat labels of the form below it.
        if at >= len(HEADER) or at < 2:
            for label in dict.fromkeys(box.labels):
                places[label] = (*places.get(label, ()), at)
    return places


_PLACES = _places()


def find_labels(page: PageLines, lines: Sequence[int]) -> tuple[Label, ...]:
    """The labels among the lines, in page order; those of the header share a line with a value."""
    found: list[list[Label]] = []
    rows: list[list[Label]] = []
    previous: list[Label] = []
    for count, n in enumerate(lines):
        text = page.line(n)
        here = [] if len(text) > _LONGEST else _alone(text, n)
        if here and _is_answer(text, previous):
            here = []
        row = [] if here else _row(text, n)
        if not here and count < _HEADER_LINES:
            here = _in_header(text, n)
        found.append(here)
        rows.append(row)
        previous = here
    if sum(bool(row) for row in rows) >= _MANY:
        found = [[*here, *row] for here, row in zip(found, rows, strict=True)]
    return _longest_run([labels for labels in found if labels])


def _alone(text: str, n: int) -> list[Label]:
    return [Label(n, at, "") for at in _boxes_of(text)]


def _boxes_of(text: str) -> tuple[int, ...]:
    """The places in the form of a label, written in one language or in both."""
    whole = plain_label(text)
    if whole in _PLACES:
        return _PLACES[whole]
    # "目的1/Narrative objectives1", "目的1 (Narrative objectives1)"
    for mark in ("/", "("):
        before, bar, after = whole.partition(mark)
        if bar and not before.isascii():
            english = _PLACES.get(plain_label(after.removesuffix(")") if mark == "(" else after))
            japanese = _PLACES.get(plain_label(before))
            both = tuple(at for at in english or () if at in (japanese or ()))
            if both or english or japanese:
                return both or english or japanese or ()
    return ()


def _is_answer(text: str, previous: Iterable[Label]) -> bool:
    """Whether the line is an answer of the list that the label right above it offers."""
    return any(
        box.kind == "answer" and box.fits is not None and box.fits(text)
        for box in (BOXES[label.box] for label in previous)
    )


def _in_header(text: str, n: int) -> list[Label]:
    """ "Receipt number R000099002", with or without a bar between the two."""
    plain = text.strip()
    for at, box in enumerate(HEADER):
        for length in range(2, min(len(plain), 60) + 1):
            if plain[length : length + 1] not in ("", " ", "|", ":", "\t", "　"):
                continue
            if plain_label(plain[:length]) in box.labels:
                value = plain[length:].strip(" |:\t　")
                if value and (box.fits is None or box.fits(value)):
                    return [Label(n, at, value)]
    return []


def _row(text: str, n: int) -> list[Label]:
    """ "label | value |", "label: value", or the two with a tab between them."""
    for mark in ("|", "\t", ":", "："):
        before, bar, after = text.partition(mark)
        if bar and len(before) <= _LONGEST:
            value = after.strip(" |")
            # A heading has no value beside it.
            boxes = [at for at in _boxes_of(before) if not value or BOXES[at].kind != "section"]
            if boxes:
                return [Label(n, at, value) for at in boxes]
    return []


def _longest_run(found: Sequence[Sequence[Label]]) -> tuple[Label, ...]:
    """One label a line at most, of rising place in the form; the most that can be had.

    Of runs of one length that with the lower place wins, so a label whose neighbours are missing
    keeps to the section above it.
    """
    size = len(BOXES)
    # A tree of prefix maxima: how long the best run is that ends at a place or below.
    tree: list[tuple[int, int, int]] = [(0, 0, -1)] * (size + 1)
    made: list[tuple[Label, int]] = []

    def best_below(place: int) -> tuple[int, int, int]:
        best = (0, 0, -1)
        while place > 0:
            best = max(best, tree[place])
            place -= place & -place
        return best

    for labels in found:
        fresh = []
        for label in labels:
            length, _, before = best_below(label.box)
            fresh.append((length + 1, label, before))
        for length, label, before in fresh:
            made.append((label, before))
            entry = (length, -label.box, len(made) - 1)
            place = label.box + 1
            while place <= size:
                if entry[:2] > tree[place][:2]:
                    tree[place] = entry
                place += place & -place
    _, _, at = best_below(size)
    run: list[Label] = []
    while at >= 0:
        label, before = made[at]
        run.append(label)
        at = before
    return _off_sections(run[::-1])


def _off_sections(run: list[Label]) -> tuple[Label, ...]:
    """A heading such as "Condition" whose box of the same name is missing is that box's label."""
    moved: list[Label] = []
    for k, label in enumerate(run):
        after = label.box + 1
        following = run[k + 1] if k + 1 < len(run) else None
        same = (
            BOXES[label.box].kind == "section"
            and after < len(BOXES)
            and bool(set(BOXES[label.box].labels) & set(BOXES[after].labels))
        )
        apart = following is None or (following.box > after and following.line > label.line + 1)
        moved.append(Label(label.line, after, label.value) if same and apart else label)
    return tuple(moved)
