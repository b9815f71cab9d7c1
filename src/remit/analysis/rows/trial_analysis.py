"""A study analysed: every planned analysis as result rows, and the answers that they stand on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import numpy as np
import pyarrow as pa

from remit.analysis.methods.estimates import Estimate
from remit.analysis.methods.register import Method, methods
from remit.analysis.plan.estimand import Estimand, estimand_of
from remit.analysis.plan.plan_lock import NOT_LOCKED, plan_hash
from remit.analysis.rows.answers import OBSERVED, Answers
from remit.analysis.rows.plan_check import check_plan
from remit.analysis.rows.result_row import ResultRow, row_table
from remit.analysis.rows.statistics import (
    Question,
    Statistic,
    counted,
    takers_of,
)
from remit.analysis.rows.trial_answers import TrialAnswers, read_answers
from remit.analysis.rows.variables import answers_of, population_of
from remit.errors import MethodError
from remit.facts.opened import Facts
from remit.protocol import Protocol
from remit.protocol.analysis_sections import Analysis
from remit.result_table import Tabular
from remit.truth import Status

COUNTED = "counted"


@dataclass(frozen=True, slots=True)
class TrialAnalysis(Tabular):
    """The analyses of a study.

    Attributes:
        rows: all statistics, in the order of the plan.
        answers: those behind the rows, one for each analysis and visit.
        estimands: analysis id -> its estimand.
    """

    protocol: Protocol
    trial: TrialAnswers
    rows: tuple[ResultRow, ...]
    answers: tuple[Answers, ...]
    estimands: Mapping[str, Estimand]

    def __repr__(self) -> str:
        analyses = len(self.estimands)
        return f"<TrialAnalysis {self.protocol.id}: {analyses} analyses, {len(self.rows)} rows>"

    def to_arrow(self) -> pa.Table:
        """One row a statistic, a column each field of `ResultRow`."""
        return row_table(self.rows)

    def answers_table(self) -> pa.Table:
        """One row a person, visit and analysis, as `Answers.to_arrow`."""
        return pa.concat_tables(found.to_arrow() for found in self.answers)


def analyse_trial(
    protocol: Protocol,
    facts: Facts,
    *,
    arms: Mapping[int, str] | None = None,
    locked: str = NOT_LOCKED,
) -> TrialAnalysis:
    """Carry out every planned analysis of a study.

    Args:
        arms: who was taken in, and into which arm; as the dataset says when None.
        locked: what every row says of the plan (`plan_lock.lock_state`).

    Raises:
        ProtocolError: the study plans no analyses, or one that cannot be carried out.
        DatasetError: nobody was taken in, or the dataset holds rows that cannot be.
    """
    check_plan(protocol)
    trial = read_answers(protocol, facts, protocol.analyses, arms=arms)
    estimands = {one.id: estimand_of(one, protocol) for one in protocol.analyses}
    plan = _Plan(protocol, trial, plan_hash(protocol), locked)
    rows: list[ResultRow] = []
    kept: list[Answers] = []
    for analysis in protocol.analyses:
        estimand = estimands[analysis.id]
        for answers in answers_of(analysis, estimand, trial):
            kept.append(answers)
            rows += plan.rows_of(analysis, estimand, answers)
    return TrialAnalysis(protocol, trial, tuple(rows), tuple(kept), estimands)


@dataclass(frozen=True)
class _Plan:
    """What all rows of a study share."""

    protocol: Protocol
    trial: TrialAnswers
    digest: str
    locked: str

    def rows_of(
        self, analysis: Analysis, estimand: Estimand, answers: Answers
    ) -> Iterator[ResultRow]:
        """The rows of one analysis at one visit."""
        arms = self.trial.arms
        if analysis.compare is not None:
            arms = analysis.compare
        question = Question(answers, arms, analysis.compare, analysis.level)
        outside = int(np.count_nonzero(population_of(analysis, self.trial) == Status.UNKNOWN))
        notes: tuple[str, ...] = ()
        if outside:
            notes = (f"{outside} left out: unknown whether they belong to the population",)
        for statistic in _statistics(analysis, question):
            yield self._row(analysis, estimand, answers, statistic, notes)

    def _row(
        self,
        analysis: Analysis,
        estimand: Estimand,
        answers: Answers,
        statistic: Statistic,
        notes: tuple[str, ...],
    ) -> ResultRow:
        arm, versus = (*statistic.arms, "", "")[:2]
        of = answers if not arm else answers.where(np.isin(answers.arm, statistic.arms))
        notes = (*notes, *_imputed(of))
        estimate = statistic.estimate
        interval = estimate.low is not None or estimate.high is not None
        definition = estimand.definition
        between = f"{arm}-vs-{versus}" if versus else arm
        name = statistic.name.replace(" ", "_")
        parts = (analysis.id, answers.visit, between, statistic.method, name)
        registered = self._methods.get(statistic.method)
        return ResultRow(
            id=".".join(part for part in parts if part),
            study=self.protocol.id,
            analysis=analysis.id,
            title=analysis.title,
            role=analysis.role,
            population=estimand.population,
            estimand=estimand.sentence,
            definition="" if definition is None else definition.id,
            definition_hash="" if definition is None else _hash(definition.model_dump_json()),
            visit=answers.visit,
            arm=arm,
            versus=versus,
            method=statistic.method,
            statistic=statistic.name,
            unit=statistic.unit,
            value=estimate.value,
            low=estimate.low,
            high=estimate.high,
            level=estimate.level if interval else None,
            n=statistic.n,
            missing=len(of.person) - statistic.n,
            warnings=(*estimate.warnings, *notes),
            reference=COUNTED if registered is None else registered.reference,
            source_hash=self._digest(answers),
            plan_hash=self.digest,
            plan=self.locked,
        )

    @cached_property
    def _methods(self) -> Mapping[str, Method]:
        return methods()

    @cached_property
    def _digests(self) -> dict[tuple[str, str], str]:
        return {}

    def _digest(self, answers: Answers) -> str:
        key = (answers.analysis, answers.visit)
        if key not in self._digests:
            self._digests[key] = answers.digest
        return self._digests[key]


def _imputed(answers: Answers) -> Iterator[str]:
    """How many answers are others than those observed, by why."""
    how = Counter(answers.used.how.tolist())
    for why, number in sorted(how.items()):
        if why != OBSERVED and answers.event is None:
            yield f"{number} of {len(answers.person)}: {why}"


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _statistics(analysis: Analysis, question: Question) -> Iterator[Statistic]:
    """What is counted, then each method of the plan; what one cannot take is a warning."""
    yield from counted(question, analysis)
    takers = takers_of(analysis)
    for name in analysis.methods:
        try:
            yield from list(takers[name](name, question))
        except MethodError as error:
            told = f"{error.what}: {error.got}" if error.got else error.what
            empty = Estimate(None, level=question.level, warnings=(told,))
            arms = question.compare or ()
            n = len(question.answers.used.value)
            yield Statistic(method=name, name="not estimable", estimate=empty, n=n, arms=arms)


def rows_named(rows: Sequence[ResultRow], name: str) -> tuple[ResultRow, ...]:
    """The rows whose id is this, or begins with it before a dot."""
    return tuple(row for row in rows if row.id == name or row.id.startswith(f"{name}."))
