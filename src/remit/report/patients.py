"""Patients explained: each criterion with its verdict, its records and what is missing."""

from __future__ import annotations

from collections.abc import Sequence

from remit.report.grid import cell_class
from remit.report.markup import Html, element, joined, table
from remit.report.studies import fact_list
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


def patients_part(explanations: Sequence[Explanation], *, name: str) -> Html:
    """The persons one after the other; `name` is unique on the page."""
    return joined(
        _patient(explanation, name=f"{name}-{place}")
        for place, explanation in enumerate(explanations, start=1)
    )


def _patient(explanation: Explanation, *, name: str) -> Html:
    days = ", ".join(f"{anchor} {day}" for anchor, day in explanation.anchors.items())
    groups: dict[str, list[CriterionFinding]] = {"b": [], "c": [], "a": [], "d": []}
    for finding in explanation.findings:
        groups[cell_class(finding.criterion, finding.status)].append(finding)
    heads = {"b": "Keeps out", "c": "Unknown", "a": "Lets in", "d": "Not applicable"}
    parts = []
    for style, findings in groups.items():
        if not findings:
            continue
        summary = element("summary", f"{heads[style]}: {len(findings)} of {_of(explanation)}")
        body = [_finding(finding) for finding in findings]
        # What decides is open on the screen and on paper; the rest where the reader opens it.
        settled = style in "ad" and bool(groups["b"] or groups["c"])
        opened = {"open": ""} if style in "bc" and len(findings) <= 12 else {}
        shut = {"class_": "shut"} if settled else {}
        parts.append(element("details", summary, *body, **opened, **shut))
    facts = [("Stands", standing_text(explanation)), ("Named dates", days or "none")]
    title = f"Person {explanation.person}"
    return element(
        "section",
        element("h4", title, id=name),
        fact_list(facts),
        *parts,
        class_="card",
        aria_labelledby=name,
    )


def _of(explanation: Explanation) -> str:
    return f"{len(explanation.findings)} criteria"


def _finding(finding: CriterionFinding) -> Html:
    criterion = finding.criterion
    style = cell_class(criterion, finding.status)
    parts = [
        element(
            "p",
            element("span", verdict_text(finding), class_=f"tag {style}"),
            " ",
            element("b", criterion_name(criterion)),
            f": {criterion.text}",
        )
    ]
    if criterion.expression:
        parts.append(element("p", element("code", criterion.expression)))
    if any(leaf.evidence for leaf in finding.leaves):
        caption = f"Records behind {criterion.id}"
        head = ("part of the expression", *EVIDENCE_HEAD)
        parts.append(table(caption, head, _rows(finding), kind="records"))
    elif finding.leaves:
        parts.append(element("p", "No record found.", class_="quiet"))
    missing = missing_lines(finding)
    if missing:
        parts.append(element("ul", *(element("li", line) for line in missing)))
    return element("div", *parts, class_=f"finding{_BORDER[style]}")


def _rows(finding: CriterionFinding) -> list[tuple[str, ...]]:
    """The records part by part; a part without any has one row that says so."""
    rows: list[tuple[str, ...]] = []
    for part, records in record_parts(finding):
        code = element("code", part)
        if not records:
            rows.append((code, "no record found", "", "", "", "", ""))
        rows += [(code, *cells) for cells in records[:MOST_RECORDS]]
        if len(records) > MOST_RECORDS:
            more = f"and {len(records) - MOST_RECORDS} more records"
            rows.append((code, more, "", "", "", "", ""))
    return rows
