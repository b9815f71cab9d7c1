"""Screenings and explanations as JSON, from the same result object as every other view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from remit.criteria.evidence import Evidence
from remit.criteria.settling import Settler
from remit.protocol.schema import Criterion
from remit.screening.disclosure import (
    shown_cohorts,
    shown_count,
    shown_reasons,
)
from remit.screening.explaining import Explanation, LeafFinding
from remit.screening.running import Screening, Standing
from remit.screening.words import (
    COUNTS,
    HEAD_COUNTS,
    manifest_sha256,
    number_text,
    parameter_settings,
)
from remit.truth import Reason, Status

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"


def screening_json(screening: Screening, *, smallest: int = 0) -> dict[str, Json]:
    """The screening as a JSON-ready dict of kind `remit.screening`, version 1.

    With `smallest` the counts are texts as shown and `persons` is None.
    """
    protocol, dataset = screening.protocol, screening.facts

    def count(text: str) -> Json:
        return text if smallest else int(text.replace(",", ""))

    shown_all = shown_cohorts(screening, smallest=smallest)
    cohorts: list[Json] = [
        {
            "cohort": shown.cohort,
            "label": shown.label,
            "counts": {name: count(getattr(shown, name)) for name in HEAD_COUNTS},
            "steps": [
                {"criterion": step.criterion}
                | {name: count(getattr(step, name)) for name in COUNTS}
                for step in shown.steps
            ],
        }
        for shown in shown_all
    ]
    reasons: dict[str, Json] = {
        name: {word: count(text) for word, text in found.items()}
        for name, found in shown_reasons(screening, shown_all, smallest=smallest).items()
    }
    return {
        "kind": "remit.screening",
        "version": 1,
        "study": protocol.id,
        "title": protocol.title,
        "parameters": dict(parameter_settings(screening)),
        "smallest": smallest,
        "dataset": {
            "source": dataset.manifest.source,
            "data_cut": dataset.data_cut.isoformat(),
            "seed": dataset.manifest.seed,
            "manifest_sha256": manifest_sha256(dataset),
            "persons": count(shown_count(len(screening.person_ids), smallest=smallest)),
        },
        "cohorts": cohorts,
        "criteria": [_criterion_json(criterion) for criterion in protocol.criteria],
        "unknown_reasons": reasons,
        "persons": None if smallest else _persons_json(screening),
    }


def _criterion_json(criterion: Criterion) -> dict[str, Json]:
    names = ("id", "kind", "cohorts", "text", "interpretation", "state", "expression")
    written: dict[str, Json] = {name: getattr(criterion, name) for name in names}
    return {**written, "sources": [str(source) for source in criterion.sources]}


def _persons_json(screening: Screening) -> list[Json]:
    """One entry a person; standings by cohort (`all` where the study has none), statuses by id."""
    return [
        {
            "person": int(person),
            "standings": {
                item.cohort or "all": Standing(int(item.standings[place])).word
                for item in screening.cohorts
            },
            "statuses": {
                name: Status(int(codes[place])).word for name, codes in screening.statuses.items()
            },
        }
        for place, person in enumerate(screening.person_ids)
    ]


def explanation_json(explanation: Explanation) -> dict[str, Json]:
    """One person as a JSON-ready dict of kind `remit.explanation`, version 1."""
    return {
        "kind": "remit.explanation",
        "version": 1,
        "study": explanation.study,
        "person": explanation.person,
        "anchors": dict(explanation.anchors),
        "standings": {name or "all": item.word for name, item in explanation.standings.items()},
        "findings": [
            {
                **_criterion_json(finding.criterion),
                "status": finding.status.word,
                "passes": finding.passes,
                "reasons": [reason.word for reason in sorted(finding.reasons)],
                "leaves": [
                    _values_json(leaf, "text", "status", "reason")
                    | {"evidence": [_values_json(e, *e.__slots__) for e in leaf.evidence]}
                    for leaf in finding.leaves
                ],
                "settlers": [
                    _values_json(item, "text", "if_met", "if_not_met") for item in finding.settlers
                ],
            }
            for finding in explanation.findings
        ],
    }


def _values_json(part: Evidence | LeafFinding | Settler, *names: str) -> dict[str, Json]:
    """The attributes as JSON: ISO days, words for codes, numbers as text (1.8 stays 1.8)."""
    written: dict[str, Json] = {}
    for name in names:
        value = getattr(part, name)
        if isinstance(value, Status | Reason):
            value = value.word
        elif isinstance(value, Decimal | float):
            value = number_text(value)
        elif isinstance(value, date):
            value = value.isoformat()
        written[name] = value
    return written
