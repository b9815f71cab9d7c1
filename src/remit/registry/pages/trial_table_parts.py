"""Tables of the pipe-table mirror: locations, sponsors, interventions, outcomes, other trials."""

from __future__ import annotations

import re
from itertools import pairwise

from remit.registry.pages.blocks import field_of
from remit.registry.pages.lines import PageLines
from remit.registry.record import Field, Location, OutcomeText, OutcomeType, SimilarTrial, Span
from remit.registry.text.outcomes import outcome

_COUNTRIES = re.compile(r"(?:[A-Z][\w .'()-]*,\s*)+")
_REFERENCE = re.compile(r"View Citation\s*$|\bdoi:|\b(?:19|20)\d{2}\b.*[;:].*\d", re.I)
_REFERENCES_NOTE = re.compile(r"\*?\s*Note: There (?:are|is) .*", re.I)
_STATUSES = re.compile(
    r"(?:active, not recruiting|recruiting|completed|terminated|withdrawn|suspended|unknown status|"
    r"not yet recruiting|enrolling by invitation|available|no longer available"
    r"|approved for marketing|"
    r"temporarily not available|withheld|not recruiting)",
    re.I,
)
_OTHER_TRIAL = re.compile(r"(?:^|\|)\s*([A-Z][A-Za-z]+[\w/-]*\d{4,}[\w/-]*)\s+[-–—](?:\s|$)")
_OUTCOME_ROW = re.compile(r"(Primary|Secondary|Other|Post-Hoc)\s*\|")


def _cells(text: str) -> list[str]:
    cells = [cell.strip() for cell in text.split("|")]
    return cells[:-1] if cells and not cells[-1] else cells


def read_locations_table(page: PageLines, lines: list[int]) -> list[Field]:
    """A location a row: country, name, city, state."""
    fields = []
    for n in lines:
        cells = [cell or None for cell in _cells(page.line(n))]
        country, name, city, state = (*cells, None, None, None, None)[:4]
        fields.append(field_of(page, "location", Location(name, city, state, country), Span(n, n)))
    return fields


def read_sponsors_table(page: PageLines, lines: list[int]) -> list[Field]:
    """Sponsor rows, then the list of countries, then the references."""
    fields: list[Field] = []
    for n in lines:
        text, span = page.line(n), Span(n, n)
        if _REFERENCES_NOTE.fullmatch(text):
            continue
        if "|" in text:
            cells = _cells(text)
            if cells and cells[0]:
                fields.append(field_of(page, "sponsor", cells[0], span))
            fields += [
                field_of(page, "collaborator", part.strip(), span)
                for cell in cells[1:]
                for part in cell.split(",")
                if part.strip()
            ]
        elif _COUNTRIES.fullmatch(text + " "):
            fields += [
                field_of(page, "country", part.strip(), span)
                for part in text.split(",")
                if part.strip()
            ]
        elif _REFERENCE.search(text):
            citation = re.sub(r"\s*[—–-]\s*View Citation\s*$", "", text)
            fields.append(field_of(page, "reference", citation, span))
    return fields


def read_interventions_table(page: PageLines, lines: list[int]) -> list[Field]:
    """An intervention a row, its cells joined."""
    return [
        field_of(page, "intervention", " | ".join(c for c in _cells(page.line(n)) if c), Span(n, n))
        for n in lines
        if any(_cells(page.line(n)))
    ]


def read_similar_table(page: PageLines, lines: list[int]) -> list[Field]:
    """Other trials with their ids; none of these ids is the page's own."""
    starts = [
        k - 1 if k and _STATUSES.fullmatch(_bare(page, lines[k - 1])) else k
        for k, n in enumerate(lines)
        if _OTHER_TRIAL.search(page.line(n))
    ]
    fields: list[Field] = []
    for start, end in pairwise([*starts, len(lines)]):
        span = Span(lines[start], lines[end - 1])
        cells = re.split(r"\|", " ".join(page.line(n) for n in lines[start:end]))
        at = next(k for k, cell in enumerate(cells) if _OTHER_TRIAL.search(cell.strip()))
        number, _, title = re.split(r"\s+([-–—])(?:\s+|$)", cells[at].strip(), maxsplit=1)
        status = " ".join(cells[:at]).strip() or None
        phase = cells[at + 1].strip() if at + 1 < len(cells) else ""
        value = SimilarTrial(number, title.strip() or None, status, phase or None)
        fields.append(field_of(page, "similar_trials", value, span))
    first = starts[0] if starts else len(lines)
    fields += [
        field_of(page, "similar_trials", page.line(n), Span(n, n))
        for n in lines[:first]
        if page.line(n).strip(" |")
    ]
    return fields


def _bare(page: PageLines, n: int) -> str:
    return page.line(n).strip(" |")


def read_outcomes_table(page: PageLines, lines: list[int]) -> list[OutcomeText]:
    """The outcomes; a row may run over several lines."""
    groups: list[list[int]] = []
    for n in lines:
        if _OUTCOME_ROW.match(page.line(n)):
            groups.append([n])
        elif groups:
            groups[-1].append(n)
    found = []
    kinds: dict[str, OutcomeType] = {"Primary": "primary", "Secondary": "secondary"}
    for group in groups:
        span = Span(group[0], group[-1])
        text = page.text(span)
        kind, measure, description, time = (*(c.strip() for c in text.split("|")), "", "", "")[:4]
        found.append(
            outcome(
                kinds.get(kind, "other"), measure, description, time, source_text=text, span=span
            )
        )
    return found
