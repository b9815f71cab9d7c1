"""The harms that a plan counts in a synthetic trial are those that were planted, arm by arm."""

from __future__ import annotations

import pytest

from remit.analysis.rows.trial_analysis import analyse_trial
from remit.facts.opened import Facts
from remit.protocol import Protocol, protocol_named
from remit.protocol.analysis_sections import EventsVariable
from remit.simulate.cohort import simulate_cohort, write_cohort
from remit.simulate.draw.drawn_adverse import WITHDRAWN
from remit.simulate.state import DrawnCohort, FollowedPersons

PERSONS, SEED = 1_200, 3
# Nothing is planted later than half a year after the start of treatment.
DAYS = {"24 weeks": 168, "30 days": 30, "6 months": 183}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return write_cohort(tmp_path_factory.mktemp("cohort") / "c", persons=PERSONS, seed=SEED)


@pytest.fixture(scope="module")
def drawn() -> DrawnCohort:
    (cohort,) = simulate_cohort(persons=PERSONS, seed=SEED)
    return cohort


def counts(one: FollowedPersons, place: int, asked: EventsVariable) -> bool:
    """Whether a drawn event is one that the plan asks for, of what the sheet says of it."""
    events = one.adverse
    if asked.terms and events.term[place] not in asked.terms:
        return False
    if asked.body_systems and events.system[place] not in asked.body_systems:
        return False
    if asked.serious and events.serious[place] != 1:
        return False
    if asked.withdrawn and events.action[place] != WITHDRAWN:
        return False
    if asked.grade is None:
        return True
    grade, severe = int(events.grade[place]), int(events.severity[place]) == 3
    return grade >= asked.grade or (grade == 0 and severe and "SEVERE" in asked.severity)


def planted(
    protocol: Protocol, drawn: DrawnCohort, asked: EventsVariable
) -> tuple[dict[str, set[int]], dict[int, str]]:
    """Arm -> who has such an event within the days of the plan; and who is in which arm."""
    (one,) = [each for each in drawn.followed if each.study == protocol.id]
    names = one.arms or ("all",)
    arms = {int(drawn.person[at]): names[arm] for at, arm in zip(one.at, one.arm, strict=True)}
    found: dict[str, set[int]] = {name: set() for name in names}
    since = drawn.anchors[protocol.id][asked.since][one.at]
    for place, who in enumerate(one.adverse.who):
        length = int(one.adverse.start[place]) - int(since[who])
        if 0 <= length <= DAYS[str(asked.within)] and counts(one, place, asked):
            person = int(drawn.person[one.at[who]])
            found[arms[person]].add(person)
    return found, arms


@pytest.mark.parametrize("name", ["nct05631717", "nct06167174", "nct06904729"])
def test_what_is_counted_is_what_was_planted(dataset: Facts, drawn: DrawnCohort, name: str) -> None:
    protocol = protocol_named(name)
    plans = [one for one in protocol.analyses if one.adverse_events is not None]
    assert len(plans) >= 2
    rows = analyse_trial(protocol.model_copy(update={"analyses": tuple(plans)}), dataset).rows
    some = 0
    for plan in plans:
        assert plan.adverse_events is not None
        expected, _ = planted(protocol, drawn, plan.adverse_events)
        for arm, persons in expected.items():
            found = [
                row
                for row in rows
                if (row.analysis, row.arm, row.versus, row.part, row.statistic, row.method)
                == (plan.id, arm, "", (), "count", "count")
            ]
            assert [row.value for row in found] == [len(persons)], (plan.id, arm)
            some += len(persons)
    assert some > 20
