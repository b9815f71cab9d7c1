"""A study analysed: every planned analysis as result rows, and the answers that they stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from hashlib import sha256

import numpy as np
import pyarrow as pa

from remit.analysis.methods.estimates import Estimate
from remit.analysis.plan.estimand import Estimand, estimand_of
from remit.analysis.plan.plan_lock import NOT_LOCKED, plan_hash
from remit.analysis.rows.chosen_controls import ControlMatching, match_controls
from remit.analysis.rows.definition_reasons import (
    AnalysedResponse,
    DefinitionReason,
    definition_reasons,
)
from remit.analysis.rows.event_statistics import WATCHED, event_statistics, person_events
from remit.analysis.rows.every_definition import asked_again
from remit.analysis.rows.flow_rows import TrialFlow, trial_flow
from remit.analysis.rows.multiplicity_rows import adjusted_rows
from remit.analysis.rows.part_statistics import describe_part
from remit.analysis.rows.plan_check import check_plan
from remit.analysis.rows.planned_events import CountedEvents
from remit.analysis.rows.question import MethodQuestion, Statistic
from remit.analysis.rows.responder_groups import (
    ResponderGroups,
    asked_of_groups,
    responder_groups,
)
from remit.analysis.rows.result_row import ResultRow, row_table
from remit.analysis.rows.row_heads import RowHead, result_rows
from remit.analysis.rows.statistics import AT_LAST, counted, over_visits_of, takers_of
from remit.analysis.rows.study_baseline import StudyBaseline, study_baseline
from remit.analysis.rows.trial_answers import TrialAnswers, read_answers
from remit.analysis.rows.variables import answers_of, events_of, population_of
from remit.analysis.rows.visit_answers import VisitAnswers
from remit.errors import DatasetError, MethodError
from remit.facts.opened import Facts
from remit.protocol import Protocol
from remit.protocol.analysis_sections import Analysis
from remit.result_table import Tabular
from remit.truth import Status

NOT_ESTIMABLE = "not estimable"
ELSEWHERE = "the source of the definition judges at another time:"


@dataclass(frozen=True, slots=True)
class TrialAnalysis(Tabular):
    """The analyses of a study.

    Attributes:
        asked: the analyses of the plan, and those asked again under other definitions.
        rows: all statistics, in the order of the plan.
        answers: those behind the rows, one for each analysis and visit.
        estimands: analysis id -> its estimand.
        flow: from the screened to the assessed; None where it was not asked for.
        events: analysis id -> its adverse events, where the dataset has a table of them.
        baseline: who came into the study; its rows stand beside those of the plan.
        reasons: by which conditions other definitions differ from the plan's own; their rows are
            among `rows`.
        matchings: the controls of the plan, with their balance.
        groups: responders and non-responders, compared in what they were before treatment.
    """

    protocol: Protocol
    trial: TrialAnswers
    asked: tuple[Analysis, ...]
    rows: tuple[ResultRow, ...]
    answers: tuple[VisitAnswers, ...]
    estimands: Mapping[str, Estimand]
    flow: TrialFlow | None = None
    baseline: StudyBaseline | None = None
    events: Mapping[str, CountedEvents] = field(default_factory=dict)
    reasons: tuple[DefinitionReason, ...] = ()
    matchings: tuple[ControlMatching, ...] = ()
    groups: tuple[ResponderGroups, ...] = ()

    def __repr__(self) -> str:
        analyses = len(self.estimands)
        return f"<TrialAnalysis {self.protocol.id}: {analyses} analyses, {len(self.rows)} rows>"

    @property
    def all_rows(self) -> tuple[ResultRow, ...]:
        """Those of the plan, of the persons at the first visit, of controls and of responders."""
        first = self.baseline.rows if self.baseline is not None else ()
        matched = (row for one in self.matchings for row in one.rows)
        return (*self.rows, *first, *matched, *(row for one in self.groups for row in one.rows))

    def to_arrow(self) -> pa.Table:
        """One row a statistic of `all_rows`, a column each field of `ResultRow`."""
        return row_table(self.all_rows)

    def answers_table(self) -> pa.Table:
        """One row a person, visit and analysis, as `VisitAnswers.to_arrow`."""
        found = list(self.answers)
        if self.baseline is not None:
            found += [one.answers for one in self.baseline.characteristics]
        found += [answers for one in self.matchings for answers in one.answers]
        found += [answers for one in self.groups for answers in one.answers]
        return pa.concat_tables(answers.to_arrow() for answers in found)


def analyse_trial(
    protocol: Protocol,
    facts: Facts,
    *,
    arms: Mapping[int, str] | None = None,
    locked: str = NOT_LOCKED,
    every_definition: bool = False,
    flow: bool = False,
) -> TrialAnalysis:
    """Carry out every planned analysis of a study.

    Args:
        arms: who was taken in, and into which arm; as the dataset says when None.
        locked: what every row says of the plan (`plan_lock.lock_state`).
        every_definition: make each comparison of responses under all other definitions too.
        flow: screen the dataset too, for the flow of the trial.

    Raises:
        ProtocolError: the study plans no analyses, or one that cannot be carried out.
        DatasetError: nobody was taken in, or the dataset holds rows that cannot be.
    """
    check_plan(protocol)
    asked = (*protocol.analyses, *(asked_again(protocol) if every_definition else ()))
    parted = [asked_of_groups(one) for one in protocol.responder_comparisons]
    trial = read_answers(protocol, facts, (*asked, *parted), arms=arms)
    _require_arms(protocol, trial)
    estimands = {one.id: estimand_of(one, protocol) for one in asked}
    plan = _Plan(protocol, trial, plan_hash(protocol), locked)
    rows: list[ResultRow] = []
    kept: list[VisitAnswers] = []
    events: dict[str, CountedEvents] = {}
    responses: list[AnalysedResponse] = []
    for analysis in asked:
        estimand = estimands[analysis.id]
        answers = answers_of(analysis, estimand, trial)
        kept += answers
        rows += plan.rows_of(analysis, estimand, answers)
        if analysis.adverse_events is not None:
            counted_events = events_of(analysis, trial, answers[0])
            if counted_events is not None:
                events[analysis.id] = counted_events
                rows += plan.rows_of_events(analysis, estimand, answers[1], counted_events)
        if analysis.response is not None and analysis.compare is not None:
            head = plan.head(analysis, estimand)
            responses.append(AnalysedResponse(analysis, estimand, answers, head))
    reasons, behind = definition_reasons(responses, trial) if every_definition else ((), ())
    kept += behind
    rows += [row for reason in reasons for row in reason.rows]
    rows += adjusted_rows(protocol.families, protocol.analyses, rows)
    counted_flow = trial_flow(protocol, facts, trial) if flow else None
    baseline = study_baseline(trial, plan_hash=plan.digest, plan=locked)
    matchings = match_controls(protocol, facts, trial, plan_hash=plan.digest, plan=locked)
    return TrialAnalysis(
        protocol,
        trial,
        asked,
        tuple(rows),
        tuple(kept),
        estimands,
        counted_flow,
        baseline,
        events,
        reasons,
        matchings,
        responder_groups(protocol, trial, plan_hash=plan.digest, plan=locked),
    )


def _require_arms(protocol: Protocol, trial: TrialAnswers) -> None:
    """Nothing, when somebody is in one of the arms of each comparison, or nothing is compared."""
    for analysis in protocol.analyses:
        if analysis.compare is not None and not set(analysis.compare) & set(trial.arms):
            raise DatasetError(
                f"nobody was taken into the arms that {analysis.id} compares",
                expected=f"persons in {' and '.join(analysis.compare)}",
                got=", ".join(trial.arms) if len(trial.persons) else "nobody who is followed",
                next_step="give the allocation with --arms FILE, by the arms' ids in the protocol",
            )


@dataclass(frozen=True)
class _Plan:
    """What all rows of a study share."""

    protocol: Protocol
    trial: TrialAnswers
    digest: str
    locked: str

    def rows_of(
        self, analysis: Analysis, estimand: Estimand, answers: Sequence[VisitAnswers]
    ) -> Iterator[ResultRow]:
        """The rows of one analysis, visit by visit."""
        arms = analysis.compare or self.trial.arms
        supposed = {event.event: event.imputed_as for event in estimand.events}
        timed = analysis.time_to_response
        weights = timed.weights if timed is not None else None
        questions = [
            MethodQuestion(
                one,
                arms,
                analysis.compare,
                analysis.level,
                analysis.imputation,
                supposed,
                (0.0, 0.0) if weights is None else (weights.rho, weights.gamma),
            )
            for one in answers
        ]
        outside = int(np.count_nonzero(population_of(analysis, self.trial) == Status.UNKNOWN))
        notes: tuple[str, ...] = ()
        if outside:
            notes = (f"{outside} left out: unknown whether they belong to the population",)
        over = _over_visits(analysis, questions)
        shared = notes
        for question in questions:
            here = question.answers
            notes = (*shared, *self._elsewhere(estimand, here.visit))
            for statistic in _statistics(analysis, question):
                yield self._row(analysis, estimand, here, statistic, notes)
            for statistic in over:
                if statistic.visit == here.visit:
                    yield self._row(analysis, estimand, here, statistic, notes, answers)

    def rows_of_events(
        self,
        analysis: Analysis,
        estimand: Estimand,
        watched: VisitAnswers,
        found: CountedEvents,
    ) -> Iterator[ResultRow]:
        """The rows of the adverse events of an analysis, by body system and term."""
        arms = analysis.compare or self.trial.arms
        question = MethodQuestion(watched, arms, analysis.compare, analysis.level)
        source = person_events(found, watched).digest(watched)
        for statistic in event_statistics(question, found):
            yield self._row(analysis, estimand, watched, statistic, (), source=source)

    def _elsewhere(self, estimand: Estimand, visit: str) -> Iterator[str]:
        """That a definition's source judges at another time, where it does."""
        definition = estimand.definition
        if definition is None or definition.window is None or not visit:
            return
        judged = next(a for a in self.trial.study.adjudications if a.definition == definition)
        timely = self.trial.study.in_window(judged)
        if timely is not None and not timely[self.trial.study.rows_at(visit)].any():
            yield f"{ELSEWHERE} {definition.window.words}"

    def head(self, analysis: Analysis, estimand: Estimand) -> RowHead:
        """What all rows of one analysis say alike."""
        definition = estimand.definition
        return RowHead(
            study=self.protocol.id,
            analysis=analysis.id,
            title=analysis.title,
            role=analysis.role,
            population=estimand.population,
            estimand=estimand.sentence,
            definition="" if definition is None else definition.id,
            definition_hash="" if definition is None else _hash(definition.model_dump_json()),
            plan_hash=self.digest,
            plan=self.locked,
        )

    def _row(
        self,
        analysis: Analysis,
        estimand: Estimand,
        answers: VisitAnswers,
        statistic: Statistic,
        notes: tuple[str, ...],
        every: Sequence[VisitAnswers] = (),
        source: str | None = None,
    ) -> ResultRow:
        head = self.head(analysis, estimand)
        source = source or self._digest(every or (answers,))
        (row,) = result_rows(head, answers, [statistic], notes=notes, source=source)
        return row

    @cached_property
    def _digests(self) -> dict[tuple[str, str, tuple[str, ...]], str]:
        return {}

    def _digest(self, answers: Sequence[VisitAnswers]) -> str:
        """The hash of some answers; of several visits that of their hashes."""
        found = []
        for one in answers:
            key = (one.analysis, one.visit, one.about)
            if key not in self._digests:
                self._digests[key] = one.digest
            found.append(self._digests[key])
        return found[0] if len(found) == 1 else _hash("".join(found))


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _statistics(analysis: Analysis, question: MethodQuestion) -> Iterator[Statistic]:
    """What is counted, then each method of the plan; a part of a variable is described."""
    if question.answers.about == (WATCHED,):
        return
    if question.answers.about:
        yield from describe_part(question)
        return
    yield from counted(question, analysis)
    takers = takers_of(analysis)
    for name in analysis.methods:
        if name in takers:
            yield from _taken(name, [question], partial(takers[name], name, question))


def _over_visits(analysis: Analysis, questions: Sequence[MethodQuestion]) -> tuple[Statistic, ...]:
    """What methods give that take all visits together."""
    found: list[Statistic] = []
    takers = over_visits_of(analysis)
    for name in analysis.methods:
        if name in takers:
            of = questions[-1:] if name in AT_LAST else questions
            found += _taken(name, of, partial(takers[name], name, questions))
    return tuple(found)


def _taken(
    name: str, questions: Sequence[MethodQuestion], take: Callable[[], Iterator[Statistic]]
) -> list[Statistic]:
    """The statistics of a method; what it cannot take is a warning of an empty one."""
    try:
        return list(take())
    except MethodError as error:
        told = f"{error.what}: {error.got}" if error.got else error.what
        return [
            Statistic(
                method=name,
                name=NOT_ESTIMABLE,
                estimate=Estimate(None, level=question.level, warnings=(told,)),
                n=len(question.answers.used.value),
                arms=question.compare or (),
                visit=question.answers.visit,
            )
            for question in questions
        ]
