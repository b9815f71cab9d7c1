"""The response of every person at every visit, as words: what flows between visits are drawn of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from remit.analysis.rows.trial_answers import TrialAnswers
from remit.endpoints.adjudication import NOT_ASSESSABLE
from remit.terminal import plain_text

NO_VISIT_THERE = "no visit"


@dataclass(frozen=True, slots=True)
class GradeStates:
    """Responses under one definition.

    Attributes:
        states: best first, then `not assessable` and, where persons lack a visit, `no visit`.
        visits: after the baseline, in order; `days` after it as planned, in the median.
        of: person's id as it came -> her state at each visit.
        arm: person's id -> arm.
    """

    definition: str
    title: str
    states: tuple[str, ...]
    visits: tuple[str, ...]
    days: tuple[int, ...]
    of: Mapping[str, tuple[str, ...]]
    arm: Mapping[str, str]


def grade_states(trial: TrialAnswers) -> GradeStates | None:
    """The observed responses under the plan's first definition; None where it has none."""
    if not trial.study.adjudications:
        return None
    judged = trial.study.adjudications[0]
    words = np.array(judged.words(judged.places))
    visits = trial.study.visits.ids[1:]
    names = [plain_text(name) for name in trial.names.all_shown(trial.persons)]
    planned = trial.study.visits.visits
    start = planned.moments["baseline"]
    after = (planned.day - planned.day[np.maximum(start, 0)]).astype(np.int64)
    columns, days = [], []
    for visit in visits:
        rows = trial.places_at(visit)
        columns.append(np.where(rows < 0, NO_VISIT_THERE, words[np.maximum(rows, 0)]))
        days.append(int(np.median(after[rows[rows >= 0]])) if (rows >= 0).any() else 0)
    of = {name: tuple(str(c[at]) for c in columns) for at, name in enumerate(names)}
    there = {state for states in of.values() for state in states}
    states = [*judged.grades, NOT_ASSESSABLE, NO_VISIT_THERE]
    return GradeStates(
        judged.definition.id,
        judged.definition.title,
        tuple(state for state in states if state in there or state in judged.grades),
        visits,
        tuple(days),
        of,
        dict(zip(names, trial.arm.tolist(), strict=True)),
    )
