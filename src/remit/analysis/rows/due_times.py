"""Whose time for a question was not over at the data cut: that they have no answer says nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from remit.criteria.binder import bind_expression
from remit.criteria.columns.subjects import span_of_dates
from remit.criteria.dates import Window
from remit.criteria.tree import leaves_of
from remit.facts.arrays import LAST_DAY, NO_DAY, Days, dates_of, whole_numbers
from remit.facts.opened import Facts
from remit.facts.person_cuts import last_days
from remit.followup.schedule import StudyVisits
from remit.protocol import Protocol
from remit.protocol.bound import protocol_environment

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def not_over(
    texts: Iterable[str], protocol: Protocol, facts: Facts, persons: Whole
) -> Mapping[str, Flags]:
    """Of each expression, whose windows reach beyond the data cut; shape (persons,) each.

    A window without an end reaches to the data cut, and one of whom the date is not known reaches
    nowhere.

    Args:
        persons: ids, ascending.
    """
    environment = protocol_environment(protocol, facts.codes)
    dates = named_dates(protocol, facts, persons)
    cut = _cut_of(facts)
    found = {}
    for text in texts:
        node = bind_expression(text, environment, source=protocol.id)
        late = np.zeros(len(persons), np.bool_)
        for window in _windows(placed.leaf.windows for placed in leaves_of(node)):
            span = span_of_dates(window, dates, count=len(persons), last_day=cut)
            late |= (span.last > cut) & (span.last != LAST_DAY)
        found[text] = late
    return found


def _windows(of_leaves: Iterable[tuple[Window, ...]]) -> Iterable[Window]:
    return dict.fromkeys(window for windows in of_leaves for window in windows)


def named_dates(protocol: Protocol, facts: Facts, persons: Whole) -> Mapping[str, Days]:
    """The named dates of persons in the study, `NO_DAY` where one has none."""
    columns = ("person_id", "study", "anchor", "anchor_date")
    rows = facts.rows("study_anchor", columns, persons=tuple(persons.tolist()))
    study, anchor = (np.array(rows[name].to_pylist(), object) for name in ("study", "anchor"))
    person, day = whole_numbers(rows["person_id"]), dates_of(rows["anchor_date"])
    found = {}
    for name in protocol.anchors:
        here = (study == protocol.id) & (anchor == name) & np.isin(person, persons)
        days = np.full(len(persons), NO_DAY, np.int32)
        np.maximum.at(days, np.searchsorted(persons, person[here]), day[here])
        found[name] = days
    return found


def perhaps_not_due(visits: StudyVisits, facts: Facts) -> Flags:
    """The visits that may not have been due, of persons whose own data cut is not known; (rows,).

    Under pseudonyms the days of each person move by a number of their own, and the data cut with
    them. All that is known is the day of the last record.
    """
    persons = np.unique(visits.visits.person)
    own = last_days(facts, persons, persons=tuple(persons.tolist()))
    if own is None:
        return np.zeros(len(visits.visits), np.bool_)
    place = np.searchsorted(persons, visits.visits.person)
    last = visits.visits.last.astype("datetime64[D]").astype(np.int64)
    late = last > own[place]
    return np.asarray(late & (last <= _cut_of(facts)), np.bool_)


def _cut_of(facts: Facts) -> int:
    return int(np.datetime64(facts.data_cut, "D").astype(np.int64))
