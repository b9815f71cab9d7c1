"""Rescue, stopped treatment and other deterioration: who, from when, what is recorded, imputed."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from remit.endpoints import packaged_definitions
from remit.protocol import packaged_protocols, protocol_named
from remit.simulate.calendar import ABSENT, day_of
from remit.simulate.cohort import DATA_CUT, Drawn, draw_cohort
from remit.simulate.draw.attendance import WEEKS, Attendance, faded
from remit.simulate.draw.persons import Seeds
from remit.simulate.item_codes import (
    BILAG_FIRST,
    OTHER_DETERIORATION,
    RESCUE_TREATMENT,
    TREATMENT_STOPPED,
)
from remit.simulate.oracle.kleene import MET, NOT_MET, UNKNOWN, Answers
from remit.simulate.oracle.known_responses import Graded, imputed, observed
from remit.simulate.state import MICRO, FollowedPersons, Labs, Setbacks

STUDIES = tuple(protocol_named(name).id for name in packaged_protocols())
RECORDED_PRESENT, RECORDED_ABSENT = 0, 1  # places in the codes of a finding


@pytest.fixture(scope="module")
def chunks() -> tuple[Drawn, ...]:
    return tuple(
        draw_cohort(first=1, persons=1500, seeds=Seeds(seed, 0), data_cut=DATA_CUT)
        for seed in (1, 2, 3)
    )


def followed(chunks: tuple[Drawn, ...]) -> Iterator[tuple[FollowedPersons, np.ndarray]]:
    """Everyone followed, study by study, with the day of baseline."""
    for drawn in chunks:
        for one in drawn.cohort.followed:
            yield one, drawn.cohort.anchors[one.study]["baseline"][one.at]


def recorded(one: FollowedPersons, number: int) -> Labs:
    return one.measured.items[number]


# ---- who, and from when --------------------------------------------------------------------------


def test_items_are_those_that_the_definitions_read() -> None:
    read = {
        (item.id, item.omop)
        for definition in packaged_definitions().values()
        for item in definition.items
    }
    assert read >= {
        ("other_deterioration", OTHER_DETERIORATION),
        ("rescue_treatment", RESCUE_TREATMENT),
        ("treatment_stopped", TREATMENT_STOPPED),
    }


def test_as_many_as_said_have_each_event_and_most_have_none(chunks: tuple[Drawn, ...]) -> None:
    course = np.concatenate([one.course for one, _ in followed(chunks)])
    events = [one.events for one, _ in followed(chunks)]
    happened = {
        "rescue": np.concatenate([one.rescue for one, _ in followed(chunks)]) != ABSENT,
        "stopped": np.concatenate([found.stopped for found in events]) != ABSENT,
        "worse": np.concatenate([found.worse for found in events]) != ABSENT,
    }
    expected = {
        "rescue": (0.03, 0.08, 0.3),
        "stopped": (0.12, 0.15, 0.22),
        "worse": (0.05, 0.1, 0.2),
    }
    for name, rates in expected.items():
        for place, rate in enumerate(rates):
            among = course == place
            spread = 4 * np.sqrt(rate * (1 - rate) / among.sum())
            assert abs(happened[name][among].mean() - rate) < spread, (name, place)
    assert (~happened["rescue"] & ~happened["stopped"]).mean() > 0.6
    left = np.concatenate([found.left for found in events])
    assert 15 < left.sum() < happened["stopped"].sum() / 2
    assert set(STUDIES) == {one.study for one, _ in followed(chunks) if one.events.left.any()}


def test_rescue_is_a_dose_raised_on_that_day(chunks: tuple[Drawn, ...]) -> None:
    raised = known = 0
    for one, _ in followed(chunks):
        eras = one.eras["prednisolone"]
        for row in np.flatnonzero(one.rescue != ABSENT):
            day = one.rescue[row]
            sound = eras.there[row] & (eras.amount[row] > 0)
            before = sound & (eras.end[row] == day - 1)
            after = sound & (eras.start[row] == day)
            if before.any() and after.any():
                known += 1
                raised += int(eras.amount[row][after][0] > eras.amount[row][before][0])
    assert raised == known > 20


def test_who_leaves_has_no_visit_and_no_value_from_that_day_on(chunks: tuple[Drawn, ...]) -> None:
    gone = 0
    for one, baseline in followed(chunks):
        for row in np.flatnonzero(one.events.left):
            day = one.events.stopped[row]
            assert day > baseline[row] + 7 * 12
            came = one.visits.start[row][one.visits.there[row]]
            # A visit comes up to 15 days before its planned day, and after one before that day.
            assert (came < day + 16).all()
            for labs in one.measured.labs.values():
                assert np.isin(labs.day[row][labs.there[row]], came).all()
            gone += 1
    assert gone > 15


def test_what_treatment_has_done_fades_once_it_stopped() -> None:
    planned = np.array([[0, 28, 28 + 210]], np.int32)
    attendance = Attendance(np.array([True]), planned[0] / 7, planned, planned)
    never = np.array([ABSENT], np.int32)
    stopped = Setbacks(np.array([28], np.int32), np.array([False]), never, never)
    effect = np.array([[0.0, 0.5, 0.9]])
    assert faded(effect, attendance, stopped)[0] == pytest.approx([0, 0.5, 0.9 / math.e])
    unhurt = Setbacks(never, np.array([False]), never, never)
    assert faded(effect, attendance, unhurt).tolist() == effect.tolist()


# ---- what is recorded ----------------------------------------------------------------------------


@pytest.mark.parametrize("number", [OTHER_DETERIORATION, RESCUE_TREATMENT, TREATMENT_STOPPED])
def test_findings_say_what_happened_at_every_visit(chunks: tuple[Drawn, ...], number: int) -> None:
    seen = {RECORDED_PRESENT: 0, RECORDED_ABSENT: 0}
    missing = visits = 0
    for one, _ in followed(chunks):
        events = one.events
        begun = {
            OTHER_DETERIORATION: events.worse,
            RESCUE_TREATMENT: one.rescue,
            TREATMENT_STOPPED: events.stopped,
        }[number][:, None]
        labs = recorded(one, number)
        true = (begun != ABSENT) & (labs.day >= begun)
        if number == OTHER_DETERIORATION:
            true &= labs.day < events.better[:, None]
        known = labs.there & np.isin(labs.coded, (RECORDED_PRESENT, RECORDED_ABSENT))
        said = labs.coded == RECORDED_PRESENT
        assert np.array_equal(said[known], true[known])
        for code in seen:
            seen[code] += int((labs.coded[known] == code).sum())
        missing += int((one.visits.there & ~known).sum())
        visits += int(one.visits.there.sum())
    assert seen[RECORDED_PRESENT] > 50
    assert seen[RECORDED_ABSENT] > 2000
    assert 0 < missing < 0.04 * visits


def test_a_stop_is_noted_for_most_visits_of_those_who_left(chunks: tuple[Drawn, ...]) -> None:
    noted = away = 0
    for one, baseline in followed(chunks):
        labs = recorded(one, TREATMENT_STOPPED)
        planned = baseline[:, None] + 7 * np.array(WEEKS)
        gone = one.events.left[:, None] & (planned >= one.events.stopped[:, None])
        gone &= planned <= day_of(DATA_CUT)
        at = slice(0, len(WEEKS))
        assert (labs.day[:, at] == planned)[gone].all()
        noted += int((labs.there[:, at] & gone).sum())
        away += int(gone.sum())
        for number in (OTHER_DETERIORATION, RESCUE_TREATMENT):
            assert not (recorded(one, number).there[:, at] & gone).any()
    assert 0.75 < noted / away < 1
    assert away > 20


def test_bilag_is_rated_at_the_visits_of_the_plan_in_every_study(chunks: tuple[Drawn, ...]) -> None:
    planned = {
        "NCT05631717": [0, 4, 8, 16, 20, 24],
        "NCT06167174": [0, 4, 12, 24],
        "NCT06904729": [0, 4, 8, 12, 16, 20, 24, 52, 104],
        "UMIN000042298": [0, 13, 26],
    }
    assert set(planned) == set(STUDIES)
    for one, _ in followed(chunks):
        further = {"UMIN000042298": [13, 26], "NCT06904729": [52, 104]}
        weeks = [*WEEKS, *further.get(one.study, [])]
        labs = one.measured.items[BILAG_FIRST + 5]
        rated = np.asarray(labs.there.any(axis=0))
        assert [week for week, there in zip(weeks, rated, strict=True) if there] == planned[
            one.study
        ]
        assert one.measured.labs["pga"].there[:, : len(rated)][:, rated].mean() > 0.8
        codes = labs.amount[labs.there & (labs.amount >= 0)] // MICRO
        assert set(codes.tolist()) <= {0, 1, 2, 3, 4}


# ---- what is imputed -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("complete", "partial", "applies", "overruled", "missing", "answers"),
    [
        # grade CR, grade PR, does it apply, an event, rule for missing -> observed, imputed
        (MET, MET, None, False, "NR", ("CR", "CR")),
        (NOT_MET, MET, None, False, "NR", ("PR", "PR")),
        (NOT_MET, NOT_MET, None, False, "NR", ("NR", "NR")),
        (UNKNOWN, MET, None, False, "NR", ("not assessable", "NR")),
        (UNKNOWN, MET, None, False, "not assessable", ("not assessable", "not assessable")),
        (MET, UNKNOWN, None, False, "NR", ("CR", "CR")),
        (MET, MET, None, True, "NR", ("CR", "NR")),
        (NOT_MET, MET, None, True, "not assessable", ("PR", "NR")),
        (UNKNOWN, MET, None, True, "not assessable", ("not assessable", "NR")),
        (MET, MET, MET, True, "NR", ("CR", "NR")),
        (MET, MET, NOT_MET, False, "NR", ("not assessable", "not assessable")),
        (MET, MET, NOT_MET, True, "NR", ("not assessable", "not assessable")),
        (MET, MET, UNKNOWN, False, "NR", ("not assessable", "NR")),
        (MET, MET, UNKNOWN, False, "not assessable", ("not assessable", "not assessable")),
        (MET, MET, UNKNOWN, True, "not assessable", ("not assessable", "NR")),
    ],
)
def test_answers_after_events_and_missing_values(
    complete: np.int8,
    partial: np.int8,
    applies: np.int8 | None,
    overruled: bool,
    missing: str,
    answers: tuple[str, str],
) -> None:
    def one(status: np.int8) -> Answers:
        return Answers(np.array([status], np.int8), np.zeros(1, np.int32))

    judged = Graded(
        (("CR", one(complete)), ("PR", one(partial))),
        None if applies is None else one(applies),
    )
    event = np.array([overruled])
    seen = observed(judged, later=np.array([False]))
    found = seen[0], imputed(judged, seen, overruled=event, missing=missing)[0]
    assert found == answers
    # A visit that is not yet due at the data cut is that whatever came before.
    waiting = observed(judged, later=np.array([True]))
    asked = applies is None or applies != NOT_MET
    assert waiting[0] == ("not yet due" if asked else answers[0])
    later = imputed(judged, waiting, overruled=event, missing=missing)[0]
    assert later == ("not yet due" if asked else answers[1])
