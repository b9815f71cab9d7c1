"""Persons explained, criterion by criterion, with the records that decided."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from remit.report.markup import rendered
from remit.report.verdicts import cell_class
from remit.screening import Explanation
from remit.screening.explanation import CriterionFinding
from remit.screening.worklist import STATUS_WORDS
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

    id: str
    name: str
    told: list[tuple[str, str]]
    groups: list[_Group]
    criteria: int


def patient_part(explanation: Explanation, *, name: str) -> Markup:
    """One person; `name` is unique in the report."""
    head = ("part of the expression", *EVIDENCE_HEAD)
    person = _person(explanation, name=name)
    return rendered("patient.html", person=person, head=head)


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
    told = [("Status", _status_text(explanation)), ("Named dates", days or "none")]
    return _Person(explanation.name, name, told, groups, len(explanation.findings))


def _status_text(explanation: Explanation) -> str:
    """Where the person stands, cohort by cohort, in the words of the report."""
    if explanation.died is not None:
        return standing_text(explanation)
    return "; ".join(
        f"cohort {cohort}: {STATUS_WORDS[standing]}" if cohort else STATUS_WORDS[standing]
        for cohort, standing in explanation.standings.items()
    )


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
