"""The answers of one planned analysis: its variable, events and rule for missing ones applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from remit.analysis.plan.estimand import Estimand
from remit.analysis.plan.event_strategies import EventStrategy
from remit.analysis.rows.awaited_times import (
    BASELINE,
    NOT_ASKED,
    awaited_times,
    first_day,
)
from remit.analysis.rows.event_statistics import WATCHED
from remit.analysis.rows.liver_peaks import peak_answers
from remit.analysis.rows.planned_events import CountedEvents, event_answers
from remit.analysis.rows.trial_answers import TrialAnswers
from remit.analysis.rows.value_changes import change_answers
from remit.analysis.rows.visit_answers import (
    MISSING,
    NO_RESPONSE,
    NOT_YET_DUE,
    OBSERVED,
    PERHAPS,
    Flags,
    VisitAnswers,
    Words,
)
from remit.endpoints.adjudication import Adjudication
from remit.endpoints.study_responses import DIED
from remit.protocol.analysis_sections import Analysis
from remit.truth import Status

ASIDE = "set aside: "
NO_VISIT = "no such visit"
HAPPENED = f"{NOT_YET_DUE}; it has happened already"
ONCE = ""  # the visit of answers that are one a person
Whole = npt.NDArray[np.int64]


def answers_of(
    analysis: Analysis, estimand: Estimand, trial: TrialAnswers
) -> tuple[VisitAnswers, ...]:
    """What the population of an analysis answers: for each of its visits, or once.

    Of a variable with parts the answers to the whole come first, then those of each part.

    Those who are certainly not in the population, and those to whom the question does not apply,
    are left out; of whom it is unknown whether they are, too (`left_out` counts them).
    So are those whose visit, or the time in which something could happen, was not over at the data
    cut: they are no missing answers, and no rule for these applies. Who they are hangs on days
    alone, not on what came before, so that leaving them out favours no answer; `left_out` of the
    answers counts them.
    """
    if analysis.response is not None:
        found = [_response(analysis, estimand, trial, visit) for visit in analysis.visits]
    elif analysis.quantity is not None:
        found = [_quantity(analysis, estimand, trial, visit) for visit in analysis.visits]
    elif analysis.time_to_response is not None:
        found = [_time(analysis, estimand, trial)]
    elif analysis.shift is not None:
        found = [
            _when_due(one, trial)
            for visit in analysis.visits or (ONCE,)
            for one in change_answers(analysis.shift, trial, _blank(analysis, trial, visit))
        ]
    elif analysis.liver is not None:
        found = list(peak_answers(analysis.liver, trial, _blank(analysis, trial, ONCE)))
    elif analysis.adverse_events is not None:
        told, watched, _ = event_answers(
            analysis.adverse_events, trial, _blank(analysis, trial, ONCE)
        )
        found = [told, replace(watched, about=(WATCHED,))]
    else:
        found = [_incidence(analysis, trial)]
    inside = population_of(analysis, trial) == Status.MET
    arms = np.ones(len(trial.persons), np.bool_)
    if analysis.compare is not None:
        arms = np.isin(trial.arm, analysis.compare)
    kept = inside & arms
    return tuple(
        _asked(_with_groups(_unsure(one, trial), analysis, trial).where(kept)) for one in found
    )


def events_of(
    analysis: Analysis, trial: TrialAnswers, answers: VisitAnswers
) -> CountedEvents | None:
    """The adverse events behind some answers; None where nobody knows of any."""
    assert analysis.adverse_events is not None
    blank = _blank(analysis, trial, ONCE)
    found = event_answers(analysis.adverse_events, trial, blank)[2]
    return None if found is None else found.of(answers.person)


def population_of(analysis: Analysis, trial: TrialAnswers) -> npt.NDArray[np.int8]:
    """Whether each person is in the population of an analysis: codes of `Status`, (persons,)."""
    populations = {one.id: one for one in trial.study.protocol.populations}
    expression = populations[analysis.population].expression
    if expression is None:
        return np.full(len(trial.persons), Status.MET, np.int8)
    return trial.statuses[expression]


def _unsure(answers: VisitAnswers, trial: TrialAnswers) -> VisitAnswers:
    """The same, where an answer is missing of a visit that perhaps was not due."""
    if answers.visit == ONCE or not trial.unsure.any():
        return answers
    missing = np.char.startswith(answers.how, MISSING)
    perhaps = missing & _at(trial.unsure, trial.places_at(answers.visit), np.False_)
    told = np.char.add(answers.how, f" ({PERHAPS})")
    return replace(answers, how=np.where(perhaps, told, answers.how))


def _when_due(answers: VisitAnswers, trial: TrialAnswers) -> VisitAnswers:
    """The same, where the visit was due; an answer over all visits stays as it is."""
    if answers.visit == ONCE:
        return answers
    waiting = _at(trial.study.followed.not_due, trial.places_at(answers.visit), np.False_)
    return replace(
        answers,
        value=np.where(waiting, 0.0, answers.value),
        known=answers.known & ~waiting,
        how=np.where(waiting, NOT_YET_DUE, answers.how),
    )


def _asked(answers: VisitAnswers) -> VisitAnswers:
    """Those to whom the question applies and whose time for it has come."""
    applies = answers.where(answers.how != NOT_ASKED)
    waiting = np.char.startswith(applies.how, NOT_YET_DUE)
    if not waiting.any():
        return applies
    left = {
        str(arm): tuple(applies.how[waiting & (applies.arm == arm)].tolist())
        for arm in np.unique(applies.arm[waiting])
    }
    return replace(applies.where(~waiting), left_out=left)


def _blank(analysis: Analysis, trial: TrialAnswers, visit: str, unit: str = "") -> VisitAnswers:
    n = len(trial.persons)
    return VisitAnswers(
        analysis.id,
        visit,
        trial.persons,
        tuple(trial.names.all_shown(trial.persons)),
        trial.arm,
        np.zeros(n),
        np.zeros(n, np.bool_),
        np.full(n, MISSING, "U200"),
        unit=unit,
    )


def _adjudication(estimand: Estimand, trial: TrialAnswers) -> Adjudication:
    assert estimand.definition is not None
    name = estimand.definition.id
    return next(a for a in trial.study.adjudications if a.definition.id == name)


def _happened(event: EventStrategy, trial: TrialAnswers, found: Mapping[str, Flags]) -> Flags:
    """Whether an intercurrent event was recorded at each row of visits or before it."""
    if event.expression is not None:
        return trial.events[event.expression]
    rows = len(trial.study.visits.place)
    return found.get(event.event, np.zeros(rows, np.bool_))


def _response(
    analysis: Analysis, estimand: Estimand, trial: TrialAnswers, visit: str
) -> VisitAnswers:
    assert analysis.response is not None
    judged = _adjudication(estimand, trial)
    wanted = _bits(judged, analysis.response.grades)
    met = (judged.possible.possible & ~wanted) == 0
    failed = (judged.possible.possible & wanted) == 0
    waiting = judged.not_due
    how: Words = np.where(met | failed, OBSERVED, MISSING).astype("U200")
    flare = judged.definition.type == "flare"
    # A failure is the last grade: whoever asks for that one counts failures.
    asked_last = judged.grades[-1] in analysis.response.grades
    for event in estimand.events:
        happened = _happened(event, trial, judged.intercurrent)
        if event.strategy == "composite" and not flare:
            already = met if asked_last else failed
            how = np.where(happened & ~already, event.event, how)
            met = met | happened if asked_last else met & ~happened
            failed = failed & ~happened if asked_last else failed | happened
        elif event.strategy == "hypothetical":
            how = np.where(happened, f"{ASIDE}{event.event}", how)
            met, failed = met & ~happened, failed & ~happened
        elif event.strategy == "while_on_treatment":
            source = _before(happened, trial)
            met, failed, how = met[source], failed[source], _said(how, source, event.event)
    if estimand.missing == "non_responder":
        open_ = ~met & ~failed
        met = met | open_ if asked_last else met
        failed = failed if asked_last else failed | open_
        how = np.where(open_, NO_RESPONSE, how)
    how = np.where(waiting, NOT_YET_DUE, how)
    how = np.where(judged.outside, NOT_ASKED, how)
    known = (met | failed) & ~judged.outside & ~waiting
    rows = trial.places_at(visit)
    return replace(
        _blank(analysis, trial, visit),
        value=_at(met.astype(np.float64), rows, 0.0),
        known=_at(known, rows, np.False_),
        how=_at(how, rows, NO_VISIT),
    )


def _bits(judged: Adjudication, grades: tuple[str, ...]) -> np.int64:
    return np.int64(sum(1 << judged.grades.index(grade) for grade in grades))


Kind = TypeVar("Kind", bound=np.generic)


def _at(column: npt.NDArray[Kind], rows: Whole, absent: object) -> npt.NDArray[Kind]:
    """A column of visits for each person; `absent` for whoever has no such visit."""
    found: npt.NDArray[Kind] = np.where(
        rows < 0, np.array(absent, column.dtype), column[np.maximum(rows, 0)]
    )
    return found


def _before(happened: Flags, trial: TrialAnswers) -> Whole:
    """The row that stands for each row of visits: itself, or the last before an event."""
    previous = trial.study.visits.visits.moments["previous"]
    source = np.arange(len(happened))
    for _ in range(len(trial.study.visits.ids)):
        back = happened[source] & (previous[source] >= 0)
        source = np.where(back, previous[source], source)
    return source


def _said(how: Words, source: Whole, event: str) -> Words:
    moved = source != np.arange(len(how))
    told = np.array([f"last before {event}: {word}" for word in how[source].tolist()], "U200")
    return np.where(moved, told, how)


def _quantity(
    analysis: Analysis, estimand: Estimand, trial: TrialAnswers, visit: str
) -> VisitAnswers:
    assert analysis.quantity is not None
    quantity = trial.quantities[analysis.quantity.name]
    values = quantity.values(trial.study.followed.sheet)
    waiting = trial.study.followed.not_due
    how: Words = np.where(np.isnan(values), MISSING, OBSERVED).astype("U200")
    start = trial.study.visits.visits.moments[BASELINE]
    if analysis.quantity.change:
        first = np.where(start < 0, np.nan, values[np.maximum(start, 0)])
        how = np.where(np.isnan(first) & ~np.isnan(values), "no value at baseline", how)
    else:
        first = np.zeros(len(values))
    dead = trial.study.followed.after_death()
    how = np.where(dead, "died", how)
    values = np.where(dead, np.nan, values)
    after: Words = np.full(len(values), "", "U200")
    came = np.full(len(values), np.datetime64("NaT", "D"))
    for event in estimand.events:
        happened = _happened(event, trial, {DIED: dead})
        if event.strategy == "while_on_treatment":
            source = _before(happened, trial)
            values, how = values[source], _said(how, source, event.event)
            continue
        if event.strategy == "hypothetical":
            how = np.where(happened, f"{ASIDE}{event.event}", how)
            values = np.where(happened, np.nan, values)
        day = first_day(happened, trial)
        earlier = happened & (np.isnat(came) | (day < came))
        after, came = np.where(earlier, event.event, after), np.where(earlier, day, came)
    answer = np.where(waiting, np.nan, values - first)
    how = np.where(waiting, NOT_YET_DUE, how)
    known = ~np.isnan(answer)
    lost = ~known & (after != "") & (how == MISSING)
    how = np.where(lost, np.char.add(f"{MISSING} after ", after), how)
    rows = trial.places_at(visit)
    return replace(
        _blank(analysis, trial, visit, quantity.unit),
        value=_at(np.where(known, answer, 0.0), rows, 0.0),
        known=_at(known, rows, np.False_),
        how=_at(how, rows, NO_VISIT),
        after=_at(after, rows, ""),
    )


def _time(analysis: Analysis, estimand: Estimand, trial: TrialAnswers) -> VisitAnswers:
    assert analysis.time_to_response is not None
    judged = _adjudication(estimand, trial)
    known = {DIED: trial.study.followed.after_death(), **judged.intercurrent}
    happened = {event.event: _happened(event, trial, known) for event in estimand.events}
    return awaited_times(
        _blank(analysis, trial, ONCE, "d"),
        trial,
        judged,
        analysis.time_to_response.grade,
        events=estimand.events,
        happened=happened,
    )


def _incidence(analysis: Analysis, trial: TrialAnswers) -> VisitAnswers:
    assert analysis.incidence is not None
    text = analysis.incidence.expression
    status = trial.statuses[text]
    waiting = trial.not_over[text] & (status != Status.NOT_APPLICABLE)
    how: Words = np.full(len(status), OBSERVED, "U200")
    for place in np.flatnonzero(status == Status.UNKNOWN).tolist():
        how[place] = f"unknown: {trial.reason(text, place)}"
    how = np.where(status == Status.NOT_APPLICABLE, NOT_ASKED, how)
    happened = status == Status.MET
    how = np.where(waiting, np.where(happened, HAPPENED, NOT_YET_DUE), how)
    return replace(
        _blank(analysis, trial, ONCE),
        value=(happened & ~waiting).astype(np.float64),
        known=(happened | (status == Status.NOT_MET)) & ~waiting,
        how=how,
    )


def _with_groups(answers: VisitAnswers, analysis: Analysis, trial: TrialAnswers) -> VisitAnswers:
    """The same, with covariates at baseline and strata."""
    rows = trial.places_at(trial.study.visits.ids[0])
    sheet = trial.study.followed.sheet
    baseline = {
        name: _at(trial.quantities[name].values(sheet), rows, np.nan)
        for name in analysis.adjusted_for
    }
    if not analysis.strata or answers.about:
        return replace(answers, baseline=baseline)
    words: Words = np.full(len(trial.persons), "", "U400")
    for text in analysis.strata:
        named = np.array([Status(code).name.lower() for code in trial.statuses[text].tolist()])
        words = np.char.add(np.char.add(words, f"{text}: "), np.char.add(named, "; "))
    return replace(answers, baseline=baseline, strata=words)
