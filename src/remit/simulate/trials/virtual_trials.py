"""Many virtual trials: the power of a planned comparison under each response definition.

Patients go through the adjudicator of real trials, so that rescue, missed visits and the rules for
steroids shape the answer. The same seed gives the same bits, whoever works on it: persons are drawn
in blocks of trials, each from a generator of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from remit.analysis.methods.two_arm_designs import (
    DecisionTable,
    decision_table,
    detectable_difference,
)
from remit.analysis.rows.every_definition import counterpart
from remit.endpoints.adjudication import adjudicate_all
from remit.endpoints.bound_definition import BoundDefinition, bind_definition
from remit.endpoints.confirmation import confirm_as_defined
from remit.endpoints.definition import Definition
from remit.errors import MethodError, ProtocolError
from remit.facts.codes import NO_VOCABULARY
from remit.instruments.bound_instrument import bound_packaged
from remit.protocol import Protocol
from remit.protocol.analysis_sections import Analysis
from remit.screening.part_processes import answers_of_copies, may_copy
from remit.simulate.trials.asked_visits import AskedVisits, asked_visits
from remit.simulate.trials.virtual_assumptions import VirtualAssumptions
from remit.simulate.trials.virtual_patients import (
    VirtualCourse,
    cannot_draw,
    draw_course,
    drawn_sheet,
    joined_courses,
)

BLOCK = 100  # trials that are drawn together, by one generator
ROWS = 72_000  # visits that are judged at once; memory rises with them, not with the trials
MOST_TRIALS, MOST_PERSONS, MOST_EACH = 1_000_000, 1000, 300
TEETH = 12
NO_DIFFERENCE = 0.02  # shares so near are told apart by no trial of a few hundred persons
TESTS = {
    "fisher_test": "fisher",
    "boschloo_test": "boschloo",
    "barnard_test": "barnard",
    "score_test": "chi_square",
}
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class VirtualDesign:
    """What is asked of virtual trials.

    Attributes:
        analysis: the planned comparison. arms: persons of the first and of the second arm.
        weeks: of the visits, the baseline first. at: the place among them that is judged.
        test: as `decision_table` names it.
    """

    protocol: Protocol
    analysis: Analysis
    arms: tuple[int, int]
    weeks: tuple[int, ...]
    at: int
    test: str
    given: VirtualAssumptions


@dataclass(frozen=True, slots=True)
class DefinitionPower:
    """What the design does under one definition.

    Attributes:
        shares: of each arm that responds, over all virtual persons.
        power, error: share of trials whose test rejects at 5 %, and its Monte-Carlo error.
        exact: the power by all outcomes at these shares; `far`: how many errors they lie apart.
        per_arm: persons of each arm for the power asked for; None where 300 are too few.
        detectable: the smallest difference with that power at the second arm's share, None where
            there is none.
        own: whether it is the plan's own definition.
    """

    definition: str
    title: str
    shares: tuple[float, float]
    power: float
    error: float
    exact: float
    per_arm: int | None
    detectable: float | None
    own: bool

    @property
    def far(self) -> float:
        return abs(self.power - self.exact) / self.error if self.error else 0.0


@dataclass(frozen=True, slots=True)
class VirtualTrials:
    """The power of a design under every definition that virtual patients can be judged by.

    Attributes:
        powers: the plan's own definition first. wanted: the power that sizes are for.
        not_judged: definition -> what it reads that no virtual patient has.
    """

    design: VirtualDesign
    trials: int
    seed: int
    wanted: float
    powers: tuple[DefinitionPower, ...]
    not_judged: dict[str, tuple[str, ...]]


def virtual_design(
    protocol: Protocol,
    given: VirtualAssumptions,
    *,
    arms: tuple[int, int],
    analysis: str | None = None,
) -> VirtualDesign:
    """The design of a study's planned comparison of responses.

    Args:
        analysis: its id; the first comparison of responses of the plan when None.

    Raises:
        ProtocolError: the plan has no such comparison, visits are planned by months, or an arm is
            empty or too large.
    """
    compared = [one for one in protocol.analyses if one.response and one.compare]
    chosen = [one for one in compared if analysis is None or one.id == analysis]
    if not chosen:
        raise ProtocolError(
            f"{protocol.id} plans no such comparison of responses",
            expected=", ".join(one.id for one in compared)
            or "an analysis with response and compare",
            got=analysis or "none",
            next_step="name one with --analysis, or plan it",
        )
    if not all(0 < number <= MOST_PERSONS for number in arms):
        raise ProtocolError(
            "each arm of a virtual trial has persons",
            expected=f"1 to {MOST_PERSONS:,} in each arm",
            got=f"{arms[0]} and {arms[1]}",
            next_step="give another number",
        )
    if any(visit.week is None for visit in protocol.visits):
        raise ProtocolError(
            f"{protocol.id} plans visits by months",
            expected="visits by weeks: calendar months have no common length",
            got=next(visit.id for visit in protocol.visits if visit.week is None),
            next_step="give the visits weeks in a protocol file of your own",
        )
    visits = sorted(protocol.visits, key=lambda visit: visit.week or 0)
    ids = [visit.id for visit in visits]
    test = next((TESTS[name] for name in chosen[0].methods if name in TESTS), "fisher")
    weeks = tuple(visit.week or 0 for visit in visits)
    return VirtualDesign(
        protocol, chosen[0], arms, weeks, ids.index(chosen[0].visits[-1]), test, given
    )


def run_trials(
    design: VirtualDesign,
    definitions: Sequence[Definition],
    own: Definition,
    *,
    trials: int,
    seed: int,
    workers: int = 1,
    wanted: float = 0.8,
) -> VirtualTrials:
    """Run virtual trials under some definitions.

    Args:
        definitions: those to judge by; what no virtual patient has leaves one out.
        own: the plan's own. workers: processes that share the work.

    Raises:
        ProtocolError: the plan's own definition cannot be judged, or nothing is to be run.
    """
    if not 0 < trials <= MOST_TRIALS:
        raise ProtocolError(
            "a number of virtual trials",
            expected=f"1 to {MOST_TRIALS:,}",
            got=str(trials),
            next_step="give another number",
        )
    judged, lacking = _judged(design, definitions, own)
    counts = _counted(design, judged, trials=trials, seed=seed, workers=workers)
    table = decision_table(*design.arms, test=design.test)
    tables = _Tables(design.test)
    powers = tuple(
        _power(bound.definition, counts[place], table, design, own=bound.definition.id == own.id,
               wanted=wanted, tables=tables)
        for place, (bound, _) in enumerate(judged)
    )  # fmt: skip
    return VirtualTrials(design, trials, seed, wanted, powers, lacking)


def trial_counts(
    design: VirtualDesign,
    definitions: Sequence[Definition],
    own: Definition,
    *,
    trials: int,
    seed: int,
) -> Counts:
    """Responders of each arm in each trial: shape (definitions, trials, 2); `own` comes first."""
    judged, _ = _judged(design, definitions, own)
    return _counted(design, judged, trials=trials, seed=seed, workers=1)


def _counted(
    design: VirtualDesign,
    judged: Sequence[tuple[BoundDefinition, tuple[str, ...]]],
    *,
    trials: int,
    seed: int,
    workers: int,
) -> Counts:
    blocks = [(at, min(BLOCK, trials - at)) for at in range(0, trials, BLOCK)]
    asked = asked_visits([bound for bound, _ in judged], design.weeks, design.at)
    work = _Work(design, tuple(judged), seed, asked)
    together = max(1, ROWS // (BLOCK * sum(design.arms) * len(asked.read)))
    parts = [blocks[at : at + together] for at in range(0, len(blocks), together)]
    counted: Iterable[Counts]
    if workers > 1 and len(parts) > 1 and may_copy():
        counted = answers_of_copies(parts, work.counts, count=workers)
    else:
        counted = map(work.counts, parts)
    return np.concatenate(list(counted), axis=1)


def _judged(
    design: VirtualDesign, definitions: Sequence[Definition], own: Definition
) -> tuple[list[tuple[BoundDefinition, tuple[str, ...]]], dict[str, tuple[str, ...]]]:
    """The definitions that virtual patients can be judged by, with the grades that count."""
    assert design.analysis.response is not None
    scored = bound_packaged("egfr", NO_VOCABULARY).instrument.outputs
    judged, lacking = [], {}
    ordered = [own, *(one for one in definitions if one.id != own.id)]
    for definition in ordered:
        grades = counterpart(design.analysis.response.grades, own, definition)
        if definition.type == "flare" or not grades:
            continue
        bound = bind_definition(definition, NO_VOCABULARY)
        missing = cannot_draw(bound.inputs, scored)
        if missing:
            lacking[definition.id] = missing
        else:
            judged.append((bound, grades))
    if own.id in lacking:
        raise ProtocolError(
            f"virtual patients cannot be judged by {own.id}",
            expected="a definition of protein, creatinine, filtration rate and steroid",
            got=f"one that reads {', '.join(lacking[own.id])}",
            next_step="name another analysis, or set the study's definition otherwise",
        )
    return judged, lacking


@dataclass(frozen=True)
class _Work:
    """What each process does: draw blocks of trials, judge them, and count."""

    design: VirtualDesign
    judged: tuple[tuple[BoundDefinition, tuple[str, ...]], ...]
    seed: int
    asked: AskedVisits

    def counts(self, blocks: Sequence[tuple[int, int]]) -> Counts:
        """Responders of some blocks of trials: shape (definitions, trials, 2)."""
        drawn = [course for first, trials in blocks for course in self._drawn(first, trials)]
        met = self._met(joined_courses(drawn))
        found, at = [], 0
        for _, trials in blocks:
            here = np.empty((len(self.judged), trials, 2), np.int64)
            for arm, number in enumerate(self.design.arms):
                end = at + trials * number
                here[:, :, arm] = met[:, at:end].reshape(-1, trials, number).sum(axis=2)
                at = end
            found.append(here)
        return np.concatenate(found, axis=1)

    def _drawn(self, first: int, trials: int) -> tuple[VirtualCourse, ...]:
        """The persons of a block of trials, arm by arm."""
        design, rng = self.design, np.random.default_rng([self.seed, first])
        return tuple(
            draw_course(rng, trials * number, design.weeks, share, design.given)
            for number, share in zip(design.arms, design.given.responding, strict=True)
        )

    def _met(self, course: VirtualCourse) -> npt.NDArray[np.bool_]:
        """Whether each person responds under each definition: shape (definitions, persons)."""
        met = np.empty((len(self.judged), len(course)), np.bool_)
        bounds, visits = [bound for bound, _ in self.judged], len(self.asked.read)
        each = max(1, ROWS // visits)
        for at in range(0, len(course), each):
            sheet = drawn_sheet(course.persons(at, at + each), self.asked, self.design.given)
            found = confirm_as_defined(adjudicate_all(bounds, sheet), sheet.moments["previous"])
            for place, (judged, (_, grades)) in enumerate(zip(found, self.judged, strict=True)):
                wanted = np.int64(sum(1 << judged.grades.index(grade) for grade in grades))
                here = (judged.possible.possible & ~wanted) == 0
                here &= ~judged.overruled
                met[place, at : at + each] = here.reshape(-1, visits)[:, -1]
        return met


def _power(
    definition: Definition,
    counts: Counts,
    table: DecisionTable,
    design: VirtualDesign,
    *,
    own: bool,
    wanted: float,
    tables: _Tables,
) -> DefinitionPower:
    trials = len(counts)
    shares = tuple(float(counts[:, arm].sum()) / (trials * design.arms[arm]) for arm in (0, 1))
    rejected = float(table.decide(counts[:, 0], counts[:, 1]).mean())
    return DefinitionPower(
        definition.id,
        definition.title,
        (shares[0], shares[1]),
        rejected,
        sqrt(rejected * (1 - rejected) / trials),
        table.power(shares[0], shares[1]),
        tables.smallest(shares[0], shares[1], wanted),
        _least(design, shares[1], wanted),
        own,
    )


class _Tables:
    """Decision tables of equal arms, each made once whatever asks for it."""

    def __init__(self, test: str) -> None:
        self._test = test
        self._by_number: dict[int, DecisionTable] = {}

    def smallest(self, first: float, second: float, wanted: float) -> int | None:
        """The fewest persons of each arm that have the power; None where 300 are too few.

        Power rises with their number in teeth: some fewer than the first found may have it too.
        """

        def enough(number: int) -> bool:
            table = self._by_number.get(number)
            if table is None:
                table = decision_table(number, number, test=self._test)
                self._by_number[number] = table
            return table.power(first, second) >= wanted

        if abs(first - second) < NO_DIFFERENCE or not enough(MOST_EACH):
            return None
        low, high = 1, MOST_EACH
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if enough(middle) else (middle, high)
        return next(number for number in range(max(2, high - TEETH), high + 1) if enough(number))


def _least(design: VirtualDesign, share: float, wanted: float) -> float | None:
    try:
        found = detectable_difference(*design.arms, share, power=wanted, test=design.test)
    except MethodError:
        return None
    return found.expected_difference
