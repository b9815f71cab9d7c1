"""The statistics of the adverse events of an analysis: by body system and term, with rates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from remit.analysis.rows.incidence_rows import Part, PersonEvents, describe_incidence
from remit.analysis.rows.planned_events import CountedEvents
from remit.analysis.rows.question import MethodQuestion, Statistic
from remit.analysis.rows.visit_answers import VisitAnswers
from remit.facts.adverse_events import UNKNOWN, YES

WATCHED = "days watched"
NO_SYSTEM, NO_TERM = "body system not told", "term not told"
OPEN_EVENTS = "{} of {}: events of which it is not known whether they count; they are in no number"
# What the methods of the plan give of all events together.
_GIVEN = frozenset({"count", "proportion", "risk difference", "p", "statistic", "df"})


def person_events(found: CountedEvents, watched: VisitAnswers) -> PersonEvents:
    """The events that count, of the persons of a population."""
    kept = (found.counts == YES) & np.isin(found.person, watched.person)
    at = found.at[kept]
    parts = zip(found.all.body_system[at].tolist(), found.all.term[at].tolist(), strict=True)
    named = tuple((system or NO_SYSTEM, term or NO_TERM) for system, term in parts)
    return PersonEvents(found.person[kept], named, found.day[kept])


def event_statistics(question: MethodQuestion, found: CountedEvents) -> Iterator[Statistic]:
    """Persons and events of each body system and term, with rates, and the arms compared.

    Args:
        question: its answers are the days that each person was watched.
    """
    events = person_events(found, question.answers)
    pairs = () if question.compare is None else (question.compare,)
    many = len(question.arms) > 1
    open_, whole = _numbers(found, question.answers)
    for statistic in describe_incidence(question, events, pairs=pairs, rates=True, together=many):
        if not statistic.part and statistic.name in _GIVEN and statistic.arms:
            continue
        arms = statistic.arms or question.arms
        doubtful = sum(open_[arm, statistic.part] for arm in arms)
        if doubtful:
            every = sum(whole[arm, statistic.part] for arm in arms)
            told = (*statistic.estimate.warnings, OPEN_EVENTS.format(doubtful, every))
            yield replace(statistic, estimate=replace(statistic.estimate, warnings=told))
            continue
        yield statistic


def _numbers(
    found: CountedEvents, watched: VisitAnswers
) -> tuple[Counter[tuple[str, Part]], Counter[tuple[str, Part]]]:
    """Arm and part -> events of which it is not known whether they count, and all that may."""
    open_, whole = Counter[tuple[str, Part]](), Counter[tuple[str, Part]]()
    inside = np.isin(found.person, watched.person)
    for place in np.flatnonzero(inside).tolist():
        at = found.at[place]
        arm = found.arm[int(found.all.person[at])]
        part = (found.all.body_system[at] or NO_SYSTEM, found.all.term[at] or NO_TERM)
        for depth in range(3):
            whole[arm, part[:depth]] += 1
            open_[arm, part[:depth]] += int(found.counts[place] == UNKNOWN)
    return open_, whole
