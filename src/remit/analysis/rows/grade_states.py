"""The response of every person at every visit, as words: what flows between visits are drawn of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from remit.analysis.rows.trial_answers import TrialAnswers
from remit.endpoints.adjudication import NOT_ASSESSABLE, NOT_DUE
from remit.terminal import plain_text

NO_VISIT_THERE = "no visit"
_TOLD = b"remit.grade_states"
_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("person", "arm", "visit")),
        ("day", pa.int64()),
        ("state", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class GradeStates:
    """Responses under one definition.

    Attributes:
        states: best first, then `not assessable`, `not yet due` at the data cut and, where persons
            lack a visit, `no visit`.
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

    def to_arrow(self) -> pa.Table:
        """One row a person and visit: person, arm, visit, day, state; what else is known is said
        beside the columns."""
        rows = [
            {"person": who, "arm": self.arm[who], "visit": visit, "day": day, "state": state}
            for who, states in self.of.items()
            for visit, day, state in zip(self.visits, self.days, states, strict=True)
        ]
        told = {"definition": self.definition, "title": self.title, "states": list(self.states)}
        return pa.Table.from_pylist(rows, _SCHEMA.with_metadata({_TOLD: json.dumps(told)}))


def grade_states_of(table: pa.Table) -> GradeStates:
    """The states of a table that `GradeStates.to_arrow` made."""
    told = json.loads(table.schema.metadata[_TOLD])
    of: dict[str, list[str]] = {}
    for row in table.to_pylist():
        of.setdefault(row["person"], []).append(row["state"])
    days = dict(zip(table["visit"].to_pylist(), table["day"].to_pylist(), strict=True))
    return GradeStates(
        told["definition"],
        told["title"],
        tuple(told["states"]),
        tuple(days),
        tuple(days.values()),
        {who: tuple(states) for who, states in of.items()},
        dict(zip(table["person"].to_pylist(), table["arm"].to_pylist(), strict=True)),
    )


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
    states = [*judged.grades, NOT_ASSESSABLE, NOT_DUE, NO_VISIT_THERE]
    return GradeStates(
        judged.definition.id,
        judged.definition.title,
        tuple(state for state in states if state in there or state in judged.grades),
        visits,
        tuple(days),
        of,
        dict(zip(names, trial.arm.tolist(), strict=True)),
    )
