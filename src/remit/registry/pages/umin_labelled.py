"""Reader of UMIN-CTR pages that show the labels of the form, in English or in both languages.

A label is a border: what stands below it, up to the next label, is its value. Where labels are
missing between two, the lines between may belong to any of their boxes; each goes into the one
that only it can fill, and what is not told is left for `unparsed` with a note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from remit.registry.pages.lines import (
    BOILERPLATE,
    PageLines,
    PageParts,
    field_of,
    finish,
    heading,
)
from remit.registry.pages.placement import place
from remit.registry.pages.umin_answers import name_row
from remit.registry.pages.umin_boxes import (
    BOTH,
    EXCLUSION,
    INCLUSION,
    BoxContents,
    add_official,
    criteria_of,
    store,
)
from remit.registry.pages.umin_form import HEADER, LANGUAGES, FormBox, as_box, plain_label
from remit.registry.pages.umin_labels import BOXES, Label
from remit.registry.pages.umin_people import read_people
from remit.registry.pages.umin_sections import read_progress, read_tail
from remit.registry.record import Dropped, Record, Span
from remit.registry.text.written_values import read_count

# As many labels below the header are no chance.
_MANY = 8
_NAMES = [box.field for box in BOXES]
_ENROLMENT = _NAMES.index("enrolment")
_STATUS = _NAMES.index("status")
_SPONSOR = _NAMES.index("sponsor")


def read_labelled(page: PageLines, labels: Sequence[Label]) -> Record:
    """The record of a page whose labels have been found."""
    plain = _beside(page, labels)
    found = BoxContents(frozenset(d.line for d in page.dropped if not page.line(d.line)))
    site = {n for n in page.filled() if BOILERPLATE.fullmatch(page.line(n))}
    filled = sorted({*page.filled(), *found.gone} - site)
    at = 0
    for k, label in enumerate(labels):
        following = labels[k + 1] if k + 1 < len(labels) else None
        until = following.line if following else len(page.lines) + 1
        while at < len(filled) and filled[at] <= label.line:
            at += 1
        start = at
        while at < len(filled) and filled[at] < until:
            at += 1
        last = following.box if following else len(BOXES)
        found.fields.append(heading(page, label.line))
        beside = [label.line] if label.value else []
        _read_block(plain, label, last, [*beside, *filled[start:at]], found)
    cohorts, criteria = criteria_of(plain, found)
    add_official(plain, found)
    parts = PageParts(
        fields=tuple(found.fields),
        cohorts=cohorts,
        criteria=criteria,
        outcomes=tuple(found.outcomes),
        dropped=tuple(found.dropped),
        notes=tuple(found.notes),
    )
    return finish(page, "umin", parts)


def _beside(page: PageLines, labels: Sequence[Label]) -> PageLines:
    """The page with the value alone on each line that a label shares with it."""
    lines = list(page.lines)
    for label in labels:
        if label.value:
            lines[label.line - 1] = label.value
    return replace(page, lines=tuple(lines))


def _read_block(
    page: PageLines, label: Label, last: int, items: Sequence[int], found: BoxContents
) -> None:
    """One label and all that stands below it; `last` is the box of the next label."""
    box = BOXES[label.box]
    lines = [n for n in items if n not in found.gone]
    if label.box < len(HEADER):
        if label.value:
            store(page, label.box, lines[:1], found)
        return
    english, japanese = _by_language(page, lines, found)
    if box.kind in ("personal", "lead") and japanese:
        found.dropped += [Dropped(n, "contact_name") for n in japanese]
        japanese = []
    if english and japanese:
        _keep_japanese(page, box, japanese, found)
    elif japanese:
        english = japanese
    if not english:
        return
    open_boxes = [
        k for k in range(label.box, last) if BOXES[k].kind != "section" and k >= len(HEADER)
    ]
    if len(open_boxes) == 1 and open_boxes[0] == label.box:
        store(page, label.box, english, found)
    elif label.box == _ENROLMENT and last > _SPONSOR:
        _read_unlabelled_people(page, label, items, found)
    elif label.box == _STATUS and last == len(BOXES):
        fields, notes = read_progress(page, english)
        found.fields += fields
        found.notes += notes
    else:
        _place_block(page, label, open_boxes, english, found)


def _by_language(
    page: PageLines, lines: Sequence[int], found: BoxContents
) -> tuple[list[int], list[int]]:
    """The lines below "English", or below no language, and those below "Japanese"."""
    sides: dict[str, list[int]] = {"english": [], "japanese": []}
    side = "english"
    for n in lines:
        named = LANGUAGES.get(plain_label(page.line(n)))
        if named:
            side = named
            found.fields.append(heading(page, n))
        else:
            sides[side].append(n)
    return sides["english"], sides["japanese"]


def _keep_japanese(page: PageLines, box: FormBox, lines: Sequence[int], found: BoxContents) -> None:
    """The Japanese wording of a box that is answered in English too."""
    name = f"{box.field}_in_japanese"
    found.fields += [field_of(page, name, page.line(n), Span(n, n)) for n in lines]


def _read_unlabelled_people(
    page: PageLines, label: Label, items: Sequence[int], found: BoxContents
) -> None:
    """All labels from the sample size to the next one are missing: the form's order is left."""
    lines = [n for n in items if n not in found.gone]
    if read_count(page.line(lines[0])) is not None:
        store(page, label.box, lines[:1], found)
        lines = lines[1:]
    fields, dropped, rest, people_notes = read_people(page, list(items), lines)
    tail, notes = read_tail(page, rest)
    found.fields += (*fields, *tail)
    found.dropped += dropped
    found.notes += (*people_notes, *notes)


def _place_block(
    page: PageLines, label: Label, boxes: Sequence[int], lines: Sequence[int], found: BoxContents
) -> None:
    """Lines between two labels that are no neighbours in the form."""
    if label.box == INCLUSION and EXCLUSION in boxes:
        # The list may run on into the exclusions, whose label is missing.
        found.sides[BOTH] = list(lines)
        return
    rest = _without_names(page, label, lines, found)
    if len(rest) < len(lines):
        boxes = [k for k in boxes if k != label.box]
    lines = rest
    if not lines:
        return
    texts = [page.line(n) for n in lines]
    own = bool(boxes) and boxes[0] == label.box
    first = BOXES[label.box]
    near = own and _is_own(page, label, first, lines[0])
    # The label says that its own box is answered.
    form = [as_box(BOXES[k], answered=k == label.box) for k in boxes]
    if near:
        # The first line is the label's own; the rest may be of it or of the boxes after it.
        after = [replace(form[0], required=False), *form[1:]] if form[0].several else form[1:]
        shift = len(form) - len(after)
        where = [0, *(at if at is None else at + shift for at in place(texts[1:], after))]
    else:
        where = list(place(texts, form))
        elsewhere = any(box.fits is not None and box.fits(texts[0]) for box in form[1:])
        fits = first.fits is None or first.fits(texts[0])
        if own and where[0] is None and fits and not elsewhere:
            where[0] = 0
    runs: dict[int, list[int]] = {}
    lost: list[int] = []
    for n, at in zip(lines, where, strict=True):
        if at is None:
            lost.append(n)
        else:
            runs.setdefault(boxes[at], []).append(n)
    for k, run in runs.items():
        store(page, k, run, found)
    if lost:
        _leave(page, label, lost, found, personal=any(BOXES[k].kind == "personal" for k in boxes))


def _without_names(
    page: PageLines, label: Label, lines: Sequence[int], found: BoxContents
) -> Sequence[int]:
    """The lines after the rows of a person's name, which the label of a person begins with."""
    if BOXES[label.box].field not in ("official", "contact_name"):
        return lines
    count = 0
    for k, n in enumerate(lines):
        if name_row(page.line(n)):
            count = k + 1
    if count:
        store(page, label.box, lines[:count], found)
    return lines[count:]


def _is_own(page: PageLines, label: Label, box: FormBox, line: int) -> bool:
    """Whether a line is the value of the label above it, whatever other box it fits.

    A page that parts label and value by one blank line shows an empty box by more of them.
    """
    if box.kind == "personal" or line == label.line:
        return line - label.line <= 2
    text = page.line(line)
    return line - label.line == 2 and (box.fits is None or box.fits(text))


def _leave(
    page: PageLines, label: Label, lines: Sequence[int], found: BoxContents, *, personal: bool
) -> None:
    """Lines whose label is missing: noted and unparsed, or dropped where they may be personal."""
    for n in lines:
        if personal or name_row(page.line(n)):
            found.dropped.append(Dropped(n, "contact"))
    found.notes.append(
        f"line {lines[0]}: a label is missing below that of line {label.line} "
        f"({BOXES[label.box].labels[0]}); what stands there is not placed"
    )


def shows_labels(page: PageLines, labels: Sequence[Label]) -> bool:
    """Whether the page shows its labels: many of them, or one right below the header.

    On a page that has lost them a few values read like labels by chance.
    """
    found = [label for label in labels if label.box >= len(HEADER)]
    if len(found) >= _MANY:
        return True
    header = {label.line for label in labels if label.box < len(HEADER)}
    first = next(
        (n for n in page.filled() if n not in header and not BOILERPLATE.fullmatch(page.line(n))),
        None,
    )
    return bool(found) and found[0].line == first
