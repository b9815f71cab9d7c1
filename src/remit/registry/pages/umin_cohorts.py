"""Key inclusion and exclusion criteria of a UMIN page, cohort by cohort.

The form has one box for each kind. A record with several groups of people numbers them in both
boxes: "2. Criteria for …:" opens a group's inclusions and "2. Exclusion criteria for …: …" states
its exclusions; what precedes the first number is common to all.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from remit.registry.pages.lines import PageLines
from remit.registry.record import Cohort, CriterionText
from remit.registry.text.eligibility import flags_of, read_criteria
from remit.registry.text.headings import read_heading
from remit.registry.text.headings.vocabulary import (
    fold,
    heading_words,
    is_criteria,
    names_exclusion,
    side_of,
)
from remit.registry.text.items import Piece, read_piece

# A line that opens with these words states the exclusions; "do not meet any exclusion" does not.
_OPENS = re.compile(r"(?:(?:key|main|common|general|主な)\s*)?(?:exclusion criteri|除外基準)", re.I)
_EXCLUDES = re.compile(r"exclud(?:e|es|ed|ing)\b|除外", re.I)
_MARK = re.compile(r"([(\[]?)(\d{1,2})([.)\]、:,]?)(?!\d)|([①-⑳])")
_SUB_NUMBER = re.compile(r"\(\s*criterion\s+(\d+-\d+)\s*\)", re.I)
_GROUP_WORD = re.compile(r"criteria|group|cohort|arm\b|patients?\b|subjects?|healthy|control", re.I)

# A study with more groups of people than these is a list that only looks like them.
_MOST_COHORTS = 40
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

Eligibility = tuple[tuple[Cohort, ...], tuple[CriterionText, ...], tuple[str, ...]]


def read_umin_criteria(page: PageLines, lines: Sequence[int]) -> Eligibility:
    """The cohorts, the criteria and the notes of the lines between sex and sample size."""
    border, notes = _border(page, lines)
    cohorts, criteria = join_sides(page, lines[:border], lines[border:])
    if notes and not cohorts:
        # Where the border is a guess, none of these lines may be executed.
        criteria = tuple(replace(c, flags=c.flags | {"incomplete"}) for c in criteria)
    return cohorts, criteria, notes


def join_sides(
    page: PageLines, inclusion: Sequence[int], exclusion: Sequence[int]
) -> tuple[tuple[Cohort, ...], tuple[CriterionText, ...]]:
    """The cohorts and the criteria of the two boxes, whose lines are given."""
    ins = [read_piece(page.lines[n - 1].rstrip(" |"), n) for n in inclusion]
    outs = [read_piece(page.lines[n - 1].rstrip(" |"), n) for n in exclusion]
    cohorts = _cohorts(page, ins)
    if len(cohorts) > 1:
        return cohorts, _by_cohort(ins, outs, cohorts)
    first = tuple(_doubted(c) for c in read_criteria(ins, "inclusion"))
    return (), (*first, *read_criteria(outs, "exclusion", taken=first))


def _doubted(criterion: CriterionText) -> CriterionText:
    """An inclusion that says whom to exclude is true of those who are kept: never executed."""
    if not _EXCLUDES.match(criterion.text):
        return criterion
    return replace(criterion, flags=criterion.flags | {"incomplete"})


def _border(page: PageLines, lines: Sequence[int]) -> tuple[int, tuple[str, ...]]:
    """Where the exclusions begin; with a note where the page does not tell.

    A heading tells it, or else the numbering that begins anew, once and in the same form. The
    words of a criterion never do: "who are judged able" is an inclusion.
    """
    texts = [page.line(n) for n in lines]
    for k, text in enumerate(texts):
        heading = read_heading(text)
        if (heading and heading.side == "exclusion") or (k and _opens(text)):
            return k, ()
    if not lines:
        return 0, ()
    anew = _anew(texts)
    if len(anew) == 1:
        return anew[0], ()
    where = f"lines {lines[0]}-{lines[-1]}"
    return len(lines), (f"{where}: where the exclusion criteria begin is not told by the page",)


def _opens(text: str) -> bool:
    """Whether a line begins with words for exclusion criteria, misspelt ones too."""
    if _OPENS.match(text):
        return True
    words = [fold(word.strip(".,:;()[]").replace("-", "")) for word in text[:80].split()[:6]]
    while words and (words[0] in heading_words()["qualifiers"] or not words[0].isalpha()):
        words = words[1:]
    if len(words) < 2:
        return False
    return words[0].startswith("contraindicat") or (
        side_of(words[0]) == "exclusion" and is_criteria(words[1])
    )


def _anew(texts: Sequence[str]) -> list[int]:
    """The lines at which the numbering of the first numbered line begins at one again."""
    form: tuple[str, str] | None = None
    found = []
    for k, text in enumerate(texts):
        mark = _MARK.match(unicodedata.normalize("NFKC", text) if text[0] not in _CIRCLED else text)
        if not mark or not (mark[1] or mark[3] or mark[4]):
            continue
        number = _CIRCLED.index(mark[4]) + 1 if mark[4] else int(mark[2])
        here = ("circled", "") if mark[4] else (mark[1], mark[3])
        if form is None:
            form = here
        elif here == form and number == 1:
            found.append(k)
    return found


def _cohorts(page: PageLines, pieces: Sequence[Piece]) -> tuple[Cohort, ...]:
    """The numbered headings that have unnumbered lines below them; none if it is a plain list."""
    numbered = [k for k, p in enumerate(pieces) if p.printed.isdigit()]
    heads = [
        k
        for k in numbered
        if k + 1 < len(pieces) and not pieces[k + 1].printed and _GROUP_WORD.search(pieces[k].text)
    ]
    promised = [k for k in heads if pieces[k].text.endswith((":", "："))]
    if (
        not 2 <= len(heads) <= _MOST_COHORTS
        or len(heads) != len(numbered)
        or len(promised) * 2 < len(heads)
    ):
        return ()
    return tuple(
        Cohort(
            pieces[k].printed,
            pieces[k].text.rstrip(":："),
            page.line(pieces[k].span.first),
            pieces[k].span,
        )
        for k in heads
    )


def _by_cohort(
    inclusion: Sequence[Piece], exclusion: Sequence[Piece], cohorts: tuple[Cohort, ...]
) -> tuple[CriterionText, ...]:
    heads = {cohort.span.first: cohort.number for cohort in cohorts}
    found: list[CriterionText] = []
    current: str | None = None
    run: list[Piece] = []
    for piece in inclusion:
        if piece.span.first in heads:
            found += _read_group(run, current, found)
            current, run = heads[piece.span.first], []
        else:
            run.append(piece)
    found += _read_group(run, current, found)
    numbers = {cohort.number for cohort in cohorts}
    # Each line is read by itself, so the place of a criterion in its cohort is counted here.
    counts = Counter(_stem(c.key) for c in found if c.parent is None)
    current = None
    for piece in exclusion:
        if piece.printed in numbers:
            current = piece.printed
        for criterion in read_criteria([replace(piece, printed="")], "exclusion", cohort=current):
            stem = _stem(criterion.key)
            counts[stem] += 1
            place = str(counts[stem])
            found.append(replace(criterion, key=f"{stem}{place}", number=place))
    return tuple(_with_common_flags(c) for c in found)


def _stem(key: str) -> str:
    return key.rstrip("0123456789")


def _read_group(
    run: Sequence[Piece], cohort: str | None, taken: Sequence[CriterionText]
) -> list[CriterionText]:
    criteria = read_criteria(run, "inclusion", cohort=cohort, taken=taken)
    return [_sub_numbered(c) for c in criteria]


def _sub_numbered(criterion: CriterionText) -> CriterionText:
    found = _SUB_NUMBER.search(criterion.text)
    return replace(criterion, number=found[1]) if found else criterion


def _with_common_flags(criterion: CriterionText) -> CriterionText:
    flags = flags_of(criterion.text, promise_kept=False)
    if criterion.kind == "inclusion" and names_exclusion(criterion.text):
        flags |= {"unsure_side"}
    return replace(criterion, flags=flags)
