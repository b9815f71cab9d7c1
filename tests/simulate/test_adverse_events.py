"""Adverse events of a synthetic cohort: what was planted is what is drawn, written and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.random import default_rng

from remit.facts.adverse_events import NO, UNKNOWN, YES, AdverseEvents, read_adverse_events
from remit.facts.opened import Facts
from remit.facts.soundness import check_dataset
from remit.simulate.calendar import ABSENT
from remit.simulate.cohort import simulate_cohort, write_cohort
from remit.simulate.draw import enrolment
from remit.simulate.draw.adverse_plans import BY_ARM, ArmPlan
from remit.simulate.draw.drawn_adverse import WITHDRAWN, draw_adverse_events
from remit.simulate.draw.persons import Seeds
from remit.simulate.state import DrawnCohort, DrawnEvents, Setbacks
from remit.simulate.tables.adverse import ACTIONS, OUTCOMES, SEVERITIES

PERSONS, SEED = 1200, 3
MANY = 20_000
CUT = 20_000


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return write_cohort(tmp_path_factory.mktemp("cohort") / "c", persons=PERSONS, seed=SEED)


@pytest.fixture(scope="module")
def drawn() -> DrawnCohort:
    (cohort,) = simulate_cohort(persons=PERSONS, seed=SEED)
    return cohort


@pytest.fixture(scope="module")
def events(dataset: Facts) -> AdverseEvents:
    found = read_adverse_events(dataset)
    assert found is not None
    return found


def test_what_was_drawn_is_what_is_read(events: AdverseEvents, drawn: DrawnCohort) -> None:
    assert len(drawn.followed) == 4
    for one in drawn.followed:
        adverse = one.adverse
        assert len(adverse) > 0
        persons = drawn.person[one.at]
        here = np.isin(events.person, persons)
        assert events.person[here].tolist() == persons[adverse.who].tolist()
        assert events.term[here].tolist() == adverse.term.tolist()
        assert events.body_system[here].tolist() == adverse.system.tolist()
        assert events.start[here].astype(np.int32).tolist() == adverse.start.tolist()
        ended = ~np.isnat(events.end[here])
        assert ended.tolist() == (adverse.end != ABSENT).tolist()
        assert events.end[here][ended].astype(np.int32).tolist() == adverse.end[ended].tolist()
        assert events.grade[here].tolist() == adverse.grade.tolist()
        assert events.severity[here].tolist() == [SEVERITIES[s - 1] for s in adverse.severity]
        assert events.serious[here].tolist() == adverse.serious.tolist()
        assert events.related[here].tolist() == adverse.related.tolist()
        assert events.treatment_emergent[here].tolist() == adverse.emergent.tolist()
        assert events.action[here].tolist() == [ACTIONS[a] for a in adverse.action]
        assert events.outcome[here].tolist() == [OUTCOMES[o] for o in adverse.outcome]
        withdrawn = np.where(adverse.action == WITHDRAWN, YES, NO)
        assert events.withdrawn[here].tolist() == withdrawn.tolist()


def test_the_cohort_is_sound(dataset: Facts) -> None:
    assert [found for found in check_dataset(dataset) if found.severity == "error"] == []
    assert not [found for found in check_dataset(dataset) if found.table == "adverse_event"]


def test_a_withdrawal_goes_before_the_end_of_treatment_and_stands_nowhere_else(
    drawn: DrawnCohort,
) -> None:
    for one in drawn.followed:
        for place in np.flatnonzero(one.adverse.action == WITHDRAWN):
            stopped = one.events.stopped[one.adverse.who[place]]
            assert stopped != ABSENT
            assert 0 <= stopped - one.adverse.start[place] <= 7
    stops = {one.study: int(np.sum(one.adverse.action == WITHDRAWN)) for one in drawn.followed}
    assert stops["NCT05631717"] > 0
    assert stops["NCT06167174"] > 0
    assert stops["NCT06904729"] == 0  # an infusion is given once


def test_no_other_table_hangs_on_them(
    dataset: Facts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other random numbers for the events: every other file is the same, byte by byte."""

    def others(
        arms: tuple[str, ...], arm: np.ndarray, start: np.ndarray, *more: object
    ) -> DrawnEvents:
        events, cut, _ = more
        assert isinstance(events, Setbacks)
        assert isinstance(cut, int)
        return draw_adverse_events(arms, arm, start, events, cut, default_rng(99))

    monkeypatch.setattr(enrolment, "draw_adverse_events", others)
    other = write_cohort(tmp_path / "other", persons=PERSONS, seed=SEED)
    differ = {
        name
        for name, table in dataset.manifest.tables.items()
        if table != other.manifest.tables[name]
    }
    assert differ == {"adverse_event"}
    assert other.manifest.extras == dataset.manifest.extras


def many(arm: str, *, stops: float = 0.5) -> tuple[DrawnEvents, Setbacks]:
    """The events of many of one arm, some of whom stop treatment on day 60."""
    start = np.full(MANY, 10_000, np.int32)
    stopped = np.where(np.arange(MANY) < stops * MANY, start + 60, ABSENT).astype(np.int32)
    never = np.full(MANY, ABSENT, np.int32)
    events = Setbacks(stopped, np.zeros(MANY, np.bool_), never, never)
    rng = Seeds(7, 0).stream("test of events")
    found = draw_adverse_events((arm,), np.zeros(MANY, np.int8), start, events, CUT, rng)
    return found, events


def is_near(count: int, of: int, chance: float) -> bool:
    """Whether a count of a binomial lies within five standard errors of what is expected."""
    return bool(abs(count - of * chance) <= 5 * np.sqrt(of * chance * (1 - chance)) + 1e-9)


@pytest.mark.parametrize("arm", BY_ARM)
def test_planted_chances_are_drawn(arm: str) -> None:
    plan = BY_ARM[arm]
    found, _ = many(arm)
    plain = replace_at(found, found.action != WITHDRAWN)
    for event in plan.events:
        here = (plain.term == event.term) & (plain.start > 10_000)
        with_it = len(np.unique(plain.who[here]))
        assert is_near(with_it, MANY, event.chance), event.term
        assert is_near(int(here.sum()) - with_it, with_it, event.again), event.term
        assert (plain.start[here] >= 10_000 + event.days[0]).all()
        assert (plain.start[here] <= 10_000 + event.days[1]).all()
        graded = here & (plain.grade > 0)
        for grade, chance in enumerate(event.grades, start=1):
            assert is_near(int((plain.grade[graded] == grade).sum()), int(graded.sum()), chance)
        told = here & (plain.related != UNKNOWN)
        assert is_near(int(plain.related[told].sum()), int(told.sum()), event.related)
    assert ((found.end == ABSENT) | (found.end > found.start)).all()
    assert not ((found.serious == NO) & (found.grade == 4)).any()
    assert (found.emergent == (found.start > 10_000)).all()


@pytest.mark.parametrize("arm", BY_ARM)
def test_planted_withdrawals_are_drawn(arm: str) -> None:
    plan: ArmPlan = BY_ARM[arm]
    found, events = many(arm)
    of = found.who[found.action == WITHDRAWN]
    assert len(np.unique(of)) == len(of)
    stopped = int((events.stopped != ABSENT).sum())
    share = plan.withdrawn if plan.stopping else 0.0
    assert is_near(len(of), stopped, share)
    terms: Mapping[str, int] = {
        event.term: int((found.term[found.action == WITHDRAWN] == event.term).sum())
        for event in plan.stopping
    }
    assert sum(terms.values()) == len(of)
    for count in terms.values():
        assert is_near(count, len(of), 1 / len(plan.stopping))


def test_who_left_has_no_event_thereafter() -> None:
    start = np.full(MANY, 10_000, np.int32)
    never = np.full(MANY, ABSENT, np.int32)
    events = Setbacks(start + 30, np.ones(MANY, np.bool_), never, never)
    rng = Seeds(7, 0).stream("test of events")
    found = draw_adverse_events(("car_t",), np.zeros(MANY, np.int8), start, events, CUT, rng)
    assert found.start.max() <= 10_030
    assert found.end.max() <= 10_030


def replace_at(events: DrawnEvents, kept: np.ndarray) -> DrawnEvents:
    columns = {name: getattr(events, name)[kept] for name in events.__dataclass_fields__}
    return replace(events, **columns)
