"""Listings of adverse events, persons line by line: all, serious, ending treatment, and deaths."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from remit.analysis.rows.trial_analysis import TrialAnalysis
from remit.facts.adverse_events import NO, NO_GRADE, UNKNOWN, YES, AdverseEvents, Answers
from remit.facts.deaths import open_deaths_of
from remit.protocol.analysis_sections import EventsVariable
from remit.views.analysis_texts import ResultTexts

HEADS = (
    "person", "arm", "event", "body system", "began", "day", "ended", "grade or severity",
    "serious", "related", "action taken", "outcome",
)  # fmt: skip
_WORDS = {YES: "yes", NO: "no", UNKNOWN: "not told"}
Places = npt.NDArray[np.int64]


def event_listings(found: TrialAnalysis, labels: Mapping[str, str]) -> tuple[ResultTexts, ...]:
    """The listings of a trial whose plan counts adverse events; none of any other.

    All events of its persons are listed, whether an analysis counts them or not.

    Args:
        labels: arm -> what it is called.
    """
    planned = [a.adverse_events for a in found.protocol.analyses if a.adverse_events is not None]
    if not planned:
        return ()
    deaths = _deaths(found, labels, planned[0])
    events = found.trial.adverse_events
    if events is None:
        return (deaths,)
    mine = np.flatnonzero(np.isin(events.person, found.trial.persons))

    def listing(caption: str, at: Places) -> ResultTexts:
        return ResultTexts(caption, HEADS, tuple(_lines(found, labels, planned[0], events, at)))

    return (
        listing("Adverse events", mine),
        listing("Serious adverse events", mine[events.serious[mine] == YES]),
        listing(
            "Events of which it is not told whether they were serious",
            mine[events.serious[mine] == UNKNOWN],
        ),
        listing(
            "Adverse events for which a treatment was withdrawn",
            mine[events.withdrawn[mine] == YES],
        ),
        listing("Fatal adverse events", mine[events.fatal[mine] == YES]),
        deaths,
    )


def _lines(
    found: TrialAnalysis,
    labels: Mapping[str, str],
    asked: EventsVariable,
    events: AdverseEvents,
    at: Places,
) -> list[tuple[str, ...]]:
    trial = found.trial
    place = np.searchsorted(trial.persons, events.person[at])
    names = list(trial.names.all_shown(trial.persons))
    days = (events.start[at] - trial.anchor_days[asked.since][place]).astype("timedelta64[D]")
    lines: list[tuple[str, ...]] = []
    for row, event in enumerate(at.tolist()):
        arm = str(trial.arm[place[row]])
        lines.append(
            (
                names[place[row]],
                labels.get(arm, arm),
                str(events.term[event]) or "not told",
                str(events.body_system[event]) or "not told",
                _between(events, event),
                "–" if np.isnat(days[row]) else _study_day(int(days[row].astype(int))),
                _day_or(events.end[event], "–"),
                _grade(events, event),
                _told(events.serious, event),
                _told(events.related, event),
                str(events.action[event]) or "–",
                str(events.outcome[event]) or "–",
            )
        )
    return lines


def _deaths(found: TrialAnalysis, labels: Mapping[str, str], asked: EventsVariable) -> ResultTexts:
    trial = found.trial
    deaths = trial.study.followed.deaths
    open_ = open_deaths_of(trial.study.followed.facts, trial.persons)
    names = list(trial.names.all_shown(trial.persons))
    rows = []
    for place, person in enumerate(trial.persons.tolist()):
        if person not in deaths:
            continue
        arm = str(trial.arm[place])
        since = trial.anchor_days[asked.since][place]
        died, between = np.datetime64(deaths[person], "D"), open_.get(person)
        length = (died - since).astype("timedelta64[D]")
        known = between is None and not np.isnat(length)
        day = _study_day(int(length.astype(int))) if known else "–"
        when = str(died) if between is None else f"{between.first} to {between.last}"
        rows.append((names[place], labels.get(arm, arm), when, day))
    return ResultTexts("Deaths", ("person", "arm", "died", "day"), tuple(rows))


def _study_day(after: int) -> str:
    """Day 1 is the first one; the day before it is day -1, as in the listings of trials."""
    return str(after + 1 if after >= 0 else after)


def _between(events: AdverseEvents, at: int) -> str:
    first, last = events.first_day[at], events.last_day[at]
    return str(first) if first == last else f"{first} to {last}"


def _day_or(day: np.datetime64, absent: str) -> str:
    return absent if np.isnat(day) else str(day)


def _grade(events: AdverseEvents, at: int) -> str:
    grade = int(events.grade[at])
    words = [f"grade {grade}"] if grade != NO_GRADE else []
    return ", ".join([*words, *filter(None, [str(events.severity[at])])]) or "–"


def _told(answers: Answers, at: int) -> str:
    return _WORDS[int(answers[at])]
