"""When each person first reached a response, what came before, and how long she was watched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from remit.analysis.plan.event_strategies import EventStrategy
from remit.analysis.rows.trial_answers import TrialAnswers
from remit.analysis.rows.visit_answers import NOT_YET_DUE, Flags, Floats, VisitAnswers
from remit.endpoints.adjudication import Adjudication
from remit.endpoints.response_times import TimeToResponse, time_to
from remit.endpoints.study_responses import DIED

NOT_ASKED = "the definition does not apply"
NEVER = "never assessed after baseline"
BASELINE = "baseline"
Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class _End:
    """The event that ends the watch of a person.

    Attributes:
        days: since baseline. competes: whether it shuts the response out, or hides it alone.
    """

    event: str
    days: int
    competes: bool


def first_day(happened: Flags, trial: TrialAnswers) -> Days:
    """The planned day of the first visit by which each row's person had an event, shape (rows,)."""
    planned = trial.study.visits.visits
    persons, place = np.unique(planned.person, return_inverse=True)
    first = np.full(len(persons), np.datetime64("9999-12-31"))
    np.minimum.at(first, place[happened], planned.day[happened])
    return np.asarray(first[place])


def awaited_times(
    blank: VisitAnswers,
    trial: TrialAnswers,
    judged: Adjudication,
    grade: str,
    *,
    events: Sequence[EventStrategy],
    happened: Mapping[str, Flags],
) -> VisitAnswers:
    """The days to a grade or a better one, of each person of `blank`.

    Of an event that makes a failure (composite) the response never comes: the person is watched
    on, and who died waits to the end. An event that competes (while_on_treatment) ends the watch
    and is the rival of the response; one that hides it (hypothetical) ends it alone. The first of
    several that end it counts; by one visit a response does not come before an event. Visits that
    were not yet due at the data cut are none: until then nobody waits, and nobody is watched.

    Args:
        happened: event -> whether it was recorded at a visit or at one before it, shape (rows,).
    """
    study = trial.study
    flare = judged.definition.type == "flare"
    overruled = judged.overruled.copy() if flare else np.zeros(len(judged.overruled), np.bool_)
    ended = np.zeros(len(overruled), np.bool_)
    for event in events:
        if event.strategy == "composite":
            overruled |= happened[event.event] & ~judged.outside
        elif event.strategy in {"while_on_treatment", "hypothetical"}:
            ended |= happened[event.event]
    ends = _ends(trial, events, happened)
    failing = {event.event for event in events if event.strategy == "composite"}
    # A death counts as one where the plan says nothing of it: nobody responds after it.
    waits = DIED in failing or all(event.event != DIED for event in events)
    deaths = {who: day for who, day in study.followed.deaths.items() if waits and who not in ends}
    found = {
        one.person: one
        for one in time_to(
            judged, study.visits, grade, deaths=deaths, overruled=overruled, ended=ended
        )
    }
    whole = _whole_times(trial)
    n = len(trial.persons)
    value, since, known = np.zeros(n), np.zeros(n), np.zeros(n, np.bool_)
    how, event_came = blank.how.copy(), np.zeros(n, np.bool_)
    rival = np.full(n, "", "U200")
    for place, person in enumerate(trial.persons.tolist()):
        one = found.get(person)
        if one is None:
            how[place] = NOT_ASKED
            continue
        end = None if one.reached else ends.get(person)
        days, before, how[place] = _watched(one, end, float(whole[place]))
        # Who was never assessed after baseline was followed for no time at all.
        known[place] = days > 0
        value[place], since[place], event_came[place] = days, before, one.reached
        if end is not None and end.competes and known[place]:
            rival[place] = end.event
    value, since = np.where(known, value, 0.0), np.where(known, since, 0.0)
    competing = any(event.strategy == "while_on_treatment" for event in events)
    return replace(
        blank, value=value, known=known, how=how, event=event_came, since=since,
        rival=rival if competing else None,
    )  # fmt: skip


def _whole_times(trial: TrialAnswers) -> Floats:
    """Days from baseline to the last visit that was due at the data cut, (persons,); 0 for none."""
    planned = trial.study.visits.visits
    days = (planned.day - planned.day[planned.moments[BASELINE]]).astype(np.float64)
    longest = np.zeros(len(trial.persons))
    due = ~trial.study.followed.not_due
    np.maximum.at(longest, np.searchsorted(trial.persons, planned.person[due]), days[due])
    return longest


def _watched(one: TimeToResponse, end: _End | None, whole: float) -> tuple[float, float, str]:
    """How many days a person was watched, until when she is known without, and why."""
    days, before = float(one.days), float(one.known_without)
    if one.reached:
        told = f"reached at {one.visit}"
        if one.open_before:
            told = f"{told}; {one.open_before} visits before could not be assessed"
        return days, before, told if days > 0 else NEVER
    if end is not None and end.competes:
        if end.days <= 0:
            return 0.0, 0.0, f"{end.event} by baseline"
        return float(end.days), float(end.days), f"{end.event} came first"
    if one.died:
        # Composite: who died never reaches it, and counts as waiting until the end.
        days = max(whole, days)
        return days, days, "died before"
    if days <= 0:
        return days, before, NEVER if whole else NOT_YET_DUE
    told = f"followed until {one.visit}"
    return days, before, told if end is None else f"{told}; not looked at after {end.event}"


def _ends(
    trial: TrialAnswers, events: Sequence[EventStrategy], happened: Mapping[str, Flags]
) -> Mapping[int, _End]:
    """Person -> the first event that ends her watch, unless a death came before that waits."""
    planned = trial.study.visits.visits
    start = np.flatnonzero(trial.study.visits.place == 0)
    found: dict[int, _End] = {}
    deaths = trial.study.followed.deaths
    ending = [e for e in events if e.strategy in {"while_on_treatment", "hypothetical"}]
    by_visit = {e.event: first_day(happened[e.event], trial) for e in ending if e.event != DIED}
    for row in start.tolist():
        person = int(planned.person[row])
        for event in ending:
            if event.event == DIED:
                day = deaths.get(person)
                on = None if day is None else np.datetime64(day)
            else:
                on = by_visit[event.event][row]
                last = np.datetime64("9999-12-31")
                dead = deaths.get(person)
                if on == last or (dead is not None and on > np.datetime64(dead)):
                    on = None
            if on is None:
                continue
            days = int((on - planned.day[row]).astype(int))
            if person not in found or days < found[person].days:
                found[person] = _End(event.event, days, event.strategy == "while_on_treatment")
    return found
