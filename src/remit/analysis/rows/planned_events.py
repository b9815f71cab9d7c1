"""The adverse events that an analysis counts: of each person, from which day to which.

An event counts, or does not, or it is not known whether it does: its day may lie on both sides of a
border, or its seriousness may not be told. What is not known is never a no.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.analysis.rows.trial_answers import TrialAnswers
from remit.analysis.rows.visit_answers import NOT_TO_END, OBSERVED, VisitAnswers, Words
from remit.criteria.dates import shift_date
from remit.facts.adverse_events import NO, NO_GRADE, UNKNOWN, YES, AdverseEvents, Answers, Texts
from remit.facts.arrays import NO_DAY, dates_of, whole_numbers
from remit.facts.deaths import death_bounds
from remit.facts.event_words import SEVERITIES
from remit.protocol.analysis_sections import EventsVariable

NO_TABLE = "the dataset has no table of adverse events: nobody knows of any"
NO_SINCE = "no day of {}"
DOUBTFUL = "an event of which it is not known whether it counts: {}"
Days = npt.NDArray[np.datetime64]
Flags = npt.NDArray[np.bool_]
NAT = np.datetime64("NaT", "D")


@dataclass(frozen=True, slots=True)
class Watch:
    """From when to when events of each person count; arrays (persons,).

    Attributes:
        since: the first day; NaT where it is not known.
        until: the last one; NaT where only the end of watching ends it.
        seen: the last day on which she was watched, `until` or earlier; NaT where it is not known.
    """

    since: Days
    until: Days
    seen: Days

    @property
    def days(self) -> npt.NDArray[np.float64]:
        """How many days each was watched, the first and the last among them."""
        length = (self.seen - self.since).astype("timedelta64[D]")
        days = length.astype(np.float64) + 1
        return np.where(np.isnat(length), np.nan, np.maximum(days, 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class CountedEvents:
    """The events of an analysis: those that count, and those of which it is not known.

    Attributes:
        analysis: its id. all: every event of the dataset's persons.
        at: places in `all`, ascending. counts: of each, `YES` or `UNKNOWN`; why: what is not known.
        day: of each, which day of being watched it began on, the first one being 1.
        names, arm: person -> the id as it came, and her arm.
    """

    analysis: str
    all: AdverseEvents
    at: npt.NDArray[np.int64]
    counts: Answers
    why: Words
    day: npt.NDArray[np.float64]
    names: Mapping[int, str]
    arm: Mapping[int, str]

    def __repr__(self) -> str:
        return f"<CountedEvents {self.analysis}: {len(self.at)} events>"

    @property
    def person(self) -> npt.NDArray[np.int64]:
        """Whose each is."""
        return np.asarray(self.all.person[self.at], np.int64)

    def of(self, persons: npt.NDArray[np.int64]) -> CountedEvents:
        """Those of some persons."""
        kept = np.isin(self.person, persons)
        return replace(
            self,
            at=self.at[kept],
            counts=self.counts[kept],
            why=self.why[kept],
            day=self.day[kept],
        )

    def to_arrow(self) -> pa.Table:
        """One row an event.

        Returns:
            analysis, event_id, person_id, person, arm, body_system, term, reported_term, begins,
            begins_latest (the days between which it began), day (of being watched), ends, grade,
            severity, serious, related, action, outcome, counts, why (it is not known).
        """
        all_, at = self.all, self.at
        who = self.person.tolist()

        def texts(column: Texts) -> pa.Array:
            return pa.array([text or None for text in column.tolist()], pa.string())

        def answers(column: Answers) -> pa.Array:
            return pa.array(column == YES, pa.bool_(), mask=column == UNKNOWN)

        return pa.table(
            {
                "analysis": pa.repeat(self.analysis, len(at)),
                "event_id": pa.array(all_.event[at], pa.int64()),
                "person_id": pa.array(who, pa.int64()),
                "person": pa.array([self.names[one] for one in who], pa.string()),
                "arm": pa.array([self.arm[one] for one in who], pa.string()),
                "body_system": texts(all_.body_system[at]),
                "term": texts(all_.term[at]),
                "reported_term": texts(all_.reported[at]),
                "begins": pa.array(all_.first_day[at], pa.date32()),
                "begins_latest": pa.array(all_.last_day[at], pa.date32()),
                "day": pa.array(self.day, pa.float64(), from_pandas=True),
                "ends": pa.array(all_.end[at], pa.date32()),
                "grade": pa.array(all_.grade[at], pa.int8(), mask=all_.grade[at] == NO_GRADE),
                "severity": texts(all_.severity[at]),
                "serious": answers(all_.serious[at]),
                "related": answers(all_.related[at]),
                "action": texts(all_.action[at]),
                "outcome": texts(all_.outcome[at]),
                "counts": answers(self.counts),
                "why": texts(self.why),
            }
        )


def event_answers(
    asked: EventsVariable, trial: TrialAnswers, blank: VisitAnswers
) -> tuple[VisitAnswers, VisitAnswers, CountedEvents | None]:
    """Whether each person had an event that counts; the days that she was watched; the events.

    The events are None where the dataset has no table of them: then nobody's answer is known.
    """
    watch = watch_of(asked, trial)
    days = watch.days
    watched = replace(
        blank,
        value=np.where(np.isnan(days), 0.0, days),
        known=~np.isnan(days),
        how=np.where(np.isnan(days), "not known how long", OBSERVED).astype("U200"),
        unit="d",
    )
    if trial.adverse_events is None:
        return replace(blank, how=np.full(len(trial.persons), NO_TABLE, "U200")), watched, None
    events = trial.adverse_events
    place = np.searchsorted(trial.persons, events.person)
    place = np.minimum(place, max(len(trial.persons) - 1, 0))
    of_trial = trial.persons[place] == events.person if len(trial.persons) else place < 0
    told, why = _told(asked, events, watch, place)
    at = np.flatnonzero(of_trial & (told != NO))
    found = CountedEvents(
        blank.analysis,
        events,
        at,
        told[at],
        why[at],
        _day(events, watch, place)[at],
        dict(zip(trial.persons.tolist(), blank.name, strict=True)),
        dict(zip(trial.persons.tolist(), trial.arm.tolist(), strict=True)),
    )
    return _answers(asked, blank, watch, found), watched, found


def _answers(
    asked: EventsVariable, blank: VisitAnswers, watch: Watch, found: CountedEvents
) -> VisitAnswers:
    person = found.all.person[found.at]
    yes = np.isin(blank.person, person[found.counts == YES])
    open_ = np.isin(blank.person, person[found.counts == UNKNOWN]) & ~yes
    reasons = dict(zip(person[::-1].tolist(), found.why[::-1].tolist(), strict=True))
    # Who is not watched to the end may have had one later.
    short = np.isnat(watch.seen) | (~np.isnat(watch.until) & (watch.seen < watch.until))
    how: Words = np.where(short & ~yes, NOT_TO_END, OBSERVED).astype("U200")
    for at in np.flatnonzero(open_).tolist():
        how[at] = DOUBTFUL.format(reasons[int(blank.person[at])])
    dated = ~np.isnat(watch.since)
    how = np.where(dated, how, NO_SINCE.format(asked.since))
    known = (yes | ~open_) & dated
    return replace(blank, value=(yes & dated).astype(np.float64), known=known, how=how)


# ---- from when to when --------------------------------------------------------------------------


def watch_of(asked: EventsVariable, trial: TrialAnswers) -> Watch:
    """The days on which events of an analysis count."""
    since = trial.anchor_days[asked.since]
    until = since if asked.until is None else trial.anchor_days[asked.until]
    length = asked.length
    if length is None:
        until = until if asked.until is not None else np.full(len(since), NAT)
    else:
        moved = [
            None if day is None else shift_date(day, length, sign=1)
            for day in until.astype(object).tolist()
        ]
        until = np.array([NAT if day is None else day for day in moved], "datetime64[D]")
    seen = _last_seen(trial, since, until)
    # Of whom it is not known how long she was watched, it was not to the end.
    to_end = ~np.isnat(seen) & (seen >= until)
    return Watch(since, until, np.where(to_end, until, seen))


def _last_seen(trial: TrialAnswers, since: Days, until: Days) -> Days:
    """The end of the observation that holds the first day, or the death; NaT where neither is."""
    facts, persons = trial.study.followed.facts, trial.persons
    last = np.full(len(persons), NAT)
    names = ("person_id", "observation_period_start_date", "observation_period_end_date")
    rows = facts.rows("observation_period", names, persons=persons.tolist())
    who = whole_numbers(rows[names[0]])
    starts, ends = (dates_of(rows[name]).astype("datetime64[D]") for name in names[1:])
    for person, start, end in zip(who.tolist(), starts, ends, strict=True):
        at = int(np.searchsorted(persons, person))
        if start <= since[at] <= end and not last[at] >= end:
            last[at] = end
    first, latest = death_bounds(facts, persons)
    recorded = latest != NO_DAY
    exact = (first == latest) & recorded
    died = np.where(exact, first.astype("datetime64[D]"), NAT)
    # Of whom the day of death is not exactly known, nobody knows how long she was watched, unless
    # she lived as long as she was asked about.
    asked = np.fmin(last, until)
    vague = recorded & ~exact & ~(first.astype("datetime64[D]") >= asked)
    ended = np.where(~np.isnat(died) & (np.isnat(last) | (died < last)), died, last)
    return np.where(vague, NAT, ended)


def _day(
    events: AdverseEvents, watch: Watch, place: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    length = (events.start - watch.since[place]).astype("timedelta64[D]")
    return np.where(np.isnat(length), np.nan, length.astype(np.float64) + 1)


# ---- which of them ------------------------------------------------------------------------------


def _told(
    asked: EventsVariable, events: AdverseEvents, watch: Watch, place: npt.NDArray[np.int64]
) -> tuple[Answers, Words]:
    """Whether each event counts, and of those of which it is not known what it is."""
    told = np.full(len(events), YES, np.int8)
    why: Words = np.full(len(events), "", "U200")
    for what, answer in _conditions(asked, events, watch, place):
        why = np.where((answer == UNKNOWN) & (why == ""), what, why)
        told = np.where(
            (told == NO) | (answer == NO),
            np.int8(NO),
            np.where((told == UNKNOWN) | (answer == UNKNOWN), np.int8(UNKNOWN), told),
        )
    return told, why


def _conditions(
    asked: EventsVariable, events: AdverseEvents, watch: Watch, place: npt.NDArray[np.int64]
) -> Iterator[tuple[str, Answers]]:
    """What an event has to be, and whether each is: all of them have to be so."""
    yield "its day", _within(events, watch, place)
    if asked.emergent:
        yield "whether it is treatment-emergent", events.treatment_emergent
    if asked.serious:
        yield "whether it is serious", events.serious
    if asked.related:
        yield "whether it is related", events.related
    if asked.withdrawn:
        yield "whether a treatment was withdrawn for it", events.withdrawn
    if asked.fatal:
        yield "whether somebody died of it", events.fatal
    if asked.grade is not None:
        yield "its grade", _of_grade(asked, events)
    if asked.terms:
        named = _named(events.term, asked.terms)
        # Words of a reporter that are not those of the dictionary may mean the same.
        yield "what it is", np.where(events.is_coded | (named == YES), named, UNKNOWN)
    if asked.body_systems:
        yield "its body system", _named(events.body_system, asked.body_systems)


def _within(events: AdverseEvents, watch: Watch, place: npt.NDArray[np.int64]) -> Answers:
    since, until = watch.since[place], watch.until[place]
    # Without a last day the end of watching is one, where it is known.
    until = np.where(np.isnat(until), watch.seen[place], until)
    endless = np.isnat(until)
    before = events.last_day < since
    after = ~endless & (events.first_day > until)
    inside = (events.first_day >= since) & (endless | (events.last_day <= until))
    return np.where(before | after, NO, np.where(inside, YES, UNKNOWN)).astype(np.int8)


def _of_grade(asked: EventsVariable, events: AdverseEvents) -> Answers:
    """By the grade; where there is none by the word of its severity, if the plan names words."""
    assert asked.grade is not None
    graded = events.grade != NO_GRADE
    words = np.char.upper(events.severity)
    named = np.isin(words, [w.upper() for w in asked.severity])
    # A word that says no severity, such as NOT EVALUABLE, or one of another list, is no "no".
    by_word = np.where(named, YES, np.where(np.isin(words, list(SEVERITIES)), NO, UNKNOWN))
    other = by_word if asked.severity else np.full(len(events), UNKNOWN)
    return np.where(graded, events.grade >= asked.grade, other).astype(np.int8)


def _named(texts: Texts, wanted: tuple[str, ...]) -> Answers:
    folded = np.char.upper(texts)
    found = np.isin(folded, [name.upper() for name in wanted])
    return np.where(folded == "", UNKNOWN, found).astype(np.int8)
