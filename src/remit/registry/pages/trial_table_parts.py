"""The tables of the pipe-table mirror: sites, sponsors, arms, outcomes and other trials.

Cells are found by splitting at "|" and words by their own look, so that a row of any length is
read in one pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from remit.registry.pages.lines import PageLines, field_of
from remit.registry.record import (
    Arm,
    Field,
    FieldState,
    Location,
    OutcomeText,
    OutcomeType,
    SimilarTrial,
    Span,
    Value,
)
from remit.registry.text.outcomes import outcome
from remit.registry.text.places import split_companies, split_names

_STATUSES = frozenset(
    {
        "active, not recruiting", "recruiting", "completed", "terminated", "withdrawn", "suspended",
        "unknown status", "not yet recruiting", "enrolling by invitation", "available",
        "no longer available", "approved for marketing", "temporarily not available", "withheld",
        "not recruiting",
    }
)  # fmt: skip
# A number of another trial, then a dash. No registry's number is longer.
_OTHER_TRIAL = re.compile(r"(?:^|\|)\s{0,5}([A-Z][A-Za-z]{1,12}[\w/-]{0,40})\s{1,5}[-–—](?=\s|$)")
# Status, number, title and phase, each on a line, with a border between; the last has none after.
_LONGEST_ROW = 6
_FOUR_DIGITS = re.compile(r"\d{4}")
_OUTCOME_ROW = re.compile(r"(Primary|Secondary|Other|Post-Hoc)\s{0,5}\|")
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
_ARM_COLUMNS = {
    "arm": "name", "arms": "name", "group": "name", "arm/group": "name", "arm group": "name",
    "group/cohort": "name", "cohort": "name", "participant group/arm": "name", "arm name": "name",
    "group name": "name", "arm title": "name", "arm label": "name", "label": "name",
    "type": "kind", "arm type": "kind", "role": "kind", "kind": "kind",
    "description": "description", "arm description": "description", "details": "description",
    "intervention": "interventions", "interventions": "interventions",
    "treatment": "interventions", "treatments": "interventions",
    "intervention/treatment": "interventions", "assigned interventions": "interventions",
    "assigned intervention": "interventions", "intervention / treatment": "interventions",
}  # fmt: skip
_NOTE = "note: there "


def table_named(text: str) -> str | None:
    """The table whose head a line is; None for any other line."""
    if "|" not in text or len(text) > 300:
        return None
    cells = [cell.strip().lower() for cell in text.split("|") if cell.strip()]
    if cells[:2] == ["country", "name"]:
        return "locations"
    if cells[:1] == ["lead sponsor"] and len(cells) <= 2:
        return "sponsors"
    if cells[:2] == ["type", "measure"]:
        return "outcomes"
    if cells[:2] == ["status", "clinical trial"]:
        return "similar"
    if _is_arm_head(cells):
        return "arms"
    if cells[:2] in (["type", "name"], ["intervention", "type"]):
        return "interventions"
    return None


def _is_arm_head(cells: list[str]) -> bool:
    columns = [_ARM_COLUMNS.get(cell) for cell in cells]
    return len(cells) > 1 and None not in columns and columns[0] == "name"


def is_rule(text: str) -> bool:
    """Whether a line is only the rule below a table's head."""
    return "--" in text and set(text) <= set("-|: \t")


def _field(
    name: str, value: Value | None, text: str, span: Span, state: FieldState = "stated"
) -> Field:
    """A field that shares its line's text with the others of the line."""
    return Field(name, value, text, span, state)


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
        line, span = page.line(n), Span(n, n)
        text = page.text(span)
        if line.lstrip("* ").lower().startswith(_NOTE):
            continue
        if "|" in line:
            cells = _cells(line)
            if cells and cells[0]:
                fields.append(_field("sponsor", cells[0], text, span))
            names = (name for cell in cells[1:] for name in split_companies(cell))
            fields += [_field("collaborator", name, text, span) for name in names]
        elif _is_countries(line):
            fields += [_field("country", name, text, span) for name in split_names(line) if name]
        elif _is_reference(line):
            fields.append(_field("reference", _without_link(line), text, span))
    return fields


def _is_countries(text: str) -> bool:
    """Whether a line is the list of countries, which ends with a comma."""
    names = [name.strip() for name in text.rstrip().split(",")]
    return (
        len(names) > 1
        and not names[-1]
        and all(
            name and name[0].isalpha() and not any(map(str.isdigit, name)) for name in names[:-1]
        )
    )


def _is_reference(text: str) -> bool:
    """Whether a line is a citation: its link, a DOI, or a year before a volume and pages."""
    lowered = text.lower()
    if lowered.rstrip().endswith("view citation") or "doi:" in lowered:
        return True
    year = _YEAR.search(text)
    if year is None:
        return False
    marks = [at for at in (text.find(";", year.end()), text.find(":", year.end())) if at >= 0]
    return bool(marks) and any(map(str.isdigit, text[min(marks) :]))


def _without_link(text: str) -> str:
    """A citation without the link that the site adds to it."""
    bare = text.rstrip()
    if not bare.lower().endswith("view citation"):
        return bare
    return bare[: -len("view citation")].rstrip().rstrip("—–-").rstrip()


def read_arms_table(page: PageLines, lines: list[int]) -> list[Field]:
    """An arm a row; the head above the rows tells what each column holds."""
    head = next((n for n in range(lines[0] - 1, 0, -1) if "|" in page.line(n)), 0) if lines else 0
    while head and is_rule(page.line(head)):
        head -= 1
    names = [cell.strip().lower() for cell in page.line(head).split("|")] if head else []
    columns = [_ARM_COLUMNS.get(name, "") for name in names]
    fields = []
    for n in lines:
        held: dict[str, str] = {}
        if "|" in page.line(n):
            for column, cell in zip(columns, _cells(page.line(n)), strict=False):
                held.setdefault(column, cell)
        if held.get("name"):
            given = held.get("interventions", "")
            arm = Arm(
                held["name"],
                held.get("kind") or None,
                held.get("description") or None,
                tuple(part.strip() for part in given.split(";") if part.strip()),
            )
            fields.append(field_of(page, "arm", arm, Span(n, n)))
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
        k - 1 if k and _bare(page, lines[k - 1]).lower() in _STATUSES else k
        for k, n in enumerate(lines)
        if _other_trial(page.line(n))
    ]
    fields: list[Field] = []
    for start, following in pairwise([*starts, len(lines)]):
        end = min(following, start + _LONGEST_ROW)
        span = Span(lines[start], lines[end - 1])
        # A line above the number holds the status, with or without its border.
        above = start if _other_trial(page.line(lines[start])) else start + 1
        text = " ".join(page.line(n) for n in lines[above:end])
        found = _other_trial(text)
        if found is None:
            continue
        said = [*(_bare(page, n) for n in lines[start:above]), text[: found.start(1)]]
        status = " ".join(part.strip(" |") for part in said).strip() or None
        title, _, after = text[found.end() :].partition("|")
        phase = after.partition("|")[0].strip()
        value = SimilarTrial(found[1], title.strip() or None, status, phase or None)
        fields.append(field_of(page, "similar_trials", value, span))
    first = starts[0] if starts else len(lines)
    fields += [
        field_of(page, "similar_trials", page.line(n), Span(n, n))
        for n in lines[:first]
        if page.line(n).strip(" |")
    ]
    return fields


def _other_trial(text: str) -> re.Match[str] | None:
    """Where a line names another trial by a number of at least four digits, and a dash."""
    return next((m for m in _OTHER_TRIAL.finditer(text) if _FOUR_DIGITS.search(m[1])), None)


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


TABLES: dict[str, Callable[[PageLines, list[int]], list[Field]]] = {
    "locations": read_locations_table,
    "sponsors": read_sponsors_table,
    "interventions": read_interventions_table,
    "arms": read_arms_table,
    "similar": read_similar_table,
}
