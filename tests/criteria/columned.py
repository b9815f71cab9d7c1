"""The answers of the columns evaluator to some criteria over some fact tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from remit.criteria.columns.subjects import study_subjects
from remit.criteria.meaning import evaluate_columns
from remit.criteria.tree import Node
from remit.facts.reading import TablesPart
from remit.truth import Status, Truth, reasons_of_mask


def column_truths(
    nodes: Mapping[str, Node],
    tables: Mapping[str, pa.Table],
    *,
    study: str,
    data_cut: date,
    complete: frozenset[str] = frozenset(),
) -> Mapping[int, Mapping[str, Truth]]:
    """By person, then by criterion id."""
    part = TablesPart(tables)
    subjects = study_subjects(part, study=study, data_cut=data_cut)
    verdicts = evaluate_columns(nodes, part, subjects, complete=complete)
    columns = {
        name: [
            Truth(Status(status), reasons_of_mask(mask))
            for status, mask in zip(found.statuses.tolist(), found.reasons.tolist(), strict=True)
        ]
        for name, found in verdicts.items()
    }
    return {
        person: {name: column[place] for name, column in columns.items()}
        for place, person in enumerate(subjects.person.tolist())
    }
