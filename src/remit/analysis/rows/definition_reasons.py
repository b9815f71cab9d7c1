"""Why another definition of response concludes otherwise: who answers differently, by which gate.

Whoever responds under one of two definitions alone is counted under the first condition of the
other that she fails, or that is not known, or the event that makes her no responder there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from remit.analysis.methods.estimates import Estimate
from remit.analysis.plan.estimand import Estimand
from remit.analysis.rows.awaited_times import NOT_ASKED
from remit.analysis.rows.every_definition import UNDER
from remit.analysis.rows.question import COUNT, Statistic
from remit.analysis.rows.result_row import ResultRow
from remit.analysis.rows.row_heads import RowHead, result_rows
from remit.analysis.rows.trial_answers import TrialAnswers, Whole
from remit.analysis.rows.visit_answers import MISSING, OBSERVED, VisitAnswers
from remit.endpoints.adjudication import Adjudication
from remit.endpoints.definition import CONFIRMED
from remit.protocol.analysis_sections import Analysis
from remit.truth import Status

NOT_MET = int(Status.NOT_MET)
DIFFERS = "persons who answer otherwise"
ONLY_UNDER = "only under"
_CONFIRMED = "The planned visit before shows it too."


@dataclass(frozen=True, slots=True)
class DefinitionReason:
    """One condition by which some persons respond under one definition and not under another.

    Attributes:
        analysis: of the plan. definition: the other one than the plan's own.
        responds_under, not_under: the plan's own and the other, or the other way round.
        gate: the condition of `not_under` that decides; an event, or another reason, in words.
        asked: what it asks; empty where it is no condition. known: whether it is known to fail.
        there: what the condition of this name asks under `responds_under`; None: it has none.
        rows: one an arm: how many persons.
    """

    analysis: str
    definition: str
    visit: str
    responds_under: str
    not_under: str
    gate: str
    asked: str
    known: bool
    there: str | None
    rows: tuple[ResultRow, ...]

    @property
    def persons(self) -> int:
        return int(sum(row.value or 0 for row in self.rows))


@dataclass(frozen=True, slots=True)
class AnalysedResponse:
    """A comparison of responses that was carried out, and what its rows say alike."""

    analysis: Analysis
    estimand: Estimand
    answers: tuple[VisitAnswers, ...]
    head: RowHead


def definition_reasons(
    analysed: Sequence[AnalysedResponse], trial: TrialAnswers
) -> tuple[tuple[DefinitionReason, ...], tuple[VisitAnswers, ...]]:
    """Each condition that sets another definition apart from the plan's own, and who is behind it.

    Args:
        analysed: comparisons of the plan, and the same under other definitions (`asked_again`).
    """
    by_id = {one.analysis.id: one for one in analysed}
    reasons: list[DefinitionReason] = []
    behind: list[VisitAnswers] = []
    for other in analysed:
        own = by_id.get(other.analysis.id.partition(UNDER)[0])
        if UNDER not in other.analysis.id or own is None:
            continue
        for ours, theirs in zip(own.answers, other.answers, strict=True):
            sides = (_Side.of(own, ours, trial), _Side.of(other, theirs, trial))
            for responds, fails in (sides, sides[::-1]):
                for reason, answers in _reasons(responds, fails, other, own.analysis.id):
                    reasons.append(reason)
                    behind.append(answers)
    return tuple(reasons), tuple(behind)


def _reasons(
    responds: _Side, fails: _Side, other: AnalysedResponse, of: str
) -> Iterator[tuple[DefinitionReason, VisitAnswers]]:
    """By each condition of one definition: who responds under the other alone."""
    yes = responds.answers.where(responds.answers.known & (responds.answers.value == 1))
    failed = [fails.why(who) for who in yes.person.tolist()]
    arms = other.analysis.compare
    assert arms is not None, "only comparisons are made under every definition"
    for why in dict.fromkeys(one for one in failed if one is not None):
        here = yes.where(np.array([one == why for one in failed], np.bool_))
        part = (f"{ONLY_UNDER} {responds.name}", why.part)
        told = fails.told(why)
        answers = replace(
            here,
            analysis=other.analysis.id,
            about=part,
            how=np.full(len(here.person), told[:200], "U200"),
        )
        counts = [
            Statistic(
                method=COUNT,
                name=DIFFERS,
                estimate=Estimate(float(np.count_nonzero(here.arm == arm)), warnings=(told,)),
                n=int(np.count_nonzero(here.arm == arm)),
                arms=(arm,),
                part=part,
            )
            for arm in arms
        ]
        # Of how many it is: `how` of those behind it is the reason, and no answer was imputed.
        rows = tuple(
            replace(row, n=int(np.count_nonzero(responds.answers.arm == row.arm)), warnings=(told,))
            for row in result_rows(other.head, answers, counts)
        )
        reason = DefinitionReason(
            of, other.head.definition, answers.visit, responds.name, fails.name, why.gate,
            fails.gates.get(why.gate, ""), why.known, responds.gates.get(why.gate), rows,
        )  # fmt: skip
        yield reason, answers


@dataclass(frozen=True, slots=True)
class _Why:
    """A condition, an event or another reason; whether the condition is known to fail."""

    gate: str
    known: bool = True

    @property
    def part(self) -> str:
        return self.gate if self.known else f"{self.gate} not known"


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One definition at one visit: its answers, its conditions, and why somebody fails."""

    name: str
    answers: VisitAnswers
    gates: Mapping[str, str]
    order: tuple[str, ...]
    places: Mapping[int, int]
    failing: Mapping[int, tuple[int, bool]]

    @classmethod
    def of(cls, analysed: AnalysedResponse, answers: VisitAnswers, trial: TrialAnswers) -> _Side:
        definition, asked = analysed.estimand.definition, analysed.analysis.response
        assert definition is not None
        assert asked is not None
        judged = next(a for a in trial.study.adjudications if a.definition.id == definition.id)
        grade = max(asked.grades, key=definition.grades.index)
        texts = {
            gate.id: gate.text
            for response in definition.responses
            if response.grade == grade
            for gate in response.gates
        }
        order = judged.gate_ids(grade)
        gates = {name: texts.get(name, _CONFIRMED if name == CONFIRMED else "") for name in order}
        places = {who: at for at, who in enumerate(answers.person.tolist())}
        rows = trial.places_at(answers.visit)
        return cls(
            definition.id, answers, gates, order, places, _failing(judged, grade, rows, trial)
        )

    def why(self, who: int) -> _Why | None:
        """Why somebody is no responder; None where she is one."""
        if who not in self.places:
            return _Why(NOT_ASKED)
        at = self.places[who]
        if self.answers.known[at] and self.answers.value[at] == 1:
            return None
        how = str(self.answers.how[at])
        gate, known = self.failing.get(who, (-1, True))
        if gate >= 0 and (how == OBSERVED or how.startswith(MISSING)):
            return _Why(self.order[gate], known)
        return _Why(how)

    def told(self, why: _Why) -> str:
        """The reason in words."""
        if why.gate not in self.gates:
            return f"{self.name}: {why.gate}"
        said = "fails" if why.known else "not known"
        return f"{self.name}, {said}: {self.gates[why.gate]}"


def _failing(
    judged: Adjudication, grade: str, rows: Whole, trial: TrialAnswers
) -> Mapping[int, tuple[int, bool]]:
    """Person -> the first condition that fails, or is not known, and whether it is known."""
    first = judged.first_failing(grade)
    verdicts = [verdict for (of, _), verdict in judged.gates.items() if of == grade]
    found = {}
    for who, row in zip(trial.persons.tolist(), rows.tolist(), strict=True):
        if row >= 0 and first[row] >= 0:
            gate = int(first[row])
            found[who] = gate, int(verdicts[gate].statuses[row]) == NOT_MET
    return found
