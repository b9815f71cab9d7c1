"""Key inclusion and exclusion criteria of a UMIN page, cohort by cohort.

The form has one box for each kind. A record with several groups of people numbers them in both
boxes: "2. Criteria for …:" opens a group's inclusions and "2. Exclusion criteria for …: …" states
its exclusions; what precedes the first number is common to all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from remit.registry.pages.lines import PageLines
from remit.registry.record import Cohort, CriterionText
from remit.registry.text.eligibility import flags_of, read_criteria
from remit.registry.text.headings import read_heading
from remit.registry.text.items import Piece, read_piece

_EXCLUSION_LINE = re.compile(
    r"^(?:(?:key|main|common)\s+)?exclu(?:sion|ded|de)\b|\bexclusion criteria\b"
    r"|^(?:patients|subjects|those|persons|"
    r"individuals|cases)?\s*(?:who\s+)?(?:refus|declin|are (?:not eligible|judged"
    r"|considered|deemed) )",
    re.I,
)
_SUB_NUMBER = re.compile(r"\(\s*criterion\s+(\d+-\d+)\s*\)", re.I)
_GROUP_WORD = re.compile(r"criteria|group|cohort|arm\b|patients?\b|subjects?|healthy|control", re.I)

Eligibility = tuple[tuple[Cohort, ...], tuple[CriterionText, ...], tuple[str, ...]]


def read_umin_criteria(page: PageLines, lines: Sequence[int]) -> Eligibility:
    """The cohorts, the criteria and the notes of the lines between sex and sample size."""
    pieces = [read_piece(page.lines[n - 1], n) for n in lines]
    border, notes = _border(pieces)
    inclusion, exclusion = pieces[:border], pieces[border:]
    cohorts = _cohorts(page, inclusion)
    if len(cohorts) > 1:
        return cohorts, _by_cohort(inclusion, exclusion, cohorts), notes
    first = read_criteria(inclusion, "inclusion")
    criteria = (*first, *read_criteria(exclusion, "exclusion", taken=first))
    if notes:
        # Where the border is a guess, none of these lines may be executed.
        criteria = tuple(replace(c, flags=c.flags | {"incomplete"}) for c in criteria)
    return (), criteria, notes


def _border(pieces: Sequence[Piece]) -> tuple[int, tuple[str, ...]]:
    """Where the exclusions begin; with a note where the page does not tell."""
    for k, piece in enumerate(pieces):
        heading = read_heading(piece.text)
        if heading and heading.side == "exclusion":
            return k, ()
        if k and not heading and _EXCLUSION_LINE.search(piece.text):
            return k, ()
    for k, piece in enumerate(pieces):
        if k and piece.printed == "1" and any(p.printed not in ("", "1") for p in pieces[:k]):
            return k, ()
    if len(pieces) == 2:
        return 1, ()
    if not pieces:
        return 0, ()
    where = f"lines {pieces[0].span.first}-{pieces[-1].span.last}"
    return len(pieces), (f"{where}: where the exclusion criteria begin is not told by the page",)


def _cohorts(page: PageLines, pieces: Sequence[Piece]) -> tuple[Cohort, ...]:
    """The numbered headings that have unnumbered lines below them; none if it is a plain list."""
    numbered = [k for k, p in enumerate(pieces) if p.printed.isdigit()]
    heads = [
        k
        for k in numbered
        if k + 1 < len(pieces) and not pieces[k + 1].printed and _GROUP_WORD.search(pieces[k].text)
    ]
    promised = [k for k in heads if pieces[k].text.endswith((":", "："))]
    if len(heads) < 2 or len(heads) != len(numbered) or len(promised) * 2 < len(heads):
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
    current = None
    for piece in exclusion:
        if piece.printed in numbers:
            current = piece.printed
        found += read_criteria(
            [replace(piece, printed="")], "exclusion", cohort=current, taken=found
        )
    return tuple(_with_common_flags(c) for c in found)


def _read_group(
    run: Sequence[Piece], cohort: str | None, taken: Sequence[CriterionText]
) -> list[CriterionText]:
    criteria = read_criteria(run, "inclusion", cohort=cohort, taken=taken)
    return [_sub_numbered(c) for c in criteria]


def _sub_numbered(criterion: CriterionText) -> CriterionText:
    found = _SUB_NUMBER.search(criterion.text)
    return replace(criterion, number=found[1]) if found else criterion


def _with_common_flags(criterion: CriterionText) -> CriterionText:
    return replace(criterion, flags=flags_of(criterion.text, promise_kept=False))
