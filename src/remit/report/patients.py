"""Persons of a screening: the grid of verdicts, and patients explained, criterion by criterion.

Each cell of the grid is a glyph, a word and a shade.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from remit.protocol.schema import Criterion
from remit.report.markup import rendered
from remit.report.shown_persons import choose_varied
from remit.screening import CohortScreening, Explanation, Screening, Standing
from remit.screening.explanation import CriterionFinding
from remit.truth import Status
from remit.views.words import (
    EVIDENCE_HEAD,
    WORD,
    criterion_name,
    mark_of,
    missing_lines,
    record_parts,
    standing_text,
    verdict_text,
)

_STANDING: Mapping[Standing, tuple[str, str]] = {
    Standing.ELIGIBLE: ("a", "✓ eligible"),
    Standing.UNDETERMINED: ("c", "? open"),
    Standing.NOT_ELIGIBLE: ("d", "✗ not"),
}
_KEY = (
    ("a", "✓ pale: lets the person in"),
    ("b", "✗ strong and framed: keeps the person out"),
    ("c", "? dashed: unknown"),
    ("d", "– grey: not applicable"),
)
MOST_RECORDS = 12
_BORDER = {"a": "", "b": " x", "c": " q", "d": ""}
_HEADS = {"b": "Keeps out", "c": "Unknown", "a": "Lets in", "d": "Not applicable"}


def cell_class(criterion: Criterion, status: Status) -> str:
    """`a` lets in, `b` keeps out, `c` unknown, `d` not applicable."""
    if status is Status.UNKNOWN:
        return "c"
    if status is Status.NOT_APPLICABLE:
        return "d"
    return "a" if (status is Status.MET) == (criterion.kind == "inclusion") else "b"


def verdict_grid(
    screening: Screening, cohort: CohortScreening, *, name: str, most: int = 60
) -> Markup:
    """At most `most` persons, chosen for variety; `name` is that of the criteria table."""
    criteria = [item.criterion for item in cohort.criteria]
    meaning = {"a": "in", "b": "out", "c": "", "d": ""}
    marks: dict[tuple[str, int], tuple[str, str, str]] = {}
    for kind, sample in {criterion.kind: criterion for criterion in criteria}.items():
        for status in Status:
            style = cell_class(sample, status)
            said = f"{WORD[status]} {meaning[style]}".strip()
            marks[kind, int(status)] = (style, mark_of(sample, status), said)
    rows = []
    for person in choose_varied(screening, cohort, most=most):
        place = int(np.searchsorted(screening.person_ids, person))
        standing = _STANDING[Standing(int(cohort.standings[place]))]
        cells = [marks[c.kind, int(screening.statuses[c.id][place])] for c in criteria]
        rows.append((person, standing, cells))
    return rendered(
        "verdict_grid.html",
        key=_KEY,
        label=cohort.label,
        persons=f"{len(screening.person_ids):,}",
        name=name,
        criteria=criteria,
        rows=rows,
    )


@dataclass(frozen=True, slots=True)
class _Finding:
    """One criterion of one person, in words; `rows` are its records."""

    id: str
    style: str
    border: str
    verdict: str
    title: str
    text: str
    expression: str
    rows: list[tuple[str, ...]]
    is_unrecorded: bool
    missing: list[str]


@dataclass(frozen=True, slots=True)
class _Group:
    """Findings that do the same to a person.

    What decides is `opened` on the screen and printed; what is `shut` is printed only where the
    reader opens it.
    """

    head: str
    findings: list[_Finding]
    opened: bool
    shut: bool


@dataclass(frozen=True, slots=True)
class _Person:
    """One person; `criteria` says how many there are in all."""

    id: str
    name: str
    told: list[tuple[str, str]]
    groups: list[_Group]
    criteria: int


def patients_part(explanations: Sequence[Explanation], *, name: str) -> Markup:
    """The persons one after the other; `name` is unique on the page."""
    persons = [
        _person(explanation, name=f"{name}-{place}")
        for place, explanation in enumerate(explanations, start=1)
    ]
    head = ("part of the expression", *EVIDENCE_HEAD)
    return rendered("patients.html", persons=persons, head=head)


def _person(explanation: Explanation, *, name: str) -> _Person:
    days = ", ".join(f"{anchor} {day}" for anchor, day in explanation.anchors.items())
    found: dict[str, list[_Finding]] = {style: [] for style in _HEADS}
    for finding in explanation.findings:
        shown = _finding(finding)
        found[shown.style].append(shown)
    decided = bool(found["b"] or found["c"])
    groups = [
        _Group(
            _HEADS[style],
            findings,
            opened=style in "bc" and len(findings) <= 12,
            shut=style in "ad" and decided,
        )
        for style, findings in found.items()
        if findings
    ]
    told = [("Stands", standing_text(explanation)), ("Named dates", days or "none")]
    return _Person(explanation.name, name, told, groups, len(explanation.findings))


def _finding(finding: CriterionFinding) -> _Finding:
    criterion = finding.criterion
    style = cell_class(criterion, finding.status)
    recorded = any(leaf.evidence for leaf in finding.leaves)
    return _Finding(
        criterion.id,
        style,
        _BORDER[style],
        verdict_text(finding),
        criterion_name(criterion),
        criterion.text,
        finding.expression or "",
        _rows(finding) if recorded else [],
        bool(finding.leaves) and not recorded,
        list(missing_lines(finding)),
    )


def _rows(finding: CriterionFinding) -> list[tuple[str, ...]]:
    """The records part by part; a part without any has one row that says so."""
    rows: list[tuple[str, ...]] = []
    for part in record_parts(finding):
        if not part.rows:
            rows.append((part.text, "" if part.is_items else "no record found", *[""] * 5))
        rows += [(part.text, *cells) for cells in part.rows[:MOST_RECORDS]]
        if len(part.rows) > MOST_RECORDS:
            more = f"and {len(part.rows) - MOST_RECORDS} more records"
            rows.append((part.text, more, *[""] * 5))
    return rows
