"""Responders and non-responders beside each other: what they were before treatment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from remit.analysis.plan.estimand import estimand_of
from remit.analysis.rows.baseline_rows import describe_levels, describe_numbers
from remit.analysis.rows.question import MethodQuestion
from remit.analysis.rows.result_row import ResultRow
from remit.analysis.rows.row_heads import RowHead, result_rows
from remit.analysis.rows.study_baseline import Characteristic, StudyBaseline, characteristics_of
from remit.analysis.rows.trial_answers import TrialAnswers
from remit.analysis.rows.variables import answers_of
from remit.analysis.rows.visit_answers import MISSING, VisitAnswers
from remit.protocol import Protocol
from remit.protocol.analysis_sections import Analysis
from remit.protocol.group_sections import ResponderComparison

REACHED, NOT_REACHED = "responders", "non_responders"
GROUPS = (REACHED, NOT_REACHED)
ROLE: Literal["exploratory"] = "exploratory"
UNGROUPED = "{} of {} have no answer at the visit: they are in neither group"
NOT_PLANNED_TO_DIFFER = (
    "Treatment did not part these groups, their answer did: what differs is no effect"
)


@dataclass(frozen=True, slots=True)
class ResponderGroups:
    """The two groups of a comparison, described and compared.

    Attributes:
        shown: the groups in the place of arms. notes: what is to be known of them.
    """

    comparison: ResponderComparison
    shown: StudyBaseline
    notes: tuple[str, ...]

    @property
    def rows(self) -> tuple[ResultRow, ...]:
        return self.shown.rows

    @property
    def answers(self) -> tuple[VisitAnswers, ...]:
        return tuple(one.answers for one in self.shown.characteristics)


def asked_of_groups(comparison: ResponderComparison) -> Analysis:
    """The answers that part the groups, as an analysis asks for them."""
    return Analysis(
        id=comparison.id,
        title=comparison.title,
        role=ROLE,
        population=comparison.population,
        visits=(comparison.visit,),
        response=comparison.response,
        methods=("clopper_pearson",),
        adjusted_for=comparison.of,  # read at the first visit
    )


def responder_groups(
    protocol: Protocol, trial: TrialAnswers, *, plan_hash: str = "", plan: str = ""
) -> tuple[ResponderGroups, ...]:
    """The comparisons of responders with non-responders that a protocol plans.

    Args:
        trial: read with `asked_of_groups` of each comparison.
        plan_hash, plan: what every row says of the plan.
    """
    return tuple(
        _groups(one, protocol, trial, plan_hash, plan) for one in protocol.responder_comparisons
    )


def _groups(
    comparison: ResponderComparison,
    protocol: Protocol,
    trial: TrialAnswers,
    plan_hash: str,
    plan: str,
) -> ResponderGroups:
    asked = asked_of_groups(comparison)
    estimand = estimand_of(asked, protocol)
    (found,) = answers_of(asked, estimand, trial)
    answered = found.known & ~np.char.startswith(found.how, MISSING)
    group = np.where(found.value > 0, REACHED, NOT_REACHED)
    kept = np.isin(trial.persons, found.person[answered])
    of = np.full(len(trial.persons), "", group.dtype)
    of[np.searchsorted(trial.persons, found.person[answered])] = group[answered]
    definition = estimand.definition
    head = RowHead(
        study=protocol.id, analysis="", title="", role=ROLE, population=estimand.population,
        definition="" if definition is None else definition.id, plan_hash=plan_hash, plan=plan,
    )  # fmt: skip
    visit = trial.study.visits.ids[0]
    wanted = {"age", "sex", *(name.replace(" ", "_") for name in comparison.of)}
    rows = tuple(
        _characteristic(comparison, label, replace(answers, arm=of).where(kept), head)
        for name, label, answers in characteristics_of(trial, visit)
        if name in wanted
    )
    numbers = {name: int(np.count_nonzero(of[kept] == name)) for name in GROUPS}
    labels = dict(zip(GROUPS, comparison.labels, strict=True))
    lacking = len(found.person) - int(np.count_nonzero(answered))
    notes = (UNGROUPED.format(lacking, len(found.person)),) if lacking else ()
    return ResponderGroups(
        comparison,
        StudyBaseline(protocol.id, visit, labels, numbers, rows),
        (*notes, NOT_PLANNED_TO_DIFFER),
    )


def _characteristic(
    comparison: ResponderComparison, label: str, answers: VisitAnswers, head: RowHead
) -> Characteristic:
    answers = replace(answers, analysis=f"{comparison.id}_{answers.analysis}")
    question = MethodQuestion(answers, GROUPS, None, 0.95)
    described = describe_numbers(
        question, tests=(comparison.test_of_numbers,), together=True, differences=True
    )
    if answers.levels:
        described = describe_levels(
            question, tests=(comparison.test_of_words,), together=True, differences=True
        )
    own = replace(head, analysis=answers.analysis, title=f"{comparison.title}: {label}")
    return Characteristic(answers.analysis, label, answers, result_rows(own, answers, described))
