"""A dataset to the follow-up of a study: the one place that reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.sheet import Sheet
from remit.facts.deaths import deaths_of, open_deaths_of
from remit.facts.opened import Facts
from remit.facts.soundness import require_sound
from remit.followup.allocation import check_arms, missing_allocation, read_arms, undated
from remit.followup.due_visits import visits_not_due
from remit.followup.follow_up import FollowUp, VisitNeeds
from remit.followup.schedule import StudyVisits, plan_visits
from remit.followup.visit_scores import recorded_totals, with_scores
from remit.instruments.bound_instrument import bound_packaged
from remit.instruments.scores import score_sheet
from remit.instruments.sheets import read_visits, sheet_of
from remit.instruments.visits import Days, Visits
from remit.protocol import Protocol


def read_follow_up(
    protocol: Protocol,
    facts: Facts,
    needs: VisitNeeds,
    *,
    persons: tuple[int, ...] | None = None,
    arms: Mapping[int, str] | None = None,
) -> FollowUp:
    """Everyone taken into a study at every planned visit, with what is needed to be known there.

    Args:
        persons: these only; all when None.
        arms: who was taken in, and into which arm; as the dataset's extra `allocation` says when
            None. Where there is neither, all count of whom anything was recorded after baseline.

    Raises:
        ProtocolError: the study plans no visits.
        DatasetError: the dataset holds rows that cannot be, or the allocation is that of others.
    """
    if not facts.manifest.checked:
        require_sound(facts)
    facts = facts.under(protocol.dictionary)
    known = _arms_of(protocol, facts) if arms is None else arms
    if known is not None:
        check_arms(known, protocol.id, facts)
        taken = set(known) if persons is None else set(known) & set(persons)
        persons = tuple(sorted(taken))
    visits = plan_visits(protocol, facts, persons=persons)
    if arms and len(visits.visits) == 0 and set(persons or ()) == set(arms):
        raise undated(arms, protocol.id, facts)
    instruments = {name: bound_packaged(name, facts.codes) for name in needs.instruments}
    outputs = {out for bound in instruments.values() for out in bound.instrument.outputs}
    recorded = recorded_totals(outputs, facts.codes)
    wanted = needs.inputs.without(outputs).plus(recorded)
    read = [wanted, needs.since_previous, *(bound.inputs for bound in instruments.values())]
    held = read_visits(read, visits.visits, facts, nearest=True)
    base = sheet_of(wanted, held)
    sheets = {name: sheet_of(bound.inputs, held) for name, bound in instruments.items()}
    since = held.with_days(*since_previous(visits.visits))
    events = sheet_of(needs.since_previous, since, present_first=True)
    base = base.with_columns(categories=events.categories)
    kept = np.ones(len(visits.visits), np.bool_)
    if known is None:
        kept = _followed([base, *sheets.values()], visits)
    visits = visits.of(kept)
    rows = np.flatnonzero(kept)
    scores = {
        name: score_sheet(bound, _rows_of(sheets[name], rows, visits))
        for name, bound in instruments.items()
    }
    sheet = with_scores(_rows_of(base, rows, visits), scores, recorded)
    deaths = _last_days(facts, np.unique(visits.visits.person))
    later = visits_not_due(visits, facts)
    return FollowUp(protocol, facts, known or {}, needs, visits, sheet, scores, later, deaths)


def _arms_of(protocol: Protocol, facts: Facts) -> Mapping[int, str] | None:
    """Who the dataset says was taken in; a study with arms takes no other table for it."""
    known = read_arms(facts, protocol.id)
    if known is None and protocol.arms and facts.extras:
        raise missing_allocation(protocol.id, [arm.id for arm in protocol.arms], facts)
    return known


def since_previous(visits: Visits) -> tuple[Days, Days]:
    """All days since the visit before, for each visit; for the baseline from its own day.

    An intercurrent event counts whenever it was recorded, also between the windows of two visits.
    """
    previous = visits.moments["previous"]
    after = visits.last[previous] + np.timedelta64(1, "D")
    return np.where(previous < 0, visits.day, after), visits.last


def _followed(sheets: Sequence[Sheet], visits: StudyVisits) -> npt.NDArray[np.bool_]:
    """Rows of persons of whom something was recorded at a visit after the baseline."""
    seen = np.zeros(len(visits.visits), np.bool_)
    for sheet in sheets:
        rows = [column.row for column in sheet.numbers.values()]
        rows += [column.row for column in sheet.categories.values()]
        for row in rows:
            seen |= (row >= 0) & (visits.place > 0)
    return np.asarray(
        np.isin(visits.visits.person, np.unique(visits.visits.person[seen])), np.bool_
    )


def _rows_of(sheet: Sheet, rows: npt.NDArray[np.int64], visits: StudyVisits) -> Sheet:
    numbers = {name: column.take(rows) for name, column in sheet.numbers.items()}
    categories = {name: column.take(rows) for name, column in sheet.categories.items()}
    answered = {leaf: codes[rows] for leaf, codes in sheet.answered.items()}
    return Sheet(len(rows), numbers, categories, visits.visits.moments, answered)


def _last_days(facts: Facts, persons: npt.NDArray[np.int64]) -> Mapping[int, date]:
    """Person -> the last day on which she may have died: until then she may have lived."""
    open_ = open_deaths_of(facts, persons)
    days = deaths_of(facts, persons).items()
    return {who: open_[who].last if who in open_ else day for who, day in days}
