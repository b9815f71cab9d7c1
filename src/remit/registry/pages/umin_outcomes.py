"""The outcomes of a UMIN page: one box for the primary ones, one for the key secondary ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from remit.registry.pages.lines import PageLines
from remit.registry.record import OutcomeText, OutcomeType, Span
from remit.registry.text.outcomes import outcome

_MARKER = re.compile(r"[(\[]?\d{1,2}[.)\]、:]\s?(?=\D)|[-*•・●○]\s?(?=\S)|[①-⑳]\s?")


def read_box_outcomes(
    page: PageLines, lines: Sequence[int], kind: OutcomeType
) -> tuple[OutcomeText, ...]:
    """The outcomes of one box, one a line; in a numbered list a line without one goes on."""
    texts = [page.line(n) for n in lines]
    marks = [_marker_of(text) for text in texts]
    groups: list[list[int]] = []
    for k, mark in enumerate(marks):
        if groups and not mark and any(marks[j] for j in groups[-1]):
            groups[-1].append(k)
        else:
            groups.append([k])
    found = []
    for group in groups:
        span = Span(lines[group[0]], lines[group[-1]])
        measure = " ".join(texts[k][len(marks[k]) :].strip(" |") for k in group)
        found.append(outcome(kind, measure, None, None, source_text=page.text(span), span=span))
    return tuple(found)


def _marker_of(text: str) -> str:
    """The number or bullet that a line begins with, as the page writes it; else ""."""
    plain = unicodedata.normalize("NFKC", text) if not text.isascii() else text
    found = _MARKER.match(text) or (_MARKER.match(plain) if len(plain) == len(text) else None)
    return text[: found.end()] if found else ""
