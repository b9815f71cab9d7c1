"""The answers of the columns evaluator to some criteria over some fact tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa

from remit.criteria.columns.subjects import Subjects, study_subjects
from remit.criteria.meanings import evaluate_columns
from remit.criteria.tree import Node
from remit.facts.arrays import NO_DAY, Days
from remit.facts.reading import TablesPart
from remit.truth import Status, Truth, reasons_of_mask


def column_truths(
    nodes: Mapping[str, Node],
    tables: Mapping[str, pa.Table],
    *,
    study: str,
    data_cut: date,
    complete: frozenset[str] = frozenset(),
    beside: int | None = None,
) -> Mapping[int, Mapping[str, Truth]]:
    """By person, then by criterion id.

    Args:
        beside: each person is three subjects: one whose dates are so many days earlier, the one
            that is asked for, and one without any date.
    """
    part = TablesPart(tables)
    subjects = study_subjects(part, study=study, data_cut=data_cut)
    if beside is not None:
        subjects = three_of_each(subjects, beside)
    asked = slice(None) if beside is None else slice(1, None, 3)
    verdicts = evaluate_columns(nodes, part, subjects, complete=complete)
    columns = {
        name: [
            Truth(Status(status), reasons_of_mask(mask))
            for status, mask in zip(
                found.statuses[asked].tolist(), found.reasons[asked].tolist(), strict=True
            )
        ]
        for name, found in verdicts.items()
    }
    return {
        person: {name: column[place] for name, column in columns.items()}
        for place, person in enumerate(subjects.person[asked].tolist())
    }


def three_of_each(subjects: Subjects, earlier: int) -> Subjects:
    """Each person as three subjects; the one in the middle has the dates."""

    def others(days: Days) -> Days:
        three = np.repeat(days, 3)
        three[0::3] = np.where(days == NO_DAY, NO_DAY, days - earlier)
        three[2::3] = NO_DAY
        return three

    return replace(
        subjects,
        person=np.repeat(subjects.person, 3),
        dates={name: others(days) for name, days in subjects.dates.items()},
        sex=np.repeat(subjects.sex, 3),
        born_first=np.repeat(subjects.born_first, 3),
        born_last=np.repeat(subjects.born_last, 3),
        own_cuts=None if subjects.own_cuts is None else np.repeat(subjects.own_cuts, 3),
    )
