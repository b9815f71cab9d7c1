"""Patients explained: each criterion with its verdict, its records and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from remit.report.grid import cell_class
from remit.report.template import rendered
from remit.screening import Explanation
from remit.screening.explaining import CriterionFinding
from remit.views.words import (
    EVIDENCE_HEAD,
    criterion_name,
    missing_lines,
    record_parts,
    standing_text,
    verdict_text,
)

MOST_RECORDS = 12
_BORDER = {"a": "", "b": " x", "c": " q", "d": ""}


_HEADS = {"b": "Keeps out", "c": "Unknown", "a": "Lets in", "d": "Not applicable"}


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

    id: int
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
    return _Person(explanation.person, name, told, groups, len(explanation.findings))


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
        criterion.expression or "",
        _rows(finding) if recorded else [],
        bool(finding.leaves) and not recorded,
        list(missing_lines(finding)),
    )


def _rows(finding: CriterionFinding) -> list[tuple[str, ...]]:
    """The records part by part; a part without any has one row that says so."""
    rows: list[tuple[str, ...]] = []
    for part, records in record_parts(finding):
        if not records:
            rows.append((part, "no record found", "", "", "", "", ""))
        rows += [(part, *cells) for cells in records[:MOST_RECORDS]]
        if len(records) > MOST_RECORDS:
            more = f"and {len(records) - MOST_RECORDS} more records"
            rows.append((part, more, "", "", "", "", ""))
    return rows
