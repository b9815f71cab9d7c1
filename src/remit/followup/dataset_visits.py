"""A dataset to the follow-up of a study: the one place that reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.sheet import Sheet
from remit.criteria.compiling.sources import Sources
from remit.facts.checking import require_sound
from remit.facts.dataset import Dataset, connect
from remit.facts.tables import TABLES
from remit.followup.allocation import read_arms
from remit.followup.follow_up import FollowUp, VisitNeeds
from remit.followup.schedule import StudyVisits, plan_visits
from remit.followup.visit_scores import recorded_totals, with_scores
from remit.instruments import bound_packaged, score_sheet
from remit.instruments.gathering import gather_sheet
from remit.instruments.visits import Visits
from remit.protocol import Protocol


def read_follow_up(
    protocol: Protocol,
    dataset: Dataset,
    needs: VisitNeeds,
    *,
    persons: tuple[int, ...] | None = None,
    arms: Mapping[int, str] | None = None,
) -> FollowUp:
    """Everyone taken into a study at every planned visit, with what is needed to be known there.

    Args:
        persons: these only; all when None.
        arms: who was taken in, and into which arm; as the dataset's extra `allocation` says when
            None. Where neither says so, all count of whom anything was recorded after baseline.

    Raises:
        ProtocolError: the study plans no visits.
        DatasetError: the dataset holds rows that cannot be.
    """
    if not dataset.manifest.checked:
        require_sound(dataset)
    backend = connect(dataset)
    tables = {name: backend.table(name) for name in TABLES}
    sources = Sources(tables, protocol.id, dataset.data_cut, dataset.manifest.complete)
    known = read_arms(dataset, protocol.id) if arms is None else arms
    if known:
        taken = set(known) if persons is None else set(known) & set(persons)
        persons = tuple(sorted(taken))
    visits = plan_visits(protocol, tables["study_anchor"], persons=persons)
    instruments = {name: bound_packaged(name) for name in needs.instruments}
    outputs = {out for bound in instruments.values() for out in bound.instrument.outputs}
    recorded = recorded_totals(outputs)
    wanted = needs.inputs.without(outputs).plus(recorded)
    base = gather_sheet(wanted, visits.visits, sources, choice="nearest")
    sheets = {
        name: gather_sheet(bound.inputs, visits.visits, sources, choice="nearest")
        for name, bound in instruments.items()
    }
    since = _since_previous(visits.visits)
    events = gather_sheet(needs.since_previous, since, sources, choice="present")
    backend.disconnect()
    base = base.with_columns(categories=events.categories)
    kept = np.ones(len(visits.visits), np.bool_)
    if not known:
        kept = _followed([base, *sheets.values()], visits)
    visits = visits.of(kept)
    rows = np.flatnonzero(kept)
    scores = {
        name: score_sheet(bound, _rows_of(sheets[name], rows, visits))
        for name, bound in instruments.items()
    }
    sheet = with_scores(_rows_of(base, rows, visits), scores, recorded)
    return FollowUp(protocol, dataset, known, visits, sheet, scores)


def _since_previous(visits: Visits) -> Visits:
    """The same visits, each with all days since the one before; the baseline from its own day.

    An intercurrent event counts whenever it was recorded, also between the windows of two visits.
    """
    previous = visits.moments["previous"]
    after = visits.last[previous] + np.timedelta64(1, "D")
    return replace(visits, first=np.where(previous < 0, visits.day, after))


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
    return Sheet(len(rows), numbers, categories, visits.visits.moments)
