"""The planned matching of controls: who was drawn, and how alike both groups are before and after.

Cases are persons taken in; the pool is everyone of the dataset who meets the criteria of the
controls' cohort and was not. Ages are completed years at the date that the plan names. Of whom age
or sex is not known cannot be matched, and is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from remit.analysis.methods.described_values import mean_difference_test
from remit.analysis.methods.exact_tables import fisher_test
from remit.analysis.methods.matched_controls import (
    nearest_controls,
    optimal_controls,
    random_controls,
    random_order,
    variance_ratio,
)
from remit.analysis.rows.ages_and_sexes import SEXES, ages_and_sexes
from remit.analysis.rows.baseline_rows import describe_levels, describe_numbers, level_counts
from remit.analysis.rows.due_times import named_dates
from remit.analysis.rows.question import MethodQuestion, Statistic, tested
from remit.analysis.rows.result_row import ResultRow
from remit.analysis.rows.row_heads import RowHead, result_rows
from remit.analysis.rows.trial_answers import TrialAnswers
from remit.analysis.rows.visit_answers import OBSERVED, VisitAnswers
from remit.errors import MethodError
from remit.facts.arrays import NO_DAY
from remit.facts.opened import Facts
from remit.protocol import Protocol
from remit.protocol.matching_sections import Matching
from remit.screening import Standing, screen_dataset
from remit.truth import Status

Whole = npt.NDArray[np.int64]
CASES, CONTROLS = "cases", "controls"
BEFORE, AFTER = "before", "after"
ROLE = "matching"


@dataclass(frozen=True, slots=True)
class MatchedControl:
    """A control, by the id as it came, with the case that she is matched to; none of a draw."""

    control: str
    case: str = ""


@dataclass(frozen=True, slots=True)
class ControlMatching:
    """A planned matching, carried out.

    Attributes:
        cases, pool: how many there are whose age and sex are known.
        matched: the controls, in the order of their ids, or of those of the cases.
        draws: how many were made; None of a rule that makes pairs.
        alike: whether age and sex differ significantly in no test; None where nobody was drawn.
        rows: both groups described and compared, before (all of the pool) and after.
        notes: who was left out, and what failed.
    """

    matching: Matching
    cases: int
    pool: int
    matched: tuple[MatchedControl, ...]
    draws: int | None
    alike: bool | None
    rows: tuple[ResultRow, ...]
    answers: tuple[VisitAnswers, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _People:
    """Persons whose age and sex are known, in the order of their ids as they came."""

    person: Whole
    name: tuple[str, ...]
    age: npt.NDArray[np.float64]
    sex: Whole

    @property
    def lists(self) -> tuple[list[float], list[int]]:
        return self.age.tolist(), self.sex.tolist()

    def at(self, places: Sequence[int]) -> _People:
        chosen = np.asarray(places, np.int64)
        names = tuple(self.name[place] for place in places)
        return _People(self.person[chosen], names, self.age[chosen], self.sex[chosen])


def match_controls(
    protocol: Protocol, facts: Facts, trial: TrialAnswers, *, plan_hash: str = "", plan: str = ""
) -> tuple[ControlMatching, ...]:
    """Every planned matching of a study, carried out.

    Args:
        plan_hash, plan: what every row says of the plan.
    """
    facts = facts.under(protocol.dictionary)
    head = RowHead(
        study=protocol.id, analysis="", title="", role=ROLE, plan_hash=plan_hash, plan=plan
    )
    return tuple(_carried_out(one, protocol, facts, trial, head) for one in protocol.matchings)


def _carried_out(
    matching: Matching, protocol: Protocol, facts: Facts, trial: TrialAnswers, head: RowHead
) -> ControlMatching:
    notes: list[str] = []
    inside = population_persons(matching, trial)
    cases = _known(matching, protocol, facts, trial, inside, CASES, notes)
    found = _pool(matching, protocol, facts, trial, notes)
    pool = _known(matching, protocol, facts, trial, found, CONTROLS, notes)
    try:
        places, of, draws = _chosen(matching, cases, pool, notes)
    except MethodError as error:
        notes.append(f"{error.what}: expected {error.expected}, got {error.got}; {error.next_step}")
        places, of, draws = [], [], None
    chosen = pool.at(places)
    described = [(BEFORE, cases, pool)]
    if places:
        described.append((AFTER, cases.at(of) if of else cases, chosen))
    titled = replace(head, population=matching.population)
    answers: list[VisitAnswers] = []
    rows: list[ResultRow] = []
    for when, one, other in described:
        for answered, statistics in _described(matching, when, one, other):
            answers.append(answered)
            label = f"{matching.title}: {answered.analysis.rpartition('_')[2]}, {when}"
            own = replace(titled, analysis=answered.analysis, title=label)
            rows += result_rows(own, answered, statistics)
    named = [cases.name[place] for place in of] or [""] * len(places)
    return ControlMatching(
        matching,
        len(cases.name),
        len(pool.name),
        tuple(MatchedControl(name, case) for name, case in zip(chosen.name, named, strict=True)),
        draws,
        _alike(rows, matching) if places else None,
        tuple(rows),
        tuple(answers),
        tuple(notes),
    )


def population_persons(matching: Matching, trial: TrialAnswers) -> Whole:
    """The persons whose controls are asked for: those certainly in the population."""
    protocol = trial.study.protocol
    expression = {one.id: one.expression for one in protocol.populations}[matching.population]
    if expression is None:
        return trial.persons
    return np.asarray(trial.persons[trial.statuses[expression] == Status.MET], np.int64)


def _pool(
    matching: Matching, protocol: Protocol, facts: Facts, trial: TrialAnswers, notes: list[str]
) -> Whole:
    """Who may be a control: eligible for the cohort but for the rule itself, and not taken in."""
    criteria = tuple(
        one for one in protocol.criteria_of(matching.controls) if one.id != matching.applies
    )
    own = tuple(one.model_copy(update={"cohorts": ()}) for one in criteria)
    screened = screen_dataset(protocol.model_copy(update={"criteria": own, "cohorts": ()}), facts)
    (cohort,) = screened.cohorts
    free = ~np.isin(screened.person_ids, trial.persons)
    open_ = int(np.count_nonzero(free & (cohort.standings == int(Standing.UNDETERMINED))))
    if open_:
        notes.append(f"{open_} persons are no controls: it is open whether they meet the criteria")
    eligible = cohort.standings == int(Standing.ELIGIBLE)
    return np.asarray(screened.person_ids[free & eligible], np.int64)


def _known(
    matching: Matching,
    protocol: Protocol,
    facts: Facts,
    trial: TrialAnswers,
    persons: Whole,
    who: str,
    notes: list[str],
) -> _People:
    """Those of some persons whose age and sex are known; how many are left out is noted."""
    days = named_dates(protocol, facts, persons)[matching.age_at]
    known = ages_and_sexes(facts, persons, days)
    undated = days == NO_DAY
    open_age = ~undated & np.isnan(known.age)
    no_sex = ~undated & ~open_age & np.isnan(known.sex)
    if undated.any():
        notes.append(f"{int(undated.sum())} {who} left out: no date {matching.age_at}")
    if open_age.any():
        notes.append(
            f"{int(open_age.sum())} {who} left out: birth not known to the day, two ages possible"
        )
    if no_sex.any():
        notes.append(f"{int(no_sex.sum())} {who} left out: sex not recorded as female or male")
    kept = ~(undated | open_age | no_sex)
    names = trial.names.all_shown(persons[kept])
    order = np.array(sorted(range(len(names)), key=lambda place: names[place]), np.int64)
    return _People(
        persons[kept][order],
        tuple(names[place] for place in order.tolist()),
        known.age[kept][order],
        known.sex[kept][order].astype(np.int64),
    )


def _chosen(
    matching: Matching, cases: _People, pool: _People, notes: list[str]
) -> tuple[list[int], list[int], int | None]:
    """Places of controls in the pool, of their cases (none of a draw), and the number of draws."""
    if matching.rule == "random":
        assert matching.size is not None, "the schema has seen to it"
        # Each order is made when its draw is.
        draws = range(1, matching.draws + 1)
        orders = (random_order(pool.name, seed=matching.seed, draw=draw) for draw in draws)
        drawn = random_controls(
            *cases.lists, *pool.lists, orders, size=matching.size, alpha=matching.alpha
        )
        notes += drawn.warnings
        return list(drawn.controls), [], drawn.draws
    assert matching.caliper is not None, "the schema has seen to it"
    turn = random_order(cases.name, seed=matching.seed, draw=0)
    match = nearest_controls if matching.rule == "nearest" else optimal_controls
    found = match(*cases.at(turn).lists, *pool.lists, caliper=matching.caliper)
    if found.alone:
        notes.append(
            f"{len(found.alone)} cases have no control of their sex within "
            f"{matching.caliper:g} years that is left"
        )
    pairs = sorted(
        (turn[case], control) for case, control in zip(found.cases, found.controls, strict=True)
    )
    return [control for _, control in pairs], [case for case, _ in pairs], None


def _described(
    matching: Matching, when: str, cases: _People, controls: _People
) -> Iterator[tuple[VisitAnswers, list[Statistic]]]:
    """Age and sex of both groups with standardised differences, spread and the plan's tests."""
    arms = (CASES, CONTROLS)
    ages = _answers(f"{matching.id}_age", when, cases, controls, "age")
    n = len(ages.person)
    question = MethodQuestion(ages, arms, None, 1 - matching.alpha)
    first, second = cases.age.tolist(), controls.age.tolist()
    statistics = list(describe_numbers(question, differences=True))
    statistics.append(
        Statistic(
            method="variance_ratio",
            name="ratio of variances",
            estimate=variance_ratio(first, second),
            n=n,
            arms=arms,
        )
    )
    statistics += tested("mean_difference_test", mean_difference_test(first, second), n, arms)
    yield ages, statistics
    sexes = _answers(f"{matching.id}_sex", when, cases, controls, "sex")
    asked = MethodQuestion(sexes, arms, None, 1 - matching.alpha)
    table = [level_counts(sexes.of_arm(arm)) for arm in arms]
    found = list(describe_levels(asked, differences=True))
    yield sexes, [*found, *tested("fisher_test", fisher_test(table), n, arms)]


def _answers(
    analysis: str, when: str, cases: _People, controls: _People, what: str
) -> VisitAnswers:
    person = np.concatenate([cases.person, controls.person])
    order = np.argsort(person, kind="stable")
    names = (*cases.name, *controls.name)
    values = np.concatenate([getattr(cases, what), getattr(controls, what)]).astype(np.float64)
    arm = np.array([CASES] * len(cases.name) + [CONTROLS] * len(controls.name), np.str_)
    n = len(person)
    return VisitAnswers(
        analysis,
        when,
        person[order],
        tuple(names[place] for place in order.tolist()),
        arm[order] if n else np.zeros(0, "U8"),
        values[order],
        np.ones(n, np.bool_),
        np.full(n, OBSERVED, "U20"),
        unit="a" if what == "age" else "",
        levels=tuple(SEXES.values()) if what == "sex" else (),
    )


def _alike(rows: Sequence[ResultRow], matching: Matching) -> bool:
    """Whether no test after the matching is significant; one that cannot be made says nothing."""
    tests = [row.value for row in rows if row.visit == AFTER and row.statistic == "p"]
    return all(p is None or p >= matching.alpha for p in tests)
